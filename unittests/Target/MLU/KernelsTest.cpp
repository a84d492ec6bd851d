//===- KernelsTest.cpp - Results to the bit -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sim/Kernels.h"
#include "Float16.h"
#include "Sim/SpecialFunctions.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace onnc::mlu;

namespace {

/// FP16 by definition: sign, exponent, significand.
double halfByDefinition(uint16_t half) {
  int exponent = half >> 10 & 31, fraction = half & 1023;
  double magnitude = exponent == 0 ? std::ldexp(fraction, -24)
                                   : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31)
    magnitude = fraction ? NAN : INFINITY;
  return half & 0x8000 ? -magnitude : magnitude;
}

TEST(Float16Test, EveryHalfWidensExactlyAndComesBack) {
  for (uint32_t h = 0; h != 65536; ++h) {
    double expected = halfByDefinition(uint16_t(h));
    float value = fromHalf(uint16_t(h));
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(value));
      EXPECT_EQ(toHalf(value), CanonicalNaN16);
      continue;
    }
    ASSERT_EQ(double(value), expected) << h;
    ASSERT_EQ(std::signbit(value), (h & 0x8000) != 0) << h;
    ASSERT_EQ(toHalf(value), h);
  }
}

TEST(Float16Test, NarrowingRoundsToNearestEven) {
  // Around and on the midpoint of every pair of neighbours.
  for (uint16_t h = 0; h != 0x7bff; ++h) {
    double low = halfByDefinition(h), high = halfByDefinition(uint16_t(h + 1));
    float middle = float((low + high) / 2); // Exact: one more bit.
    ASSERT_EQ(toHalf(middle), h & 1 ? h + 1 : h) << h;
    ASSERT_EQ(toHalf(std::nextafterf(middle, 0)), h) << h;
    ASSERT_EQ(toHalf(std::nextafterf(middle, INFINITY)), h + 1) << h;
  }
  EXPECT_EQ(toHalf(65519.996f), 0x7bff);
  EXPECT_EQ(toHalf(65520.0f), 0x7c00);
  EXPECT_EQ(toHalf(-INFINITY), 0xfc00);
}

/// Random data and the definition of CONV, one addition after the other.
struct ConvCase {
  TileGeometry g;
  ElemType type, result;
  InitKind init;
  int32_t inZero = 0;

  std::mt19937 random{11};
  std::vector<uint8_t> in, weights, start, out, expected;

  void fill(std::vector<uint8_t> &bytes, size_t elements, bool wide) {
    unsigned size = wide ? 4 : elemSize(type);
    bytes.resize(elements * size);
    for (size_t i = 0; i != elements; ++i) {
      float value = float(int(random() % 2001) - 1000) / 512;
      int32_t integer = int32_t(random() % 255) - 127;
      uint16_t half = toHalf(value);
      if (type == ElemType::I8 && wide)
        std::memcpy(&bytes[i * 4], &integer, 4);
      else if (type == ElemType::I8)
        bytes[i] = uint8_t(integer);
      else if (wide)
        std::memcpy(&bytes[i * 4], &value, 4);
      else
        std::memcpy(&bytes[i * 2], &half, 2);
    }
  }

  float f16(const std::vector<uint8_t> &bytes, int64_t byte) {
    uint16_t half;
    std::memcpy(&half, &bytes[size_t(byte)], 2);
    return fromHalf(half);
  }

  void runBoth() {
    fill(in, size_t(g.inH * g.inRow) / elemSize(type), false);
    fill(weights, size_t(g.outC * g.kH * g.kW * g.inC), false);
    fill(start, size_t(g.outH * g.outW * g.outC), true);
    out.assign(size_t(g.outH * g.outRow), 0xee);
    expected = out;
    for (int64_t y = 0; y != g.outH; ++y)
      for (int64_t x = 0; x != g.outW; ++x)
        for (int64_t o = 0; o != g.outC; ++o)
          define(y, x, o);
    MatrixArgs args{g, type, result, init};
    args.inZero = inZero;
    args.in = in.data();
    args.weights = weights.data();
    args.init = start.data();
    args.out = out.data();
    runMatrix(args);
  }

  void define(int64_t y, int64_t x, int64_t o) {
    float sum = 0;
    int32_t isum = 0;
    int64_t at = init == InitKind::Bias ? o : (y * g.outW + x) * g.outC + o;
    if (init != InitKind::Zero) {
      std::memcpy(&sum, &start[size_t(at) * 4], 4);
      std::memcpy(&isum, &start[size_t(at) * 4], 4);
    }
    for (int64_t ky = 0; ky != g.kH; ++ky)
      for (int64_t kx = 0; kx != g.kW; ++kx) {
        int64_t iy = y * g.strideH - g.padT + ky * g.dilH;
        int64_t ix = x * g.strideW - g.padL + kx * g.dilW;
        if (iy < 0 || iy >= g.inH || ix < 0 || ix >= g.inW)
          continue;
        for (int64_t c = 0; c != g.inC; ++c) {
          int64_t w = ((o * g.kH + ky) * g.kW + kx) * g.inC + c;
          int64_t i = iy * g.inRow + ix * g.inPix + c * elemSize(type);
          if (type == ElemType::I8) {
            isum +=
                (int8_t(in[size_t(i)]) - inZero) * int8_t(weights[size_t(w)]);
            continue;
          }
          float product = f16(in, i) * f16(weights, w * 2);
          sum = sum + product;
        }
      }
    size_t byte = size_t(y * g.outRow + x * g.outPix + o * elemSize(result));
    uint16_t half = toHalf(sum);
    if (result == ElemType::F16)
      std::memcpy(&expected[byte], &half, 2);
    else if (type == ElemType::I8)
      std::memcpy(&expected[byte], &isum, 4);
    else
      std::memcpy(&expected[byte], &sum, 4);
  }
};

TEST(MatrixTest, ConvolutionIsItsDefinitionToTheBit) {
  std::mt19937 random(5);
  for (int i = 0; i != 300; ++i) {
    auto pick = [&](int low, int high) {
      return int64_t(low + int(random() % unsigned(high - low + 1)));
    };
    ConvCase c;
    c.random.seed(unsigned(i));
    c.type = i % 3 == 0 ? ElemType::I8 : ElemType::F16;
    c.result = c.type == ElemType::I8 ? ElemType::I32
               : i % 2                ? ElemType::F16
                                      : ElemType::F32;
    c.init = InitKind(pick(0, 2));
    c.inZero = c.type == ElemType::I8 ? int32_t(pick(-3, 3)) : 0;
    TileGeometry &g = c.g;
    g.inH = pick(1, 9);
    g.inW = pick(1, 24);
    g.inC = pick(1, 40);
    g.inPix = (g.inC + pick(0, 2)) * elemSize(c.type);
    g.inRow = g.inW * g.inPix + pick(0, 3) * elemSize(c.type);
    g.outH = pick(1, 6);
    g.outW = pick(1, 20);
    g.outC = pick(1, 35);
    g.outPix = (g.outC + pick(0, 2)) * elemSize(c.result);
    g.outRow = g.outW * g.outPix;
    g.kH = pick(1, 4);
    g.kW = pick(1, 4);
    g.strideH = pick(1, 3);
    g.strideW = pick(1, 3);
    g.dilH = pick(1, 3);
    g.dilW = pick(1, 3);
    g.padT = pick(-2, 4);
    g.padL = pick(-2, 4);
    c.runBoth();
    ASSERT_EQ(c.out, c.expected) << "case " << i;
  }
}

TEST(MatrixTest, TapCountIsItsDefinition) {
  std::mt19937 random(6);
  for (int i = 0; i != 2000; ++i) {
    auto pick = [&](int low, int high) {
      return int64_t(low + int(random() % unsigned(high - low + 1)));
    };
    int64_t out = pick(0, 9), stride = pick(1, 4), pad = pick(-6, 6),
            dil = pick(1, 4), k = pick(1, 7), in = pick(1, 9);
    TapRange range = TileGeometry::taps(out, stride, pad, dil, k, in);
    for (int64_t t = 0; t != k; ++t) {
      int64_t at = out * stride - pad + t * dil;
      EXPECT_EQ(at >= 0 && at < in, t >= range.begin && t < range.end);
    }
  }
}

TEST(MatrixTest, TransposedWeights) {
  std::mt19937 random(9);
  constexpr int64_t M = 5, N = 19, K = 33;
  std::vector<uint16_t> a(M * K), b(N * K), bt(N * K), y(M * N), yt(M * N);
  for (auto &v : a)
    v = toHalf(float(random() % 100) / 16);
  for (int64_t n = 0; n != N; ++n)
    for (int64_t k = 0; k != K; ++k)
      b[size_t(n * K + k)] = bt[size_t(k * N + n)] =
          toHalf(float(random() % 100) / 16 - 3);
  TileGeometry g{1,     M, K, M * K * 2, K * 2, 1, M, N, M * N * 2,
                 N * 2, 1, 1, 1,         1,     1, 1, 0, 0};
  MatrixArgs args{g, ElemType::F16, ElemType::F16};
  args.in = reinterpret_cast<uint8_t *>(a.data());
  args.weights = reinterpret_cast<uint8_t *>(b.data());
  args.out = reinterpret_cast<uint8_t *>(y.data());
  runMatrix(args);
  args.transposed = true;
  args.weights = reinterpret_cast<uint8_t *>(bt.data());
  args.out = reinterpret_cast<uint8_t *>(yt.data());
  runMatrix(args);
  EXPECT_EQ(y, yt);
}

TEST(RequantizeTest, IsExactOnTies) {
  // 5 * 1/2 = 2.5 -> 2, 7 * 1/2 = 3.5 -> 4, -5/2 -> -2.
  Rational half{1, 2, 0};
  EXPECT_EQ(scaleExactly(5, half), 2);
  EXPECT_EQ(scaleExactly(7, half), 4);
  EXPECT_EQ(scaleExactly(-5, half), -2);
  EXPECT_EQ(scaleExactly(-7, {1, 1, -1}), -4);
  // A tie less a little: no double tells it from the tie.
  EXPECT_EQ(scaleExactly(1, {(1ull << 62) + 1, 1, -63}), 1);
  EXPECT_EQ(scaleExactly(1, {(1ull << 62), 1, -63}), 0);
  EXPECT_EQ(scaleExactly(INT32_MIN, {1, 1, 1000}), -(int64_t(1) << 40));
  EXPECT_EQ(scaleExactly(INT32_MAX, {~0ull >> 1, 1, -1000}), 0);
}

TEST(RequantizeTest, FastPathEqualsTheExactOne) {
  std::mt19937_64 random(2);
  for (int i = 0; i != 100000; ++i) {
    Rational scale{random() >> (1 + random() % 60),
                   uint32_t(random() >> 33) | 1, int32_t(random() % 80) - 60};
    int32_t value = int32_t(random()) >> (random() % 32);
    int8_t result;
    runRequantize(&result, reinterpret_cast<uint8_t *>(&value), 1, scale, 3);
    int64_t exact = scaleExactly(value, scale) + 3;
    ASSERT_EQ(result, std::clamp<int64_t>(exact, -128, 127));
  }
}

TEST(SpecialFunctionsTest, AgreeWithTheMathLibrary) {
  std::mt19937 random(4);
  auto near = [](double a, double b) {
    if (std::isnan(b))
      return std::isnan(a);
    return a == b || std::fabs(a - b) <= 0x1p-40 * std::fabs(b) ||
           std::fabs(b) < 0x1p-160;
  };
  for (int i = 0; i != 100000; ++i) {
    float x =
        std::ldexp(float(random()) / 4294967296.0f, int(random() % 40) - 30);
    x = random() % 2 ? -x : x;
    float y = float(int(random() % 2000) - 1000) / 100;
    ASSERT_TRUE(near(special::exp(x), std::exp(double(x)))) << x;
    ASSERT_TRUE(near(special::log(x), std::log(double(x)))) << x;
    ASSERT_TRUE(near(special::tanh(x), std::tanh(double(x)))) << x;
    ASSERT_EQ(float(special::erf(x)), float(std::erf(double(x)))) << x;
    ASSERT_NEAR(special::sine(x, 0), std::sin(double(x)), 0x1p-40) << x;
    ASSERT_NEAR(special::sine(x, 1), std::cos(double(x)), 0x1p-40) << x;
    ASSERT_TRUE(near(special::pow(x, y), std::pow(double(x), double(y))))
        << x << " " << y;
  }
}

TEST(SpecialFunctionsTest, SpecialValues) {
  double inf = INFINITY;
  EXPECT_EQ(special::exp(inf), inf);
  EXPECT_EQ(special::exp(-inf), 0);
  EXPECT_TRUE(std::isnan(special::exp(NAN)));
  EXPECT_EQ(special::log(0), -inf);
  EXPECT_TRUE(std::isnan(special::log(-1)));
  EXPECT_EQ(special::tanh(inf), 1);
  EXPECT_EQ(special::erf(-inf), -1);
  EXPECT_EQ(special::sigmoid(-inf), 0);
  auto same = [](float a, float b) {
    return (a == b && std::signbit(a) == std::signbit(b)) ||
           (std::isnan(a) && std::isnan(b));
  };
  for (double x :
       {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, inf, -inf, double(NAN)})
    for (double y :
         {0.0, 1.0, -1.0, 2.0, 3.0, -3.0, 0.5, inf, -inf, double(NAN)})
      EXPECT_TRUE(same(float(special::pow(x, y)), float(std::pow(x, y))))
          << x << " " << y;
}

} // namespace
