//===- TileWalker.h - Executes the loops of tile programs -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For targets that write loops out: walks the body of a tile.Block with
/// concrete counters and shows each copy and computation with the boxes that
/// its buffers stand for. What is left to a target is where bytes lie and which
/// instructions move or compute them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILEWALKER_H
#define ONNC_CODEGEN_TILEWALKER_H

#include "onnc/IR/Ops/Tile.h"
#include "llvm/Support/Error.h"

namespace onnc {

/// A buffer with concrete coordinates.
struct TileView {
  /// A tile.Alloc's, tile.Constant's, tile.Input's or tile.Reshape's result, or
  /// an argument of the block.
  Value *storage = nullptr;
  /// Of the storage: an array of this type, whose elements are those of \p
  /// placed. Of \p slot of the tile.Alloc's instances.
  BufferType type;
  int64_t slot = 0;
  Box placed;
  /// The elements of the view that exist: inside of the domain.
  Box box;
  llvm::SmallVector<int64_t, 6> domain;

  bool empty() const { return isEmpty(box); }
  /// The part of \p placed that exists.
  Box getExisting() const { return intersect(placed, getFullBox(domain)); }
};

/// What a walk finds, in the order of execution.
class TileVisitor {
public:
  virtual ~TileVisitor() = default;

  /// Around the iterations of a tile.ForAll, and each of them: \p number counts
  /// the points, the last coordinate fastest.
  virtual llvm::Error enterForAll(tile::ForAllOp loop) {
    return llvm::Error::success();
  }
  virtual llvm::Error enterIteration(tile::ForAllOp loop,
                                     llvm::ArrayRef<int64_t> point,
                                     int64_t number) {
    return llvm::Error::success();
  }
  virtual llvm::Error leaveForAll(tile::ForAllOp loop) {
    return llvm::Error::success();
  }

  /// The boxes of both are in the coordinates of one tensor. Also called where
  /// they have nothing in common.
  virtual llvm::Error startCopy(tile::CopyStartOp copy, const TileView &source,
                                const TileView &target) = 0;
  /// \p copies: the copies that are complete behind it, numbered from 0 in the
  /// order in which they were started.
  virtual llvm::Error waitForCopies(tile::CopyWaitOp wait,
                                    llvm::ArrayRef<int64_t> copies) {
    return llvm::Error::success();
  }
  /// \p buffers: inputs, outputs, scratch, as the operation's operands. \p
  /// over: the ranges of the reductions (they may hang over the last extents);
  /// empty: all. Not called where no output has an element.
  virtual llvm::Error compute(tile::ComputeOp compute,
                              llvm::ArrayRef<TileView> buffers,
                              llvm::ArrayRef<Range> over) = 0;
};

/// Stops at the first error of \p visitor.
llvm::Error walkTiles(tile::BlockOp block, TileVisitor &visitor);

/// The counters of \p loop that \p buffer's box, storage or instance depends
/// on.
llvm::SmallVector<bool, 4> getDependence(Value *buffer, tile::ForAllOp loop);

} // namespace onnc

#endif // ONNC_CODEGEN_TILEWALKER_H
