//===- Range.h - The length of a range --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_RANGE_H
#define ONNC_IR_OPS_RANGE_H

#include <cstdint>
#include <optional>

namespace onnc {

/// The number of elements of a floating-point Range, max(0, ⌈(limit - start) /
/// delta⌉), computed in double for all element types; nullopt where delta is 0
/// or the number isn't one or doesn't fit.
std::optional<int64_t> getRangeLength(double start, double limit, double delta);
/// The same for integers, exactly.
std::optional<int64_t> getRangeLength(int64_t start, int64_t limit,
                                      int64_t delta);

} // namespace onnc

#endif // ONNC_IR_OPS_RANGE_H
