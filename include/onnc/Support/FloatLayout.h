//===- FloatLayout.h - Codes of floating-point formats ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Encoding and decoding numbers in any format of a sign, an exponent and a
// mantissa that fits 16 bits. FloatFormats.h has the types.
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_FLOATLAYOUT_H
#define ONNC_SUPPORT_FLOATLAYOUT_H

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace onnc {

/// What a conversion makes of a value beyond the largest finite number.
/// ONNX's Cast calls the first saturate=1 and the second saturate=0.
enum class OnOverflow : uint8_t {
  Saturate, ///< The largest finite number, with the value's sign.
  Infinity, ///< Infinity; NaN in formats without one; E2M1 saturates always.
};

/// Which codes of a format are not finite numbers.
enum class SpecialCodes : uint8_t {
  IEEE,         ///< Exponent all ones: infinity (mantissa 0) and NaNs.
  NaNOnly,      ///< "FN": all ones is NaN, and there is no infinity.
  NegativeZero, ///< "FNUZ": the code of -0 is the only NaN; no infinity.
  None,         ///< Every code is a finite number.
};

/// A format of one sign bit, some exponent bits and some mantissa bits.
struct FloatLayout {
  uint8_t width;
  uint8_t mantissaBits;
  uint8_t bias;
  SpecialCodes specials;

  constexpr uint32_t signBit() const { return 1u << (width - 1); }
  constexpr uint32_t mantissaMask() const { return (1u << mantissaBits) - 1; }
  /// The code of infinity, in formats that have one.
  constexpr uint32_t infinity() const { return signBit() - 1 - mantissaMask(); }
  /// The code of the largest finite number.
  constexpr uint32_t maxFinite() const {
    switch (specials) {
    case SpecialCodes::IEEE:
      return infinity() - 1;
    case SpecialCodes::NaNOnly:
      return signBit() - 2;
    default:
      return signBit() - 1;
    }
  }
};

/// The code of \p value in \p layout, rounded to nearest even.
constexpr uint32_t encodeFloat(FloatLayout layout, double value,
                               OnOverflow onOverflow);

/// The exact value of \p code in \p layout. Signalling NaNs become quiet.
constexpr float decodeFloat(FloatLayout layout, uint32_t code);

/// \p value as a double from which encodeFloat rounds as from \p value itself:
/// the bits that a double can't hold are merged into one above them.
constexpr double toDoubleWithStickyBit(std::integral auto value);

//===----------------------------------------------------------------------===//
// Inline definitions
//===----------------------------------------------------------------------===//

constexpr uint32_t encodeFloat(FloatLayout layout, double value,
                               OnOverflow onOverflow) {
  constexpr int doubleBias = 1023, doubleMantissa = 52;
  constexpr uint64_t doubleInfinity = 0x7ffull << doubleMantissa;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const uint64_t magnitude = bits & (~0ull >> 1);
  const uint32_t sign = bits >> 63 ? layout.signBit() : 0;
  const int mantissaBits = layout.mantissaBits;

  if (magnitude > doubleInfinity) {
    switch (layout.specials) {
    case SpecialCodes::IEEE: {
      uint32_t payload = (magnitude >> (doubleMantissa - mantissaBits)) &
                         layout.mantissaMask();
      uint32_t quiet = 1u << (mantissaBits - 1);
      return sign | layout.infinity() | quiet | payload;
    }
    case SpecialCodes::NaNOnly:
      return sign | (layout.signBit() - 1);
    case SpecialCodes::NegativeZero:
    case SpecialCodes::None:
      return layout.signBit();
    }
  }

  // Doubles that are subnormal themselves lie far below half of the smallest
  // number of every format, so that their missing leading one doesn't matter.
  const int exponent = int(magnitude >> doubleMantissa) - doubleBias;
  const int minExponent = 1 - int(layout.bias);
  const uint64_t significand =
      (magnitude & ((1ull << doubleMantissa) - 1)) | 1ull << doubleMantissa;
  int dropped = doubleMantissa - mantissaBits;
  if (exponent < minExponent)
    dropped += minExponent - exponent;

  uint64_t code = 0;
  if (dropped <= doubleMantissa + 1) {
    code = significand >> dropped;
    const uint64_t rest = significand & ((1ull << dropped) - 1);
    const uint64_t half = 1ull << (dropped - 1);
    if (rest > half || (rest == half && (code & 1)))
      ++code;
    // The significand's leading one adds one to the exponent field, as does
    // the carry out of a mantissa that was rounded up.
    if (exponent > minExponent)
      code += uint64_t(exponent - minExponent) << mantissaBits;
  }

  if (code > layout.maxFinite()) {
    if (onOverflow == OnOverflow::Saturate ||
        layout.specials == SpecialCodes::None)
      return sign | layout.maxFinite();
    switch (layout.specials) {
    case SpecialCodes::IEEE:
      return sign | layout.infinity();
    case SpecialCodes::NaNOnly:
      return sign | (layout.signBit() - 1);
    default:
      return layout.signBit();
    }
  }
  if (code == 0 && layout.specials == SpecialCodes::NegativeZero)
    return 0;
  return sign | uint32_t(code);
}

constexpr float decodeFloat(FloatLayout layout, uint32_t code) {
  constexpr int floatBias = 127, floatMantissa = 23;
  constexpr uint32_t floatInfinity = 0xffu << floatMantissa;
  const uint32_t sign = code & layout.signBit() ? 1u << 31 : 0;
  const uint32_t magnitude = code & (layout.signBit() - 1);
  const int widening = floatMantissa - layout.mantissaBits;
  const uint32_t quietNaN = floatInfinity | 1u << (floatMantissa - 1);

  switch (layout.specials) {
  case SpecialCodes::IEEE:
    if (magnitude == layout.infinity())
      return std::bit_cast<float>(sign | floatInfinity);
    if (magnitude > layout.infinity())
      return std::bit_cast<float>(
          sign | quietNaN | (magnitude & layout.mantissaMask()) << widening);
    break;
  case SpecialCodes::NaNOnly:
    if (magnitude == layout.signBit() - 1)
      return std::bit_cast<float>(sign | quietNaN);
    break;
  case SpecialCodes::NegativeZero:
    if (sign && magnitude == 0)
      return std::bit_cast<float>(quietNaN);
    break;
  case SpecialCodes::None:
    break;
  }

  // A bfloat16 has float's own exponents; in the others float's are wide
  // enough to hold the subnormal numbers as normal ones.
  const int rebias = floatBias - int(layout.bias);
  if (rebias == 0)
    return std::bit_cast<float>(sign | magnitude << widening);
  if (magnitude > layout.mantissaMask())
    return std::bit_cast<float>(
        sign | ((magnitude << widening) + (uint32_t(rebias) << floatMantissa)));
  const float unit = std::bit_cast<float>(
      uint32_t(1 + rebias - layout.mantissaBits) << floatMantissa);
  const float value = float(magnitude) * unit;
  return sign ? -value : value;
}

constexpr double toDoubleWithStickyBit(std::integral auto value) {
  static_assert(sizeof(value) <= 8);
  bool negative = false;
  if constexpr (std::is_signed_v<decltype(value)>)
    negative = value < 0;
  uint64_t magnitude = negative ? -uint64_t(value) : uint64_t(value);
  if (magnitude >> 53) {
    const bool sticky = magnitude & 0x7ff;
    magnitude = (magnitude & ~0x7ffull) | uint64_t(sticky) << 11;
  }
  return negative ? -double(magnitude) : double(magnitude);
}

} // namespace onnc

#endif // ONNC_SUPPORT_FLOATLAYOUT_H
