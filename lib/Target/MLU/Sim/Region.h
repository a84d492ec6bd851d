//===- Region.h - Strided pieces of memory ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_REGION_H
#define ONNC_LIB_TARGET_MLU_SIM_REGION_H

#include <algorithm>
#include <cstdint>

namespace onnc::mlu {

enum class Space : uint8_t { Nram, Wram, Dram };

/// The bytes that an instruction reads or writes in one memory: count2 planes
/// of count1 rows of `size` bytes. Strides are signed bytes. All fields are
/// below 2^35 in magnitude, or the region has been found out of range.
struct Region {
  Space space = Space::Nram;
  int64_t begin = 0, size = 0;
  int64_t count1 = 1, count2 = 1;
  int64_t stride1 = 0, stride2 = 0;

  bool empty() const { return size == 0 || count1 == 0 || count2 == 0; }
  bool contiguous() const { return count1 == 1 && count2 == 1; }
  int64_t rowBegin(int64_t plane, int64_t row) const {
    return begin + plane * stride2 + row * stride1;
  }
  /// First byte, and the byte behind the last. Not for empty regions.
  int64_t low() const {
    return begin + std::min<int64_t>(0, (count1 - 1) * stride1) +
           std::min<int64_t>(0, (count2 - 1) * stride2);
  }
  int64_t high() const {
    return begin + size + std::max<int64_t>(0, (count1 - 1) * stride1) +
           std::max<int64_t>(0, (count2 - 1) * stride2);
  }
  bool operator==(const Region &) const = default;
};

/// Whether \p a and \p b share a byte; exact, by walking the rows of the
/// region that has fewer. Shapes that no useful program has, with more pairs of
/// rows than MaxRowPairs, count as overlapping.
inline bool overlap(const Region &a, const Region &b) {
  if (a.space != b.space || a.empty() || b.empty() || a.low() >= b.high() ||
      b.low() >= a.high())
    return false;
  if (a.contiguous() && b.contiguous())
    return true;
  const Region *fewer = &a, *other = &b;
  if (fewer->count1 * fewer->count2 > other->count1 * other->count2)
    std::swap(fewer, other);
  constexpr int64_t MaxRowPairs = 1 << 24;
  int64_t walked =
      other->stride1 > 0 ? other->count2 : other->count1 * other->count2;
  if (walked > MaxRowPairs / (fewer->count1 * fewer->count2))
    return true;
  for (int64_t p = 0; p != fewer->count2; ++p)
    for (int64_t r = 0; r != fewer->count1; ++r) {
      int64_t low = fewer->rowBegin(p, r), high = low + fewer->size;
      for (int64_t q = 0; q != other->count2; ++q) {
        if (other->stride1 > 0) {
          // Only the rows around [low, high) can meet it.
          int64_t base = other->rowBegin(q, 0);
          int64_t first =
              std::max<int64_t>(0, (low - base - other->size) / other->stride1);
          for (int64_t s = first; s < other->count1; ++s) {
            int64_t row = base + s * other->stride1;
            if (row >= high)
              break;
            if (row + other->size > low)
              return true;
          }
          continue;
        }
        for (int64_t s = 0; s != other->count1; ++s) {
          int64_t row = other->rowBegin(q, s);
          if (row < high && row + other->size > low)
            return true;
        }
      }
    }
  return false;
}

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_REGION_H
