//===- Accesses.h - What an instruction reads and writes --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The memory that instructions of straight-line code touch. Registers and
/// configuration hold what SLI and SETCI put there; an address that is computed
/// otherwise may be any. The simulator has its own, exact idea of the same,
/// against which its race checker holds the compiler's waits.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_ACCESSES_H
#define ONNC_LIB_TARGET_MLU_COMPILER_ACCESSES_H

#include "onnc/Target/MLU/ISA.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace onnc::mlu {

enum class MemorySpace : uint8_t { Nram, Wram, Device };

/// Bytes [begin, end) of a memory: the hull of what is touched.
struct ByteRange {
  MemorySpace space = MemorySpace::Nram;
  int64_t begin = 0;
  int64_t end = 0;

  bool overlaps(const ByteRange &other) const {
    return space == other.space && begin < other.end && other.begin < end;
  }
  bool contains(const ByteRange &other) const {
    return space == other.space && begin <= other.begin && other.end <= end;
  }
};

struct Accesses {
  llvm::SmallVector<ByteRange, 4> reads, writes;
};

/// What a core's registers hold while its code is read from the start.
class ScalarState {
public:
  ScalarState();
  /// Executes \p instr, as far as it is known what it does.
  void apply(const Instr &instr);

  /// Of matrix, vector and DMA instructions, and of SLOAD and SSTORE.
  Accesses getAccesses(const Instr &instr) const;

private:
  std::optional<int64_t> reg(const Instr &instr, unsigned operand) const;
  int64_t config(Config c) const;

  Accesses getCopy(const Instr &instr) const;
  Accesses getMatrix(const Instr &instr) const;
  Accesses getWindow(const Instr &instr) const;
  Accesses getVector(const Instr &instr) const;
  /// \p bytes at the address in a register.
  ByteRange at(MemorySpace space, const Instr &instr, unsigned operand,
               std::optional<int64_t> bytes) const;
  /// The tiles that %in and %out describe.
  ByteRange inputTile(const Instr &instr, unsigned operand,
                      int64_t elementSize) const;
  ByteRange outputTile(const Instr &instr, unsigned operand,
                       int64_t elementSize, int64_t channels) const;

  std::array<std::optional<uint32_t>, NumRegs> regs;
  std::vector<uint32_t> configs;
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_ACCESSES_H
