//===- CompareTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <cmath>

using namespace onnc;

TEST(CompareTest, FirstMismatchIsNamed) {
  auto result = compare(f32({2, 2}, {1, 2, 3, 5}), f32({2, 2}, {1, 2, 4, 4}));
  EXPECT_FALSE(bool(result));
  EXPECT_EQ(result.firstMismatch, "element [1, 0]: 3 where 4 is expected");
  EXPECT_EQ(result.mismatches, 2);
  EXPECT_EQ(result.compared, 4);
  EXPECT_EQ(result.maxError, 1);
}

TEST(CompareTest, TolerancesAdd) {
  EXPECT_TRUE(bool(compare(f32({1}, {1.5}), f32({1}, {1}), {0.25, 0.25})));
  EXPECT_FALSE(bool(compare(f32({1}, {1.5}), f32({1}, {1}), {0.25, 0.125})));
}

TEST(CompareTest, SpecialNumbers) {
  const float inf = INFINITY;
  EXPECT_TRUE(bool(compare(f32({2}, {NAN, inf}), f32({2}, {NAN, inf}))));
  EXPECT_FALSE(bool(compare(f32({1}, {NAN}), f32({1}, {0}), {1e30, 0})));
  EXPECT_FALSE(bool(compare(f32({1}, {inf}), f32({1}, {-inf}), {inf, 0})));
  EXPECT_FALSE(bool(compare(f32({1}, {3e38f}), f32({1}, {inf}), {1e30, 1})));
}

TEST(CompareTest, IntegersAreExact) {
  const int64_t big = (int64_t(1) << 60) + 1;
  EXPECT_FALSE(bool(compare(i64({1}, {big}), i64({1}, {big - 1}), {9, 0})));
  EXPECT_TRUE(bool(
      compare(i8({1}, {3}), i8({1}, {4}), {.absolute = 1, .integers = true})));
}

TEST(CompareTest, KindsTypesAndShapes) {
  RuntimeValue x = f32({2}, {1, 2});
  EXPECT_EQ(compare(x, f32({1, 2}, {1, 2})).firstMismatch,
            "tensor<2xf32> where tensor<1x2xf32> is expected");
  EXPECT_EQ(compare(x, RuntimeValue::none()).firstMismatch,
            "tensor<2xf32> where optional(none) is expected");
  EXPECT_EQ(compare(RuntimeValue::sequence({x, x}),
                    RuntimeValue::sequence({x, f32({2}, {1, 3})}))
                .firstMismatch,
            "item 1: element [1]: 2 where 3 is expected");
  EXPECT_TRUE(bool(compare(RuntimeValue::some(x), RuntimeValue::some(x))));
}
