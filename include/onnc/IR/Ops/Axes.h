//===- Axes.h - Axes that count from either end -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// ONNX lets an axis be negative: -1 is the last. Everything behind the
/// importer asks here what is meant.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_AXES_H
#define ONNC_IR_OPS_AXES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace onnc {

/// \p axis counted from the front; nullopt outside [-rank, rank - 1].
inline std::optional<unsigned> normalizeAxis(int64_t axis, unsigned rank) {
  if (axis < -static_cast<int64_t>(rank) || axis >= static_cast<int64_t>(rank))
    return std::nullopt;
  return static_cast<unsigned>(axis < 0 ? axis + rank : axis);
}

/// The same for several, in the order given; nullopt also where one stands
/// twice.
std::optional<llvm::SmallVector<unsigned, 6>>
normalizeAxes(llvm::ArrayRef<int64_t> axes, unsigned rank);

} // namespace onnc

#endif // ONNC_IR_OPS_AXES_H
