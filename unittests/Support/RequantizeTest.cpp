//===- RequantizeTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Requantize.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace onnc;

/// value * a / b rounded by plain integer division, halves to even.
static int64_t divideRounded(Int128 value, Int128 a, Int128 b) {
  const Int128 twice = 2 * value * a;
  Int128 floor = twice / (2 * b) - (twice % (2 * b) < 0);
  const Int128 rest = twice - floor * 2 * b;
  return int64_t(floor + (rest > b || (rest == b && floor % 2 != 0)));
}

TEST(RoundQuotient, HalvesGoToEven) {
  const int32_t expected[] = {-2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2};
  for (int i = -5; i <= 5; ++i)
    EXPECT_EQ(roundQuotient(i, 2), expected[i + 5]) << i;
  EXPECT_EQ(roundQuotient(1, 3, 1), 1);
  EXPECT_EQ(roundQuotient(3, 1, -1), 2);
  EXPECT_EQ(roundQuotient(5, 1, -1), 2);
}

TEST(RoundQuotient, AnyExponentSaturates) {
  EXPECT_EQ(roundQuotient(1, 1, 31), INT32_MAX);
  EXPECT_EQ(roundQuotient(-1, 1, 31), INT32_MIN);
  EXPECT_EQ(roundQuotient(1, 3, 1000), INT32_MAX);
  EXPECT_EQ(roundQuotient(-1, 3, 1000), INT32_MIN);
  EXPECT_EQ(roundQuotient(INT64_MAX, 1, -1000), 0);
  EXPECT_EQ(roundQuotient(Int128(1) << 124, UInt128(1) << 95, -1), 1 << 28);
  EXPECT_EQ(roundQuotient(0, 1, 1000), 0);
}

TEST(RationalScale, IsInLowestTerms) {
  auto scale = RationalScale::get({0.75, 12.0}, {5.0, 3.0}); // 3/5
  ASSERT_TRUE(scale);
  EXPECT_EQ(scale->getNumerator(), 3u);
  EXPECT_EQ(scale->getDenominator(), 5u);
  EXPECT_EQ(scale->getExponent(), 0);
  EXPECT_EQ(scale->apply(5), 3);
  EXPECT_DOUBLE_EQ(scale->toDouble(), 0.6);
  EXPECT_EQ(RationalScale::get({0.5f}, {}), RationalScale::get({2.0}, {4.0}));
}

TEST(RationalScale, RefusesWhatIsNoScale) {
  for (double bad : {0.0, -1.0, double(INFINITY), double(NAN)}) {
    EXPECT_FALSE(RationalScale::get({1.0, bad}));
    EXPECT_FALSE(RationalScale::get({1.0}, {bad}));
  }
  // 3^41 has 65 bits.
  EXPECT_FALSE(RationalScale::get(std::vector<double>(41, 3.0)));
  EXPECT_TRUE(RationalScale::get(std::vector<double>(40, 3.0)));
}

TEST(RationalScale, EqualsPlainDivision) {
  // Fractions with many ties, and floats.
  for (int a : {1, 2, 3, 5, 255})
    for (int b : {1, 2, 4, 6, 7, 10, 1024}) {
      auto scale = RationalScale::get({double(a)}, {double(b)});
      ASSERT_TRUE(scale);
      for (int value = -5000; value <= 5000; ++value)
        ASSERT_EQ(scale->apply(value), divideRounded(value, a, b))
            << value << " * " << a << " / " << b;
    }
}

TEST(RationalScale, FloatsAreNotRounded) {
  // 0.1f * 0.3f / 0.7f, in double, rounds these the other way.
  std::mt19937 random(1);
  std::uniform_real_distribution<float> scales(0.001f, 0.1f);
  for (int i = 0; i != 200; ++i) {
    const float sx = scales(random), sw = scales(random), sy = scales(random);
    auto scale = RationalScale::get({sx, sw}, {sy});
    ASSERT_TRUE(scale);
    int ex, ew, ey;
    const Int128 mx = std::ldexp(std::frexp(sx, &ex), 24);
    const Int128 mw = std::ldexp(std::frexp(sw, &ew), 24);
    const Int128 my = std::ldexp(std::frexp(sy, &ey), 24);
    const int exponent = ex + ew - ey - 24;
    ASSERT_LT(exponent, 0);
    for (int value = -2000; value <= 2000; value += 7)
      ASSERT_EQ(scale->apply(value),
                divideRounded(value, mx * mw, my << -exponent));
  }
}

TEST(RationalSum, AddsExactly) {
  // 3/4 a - 5/8 b, times 1/3.
  auto sum = RationalSum::get({0.75, -0.625}, {3.0});
  ASSERT_TRUE(sum);
  for (int a = -255; a <= 255; ++a)
    for (int b = -255; b <= 255; b += 3)
      ASSERT_EQ(sum->apply({a, b}), divideRounded(6 * a - 5 * b, 1, 24));
  EXPECT_FALSE(RationalSum::get({1.0, 0.0}));
  EXPECT_FALSE(RationalSum::get({1.0, std::ldexp(1.0, 90)}));
  EXPECT_FALSE(RationalSum::get({1.0}, {-1.0}));
}

//===----------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------===//

/// Compares all integers up to \p bound; returns whether there was one.
static bool checkFixedPoint(const RationalScale &scale, int64_t bound,
                            unsigned bits = 31) {
  auto fixed = findFixedPoint(scale, {-bound, bound}, bits);
  if (!fixed)
    return false;
  EXPECT_LT(fixed->multiplier >> bits, 1);
  EXPECT_GE(fixed->shift, 1u);
  EXPECT_LE(fixed->shift, 62u);
  for (int64_t value = -bound; value <= bound; ++value)
    if (fixed->apply(value) != scale.apply(value)) {
      ADD_FAILURE() << value << " * " << scale.toDouble() << ": "
                    << fixed->apply(value) << " instead of "
                    << scale.apply(value);
      return true;
    }
  return true;
}

TEST(FixedPoint, EqualsTheExactScaleExhaustively) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> exponents(-14, 1), mantissas(1, 2);
  int found = 0;
  for (int i = 0; i != 60; ++i) {
    const float sx = std::exp2(exponents(random)) * mantissas(random);
    const float sw = 0.01f * mantissas(random), sy = 0.05f * mantissas(random);
    auto scale = RationalScale::get({sx, sw}, {sy});
    ASSERT_TRUE(scale);
    found += checkFixedPoint(*scale, 100000);
  }
  EXPECT_GE(found, 50);
}

TEST(FixedPoint, ExactMultipliersRoundHalvesToEven) {
  for (double scale : {0.5, 0.25, 0.375, 1.0, 2.5, 1.0 / 4096, 1000.0}) {
    auto exact = RationalScale::get(scale);
    ASSERT_TRUE(exact);
    EXPECT_TRUE(checkFixedPoint(*exact, 20000)) << scale;
  }
  EXPECT_TRUE(findFixedPoint(*RationalScale::get(0.5), {0, 1})->halvesToEven);
  // Within the bound there is no half: 1/4096 reaches one at 2048.
  EXPECT_FALSE(findFixedPoint(*RationalScale::get(1.0 / 4096), {-2047, 2047})
                   ->halvesToEven);
  EXPECT_TRUE(findFixedPoint(*RationalScale::get(1.0 / 4096), {-2048, 0})
                  ->halvesToEven);
  EXPECT_FALSE(findFixedPoint(*RationalScale::get(1.0 / 4096), {2049, 6143})
                   ->halvesToEven);
}

TEST(FixedPoint, RefusesWhatAMultiplierCantDo) {
  // 1/6: no multiplier is exact, and 3 · 1/6 is a half; 1/3 has no halves.
  EXPECT_FALSE(findFixedPoint(*RationalScale::get({1.0}, {6.0}), {0, 3}));
  EXPECT_TRUE(findFixedPoint(*RationalScale::get({1.0}, {6.0}), {-2, 2}));
  EXPECT_TRUE(checkFixedPoint(*RationalScale::get({1.0}, {3.0}), 100000));
  // Too large to shift.
  EXPECT_FALSE(
      findFixedPoint(*RationalScale::get(std::ldexp(1.0, 31)), {0, 1}));
}

TEST(FixedPoint, TheProofIsSharp) {
  // With few bits the nearest multipliers fail from some value on. The bound
  // up to which one is found is the one that trying finds.
  for (auto [a, b] : {std::pair(355., 113.), {7., 19.}, {1001., 4099.}}) {
    auto scale = RationalScale::get({a}, {b});
    int64_t bound = 1;
    while (bound < 100000 && findFixedPoint(*scale, {-bound, bound}, 8))
      ++bound;
    ASSERT_GT(bound, 2);
    ASSERT_LT(bound, 100000);
    EXPECT_TRUE(checkFixedPoint(*scale, bound - 1, 8));
    // Neither neighbour does, at this bound.
    int exponent;
    std::frexp(a / b, &exponent);
    FixedPointScale fixed;
    fixed.shift = 8 - exponent;
    for (int64_t extra : {0, 1}) {
      fixed.multiplier = int64_t(std::ldexp(a / b, fixed.shift)) + extra;
      bool equal = fixed.multiplier < 256;
      for (int64_t value = -bound; value <= bound; ++value)
        equal &= fixed.apply(value) == scale->apply(value);
      EXPECT_FALSE(equal);
    }
  }
}

TEST(FixedPoint, MoreBitsReachFurther) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> mantissas(1, 2);
  int narrow = 0, wide = 0;
  for (int i = 0; i != 300; ++i) {
    auto scale =
        RationalScale::get({0.01f * mantissas(random), mantissas(random)},
                           {8 * mantissas(random)});
    const ValueRange all{INT32_MIN, INT32_MAX};
    narrow += findFixedPoint(*scale, all).has_value();
    wide += findFixedPoint(*scale, all, 62).has_value();
  }
  EXPECT_LT(narrow, 30);
  EXPECT_GT(wide, 290);
}

TEST(FixedPoint, EachSignAndPartOfTheRangeAlone) {
  // With few bits some multipliers hold for one part of the range and not for
  // another; whatever is found is right on all of it.
  std::mt19937 random(4);
  std::uniform_real_distribution<float> scales(0.01f, 1);
  std::uniform_int_distribution<int> ends(-3000, 3000);
  int found = 0, refused = 0;
  for (int i = 0; i != 3000; ++i) {
    auto scale = RationalScale::get(scales(random));
    ValueRange range{ends(random), ends(random)};
    if (range.low > range.high)
      std::swap(range.low, range.high);
    auto fixed = findFixedPoint(*scale, range, 10 + i % 8);
    ++(fixed ? found : refused);
    for (int64_t value = range.low; fixed && value <= range.high; ++value)
      ASSERT_EQ(fixed->apply(value), scale->apply(value))
          << value << " * " << scale->toDouble();
  }
  EXPECT_GT(found, 300);
  EXPECT_GT(refused, 300);
}

TEST(FixedPoint, ClampingBoundsWhatMatters) {
  auto scale = RationalScale::get({1.0}, {1000.0});
  const ValueRange all{INT32_MIN, INT32_MAX};
  // 99500 / 1000 is a half that goes to 100, 126500 / 1000 one that goes to
  // 126.
  EXPECT_EQ(getRelevantRange(*scale, all, {-100, 127}),
            (ValueRange{-99500, 126501}));
  EXPECT_EQ(getRelevantRange(*scale, all, {0, 127}), (ValueRange{0, 126501}));
  EXPECT_EQ(getRelevantRange(*scale, all, {20, 127}), (ValueRange{0, 126501}));
  EXPECT_EQ(getRelevantRange(*scale, {-5, 70}, {-100, 127}),
            (ValueRange{-5, 70}));
  // Beyond: the end still has to be clamped.
  EXPECT_EQ(getRelevantRange(*scale, {200000, 300000}, {-100, 127}),
            (ValueRange{126501, 126501}));
  EXPECT_EQ(getRelevantRange(*RationalScale::get(1e-30), all, {-128, 127}),
            all);
}

TEST(FixedPoint, SumsOfTwo) {
  const ValueRange byte{-255, 255}, quarter{-64, 64};
  auto sum = RationalSum::get({0.0393936f, 0.104195f}, {0.0509457f});
  ASSERT_TRUE(sum);
  auto fixed = findFixedPoint(*sum, {byte, byte}, {-128, 255});
  ASSERT_TRUE(fixed);
  for (int a = -255; a <= 255; ++a)
    for (int b = -255; b <= 255; ++b) {
      auto clamped = [](int64_t x) {
        return std::clamp<int64_t>(x, -128, 255);
      };
      ASSERT_EQ(clamped(fixed->apply({a, b})), clamped(sum->apply({a, b})));
    }
  // Equal scales: a half for every odd sum.
  auto mean = RationalSum::get({0.5, 0.5});
  fixed = findFixedPoint(*mean, {quarter, quarter}, {-128, 127});
  ASSERT_TRUE(fixed);
  EXPECT_TRUE(fixed->halvesToEven);
  EXPECT_EQ(fixed->apply({1, 0}), 0);
  EXPECT_EQ(fixed->apply({1, 2}), 2);
  EXPECT_EQ(fixed->apply({-1, 0}), 0);
  // Halves of thirds.
  EXPECT_FALSE(findFixedPoint(*RationalSum::get({1.0, 1.0}, {6.0}),
                              {quarter, quarter}, {-128, 127}));
}
