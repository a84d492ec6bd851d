//===- TileModel.h - What x86-64 says of tiles ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_TILEMODEL_H
#define ONNC_LIB_TARGET_X86_TILEMODEL_H

#include "Processor.h"
#include "onnc/CodeGen/TileModel.h"

namespace onnc {
class Operation;
} // namespace onnc

namespace onnc::x86 {

/// Tensors are read and written where they are, in memory: caches need no
/// copies, and register tiles treat borders themselves. Activations of images
/// lie in blocks of as many channels as a vector has lanes ("aBcd16b"); weights
/// in the order in which register tiles read them.
class X86TileModel : public TileModel {
public:
  explicit X86TileModel(const Processor &processor) : processor(processor) {}

  llvm::StringRef getBackingMemory() const override { return memorySpace; }
  llvm::StringRef getParallelUnit() const override { return "thread"; }
  unsigned getMaxParallelism() const override { return processor.threads; }
  BufferType getTensorBuffer(TensorType type) const override;
  std::optional<std::string> getRefusal(const Graph &kernel) const override;
  bool canUseParts(const Graph &kernel) const override { return true; }
  KernelTiling getTiling(const Graph &kernel) const override;
  LeafOrder getLeafOrder(const Graph &kernel, unsigned input, BufferType source,
                         BufferType result) const override;
  double getComputeCycles(const Graph &kernel, llvm::ArrayRef<int64_t> tile,
                          int64_t reduction) const override;
  double getLaunchCycles(unsigned parallelism) const override;
  double getBarrierCycles(unsigned parallelism) const override;

private:
  Layout getActivationLayout(llvm::ArrayRef<int64_t> shape) const;
  Layout getWeightLayout(const Operation &root, unsigned operand) const;

  const Processor &processor;
};

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_TILEMODEL_H
