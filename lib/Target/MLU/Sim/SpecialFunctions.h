//===- SpecialFunctions.h - Portable elementary functions -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The vector unit's special functions: evaluated in double precision by the
/// formulas below, which use IEEE additions, multiplications and divisions
/// only, then rounded to FP32. So the bits are the same on every host; the
/// error before rounding is below 2^-45 relative (sine and cosine: absolute,
/// for arguments up to 2^20).
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_SPECIALFUNCTIONS_H
#define ONNC_LIB_TARGET_MLU_SIM_SPECIALFUNCTIONS_H

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace onnc::mlu::special {

constexpr double Ln2High = 0x1.62e42feep-1; // 32 bits: products are exact.
constexpr double Ln2Low = 0x1.a39ef35793c76p-33;
constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

/// 2^n for -1022 <= n <= 1023.
inline double powerOfTwo(int64_t n) {
  return std::bit_cast<double>(uint64_t(n + 1023) << 52);
}

/// e^x = 2^n * e^r with |r| <= ln(2) / 2; Taylor polynomial of degree 13.
inline double exp(double x) {
  if (x != x)
    return x;
  if (x > 709)
    return Infinity;
  if (x < -708)
    return 0;
  double n = std::nearbyint(x * 0x1.71547652b82fep0);
  double r = (x - n * Ln2High) - n * Ln2Low;
  double p = 1;
  for (int k = 13; k > 0; --k)
    p = 1 + p * r / k;
  return p * powerOfTwo(int64_t(n) / 2) *
         powerOfTwo(int64_t(n) - int64_t(n) / 2);
}

/// log(m * 2^e) = e ln(2) + 2 artanh((m - 1) / (m + 1)), m in [0.7, 1.42);
/// \p x is zero or no double subnormal (no FP32 number is one).
inline double log(double x) {
  if (x != x || x < 0)
    return NaN;
  if (x == 0)
    return -Infinity;
  if (x == Infinity)
    return x;
  uint64_t bits = std::bit_cast<uint64_t>(x);
  int64_t e = int64_t(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffff) | 1023ull << 52);
  if (m > 0x1.6a09e667f3bcdp0) {
    m *= 0.5;
    ++e;
  }
  double f = (m - 1) / (m + 1), s = f * f, p = 0;
  for (int k = 23; k > 0; k -= 2)
    p = p * s + 1.0 / k;
  return double(e) * Ln2High + (2 * f * p + double(e) * Ln2Low);
}

/// From e^2x; below 1/64 from the Taylor polynomial of degree 9, where the
/// quotient would cancel.
inline double tanh(double x) {
  if (std::fabs(x) < 0x1p-6) {
    double s = x * x;
    return x * (1 + s * (-1.0 / 3 +
                         s * (2.0 / 15 + s * (-17.0 / 315 + s * 62.0 / 2835))));
  }
  if (std::fabs(x) > 20)
    return x > 0 ? 1 : -1;
  double e = exp(2 * x);
  return (e - 1) / (e + 1);
}

inline double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/// 2 / sqrt(pi) * e^-x^2 * sum of 2^n x^(2n+1) / (2n+1)!!, all terms of one
/// sign; from 4.5 on 1 - erf(x) is below FP32's resolution.
inline double erf(double x) {
  if (x != x)
    return x;
  if (std::fabs(x) > 4.5)
    return x > 0 ? 1 : -1;
  double term = x, sum = x;
  for (int n = 1; n < 120 && std::fabs(term) > 0x1p-60 * std::fabs(sum); ++n) {
    term = term * (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 0x1.20dd750429b6dp0 * exp(-x * x) * sum;
}

/// Sine of x + quarterTurns * pi / 2. Beyond 2^20 the argument is first taken
/// modulo the double nearest to 2 pi.
inline double sine(double x, int64_t quarterTurns) {
  if (!(std::fabs(x) < Infinity))
    return NaN;
  if (std::fabs(x) > 0x1p20)
    x = std::fmod(x, 0x1.921fb54442d18p2);
  double k = std::nearbyint(x * 0x1.45f306dc9c883p-1);
  double r = x - k * 0x1.921fb544p0; // 32 bits: exact product
  r = (r - k * 0x1.0b4611a6p-34) - k * 0x1.3198a2e037073p-69;
  // sin(r) = r (1 - r^2/(2*3) (1 - r^2/(4*5) (...))), cosine alike.
  double s = r * r, sin = 1, cos = 1;
  for (int j = 16; j > 0; j -= 2) {
    sin = 1 - sin * s / (double(j) * (j + 1));
    cos = 1 - cos * s / (double(j) * (j - 1));
  }
  sin *= r;
  switch ((int64_t(k) + quarterTurns) & 3) {
  case 0:
    return sin;
  case 1:
    return cos;
  case 2:
    return -sin;
  default:
    return -cos;
  }
}

/// e^(y log |x|) with IEEE 754's pow for zeros, infinities and signs.
inline double pow(double x, double y) {
  if (y == 0 || x == 1)
    return 1;
  if (x != x || y != y)
    return NaN;
  bool integer = std::trunc(y) == y;
  bool odd = integer && std::fabs(y) < 0x1p53 && std::fmod(y, 2) != 0;
  if (x < 0 && !integer && x != -Infinity)
    return NaN;
  double magnitude;
  if (std::fabs(x) == 1)
    magnitude = 1;
  else
    magnitude = exp(y * log(std::fabs(x)));
  return odd && std::signbit(x) ? -magnitude : magnitude;
}

} // namespace onnc::mlu::special

#endif // ONNC_LIB_TARGET_MLU_SIM_SPECIALFUNCTIONS_H
