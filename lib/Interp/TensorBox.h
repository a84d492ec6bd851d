//===- TensorBox.h - Tensors that are boxes of larger ones ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TENSORBOX_H
#define ONNC_LIB_INTERP_TENSORBOX_H

#include "onnc/IR/Affine.h"
#include "onnc/Interp/RuntimeValue.h"

namespace onnc::interp {

/// The elements \p box of a tensor, whose coordinates they keep.
struct TensorBox {
  TensorValue tensor;
  Box box;
};

Shape getShape(llvm::ArrayRef<Range> box);

/// The bytes of \p tensor, which nobody else holds.
char *getMutableBytes(TensorValue &tensor);

/// Copies the elements \p region, which are in both boxes and not strings, to
/// \p to, which nobody else holds.
void copyBox(const TensorBox &from, TensorBox &to,
             llvm::ArrayRef<Range> region);

/// The elements \p box of \p from; an error where it lacks one.
llvm::Expected<TensorValue> slice(const TensorBox &from,
                                  llvm::ArrayRef<Range> box,
                                  const MemoryBudgetRef &budget);

/// \p tensor converted to \p type: floats rounded to nearest even (beyond the
/// range of 16-bit ones to infinity, of 8-bit ones saturated), integers
/// saturated.
llvm::Expected<TensorValue> convertElements(const TensorValue &tensor,
                                            ElementType type,
                                            const MemoryBudgetRef &budget);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TENSORBOX_H
