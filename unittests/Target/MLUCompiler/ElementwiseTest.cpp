//===- ElementwiseTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

class Elementwise : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};
};

TEST_P(Elementwise, Binary) {
  MLUGraph::Shape shape = g.shape(g.pick(1, 5), 7), other = shape;
  size_t channel = shape.size() == 4 ? 1 : shape.size() - 1;
  switch (g.pick(0, 3)) {
  case 0: // Equal shapes.
    break;
  case 1: // One element.
    other.assign(g.pick(0, shape.size()), 1);
    break;
  case 2: // One for each channel, in full rank.
    for (size_t i = 0; i < shape.size(); ++i)
      if (i != channel)
        other[i] = 1;
    break;
  default: // The same without the leading ones.
    other.assign(shape.size() - channel, 1);
    other[0] = shape[channel];
  }
  std::string kind = g.oneOf({"Add", "Sub", "Mul", "Div", "Max", "Min", "Sum"});
  // Divisors stay away from 0.
  float low = kind == "Div" ? 0.5f : -2;
  Value *a = g.input(shape, low);
  Value *b = g.flip() ? g.input(other, low) : g.weights(other, low);
  if (g.flip())
    std::swap(a, b);
  Value *y = g.make(kind, {a, b});
  if (g.flip())
    y = g.make("Relu", {y});
  g.check({y}, roundedOnce);
}

TEST_P(Elementwise, LongVectors) {
  // More elements than a tile holds, in rows and as one row.
  int64_t n = g.pick(1000, 3000);
  Value *x = g.input({g.pick(5, 30), n}, -1, 1);
  Value *row = g.input({1, 20 * n}, -1, 1);
  g.check({g.make("Add", {g.weights({n}, -1, 1), x}),
           g.make("Sub", {g.weights({20 * n}, -1, 1), row}),
           g.make("Mul", {x, g.weights({1, 1}, -1, 1)})},
          roundedOnce);
}

/// The function and the numbers that it is defined for and FP16 holds.
struct Function {
  const char *name;
  float low, high;
  Tolerance tolerance = roundedOnce;
};

TEST_P(Elementwise, Unary) {
  const Function functions[] = {
      {"Relu", -2, 2},
      {"LeakyRelu", -2, 2},
      {"Sigmoid", -8, 8},
      {"Tanh", -4, 4},
      {"Exp", -8, 8},
      {"Log", 0.125, 100},
      {"Sqrt", 0, 100},
      {"Abs", -2, 2},
      {"Neg", -2, 2},
      {"Erf", -2, 2},
      {"Floor", -8, 8},
      {"Reciprocal", 0.125, 8},
      {"Ceil", -8, 8},
      {"Round", -8, 8},
      {"Clip", -8, 8},
      // Computed in steps of FP16.
      {"HardSigmoid", -8, 8, {0x1p-10}},
      {"HardSwish", -8, 8, {8 * 0x1p-10}},
  };
  for (const Function &f : functions) {
    SCOPED_TRACE(f.name);
    MLUGraph g(GetParam());
    Value *x = g.input(g.shape(g.pick(1, 5), 9), f.low, f.high);
    llvm::SmallVector<Value *, 3> operands{x};
    llvm::StringRef name = f.name;
    if (name == "Clip") {
      operands.push_back(g.flip() ? g.weights({}, -2, 0) : nullptr);
      operands.push_back(g.flip() ? g.weights({}, 0, 6) : nullptr);
    }
    llvm::SmallVector<NamedAttr, 2> attrs;
    if (name == "HardSigmoid")
      attrs = {{"alpha", FloatAttr::get(0.25)}, {"beta", FloatAttr::get(0.5)}};
    g.check({g.make(name, operands, attrs)}, f.tolerance);
  }
}

TEST_P(Elementwise, Softmax) {
  unsigned rank = g.pick(1, 4);
  MLUGraph::Shape shape = g.shape(rank, 6);
  int64_t axis = rank == 4 ? 1 : rank - 1;
  shape[axis] = g.pick(1, 300);
  Value *x = g.input(shape, -8, 8);
  NamedAttr attr{"axis", IntAttr::get(g.flip() ? axis : axis - int64_t(rank))};
  // Differences of FP32 are taken, hence the absolute part.
  g.check({g.make("Softmax", {x}, attr), g.make("LogSoftmax", {x}, attr)},
          {0x1p-20, 0x1.02p-11});
}

TEST_P(Elementwise, LRN) {
  MLUGraph::Shape shape = g.shape(4, 5);
  shape[1] = g.pick(1, 40);
  Value *y = g.make("LRN", {g.input(shape)},
                    {{"size", IntAttr::get(g.pick(1, 7))},
                     {"alpha", FloatAttr::get(g.oneOf({1e-4, 0.5, 2.0}))},
                     {"beta", FloatAttr::get(g.oneOf({0.75, 0.5}))},
                     {"bias", FloatAttr::get(g.oneOf({1.0, 2.0}))}});
  g.check({y}, roundedOnce);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Elementwise, testing::Range(0u, 24u));

} // namespace
