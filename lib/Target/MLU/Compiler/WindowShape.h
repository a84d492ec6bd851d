//===- WindowShape.h - Windows in two dimensions ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_WINDOWSHAPE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_WINDOWSHAPE_H

#include "onnc/IR/Ops/Windows.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc::mlu {

/// The windows of a convolution or pooling: height, then width. With one
/// spatial dimension that is the width, and the height is 1.
struct WindowShape {
  Window h = {1, 1, 1, 1, 0, 0, 1};
  Window w = {1, 1, 1, 1, 0, 0, 1};
  unsigned spatialRank = 2;
};

/// \p op is a window operator or a global pooling that isn't refused.
WindowShape getWindowShape(Operation *op);

/// Whether the convolution \p op takes the columns of a window, which lie
/// together in memory, as channels of one: with few channels that fills the
/// matrix unit better. Needs tiles whose padding exists.
bool hasColumnsAsChannels(Operation *op, const MachineParams &machine);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_WINDOWSHAPE_H
