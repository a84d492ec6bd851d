//===- Tile.h - Views of the tile level's operators -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The operators of the tile level and the questions that everything which
/// works on it asks: what a buffer value is a view of, and which kernel an
/// operation computes. docs/TileIR.md is the guide.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_TILE_H
#define ONNC_IR_OPS_TILE_H

#include "onnc/IR/Builder.h"

#include "onnc/IR/Ops/Tile.h.inc"

namespace onnc::tile {

/// What a value of buffer type stands for: a box of a tensor, and where its
/// elements lie.
struct BufferView {
  /// The result of a tile.Alloc, tile.Constant or tile.Input, or the argument
  /// of a tile.Block, whose storage it is.
  Value *storage = nullptr;
  /// The storage is a dense array (an instance of it) of this type, whose first
  /// element has the coordinates \p origin.
  BufferType type;
  llvm::SmallVector<AffineExpr, 6> origin;
  /// The instance, modulo the multiplicity.
  AffineExpr slot;
  /// The elements of the view: those of the box that are in [0, domain).
  AffineBox box;
  llvm::SmallVector<int64_t, 6> domain;
  /// The loop counters that origin, slot and box are functions of.
  llvm::SmallVector<Value *, 4> indices;
};

/// \p buffer must be of buffer type, in verified IR.
BufferView getView(Value *buffer);

inline BufferType getBufferType(const Value *value) {
  return llvm::cast<BufferType>(value->getType());
}

/// The graph that a tile.Call or tile.Compute names; null where it isn't there.
Graph *getKernel(const Operation *op);
/// The one operator of \p kernel that others surround, if it has a reduction or
/// is the only one: what the kernel is named after. Null for an empty kernel.
Operation *getRoot(const Graph &kernel);

/// Dense, with elements in memory in the order of their index; dimensions of
/// size 1 don't matter. What tile.Reshape needs on both sides.
bool isInIndexOrder(BufferType type);

/// The buffers of a tile.Compute: inputs, outputs and scratch; and the counters
/// behind them.
llvm::SmallVector<Value *, 4> getBuffers(ComputeOp compute);
llvm::SmallVector<Value *, 4> getInputs(ComputeOp compute);
llvm::SmallVector<Value *, 1> getOutputs(ComputeOp compute);
llvm::SmallVector<Value *, 1> getScratch(ComputeOp compute);
llvm::SmallVector<Value *, 2> getIndices(ComputeOp compute);

/// The body of a loop or block, built by \p build before \p builder's insertion
/// point; the terminator is added where \p build adds none.
Operation *buildFor(Builder &builder, int64_t count,
                    llvm::function_ref<void(Builder &, Value *)> build);
Operation *
buildForAll(Builder &builder, llvm::ArrayRef<int64_t> counts,
            llvm::StringRef over,
            llvm::function_ref<void(Builder &, llvm::ArrayRef<Value *>)> build);

} // namespace onnc::tile

#endif // ONNC_IR_OPS_TILE_H
