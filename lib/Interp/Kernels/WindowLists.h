//===- WindowLists.h - Attributes of windows --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_WINDOWLISTS_H
#define ONNC_LIB_INTERP_KERNELS_WINDOWLISTS_H

#include "../Kernel.h"

namespace onnc::interp {

/// The attribute \p name, \p fallback for each of \p count where it is absent.
/// An error unless it has so many numbers in [\p lo, 2^31).
llvm::Expected<Shape> getList(KernelContext &ctx, llvm::StringRef name,
                              size_t count, int64_t lo, int64_t fallback);

/// How windows lie on \p rank dimensions.
struct WindowLists {
  Shape strides, dilations, pads;

  static llvm::Expected<WindowLists> load(KernelContext &ctx, size_t rank);
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_WINDOWLISTS_H
