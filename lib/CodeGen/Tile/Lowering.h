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

#include "TilePlan.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace onnc {

/// Lowers the graph of a module.
class Lowering {
public:
  Lowering(Module &module, const TileMachine &machine, bool doubleBuffer)
      : module(module), context(module.getContext()), machine(machine),
        doubleBuffer(doubleBuffer), top(context) {}

  LogicalResult run(Graph &graph);
  uint64_t numBlocks = 0, numPlans = 0;

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
                     Value *target, const TileOperand &through);
  /// The buffer of a tensor in the backing memory, made where there is none.
  Value *getBuffer(Value *tensor);
  /// A constant in the layout that a kernel wants.
  Value *getConstant(Value *tensor, ElementType element, const Layout &layout);
  Value *makeResult(Value *tensor);

  Module &module;
  Context &context;
  const TileMachine &machine;
  const bool doubleBuffer;
  /// At the block that is being lowered.
  Builder top;
  llvm::DenseMap<Value *, Value *> buffers;
  std::map<std::pair<Value *, std::string>, Value *> constants;
  /// Of blocks of one call whose tiles are free: by kernel, and which inputs
  /// are constants.
  std::map<std::string, TilePlan> plans;
};

/// Lowers one block whose tiles are chosen: loops, copies and computations,
/// before \p lowering's insertion point.
void lowerBlock(Lowering &lowering, BlockTask &task, const TilePlan &plan,
                tile::BlockOp block);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_LOWERING_H
