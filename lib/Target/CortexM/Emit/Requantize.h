//===- Requantize.h - Exact scales as code ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// How a core without wide integers multiplies by a rational scale. Each way is
/// proven to equal the exact scale for all integers that there can be
/// (Support/Requantize.h); the cheapest that is proven for all channels is
/// taken.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_REQUANTIZE_H
#define ONNC_TARGET_CORTEXM_EMIT_REQUANTIZE_H

#include "onnc/Support/Requantize.h"
#include <vector>

namespace onnc {
class Operation;
}

namespace onnc::cortexm {

struct Scaling {
  enum Kind {
    High,     ///< the upper word of a product of 64 bits, and a shift
    Plain,    ///< a product of 64 bits and a shift
    Even,     ///< the same, where halves have to go to even
    Wide,     ///< a multiplier of 62 bits
    Quotient, ///< a division of 64 bits
    Exact     ///< the fraction itself, divided in two steps
  };
  Kind kind;
  /// One, or one for each channel. Of Wide the lower 31 bits, of Exact 24; for
  /// High 33 less than the shift.
  std::vector<int32_t> multipliers, shifts;
  /// The bits above, of Wide and Exact; Even: 1 where halves go to even.
  std::vector<int32_t> extra;
  /// Exact: what is divided by; integers are clamped to ±bound before, beyond
  /// which results are the same.
  std::vector<int32_t> divisors;
  int32_t bound = INT32_MAX;
  /// Quotient.
  std::vector<int64_t> numerators, denominators;
};

/// For the channels' \p scales, the integers that each can meet, and the
/// results behind which it doesn't matter what comes out; nullopt where no way
/// is exact.
std::optional<Scaling> findScaling(llvm::ArrayRef<RationalScale> scales,
                                   llvm::ArrayRef<ValueRange> values,
                                   ValueRange results);
/// For a quant.Requantize.
std::optional<Scaling> findScaling(const Operation &requantize);

/// The multipliers of a quant.Sum; nullopt where none are exact.
std::optional<FixedPointSum> findSum(const Operation &sum);

/// How wide the quotient of a quant.Softmax is: an exponential times
/// `numerator`, divided by the sum times `denominator`. nullopt where one of
/// them takes more than 62 bits.
struct SoftmaxScale {
  int64_t numerator, denominator;
  /// The sum itself stays below 2^32.
  bool isNarrow;
};
std::optional<SoftmaxScale> findSoftmaxScale(const Operation &softmax);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_REQUANTIZE_H
