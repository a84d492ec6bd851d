//===- Cast.h - Elements of another type --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_CAST_H
#define ONNC_LIB_INTERP_KERNELS_CAST_H

#include "../Kernel.h"

namespace onnc::interp {

/// \p x as ONNX's Cast converts it, by the operation's attributes "saturate"
/// and "round_mode" where it has them; an error where a string is no number.
llvm::Expected<TensorValue> castTensor(KernelContext &ctx, const TensorValue &x,
                                       ElementType type);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_CAST_H
