//===- Quant.h - Views of the quantized integer operators -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The operators of Quant.td, and what their attributes mean as numbers, for
/// the interpreter and for targets. The functions take verified operations.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_QUANT_H
#define ONNC_IR_OPS_QUANT_H

#include "onnc/IR/Builder.h"
#include "onnc/Support/Requantize.h"
#include <algorithm>

#include "onnc/IR/Ops/Quant.h.inc"

namespace onnc::quant {

/// The smallest and largest number of an integer type of at most 32 bits.
int64_t getLowest(ElementType type);
int64_t getHighest(ElementType type);

/// "zero_point", "min" and "max" of an operation.
struct ResultRange {
  ElementType type;
  int64_t zeroPoint, min, max;

  /// From the rounded real number to the result.
  int64_t finish(int64_t rounded) const {
    return std::clamp(rounded + zeroPoint, min, max);
  }
};
ResultRange getResultRange(const Operation &op);

/// The factors of a Requantize: one, or one for each index of "axis".
std::vector<RationalScale> getScales(const Operation &requantize);

/// The sums, bias included, that a Requantize can be given: one range, or one
/// for each index of "axis". Those of ConvInteger and MatMulInteger follow from
/// constant weights and from the input's type and zero point, so that they hold
/// for every input.
std::vector<ValueRange> getSumRanges(const Operation &requantize);

/// The coefficients of a Sum.
RationalSum getSum(const Operation &sum);

} // namespace onnc::quant

#endif // ONNC_IR_OPS_QUANT_H
