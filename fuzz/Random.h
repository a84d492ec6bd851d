//===- Random.h - The same numbers everywhere -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_FUZZ_RANDOM_H
#define ONNC_FUZZ_RANDOM_H

#include <cstddef>
#include <cstdint>
#include <random>

namespace onnc::fuzz {

/// Draws numbers by division alone: the standard library's distributions differ
/// between implementations.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// In [0, bound); 0 where there is nothing to choose.
  size_t below(size_t bound) { return bound ? engine() % bound : 0; }
  /// True once in \p n times.
  bool oneIn(size_t n) { return below(n) == 0; }
  template <typename Range> auto &pick(Range &&range) {
    return range[below(std::size(range))];
  }

private:
  std::mt19937_64 engine;
};

} // namespace onnc::fuzz

#endif // ONNC_FUZZ_RANDOM_H
