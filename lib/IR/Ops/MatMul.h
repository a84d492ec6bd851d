//===- MatMul.h - The rule that all matrix products share -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IR_OPS_MATMUL_H
#define ONNC_LIB_IR_OPS_MATMUL_H

#include "InferUtil.h"

namespace onnc::infer {

/// Appends the type of numpy.matmul(operand \p a, operand \p b).
LogicalResult addMatMul(Operation *op, Types &types, unsigned a, unsigned b,
                        ElementType element);

} // namespace onnc::infer

#endif // ONNC_LIB_IR_OPS_MATMUL_H
