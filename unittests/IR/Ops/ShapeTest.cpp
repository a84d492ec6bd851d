//===- ShapeTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InferFixture.h"

using namespace onnc;

using OpsShapeTest = InferFixture;

TEST_F(OpsShapeTest, Reshape) {
  auto reshape = [&](llvm::StringRef in, llvm::StringRef shape,
                     llvm::StringRef attrs = "{}") {
    return infer("Reshape", {in, shape}, attrs);
  };
  EXPECT_EQ(reshape("tensor<2x3x4xf32>", "[0, -1]"), "tensor<2x12xf32>");
  EXPECT_EQ(reshape("tensor<[N]x3x4xf32>", "[-1, 12]"), "tensor<[N]x12xf32>");
  EXPECT_EQ(reshape("tensor<?x3x4xf32>", "[0, -1]"), "tensor<?x12xf32>");
  EXPECT_EQ(reshape("tensor<?x3x4xf32>", "[-1, 4]"), "tensor<?x4xf32>");
  EXPECT_EQ(reshape("tensor<2x[N]xf32>", "[-1]"), "tensor<[2*N]xf32>");
  EXPECT_EQ(reshape("tensor<0x3xf32>", "[3, 0]", "{allowzero = 1}"),
            "tensor<3x0xf32>");
  EXPECT_EQ(reshape("tensor<*xf32>", "[2, -1]"), "tensor<2x?xf32>");
  EXPECT_EQ(reshape("tensor<2xf32>", "tensor<3xi64>"), "tensor<?x?x?xf32>");
  EXPECT_EQ(reshape("tensor<2xf32>", "tensor<?xi64>"), "tensor<*xf32>");
  EXPECT_EQ(reshape("tensor<2x3xf32>", "[]"),
            "error: 'onnx.Reshape' can't give 2x3 the shape []");
  EXPECT_EQ(reshape("tensor<2x3xf32>", "[4, -1]"),
            "error: 'onnx.Reshape' can't give 2x3 the shape 4x-1");
  EXPECT_EQ(reshape("tensor<2x3xf32>", "[-1, -1]"),
            "error: 'onnx.Reshape' has more than one -1 in 'shape'");
  EXPECT_EQ(reshape("tensor<2x3xf32>", "[2, 3, 0]"),
            "error: 'onnx.Reshape' copies dimension 2 of its input, which has "
            "rank 2");
  EXPECT_EQ(reshape("tensor<2x3xf32>", "[-2, 3]"),
            "error: 'onnx.Reshape' has a negative size, -2, in 'shape'");
}

TEST_F(OpsShapeTest, AShapeThatTheModelComputesIsKnown) {
  // Flatten as exporters spell it: the batch size, and the rest.
  EXPECT_EQ(inferModule(R"(
    graph @main(%x: tensor<[N]x64x7x7xf32>) -> ("y") {
      %s = onnx.Shape(%x) : (tensor<[N]x64x7x7xf32>) -> tensor<?xi64>
      %zero = onnx.Constant() {value = dense<tensor<i64>, [0]>}
          : () -> tensor<i64>
      %axis = onnx.Constant() {value = dense<tensor<1xi64>, [0]>}
          : () -> tensor<1xi64>
      %n = onnx.Gather(%s, %zero)
          : (tensor<?xi64>, tensor<i64>) -> tensor<*xi64>
      %u = onnx.Unsqueeze(%n, %axis)
          : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
      %m = onnx.Constant() {value = dense<tensor<1xi64>, [-1]>}
          : () -> tensor<1xi64>
      %t = onnx.Concat(%u, %m) {axis = 0}
          : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
      %y = onnx.Reshape(%x, %t)
          : (tensor<[N]x64x7x7xf32>, tensor<*xi64>) -> tensor<*xf32>
      return(%y) : (tensor<*xf32>) -> ()
    })"),
            "tensor<[N]x3136xf32>");
}

TEST_F(OpsShapeTest, SqueezeAndUnsqueeze) {
  EXPECT_EQ(infer("Squeeze", {"tensor<1x3x1xf32>"}), "tensor<3xf32>");
  EXPECT_EQ(infer("Squeeze", {"tensor<1x3x1xf32>", "[-1]"}), "tensor<1x3xf32>");
  EXPECT_EQ(infer("Squeeze", {"tensor<1x[N]xf32>"}), "tensor<*xf32>");
  EXPECT_EQ(infer("Squeeze", {"tensor<1x3x1xf32>", "tensor<2xi64>"}),
            "tensor<?xf32>");
  EXPECT_EQ(infer("Squeeze", {"tensor<1x3xf32>", "[1]"}),
            "error: 'onnx.Squeeze' squeezes dimension 1, whose size is 3");
  EXPECT_EQ(infer("Unsqueeze", {"tensor<3x4xf32>", "[0, -1]"}),
            "tensor<1x3x4x1xf32>");
  EXPECT_EQ(infer("Unsqueeze", {"tensor<3x4xf32>", "[4]"}),
            "error: 'onnx.Unsqueeze' 'axes' is 4, out of range for rank 3");
  EXPECT_EQ(infer("Unsqueeze", {"tensor<3xf32>", "[0, 0]"}),
            "error: 'onnx.Unsqueeze' 'axes' names dimension 0 twice");
}

TEST_F(OpsShapeTest, TransposeFlattenExpandTile) {
  EXPECT_EQ(infer("Transpose", {"tensor<2x3x[N]xf32>"}), "tensor<[N]x3x2xf32>");
  EXPECT_EQ(infer("Transpose", {"tensor<2x3x4xf32>"}, "{perm = [0, 2, 1]}"),
            "tensor<2x4x3xf32>");
  EXPECT_EQ(infer("Transpose", {"tensor<2x3x4xf32>"}, "{perm = [0, 2, 2]}"),
            "error: 'onnx.Transpose' 'perm' names dimension 2 twice");
  EXPECT_EQ(infer("Transpose", {"tensor<2xf32>"}, "{perm = [0, 1]}"),
            "error: 'onnx.Transpose' has 2 entries in 'perm' for rank 1");
  EXPECT_EQ(infer("Flatten", {"tensor<2x3x4xf32>"}, "{axis = -1}"),
            "tensor<6x4xf32>");
  EXPECT_EQ(infer("Flatten", {"tensor<2x3x4xf32>"}, "{axis = 3}"),
            "tensor<24x1xf32>");
  EXPECT_EQ(infer("Expand", {"tensor<3x1xf32>", "[2, 1, 6]"}),
            "tensor<2x3x6xf32>");
  EXPECT_EQ(infer("Expand", {"tensor<3x2xf32>", "[3, 5]"}),
            "error: 'onnx.Expand' can't broadcast 3x2 with 3x5");
  EXPECT_EQ(infer("Tile", {"tensor<2x[N]xf32>", "[3, 2]"}),
            "tensor<6x[2*N]xf32>");
  EXPECT_EQ(infer("Tile", {"tensor<2xf32>", "[3, 2]"}),
            "error: 'onnx.Tile' has 2 entries in 'repeats' for rank 1");
}

TEST_F(OpsShapeTest, ConcatAndSplit) {
  EXPECT_EQ(
      infer("Concat", {"tensor<2x[N]xf32>", "tensor<2x3xf32>"}, "{axis = -1}"),
      "tensor<2x[N + 3]xf32>");
  EXPECT_EQ(infer("Concat", {"tensor<2x?xf32>", "tensor<*xf32>"}, "{axis = 0}"),
            "tensor<?x?xf32>");
  EXPECT_EQ(
      infer("Concat", {"tensor<2x3xf32>", "tensor<2x4xf32>"}, "{axis = 0}"),
      "error: 'onnx.Concat' sizes of dimension 1 must agree, but are 3 "
      "and 4");
  EXPECT_EQ(infer("Split", {"tensor<7x2xf32>"}, "{num_outputs = 3}", 3),
            "tensor<3x2xf32> tensor<3x2xf32> tensor<1x2xf32>");
  EXPECT_EQ(infer("Split", {"tensor<7xf32>", "[2, 5]"}, "{}", 2),
            "tensor<2xf32> tensor<5xf32>");
  EXPECT_EQ(infer("Split", {"tensor<7xf32>", "[2, 6]"}, "{}", 2),
            "error: 'onnx.Split' splits a dimension of size 7 into parts of 8 "
            "altogether");
  EXPECT_EQ(infer("Split", {"tensor<7xf32>"}, "{num_outputs = 3}", 2),
            "error: 'onnx.Split' has 2 results, but 'num_outputs' is 3");
}

TEST_F(OpsShapeTest, Blocks) {
  EXPECT_EQ(infer("DepthToSpace", {"tensor<1x8x2x[W]xf32>"}, "{blocksize = 2}"),
            "tensor<1x2x4x[2*W]xf32>");
  EXPECT_EQ(infer("SpaceToDepth", {"tensor<1x2x4x6xf32>"}, "{blocksize = 2}"),
            "tensor<1x8x2x3xf32>");
  EXPECT_EQ(infer("DepthToSpace", {"tensor<1x6x2x2xf32>"}, "{blocksize = 2}"),
            "error: 'onnx.DepthToSpace' can't divide 6 channels by 4");
  EXPECT_EQ(infer("SpaceToDepth", {"tensor<1x2x4x6xf32>"}, "{blocksize = 0}"),
            "error: 'onnx.SpaceToDepth' 'blocksize' is 0, but must be "
            "positive");
}

TEST_F(OpsShapeTest, Pad) {
  EXPECT_EQ(infer("Pad", {"tensor<2x[N]xf32>", "[0, 1, 0, 2]"}),
            "tensor<2x[N + 3]xf32>");
  EXPECT_EQ(infer("Pad", {"tensor<2x5xf32>", "[-1, -2]", "", "[1]"}),
            "tensor<2x2xf32>");
  EXPECT_EQ(infer("Pad", {"tensor<2x5xf32>", "[-4, -2]", "", "[1]"}),
            "error: 'onnx.Pad' cuts more off dimension 1 than there is");
  EXPECT_EQ(infer("Pad", {"tensor<2x5xf32>", "[1, 1, 1]"}),
            "error: 'onnx.Pad' has 3 entries in 'pads' for 2 axes");
  EXPECT_EQ(infer("Pad", {"tensor<2xf32>", "[9223372036854775807, 1]"}),
            "tensor<?xf32>");
  EXPECT_EQ(infer("Pad", {"tensor<2xf32>", "[1, 1]"}, "{mode = \"mirror\"}"),
            "error: 'onnx.Pad' 'mode' is \"mirror\", but must be one of "
            "constant, reflect, edge, wrap");
}

TEST_F(OpsShapeTest, Resize) {
  EXPECT_EQ(infer("Resize", {"tensor<1x1x3x3xf32>", "",
                             "dense<tensor<4xf32>, [1.0, 1.0, 0.6, 2.5]>"}),
            "tensor<1x1x1x7xf32>");
  EXPECT_EQ(infer("Resize", {"tensor<1x[C]x[H]x3xf32>", "",
                             "dense<tensor<4xf32>, [1.0, 1.0, 2.0, 2.0]>"}),
            "tensor<1x[C]x[2*H]x6xf32>");
  EXPECT_EQ(infer("Resize", {"tensor<1x1x2x4xf32>", "", "", "[7, 8]"},
                  "{axes = [2, 3]}"),
            "tensor<1x1x7x8xf32>");
  EXPECT_EQ(infer("Resize", {"tensor<1x1x2x4xf32>", "", "", "[7, 8]"},
                  "{axes = [2, 3], keep_aspect_ratio_policy = "
                  "\"not_larger\"}"),
            "tensor<1x1x4x8xf32>");
  EXPECT_EQ(infer("Resize", {"tensor<1x1x2x4xf32>", "", "", "[7, 8]"},
                  "{axes = [2, 3], keep_aspect_ratio_policy = "
                  "\"not_smaller\"}"),
            "tensor<1x1x7x14xf32>");
  EXPECT_EQ(infer("Resize", {"tensor<1x1x2x4xf32>"}),
            "error: 'onnx.Resize' needs exactly one of 'scales' and 'sizes'");
}

TEST_F(OpsShapeTest, ConstantsAndRanges) {
  EXPECT_EQ(infer("ConstantOfShape", {"[2, 3]"}), "tensor<2x3xf32>");
  EXPECT_EQ(infer("ConstantOfShape", {"[2, -3]"}),
            "error: 'onnx.ConstantOfShape' makes a tensor with a negative "
            "dimension: 2x-3");
  EXPECT_EQ(infer("ConstantOfShape", {"[1099511627776, 1099511627776]"}),
            "error: 'onnx.ConstantOfShape' makes a tensor with too many "
            "elements: 1099511627776x1099511627776");
  EXPECT_EQ(infer("Range", {"3", "10", "2"}), "tensor<4xi64>");
  EXPECT_EQ(infer("Range", {"10", "3", "2"}), "tensor<0xi64>");
  EXPECT_EQ(infer("Range", {"10", "3", "-3"}), "tensor<3xi64>");
  EXPECT_EQ(
      infer("Range", {"dense<tensor<f32>, [0.0]>", "dense<tensor<f32>, [1.0]>",
                      "dense<tensor<f32>, [0.3]>"}),
      "tensor<4xf32>");
  EXPECT_EQ(infer("Range", {"-9223372036854775808", "9223372036854775807",
                            "4611686018427387904"}),
            "tensor<4xi64>");
  EXPECT_EQ(infer("Range",
                  {"dense<tensor<bf16>, [1.0]>", "dense<tensor<bf16>, [5.0]>",
                   "dense<tensor<bf16>, [2.0]>"}),
            "tensor<2xbf16>");
  EXPECT_EQ(infer("Range", {"0", "5", "0"}),
            "error: 'onnx.Range' needs a 'delta' other than 0");
  EXPECT_EQ(infer("Range", {"tensor<i64>", "tensor<i64>", "tensor<i64>"}),
            "tensor<?xi64>");
  EXPECT_EQ(infer("Shape", {"tensor<2x3x4xf32>"}, "{start = -2, end = 9}"),
            "tensor<2xi64>");
  EXPECT_EQ(infer("Cast", {"tensor<2x[N]xf32>"}, "{to = 10}"),
            "tensor<2x[N]xf16>");
  EXPECT_EQ(infer("Cast", {"tensor<2xf32>"}, "{to = 99}"),
            "error: 'onnx.Cast' 'to' is 99, which is no element type");
  EXPECT_EQ(infer("EyeLike", {"tensor<2x3xf32>"}, "{dtype = 7}"),
            "tensor<2x3xi64>");
}
