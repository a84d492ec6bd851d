//===- ShapesTest.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

class Shapes : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};
};

TEST_P(Shapes, Concat) {
  unsigned rank = g.pick(1, 5);
  MLUGraph::Shape shape = g.shape(rank, 5);
  int64_t axis = g.pick(0, rank - 1);
  llvm::SmallVector<Value *, 4> operands;
  for (int64_t i = g.pick(1, 4); i > 0; --i) {
    shape[axis] = g.pick(1, 9);
    operands.push_back(g.flip() ? g.input(shape) : g.weights(shape));
  }
  // One operand may stand twice.
  if (g.flip())
    operands.push_back(operands.front());
  if (g.flip())
    axis -= rank;
  operands.push_back(g.input(shape));
  g.check({g.make("Concat", operands, NamedAttr{"axis", IntAttr::get(axis)})},
          {});
}

TEST_P(Shapes, LongConcat) {
  // Rows longer than a tile, and many short ones.
  int64_t n = g.pick(10000, 20000), rows = g.pick(500, 1500);
  Value *x = g.make("Concat", {g.input({2, n}), g.input({2, 7})},
                    NamedAttr{"axis", IntAttr::get(1)});
  Value *y = g.make("Concat", {g.input({rows, 3}), g.input({rows, 30})},
                    NamedAttr{"axis", IntAttr::get(1)});
  g.check({x, y}, {});
}

TEST_P(Shapes, Reshape) {
  // Between any ranks, so that images change their layout on the way.
  int64_t a = g.pick(1, 4), b = g.pick(1, 4), c = g.pick(1, 6),
          d = g.pick(1, 6);
  auto any = [&] {
    return g.oneOf<MLUGraph::Shape>({{a, b, c, d},
                                     {d, c, b, a},
                                     {a * b, c, d},
                                     {a, b * c, 1, d},
                                     {a * b * c, d},
                                     {1, a * b * c * d, 1, 1},
                                     {a, 1, b, c * d},
                                     {a, b, c, 1, d},
                                     {a * b * c * d}});
  };
  Value *x = g.input(any());
  Value *y = g.make("Reshape", {x, g.ints(any())});
  Value *z = g.make("Reshape", {g.make("Relu", {y}), g.ints(any())});
  g.check({z, y}, {});
}

TEST_P(Shapes, Views) {
  Value *x = g.input({g.pick(1, 3), 1, g.pick(1, 5), g.pick(1, 5)});
  Value *squeezed = g.make("Squeeze", {x, g.ints({1})});
  Value *deeper = g.make("Unsqueeze", {squeezed, g.ints({0})});
  Value *flat = g.make("Flatten", {g.make("Dropout", {deeper})},
                       NamedAttr{"axis", IntAttr::get(g.pick(0, 4))});
  // Inputs, constants and one value twice as outputs.
  g.check({squeezed, deeper, flat, x, flat, g.weights({1, 2, 3, 2})}, {});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Shapes, testing::Range(0u, 24u));

} // namespace
