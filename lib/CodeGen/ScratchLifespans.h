//===- ScratchLifespans.h - When scratch of a block is live -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Lifespans of the allocations in the body of a block, in steps: the body's
/// operations in the order of the text, a loop at its beginning and at its end.
/// Two allocations whose lifespans have no step in common may share bytes,
/// whatever the loops around them do.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SCRATCHLIFESPANS_H
#define ONNC_LIB_CODEGEN_SCRATCHLIFESPANS_H

#include "onnc/Analysis/Lifespan.h"
#include "onnc/IR/Ops/Tile.h"

namespace onnc {

/// One lifespan for each of getBlockAllocations (IR/Allocation.h); one step for
/// what is never accessed.
///
/// An allocation lives from its first access to its last. A copy accesses both
/// of its buffers until its token is waited for. A loop that it is used in, but
/// that doesn't hold it, keeps it alive from the first step to the last where
/// an iteration may read what an earlier one left. None does where every
/// iteration writes all of it before it reads, and none of a tile.For where all
/// boxes of the iteration stand at one place in some dimension, which moves
/// with the loop: storage remembers coordinates, so what an earlier iteration
/// left is another element. Iterations of a tile.ForAll run at the same time:
/// what they have in common lives through all of it.
llvm::SmallVector<Lifespan, 8> getScratchLifespans(tile::BlockOp block);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_SCRATCHLIFESPANS_H
