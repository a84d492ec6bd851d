//===- MatMul.h - The shapes of numpy.matmul --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_MATMUL_H
#define ONNC_LIB_INTERP_KERNELS_MATMUL_H

#include "../Iteration.h"

namespace onnc::interp {

/// How numpy.matmul reads two operands: as batches of m×k and k×n matrices.
struct MatMulShapes {
  int64_t m, n, k;
  Shape result;
  /// Where the matrices of each batch start, in elements.
  std::vector<int64_t> leftStarts, rightStarts;
};

/// Counts the work of the product.
llvm::Expected<MatMulShapes> getMatMulShapes(KernelContext &ctx,
                                             llvm::ArrayRef<int64_t> a,
                                             llvm::ArrayRef<int64_t> b);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_MATMUL_H
