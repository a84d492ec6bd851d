//===- ElementwiseTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <cmath>

using namespace onnc;

namespace {
class ElementwiseTest : public InterpFixture {};
} // namespace

TEST_F(ElementwiseTest, Broadcasts) {
  expectOp("onnx.Add", {f32({2, 1}, {1, 2}), f32({3}, {10, 20, 30})}, "",
           f32({2, 3}, {11, 21, 31, 12, 22, 32}));
  expectOp("onnx.Where",
           {boolean({2, 1}, {1, 0}), f32({2}, {1, 2}), f32({}, {9})}, "",
           f32({2, 2}, {1, 2, 9, 9}));
  expectOp("onnx.Max", {f32({2}, {1, NAN}), f32({}, {3}), f32({1}, {2})}, "",
           f32({2}, {3, NAN}));
  expectOp("onnx.Add", {f32({0, 1}, {}), f32({3}, {1, 2, 3})}, "",
           f32({0, 3}, {}));
}

TEST_F(ElementwiseTest, IntegersWrap) {
  expectOp("onnx.Add", {i8({2}, {127, -128}), i8({2}, {1, -1})}, "",
           i8({2}, {-128, 127}));
  expectOp("onnx.Mul", {u8({1}, {200}), u8({1}, {2})}, "", u8({1}, {144}));
  expectOp("onnx.Div", {i32({3}, {-7, 7, INT32_MIN}), i32({3}, {2, -2, -1})},
           "", i32({3}, {-3, -3, INT32_MIN}));
  expectOp("onnx.Abs", {i8({1}, {-128})}, "", i8({1}, {-128}));
}

TEST_F(ElementwiseTest, ModHasTwoSigns) {
  // numpy.mod and numpy.fmod.
  RuntimeValue a = i32({4}, {-4, 7, 5, -8}), b = i32({4}, {3, -3, 8, 8});
  expectOp("onnx.Mod", {a, b}, "", i32({4}, {2, -2, 5, 0}));
  expectOp("onnx.Mod", {a, b}, "{fmod = 1}", i32({4}, {-1, 1, 5, 0}));
}

TEST_F(ElementwiseTest, PowOfIntegersIsExact) {
  expectOp("onnx.Pow", {i64({4}, {3, -2, -1, 5}), i64({4}, {39, 63, -3, -1})},
           "", i64({4}, {4052555153018976267, INT64_MIN, -1, 0}));
  expectOp("onnx.Pow", {f32({2}, {4, 2}), i32({}, {-1})}, "",
           f32({2}, {0.25, 0.5}));
}

TEST_F(ElementwiseTest, HalvesRoundOnce) {
  // 2049 lies between 2048 and 2050; a sum in half would stay at 2048.
  expectOp("onnx.Sum", {f16({}, {2048}), f16({}, {1}), f16({}, {1})}, "",
           f16({}, {2050}));
  expectOp("onnx.Mul", {f16({}, {300}), f16({}, {300})}, "",
           f16({}, {INFINITY}));
}

TEST_F(ElementwiseTest, RoundsHalvesToEven) {
  expectOp("onnx.Round", {f32({6}, {0.5, 1.5, 2.5, -0.5, -1.5, 2.4})}, "",
           f32({6}, {0, 2, 2, -0.0, -2, 2}));
}

TEST_F(ElementwiseTest, ClipsWithNaN) {
  expectOp("onnx.Clip", {f32({3}, {-5, 5, NAN}), f32({}, {-1}), f32({}, {1})},
           "", f32({3}, {-1, 1, NAN}));
  // Where min > max, max wins.
  expectOp("onnx.Clip", {i8({1}, {0}), i8({}, {5}), i8({}, {3})}, "",
           i8({1}, {3}));
}

TEST_F(ElementwiseTest, Activations) {
  Tolerance t{0, 1e-6};
  expectOp("onnx.Sigmoid", {f32({3}, {-1000, 0, 1})}, "",
           f32({3}, {0, 0.5, 0.7310585786f}), t);
  expectOp("onnx.Softplus", {f32({2}, {0, 1000})}, "",
           f32({2}, {0.6931471806f, 1000}), t);
  expectOp("onnx.Gelu", {f32({2}, {1, -1})}, "",
           f32({2}, {0.8413447461f, -0.1586552539f}), t);
  expectOp("onnx.Gelu", {f32({1}, {1})}, "{approximate = \"tanh\"}",
           f32({1}, {0.8411919906f}), t);
  expectOp("onnx.HardSigmoid", {f32({3}, {-10, 1, 10})}, "",
           f32({3}, {0, 0.7f, 1}), t);
  expectOp("onnx.PRelu", {f32({2, 2}, {-1, 2, -3, 4}), f32({2}, {0.5, 2})}, "",
           f32({2, 2}, {-0.5, 2, -1.5, 4}));
}

TEST_F(ElementwiseTest, Shifts) {
  expectOp("onnx.BitShift", {u8({3}, {16, 4, 1}), u8({3}, {1, 2, 8})},
           "{direction = \"LEFT\"}", u8({3}, {32, 16, 0}));
}

TEST_F(ElementwiseTest, CastTruncatesAndWraps) {
  expectOp("onnx.Cast", {f32({5}, {-1.9f, 1.9f, 300, -300, NAN})}, "{to = 3}",
           i8({5}, {-1, 1, 44, -44, 0}));
  expectOp("onnx.Cast", {i64({2}, {200, -129})}, "{to = 3}",
           i8({2}, {-56, 127}));
  expectOp("onnx.Cast", {f32({3}, {0, 0.1f, NAN})}, "{to = 9}",
           boolean({3}, {0, 1, 1}));
  // 2^24 + 1 lies between two floats; to even.
  expectOp("onnx.Cast", {i64({1}, {16777217})}, "{to = 1}",
           f32({1}, {16777216}));
}

TEST_F(ElementwiseTest, CastKnowsStrings) {
  auto strings = [](std::vector<std::string> values) {
    return TensorValue::of<std::string>(ElementType::String,
                                        {int64_t(values.size())}, values);
  };
  expectOp("onnx.Cast", {f32({5}, {0.1f, 1, -1e20f, 1e-5f, INFINITY})},
           "{to = 8}", strings({"0.1", "1.0", "-1e+20", "1e-05", "inf"}));
  expectOp("onnx.Cast", {strings({"3.5", "-INF", "1e3"})}, "{to = 1}",
           f32({3}, {3.5, -INFINITY, 1000}));
  expectOp("onnx.Cast", {strings({"9007199254740993"})}, "{to = 7}",
           i64({1}, {9007199254740993}));
  EXPECT_NE(opError("onnx.Cast", {strings({"x1"})}, "{to = 1}", "tensor<*xf32>")
                .find("'x1' is not a number"),
            std::string::npos);
}
