//===- Processor.h - The Cortex-M cores and boards there are ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Two tables: the cores that code is generated for, with the options that the
/// compiler of the generated C needs, and the boards that QEMU emulates them
/// on. Everything else of the target reads these.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_PROCESSOR_H
#define ONNC_TARGET_CORTEXM_PROCESSOR_H

#include "onnc/Machine/Machine.h"
#include "onnc/Target/Quadruple.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace onnc::cortexm {

struct Processor {
  llvm::StringRef name; ///< "cortex-m4"
  llvm::StringRef description;
  /// Which instructions and which calling convention GCC uses.
  llvm::ArrayRef<llvm::StringRef> flags;
  /// Multiply-accumulates of 8-bit numbers that one cycle can do at best.
  double macsPerCycle;
  /// Of a common part with this core: nominal clock and power.
  double hertz, watts;
};

/// Addresses and sizes in bytes.
struct MemoryRange {
  uint64_t origin, length;
};

struct Board {
  llvm::StringRef name; ///< QEMU's name of the machine too
  llvm::StringRef processor;
  llvm::StringRef description;
  /// Where the core looks for its vectors; within or apart from the flash.
  uint64_t vectors;
  /// Where code and constants go, and data.
  MemoryRange flash, ram;
  /// More RAM, slower on the board that QEMU emulates; of length 0 where there
  /// is none.
  MemoryRange externalRam;
};

llvm::ArrayRef<Processor> getProcessors();
/// Null where there is none of that name.
const Processor *findProcessor(llvm::StringRef name);

llvm::ArrayRef<Board> getBoards();
const Board *findBoard(llvm::StringRef name);
/// The board that programs for \p processor run on where none is named.
const Board &getDefaultBoard(const Processor &processor);

/// Memories of the machine; the last only where there is external RAM.
enum MemoryIndex : unsigned { Sram, Flash, ExternalRam };
constexpr llvm::StringLiteral sramSpace = "sram", flashSpace = "flash",
                              externalRamSpace = "extram";

/// Bytes of the memories.
struct MemorySizes {
  uint64_t ram, flash;
  /// 0: there is none.
  uint64_t externalRam = 0;
};
/// Those of the default board without external RAM, or what the attributes
/// "ram", "flash" and "extram" of \p quadruple, whose processor is
/// \p processor, say instead.
llvm::Expected<MemorySizes> getMemorySizes(const Processor &processor,
                                           const Quadruple &quadruple);

/// One core, whose memory "sram" holds arenas and "flash" constants. What sram
/// has no room for goes to "extram", if there is any.
Machine describeMachine(const Processor &processor, const MemorySizes &sizes);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_PROCESSOR_H
