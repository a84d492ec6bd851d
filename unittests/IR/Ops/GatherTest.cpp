//===- GatherTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InferFixture.h"

using namespace onnc;

using OpsIndexingTest = InferFixture;

TEST_F(OpsIndexingTest, Slice) {
  auto slice = [&](llvm::StringRef x, llvm::StringRef starts,
                   llvm::StringRef ends, llvm::StringRef axes = "",
                   llvm::StringRef steps = "") {
    return infer("Slice", {x, starts, ends, axes, steps});
  };
  EXPECT_EQ(slice("tensor<20x10xf32>", "[0, 0]", "[3, 10]"),
            "tensor<3x10xf32>");
  EXPECT_EQ(slice("tensor<20x10xf32>", "[1]", "[1000]", "[-1]", "[2]"),
            "tensor<20x5xf32>");
  EXPECT_EQ(slice("tensor<20xf32>", "[-5]", "[-1]"), "tensor<4xf32>");
  EXPECT_EQ(slice("tensor<20xf32>", "[20]", "[0]", "[0]", "[-4]"),
            "tensor<5xf32>");
  EXPECT_EQ(
      slice("tensor<20xf32>", "[-1]", "[-9223372036854775808]", "[0]", "[-1]"),
      "tensor<20xf32>");
  EXPECT_EQ(slice("tensor<20xf32>", "[5]", "[2]"), "tensor<0xf32>");
  EXPECT_EQ(slice("tensor<0xf32>", "[-1]", "[-9]", "[0]", "[-1]"),
            "tensor<0xf32>");
  EXPECT_EQ(
      slice("tensor<[N]x4xf32>", "[0]", "[9223372036854775807]", "[0]", "[2]"),
      "tensor<[floordiv(N + 1, 2)]x4xf32>");
  EXPECT_EQ(slice("tensor<[N]x4xf32>", "[0]", "[3]"), "tensor<?x4xf32>");
  EXPECT_EQ(slice("tensor<3x4xf32>", "tensor<1xi64>", "[3]", "[0]"),
            "tensor<?x4xf32>");
  EXPECT_EQ(slice("tensor<3xf32>", "[0]", "[3]", "[0]", "[0]"),
            "error: 'onnx.Slice' has a step of 0");
  EXPECT_EQ(slice("tensor<3xf32>", "[0]", "[3]", "[1]"),
            "error: 'onnx.Slice' 'axes' is 1, out of range for rank 1");
}

TEST_F(OpsIndexingTest, SliceOfASymbolUsesItsRange) {
  module.getSymbolRanges()["N"] = DimRange{4, 100};
  EXPECT_EQ(infer("Slice", {"tensor<[N]xf32>", "[1]", "[-1]"}),
            "tensor<[N - 2]xf32>");
  EXPECT_EQ(infer("Slice", {"tensor<[N]xf32>", "[0]", "[4]"}), "tensor<4xf32>");
  EXPECT_EQ(infer("Slice", {"tensor<[N]xf32>", "[0]", "[5]"}), "tensor<?xf32>");
}

TEST_F(OpsIndexingTest, Gather) {
  EXPECT_EQ(
      infer("Gather", {"tensor<5x4x3xf32>", "tensor<[I]x2xi64>"}, "{axis = 1}"),
      "tensor<5x[I]x2x3xf32>");
  EXPECT_EQ(infer("Gather", {"tensor<5x4xf32>", "tensor<i64>"}),
            "tensor<4xf32>");
  EXPECT_EQ(infer("Gather", {"tensor<5x4xf32>", "tensor<i64>"}, "{axis = -3}"),
            "error: 'onnx.Gather' 'axis' is -3, out of range for rank 2");
  EXPECT_EQ(infer("GatherElements", {"tensor<5x4xf32>", "tensor<2x4xi64>"}),
            "tensor<2x4xf32>");
  EXPECT_EQ(infer("GatherND", {"tensor<2x3x4xf32>", "tensor<2x5x1xi64>"},
                  "{batch_dims = 1}"),
            "tensor<2x5x4xf32>");
  EXPECT_EQ(infer("GatherND", {"tensor<2x3xf32>", "tensor<5x3xi64>"}),
            "error: 'onnx.GatherND' has index tuples of size 3 for rank 2");
  EXPECT_EQ(infer("GatherND", {"tensor<2x3xf32>", "tensor<5x3xi64>"},
                  "{batch_dims = -1}"),
            "error: 'onnx.GatherND' 'batch_dims' is -1, out of range");
}

TEST_F(OpsIndexingTest, Scatter) {
  EXPECT_EQ(infer("ScatterElements",
                  {"tensor<5x4xf32>", "tensor<1x4xi64>", "tensor<1x4xf32>"}),
            "tensor<5x4xf32>");
  EXPECT_EQ(infer("ScatterND",
                  {"tensor<5x4xf32>", "tensor<3x1xi64>", "tensor<3x4xf32>"}),
            "tensor<5x4xf32>");
  EXPECT_EQ(infer("ScatterND",
                  {"tensor<5x4xf32>", "tensor<3x1xi64>", "tensor<3x5xf32>"}),
            "error: 'onnx.ScatterND' sizes of 'updates' must agree, but are 4 "
            "and 5");
}

TEST_F(OpsIndexingTest, Selection) {
  EXPECT_EQ(
      infer("Where", {"tensor<3x1xbool>", "tensor<4xf32>", "tensor<f32>"}),
      "tensor<3x4xf32>");
  EXPECT_EQ(infer("NonZero", {"tensor<3x4xf32>"}), "tensor<2x?xi64>");
  EXPECT_EQ(
      infer("OneHot", {"tensor<2x3xi64>", "10", "tensor<2xf32>"}, "{axis = 1}"),
      "tensor<2x10x3xf32>");
  EXPECT_EQ(infer("TopK", {"tensor<3x4xf32>", "[2]"}, "{axis = 0}", 2),
            "tensor<2x4xf32> tensor<2x4xi64>");
  EXPECT_EQ(infer("TopK", {"tensor<3x4xf32>", "[5]"}, "{}", 2),
            "error: 'onnx.TopK' takes 5 elements of dimension 1, which has 4");
  EXPECT_EQ(infer("ArgMax", {"tensor<3x4xf32>"}, "{axis = 1}"),
            "tensor<3x1xi64>");
  EXPECT_EQ(infer("ArgMin", {"tensor<3x4xf32>"}, "{axis = 1, keepdims = 0}"),
            "tensor<3xi64>");
  EXPECT_EQ(infer("CumSum", {"tensor<3x4xf32>", "2"}),
            "error: 'onnx.CumSum' 'axis' is 2, out of range for rank 2");
  EXPECT_EQ(infer("Trilu", {"tensor<3xf32>"}),
            "error: 'onnx.Trilu' needs matrices, but its input has rank 1");
}
