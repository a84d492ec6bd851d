//===- Blocks.h - Putting calls into blocks ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Makes fusion blocks of calls of kernels.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_BLOCKS_H
#define ONNC_LIB_CODEGEN_TILE_BLOCKS_H

#include "onnc/CodeGen/ScheduleFile.h"

namespace onnc {

/// Makes one block of \p calls, which stand in this order in one region, at the
/// place of the last of them, with what \p schedule says.
Operation *formBlock(llvm::ArrayRef<Operation *> calls,
                     const BlockSchedule &schedule);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_BLOCKS_H
