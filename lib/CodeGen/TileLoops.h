//===- TileLoops.h - Rewriting loops of the tile level ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What passes do to a tile.For, each step keeping it verified: iterations
/// leave the loop, tokens go from one to the next. Nothing but indexed
/// operations (isIndexed) may use the counter.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILELOOPS_H
#define ONNC_LIB_CODEGEN_TILELOOPS_H

#include "onnc/IR/Ops/Tile.h"

namespace onnc::tile {

/// The first argument of the body.
inline Value *getCounter(ForOp loop) { return loop.getBody().getArgument(0); }

/// The operations that have counters as operands, and attributes that are
/// functions of them: tile.Place, tile.Slice and tile.Compute.
bool isIndexed(Operation *op);

/// The operation whose result is \p view of other storage: tile.Place,
/// tile.Slice, tile.Part or tile.Reshape. Null for storage itself.
Operation *getViewOp(Value *view);

/// Makes \p op, an indexed operation, what it would be if \p counter were
/// \p counter + \p distance.
void shiftCounter(Operation *op, Value *counter, int64_t distance);
/// The same for \p counter = \p value, which then is no operand any more.
void fixCounter(Operation *op, Value *counter, int64_t value);

/// Makes \p counter an index operand of \p place, and its instance that of the
/// counter's number.
void setSlotToCounter(PlaceOp place, Value *counter);

/// A copy of \p view before \p before, together with the views in its region
/// that it is made from, each treated by \p rebind. Those that don't depend on
/// \p counter are shared where \p before stands in the same region.
Value *cloneView(Value *view, Value *counter, Operation *before,
                 llvm::function_ref<void(Operation *)> rebind);
/// Removes \p view, and what it was made from, as far as nothing uses it.
void eraseIfDead(Operation *view);

/// Hands a token from each iteration to the next: \p initial to the first,
/// \p next, which the body computes, from then on. Returns the token in the
/// body; that of the last iteration is the loop's last result.
Value *carryToken(ForOp loop, Value *initial, Value *next);

/// Copies iteration \p i before \p before; \p tokens are those it starts with.
/// Returns the ones it hands on.
llvm::SmallVector<Value *, 4> cloneIteration(ForOp loop, int64_t i,
                                             llvm::ArrayRef<Value *> tokens,
                                             Operation *before);
/// Puts the body of \p loop, which runs once, in its place. Waits for tokens
/// of tile.Done go.
void inlineIteration(ForOp loop);

} // namespace onnc::tile

#endif // ONNC_LIB_CODEGEN_TILELOOPS_H
