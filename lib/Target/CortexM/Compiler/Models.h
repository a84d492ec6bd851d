//===- Models.h - What the passes ask of Cortex-M ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_COMPILER_MODELS_H
#define ONNC_TARGET_CORTEXM_COMPILER_MODELS_H

#include "../Processor.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TileModel.h"

namespace onnc::cortexm {

/// One core that reads and writes everything where it lies: activations in RAM
/// with channels innermost, weights in flash in the order in which the kernels
/// go through them. Results can be cut into rows, which only saves memory.
class CortexMTileModel : public TileModel {
public:
  explicit CortexMTileModel(const ProcessingUnit &unit) : unit(unit) {}

  llvm::StringRef getBackingMemory() const override { return sramSpace; }
  llvm::StringRef getConstantMemory() const override { return flashSpace; }
  llvm::StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return 1; }
  BufferType getTensorBuffer(TensorType type) const override;
  std::optional<BufferType> getPortBuffer(TensorType type) const override;
  std::optional<std::string> getRefusal(const Graph &kernel) const override;
  bool canUseParts(const Graph &kernel) const override { return true; }
  KernelTiling getTiling(const Graph &kernel) const override;
  LeafOrder getLeafOrder(const Graph &kernel, unsigned input, BufferType source,
                         BufferType result) const override;
  double getComputeCycles(const Graph &kernel, llvm::ArrayRef<int64_t> tile,
                          int64_t reduction) const override;
  double getLaunchCycles(unsigned) const override { return 0; }
  double getBarrierCycles(unsigned) const override { return 0; }

private:
  const ProcessingUnit &unit;
};

/// The arena is planned in RAM; tensors in the caller's memory take none of it.
class CortexMBufferModel : public TileBufferModel {
public:
  using TileBufferModel::TileBufferModel;
  std::optional<BufferRequest> getBuffer(const Value &value) const override;
  bool isPersistent(const Value &value) const override;
  /// All memories are in one address space.
  bool canAccess(unsigned) const override { return true; }
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_COMPILER_MODELS_H
