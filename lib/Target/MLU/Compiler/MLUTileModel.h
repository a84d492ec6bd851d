//===- MLUTileModel.h - What the MLU says of tiles --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_MLUTILEMODEL_H
#define ONNC_LIB_TARGET_MLU_COMPILER_MLUTILEMODEL_H

#include "onnc/CodeGen/TileModel.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc::mlu {

/// Tensors in device memory: FP16 for floats, images N×H×W×C. Tiles in NRAM,
/// second operands of products in WRAM.
class MLUTileModel : public TileModel {
public:
  explicit MLUTileModel(const MachineParams &params) : params(params) {}

  llvm::StringRef getBackingMemory() const override { return "dram"; }
  llvm::StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return params.cores; }
  BufferType getTensorBuffer(TensorType type) const override;
  std::optional<std::string> getRefusal(const Graph &kernel) const override;
  KernelTiling getTiling(const Graph &kernel) const override;
  llvm::SmallVector<TileScratch, 2>
  getScratch(const Graph &kernel, llvm::ArrayRef<int64_t> tile) const override;
  double getComputeCycles(const Graph &kernel, llvm::ArrayRef<int64_t> tile,
                          int64_t reduction) const override;
  double getTransferRate() const override { return params.dmaBytes; }
  int64_t getTransferBytes(int64_t bytes, int64_t run) const override;
  bool canMulticast() const override { return params.multicast != 0; }
  double getLaunchCycles(unsigned parallelism) const override {
    return params.launchCycles(parallelism);
  }
  double getBarrierCycles(unsigned parallelism) const override {
    return params.barrierCycles(parallelism);
  }

private:
  const MachineParams &params;
};

/// Of every buffer and of every instance of one, in all memories; bytes.
constexpr int64_t storageAlignment = 64;

/// The order of a tensor's dimensions in memory, outermost first: N, H, W, C of
/// rank 4, else row-major.
llvm::SmallVector<unsigned, 6> getTensorOrder(unsigned rank);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_MLUTILEMODEL_H
