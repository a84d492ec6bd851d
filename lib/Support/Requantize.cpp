//===- Requantize.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Requantize.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace onnc;

/// Bits of \p x without leading zeros.
static int getWidth(UInt128 x) {
  uint64_t high = x >> 64, low = x;
  return high ? 128 - llvm::countl_zero(high) : 64 - llvm::countl_zero(low);
}

static int countTrailingZeros(UInt128 x) {
  uint64_t low = x, high = x >> 64;
  return low ? llvm::countr_zero(low) : 64 + llvm::countr_zero(high);
}

int32_t onnc::roundQuotient(Int128 numerator, UInt128 denominator,
                            int exponent) {
  const bool negative = numerator < 0;
  UInt128 n = negative ? -UInt128(numerator) : UInt128(numerator);
  assert(getWidth(n) <= 125 && denominator && getWidth(denominator) <= 96);
  const int32_t largest = negative ? INT32_MIN : INT32_MAX;
  if (n == 0)
    return 0;
  if (exponent >= 0) {
    // At least 2^127 / 2^96.
    if (getWidth(n) + exponent > 127)
      return largest;
    n <<= exponent;
  } else {
    // Less than 2^125 / 2^126.
    if (getWidth(denominator) - exponent > 127)
      return 0;
    denominator <<= -exponent;
  }
  UInt128 quotient = n / denominator, rest = n % denominator;
  if (rest > denominator - rest || (rest == denominator - rest && quotient & 1))
    ++quotient;
  if (quotient > INT32_MAX)
    return largest;
  return negative ? -static_cast<int32_t>(quotient)
                  : static_cast<int32_t>(quotient);
}

//===----------------------------------------------------------------------===//
// Rational numbers
//===----------------------------------------------------------------------===//

namespace {
/// An odd number times a power of two; the products of several.
struct Product {
  UInt128 odd = 1;
  int exponent = 0;

  /// False where \p factor isn't positive and finite or the product too large.
  bool multiply(double factor) {
    if (!std::isfinite(factor) || factor <= 0)
      return false;
    int e;
    UInt128 mantissa = std::ldexp(std::frexp(factor, &e), 53);
    const int zeros = countTrailingZeros(mantissa);
    mantissa >>= zeros;
    if (getWidth(odd) + getWidth(mantissa) > 127)
      return false;
    odd *= mantissa;
    exponent += e - 53 + zeros;
    return true;
  }
  bool multiply(ArrayRef<double> factors) {
    return all_of(factors, [&](double factor) { return multiply(factor); });
  }
};
} // namespace

static UInt128 getGreatestCommonDivisor(UInt128 a, UInt128 b) {
  while (b)
    a = std::exchange(b, a % b);
  return a;
}

std::optional<RationalScale> RationalScale::get(ArrayRef<double> numerators,
                                                ArrayRef<double> denominators) {
  Product above, below;
  if (!above.multiply(numerators) || !below.multiply(denominators))
    return std::nullopt;
  const UInt128 common = getGreatestCommonDivisor(above.odd, below.odd);
  const UInt128 numerator = above.odd / common,
                denominator = below.odd / common;
  if (numerator > UINT64_MAX || denominator > UINT64_MAX)
    return std::nullopt;
  return RationalScale(numerator, denominator, above.exponent - below.exponent);
}

double RationalScale::toDouble() const {
  return std::ldexp(double(numerator) / double(denominator), exponent);
}

int32_t RationalScale::apply(int64_t value) const {
  return roundQuotient(Int128(value) * numerator, denominator, exponent);
}

std::optional<RationalSum> RationalSum::get(ArrayRef<double> scales,
                                            ArrayRef<double> denominators) {
  Product below;
  if (!below.multiply(denominators) || below.odd > UINT64_MAX)
    return std::nullopt;
  SmallVector<Product, 2> terms(scales.size());
  int smallest = INT32_MAX;
  for (auto [scale, term] : zip_equal(scales, terms)) {
    if (!term.multiply(std::fabs(scale)))
      return std::nullopt;
    smallest = std::min(smallest, term.exponent);
  }
  RationalSum sum;
  sum.denominator = below.odd;
  sum.exponent = scales.empty() ? 0 : smallest - below.exponent;
  for (auto [scale, term] : zip_equal(scales, terms)) {
    const int shift = term.exponent - smallest;
    if (shift + getWidth(term.odd) > 24 + 63)
      return std::nullopt;
    const Int128 coefficient = term.odd << shift;
    sum.coefficients.push_back(scale < 0 ? -coefficient : coefficient);
  }
  return sum;
}

int32_t RationalSum::apply(ArrayRef<int32_t> values) const {
  Int128 sum = 0;
  for (auto [coefficient, value] : zip_equal(coefficients, values))
    sum += coefficient * value;
  return roundQuotient(sum, denominator, exponent);
}

//===----------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------===//

/// The sum shifted, which targets compute in 64 bits where it fits.
static int64_t shiftRounded(Int128 sum, unsigned shift, bool halvesToEven) {
  sum += Int128(1) << (shift - 1);
  int64_t result = sum >> shift;
  if (halvesToEven && !(sum & ((Int128(1) << shift) - 1)))
    result &= ~int64_t(1);
  return result;
}

int64_t FixedPointScale::apply(int64_t value) const {
  return shiftRounded(Int128(value) * multiplier, shift, halvesToEven);
}

int64_t FixedPointSum::apply(ArrayRef<int32_t> values) const {
  Int128 sum = 0;
  for (auto [multiplier, value] : zip_equal(multipliers, values))
    sum += Int128(multiplier) * value;
  return shiftRounded(sum, shift, halvesToEven);
}

/// Σ ⌊(a·i + b) / m⌋ for i = 0 … n - 1. Each round is a step of Euclid's
/// algorithm on a and m: it counts the lattice points below a line, then
/// swaps the axes.
static UInt128 sumOfFloors(UInt128 n, UInt128 a, UInt128 b, UInt128 m) {
  UInt128 sum = 0;
  while (n) {
    sum += n * (n - 1) / 2 * (a / m) + n * (b / m);
    a %= m;
    b %= m;
    const UInt128 last = a * n + b;
    n = last / m;
    b = last % m;
    std::swap(a, m);
  }
  return sum;
}

/// The same from \p low to \p high.
static UInt128 sumOfFloors(ValueRange range, UInt128 a, UInt128 b, UInt128 m) {
  return sumOfFloors(UInt128(range.high) + 1, a, b, m) -
         sumOfFloors(UInt128(range.low), a, b, m);
}

namespace {
/// A scale as the fraction above / below.
struct Fraction {
  UInt128 above, below;

  /// Is a number of \p range, none negative, times the fraction half an odd
  /// number?
  bool hasHalves(ValueRange range) const {
    // In lowest terms: an odd multiple of half the denominator.
    if (below % 2)
      return false;
    const UInt128 half = below / 2;
    UInt128 multiple = (UInt128(range.low) + half - 1) / half;
    multiple += multiple % 2 == 0;
    return multiple <= UInt128(range.high) / half;
  }
};
} // namespace

/// Does \p fixed equal \p fraction for \p range, none of which is negative? The
/// multiplier errs to one side, so that no result of the one is below that of
/// the other, or none above it. \p negated: for the negative numbers of this
/// size; halves of the fixed point's product then go the other way, so that
/// results are -⌊(i·m + half - 1) / 2^shift⌋. As that isn't above
/// ⌊(i·m + half) / 2^shift⌋, it suffices to compare both.
static bool isExact(const FixedPointScale &fixed, const Fraction &fraction,
                    ValueRange range, bool negated) {
  const UInt128 half = UInt128(1) << (fixed.shift - 1);
  const UInt128 exact = sumOfFloors(range, 2 * fraction.above, fraction.below,
                                    2 * fraction.below);
  return sumOfFloors(range, fixed.multiplier, half, 2 * half) == exact &&
         (!negated ||
          sumOfFloors(range, fixed.multiplier, half - 1, 2 * half) == exact);
}

std::optional<FixedPointScale> onnc::findFixedPoint(const RationalScale &scale,
                                                    ValueRange range,
                                                    unsigned multiplierBits) {
  [[maybe_unused]] constexpr int64_t limit = int64_t(1) << 32;
  assert(range.low >= -limit && range.high <= limit &&
         range.low <= range.high && multiplierBits <= 62);
  // Nothing comes near one half.
  const double estimate = scale.toDouble();
  const int64_t largest = std::max(-range.low, range.high);
  if (estimate * double(largest) < 0.49)
    return FixedPointScale();
  // The terms of sums of floors have the widths of 2 · below and the range.
  const int above =
      getWidth(scale.getNumerator()) + std::max(scale.getExponent(), 0);
  const int below =
      getWidth(scale.getDenominator()) - std::min(scale.getExponent(), 0);
  if (above > 90 || below > 90)
    return std::nullopt;
  const Fraction fraction{
      UInt128(scale.getNumerator()) << std::max(scale.getExponent(), 0),
      UInt128(scale.getDenominator()) << -std::min(scale.getExponent(), 0)};

  // Each sign by itself.
  SmallVector<std::pair<ValueRange, bool>, 2> parts;
  if (range.high >= 0)
    parts.push_back({{std::max<int64_t>(range.low, 0), range.high}, false});
  if (range.low < 0)
    parts.push_back({{std::max<int64_t>(-range.high, 0), -range.low}, true});
  const bool hasHalves =
      any_of(parts, [&](auto &part) { return fraction.hasHalves(part.first); });

  // As many bits as the multiplier may have.
  int exponent;
  std::frexp(estimate, &exponent);
  const int shift = std::min<int>(multiplierBits - exponent, 62);
  if (shift < 1 || above + shift > 127)
    return std::nullopt;
  const UInt128 wide = fraction.above << shift;
  FixedPointScale fixed;
  fixed.multiplier = wide / fraction.below;
  fixed.shift = shift;
  if (wide % fraction.below == 0) {
    // A shorter multiplier says the same.
    const int zeros = std::min(countTrailingZeros(fixed.multiplier), shift - 1);
    fixed.multiplier >>= zeros;
    fixed.shift -= zeros;
    fixed.halvesToEven = hasHalves;
    return fixed;
  }
  // An approximation of halves can't go to the even side each time.
  if (hasHalves)
    return std::nullopt;
  auto isGood = [&] {
    return !(fixed.multiplier >> multiplierBits) &&
           all_of(parts, [&](auto &part) {
             return isExact(fixed, fraction, part.first, part.second);
           });
  };
  const bool nearerAbove = wide % fraction.below > fraction.below / 2;
  fixed.multiplier += nearerAbove;
  if (isGood())
    return fixed;
  fixed.multiplier += nearerAbove ? -1 : 1;
  return isGood() ? std::optional(fixed) : std::nullopt;
}

ValueRange onnc::getRelevantRange(const RationalScale &scale, ValueRange values,
                                  ValueRange results) {
  // The smallest number whose result reaches \p limit.
  auto findLimit = [&](int64_t limit) {
    int64_t inside = -1, outside = int64_t(1) << 32;
    while (outside - inside > 1) {
      const int64_t middle = inside + (outside - inside) / 2;
      (scale.apply(middle) >= limit ? outside : inside) = middle;
    }
    return outside;
  };
  const int64_t low = -findLimit(std::max<int64_t>(-results.low, 0));
  const int64_t high = findLimit(std::max<int64_t>(results.high, 0));
  return {std::clamp(values.low, low, high),
          std::clamp(values.high, low, high)};
}

std::optional<FixedPointSum> onnc::findFixedPoint(const RationalSum &sum,
                                                  ArrayRef<ValueRange> ranges,
                                                  ValueRange results,
                                                  unsigned multiplierBits) {
  assert(ranges.size() == sum.size() && multiplierBits <= 45);
  constexpr int64_t maxCombinations = int64_t(1) << 20;
  int64_t combinations = 1;
  for (ValueRange range : ranges) {
    combinations *= range.high - range.low + 1;
    if (combinations > maxCombinations || combinations <= 0)
      return std::nullopt;
  }

  UInt128 largest = 0;
  for (Int128 coefficient : sum.getCoefficients())
    largest = std::max<UInt128>(largest,
                                coefficient < 0 ? -coefficient : coefficient);
  const double unit =
      std::ldexp(1.0 / double(sum.getDenominator()), sum.getExponent());
  int exponent;
  std::frexp(double(largest) * unit, &exponent);
  const int shift = std::min<int>(multiplierBits - exponent, 62);
  if (shift < 1)
    return std::nullopt;
  FixedPointSum fixed;
  fixed.shift = shift;
  bool exact = true;
  for (Int128 coefficient : sum.getCoefficients()) {
    const long double scaled =
        std::ldexp(static_cast<long double>(coefficient) / sum.getDenominator(),
                   sum.getExponent() + shift);
    const int64_t multiplier = std::llrint(scaled);
    if (std::abs(multiplier) >> multiplierBits)
      return std::nullopt;
    exact &= multiplier == scaled;
    fixed.multipliers.push_back(multiplier);
  }

  // Halves to even only where the products are exact (of their quotients,
  // above; the search below doesn't rely on it).
  SmallVector<int32_t, 2> values;
  for (ValueRange range : ranges)
    values.push_back(range.low);
  auto matches = [&] {
    auto clamped = [&](int64_t x) {
      return std::clamp(x, results.low, results.high);
    };
    for (size_t i = 0; i != ranges.size(); ++i)
      values[i] = ranges[i].low;
    for (int64_t n = 0; n != combinations; ++n) {
      if (clamped(fixed.apply(values)) != clamped(sum.apply(values)))
        return false;
      for (size_t i = 0; i != ranges.size(); ++i) {
        if (values[i]++ != ranges[i].high)
          break;
        values[i] = ranges[i].low;
      }
    }
    return true;
  };
  if (matches())
    return fixed;
  fixed.halvesToEven = true;
  if (exact && matches())
    return fixed;
  return std::nullopt;
}
