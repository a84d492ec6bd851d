//===- MLUOps.h - Views of the MLU's tensor operators -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_MLUOPS_H
#define ONNC_TARGET_MLU_COMPILER_MLUOPS_H

#include "onnc/IR/Builder.h"

#include "onnc/Target/MLU/MLUOps.h.inc"

namespace onnc::mlu {

/// Adds the MLU's tensor operators to \p context.
void registerOps(Context &context);

/// The static shape of a device tensor, which the verifier has seen.
llvm::SmallVector<int64_t, 6> getShape(const Value *value);
int64_t getNumElements(const Value *value);

/// The product of the dimensions before the last (1 for a scalar), and the
/// last one.
int64_t getNumRows(const Value *value);
int64_t getRowSize(const Value *value);

/// Kernel sizes, strides, dilations and pads are at most that.
constexpr int64_t maxWindowAttr = int64_t(1) << 20;

/// Is \p name a function that unary and the activations know?
bool isActivation(llvm::StringRef name);

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_COMPILER_MLUOPS_H
