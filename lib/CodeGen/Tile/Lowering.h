//===- Lowering.h - From blocks to tile loops -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The state of the pass 'tile' while it lowers the graph of a module: which
/// buffer stands for which tensor, and where new operations go.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_LOWERING_H
#define ONNC_LIB_CODEGEN_TILE_LOWERING_H

#include "Places.h"
#include "TilePlan.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace onnc {

/// Lowers the graph of a module.
class Lowering {
public:
  Lowering(Module &module, const TileMachine &machine, bool doubleBuffer,
           bool zeroCopy)
      : module(module), context(module.getContext()), machine(machine),
        doubleBuffer(doubleBuffer), zeroCopy(zeroCopy), top(context) {}

  LogicalResult run(Graph &graph);
  uint64_t numBlocks = 0, numPlans = 0, numInPlacePieces = 0;

private:
  friend class BlockLowering;
  /// \p more: blocks that stand for this one instead, to be lowered next.
  LogicalResult lower(tile::BlockOp block,
                      llvm::SmallVectorImpl<Operation *> &more);
  llvm::SmallVector<Operation *> separate(tile::BlockOp block,
                                          const Graph &kernel);
  LogicalResult checkChain(const BlockTask &task);
  LogicalResult checkSizes(tile::BlockOp block, const BlockTask &task);
  std::optional<TilePlan> findPlan(const BlockTask &task, tile::BlockOp block,
                                   std::string &why);
  bool lowerAsReshape(tile::BlockOp block);
  bool lowerAsCopies(tile::BlockOp block, const BlockTask &task);
  TilePlan copyTiles(Builder &builder, tile::BlockOp block, Value *source,
                     Value *target, const TileOperand &through,
                     size_t numCopies);
  void addExtents(tile::BlockOp block, BlockTask &task) const;
  /// The buffer in the backing memory that holds a tensor, or holds it as a
  /// part; made for a constant where there is none.
  Value *getBuffer(Value *tensor);
  Value *&getSlot(Value *tensor);
  /// The same for a tensor that a block computes.
  Value *makeResult(Value *tensor);
  /// \p tensor in \p buffer, which stands for getBuffer(tensor) where \p
  /// builder is.
  Value *getPart(Builder &builder, Value *buffer, Value *tensor) const;
  /// A constant in the layout that a kernel wants.
  Value *getConstant(Value *tensor, ElementType element, const Layout &layout);

  Module &module;
  Context &context;
  const TileMachine &machine;
  const bool doubleBuffer, zeroCopy;
  /// At the block that is being lowered.
  Builder top;
  Places places;
  /// Null as long as nothing made them.
  std::vector<Value *> sharedBuffers;
  /// By tensor that shares none.
  llvm::DenseMap<Value *, Value *> buffers;
  std::map<std::pair<Value *, std::string>, Value *> constants;
  /// Of blocks of one call whose tiles are free: by kernel, and which inputs
  /// are constants.
  std::map<std::string, TilePlan> plans;
};

/// The part of \p buffer at \p offsets; the buffer itself where that is all of
/// it.
Value *createPart(Builder &builder, Value *buffer,
                  llvm::ArrayRef<int64_t> offsets,
                  llvm::ArrayRef<int64_t> sizes);

/// Lowers one block whose tiles are chosen: loops, copies and computations,
/// before \p lowering's insertion point.
void lowerBlock(Lowering &lowering, BlockTask &task, const TilePlan &plan,
                tile::BlockOp block);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_LOWERING_H
