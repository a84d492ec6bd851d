//===- WindowsTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

/// Random windows over two dimensions; valid whatever the input, as the input
/// is made for them.
struct Windows {
  MLUGraph::Shape kernel, strides, dilations, pads, input;
  llvm::SmallVector<NamedAttr, 6> attrs;

  explicit Windows(MLUGraph &g, int64_t maxInput = 13) {
    std::string autoPad =
        g.oneOf({"NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"});
    MLUGraph::Shape ends;
    for (unsigned i = 0; i < 2; ++i) {
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
};

class Windows2D : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};
};

TEST_P(Windows2D, Conv) {
  Windows w(g);
  int64_t group = g.oneOf({1, 1, 2, 3});
  int64_t in = g.oneOf({1, 3, 8}), out = g.oneOf({1, 5, 20});
  Value *x = g.input({g.pick(1, 2), group * in, w.input[0], w.input[1]});
  Value *weights = g.weights({group * out, in, w.kernel[0], w.kernel[1]});
  Value *bias = g.flip() ? g.weights({group * out}) : nullptr;
  w.attrs.push_back({"group", IntAttr::get(group)});
  Value *y = g.make("Conv", {x, weights, bias}, w.attrs);
  if (g.flip())
    y = g.make("Relu", {y});
  g.check({y}, roundedOnce);
}

TEST_P(Windows2D, Depthwise) {
  Windows w(g);
  // With two outputs for each channel it isn't one for the vector unit.
  int64_t channels = g.oneOf({2, 7, 70}), outputs = g.oneOf({1, 1, 2});
  Value *x = g.input({g.pick(1, 2), channels, w.input[0], w.input[1]});
  Value *weights = g.weights({outputs * channels, 1, w.kernel[0], w.kernel[1]});
  Value *bias = g.flip() ? g.weights({outputs * channels}) : nullptr;
  w.attrs.push_back({"group", IntAttr::get(channels)});
  Value *y = g.make("Conv", {x, weights, bias}, w.attrs);
  if (g.flip())
    y = g.make("LeakyRelu", {y}, NamedAttr{"alpha", FloatAttr::get(0.25)});
  g.check({y}, roundedOnce);
}

TEST_P(Windows2D, ManyChannels) {
  // More than the matrix unit's width, and more than a tile holds.
  int64_t in = g.pick(60, 300), out = g.pick(15, 80), size = g.pick(3, 5);
  Value *x = g.input({1, in, size, size}, -1, 1);
  Value *y = g.make("Conv", {x, g.weights({out, in, 2, 2}, -1, 1)});
  g.check({y}, roundedOnce);
}

TEST_P(Windows2D, MaxPool) {
  Windows w(g);
  if (w.attrs.back().name == "pads")
    w.attrs.push_back({"ceil_mode", IntAttr::get(g.pick(0, 1))});
  Value *x =
      g.input({g.pick(1, 2), g.oneOf({1, 5, 70}), w.input[0], w.input[1]});
  g.check({g.make("MaxPool", {x}, w.attrs)}, {});
}

TEST_P(Windows2D, AveragePool) {
  Windows w(g);
  // count_include_pad with ceil_mode is refused where it matters.
  if (w.attrs.back().name == "pads" && g.flip())
    w.attrs.push_back({"ceil_mode", IntAttr::get(1)});
  else
    w.attrs.push_back({"count_include_pad", IntAttr::get(g.pick(0, 1))});
  Value *x =
      g.input({g.pick(1, 2), g.oneOf({1, 5, 70}), w.input[0], w.input[1]});
  g.check({g.make("AveragePool", {x}, w.attrs)}, roundedOnce);
}

TEST_P(Windows2D, GlobalPools) {
  Value *x = g.input({g.pick(1, 2), g.pick(1, 80), g.pick(1, 9), g.pick(1, 9)});
  Value *keep = g.make("ReduceMean", {x, g.ints({-1, 2})});
  Value *drop = g.make("ReduceMean", {x, g.ints({2, 3})},
                       NamedAttr{"keepdims", IntAttr::get(0)});
  g.check({g.make("GlobalAveragePool", {x}), g.make("GlobalMaxPool", {x}), keep,
           drop},
          roundedOnce);
}

TEST_P(Windows2D, BatchNormalization) {
  int64_t channels = g.pick(1, 70);
  Value *x = g.flip() ? g.input({g.pick(1, 2), channels, 3, g.pick(1, 5)})
                      : g.input({g.pick(1, 9), channels});
  Value *y = g.make("BatchNormalization",
                    {x, g.weights({channels}), g.weights({channels}),
                     g.weights({channels}), g.weights({channels}, 1, 2)});
  // Factors are rounded, then the result.
  g.check({y}, rounded(2));
}

TEST_P(Windows2D, Pad) {
  Value *x = g.input({g.pick(1, 2), g.pick(1, 70), g.pick(1, 5), g.pick(1, 5)});
  auto pad = [&] { return g.pick(0, 3); };
  Value *all =
      g.make("Pad", {x, g.ints({0, 0, pad(), pad(), 0, 0, pad(), pad()})});
  Value *columns =
      g.make("Pad", {x, g.ints({pad(), pad()}), nullptr, g.ints({-1})});
  g.check({all, columns}, {});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Windows2D, testing::Range(0u, 24u));

} // namespace
