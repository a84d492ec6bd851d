//===- Lifespan.h - Half-open intervals of time -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_ANALYSIS_LIFESPAN_H
#define ONNC_ANALYSIS_LIFESPAN_H

#include <algorithm>
#include <cstdint>

namespace onnc {

/// The points in time from lower, inclusive, to upper, exclusive. For the
/// values of a region a point is the position of an operation.
struct Lifespan {
  int64_t lower = 0;
  int64_t upper = 0;

  int64_t getLength() const { return upper - lower; }
  bool overlaps(const Lifespan &other) const {
    return lower < other.upper && other.lower < upper;
  }
  bool contains(int64_t point) const { return lower <= point && point < upper; }
  /// The shortest one that covers both.
  Lifespan hull(const Lifespan &other) const {
    return {std::min(lower, other.lower), std::max(upper, other.upper)};
  }
  bool operator==(const Lifespan &) const = default;
};

} // namespace onnc

#endif // ONNC_ANALYSIS_LIFESPAN_H
