//===- WindowsTest.cpp
//-------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"

using namespace onnc;

namespace {

/// Random windows; valid whatever the input, as the input is made for them.
struct Windows {
  X86Graph::Shape kernel, strides, dilations, pads, input;
  llvm::SmallVector<NamedAttr, 6> attrs;

  explicit Windows(X86Graph &g, unsigned rank = 2, int64_t maxInput = 33) {
    std::string autoPad =
        g.oneOf({"NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"});
    X86Graph::Shape ends;
    for (unsigned i = 0; i < rank; ++i) {
      kernel.push_back(g.pick(1, 4));
      strides.push_back(g.pick(1, 3));
      // ONNX leaves dilations with SAME_* open.
      dilations.push_back(autoPad[0] == 'S' ? 1 : g.pick(1, 2));
      int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
      input.push_back(g.pick(extent, std::max(extent, maxInput)));
      pads.push_back(g.pick(0, kernel[i] - 1));
      ends.push_back(g.pick(0, kernel[i] - 1));
    }
    pads.append(ends);
    attrs = {{"kernel_shape", IntsAttr::get(kernel)},
             {"strides", IntsAttr::get(strides)},
             {"dilations", IntsAttr::get(dilations)}};
    if (autoPad == "NOTSET")
      attrs.push_back({"pads", IntsAttr::get(pads)});
    else
      attrs.push_back({"auto_pad", StringAttr::get(autoPad)});
  }
  X86Graph::Shape getShape(int64_t n, int64_t channels) const {
    X86Graph::Shape shape = {n, channels};
    shape.append(input);
    return shape;
  }
};

class WindowsOnX86 : public testing::TestWithParam<unsigned> {
protected:
  X86Graph g{GetParam()};

  Value *activate(Value *y) {
    switch (g.pick(0, 4)) {
    case 0:
      return g.make("Relu", {y});
    case 1:
      return g.make("Add", {y, g.input(X86Graph::shapeOf(y))});
    case 2:
      return g.make("Relu",
                    {g.make("Add", {g.input(X86Graph::shapeOf(y)), y})});
    case 3:
      return g.make("Sigmoid", {g.make("Mul", {y, g.weights({1})})});
    default:
      return y;
    }
  }
  Value *conv(Windows &w, Value *x, int64_t group, int64_t out,
              bool isConstant = true) {
    auto shape = X86Graph::shapeOf(x);
    X86Graph::Shape weights = {group * out, shape[1] / group};
    weights.append(w.kernel);
    w.attrs.push_back({"group", IntAttr::get(group)});
    Value *bias = g.flip() ? g.weights({group * out}) : nullptr;
    return g.make("Conv",
                  {x, isConstant ? g.weights(weights) : g.input(weights), bias},
                  w.attrs);
  }
};

TEST_P(WindowsOnX86, Conv) {
  Windows w(g);
  Value *x = g.input(w.getShape(g.pick(1, 2), g.oneOf({1, 3, 16, 24, 40, 70})));
  g.check({activate(conv(w, x, 1, g.oneOf({1, 8, 16, 20, 48, 100})))});
}

TEST_P(WindowsOnX86, Conv1x1) {
  Windows w(g);
  for (auto *list : {&w.kernel, &w.strides, &w.dilations})
    list->assign(2, 1);
  w.attrs = {{"strides", IntsAttr::get({1, 1})}};
  Value *x = g.input(w.getShape(g.pick(1, 2), g.oneOf({5, 32, 40, 300})));
  g.check({activate(conv(w, x, 1, g.oneOf({7, 16, 48, 72})))});
}

TEST_P(WindowsOnX86, ConvOfOtherRanks) {
  unsigned rank = g.oneOf({1, 3});
  Windows w(g, rank, 9);
  Value *x = g.input(w.getShape(g.pick(1, 2), g.oneOf({3, 16, 20})));
  g.check({activate(conv(w, x, 1, g.oneOf({5, 16, 33})))});
}

TEST_P(WindowsOnX86, Groups) {
  Windows w(g, 2, 17);
  int64_t group = g.oneOf({2, 3});
  Value *x = g.input(w.getShape(1, group * g.oneOf({2, 16, 32})));
  g.check({activate(conv(w, x, group, g.oneOf({3, 16, 32})))});
}

TEST(GroupsOnX86, SplitWithinAGroup) {
  // Threads' parts start within groups, where vectors of a tile would be of
  // two.
  X86Graph g(0);
  Value *x = g.input({1, 48, 7, 5});
  g.check({g.make("Conv", {x, g.weights({96, 16, 1, 3})},
                  NamedAttr{"group", IntAttr::get(3)})});
}

TEST_P(WindowsOnX86, Depthwise) {
  Windows w(g);
  int64_t channels = g.oneOf({3, 16, 24, 70});
  Value *x = g.input(w.getShape(g.pick(1, 2), channels));
  g.check({activate(conv(w, x, channels, g.oneOf({1, 1, 2})))});
}

TEST_P(WindowsOnX86, WeightsThatArentConstant) {
  Windows w(g, 2, 9);
  Value *x = g.input(w.getShape(1, g.oneOf({3, 16})));
  g.check({activate(conv(w, x, 1, g.oneOf({5, 32}), /*isConstant=*/false))});
}

TEST_P(WindowsOnX86, Pools) {
  Windows w(g);
  w.attrs.push_back({"ceil_mode", IntAttr::get(g.pick(0, 1))});
  bool isMax = g.flip();
  if (!isMax)
    w.attrs.push_back({"count_include_pad", IntAttr::get(g.pick(0, 1))});
  Value *x = g.input(w.getShape(g.pick(1, 2), g.oneOf({1, 3, 16, 24, 50})));
  g.check({activate(g.make(isMax ? "MaxPool" : "AveragePool", {x}, w.attrs))});
}

TEST_P(WindowsOnX86, GlobalPools) {
  Value *x = g.input(
      {g.pick(1, 2), g.oneOf({3, 16, 24, 200}), g.pick(1, 9), g.pick(1, 9)});
  g.check({g.make(g.oneOf({"GlobalAveragePool", "GlobalMaxPool"}), {x})});
}

INSTANTIATE_TEST_SUITE_P(Random, WindowsOnX86, testing::Range(0u, 6u));

} // namespace
