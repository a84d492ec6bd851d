//===- Strided.h - Moving parts of tensors ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_STRIDED_H
#define ONNC_LIB_INTERP_KERNELS_STRIDED_H

#include "../Iteration.h"

namespace onnc::interp {

/// A new tensor of \p shape whose element at an index is that of \p x at
/// start + index · strides. The caller knows that this stays within \p x.
llvm::Expected<TensorValue> copyStrided(KernelContext &ctx,
                                        const TensorValue &x,
                                        llvm::ArrayRef<int64_t> shape,
                                        llvm::ArrayRef<int64_t> strides,
                                        int64_t start = 0);

/// Joins tensors along an axis that they have; checks types and shapes.
llvm::Expected<TensorValue> concatenate(KernelContext &ctx,
                                        llvm::ArrayRef<TensorValue> parts,
                                        int64_t axis);

/// Elements [start, start + size) of \p axis, which has them.
llvm::Expected<TensorValue> takePart(KernelContext &ctx, const TensorValue &x,
                                     unsigned axis, int64_t start,
                                     int64_t size);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_STRIDED_H
