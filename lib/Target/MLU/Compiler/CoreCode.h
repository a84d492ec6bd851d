//===- CoreCode.h - Writes the instructions of one core ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// One core's instructions in a launch, written as if each were complete before
/// the next (InsertWaits.h): registers for constants, and constants in NRAM
/// that no tensor is.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_CORECODE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_CORECODE_H

#include "onnc/Target/MLU/Machine.h"
#include "onnc/Target/MLU/ProgramBuilder.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace onnc::mlu {

/// The top of NRAM belongs to the emitter: parameters of kernels (tables of
/// scales, of functions), then room for elements on their way to another type.
constexpr int64_t parameterBytes = 16384;
constexpr int64_t conversionBytes = 16384;
/// What allocations may use.
inline int64_t getFreeNram(const MachineParams &machine) {
  return machine.nramBytes - parameterBytes - conversionBytes;
}

/// Input channels that the matrix unit takes in a cycle.
inline int64_t getMatrixInputs(const MachineParams &machine, ElemType type) {
  return type == ElemType::I8 ? machine.matrixInputsI8
                              : machine.matrixInputsF16;
}

/// Constants that kernels need beside tensors, behind everything else in device
/// memory. Shared by all cores of a program; equal ones are one.
class ParameterPool {
public:
  explicit ParameterPool(int64_t address) : begin(address), end(address) {}

  /// Where \p bytes lie in device memory.
  int64_t add(llvm::StringRef bytes);

  int64_t getBegin() const { return begin; }
  int64_t getEnd() const { return end; }
  /// All of them, from getBegin() on.
  std::vector<uint8_t> takeBytes() { return std::move(contents); }

private:
  int64_t begin, end;
  std::vector<uint8_t> contents;
  llvm::StringMap<int64_t> places;
};

class CoreCode {
public:
  CoreCode(const MachineParams &machine, ParameterPool &pool)
      : machine(machine), pool(pool) {}

  const MachineParams &machine;
  ProgramBuilder builder;

  /// A register with \p value, valid until 46 other values were asked for.
  Reg reg(int64_t value);
  Reg floatReg(float value);
  /// Registers of the scalar core's own computations, \p i below 16.
  static constexpr Reg scalar(unsigned i) {
    return Reg(firstReg + numSlots + i);
  }
  /// A register with the device address \p address; sets the segment.
  Reg device(int64_t address);
  void set(Config config, int64_t value) {
    builder.set(config, static_cast<uint32_t>(value));
  }

  /// The NRAM address of a copy of \p bytes, of which there are at most
  /// parameterBytes; valid until others of as many bytes together were asked
  /// for.
  int64_t getParameter(llvm::StringRef bytes);
  int64_t getConversionAddress() const {
    return machine.nramBytes - conversionBytes;
  }

private:
  struct Slot {
    uint32_t value = 0;
    uint64_t lastUse = 0; ///< 0: holds nothing.
  };
  Reg getReg(const Slot &slot) const { return Reg(firstReg + (&slot - slots)); }

  static constexpr unsigned firstReg = 1, numSlots = 47;
  Slot slots[numSlots];
  uint64_t uses = 0;

  ParameterPool &pool;
  /// What stands in the parameter area: bytes from an offset on.
  struct Resident {
    int64_t offset;
    std::string bytes;
  };
  llvm::SmallVector<Resident, 8> residents;
  int64_t nextOffset = 0;
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_CORECODE_H
