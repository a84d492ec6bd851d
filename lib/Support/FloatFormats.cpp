//===- FloatFormats.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/FloatFormats.h"
#include <cassert>
#include <cmath>
#ifdef __x86_64__
#include <immintrin.h>
#endif

using namespace onnc;

Float8E8M0::Float8E8M0(double value, OnOverflow onOverflow,
                       E8M0Rounding rounding) {
  constexpr int bias = 127, maxCode = 254, nan = 255;
  bits = nan;
  if (std::isnan(value) || value < 0)
    return;
  int code;
  if (value == 0) {
    code = -1;
  } else if (std::isinf(value)) {
    code = maxCode + 1;
  } else {
    int exponent;
    // value is significand * 2^(exponent - 1) with a significand in [1, 2).
    const double significand = 2 * std::frexp(value, &exponent);
    const bool roundUp = rounding == E8M0Rounding::Up ? significand > 1
                         : rounding == E8M0Rounding::Nearest
                             ? significand >= 1.5
                             : false;
    code = exponent - 1 + bias + roundUp;
  }
  if (code >= 0 && code <= maxCode)
    bits = code;
  else if (onOverflow == OnOverflow::Saturate)
    bits = code < 0 ? 0 : maxCode;
}

Float8E8M0::operator float() const {
  if (bits == 255)
    return std::bit_cast<float>(0x7fc00000);
  if (bits == 0)
    return 0x1p-127f;
  return std::bit_cast<float>(uint32_t(bits) << 23);
}

#ifdef __x86_64__
static bool hostHasF16C() {
  static const bool has =
      __builtin_cpu_supports("f16c") && __builtin_cpu_supports("avx");
  return has;
}

// Each returns how many elements it converted, a multiple of eight.
__attribute__((target("avx,f16c"))) static size_t
convertWithF16C(const Half *from, float *to, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m128i codes =
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(from + i));
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(codes));
  }
  return i;
}

__attribute__((target("avx,f16c"))) static size_t
convertWithF16C(const float *from, Half *to, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm_storeu_si128(
        reinterpret_cast<__m128i *>(to + i),
        _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  return i;
}
#else
static bool hostHasF16C() { return false; }
template <typename From, typename To>
static size_t convertWithF16C(const From *, To *, size_t) {
  return 0;
}
#endif

template <typename From, typename To>
static void convertArray(llvm::ArrayRef<From> from,
                         llvm::MutableArrayRef<To> to) {
  assert(from.size() == to.size() && "arrays of different sizes");
  size_t i = 0;
  if (hostHasF16C())
    i = convertWithF16C(from.data(), to.data(), from.size());
  for (; i < from.size(); ++i)
    to[i] = To(from[i]);
}

void onnc::convert(llvm::ArrayRef<Half> from, llvm::MutableArrayRef<float> to) {
  convertArray(from, to);
}

void onnc::convert(llvm::ArrayRef<float> from, llvm::MutableArrayRef<Half> to) {
  convertArray(from, to);
}
