//===- Emitter.h - Instructions for selected operators ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Emits each operator as one launch: the tiles of Tiling.h, dealt out to its
/// cores in contiguous runs, straight-line code for each. Addresses are the
/// allocator's.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_EMITTER_H
#define ONNC_TARGET_MLU_COMPILER_EMITTER_H

#include "Tiling.h"
#include "onnc/Target/MLU/CodeObject.h"
#include "onnc/Target/MLU/ProgramBuilder.h"

namespace onnc::mlu {

/// Writes one core's instructions. Constants go to scalar registers, which
/// remember what they hold, so that a value is loaded once.
class CoreWriter {
public:
  ProgramBuilder builder;

  /// A register with \p value, valid until 61 other values were asked for.
  Reg reg(uint32_t value);
  Reg floatReg(float value);
  /// A register with the device address \p address; sets the segment.
  Reg device(int64_t address);
  void set(Config config, int64_t value) {
    builder.set(config, static_cast<uint32_t>(value));
  }

  /// Copies \p rows rows of \p bytes bytes, \p stride bytes apart in device
  /// memory (any stride where there is one row) and dense in NRAM.
  void loadRows(int64_t nram, int64_t dram, int64_t rows, int64_t bytes,
                int64_t stride);
  void storeRows(int64_t dram, int64_t nram, int64_t rows, int64_t bytes,
                 int64_t stride);

  /// Waits between the parts of a tile's code, which follow each other without
  /// overlap: loads overwrite what the tile before computed with, computation
  /// reads what was loaded and overwrites what was stored, and stores read what
  /// was computed.
  void beforeLoads();
  void afterLoads();
  void beforeStores();

private:
  struct Slot {
    uint32_t value = 0;
    uint64_t lastUse = 0; ///< 0: holds nothing.
  };
  Reg getReg(const Slot &slot) const { return Reg(firstReg + (&slot - slots)); }

  static constexpr unsigned firstReg = 1, numSlots = 62;
  Slot slots[numSlots];
  uint64_t uses = 0;
};

/// One operation with its decisions, and the code of one of its cores.
struct OperationEmitter {
  Operation *op;
  llvm::SmallVector<int64_t, 6> tile;
  CoreWriter &w;

  /// Where the allocator put the value of a result or operand.
  static int64_t getAddress(Value *value);
  int64_t scratch(llvm::StringRef name) const;

  /// Tiles \p begin to \p end of the operation.
  void emit(int64_t begin, int64_t end);

private:
  void emitWindows(int64_t begin, int64_t end);
  void emitWindowTile(const WindowGeometry &g, int64_t image, int64_t channel,
                      int64_t channels, int64_t row, bool newWeights);
  void emitFlat(int64_t begin, int64_t end);
  void emitBinary(int64_t count);
  void emitRowwise(int64_t begin, int64_t end);
  void emitSoftmax(int64_t rows, int64_t columns);
  void emitLRN(int64_t rows, int64_t columns);
  void emitRelayout(int64_t begin, int64_t end);
  void emitConcat(int64_t begin, int64_t end);
  /// The activation, in place on \p count FP16 elements at \p nram.
  void emitActivation(int64_t nram, int64_t count);
};

/// The code object of an allocated module. An error where attributes that the
/// passes set are missing or contradict the machine, as they can in modules
/// written by hand.
llvm::Expected<CodeObject> emitModule(const Module &module,
                                      const MachineParams &machine);

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_COMPILER_EMITTER_H
