//===- RowShape.h - Dimensions that lie together ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_ROWSHAPE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_ROWSHAPE_H

#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace onnc {
class Operation;
}

namespace onnc::mlu {

/// A tensor as [outer][axes][inner] in the order of memory.
struct RowShape {
  llvm::SmallVector<int64_t, 6> sizes;
  llvm::SmallVector<unsigned, 6> outer, axes, inner;
};

/// Of operand 0 of an operator that works along axes; nullopt where those
/// aren't known or don't lie together.
std::optional<RowShape> getRowShape(Operation *op);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_ROWSHAPE_H
