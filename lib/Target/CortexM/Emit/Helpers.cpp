//===- Helpers.cpp - The functions that generated code calls --------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// C99 that is copied into a model's file where it is used. Mathematics is in
/// single precision with a few units in the last place, without libm; the
/// bounds that stand here are tested (MathTest.cpp).
///
//===----------------------------------------------------------------------===//

#include "CFile.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static constexpr StringLiteral minText =
    R"(static inline int32_t min_i32(int32_t a, int32_t b) {
  return a < b ? a : b;
}
)";
static constexpr StringLiteral maxText =
    R"(static inline int32_t max_i32(int32_t a, int32_t b) {
  return a > b ? a : b;
}
)";

static constexpr StringLiteral scaleHighText =
    R"(/* round(value * multiplier / 2^(33 + shift)) + zero. */
static inline int32_t scale_high(int32_t value, int32_t multiplier,
                                 int32_t shift, int32_t zero) {
  int32_t high = (int32_t)(((int64_t)value * multiplier) >> 32);
  return ((high >> shift) + (2 * zero + 1)) >> 1;
}
)";
/// A product of 80 bits is divided in two steps of 64.
static constexpr StringLiteral scaleExactText =
    R"(/* round(value * (high * 2^24 + low) / (divisor * 2^shift)), halves to even. */
static inline int32_t scale_exact(int32_t value, int32_t high, int32_t low,
                                  int32_t divisor, int32_t shift) {
  const uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value,
                 by = (uint64_t)divisor;
  uint64_t quotient = size * (uint64_t)high / by, rest = size * (uint64_t)high % by;
  rest = rest * 16777216u + size * (uint64_t)low;
  quotient = quotient * 16777216u + rest / by;
  rest %= by;
  /* What is cut off, compared with a half. */
  uint64_t rounded = quotient, half = by;
  rest *= 2;
  if (shift > 0) {
    rounded >>= shift;
    half = (uint64_t)1 << (shift - 1);
    const uint64_t cut = quotient & (half * 2 - 1);
    rest = cut == half && rest ? cut + 1 : cut;
  }
  if (rest > half || (rest == half && (rounded & 1)))
    ++rounded;
  if (rounded > 2147483647u)
    rounded = 2147483647u;
  return value < 0 ? -(int32_t)rounded : (int32_t)rounded;
}
)";
static constexpr StringLiteral saturateI8Text =
    R"(static inline int32_t saturate_i8(int32_t x) {
#if defined(__ARM_FEATURE_SAT)
  return __ssat(x, 8);
#else
  return x < -128 ? -128 : x > 127 ? 127 : x;
#endif
}
)";
static constexpr StringLiteral saturateU8Text =
    R"(static inline int32_t saturate_u8(int32_t x) {
#if defined(__ARM_FEATURE_SAT)
  return (int32_t)__usat(x, 8);
#else
  return x < 0 ? 0 : x > 255 ? 255 : x;
#endif
}
)";
static constexpr StringLiteral saturateText =
    R"(static inline int32_t saturate_i64(int64_t x) {
  return x > 2147483647 ? 2147483647
                        : x < -2147483647 ? -2147483647 - 1 : (int32_t)x;
}
)";
static constexpr StringLiteral scaleText =
    R"(/* round(value * multiplier / 2^shift), shift at least 1. */
static inline int32_t scale(int32_t value, int32_t multiplier, int32_t shift) {
  int64_t product = (int64_t)value * multiplier;
  return saturate_i64((product + ((int64_t)1 << (shift - 1))) >> shift);
}
)";
static constexpr StringLiteral scaleEvenText =
    R"(/* round(value * multiplier / 2^shift), halves to even if even is 1. */
static inline int32_t scale_even(int32_t value, int32_t multiplier,
                                 int32_t shift, int32_t even) {
  int64_t sum = (int64_t)value * multiplier + ((int64_t)1 << (shift - 1));
  int64_t rounded = sum >> shift;
  if ((sum & (((int64_t)1 << shift) - 1)) == 0)
    rounded &= ~(int64_t)even;
  return saturate_i64(rounded);
}
)";
static constexpr StringLiteral scaleWideText =
    R"(/* round(value * (high * 2^31 + low) / 2^shift), shift at least 32. */
static inline int32_t scale_wide(int32_t value, int32_t high, int32_t low,
                                 int32_t shift) {
  int64_t rest = ((int64_t)value * low) >> 31;
  int64_t sum = (int64_t)value * high + rest + ((int64_t)1 << (shift - 32));
  return saturate_i64(sum >> (shift - 31));
}
)";
static constexpr StringLiteral quotientText =
    R"(/* round(a / b) of a positive b, halves to even. */
static inline int64_t divide_even(int64_t a, int64_t b) {
  int64_t quotient = a / b, rest = a % b;
  if (rest < 0) {
    rest += b;
    --quotient;
  }
  if (rest > b - rest || (rest == b - rest && (quotient & 1)))
    ++quotient;
  return quotient;
}
)";
static constexpr StringLiteral clampText =
    R"(static inline int32_t clamp_i32(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}
)";

//===----------------------------------------------------------------------===//
// Products of vectors
//===----------------------------------------------------------------------===//

static constexpr StringLiteral dspText = R"(#if defined(__ARM_FEATURE_SIMD32)
static inline int32_t load_4(const void *p) {
  int32_t word;
  memcpy(&word, p, 4);
  return word;
}
/* Bytes 0 and 2, or 1 and 3, as numbers of 16 bits; the first added to a. */
static inline int32_t even_i8(int32_t x) {
  int32_t r;
  __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(x));
  return r;
}
static inline int32_t odd_i8(int32_t x) {
  int32_t r;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
  return r;
}
static inline int32_t add_even_i8(int32_t a, int32_t x) {
  int32_t r;
  __asm__("sxtab16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(x));
  return r;
}
static inline int32_t add_odd_i8(int32_t a, int32_t x) {
  int32_t r;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(a), "r"(x));
  return r;
}
static inline int32_t add_even_u8(int32_t a, int32_t x) {
  int32_t r;
  __asm__("uxtab16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(x));
  return r;
}
static inline int32_t add_odd_u8(int32_t a, int32_t x) {
  int32_t r;
  __asm__("uxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(a), "r"(x));
  return r;
}
#endif
)";

static constexpr StringLiteral dot4I8Text =
    R"(/* sums[j] += Σ (x[i] + offset) * w[j * stride + i] over count elements. */
static inline void dot4_i8(const int8_t *x, const int8_t *w, int32_t stride,
                           int32_t count, int32_t offset, int32_t *sums) {
  int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], i = 0;
#if defined(__ARM_FEATURE_SIMD32)
  const int32_t offsets = (int32_t)((uint32_t)(offset & 0xffff) * 0x10001u);
  for (; i + 4 <= count; i += 4) {
    const int32_t xs = load_4(x + i), even = add_even_i8(offsets, xs),
                  odd = add_odd_i8(offsets, xs);
    int32_t ws = load_4(w + i);
    s0 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s0));
    ws = load_4(w + stride + i);
    s1 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s1));
    ws = load_4(w + 2 * stride + i);
    s2 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s2));
    ws = load_4(w + 3 * stride + i);
    s3 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s3));
  }
#endif
  for (; i < count; ++i) {
    const int32_t xi = x[i] + offset;
    s0 += xi * w[i];
    s1 += xi * w[stride + i];
    s2 += xi * w[2 * stride + i];
    s3 += xi * w[3 * stride + i];
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
)";
static constexpr StringLiteral dot1I8Text =
    R"(static inline int32_t dot1_i8(const int8_t *x, const int8_t *w, int32_t count,
                              int32_t offset, int32_t sum) {
  int32_t i = 0;
#if defined(__ARM_FEATURE_SIMD32)
  const int32_t offsets = (int32_t)((uint32_t)(offset & 0xffff) * 0x10001u);
  for (; i + 4 <= count; i += 4) {
    const int32_t xs = load_4(x + i), ws = load_4(w + i);
    sum = __smlad(add_even_i8(offsets, xs), even_i8(ws), sum);
    sum = __smlad(add_odd_i8(offsets, xs), odd_i8(ws), sum);
  }
#endif
  for (; i < count; ++i)
    sum += (x[i] + offset) * w[i];
  return sum;
}
)";
static constexpr StringLiteral dot4U8Text =
    R"(/* sums[j] += Σ (x[i] + offset) * w[j * stride + i] over count elements. */
static inline void dot4_u8(const uint8_t *x, const int8_t *w, int32_t stride,
                           int32_t count, int32_t offset, int32_t *sums) {
  int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], i = 0;
#if defined(__ARM_FEATURE_SIMD32)
  const int32_t offsets = (int32_t)((uint32_t)(offset & 0xffff) * 0x10001u);
  for (; i + 4 <= count; i += 4) {
    const int32_t xs = load_4(x + i), even = add_even_u8(offsets, xs),
                  odd = add_odd_u8(offsets, xs);
    int32_t ws = load_4(w + i);
    s0 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s0));
    ws = load_4(w + stride + i);
    s1 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s1));
    ws = load_4(w + 2 * stride + i);
    s2 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s2));
    ws = load_4(w + 3 * stride + i);
    s3 = __smlad(odd, odd_i8(ws), __smlad(even, even_i8(ws), s3));
  }
#endif
  for (; i < count; ++i) {
    const int32_t xi = x[i] + offset;
    s0 += xi * w[i];
    s1 += xi * w[stride + i];
    s2 += xi * w[2 * stride + i];
    s3 += xi * w[3 * stride + i];
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
)";
static constexpr StringLiteral dot1U8Text =
    R"(static inline int32_t dot1_u8(const uint8_t *x, const int8_t *w, int32_t count,
                              int32_t offset, int32_t sum) {
  int32_t i = 0;
#if defined(__ARM_FEATURE_SIMD32)
  const int32_t offsets = (int32_t)((uint32_t)(offset & 0xffff) * 0x10001u);
  for (; i + 4 <= count; i += 4) {
    const int32_t xs = load_4(x + i), ws = load_4(w + i);
    sum = __smlad(add_even_u8(offsets, xs), even_i8(ws), sum);
    sum = __smlad(add_odd_u8(offsets, xs), odd_i8(ws), sum);
  }
#endif
  for (; i < count; ++i)
    sum += (x[i] + offset) * w[i];
  return sum;
}
)";
static constexpr StringLiteral dot4F32Text =
    R"(/* sums[j] += Σ x[i] * w[j * stride + i] over count elements. */
static inline void dot4_f32(const float *x, const float *w, int32_t stride,
                            int32_t count, float *sums) {
  float s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  for (int32_t i = 0; i < count; ++i) {
    const float xi = x[i];
    s0 += xi * w[i];
    s1 += xi * w[stride + i];
    s2 += xi * w[2 * stride + i];
    s3 += xi * w[3 * stride + i];
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
)";
static constexpr StringLiteral dot1F32Text =
    R"(static inline float dot1_f32(const float *x, const float *w, int32_t count,
                             float sum) {
  for (int32_t i = 0; i < count; ++i)
    sum += x[i] * w[i];
  return sum;
}
)";

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static constexpr StringLiteral bitsText =
    R"(static inline int32_t float_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}
static inline float bits_float(int32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
)";
static constexpr StringLiteral absText =
    R"(static inline float abs_f32(float x) {
  return bits_float(float_bits(x) & 0x7fffffff);
}
)";
static constexpr StringLiteral roundText =
    R"(/* To the nearest integer, halves to even. */
static inline float round_f32(float x) {
  if (!(abs_f32(x) < 8388608.0f))
    return x;
  /* Sums of this size have no fraction, and addition rounds to even. */
  float sum = abs_f32(x) + 8388608.0f;
  return bits_float(float_bits(sum - 8388608.0f) |
                    (float_bits(x) & (-2147483647 - 1)));
}
)";
static constexpr StringLiteral floorText =
    R"(static inline float floor_f32(float x) {
  float r = round_f32(x);
  return r > x ? r - 1.0f : r;
}
)";
static constexpr StringLiteral ceilText =
    R"(static inline float ceil_f32(float x) {
  float r = round_f32(x);
  return r < x ? bits_float(float_bits(r + 1.0f) |
                            (float_bits(x) & (-2147483647 - 1)))
               : r;
}
)";
static constexpr StringLiteral largestText =
    R"(static inline float largest_f32(float a, float b) {
  return a != a || a > b ? a : b;
}
)";
static constexpr StringLiteral smallestText =
    R"(static inline float smallest_f32(float a, float b) {
  return a != a || a < b ? a : b;
}
)";
static constexpr StringLiteral clampFloatText =
    R"(static inline float clamp_f32(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}
)";
static constexpr StringLiteral quantizeText =
    R"(static inline int32_t quantize(float x, int32_t zero, int32_t low,
                               int32_t high) {
  float r = round_f32(x) + (float)zero;
  return r < (float)low ? low : r > (float)high ? high : r == r ? (int32_t)r : 0;
}
)";
static constexpr StringLiteral expText =
    R"(/* Within 2 units in the last place; 0 below -87.3, where floats lose bits. */
static inline float exp_f32(float x) {
  if (!(x > -87.33654f))
    return x < 0.0f ? 0.0f : x;
  if (x > 88.72283f)
    return __builtin_inff();
  float n = round_f32(x * 1.44269504f);
  float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  /* In two steps, as 2^128 isn't a float. */
  int32_t k = (int32_t)n, half = k / 2;
  return p * bits_float((half + 127) * 8388608) *
         bits_float((k - half + 127) * 8388608);
}
)";
static constexpr StringLiteral logText =
    R"(/* Within 2 units in the last place. */
static inline float log_f32(float x) {
  if (!(x > 0.0f))
    return x == 0.0f ? -__builtin_inff() : __builtin_nanf("");
  if (x == __builtin_inff())
    return x;
  int32_t exponent = 0;
  if (x < 1.17549435e-38f) {
    x *= 8388608.0f;
    exponent = -23;
  }
  int32_t bits = float_bits(x);
  exponent += (bits >> 23) - 126;
  float m = bits_float((bits & 0x7fffff) | 0x3f000000);
  if (m < 0.707106781f) {
    m += m;
    --exponent;
  }
  m -= 1.0f;
  float z = m * m, e = (float)exponent, p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  return m + ((p * m * z + e * -2.12194440e-4f) - 0.5f * z) +
         e * 0.693359375f;
}
)";
static constexpr StringLiteral tanhText =
    R"(/* Within 3 units in the last place. */
static inline float tanh_f32(float x) {
  float a = abs_f32(x), z = x * x;
  if (a < 0.625f) {
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    return p * z * x + x;
  }
  float t = a > 9.1f ? 1.0f : 1.0f - 2.0f / (exp_f32(a + a) + 1.0f);
  return x < 0.0f ? -t : x > 0.0f ? t : x;
}
)";
static constexpr StringLiteral sigmoidText =
    R"(/* Within 4 units in the last place. */
static inline float sigmoid_f32(float x) {
  float e = exp_f32(-abs_f32(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}
)";
static constexpr StringLiteral erfText =
    R"(/* Within 4 units in the last place. */
static inline float erf_f32(float x) {
  float a = abs_f32(x), s = x * x;
  if (a > 0.927734375f) {
    float r = -1.72853470e-5f * a + 3.83197126e-4f;
    float u = -3.88396438e-3f * a + 2.42546219e-2f;
    r = r * s + u;
    r = r * a - 1.06777877e-1f;
    r = r * a - 6.34846687e-1f;
    r = r * a - 1.28717512e-1f;
    r = r * a - a;
    r = a > 4.0f ? 1.0f : 1.0f - exp_f32(r);
    return x < 0.0f ? -r : r;
  }
  float r = -5.96761703e-4f;
  r = r * s + 4.99119423e-3f;
  r = r * s - 2.67681349e-2f;
  r = r * s + 1.12819925e-1f;
  r = r * s - 3.76125336e-1f;
  r = r * s + 1.28379166e-1f;
  return r * x + x;
}
)";
static constexpr StringLiteral sqrtText =
    R"(/* Rounded correctly, bit by bit where the core has no square roots. */
static inline float sqrt_f32(float x) {
#if defined(__ARM_FP) && (__ARM_FP & 4)
  __asm__("vsqrt.f32 %0, %1" : "=t"(x) : "t"(x));
  return x;
#else
  if (!(x > 0.0f) || x == __builtin_inff())
    return x < 0.0f ? __builtin_nanf("") : x;
  int32_t bits = float_bits(x), exponent = (bits >> 23) - 127;
  uint32_t m = (uint32_t)(bits & 0x7fffff);
  if (exponent == -127) {
    for (++exponent; !(m & 0x800000u); m <<= 1)
      --exponent;
  }
  m |= 0x800000u;
  if (exponent & 1)
    m <<= 1;
  uint64_t rest = (uint64_t)m << 25, root = 0;
  for (uint64_t bit = (uint64_t)1 << 48; bit; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  /* 25 bits, of which the last rounds; a square root is never a half. */
  uint32_t rounded = (uint32_t)((root + 1) >> 1);
  int32_t half = (exponent - (exponent & 1)) / 2;
  return bits_float((int32_t)(rounded - 0x800000u) + (half + 127) * 8388608);
#endif
}
)";

static constexpr StringLiteral usesSaturate[] = {"saturate_i64"};
/// The instructions of the DSP extension where a core has them.
static constexpr StringLiteral usesDsp[] = {"dsp"};
static constexpr StringLiteral usesBits[] = {"float_bits"};
static constexpr StringLiteral usesAbs[] = {"float_bits", "abs_f32"};
static constexpr StringLiteral usesRound[] = {"float_bits", "round_f32"};
static constexpr StringLiteral usesExp[] = {"abs_f32", "exp_f32"};

ArrayRef<Helper> cortexm::getHelpers() {
  static constexpr Helper helpers[] = {
      {"min_i32", {}, minText},
      {"max_i32", {}, maxText},
      {"clamp_i32", {}, clampText},
      {"saturate_i64", {}, saturateText},
      {"saturate_i8", {}, saturateI8Text},
      {"saturate_u8", {}, saturateU8Text},
      {"scale_high", {}, scaleHighText},
      {"scale_exact", {}, scaleExactText},
      {"scale", usesSaturate, scaleText},
      {"scale_even", usesSaturate, scaleEvenText},
      {"scale_wide", usesSaturate, scaleWideText},
      {"divide_even", {}, quotientText},
      {"dsp", {}, dspText},
      {"dot4_i8", usesDsp, dot4I8Text},
      {"dot1_i8", usesDsp, dot1I8Text},
      {"dot4_u8", usesDsp, dot4U8Text},
      {"dot1_u8", usesDsp, dot1U8Text},
      {"dot4_f32", {}, dot4F32Text},
      {"dot1_f32", {}, dot1F32Text},
      {"float_bits", {}, bitsText},
      {"abs_f32", usesBits, absText},
      {"round_f32", usesAbs, roundText},
      {"floor_f32", usesRound, floorText},
      {"ceil_f32", usesRound, ceilText},
      {"largest_f32", {}, largestText},
      {"smallest_f32", {}, smallestText},
      {"clamp_f32", {}, clampFloatText},
      {"quantize", usesRound, quantizeText},
      {"exp_f32", usesRound, expText},
      {"log_f32", usesBits, logText},
      {"tanh_f32", usesExp, tanhText},
      {"sigmoid_f32", usesExp, sigmoidText},
      {"erf_f32", usesExp, erfText},
      {"sqrt_f32", usesBits, sqrtText},
  };
  return helpers;
}
