//===- BlockOverlap.h - Storage that a block may share -----------*- C++ -*===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Whether the result of a block may lie over an operand that nobody needs
/// afterwards, from the order in which the block's copies and computations read
/// the one and write the other.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_BLOCKOVERLAP_H
#define ONNC_LIB_CODEGEN_BLOCKOVERLAP_H

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/IR/Ops/Tile.h"

namespace onnc {

class TileModel;

/// Of operands \p result and \p source of \p block, which is on the tile level,
/// buffers in one memory; nothing else that the block accesses may be of their
/// storages. \p tiles: what is known of leaves; null: nothing.
///
/// Either all of the source is read before anything is written (at any
/// distance), or no byte is read after it was written or at the same time (in
/// place), or the block is one computation that writes its elements in the
/// order in which they lie (at a distance).
std::optional<StorageOverlap> getBlockOverlap(tile::BlockOp block,
                                              unsigned result, unsigned source,
                                              const TileModel *tiles);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_BLOCKOVERLAP_H
