//===- ScratchValidator.h - Checks scratch that shares bytes ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SCRATCHVALIDATOR_H
#define ONNC_LIB_CODEGEN_SCRATCHVALIDATOR_H

#include "onnc/IR/Ops/Tile.h"
#include "onnc/Machine/Machine.h"

namespace onnc {

/// Walks the body of \p block, which is allocated, iteration by iteration, and
/// reports what goes wrong because allocations of the body share bytes: an
/// element is read that was written over, or a buffer touched under which a
/// copy is on its way. Knows nothing of lifespans.
LogicalResult validateSharedScratch(tile::BlockOp block,
                                    const ProcessingUnit &unit);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_SCRATCHVALIDATOR_H
