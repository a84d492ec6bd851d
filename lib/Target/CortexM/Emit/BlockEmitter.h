//===- BlockEmitter.h - Blocks of the tile level as C -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_BLOCKEMITTER_H
#define ONNC_TARGET_CORTEXM_EMIT_BLOCKEMITTER_H

#include "LeafWriter.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace onnc::cortexm {

/// Writes the statements of a tile.Block into the body of the entry: loops,
/// copies, and a call for each computation.
class BlockEmitter {
public:
  /// What storage is in C: an expression of a pointer to its elements.
  using Pointers = std::function<std::string(Value *storage)>;

  BlockEmitter(CFile &file, Pointers pointers, llvm::raw_ostream &os)
      : file(file), pointers(std::move(pointers)), os(os) {}

  llvm::Error emit(tile::BlockOp block);
  /// A copy of the elements that \p source and \p target have in common.
  llvm::Error emitCopy(const tile::BufferView &source,
                       const tile::BufferView &target,
                       std::optional<double> fill);

private:
  llvm::Error emit(const Region &region);
  llvm::Error emitCompute(tile::ComputeOp compute);
  void openLoop(Value *counter, int64_t count);
  void closeLoops(unsigned outer);
  void line(const llvm::Twine &text);

  /// In terms of the loops' variables.
  CExpr toCode(const AffineExpr &expr, const tile::BufferView &view) const;
  CRange clip(const AffineRange &range, int64_t extent,
              const tile::BufferView &view) const;
  std::string getPointer(const tile::BufferView &view);
  /// The elements of a view that exist.
  llvm::SmallVector<CRange, 6> getBox(const tile::BufferView &view) const;
  /// With the box to be computed, where \p value is an output. \p isShared:
  /// other buffers have bytes in common with it.
  LeafOperand &addBuffer(LeafWriter &writer, const Value *value,
                         const tile::BufferView &view, llvm::StringRef name,
                         bool isOutput, bool isShared = false);

  CFile &file;
  Pointers pointers;
  llvm::raw_ostream &os;
  /// The loops' variables, and how often each runs.
  llvm::DenseMap<const Value *, CExpr> counters;
  llvm::DenseMap<const Value *, int64_t> counts;
  unsigned depth = 1;
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_BLOCKEMITTER_H
