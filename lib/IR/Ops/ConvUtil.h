//===- ConvUtil.h - The rule that all convolutions share --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IR_OPS_CONVUTIL_H
#define ONNC_LIB_IR_OPS_CONVUTIL_H

#include "InferUtil.h"

namespace onnc::infer {

/// Appends the type of a convolution of operand 0 with operand \p weights. The
/// bias is operand \p bias, or there is none.
LogicalResult addConv(Operation *op, Types &types, unsigned weights,
                      std::optional<unsigned> bias, ElementType element);

/// Appends to \p shape, [batch, channels], the spatial dimensions of the
/// windows over \p in; fails where no window fits.
LogicalResult appendWindowDims(Operation *op, TensorType in, Dims &shape);

} // namespace onnc::infer

#endif // ONNC_LIB_IR_OPS_CONVUTIL_H
