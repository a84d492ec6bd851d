//===- FloatFormats.h - Floats narrower than 32 bits ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The floating-point formats of ONNX that C++ lacks, as storage types: IEEE
// half, bfloat16, four 8-bit formats, the 8-bit exponent E8M0 and the 4-bit
// E2M1. Each holds its bits and nothing else, so that a tensor's buffer is an
// array of them (E2M1 excepted, which ONNX packs two to a byte: PackedInt.h).
// They have no arithmetic: convert to float or double, which is always exact,
// compute there, and convert back, which rounds once, to nearest even, from
// float, double and integers alike.
//
// The cases that rounding does not settle follow the node tests of ONNX's Cast
// (opset 25), where its prose leaves a choice or contradicts them:
//   - OnOverflow says what becomes of an infinity and of a number that exceeds
//     the largest finite one after rounding; a float that the format can't
//     hold turns into NaN where the format has no infinity;
//   - a format without negative zero makes it zero, one without NaN (E2M1)
//     makes NaN -0;
//   - NaN stays NaN and becomes quiet; its payload keeps the bits that fit.
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_FLOATFORMATS_H
#define ONNC_SUPPORT_FLOATFORMATS_H

#include "onnc/Support/FloatLayout.h"
#include "llvm/ADT/ArrayRef.h"
#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>
#ifdef __F16C__
#include <immintrin.h>
#endif

namespace onnc {

inline constexpr FloatLayout halfLayout{16, 10, 15, SpecialCodes::IEEE};
inline constexpr FloatLayout bfloat16Layout{16, 7, 127, SpecialCodes::IEEE};
inline constexpr FloatLayout float8E4M3FNLayout{8, 3, 7, SpecialCodes::NaNOnly};
inline constexpr FloatLayout float8E4M3FNUZLayout{8, 3, 8,
                                                  SpecialCodes::NegativeZero};
inline constexpr FloatLayout float8E5M2Layout{8, 2, 15, SpecialCodes::IEEE};
inline constexpr FloatLayout float8E5M2FNUZLayout{8, 2, 16,
                                                  SpecialCodes::NegativeZero};
inline constexpr FloatLayout float4E2M1Layout{4, 1, 1, SpecialCodes::None};

uint16_t encodeHalf(float value);
float decodeHalf(uint16_t code);
uint16_t encodeBFloat16(float value);
float decodeBFloat16(uint16_t code);

/// A number stored in the format \p Layout. Trivial: an array of them is the
/// array of their codes in the host's byte order.
template <FloatLayout Layout> struct SmallFloat {
  using Bits = std::conditional_t<(Layout.width > 8), uint16_t, uint8_t>;
  static constexpr FloatLayout layout = Layout;

  /// The code; in formats under 8 bits the low bits of it, the rest zero.
  Bits bits;

  SmallFloat() = default;
  explicit SmallFloat(float value,
                      OnOverflow onOverflow = OnOverflow::Infinity) {
    if (onOverflow == OnOverflow::Infinity && Layout.width == 16)
      bits =
          Layout.mantissaBits == 10 ? encodeHalf(value) : encodeBFloat16(value);
    else
      bits = encodeFloat(Layout, value, onOverflow);
  }
  explicit constexpr SmallFloat(double value,
                                OnOverflow onOverflow = OnOverflow::Infinity)
      : bits(encodeFloat(Layout, value, onOverflow)) {}
  explicit constexpr SmallFloat(std::integral auto value,
                                OnOverflow onOverflow = OnOverflow::Infinity)
      : SmallFloat(toDoubleWithStickyBit(value), onOverflow) {}

  static constexpr SmallFloat fromBits(Bits bits) {
    SmallFloat result{};
    result.bits = bits;
    return result;
  }
  static constexpr SmallFloat max() { return fromBits(Layout.maxFinite()); }
  static constexpr SmallFloat lowest() {
    return fromBits(Layout.signBit() | Layout.maxFinite());
  }

  operator float() const {
    if constexpr (Layout.width == 16)
      return Layout.mantissaBits == 10 ? decodeHalf(bits)
                                       : decodeBFloat16(bits);
    else
      return decodeFloat(Layout, bits);
  }
};

using Half = SmallFloat<halfLayout>;
using BFloat16 = SmallFloat<bfloat16Layout>;
using Float8E4M3FN = SmallFloat<float8E4M3FNLayout>;
using Float8E4M3FNUZ = SmallFloat<float8E4M3FNUZLayout>;
using Float8E5M2 = SmallFloat<float8E5M2Layout>;
using Float8E5M2FNUZ = SmallFloat<float8E5M2FNUZLayout>;
using Float4E2M1 = SmallFloat<float4E2M1Layout>;

/// How a number between two powers of two becomes a Float8E8M0: ONNX's Cast
/// calls these round_mode up, down and nearest (halfway cases go up).
enum class E8M0Rounding : uint8_t { Up, Down, Nearest };

/// A power of two from 2^-127 (code 0) to 2^127 (code 254); code 255 is NaN.
/// The scale of OCP's microscaling formats.
struct Float8E8M0 {
  uint8_t bits;

  Float8E8M0() = default;
  /// A value out of range after rounding, zero and infinity included, becomes
  /// the nearest power of two that there is (OnOverflow::Saturate) or NaN.
  /// NaN and every value below zero become NaN.
  explicit Float8E8M0(double value,
                      OnOverflow onOverflow = OnOverflow::Saturate,
                      E8M0Rounding rounding = E8M0Rounding::Up);

  static constexpr Float8E8M0 fromBits(uint8_t bits) {
    Float8E8M0 result{};
    result.bits = bits;
    return result;
  }

  operator float() const;
};

/// Converts arrays, with F16C where the host has it; bit for bit the same as
/// element by element. \p to has the size of \p from.
void convert(llvm::ArrayRef<Half> from, llvm::MutableArrayRef<float> to);
void convert(llvm::ArrayRef<float> from, llvm::MutableArrayRef<Half> to);

//===----------------------------------------------------------------------===//
// Inline definitions
//===----------------------------------------------------------------------===//

inline uint16_t encodeHalf(float value) {
#ifdef __F16C__
  return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
#else
  uint32_t magnitude = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (magnitude >> 16) & 0x8000;
  magnitude &= 0x7fffffff;
  if (magnitude >= 0x47800000) { // 2^16, infinity, NaN
    uint32_t code = 0x7c00;
    if (magnitude > 0x7f800000)
      code |= 0x200 | ((magnitude >> 13) & 0x3ff);
    return sign | code;
  }
  if (magnitude < 0x38800000) { // 2^-14: the result is subnormal
    // Beside 0.5 a float's last bit weighs 2^-24, as a subnormal half's does:
    // the addition rounds, and leaves the code in the low bits.
    const float sum = std::bit_cast<float>(magnitude) + 0.5f;
    return sign | (std::bit_cast<uint32_t>(sum) - 0x3f000000);
  }
  const uint32_t odd = (magnitude >> 13) & 1;
  magnitude += 0xfff + odd; // rounds to even; a carry reaches the exponent
  magnitude -= (127 - 15) << 23;
  return sign | (magnitude >> 13);
#endif
}

inline float decodeHalf(uint16_t code) {
#ifdef __F16C__
  return _cvtsh_ss(code);
#else
  return decodeFloat(halfLayout, code);
#endif
}

inline uint16_t encodeBFloat16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

inline float decodeBFloat16(uint16_t code) {
  return decodeFloat(bfloat16Layout, code);
}

} // namespace onnc

#endif // ONNC_SUPPORT_FLOATFORMATS_H
