//===- Simulator.h - Launches -----------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_SIMULATOR_H
#define ONNC_LIB_TARGET_MLU_SIM_SIMULATOR_H

#include "Core.h"
#include "Timing.h"
#include "onnc/Target/MLU/Device.h"
#include "llvm/Support/ThreadPool.h"

namespace onnc::mlu {

/// Executes the launches of a code object on cores that it owns.
class Simulator {
public:
  /// \p object has been validated and, like \p dram, outlives the simulator.
  Simulator(const MachineParams &machine, const CodeObject &object,
            llvm::MutableArrayRef<uint8_t> dram, const DeviceOptions &options);

  llvm::Expected<RunReport> run();
  void setTimeline(bool timeline) { options.timeline = timeline; }

private:
  llvm::Expected<std::vector<CoreTrace>> execute(const Launch &launch);
  llvm::Error runToBarrier(llvm::MutableArrayRef<Core *> active);
  llvm::Error checkSharing(llvm::ArrayRef<Core *> active) const;
  llvm::Error checkMulticasts(llvm::ArrayRef<CoreTrace> traces) const;
  llvm::Error time(const Launch &launch, llvm::ArrayRef<CoreTrace> traces,
                   RunReport &report);
  llvm::Error checkInvariants(const LaunchReport &report,
                              const LaunchTiming &timing,
                              llvm::ArrayRef<CoreTrace> traces) const;

  const MachineParams &machine;
  const CodeObject &object;
  llvm::MutableArrayRef<uint8_t> dram;
  DeviceOptions options;
  std::vector<DecodedProgram> programs;
  std::vector<std::unique_ptr<Core>> cores;
  std::unique_ptr<llvm::DefaultThreadPool> pool;
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_SIMULATOR_H
