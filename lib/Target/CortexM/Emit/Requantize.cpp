//===- Requantize.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Requantize.h"
#include "onnc/IR/Ops/Quant.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// With as many bits as \p bits allow: the same function.
static FixedPointScale normalize(FixedPointScale fixed, unsigned bits) {
  while (fixed.multiplier < int64_t(1) << (bits - 1) && fixed.shift < 62) {
    fixed.multiplier *= 2;
    ++fixed.shift;
  }
  return fixed;
}

static std::optional<Scaling> findNarrow(ArrayRef<FixedPointScale> fixed) {
  Scaling scaling;
  bool isHigh = true, isEven = false;
  for (const FixedPointScale &f : fixed) {
    FixedPointScale n = normalize(f, 31);
    isHigh &= !n.halvesToEven && n.shift >= 33;
    isEven |= n.halvesToEven;
    scaling.multipliers.push_back(int32_t(n.multiplier));
    scaling.shifts.push_back(int32_t(n.shift));
    scaling.extra.push_back(n.halvesToEven);
  }
  scaling.kind = isHigh   ? Scaling::High
                 : isEven ? Scaling::Even
                          : Scaling::Plain;
  if (isHigh)
    for (int32_t &shift : scaling.shifts)
      shift -= 33;
  if (!isEven)
    scaling.extra.clear();
  return scaling;
}

static std::optional<Scaling> findWide(ArrayRef<FixedPointScale> fixed) {
  Scaling scaling;
  scaling.kind = Scaling::Wide;
  for (const FixedPointScale &f : fixed) {
    if (f.halvesToEven)
      return std::nullopt;
    FixedPointScale n = f.shift >= 32 ? f : normalize(f, 62);
    if (n.shift < 32)
      return std::nullopt;
    scaling.multipliers.push_back(int32_t(n.multiplier & 0x7fffffff));
    scaling.extra.push_back(int32_t(n.multiplier >> 31));
    scaling.shifts.push_back(int32_t(n.shift));
  }
  return scaling;
}

/// The fraction itself, where numerator times value and denominator leave room
/// in 62 bits.
static std::optional<Scaling> findQuotient(ArrayRef<RationalScale> scales,
                                           ArrayRef<ValueRange> values) {
  Scaling scaling;
  scaling.kind = Scaling::Quotient;
  for (size_t i = 0; i < scales.size(); ++i) {
    const RationalScale &scale = scales[i];
    unsigned above = Log2_64_Ceil(scale.getNumerator() + 1);
    unsigned below = Log2_64_Ceil(scale.getDenominator() + 1);
    (scale.getExponent() > 0 ? above : below) += std::abs(scale.getExponent());
    const ValueRange &range = values[values.size() == 1 ? 0 : i];
    uint64_t bound = std::max(std::abs(range.low), std::abs(range.high));
    if (above + Log2_64_Ceil(bound + 1) > 61 || below > 61)
      return std::nullopt;
    int64_t numerator = scale.getNumerator(),
            denominator = scale.getDenominator();
    (scale.getExponent() > 0 ? numerator : denominator) <<=
        std::abs(scale.getExponent());
    scaling.numerators.push_back(numerator);
    scaling.denominators.push_back(denominator);
  }
  return scaling;
}

/// The numerator times what matters of the integers, by the denominator, in two
/// divisions of 64 bits.
static std::optional<Scaling> findExact(ArrayRef<RationalScale> scales,
                                        ArrayRef<ValueRange> values,
                                        ValueRange results) {
  Scaling scaling;
  scaling.kind = Scaling::Exact;
  auto getRange = [&](size_t i) {
    return getRelevantRange(scales[i], values[values.size() == 1 ? 0 : i],
                            results);
  };
  // A channel whose results are all 0, as its weights are.
  auto vanishes = [&](size_t i) {
    ValueRange range = getRange(i);
    return scales[i].apply(range.low) == 0 && scales[i].apply(range.high) == 0;
  };
  int64_t bound = 1;
  for (size_t i = 0; i < scales.size(); ++i)
    if (!vanishes(i))
      bound = std::max(
          {bound, std::abs(getRange(i).low), std::abs(getRange(i).high)});
  scaling.bound = int32_t(std::min<int64_t>(bound, INT32_MAX));
  for (auto [i, scale] : enumerate(scales)) {
    bool isZero = vanishes(i);
    uint64_t numerator = isZero ? 0 : scale.getNumerator(),
             divisor = isZero ? 1 : scale.getDenominator();
    int shift = isZero ? 0 : -scale.getExponent();
    if (shift < 0 && shift > -16) {
      numerator <<= -shift;
      shift = 0;
    }
    unsigned above = Log2_64_Ceil(numerator + 1), below = Log2_64(divisor);
    // As scale_exact computes it, without a sign.
    if (shift < 0 || shift > 63 || above > 55 || below >= 31 ||
        Log2_64_Ceil(bound) + above > 64 + below)
      return std::nullopt;
    scaling.multipliers.push_back(int32_t(numerator & 0xffffff));
    scaling.extra.push_back(int32_t(numerator >> 24));
    scaling.divisors.push_back(int32_t(divisor));
    scaling.shifts.push_back(shift);
  }
  return scaling;
}

std::optional<Scaling> cortexm::findScaling(ArrayRef<RationalScale> scales,
                                            ArrayRef<ValueRange> values,
                                            ValueRange results) {
  for (unsigned bits : {31u, 62u}) {
    SmallVector<FixedPointScale> fixed;
    for (auto [i, scale] : enumerate(scales)) {
      ValueRange range =
          getRelevantRange(scale, values[values.size() == 1 ? 0 : i], results);
      auto found = findFixedPoint(scale, range, bits);
      if (!found)
        break;
      fixed.push_back(*found);
    }
    if (fixed.size() != scales.size())
      continue;
    if (auto scaling = bits == 31 ? findNarrow(fixed) : findWide(fixed))
      return scaling;
  }
  if (auto scaling = findQuotient(scales, values))
    return scaling;
  return findExact(scales, values, results);
}

std::optional<Scaling> cortexm::findScaling(const Operation &requantize) {
  std::vector<RationalScale> scales = quant::getScales(requantize);
  std::vector<ValueRange> values = quant::getSumRanges(requantize);
  quant::ResultRange range = quant::getResultRange(requantize);
  // One scale for many channels: what all of them can meet.
  if (scales.size() == 1 && values.size() > 1) {
    for (const ValueRange &v : values)
      values[0] = {std::min(values[0].low, v.low),
                   std::max(values[0].high, v.high)};
    values.resize(1);
  }
  return findScaling(
      scales, values,
      {range.min - range.zeroPoint, range.max - range.zeroPoint});
}

std::optional<FixedPointSum> cortexm::findSum(const Operation &sum) {
  SmallVector<int64_t, 6> zeroPoints = sum.getInts("input_zero_points");
  SmallVector<ValueRange> ranges;
  for (auto [operand, zero] : zip_equal(sum.getOperands(), zeroPoints)) {
    ElementType type = operand->getTensorType().getElementType();
    ranges.push_back(
        {quant::getLowest(type) - zero, quant::getHighest(type) - zero});
  }
  quant::ResultRange range = quant::getResultRange(sum);
  return findFixedPoint(
      quant::getSum(sum), ranges,
      {range.min - range.zeroPoint, range.max - range.zeroPoint});
}

std::optional<SoftmaxScale>
cortexm::findSoftmaxScale(const Operation &softmax) {
  auto scale = RationalScale::get(softmax.getFloat("scale", 1));
  const ConstantData &exponentials =
      softmax.getAttrOfType<ConstantAttr>("exponentials").getData();
  uint64_t largest = 0;
  for (unsigned i = 0; i < 256; ++i)
    largest = std::max<uint64_t>(largest, exponentials.get<uint32_t>(i));
  auto shape = *softmax.getOperand(0)->getTensorType().getStaticShape();
  int64_t axis = softmax.getInt("axis", -1);
  uint64_t count = shape[axis < 0 ? axis + int64_t(shape.size()) : axis];
  if (!scale)
    return std::nullopt;
  // e / (sum * scale), in lowest terms.
  UInt128 above = scale->getDenominator(), below = scale->getNumerator();
  int exponent = scale->getExponent();
  if (std::abs(exponent) > 60)
    return std::nullopt;
  (exponent > 0 ? below : above) <<= std::abs(exponent);
  const UInt128 limit = UInt128(1) << 61;
  if (above >= limit || below >= limit || above * largest >= limit ||
      below * largest * count >= limit)
    return std::nullopt;
  return SoftmaxScale{int64_t(above), int64_t(below),
                      largest * count < uint64_t(1) << 32};
}
