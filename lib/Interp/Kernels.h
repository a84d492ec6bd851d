//===- Kernels.h - Declarations of all kernels ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_H
#define ONNC_LIB_INTERP_KERNELS_H

#include "Kernel.h"

namespace onnc::interp::kernels {

#define KERNEL(NAME, FUNCTION) llvm::Error FUNCTION(KernelContext &ctx);
#include "Kernels.def"

} // namespace onnc::interp::kernels

#endif // ONNC_LIB_INTERP_KERNELS_H
