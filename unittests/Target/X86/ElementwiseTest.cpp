//===- ElementwiseTest.cpp
//---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"

using namespace onnc;

namespace {

class ElementsOnX86 : public testing::TestWithParam<unsigned> {
protected:
  X86Graph g{GetParam()};
  X86Graph::Shape shape() {
    if (g.flip())
      return {g.pick(1, 2), g.oneOf({3, 16, 24, 32}), g.pick(1, 7),
              g.pick(1, 20)};
    return g.shape(g.pick(1, 4), 20);
  }
};

TEST_P(ElementsOnX86, Unary) {
  // All operators, a few at a time.
  static const char *ops[] = {
      "Abs",      "Neg",       "Sign",        "Relu",
      "Exp",      "Floor",     "Ceil",        "Round",
      "Sin",      "Cos",       "Tan",         "Atan",
      "Tanh",     "Erf",       "Sigmoid",     "Softplus",
      "Softsign", "HardSwish", "Elu",         "Selu",
      "Celu",     "Gelu",      "HardSigmoid", "LeakyRelu",
      "Mish",     "Sinh",      "Cosh",        "Asinh",
      "Swish",    "Identity",  "Dropout",     "ThresholdedRelu"};
  llvm::SmallVector<Value *> results;
  Value *x = g.input(shape(), -12, 12);
  for (size_t i = GetParam(); i < std::size(ops); i += 8)
    results.push_back(g.make(ops[i], {x}));
  g.check(results);
}

TEST_P(ElementsOnX86, Positive) {
  llvm::SmallVector<Value *> results;
  Value *x = g.input(shape(), 0.25, 4);
  for (const char *op : {"Log", "Sqrt", "Reciprocal"})
    results.push_back(g.make(op, {x}));
  results.push_back(g.make("Pow", {x, g.weights({1})}));
  g.check(results);
}

TEST_P(ElementsOnX86, Broadcast) {
  auto a = shape();
  X86Graph::Shape b(a.begin() + g.pick(0, a.size() - 1), a.end());
  for (int64_t &size : b)
    if (g.flip())
      size = 1;
  Value *x = g.input(a), *y = g.input(b, 1, 2);
  Value *z = g.make(
      g.oneOf({"Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu"}), {x, y});
  if (g.flip())
    z = g.make("Clip", {z, g.weights({}, -1, 0), g.weights({}, 1, 2)});
  if (g.flip())
    z = g.make("Where", {g.make("Less", {x, y}), z, x});
  g.check({z});
}

TEST_P(ElementsOnX86, BatchNormalization) {
  auto s = shape();
  int64_t channels = s.size() > 1 ? s[1] : 1;
  auto parameter = [&] { return g.input({channels}, 0.5, 2); };
  g.check({g.make("BatchNormalization", {g.input(s), parameter(), parameter(),
                                         parameter(), parameter()})},
          {1e-4, 1e-4, 1e-4});
}

TEST_P(ElementsOnX86, Transpose) {
  auto s = shape();
  llvm::SmallVector<int64_t, 4> order;
  for (size_t i = 0; i < s.size(); ++i)
    order.insert(order.begin() + g.pick(0, i), i);
  g.check({g.make("Transpose", {g.input(s)},
                  NamedAttr{"perm", IntsAttr::get(order)})});
}

TEST_P(ElementsOnX86, Concat) {
  auto s = shape();
  int64_t axis = g.pick(0, s.size() - 1);
  llvm::SmallVector<Value *> parts;
  for (int64_t i = g.pick(1, 3); i >= 0; --i) {
    auto part = s;
    part[axis] = g.oneOf({1, 5, 16, 32});
    parts.push_back(g.input(part));
  }
  g.check({g.make("Concat", parts, NamedAttr{"axis", IntAttr::get(axis)})});
}

TEST_P(ElementsOnX86, PadAndSlice) {
  auto s = shape();
  X86Graph::Shape pads, starts, ends;
  for (size_t i = 0; i < 2 * s.size(); ++i)
    pads.push_back(g.pick(0, 3));
  Value *x = g.make("Pad", {g.input(s), g.ints(pads), g.weights({})});
  for (int64_t size : X86Graph::shapeOf(x)) {
    starts.push_back(g.pick(0, size - 1));
    ends.push_back(g.pick(starts.back() + 1, size));
  }
  g.check({x, g.make("Slice", {x, g.ints(starts), g.ints(ends)})});
}

TEST_P(ElementsOnX86, Reshape) {
  auto s = shape();
  int64_t count = 1;
  for (int64_t size : s)
    count *= size;
  Value *x = g.make("Relu", {g.input(s)});
  Value *y = g.make("Reshape", {x, g.ints({-1, s.back()})});
  g.check({g.make("Neg", {y}), g.make("Reshape", {x, g.ints({count})})});
}

INSTANTIATE_TEST_SUITE_P(Random, ElementsOnX86, testing::Range(0u, 8u));

TEST(RefusalsOnX86, SayWhy) {
  X86Graph g(0);
  Value *x = g.input({1, 4, 8, 8});
  EXPECT_NE(
      g.getRefusal({g.make("LRN", {x}, NamedAttr{"size", IntAttr::get(3)})})
          .find("there is no code for it on x86-64"),
      std::string::npos);
}

} // namespace
