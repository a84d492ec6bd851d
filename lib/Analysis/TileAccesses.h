//===- TileAccesses.h - What tile operations access -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The elements that operations of the tile level read and write at a point: a
/// value for every counter around them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_ANALYSIS_TILEACCESSES_H
#define ONNC_LIB_ANALYSIS_TILEACCESSES_H

#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/Ops/Tile.h"

namespace onnc {

/// Values of counters.
using Point = llvm::DenseMap<const Value *, int64_t>;

/// A buffer at a point.
struct PlacedBuffer {
  const Value *buffer = nullptr;
  /// The Alloc, Constant or Input.
  const Value *root = nullptr;
  /// Of the array that the elements are in, an instance of the root.
  BufferType type;
  int64_t slot = 0;
  Box box;
  llvm::SmallVector<int64_t, 6> origin;
  llvm::SmallVector<int64_t, 6> domain;

  Box getElements() const { return intersect(box, getFullBox(domain)); }
};

struct TileAccess {
  PlacedBuffer place;
  Box box;
  bool isWrite = false;
};

/// The same element of storage is in both, for certain.
bool overlap(const TileAccess &a, const TileAccess &b);

class TileAccessAnalysis {
public:
  PlacedBuffer getPlace(Value *buffer, const Point &point) const;
  /// What \p op, not a loop or block, accesses at \p point, empty boxes left
  /// out. Nothing where a kernel's shapes aren't static.
  llvm::SmallVector<TileAccess, 6> getAccesses(const Operation &op,
                                               const Point &point);

private:
  void addCompute(tile::ComputeOp op, const Point &point,
                  llvm::SmallVectorImpl<TileAccess> &accesses);

  /// Null for kernels that have none.
  llvm::DenseMap<const Graph *, std::unique_ptr<KernelIndexing>> kernels;
};

} // namespace onnc

#endif // ONNC_LIB_ANALYSIS_TILEACCESSES_H
