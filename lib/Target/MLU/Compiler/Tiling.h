//===- Tiling.h - How an operator's work is cut -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Geometry of tiles: how many there are, what scratch buffers one needs, and
/// what it costs. mlu-tile chooses with it, the buffer model asks it for
/// scratch buffers, and the emitter walks the same tiles.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_TILING_H
#define ONNC_TARGET_MLU_COMPILER_TILING_H

#include "MLUOps.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc::mlu {

/// The unit's memories, as the machine description and BufferModel number them.
enum MemoryIndex : unsigned { Dram = 0, Nram = 1, Wram = 2 };

/// Addresses in the scratchpads are multiples of it.
constexpr int64_t scratchAlignment = 64;

/// A window operator in numbers; for pooling and depthwise convolution a group
/// is everything and channels go through one by one.
struct WindowGeometry {
  int64_t images, inH, inW, inC, outH, outW, outC;
  int64_t kernelH, kernelW, strideH, strideW, dilationH, dilationW, padTop,
      padLeft;
  int64_t groups;
  bool isConv; ///< Uses the matrix unit and WRAM.
  bool hasWeights;

  explicit WindowGeometry(Operation *op);

  int64_t inPerGroup() const { return inC / groups; }
  int64_t outPerGroup() const { return outC / groups; }
  /// Input channels that a tile of \p channels output channels reads.
  int64_t inputChannels(int64_t channels) const {
    return isConv ? inPerGroup() : channels;
  }
  /// Input rows that \p rows output rows read, at most.
  int64_t inputRows(int64_t rows) const {
    return std::min(inH, (rows - 1) * strideH + (kernelH - 1) * dilationH + 1);
  }
  int64_t taps() const { return kernelH * kernelW; }
};

/// A matrix of rows that lie at a distance, copied in tiles of at most
/// `tile` bytes: whole rows where one fits, else parts of a row.
struct RowCopy {
  int64_t rows, rowBytes, tileBytes;

  int64_t rowsPerTile() const {
    return std::max<int64_t>(tileBytes / rowBytes, 1);
  }
  int64_t bytesPerTile() const { return std::min(rowBytes, tileBytes); }
  int64_t rowTiles() const { return llvm::divideCeil(rows, rowsPerTile()); }
  int64_t columnTiles() const {
    return llvm::divideCeil(rowBytes, bytesPerTile());
  }
  int64_t numTiles() const { return rowTiles() * columnTiles(); }
};
/// How operand \p i of a concatenation is copied.
RowCopy getConcatCopy(ConcatOp concat, unsigned i, int64_t tileBytes);

/// Tiles of \p op under the attribute value \p tile.
int64_t getNumTiles(Operation *op, llvm::ArrayRef<int64_t> tile);

/// Scratch buffers of one tile.
llvm::SmallVector<ScratchRequest, 4> getScratch(Operation *op,
                                                llvm::ArrayRef<int64_t> tile);

/// Cycles of one tile on a core, transfers and computation one after the other,
/// where \p cores cores share the device memory. An estimate: only the
/// simulator knows.
double estimateTile(Operation *op, llvm::ArrayRef<int64_t> tile, unsigned cores,
                    const MachineParams &machine);

/// Values of `tile` worth considering on \p cores cores, smaller ones first.
/// Never empty.
std::vector<llvm::SmallVector<int64_t, 2>>
getTileCandidates(Operation *op, unsigned cores, const MachineParams &machine);

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_COMPILER_TILING_H
