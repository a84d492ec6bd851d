//===- Requantize.h - Exact arithmetic of quantized tensors -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Integer sums are brought to another scale by a factor such as
/// sx * sw / sy, where the scales are floats. As a real number that is a
/// fraction, and every integer times it can be rounded exactly: to the nearest
/// integer, halves to even. That is what requantization means here, for the
/// interpreter and for every target.
///
/// A machine without wide integers multiplies by a constant and shifts instead
/// (FixedPointScale). findFixedPoint finds one that gives the exact result for
/// all integers up to a bound, or says that there is none: an approximation is
/// never wrong by a unit here and there.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_REQUANTIZE_H
#define ONNC_SUPPORT_REQUANTIZE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace onnc {

using Int128 = __int128;
using UInt128 = unsigned __int128;

/// \p numerator / \p denominator * 2^\p exponent, rounded to the nearest
/// integer, halves to even; what exceeds 32 bits becomes the nearest int32.
/// |numerator| < 2^125, 0 < denominator < 2^96.
int32_t roundQuotient(Int128 numerator, UInt128 denominator, int exponent = 0);

/// A positive rational number: numerator / denominator * 2^exponent in lowest
/// terms, that is both odd and without a common factor.
class RationalScale {
public:
  /// The product of \p numerators divided by that of \p denominators. Nullopt
  /// where one of them isn't positive and finite, or where the terms don't
  /// fit: two floats over one always do.
  static std::optional<RationalScale>
  get(llvm::ArrayRef<double> numerators,
      llvm::ArrayRef<double> denominators = {});

  uint64_t getNumerator() const { return numerator; }
  uint64_t getDenominator() const { return denominator; }
  int getExponent() const { return exponent; }
  /// Rounded: for estimates only.
  double toDouble() const;

  /// \p value times this, rounded and saturated as by roundQuotient.
  /// |value| <= 2^60.
  int32_t apply(int64_t value) const;

  bool operator==(const RationalScale &) const = default;

private:
  RationalScale(uint64_t numerator, uint64_t denominator, int exponent)
      : numerator(numerator), denominator(denominator), exponent(exponent) {}

  uint64_t numerator, denominator;
  int exponent;
};

/// A sum of integers, each times a rational number: what adding tensors of
/// different scales takes. Coefficients may be negative.
class RationalSum {
public:
  /// One coefficient for each of \p scales, divided by the product of \p
  /// denominators. Nullopt where a scale is zero or not finite, a denominator
  /// isn't positive and finite, or where a coefficient takes more than 87 bits:
  /// those of floats, the largest up to 2^63 times the smallest, fit.
  static std::optional<RationalSum>
  get(llvm::ArrayRef<double> scales, llvm::ArrayRef<double> denominators = {});

  size_t size() const { return coefficients.size(); }
  /// The real number is the sum of coefficient times value, times
  /// 2^exponent / denominator.
  llvm::ArrayRef<Int128> getCoefficients() const { return coefficients; }
  uint64_t getDenominator() const { return denominator; }
  int getExponent() const { return exponent; }

  /// The sum for \p values, one for each coefficient, of at most 17 bits and a
  /// sign, rounded and saturated as by roundQuotient.
  int32_t apply(llvm::ArrayRef<int32_t> values) const;

private:
  llvm::SmallVector<Int128, 2> coefficients;
  uint64_t denominator = 1;
  int exponent = 0;
};

/// value ↦ (value * multiplier + 2^(shift - 1)) >> shift, in 64 bits where the
/// multiplier has at most 31; an arithmetic shift, so that halves are rounded
/// up. 1 <= shift <= 62.
struct FixedPointScale {
  int64_t multiplier = 0;
  unsigned shift = 1;
  /// The multiplier is exact and there are halves, which must go to even: where
  /// the low `shift` bits of the sum are zero, bit 0 of the result is cleared.
  bool halvesToEven = false;

  /// Exactly what the code of a target computes.
  int64_t apply(int64_t value) const;

  bool operator==(const FixedPointScale &) const = default;
};

/// Integers from low to high, both inclusive.
struct ValueRange {
  int64_t low, high;

  bool operator==(const ValueRange &) const = default;
};

/// A fixed-point scale of at most \p multiplierBits (up to 62) that equals
/// \p scale.apply for every value of \p range (within ±2^32); nullopt where
/// none of the two nearest multipliers does. Takes time logarithmic in the
/// range: the two are step functions, one of which is never below the other, so
/// that they are equal if their sums are (Euclid's algorithm sums ⌊(a·i + b) /
/// m⌋).
std::optional<FixedPointScale> findFixedPoint(const RationalScale &scale,
                                              ValueRange range,
                                              unsigned multiplierBits = 31);

/// The part of \p values (within ±2^32) outside of which a monotone
/// approximation of \p scale can't differ once results are clamped to \p
/// results: what findFixedPoint needs.
ValueRange getRelevantRange(const RationalScale &scale, ValueRange values,
                            ValueRange results);

/// values ↦ (Σ value * multiplier + 2^(shift - 1)) >> shift, as above.
struct FixedPointSum {
  llvm::SmallVector<int64_t, 2> multipliers;
  unsigned shift = 1;
  bool halvesToEven = false;

  int64_t apply(llvm::ArrayRef<int32_t> values) const;
};

/// Multipliers of at most \p multiplierBits (up to 45) that equal \p sum.apply
/// for all values of \p ranges, of at most 17 bits and a sign, once results are
/// clamped to \p results; nullopt where there are none. Every combination is
/// tried: at most 2^20, more are refused.
std::optional<FixedPointSum> findFixedPoint(const RationalSum &sum,
                                            llvm::ArrayRef<ValueRange> ranges,
                                            ValueRange results,
                                            unsigned multiplierBits = 31);

} // namespace onnc

#endif // ONNC_SUPPORT_REQUANTIZE_H
