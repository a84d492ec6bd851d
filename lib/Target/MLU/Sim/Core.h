//===- Core.h - What one core does ------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The functional half of one core: scratchpads, registers, and the semantics
/// of every instruction. Instructions take effect when they are issued; that
/// is what they do on the machine as long as the race checker is silent.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_CORE_H
#define ONNC_LIB_TARGET_MLU_SIM_CORE_H

#include "Events.h"
#include "Hazards.h"
#include "Kernels.h"
#include "onnc/Target/MLU/CodeObject.h"
#include "onnc/Target/MLU/Machine.h"
#include "llvm/ADT/SmallVector.h"

namespace onnc::mlu {

/// A program, decoded once.
struct DecodedProgram {
  llvm::StringRef name;
  std::vector<Instr> instrs;
  std::vector<uint32_t> ops; ///< Operator of every instruction.
};

/// What ends a core that would never end, per launch.
struct Budget {
  uint64_t instructions = 0;
  uint64_t events = 0; ///< Instructions for queues, and waits.
  uint64_t cycles = 0; ///< Of any queue.
};

class Core {
public:
  Core(const MachineParams &machine, llvm::MutableArrayRef<uint8_t> dram,
       bool checkHazards);

  /// Resets registers and configuration; scratchpads keep their contents.
  void start(const DecodedProgram &program, unsigned core, unsigned cores,
             size_t numOps, const Budget &budget);

  enum class Status { Running, Barrier, Halted, Fault };
  /// Runs to the next barrier or the end.
  Status run();
  /// The barrier has been passed by all.
  void leaveBarrier();

  Status status() const { return state; }
  /// Why the core stopped, naming core, pc and instruction.
  const std::string &message() const { return fault; }
  CoreTrace takeTrace() { return std::move(trace); }

  /// Device memory touched since the last barrier, for the check among cores.
  std::vector<Access> &deviceAccesses() { return dramAccesses; }
  std::string describe(uint32_t pc) const;
  /// The instruction that run() executed last.
  uint32_t pcBefore() const { return lastPc; }

private:
  struct Operands;

  // One instruction; false after a fault.
  bool step();
  bool executeScalar(const Instr &instr);
  bool executeSync(const Instr &instr);
  bool executeCopy(const Instr &instr);
  bool executeMatrix(const Instr &instr);
  bool executeWindow(const Instr &instr);
  bool executeBinary(const Instr &instr);
  bool executeElementwise(const Instr &instr);
  bool executeReduction(const Instr &instr);
  bool executeConversion(const Instr &instr);

  bool fail(const llvm::Twine &message);
  uint32_t reg(const Instr &instr, unsigned operand) const {
    return regs[instr.operands[operand]];
  }
  uint32_t config(Config c) const { return configs[size_t(c)]; }
  int64_t signedConfig(Config c) const { return int32_t(config(c)); }

  bool readGeometry(TileGeometry &g, ElemType in, ElemType out, bool sameC);
  bool readScale(Rational &scale) const;

  // Ranges. A vector of n elements of a type at a register's address.
  Region vectorAt(uint32_t address, uint64_t n, ElemType type) const;
  Region tileIn(uint32_t address, const TileGeometry &g, ElemType type) const;
  Region tileOut(uint32_t address, const TileGeometry &g, ElemType type) const;
  bool inRange(const Region &region);
  /// Checks ranges, overlaps and races of an instruction. \p aligned: every
  /// region's rows begin at multiples of this many bytes.
  bool touch(const Instr &instr, llvm::ArrayRef<Region> reads,
             llvm::ArrayRef<Region> writes, bool inPlace = false);
  /// Adds the instruction's time to the trace.
  bool work(const Instr &instr, uint64_t cycles);
  void pushEvent(Event event);
  bool transfer(const Instr &instr, const Region &dram, bool store,
                uint32_t group);
  uint64_t lanes(ElemType type) const {
    return machine.vectorBytes / elemSize(type);
  }
  uint64_t rowCycles(uint64_t rows, uint64_t cols, ElemType type,
                     bool special = false) const;
  OpCounts &counts() { return trace.counts[program->ops[pc]]; }

  const MachineParams &machine;
  llvm::MutableArrayRef<uint8_t> dram;
  bool checkHazards;
  std::vector<uint8_t> nram, wram;
  std::array<uint32_t, NumRegs> regs;
  std::vector<uint32_t> configs;
  Hazards hazards;

  const DecodedProgram *program = nullptr;
  unsigned core = 0, cores = 1;
  uint32_t pc = 0, lastPc = 0;
  int64_t nextPc = 0;
  Status state = Status::Halted;
  std::string fault;
  Budget budget;
  uint64_t scalarCycles = 0; ///< Since the last event.
  uint64_t queueCycles = 0;
  CoreTrace trace;
  std::vector<Access> dramAccesses;
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_CORE_H
