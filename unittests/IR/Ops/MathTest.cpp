//===- MathTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InferFixture.h"

using namespace onnc;

using OpsMathTest = InferFixture;

TEST_F(OpsMathTest, Elementwise) {
  EXPECT_EQ(infer("Add", {"tensor<[N]x1x3xf32>", "tensor<4x3xf32>"}),
            "tensor<[N]x4x3xf32>");
  EXPECT_EQ(infer("Less", {"tensor<2xf32>", "tensor<2xf32>"}),
            "tensor<2xbool>");
  EXPECT_EQ(infer("Max", {"tensor<2x1xf32>", "tensor<3xf32>", "tensor<*xf32>"}),
            "tensor<*xf32>");
  EXPECT_EQ(infer("Sum", {"tensor<2x1xf32>", "tensor<3xf32>", "tensor<f32>"}),
            "tensor<2x3xf32>");
  EXPECT_EQ(infer("Sub", {"tensor<2xf32>", "tensor<3xf32>"}),
            "error: 'onnx.Sub' can't broadcast 2 with 3");
  EXPECT_EQ(infer("Mod", {"tensor<2xf32>", "tensor<2xf32>"}),
            "error: 'onnx.Mod' needs fmod = 1 for floating-point operands");
  EXPECT_EQ(infer("BitShift", {"tensor<2xu8>", "tensor<2xu8>"},
                  "{direction = \"UP\"}"),
            "error: 'onnx.BitShift' 'direction' is \"UP\", but must be one of "
            "LEFT, RIGHT");
  EXPECT_EQ(infer("PRelu", {"tensor<2x3xf32>", "tensor<2x1xf32>"}),
            "tensor<2x3xf32>");
  EXPECT_EQ(infer("PRelu", {"tensor<2xf32>", "tensor<2x1xf32>"}),
            "error: 'onnx.PRelu' 'slope' of shape 2x1 doesn't broadcast to 2");
  EXPECT_EQ(infer("Relu", {""}), "error: 'onnx.Relu' needs its operand 'X'");
  EXPECT_EQ(infer("Relu", {"sequence<tensor<2xf32>>"}),
            "error: 'onnx.Relu' 'X' must be a tensor, but is "
            "sequence<tensor<2xf32>>");
}

TEST_F(OpsMathTest, MatMul) {
  auto matMul = [&](llvm::StringRef a, llvm::StringRef b) {
    return infer("MatMul", {a, b});
  };
  EXPECT_EQ(matMul("tensor<2x3xf32>", "tensor<3x4xf32>"), "tensor<2x4xf32>");
  EXPECT_EQ(matMul("tensor<[B]x1x2x3xf32>", "tensor<5x3x4xf32>"),
            "tensor<[B]x5x2x4xf32>");
  EXPECT_EQ(matMul("tensor<3xf32>", "tensor<5x3x4xf32>"), "tensor<5x4xf32>");
  EXPECT_EQ(matMul("tensor<2x3xf32>", "tensor<3xf32>"), "tensor<2xf32>");
  EXPECT_EQ(matMul("tensor<3xf32>", "tensor<3xf32>"), "tensor<f32>");
  EXPECT_EQ(matMul("tensor<2x3xf32>", "tensor<4x3xf32>"),
            "error: 'onnx.MatMul' inner dimensions must agree, but are 3 and "
            "4");
  EXPECT_EQ(matMul("tensor<f32>", "tensor<3xf32>"),
            "error: 'onnx.MatMul' can't multiply a scalar");
}

TEST_F(OpsMathTest, Gemm) {
  EXPECT_EQ(infer("Gemm",
                  {"tensor<3x[M]xf32>", "tensor<4x3xf32>", "tensor<4xf32>"},
                  "{transA = 1, transB = 1}"),
            "tensor<[M]x4xf32>");
  EXPECT_EQ(
      infer("Gemm", {"tensor<2x3xf32>", "tensor<3x4xf32>", "tensor<5xf32>"}),
      "error: 'onnx.Gemm' 'C' of shape 5 doesn't broadcast to 2x4");
}

TEST_F(OpsMathTest, Einsum) {
  auto einsum = [&](llvm::ArrayRef<llvm::StringRef> operands,
                    const char *equation) {
    return infer("Einsum", operands,
                 (llvm::Twine("{equation = \"") + equation + "\"}").str());
  };
  EXPECT_EQ(einsum({"tensor<2x3xf32>", "tensor<3x[K]xf32>"}, "ij,jk->ik"),
            "tensor<2x[K]xf32>");
  EXPECT_EQ(einsum({"tensor<2x3xf32>", "tensor<3x4xf32>"}, "ij, jk"),
            "tensor<2x4xf32>");
  EXPECT_EQ(einsum({"tensor<5x3x3xf32>"}, "...ii -> ...i"), "tensor<5x3xf32>");
  EXPECT_EQ(einsum({"tensor<5x1x2xf32>", "tensor<4x2xf32>"}, "...i,...i->..."),
            "tensor<5x4xf32>");
  EXPECT_EQ(einsum({"tensor<3xf32>"}, "i->"), "tensor<f32>");
  EXPECT_EQ(einsum({"tensor<3xf32>", "tensor<4xf32>"}, "i,i->i"),
            "error: 'onnx.Einsum' can't broadcast 3 with 4");
  EXPECT_EQ(einsum({"tensor<3xf32>"}, "ij->i"),
            "error: 'onnx.Einsum' operand #0 has rank 1, but its term names 2 "
            "dimensions");
  EXPECT_EQ(einsum({"tensor<3xf32>"}, "i->j"),
            "error: 'onnx.Einsum' has a malformed 'equation': 'j' stands in no "
            "operand");
  EXPECT_EQ(einsum({"tensor<3xf32>"}, "i..->i"),
            "error: 'onnx.Einsum' has a malformed 'equation': '.' isn't a "
            "letter or an ellipsis");
  EXPECT_EQ(einsum({"tensor<3xf32>"}, "i,j"),
            "error: 'onnx.Einsum' has 1 operands, but its 'equation' has 2 "
            "terms");
}

TEST_F(OpsMathTest, Reductions) {
  auto reduce = [&](llvm::ArrayRef<llvm::StringRef> operands,
                    llvm::StringRef attrs = "{}") {
    return infer("ReduceSum", operands, attrs);
  };
  EXPECT_EQ(reduce({"tensor<2x[N]xf32>", "[-1]"}), "tensor<2x1xf32>");
  EXPECT_EQ(reduce({"tensor<2x[N]xf32>", "[0]"}, "{keepdims = 0}"),
            "tensor<[N]xf32>");
  EXPECT_EQ(reduce({"tensor<2x3xf32>"}), "tensor<1x1xf32>");
  EXPECT_EQ(reduce({"tensor<*xf32>"}, "{keepdims = 0}"), "tensor<f32>");
  EXPECT_EQ(reduce({"tensor<2x3xf32>", "[]"}, "{noop_with_empty_axes = 1}"),
            "tensor<2x3xf32>");
  EXPECT_EQ(reduce({"tensor<2x3xf32>", "tensor<1xi64>"}, "{keepdims = 0}"),
            "tensor<?xf32>");
  EXPECT_EQ(reduce({"tensor<2x3xf32>", "[2]"}),
            "error: 'onnx.ReduceSum' 'axes' is 2, out of range for rank 2");
}

TEST_F(OpsMathTest, Normalization) {
  EXPECT_EQ(infer("BatchNormalization",
                  {"tensor<1x3x?xf32>", "tensor<3xf32>", "tensor<3xf32>",
                   "tensor<3xf16>", "tensor<3xf16>"},
                  "{training_mode = 1}", 3),
            "tensor<1x3x?xf32> tensor<3xf16> tensor<3xf16>");
  EXPECT_EQ(infer("InstanceNormalization",
                  {"tensor<1x3x4xf32>", "tensor<4xf32>", "tensor<3xf32>"}),
            "error: 'onnx.InstanceNormalization' channels and the size of "
            "'scale' must agree, but are 3 and 4");
  EXPECT_EQ(infer("LayerNormalization",
                  {"tensor<2x3x4xf16>", "tensor<3x4xf16>"}, "{axis = 1}", 3),
            "tensor<2x3x4xf16> tensor<2x1x1xf32> tensor<2x1x1xf32>");
  EXPECT_EQ(infer("GroupNormalization",
                  {"tensor<1x6x4xf32>", "tensor<6xf32>", "tensor<6xf32>"},
                  "{num_groups = 4}"),
            "error: 'onnx.GroupNormalization' can't divide 6 channels into 4 "
            "groups");
  EXPECT_EQ(infer("Softmax", {"tensor<2x3xf32>"}, "{axis = 2}"),
            "error: 'onnx.Softmax' 'axis' is 2, out of range for rank 2");
  EXPECT_EQ(infer("Dropout", {"tensor<2xf32>"}, "{}", 2),
            "tensor<2xf32> tensor<2xbool>");
}

TEST_F(OpsMathTest, Quantization) {
  EXPECT_EQ(infer("QuantizeLinear",
                  {"tensor<1x3x4xf32>", "tensor<3xf32>", "tensor<3xi8>"}),
            "tensor<1x3x4xi8>");
  EXPECT_EQ(infer("QuantizeLinear", {"tensor<2x3xf32>", "tensor<f32>"},
                  "{output_dtype = 22}"),
            "tensor<2x3xi4>");
  EXPECT_EQ(infer("QuantizeLinear", {"tensor<2x3xf32>", "tensor<f32>"}),
            "tensor<2x3xu8>");
  EXPECT_EQ(infer("QuantizeLinear", {"tensor<1x3x4xf32>", "tensor<4xf32>"}),
            "error: 'onnx.QuantizeLinear' dimension 1 and the number of scales "
            "must agree, but are 3 and 4");
  EXPECT_EQ(infer("DequantizeLinear", {"tensor<2x5xu4>", "tensor<2x3xf16>"},
                  "{axis = 1, block_size = 2}"),
            "tensor<2x5xf16>");
  EXPECT_EQ(infer("DequantizeLinear", {"tensor<2x5xu4>", "tensor<2x2xf16>"},
                  "{axis = 1, block_size = 2}"),
            "error: 'onnx.DequantizeLinear' sizes of dimension 1 of blocks and "
            "scale must agree, but are 3 and 2");
  EXPECT_EQ(infer("DynamicQuantizeLinear", {"tensor<[N]xf32>"}, "{}", 3),
            "tensor<[N]xu8> tensor<f32> tensor<u8>");
  EXPECT_EQ(infer("QLinearConv",
                  {"tensor<1x1x7x7xu8>", "tensor<f32>", "tensor<u8>",
                   "tensor<2x1x3x3xi8>", "tensor<2xf32>", "tensor<2xi8>",
                   "tensor<f32>", "tensor<i8>", "tensor<2xi32>"}),
            "tensor<1x2x5x5xi8>");
  EXPECT_EQ(infer("MatMulInteger", {"tensor<4x3xu8>", "tensor<3x2xi8>"}),
            "tensor<4x2xi32>");
}

TEST_F(OpsMathTest, Recurrent) {
  EXPECT_EQ(
      infer("LSTM",
            {"tensor<[T]x2x3xf32>", "tensor<2x20x3xf32>", "tensor<2x20x5xf32>"},
            "{hidden_size = 5, direction = \"bidirectional\"}", 3),
      "tensor<[T]x2x2x5xf32> tensor<2x2x5xf32> tensor<2x2x5xf32>");
  EXPECT_EQ(
      infer("GRU",
            {"tensor<4x[T]x3xf32>", "tensor<1x15x3xf32>", "tensor<1x15x5xf32>"},
            "{layout = 1}", 2),
      "tensor<4x[T]x1x5xf32> tensor<4x1x5xf32>");
  EXPECT_EQ(infer("RNN", {"tensor<1x2x3xf32>", "tensor<1x6x3xf32>",
                          "tensor<1x5x5xf32>"}),
            "error: 'onnx.RNN' sizes that 'W' shares with other operands must "
            "agree, but are 5 and 6");
}

TEST_F(OpsMathTest, Sequences) {
  EXPECT_EQ(infer("SequenceConstruct", {"tensor<2x3xf32>", "tensor<2x4xf32>"}),
            "sequence<tensor<2x?xf32>>");
  EXPECT_EQ(infer("SequenceAt", {"sequence<tensor<2x?xf32>>", "0"}),
            "tensor<2x?xf32>");
  EXPECT_EQ(
      infer("SequenceInsert", {"sequence<tensor<2xf32>>", "tensor<2xi32>"}),
      "error: 'onnx.SequenceInsert' can't put tensor<2xi32> into a "
      "sequence of tensor<2xf32>");
  EXPECT_EQ(infer("SplitToSequence", {"tensor<6x2xf32>"}, "{keepdims = 0}"),
            "sequence<tensor<2xf32>>");
  EXPECT_EQ(infer("SplitToSequence", {"tensor<6x2xf32>", "4"}),
            "sequence<tensor<?x2xf32>>");
  EXPECT_EQ(infer("ConcatFromSequence", {"sequence<tensor<2x3xf32>>"},
                  "{axis = -1, new_axis = 1}"),
            "tensor<2x3x?xf32>");
  EXPECT_EQ(infer("Optional", {}, "{type = sequence<tensor<2xf32>>}"),
            "optional<sequence<tensor<2xf32>>>");
  EXPECT_EQ(infer("OptionalGetElement", {"optional<tensor<2xf32>>"}),
            "tensor<2xf32>");
  EXPECT_EQ(infer("Optional", {}),
            "error: 'onnx.Optional' needs an operand or the attribute 'type'");
}
