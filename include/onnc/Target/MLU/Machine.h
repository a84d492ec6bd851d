//===- Machine.h - The simulated MLU100 in figures --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The parameters that simulator and compiler share. lib/Target/MLU/ISA/
/// MLUMachine.td gives every figure with its source; nothing else may.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_MACHINE_H
#define ONNC_TARGET_MLU_MACHINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace onnc::mlu {

struct MachineParams {
  llvm::StringRef name = "mlu100";

#define GET_MLU_MACHINE_FIELDS
#include "onnc/Target/MLU/MLUMachine.inc"

  /// Multiply-accumulates that one core's matrix unit does in a cycle.
  uint64_t macsPerCycle(bool int8) const {
    return matrixOutputs * (int8 ? matrixInputsI8 : matrixInputsF16);
  }

  /// Bytes per cycle of one DRAM channel in 1/65536: the fixed-point unit of
  /// all bandwidth arithmetic, so that timing is exact integer arithmetic.
  uint64_t channelRate() const {
    return channelMBps * dramPermille * 65536 / (clockMHz * 1000);
  }

  /// Cycles from the host's launch to the first instruction on \p n cores.
  uint64_t launchCycles(unsigned n) const {
    return (launchNs + launchPerCoreNs * n) * launchPermille * clockMHz /
           1000000;
  }

  uint64_t barrierCycles(unsigned n) const {
    return barrierBase + barrierPerCore * n;
  }
};

/// All machines that ship, "mlu100" first.
llvm::ArrayRef<MachineParams> getMachines();

/// The machine called \p name, or null.
const MachineParams *findMachine(llvm::StringRef name);

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_MACHINE_H
