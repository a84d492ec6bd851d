//===- PackedInt.h - Elements narrower than a byte --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading and writing ONNX's 4-bit and 2-bit elements. They are packed without
// gaps across rows, the first element of a byte in its lowest bits; what is
// left of the last byte is zero. T says how the bits are read: int8_t as two's
// complement, uint8_t as they are (unsigned integers, codes of Float4E2M1).
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_PACKEDINT_H
#define ONNC_SUPPORT_PACKEDINT_H

#include "llvm/ADT/ArrayRef.h"
#include <cassert>
#include <cstdint>
#include <type_traits>

namespace onnc {

template <unsigned Width, typename T>
concept PackedElement = (Width == 2 || Width == 4) &&
                        (std::is_same_v<T, int8_t> ||
                         std::is_same_v<T, uint8_t>);

/// Bytes that \p count elements of \p Width bits take. No product overflows.
template <unsigned Width> constexpr uint64_t packedSize(uint64_t count) {
  constexpr uint64_t perByte = 8 / Width;
  return count / perByte + (count % perByte != 0);
}

/// Element \p index of \p bytes.
template <unsigned Width, typename T>
requires PackedElement<Width, T>
constexpr T loadPacked(const uint8_t *bytes, uint64_t index) {
  constexpr unsigned perByte = 8 / Width;
  const unsigned shift = index % perByte * Width;
  // Move the element to the top of the byte; T's shift back extends its sign.
  const uint8_t top = bytes[index / perByte] << (8 - Width - shift);
  return static_cast<T>(static_cast<T>(top) >> (8 - Width));
}

/// Stores the low \p Width bits of \p value as element \p index of \p bytes.
template <unsigned Width, typename T>
requires PackedElement<Width, T>
constexpr void storePacked(uint8_t *bytes, uint64_t index, T value) {
  constexpr unsigned perByte = 8 / Width;
  constexpr unsigned mask = (1u << Width) - 1;
  const unsigned shift = index % perByte * Width;
  uint8_t &byte = bytes[index / perByte];
  byte = (byte & ~(mask << shift)) | (unsigned(value) & mask) << shift;
}

/// Unpacks to.size() elements; \p from holds at least that many.
template <unsigned Width, typename T>
requires PackedElement<Width, T>
void unpack(llvm::ArrayRef<uint8_t> from, llvm::MutableArrayRef<T> to) {
  assert(from.size() >= packedSize<Width>(to.size()) && "too few bytes");
  for (uint64_t i = 0, e = to.size(); i != e; ++i)
    to[i] = loadPacked<Width, T>(from.data(), i);
}

/// Packs \p from into \p to, which is packedSize<Width>(from.size()) bytes.
template <unsigned Width, typename T>
requires PackedElement<Width, T>
void pack(llvm::ArrayRef<T> from, llvm::MutableArrayRef<uint8_t> to) {
  assert(to.size() == packedSize<Width>(from.size()) && "wrong size");
  if (!to.empty())
    to.back() = 0;
  for (uint64_t i = 0, e = from.size(); i != e; ++i)
    storePacked<Width, T>(to.data(), i, from[i]);
}

} // namespace onnc

#endif // ONNC_SUPPORT_PACKEDINT_H
