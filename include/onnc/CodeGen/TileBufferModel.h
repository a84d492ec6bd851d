//===- TileBufferModel.h - Storage of tile programs -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the allocator places of a program on the tile level: whole tensors in
/// the memories that their types name, and the scratch buffers of each block.
/// The same for every target; memories are found by name in the machine
/// description.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILEBUFFERMODEL_H
#define ONNC_CODEGEN_TILEBUFFERMODEL_H

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/Machine/Machine.h"

namespace onnc {

class TileModel;

class TileBufferModel : public BufferModel {
public:
  /// Whole tensors live in memory \p tensorMemory of \p unit, which must
  /// outlive the model: a target passes what TileModel::getBackingMemory names.
  /// \p tiles, what is known of the order in which leaves access memory, must
  /// do as well; null: nothing.
  explicit TileBufferModel(const ProcessingUnit &unit,
                           unsigned tensorMemory = 0,
                           const TileModel *tiles = nullptr)
      : unit(unit), tensorMemory(tensorMemory), tiles(tiles) {}

  unsigned getTensorMemory() const override { return tensorMemory; }
  std::optional<BufferRequest> getBuffer(const Value &value) const override;
  /// A reshape is its operand; a host tensor that is an output is the buffer
  /// that it is read from when all is done.
  std::optional<unsigned> getAliasedOperand(const Value &value) const override;
  /// Constants, and inputs, which are written before the program starts.
  bool isPersistent(const Value &value) const override;
  /// An allocation is written by the first operation that uses it.
  const Operation *getFirstWriter(const Value &value) const override;
  /// What the first block that writes an allocation allows, from its copies and
  /// computations.
  std::optional<StorageOverlap> getOverlap(const Value &value,
                                           unsigned operand) const override;
  /// The allocations in the body of a block, all instances of them, while they
  /// are live in it.
  llvm::SmallVector<ScratchRequest, 4>
  getScratch(const Operation &op) const override;

private:
  const ProcessingUnit &unit;
  const unsigned tensorMemory;
  const TileModel *tiles;
};

} // namespace onnc

#endif // ONNC_CODEGEN_TILEBUFFERMODEL_H
