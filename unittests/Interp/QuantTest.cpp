//===- QuantTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"

using namespace onnc;

namespace {
class QuantTest : public InterpFixture {};
} // namespace

TEST_F(QuantTest, RequantizeRoundsHalvesToEvenAndClamps) {
  RuntimeValue acc = i32({9}, {-1000, -5, -3, -1, 0, 1, 3, 5, 1000});
  expectOp("quant.Requantize", {acc},
           "{axis = 0, numerators = [0.5], zero_point = dense<tensor<i8>, "
           "[0]>}",
           i8({9}, {-128, -2, -2, 0, 0, 0, 2, 2, 127}));
  expectOp("quant.Requantize", {acc},
           "{axis = 0, denominators = [2.0], min = 9, max = 11, zero_point = "
           "dense<tensor<u8>, [10]>}",
           u8({9}, {9, 9, 9, 10, 10, 10, 11, 11, 11}));
}

TEST_F(QuantTest, RequantizeHasBiasAndScalePerChannel) {
  expectOp("quant.Requantize",
           {i32({1, 2, 2}, {10, 20, 30, 40}), i32({2}, {2, -10})},
           "{channel_scales = dense<tensor<2xf32>, [0.5, 0.25]>, denominators "
           "= [2.0], zero_point = dense<tensor<i8>, [1]>}",
           i8({1, 2, 2}, {4, 7, 3, 5}));
  // The sum wraps around, as an accumulator does.
  expectOp("quant.Requantize", {i32({1}, {INT32_MAX}), i32({1}, {1})},
           "{axis = 0, zero_point = dense<tensor<i8>, [0]>}", i8({1}, {-128}));
  EXPECT_NE(opError("quant.Requantize",
                    {i32({1, 2}, {1, 2}), i32({3}, {1, 2, 3})},
                    "{zero_point = dense<tensor<i8>, [0]>}", "tensor<*xi8>")
                .find("scales or bias of 3 elements where 2 are expected"),
            std::string::npos);
}

TEST_F(QuantTest, RequantizeIsExactWhereDoublesAreNot) {
  // The double 0.3 is less than that, so that five times it is less than a
  // half; the product as a double is one, and goes to 2.
  expectOp("quant.Requantize", {i32({2}, {5, -5})},
           "{axis = 0, numerators = [0.3:f64], zero_point = "
           "dense<tensor<i16>, [0]>}",
           TensorValue::of<int16_t>(ElementType::I16, {2}, {1, -1}));
}

TEST_F(QuantTest, SumBroadcastsAndSubtracts) {
  expectOp("quant.Sum", {i8({2, 2}, {10, 20, -30, 127}), u8({2}, {0, 255})},
           "{scales = [0.5, 0.25], denominators = [2.0], input_zero_points = "
           "[10, 5], zero_point = dense<tensor<i8>, [1]>}",
           // (0 - 5/8, 10/4 + 250/8, -40/4 - 5/8, 117/4 + 250/8 = 60.5) + 1
           i8({2, 2}, {0, 35, -10, 61}));
  expectOp("quant.Sum", {i8({2}, {5, -5}), i8({2}, {2, 4})},
           "{scales = [1.0, -0.5], input_zero_points = [0, 0], zero_point = "
           "dense<tensor<u8>, [7]>}",
           u8({2}, {11, 0}));
}

TEST_F(QuantTest, MulIsIn32Bits) {
  expectOp("quant.Mul", {i8({2}, {-128, 127}), u8({}, {255})},
           "{a_zero_point = 127}", i32({2}, {-65025, 0}));
}

TEST_F(QuantTest, SumPoolSkipsPadding) {
  expectOp("quant.SumPool", {u8({1, 1, 2, 2}, {10, 20, 30, 40})},
           "{input_zero_point = 5, kernel_shape = [2, 2], pads = [1, 1, 0, 0]}",
           i32({1, 1, 2, 2}, {5, 20, 30, 80}));
}

TEST_F(QuantTest, TableStartsAtTheLowestNumber) {
  std::string numbers = "0";
  for (int i = 1; i != 256; ++i)
    numbers += ", " + std::to_string(i);
  std::string table = "{table = dense<tensor<256xu8>, [" + numbers + "]>}";
  expectOp("quant.Table", {i8({3}, {-128, 0, 127})}, table,
           u8({3}, {0, 128, 255}));
  expectOp("quant.Table", {u8({3}, {0, 128, 255})}, table,
           u8({3}, {0, 128, 255}));
}

TEST_F(QuantTest, SoftmaxDividesTheTable) {
  // Weights 4, 2, 1, then nothing: of 5, 1 + 1 + 4 · … are 256ths.
  std::string numbers = "4, 2, 1";
  for (int i = 3; i != 256; ++i)
    numbers += ", 0";
  std::string attributes = "{exponentials = dense<tensor<256xu32>, [" +
                           numbers +
                           "]>, scale = 0.00390625, zero_point = "
                           "dense<tensor<i8>, [-128]>";
  expectOp("quant.Softmax", {i8({2, 3}, {3, 2, 1, 100, -128, 100})},
           attributes + "}",
           // 256 · (4, 2, 1) / 7 = 146.3, 73.1, 36.6; 128, 0, 128
           i8({2, 3}, {18, -55, -91, 0, -128, 0}));
  expectOp("quant.Softmax", {i8({2, 1}, {3, 2})}, attributes + ", axis = 0}",
           i8({2, 1}, {43, -43}));
}
