//===- RowsTest.cpp
//----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"

using namespace onnc;

namespace {

class RowsOnX86 : public testing::TestWithParam<unsigned> {
protected:
  X86Graph g{GetParam()};
  X86Graph::Shape shape() {
    if (g.flip())
      return {g.pick(1, 2), g.oneOf({3, 16, 40}), g.pick(1, 7), g.pick(1, 40)};
    return g.shape(g.pick(1, 3), 40);
  }
};

TEST_P(RowsOnX86, Softmax) {
  auto s = shape();
  Value *y = g.make(g.oneOf({"Softmax", "LogSoftmax"}), {g.input(s, -9, 9)},
                    NamedAttr{"axis", IntAttr::get(g.pick(-s.size(), -1))});
  g.check({y});
}

TEST_P(RowsOnX86, LayerNormalization) {
  auto s = shape();
  int64_t axis = g.pick(0, s.size() - 1);
  X86Graph::Shape own(s.begin() + axis, s.end());
  bool rms = g.flip();
  llvm::SmallVector<Value *, 3> operands = {g.input(s), g.weights(own)};
  if (!rms && g.flip())
    operands.push_back(g.weights(own));
  g.check({g.make(rms ? "RMSNormalization" : "LayerNormalization", operands,
                  NamedAttr{"axis", IntAttr::get(axis)})},
          {1e-4, 1e-4, 1e-4});
}

TEST_P(RowsOnX86, InstanceNormalization) {
  int64_t channels = g.oneOf({3, 16, 20});
  Value *x = g.input({g.pick(1, 2), channels, g.pick(2, 7), g.pick(2, 20)});
  g.check({g.make("InstanceNormalization",
                  {x, g.weights({channels}), g.weights({channels})})},
          {1e-4, 1e-4, 1e-4});
}

TEST_P(RowsOnX86, Reductions) {
  auto s = shape();
  std::string op = g.oneOf({"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin",
                            "ReduceL1", "ReduceL2", "ReduceSumSquare"});
  int64_t first = g.pick(0, s.size() - 1), last = g.pick(first, s.size() - 1);
  X86Graph::Shape axes;
  for (int64_t i = first; i <= last; ++i)
    axes.push_back(i);
  Value *y = g.make(op, {g.input(s), g.ints(axes)},
                    NamedAttr{"keepdims", IntAttr::get(g.pick(0, 1))});
  g.check({y});
}

INSTANTIATE_TEST_SUITE_P(Random, RowsOnX86, testing::Range(0u, 8u));

} // namespace
