//===- Elements.h - Blocks of device elements -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Vector kernels work in blocks: operands are widened to FP32 or INT32,
/// computed, and narrowed. A block is read before it is written, so a
/// destination may be an operand at the same address.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_ELEMENTS_H
#define ONNC_LIB_TARGET_MLU_SIM_ELEMENTS_H

#include "../Float16.h"
#include "onnc/Target/MLU/ISA.h"
#include <algorithm>
#include <cmath>
#include <cstring>

namespace onnc::mlu {

constexpr uint64_t BlockSize = 256;

inline bool isFloating(ElemType type) {
  return type == ElemType::F16 || type == ElemType::F32;
}

/// Widens \p n elements of \p type at \p src.
inline void loadBlock(ElemType type, const uint8_t *src, float *dst,
                      uint64_t n) {
  if (type == ElemType::F32) {
    std::memcpy(dst, src, n * 4);
    return;
  }
  uint16_t halves[BlockSize];
  std::memcpy(halves, src, n * 2);
  for (uint64_t i = 0; i < n; ++i)
    dst[i] = fromHalf(halves[i]);
}

inline void loadBlock(ElemType type, const uint8_t *src, int32_t *dst,
                      uint64_t n) {
  if (type == ElemType::I32) {
    std::memcpy(dst, src, n * 4);
    return;
  }
  for (uint64_t i = 0; i < n; ++i)
    dst[i] = int8_t(src[i]);
}

/// Narrows: FP16 by rounding, INT8 by dropping bits.
inline void storeBlock(ElemType type, uint8_t *dst, const float *src,
                       uint64_t n) {
  if (type == ElemType::F32) {
    float values[BlockSize];
    for (uint64_t i = 0; i < n; ++i)
      values[i] = canonical(src[i]);
    std::memcpy(dst, values, n * 4);
    return;
  }
  uint16_t halves[BlockSize];
  for (uint64_t i = 0; i < n; ++i)
    halves[i] = toHalf(src[i]);
  std::memcpy(dst, halves, n * 2);
}

inline void storeBlock(ElemType type, uint8_t *dst, const int32_t *src,
                       uint64_t n) {
  if (type == ElemType::I32) {
    std::memcpy(dst, src, n * 4);
    return;
  }
  for (uint64_t i = 0; i < n; ++i)
    dst[i] = uint8_t(src[i]);
}

/// Calls \p body(at, count) for each block of \p n elements.
template <class F> void forBlocks(uint64_t n, F body) {
  for (uint64_t at = 0; at < n; at += BlockSize)
    body(at, std::min(BlockSize, n - at));
}

/// Calls \p body with a float or an int32_t, whichever \p type widens to.
template <class F> void withCompute(ElemType type, F body) {
  if (isFloating(type))
    body(float());
  else
    body(int32_t());
}

/// VGTM and VLTM: the first operand wins where equal, a NaN always.
template <class T> T larger(T x, T y) { return x >= y || x != x ? x : y; }
template <class T> T smaller(T x, T y) { return x <= y || x != x ? x : y; }

/// INT32 sums wrap.
inline float addWrap(float x, float y) { return x + y; }
inline int32_t addWrap(int32_t x, int32_t y) {
  return int32_t(uint32_t(x) + uint32_t(y));
}

/// To an integer in [low, high]; NaN to 0.
inline int32_t saturate(double value, double low, double high) {
  if (value != value)
    return 0;
  return int32_t(std::clamp(value, low, high));
}

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_ELEMENTS_H
