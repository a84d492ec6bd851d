//===- TilePlan.h - How a block is cut into tiles ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The search for the tiles of a block: sizes, the split over cores, the order
/// of loops, by an estimate of cycles under the capacities of the memories.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_TILEPLAN_H
#define ONNC_LIB_CODEGEN_TILE_TILEPLAN_H

#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/ADT/DenseMap.h"

namespace onnc {

/// A block, looked at: calls in order, each with what the target says of it.
/// Tiles are those of the last call's first result; what earlier calls compute
/// for it stays beside the cores.
struct BlockTask {
  struct Call {
    Operation *op;
    Graph *kernel;
    TileIndexing indexing;
    KernelTiling tiling;
  };
  llvm::SmallVector<Call, 2> calls;
  /// Of tensors that are parts of larger buffers: the buffers' shapes.
  llvm::DenseMap<const Value *, llvm::SmallVector<int64_t, 6>> extents;
  /// Nothing is computed: the input is copied through the memory that its
  /// operand names (not at all, where it is the backing memory) to the output.
  bool copies = false;

  const Call &last() const { return calls.back(); }
  /// The shape that is cut.
  llvm::ArrayRef<int64_t> getShape() const {
    return last().indexing.getShape();
  }
  /// The call of the block that computes \p value, or null.
  const Call *getProducer(const Value *value) const;
};

/// What a call makes lies as another call of the block, whose input it is,
/// wants it.
bool canChain(const TileOperand &made, const TileOperand &wanted);

struct TilePlan {
  /// Sizes of a tile, and into how many parts the cores cut each dimension.
  llvm::SmallVector<int64_t, 6> tile, split;
  /// The dimensions that a core loops over, outermost first: those in which it
  /// has more than one tile.
  llvm::SmallVector<unsigned, 4> loops;
  /// Sizes along the reductions of a single call; empty: not cut.
  llvm::SmallVector<int64_t, 4> reduction;
  /// Instances of what is loaded and stored in loops: 2 with double buffers.
  int64_t instances = 1;
  /// The estimate.
  double cycles = 0;

  /// Tiles of one core along dimension \p dim of extent \p extent.
  int64_t getCount(unsigned dim, int64_t extent) const;
  unsigned getNumCores() const;
};

/// The tile of \p plan as a function of counters: 2d is the core's part of
/// dimension d, 2d + 1 its loop. Where the reductions are cut, their counters
/// follow (getTileReductions).
AffineBox getTileBox(const TilePlan &plan, llvm::ArrayRef<int64_t> shape);
AffineBox getTileReductions(const TilePlan &plan, unsigned rank);

/// The boxes of everything that a tile touches; moving with whatever \p box
/// does.
struct TileBoxes {
  /// By call, then by input and output.
  llvm::SmallVector<TileIndexing::Boxes, 2> calls;
};
TileBoxes getTileBoxes(const BlockTask &task, llvm::ArrayRef<AffineRange> box,
                       llvm::ArrayRef<AffineRange> over = {});

/// The best plan found, within what \p block's attributes fix. nullopt where no
/// tile fits; \p why then says what is too large. \p numPlans counts what was
/// looked at.
std::optional<TilePlan> findTilePlan(const BlockTask &task, tile::BlockOp block,
                                     const TileMachine &machine,
                                     bool doubleBuffer, std::string &why,
                                     uint64_t &numPlans);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_TILEPLAN_H
