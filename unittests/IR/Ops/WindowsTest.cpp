//===- WindowsTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Windows.h"
#include "InferFixture.h"

using namespace onnc;

using OpsWindowsTest = InferFixture;

TEST_F(OpsWindowsTest, Conv) {
  auto conv = [&](llvm::StringRef x, llvm::StringRef w,
                  llvm::StringRef attrs = "{}") {
    return infer("Conv", {x, w}, attrs);
  };
  EXPECT_EQ(conv("tensor<1x3x224x224xf32>", "tensor<64x3x7x7xf32>",
                 "{strides = [2, 2], pads = [3, 3, 3, 3]}"),
            "tensor<1x64x112x112xf32>");
  EXPECT_EQ(conv("tensor<[N]x3x[H]x9xf32>", "tensor<8x3x3x3xf32>",
                 "{strides = [2, 1], dilations = [1, 2], pads = [1, 0, 1, 0]}"),
            "tensor<[N]x8x[floordiv(H + 1, 2)]x5xf32>");
  EXPECT_EQ(conv("tensor<1x3x5x5xf32>", "tensor<8x3x3x3xf32>",
                 "{auto_pad = \"SAME_UPPER\", strides = [2, 2]}"),
            "tensor<1x8x3x3xf32>");
  EXPECT_EQ(conv("tensor<1x4x5xf32>", "tensor<6x2x3xf32>", "{group = 2}"),
            "tensor<1x6x3xf32>");
  EXPECT_EQ(conv("tensor<*xf32>", "tensor<8x3x3x3xf32>"),
            "tensor<?x8x?x?xf32>");
  EXPECT_EQ(
      conv("tensor<1x3x5x5xf32>", "tensor<*xf32>", "{kernel_shape = [3, 3]}"),
      "tensor<1x?x3x3xf32>");
  EXPECT_EQ(conv("tensor<1x3x5x5xf32>", "tensor<8x?x?x?xf32>"),
            "tensor<1x8x?x?xf32>");
}

TEST_F(OpsWindowsTest, ConvThatDoesNotFit) {
  auto conv = [&](llvm::StringRef attrs,
                  llvm::StringRef x = "tensor<1x3x5x5xf32>",
                  llvm::StringRef w = "tensor<8x3x3x3xf32>") {
    return infer("Conv", {x, w}, attrs);
  };
  EXPECT_EQ(conv("{strides = [0, 1]}"),
            "error: 'onnx.Conv' has 0 in 'strides', but it must be positive");
  EXPECT_EQ(conv("{pads = [1, 1]}"),
            "error: 'onnx.Conv' has 2 entries in 'pads', but needs 4");
  EXPECT_EQ(conv("{pads = [0, 0, -1, 0]}"),
            "error: 'onnx.Conv' has -1 in 'pads', but it must be at least 0");
  EXPECT_EQ(conv("{dilations = [9223372036854775807, 1]}"),
            "error: 'onnx.Conv' has 9223372036854775807 in 'dilations', but it "
            "must be positive and less than 2^31");
  EXPECT_EQ(conv("{dilations = [3, 1]}"),
            "error: 'onnx.Conv' has no window that fits into spatial dimension "
            "0 of size 5");
  EXPECT_EQ(conv("{auto_pad = \"SAME\"}"),
            "error: 'onnx.Conv' 'auto_pad' is \"SAME\", but must be one of "
            "NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  EXPECT_EQ(conv("{kernel_shape = [3, 4]}"),
            "error: 'onnx.Conv' has 4 in 'kernel_shape', but its weights are "
            "of shape 8x3x3x3");
  EXPECT_EQ(conv("{group = 3}"),
            "error: 'onnx.Conv' can't divide 8 output channels among 3 groups");
  EXPECT_EQ(conv("{group = 2}"),
            "error: 'onnx.Conv' input channels and weights' channels must "
            "agree, but are 3 and 6");
  EXPECT_EQ(conv("{}", "tensor<1x3x5xf32>"),
            "error: 'onnx.Conv' has weights of rank 4, but needs rank 3");
  EXPECT_EQ(infer("Conv", {"tensor<1x3x5x5xf32>", "tensor<8x3x3x3xf32>",
                           "tensor<7xf32>"}),
            "error: 'onnx.Conv' the number of output channels and the size of "
            "the bias must agree, but are 8 and 7");
}

TEST_F(OpsWindowsTest, ConvTranspose) {
  auto conv = [&](llvm::StringRef attrs) {
    return infer("ConvTranspose",
                 {"tensor<1x4x3x3xf32>", "tensor<4x2x3x3xf32>"}, attrs);
  };
  EXPECT_EQ(conv("{}"), "tensor<1x2x5x5xf32>");
  EXPECT_EQ(conv("{group = 2, strides = [3, 2], output_padding = [1, 1]}"),
            "tensor<1x4x10x8xf32>");
  EXPECT_EQ(conv("{strides = [3, 2], output_shape = [10, 8]}"),
            "tensor<1x2x10x8xf32>");
  EXPECT_EQ(conv("{strides = [2, 2], auto_pad = \"SAME_UPPER\"}"),
            "tensor<1x2x6x6xf32>");
}

TEST_F(OpsWindowsTest, Pool) {
  EXPECT_EQ(infer("MaxPool", {"tensor<1x1x4x4xf32>"},
                  "{kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1}",
                  2),
            "tensor<1x1x2x2xf32> tensor<1x1x2x2xi64>");
  // The last window would start in the padding, so it is dropped.
  EXPECT_EQ(infer("MaxPool", {"tensor<1x1x2x2xf32>"},
                  "{kernel_shape = [1, 1], strides = [2, 2], pads = [0, 0, 0, "
                  "1], ceil_mode = 1}"),
            "tensor<1x1x1x1xf32>");
  EXPECT_EQ(infer("AveragePool", {"tensor<1x1x7xf32>"}, "{}"),
            "error: 'onnx.AveragePool' needs a 'kernel_shape'");
  EXPECT_EQ(infer("GlobalAveragePool", {"tensor<[N]x8x?x7xf32>"}),
            "tensor<[N]x8x1x1xf32>");
}

/// The rule of the header, by trying out every window.
static int64_t countWindows(int64_t input, const WindowAttrs &attrs) {
  int64_t extent = attrs.getExtent(0), stride = attrs.strides[0];
  int64_t padded = input + attrs.pads[0] + attrs.pads[1];
  int64_t count = 0;
  while (count * stride + extent <= padded)
    ++count;
  // One more where something is left over, unless it starts in the padding.
  if (attrs.ceilMode && (count - 1) * stride + extent < padded)
    ++count;
  if (attrs.ceilMode && (count - 1) * stride >= input + attrs.pads[0])
    --count;
  return count;
}

TEST_F(OpsWindowsTest, OutputsAreThoseOfTheDefinitionForAllSmallSizes) {
  DimExpr n = DimExpr::symbol(context, "N");
  for (int64_t kernel : {1, 2, 3, 5})
    for (int64_t stride : {1, 2, 3, 4})
      for (int64_t dilation : {1, 2})
        for (int64_t begin : {0, 1, 2})
          for (int64_t end : {0, 1, 2, 4})
            for (bool ceil : {false, true}) {
              WindowAttrs attrs;
              attrs.ceilMode = ceil;
              attrs.kernel = {kernel};
              attrs.strides = {stride};
              attrs.dilations = {dilation};
              attrs.pads = {begin, end};
              DimExpr symbolic = getWindowOutput(attrs, 0, n);
              for (int64_t input = attrs.getExtent(0); input < 14; ++input) {
                int64_t want = countWindows(input, attrs);
                ASSERT_EQ(
                    getWindowOutput(attrs, 0, DimExpr::constant(context, input))
                        .getConstant(),
                    want)
                    << input << " k" << kernel << " s" << stride << " d"
                    << dilation << " p" << begin << "," << end << " c" << ceil;
                llvm::StringMap<int64_t> values = {{"N", input}};
                ASSERT_EQ(symbolic.evaluate(values), want);
              }
            }
}

TEST_F(OpsWindowsTest, ResolvedPads) {
  auto pads = [&](llvm::StringRef name, llvm::StringRef x, llvm::StringRef w,
                  llvm::StringRef attrs) {
    Operation *op = create(name, {x, w}, attrs, 1);
    std::string out;
    auto windows = getWindows(op);
    if (!windows)
      return std::string("none");
    for (const Window &window : *windows)
      out += std::to_string(window.padBegin) + "+" +
             std::to_string(window.padEnd) + "=" +
             std::to_string(window.output) + " ";
    return out;
  };
  EXPECT_EQ(pads("Conv", "tensor<1x1x5x4xf32>", "tensor<1x1x4x3xf32>",
                 "{auto_pad = \"SAME_UPPER\"}"),
            "1+2=5 1+1=4 ");
  EXPECT_EQ(pads("Conv", "tensor<1x1x5x4xf32>", "tensor<1x1x4x3xf32>",
                 "{auto_pad = \"SAME_LOWER\"}"),
            "2+1=5 1+1=4 ");
  EXPECT_EQ(pads("Conv", "tensor<1x1x5xf32>", "tensor<1x1x1xf32>",
                 "{auto_pad = \"SAME_UPPER\", strides = [3]}"),
            "0+0=2 ");
  EXPECT_EQ(pads("ConvTranspose", "tensor<1x1x3xf32>", "tensor<1x1x3xf32>",
                 "{strides = [2], output_shape = [4]}"),
            "2+1=4 ");
  EXPECT_EQ(pads("ConvTranspose", "tensor<1x1x3xf32>", "tensor<1x1x3xf32>",
                 "{strides = [2], output_shape = [8]}"),
            "0+0=8 ");
  EXPECT_EQ(pads("Conv", "tensor<1x1x[N]xf32>", "tensor<1x1x3xf32>", "{}"),
            "none");
}
