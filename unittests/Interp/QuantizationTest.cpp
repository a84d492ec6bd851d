//===- QuantizationTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"

using namespace onnc;

namespace {
class QuantizationTest : public InterpFixture {};
} // namespace

TEST_F(QuantizationTest, RoundsHalvesToEvenAndSaturates) {
  expectOp(
      "onnx.QuantizeLinear",
      {f32({7}, {-1000, -3, -1, 0, 1, 3, 1000}), f32({}, {2}), i8({}, {1})}, "",
      i8({7}, {-128, -1, 1, 1, 1, 3, 127}));
}

TEST_F(QuantizationTest, PerAxisAndBlocked) {
  RuntimeValue x = f32({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  expectOp("onnx.QuantizeLinear", {x, f32({2}, {1, 2}), u8({2}, {10, 20})},
           "{axis = 0}", u8({2, 4}, {11, 12, 13, 14, 22, 23, 24, 24}));
  expectOp("onnx.DequantizeLinear",
           {u8({1, 4}, {1, 2, 3, 4}), f32({1, 2}, {1, 10}), u8({1, 2}, {0, 1})},
           "{axis = 1, block_size = 2}", f32({1, 4}, {1, 2, 20, 30}));
  EXPECT_NE(opError("onnx.QuantizeLinear",
                    {x, f32({3}, {1, 2, 3}), u8({3}, {0, 0, 0})}, "{axis = 0}",
                    "tensor<*xu8>")
                .find("a scale of shape 3 where 2 is expected"),
            std::string::npos);
}

TEST_F(QuantizationTest, TheQuotientIsAFloat) {
  // 1.75 / 0.7f is 2.5 in float, a tie, but 2.50000004… exactly.
  expectOp("onnx.QuantizeLinear",
           {f32({1}, {1.75f}), f32({}, {0.7f}), u8({}, {0})}, "", u8({1}, {2}));
}

TEST_F(QuantizationTest, IntegerConvolution) {
  expectOp("onnx.ConvInteger",
           {u8({1, 1, 2, 2}, {2, 3, 4, 5}), u8({1, 1, 1, 1}, {3}), u8({}, {1})},
           "", i32({1, 1, 2, 2}, {3, 6, 9, 12}));
  // (2 - 1) · 3 · (0.5 · 0.25 / 0.125) + 7
  expectOp("onnx.QLinearConv",
           {u8({1, 1, 1, 1}, {2}), f32({}, {0.5}), u8({}, {1}),
            u8({1, 1, 1, 1}, {3}), f32({}, {0.25}), u8({}, {0}),
            f32({}, {0.125}), u8({}, {7})},
           "", u8({1, 1, 1, 1}, {10}));
}

TEST_F(QuantizationTest, IntegerProducts) {
  expectOp("onnx.MatMulInteger",
           {u8({1, 2}, {11, 7}), u8({2, 1}, {1, 4}), u8({}, {12}), u8({}, {0})},
           "", i32({1, 1}, {-21}));
  expectOp("onnx.QLinearMatMul",
           {u8({1, 2}, {2, 3}), f32({}, {0.5}), u8({}, {0}),
            u8({2, 1}, {10, 20}), f32({}, {1}), u8({}, {0}), f32({}, {4}),
            u8({}, {1})},
           "", u8({1, 1}, {11}));
}

TEST_F(QuantizationTest, FloatsOf8BitsSaturate) {
  auto results = tryOp("onnx.Cast", {f32({2}, {1000, -0.3f})}, "{to = 17}",
                       "tensor<*xf8e4m3fn>");
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  auto elements = (*results)[0].getTensor().elements<Float8E4M3FN>();
  EXPECT_EQ(float(elements[0]), 448.0f);
  EXPECT_EQ(float(elements[1]), -0.3125f);
}
