//===- Compare.h - How far two results are apart ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_INTERP_COMPARE_H
#define ONNC_INTERP_COMPARE_H

#include "onnc/Interp/RuntimeValue.h"
#include <string>

namespace onnc {

/// Two elements agree where |actual - expected| ≤ absolute + relative ·
/// |expected| (NumPy's allclose) + ofLargest · the largest |expected| of the
/// tensor: where sums cancel, errors are in proportion to what was summed. NaN
/// equals NaN, and infinities of one sign equal each other. Integers, bools and
/// strings agree where they are equal, unless \c integers lets them differ by
/// the same rule. ONNX's own node tests use 1e-7 and 1e-3.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
  double ofLargest = 0;
  bool integers = false;

  /// "0.001 + 0.01 of the expected value + 0.01 of the largest one".
  std::string str() const;
};

struct ComparisonResult {
  /// Elements that were compared, and those that disagree.
  int64_t compared = 0;
  int64_t mismatches = 0;
  /// The largest |actual - expected| over all elements that are numbers on
  /// both sides; infinite where only one of two is a finite number.
  double maxError = 0;
  /// The first disagreement: "element [0, 3]: 1.5 where 2 is expected", or how
  /// kinds, types or shapes differ. Empty where all agree.
  std::string firstMismatch;

  explicit operator bool() const { return firstMismatch.empty(); }
};

/// Compares values of any kind, sequences, optionals and maps element by
/// element.
ComparisonResult compare(const RuntimeValue &actual,
                         const RuntimeValue &expected,
                         Tolerance tolerance = {});

} // namespace onnc

#endif // ONNC_INTERP_COMPARE_H
