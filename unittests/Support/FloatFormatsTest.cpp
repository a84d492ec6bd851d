//===- FloatFormatsTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The conversions against llvm::APFloat, bit for bit. What APFloat doesn't do
// (saturation, E8M0, E2M1's NaN) is spelled out.
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/FloatFormats.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace onnc;
using llvm::APFloat;
using llvm::APInt;

static constexpr float inf = std::numeric_limits<float>::infinity();
static const float nan32 = std::numeric_limits<float>::quiet_NaN();

namespace {
template <typename T> struct FormatTest : testing::Test {};

template <typename T> const llvm::fltSemantics &semantics();
template <> const llvm::fltSemantics &semantics<Half>() {
  return APFloat::IEEEhalf();
}
template <> const llvm::fltSemantics &semantics<BFloat16>() {
  return APFloat::BFloat();
}
template <> const llvm::fltSemantics &semantics<Float8E4M3FN>() {
  return APFloat::Float8E4M3FN();
}
template <> const llvm::fltSemantics &semantics<Float8E4M3FNUZ>() {
  return APFloat::Float8E4M3FNUZ();
}
template <> const llvm::fltSemantics &semantics<Float8E5M2>() {
  return APFloat::Float8E5M2();
}
template <> const llvm::fltSemantics &semantics<Float8E5M2FNUZ>() {
  return APFloat::Float8E5M2FNUZ();
}
template <> const llvm::fltSemantics &semantics<Float4E2M1>() {
  return APFloat::Float4E2M1FN();
}

template <typename T> uint32_t expectedCode(double value) {
  APFloat number(value);
  bool losesInfo;
  number.convert(semantics<T>(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

template <typename T> APFloat number(uint32_t code) {
  return APFloat(semantics<T>(), APInt(T::layout.width, code));
}

uint32_t bitsOf(float value) { return std::bit_cast<uint32_t>(value); }

bool hasNaN(FloatLayout layout) {
  return layout.specials != SpecialCodes::None;
}

// Compares both conversions to T with APFloat's.
template <typename T> void checkEncode(double value) {
  if (!hasNaN(T::layout) && !(std::fabs(value) <= 6))
    return; // APFloat has no answer.
  const uint32_t expected = expectedCode<T>(value);
  ASSERT_EQ(T(value).bits, expected) << "double " << value;
  const float single = float(value);
  const uint32_t expectedSingle = expectedCode<T>(single);
  ASSERT_EQ(T(single).bits, expectedSingle) << "float " << single;

  // Saturation differs exactly where the value overflows.
  const uint32_t saturated = T(value, OnOverflow::Saturate).bits;
  const uint32_t sign = std::signbit(value) ? T::layout.signBit() : 0;
  const bool finite = std::isfinite(float(T::fromBits(expected)));
  if (std::isnan(value) || finite)
    ASSERT_EQ(saturated, expected) << "double " << value;
  else
    ASSERT_EQ(saturated, sign | T::max().bits) << "double " << value;
}
} // namespace

using Formats = testing::Types<Half, BFloat16, Float8E4M3FN, Float8E4M3FNUZ,
                               Float8E5M2, Float8E5M2FNUZ, Float4E2M1>;
TYPED_TEST_SUITE(FormatTest, Formats);

TYPED_TEST(FormatTest, EveryCodeDecodes) {
  for (uint32_t code = 0; code != 1u << TypeParam::layout.width; ++code) {
    APFloat exact = number<TypeParam>(code);
    const float value = TypeParam::fromBits(code);
    bool losesInfo;
    exact.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    if (exact.isNaN() && TypeParam::layout.specials != SpecialCodes::IEEE) {
      // Formats with one NaN carry no payload; APFloat makes one up.
      ASSERT_TRUE(std::isnan(value)) << code;
      continue;
    }
    ASSERT_EQ(bitsOf(value), exact.bitcastToAPInt().getZExtValue()) << code;
  }
}

TYPED_TEST(FormatTest, EveryCodeComesBack) {
  for (uint32_t code = 0; code != 1u << TypeParam::layout.width; ++code) {
    const TypeParam in = TypeParam::fromBits(code);
    uint32_t expected = code;
    if (std::isnan(float(in)) &&
        TypeParam::layout.specials == SpecialCodes::IEEE)
      expected |= 1u << (TypeParam::layout.mantissaBits - 1); // quiet
    ASSERT_EQ(TypeParam(float(in)).bits, expected);
    ASSERT_EQ(TypeParam(double(float(in))).bits, expected);
    ASSERT_EQ(TypeParam(float(in), OnOverflow::Saturate).bits,
              std::isinf(float(in)) ? expected - 1 : expected);
  }
}

// Every number of the format, every halfway point, and their neighbours among
// the doubles and the floats.
TYPED_TEST(FormatTest, TiesAndTheirNeighbours) {
  const FloatLayout layout = TypeParam::layout;
  for (uint32_t code = 0; code <= layout.maxFinite(); ++code) {
    const double low = float(TypeParam::fromBits(code));
    // One step beyond the largest number is where it would lie.
    const double high = code == layout.maxFinite()
                            ? low + (low - float(TypeParam::fromBits(code - 1)))
                            : float(TypeParam::fromBits(code + 1));
    for (double value : {low, (low + high) / 2, high})
      for (double near :
           {value, std::nextafter(value, -inf), std::nextafter(value, inf),
            double(std::nextafterf(float(value), -inf)),
            double(std::nextafterf(float(value), inf))}) {
        ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(near));
        ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(-near));
      }
  }
}

TYPED_TEST(FormatTest, RandomBitPatterns) {
  std::mt19937_64 random(1);
  for (int i = 0; i != 200000; ++i) {
    const uint64_t bits = random();
    const float single = std::bit_cast<float>(uint32_t(bits));
    ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(single));
    ASSERT_NO_FATAL_FAILURE(
        checkEncode<TypeParam>(std::bit_cast<double>(bits)));
    // Most bit patterns overflow or vanish: aim at the format's exponents.
    const double aimed =
        std::ldexp(1.0 + double(bits >> 12) * 0x1p-52, int(bits % 48) - 28);
    ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(aimed));
    ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(-aimed));
  }
}

TYPED_TEST(FormatTest, ExtremeValues) {
  for (double value :
       {0.0, std::numeric_limits<double>::denorm_min(),
        std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
        double(std::numeric_limits<float>::denorm_min()),
        double(std::numeric_limits<float>::max()), double(inf),
        double(nan32)}) {
    ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(value));
    ASSERT_NO_FATAL_FAILURE(checkEncode<TypeParam>(-value));
  }
}

// 1 + 2^-11 lies halfway between two halves; the double just above it rounds
// up, but to float first it would become the tie, and that goes down.
TEST(FloatFormatsTest, DoubleToHalfRoundsOnce) {
  const double aboveTie = 1.0 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(Half(aboveTie).bits, 0x3c01);
  EXPECT_EQ(Half(float(aboveTie)).bits, 0x3c00);
}

// 2^62 + 2^54 is a tie among the bfloat16s, and the last bit breaks it; a
// double can't hold that bit.
TEST(FloatFormatsTest, IntegersRoundOnce) {
  const int64_t tie = (1ll << 62) + (1ll << 54);
  EXPECT_EQ(BFloat16(tie).bits, 0x5e80);
  EXPECT_EQ(BFloat16(tie + 1).bits, 0x5e81);
  EXPECT_EQ(BFloat16(-tie - 1).bits, 0xde81);
  EXPECT_EQ(BFloat16(tie - 1).bits, 0x5e80);
  EXPECT_EQ(float(BFloat16(UINT64_MAX)), 0x1p64f);
  EXPECT_EQ(float(BFloat16(INT64_MIN)), -0x1p63f);
  EXPECT_EQ(float(Half(2049)), 2048.f);
  EXPECT_EQ(float(Half(-2051)), -2052.f);
  EXPECT_EQ(float(Half(true)), 1.f);
  EXPECT_EQ(float(Half(uint8_t(255))), 255.f);
  EXPECT_EQ(Half(65520).bits, 0x7c00);
  EXPECT_EQ(Half(65520, OnOverflow::Saturate).bits, 0x7bff);
}

TEST(FloatFormatsTest, LargestFiniteNumbers) {
  EXPECT_EQ(float(Half::max()), 65504.f);
  EXPECT_EQ(float(BFloat16::max()), 0x1.fep127f);
  EXPECT_EQ(float(Float8E4M3FN::max()), 448.f);
  EXPECT_EQ(float(Float8E4M3FNUZ::max()), 240.f);
  EXPECT_EQ(float(Float8E5M2::max()), 57344.f);
  EXPECT_EQ(float(Float8E5M2FNUZ::max()), 57344.f);
  EXPECT_EQ(float(Float4E2M1::max()), 6.f);
  EXPECT_EQ(float(Float8E4M3FN::lowest()), -448.f);
}

// The values of ONNX's test_cast_*_to_FLOAT8* node tests.
TEST(FloatFormatsTest, OnnxCastToFloat8) {
  const OnOverflow saturate = OnOverflow::Saturate;
  EXPECT_EQ(Float8E4M3FNUZ(inf, saturate).bits, 0x7f);
  EXPECT_EQ(Float8E4M3FNUZ(-inf, saturate).bits, 0xff);
  EXPECT_EQ(Float8E4M3FNUZ(nan32, saturate).bits, 0x80);
  EXPECT_EQ(Float8E4M3FNUZ(-1e-7f, saturate).bits, 0x00);
  EXPECT_EQ(Float8E4M3FNUZ(1e6f).bits, 0x80);
  EXPECT_EQ(Float8E5M2(1e6f, saturate).bits, 0x7b);
  EXPECT_EQ(Float8E5M2(nan32, saturate).bits, 0x7e);
  EXPECT_EQ(Float8E5M2(-1e-7f).bits, 0x80);
  EXPECT_EQ(Float8E5M2(-inf).bits, 0xfc);
  EXPECT_EQ(Float8E4M3FN(inf).bits, 0x7f);
  EXPECT_EQ(Float8E4M3FN(-inf).bits, 0xff);
  EXPECT_EQ(Float8E5M2FNUZ(-inf).bits, 0x80);
  EXPECT_EQ(Float8E5M2FNUZ(0.4789254665374756f).bits, 0x3c);
}

// The values of ONNX's test_castlike_FLOAT_to_FLOAT4E2M1 node test.
TEST(FloatFormatsTest, OnnxCastToFloat4) {
  const float in[] = {0.48f, 0.25f, 1.05f, -3.5f, -8, 9,     inf,  1e-7f,
                      nan32, inf,   inf,   -inf,  -4, 0.01f, -0.0f};
  const uint8_t out[] = {1, 0, 2, 0xe, 0xf, 7, 7, 0, 8, 7, 7, 0xf, 0xe, 0, 8};
  for (auto [value, code] : llvm::zip_equal(in, out)) {
    EXPECT_EQ(Float4E2M1(value).bits, code) << value;
    EXPECT_EQ(Float4E2M1(value, OnOverflow::Saturate).bits, code) << value;
  }
}

TEST(Float8E8M0Test, CodesArePowersOfTwo) {
  for (int code = 0; code != 255; ++code) {
    const Float8E8M0 number = Float8E8M0::fromBits(code);
    EXPECT_EQ(double(float(number)), std::ldexp(1.0, code - 127));
    for (E8M0Rounding rounding :
         {E8M0Rounding::Up, E8M0Rounding::Down, E8M0Rounding::Nearest})
      EXPECT_EQ(Float8E8M0(float(number), OnOverflow::Infinity, rounding).bits,
                code);
  }
  EXPECT_TRUE(std::isnan(float(Float8E8M0::fromBits(255))));
}

TEST(Float8E8M0Test, Rounding) {
  const auto code = [](double value, E8M0Rounding rounding) {
    return int(Float8E8M0(value, OnOverflow::Saturate, rounding).bits);
  };
  using enum E8M0Rounding;
  for (int exponent : {-126, -1, 0, 1, 100}) {
    const double power = std::ldexp(1.0, exponent);
    const int low = exponent + 127;
    const double above = std::nextafter(power, inf);
    const double belowTie = std::nextafter(1.5 * power, 0.0);
    const double below = std::nextafter(2 * power, 0.0);
    EXPECT_EQ(code(above, Up), low + 1);
    EXPECT_EQ(code(above, Down), low);
    EXPECT_EQ(code(above, Nearest), low);
    EXPECT_EQ(code(belowTie, Nearest), low);
    EXPECT_EQ(code(1.5 * power, Nearest), low + 1);
    EXPECT_EQ(code(1.5 * power, Down), low);
    EXPECT_EQ(code(below, Down), low);
    EXPECT_EQ(code(below, Nearest), low + 1);
    EXPECT_EQ(code(below, Up), low + 1);
  }
}

// Cast's table for E8M0: saturating and rounding up, or neither.
TEST(Float8E8M0Test, OutOfRange) {
  const auto saturated = [](double value) {
    return int(Float8E8M0(value).bits);
  };
  const auto strict = [](double value) {
    return int(
        Float8E8M0(value, OnOverflow::Infinity, E8M0Rounding::Nearest).bits);
  };
  const double tooLarge = std::ldexp(1.5, 127), tooSmall = std::ldexp(1, -129);
  EXPECT_EQ(saturated(0.0), 0);
  EXPECT_EQ(saturated(nan32), 255);
  EXPECT_EQ(saturated(inf), 254);
  EXPECT_EQ(saturated(tooLarge), 254);
  EXPECT_EQ(saturated(tooSmall), 0);
  EXPECT_EQ(saturated(-1.0), 255);
  EXPECT_EQ(strict(0.0), 255);
  EXPECT_EQ(strict(nan32), 255);
  EXPECT_EQ(strict(inf), 255);
  EXPECT_EQ(strict(tooLarge), 255);
  EXPECT_EQ(strict(tooSmall), 255);
  EXPECT_EQ(strict(std::ldexp(1.25, 127)), 254);
}

// All floats would take too long: all halves, and floats that sample every
// sign and exponent, at every position of the vector.
TEST(FloatFormatsTest, ArraysConvertLikeElements) {
  std::vector<Half> halves(0x10000);
  for (uint32_t code = 0; code != halves.size(); ++code)
    halves[code] = Half::fromBits(code);
  std::vector<float> floats(halves.size());
  convert(halves, floats);
  for (uint32_t code = 0; code != halves.size(); ++code)
    ASSERT_EQ(bitsOf(floats[code]), bitsOf(float(halves[code]))) << code;

  std::mt19937 random(2);
  for (size_t count : {0, 1, 7, 8, 9, 100003}) {
    std::vector<float> in(count);
    for (float &value : in)
      value = std::bit_cast<float>(uint32_t(random()));
    std::vector<Half> out(count);
    convert(in, out);
    for (size_t i = 0; i != count; ++i)
      ASSERT_EQ(out[i].bits, Half(in[i]).bits) << in[i];
  }
}
