//===- IntegerTest.cpp - INT8, bit for bit --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"
#include <cmath>

using namespace onnc;

namespace {

class Integer : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};

  ConstantAttr byte(int64_t value) {
    return TensorValue::of<int8_t>(ElementType::I8, {}, {int8_t(value)})
        .toConstant(g.getContext());
  }
  /// Attributes of a Requantize of \p channels channels (1: one scale) to a
  /// range of some hundred sums.
  llvm::SmallVector<NamedAttr, 6> requantize(int64_t channels, int64_t axis,
                                             float scale) {
    llvm::SmallVector<NamedAttr, 6> attrs{
        {"axis", IntAttr::get(axis)},
        {"numerators", FloatsAttr::get({double(scale)})},
        {"denominators", FloatsAttr::get({double(0.0371f)})},
        {"zero_point", byte(g.pick(-128, 127))}};
    if (channels > 1) {
      std::vector<float> scales;
      for (int64_t i = 0; i < channels; ++i)
        scales.push_back(float(g.pick(1, 1000)) / 977);
      attrs.push_back(
          {"channel_scales", ConstantAttr::getFloats(g.getContext(), scales)});
    }
    if (g.flip())
      attrs.push_back({"min", IntAttr::get(g.pick(-128, 0))});
    return attrs;
  }
  Value *bias(int64_t count) {
    return g.integers(ElementType::I32, {count}, -999, 999);
  }
};

TEST_P(Integer, Conv) {
  int64_t group = g.oneOf({1, 1, 2}), in = g.pick(1, 9), out = g.pick(1, 40);
  int64_t k = g.pick(1, 3), size = g.pick(3, 9);
  bool depthwise = g.pick(0, 2) == 0;
  if (depthwise)
    group = g.pick(2, 40), in = out = 1;
  Value *x = g.byteInput({1, group * in, size, size});
  Value *w = g.integers(ElementType::I8, {group * out, in, k, k}, -127, 127);
  Value *zero = g.integers(ElementType::I8, {}, -128, 127);
  Value *sum = g.make(
      "ConvInteger", {x, w, zero},
      {{"group", IntAttr::get(group)},
       {"strides", IntsAttr::get({g.pick(1, 2), 1})},
       {"pads", IntsAttr::get({g.pick(0, k - 1), 0, 0, g.pick(0, k - 1)})}});
  int64_t channels = group * out;
  Value *b = g.flip() ? bias(channels) : nullptr;
  Value *y =
      g.make("quant.Requantize", {sum, b},
             requantize(g.flip() ? channels : 1, 1, 0.05f / float(in * k * k)));
  g.check({y}, {});
}

TEST_P(Integer, MatMul) {
  int64_t m = g.pick(1, 9), k = g.pick(1, 300), n = g.pick(1, 60);
  Value *x = g.byteInput({m, k});
  Value *w = g.integers(ElementType::I8, {k, n}, -127, 127);
  Value *sum = g.make("MatMulInteger",
                      {x, w, g.integers(ElementType::I8, {}, -128, 127)});
  Value *y = g.make("quant.Requantize", {sum, g.flip() ? bias(n) : nullptr},
                    requantize(g.flip() ? n : 1, 1, 0.05f / float(k)));
  g.check({y, sum}, {});
}

TEST_P(Integer, Sum) {
  MLUGraph::Shape shape = {1, g.pick(1, 20), g.pick(1, 6), g.pick(1, 6)};
  // Odd, so that no quotient has halves.
  auto scale = [&] { return double(float(2 * g.pick(1, 499) + 1) / 1013); };
  Value *y = g.make("quant.Sum", {g.byteInput(shape), g.byteInput(shape)},
                    {{"scales", FloatsAttr::get({scale(), scale()})},
                     {"denominators", FloatsAttr::get({scale()})},
                     {"input_zero_points",
                      IntsAttr::get({g.pick(-128, 127), g.pick(-128, 127)})},
                     {"zero_point", byte(g.pick(-128, 127))}});
  g.check({y}, {});
}

TEST_P(Integer, PoolsAndTables) {
  MLUGraph::Shape shape = {g.pick(1, 2), g.pick(1, 140), g.pick(2, 6),
                           g.pick(2, 6)};
  Value *x = g.byteInput(shape);
  Value *largest = g.make("MaxPool", {x},
                          {{"kernel_shape", IntsAttr::get({2, 2})},
                           {"pads", IntsAttr::get({1, 0, 0, 1})}});
  Value *sum = g.make("quant.SumPool", {x},
                      {{"kernel_shape", IntsAttr::get({2, g.pick(1, 2)})},
                       {"pads", IntsAttr::get({1, 0, 1, 0})},
                       {"input_zero_point", IntAttr::get(g.pick(-128, 127))}});
  Value *mean = g.make("quant.Requantize", {sum}, requantize(1, 1, 0.01f));
  std::vector<int8_t> table;
  for (int i = 0; i < 256; ++i)
    table.push_back(g.flip()
                        ? int8_t(std::lround(100 * std::tanh((i - 128) / 40.)))
                        : int8_t(g.pick(-128, 127)));
  ConstantAttr entries = TensorValue::of<int8_t>(ElementType::I8, {256}, table)
                             .toConstant(g.getContext());
  Value *mapped = g.make("quant.Table", {x}, NamedAttr{"table", entries});
  Value *product = g.make("quant.Mul", {x, x},
                          {{"a_zero_point", IntAttr::get(3)},
                           {"b_zero_point", IntAttr::get(-128)}});
  g.check({largest, mean, mapped, product}, {});
}

TEST_P(Integer, Softmax) {
  int64_t length = g.pick(1, 40);
  double step = g.pick(1, 200) / 1000.0;
  std::vector<uint32_t> exponentials;
  for (int i = 0; i < 256; ++i)
    exponentials.push_back(
        uint32_t(std::lround(std::exp(-i * step) * (1 << 23))));
  ConstantAttr table =
      TensorValue::of<uint32_t>(ElementType::U32, {256}, exponentials)
          .toConstant(g.getContext());
  Value *y = g.make("quant.Softmax", {g.byteInput({g.pick(1, 4), length})},
                    {{"exponentials", table},
                     {"scale", FloatAttr::get(g.oneOf({1.0 / 256, 1.0 / 128}))},
                     {"zero_point", byte(-128)}});
  g.check({y}, {});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Integer, testing::Range(0u, 32u));

} // namespace
