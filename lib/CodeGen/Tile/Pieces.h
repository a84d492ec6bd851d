//===- Pieces.h - What is copied without change -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Blocks that compute nothing: those that put boxes of operands beside each
/// other, and those that only give a tensor another shape.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_PIECES_H
#define ONNC_LIB_CODEGEN_TILE_PIECES_H

#include "onnc/CodeGen/TileModel.h"
#include "onnc/IR/Ops/Tile.h"

namespace onnc {

/// A box of a block's result that is a box of one of its operands.
struct Piece {
  /// Of the block's only call.
  unsigned input;
  /// Tensors outside of the block.
  Value *source, *result;
  /// Where the box begins in the source and in the result.
  llvm::SmallVector<int64_t, 6> from, to, sizes;
};

/// The pieces that the results of \p block consist of, which puts boxes of its
/// operands beside each other and does nothing else (Concat, Split, Slice with
/// steps of 1); empty for all others, and where the layouts that \p model wants
/// can't be cut there.
llvm::SmallVector<Piece, 4> getPieces(tile::BlockOp block,
                                      const TileModel &model);

/// Whether \p op, outside of any block, would be such a block.
bool isMadeOfPieces(const Operation &op, const TileModel &model);

/// Whether \p block only gives a tensor another shape, and its elements lie in
/// order before and after.
bool isReshape(tile::BlockOp block, const TileModel &model);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_PIECES_H
