//===- Float16.h - IEEE half precision on the host --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Conversions between FP16 and FP32, branch-free so that compilers vectorise
/// loops over them. NaNs come out as the canonical quiet NaN.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_FLOAT16_H
#define ONNC_LIB_TARGET_MLU_FLOAT16_H

#include <bit>
#include <cstdint>

namespace onnc::mlu {

constexpr uint32_t CanonicalNaN32 = 0x7fc00000;
constexpr uint16_t CanonicalNaN16 = 0x7e00;

/// The FP32 number that the FP16 bits \p half stand for; exact.
inline float fromHalf(uint16_t half) {
  // The exponent is rebased by a multiplication, which also normalises
  // subnormals: 0x1p112 = 2^(127 - 15).
  uint32_t magnitude = uint32_t(half & 0x7fff) << 13;
  float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
  uint32_t bits = std::bit_cast<uint32_t>(scaled);
  bits |= magnitude >= 0x0f800000 ? 0x7f800000 : 0;
  return std::bit_cast<float>(bits | uint32_t(half & 0x8000) << 16);
}

/// \p value rounded to FP16, to nearest, halves to even.
inline uint16_t toHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = bits >> 16 & 0x8000;
  uint32_t magnitude = bits & 0x7fffffff;
  // Normal results: rebias and round the 13 dropped bits to even.
  uint32_t odd = magnitude >> 13 & 1;
  uint32_t normal = (magnitude - (112u << 23) + 0xfff + odd) >> 13;
  // Subnormal results: adding 0.5 makes the FPU shift and round.
  uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
      0x3f000000;
  uint32_t half = magnitude < 0x38800000 ? subnormal : normal;
  half = magnitude >= 0x477ff000 ? 0x7c00 : half;
  half = magnitude > 0x7f800000 ? CanonicalNaN16 : half;
  sign = magnitude > 0x7f800000 ? 0 : sign;
  return uint16_t(half | sign);
}

/// \p value, or the canonical NaN for every NaN.
inline float canonical(float value) {
  return value == value ? value : std::bit_cast<float>(CanonicalNaN32);
}

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_FLOAT16_H
