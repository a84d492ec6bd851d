//===- Abacus.h - The Abacus, a toy accelerator -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "onnc/CodeGen/TileModel.h"
#include "onnc/Target/Target.h"

namespace onnc::abacus {

/// Bytes of the two memories: tensors lie in the store, instructions compute on
/// the tray.
constexpr int64_t storeSize = 64 << 10, traySize = 1 << 10;

/// What onnc asks of the machine to cut models into tiles for it.
class Tiles : public TileModel {
public:
  llvm::StringRef getBackingMemory() const override { return "store"; }
  llvm::StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return 1; }
  BufferType getTensorBuffer(TensorType type) const override;
  std::optional<std::string> getRefusal(const Graph &kernel) const override;
  KernelTiling getTiling(const Graph &kernel) const override;
  double getComputeCycles(const Graph &kernel, llvm::ArrayRef<int64_t> tile,
                          int64_t reduction) const override;
  double getLaunchCycles(unsigned) const override { return 0; }
  double getBarrierCycles(unsigned) const override { return 0; }
  /// One word per cycle.
  double getTransferRate() const override { return 4; }
};

/// Programs are text, one instruction a line, that starts with this line:
///   CONST <store> <word>...               weights: the bits of each, decimal
///   INPUT|OUTPUT <name> <store> <dim>...
///   LOAD|STORE <tray> <store> <elements>
///   ADD|MUL <y> <a> <b> <elements of a> <elements of b>
///   RELU, with the same operands, of which it reads a
///   MATMUL|MATADD <y> <a> <b> <M> <K> <N> <row of y> <row of a> <row of b>
/// Offsets are in bytes, of y, a and b in the tray; rows are elements from one
/// row of a matrix to the next. MATADD adds to what y holds.
constexpr llvm::StringLiteral programHeader = "ABACUS 2\n";

/// Writes an allocated module. An error where a port's name can't stand in a
/// program.
llvm::Error emitProgram(const Module &module, llvm::raw_ostream &os);

/// Loads a program into the simulator. The file starts with programHeader and
/// may be hostile otherwise: errors name the line.
llvm::Expected<std::unique_ptr<Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> file,
            const onnc::LoadOptions &);

} // namespace onnc::abacus
