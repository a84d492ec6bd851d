//===- Timing.h - From issue to cycles --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The timing half of the simulator: when each instruction of a launch starts
/// and ends, given what the cores issue. Two engines read the same streams: an
/// event-driven one that every run uses, and a cycle-by-cycle one, written to
/// be obviously right, that tests compare it with. They agree to the cycle:
/// all bandwidth arithmetic is in integers of 1/65536 byte.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_TIMING_H
#define ONNC_LIB_TARGET_MLU_SIM_TIMING_H

#include "Events.h"
#include "onnc/Target/MLU/Machine.h"
#include "llvm/Support/Error.h"

namespace onnc::mlu {

/// When an instruction occupied its queue, in cycles since the launch.
struct TimedEvent {
  uint32_t core = 0, pc = 0, op = 0;
  uint8_t queue = 0;
  uint64_t begin = 0, end = 0;
};

struct OpTiming {
  uint64_t begin = UINT64_MAX, end = 0; ///< begin > end: never ran.
  uint64_t traffic = 0;                 ///< DRAM bytes in whole lines.
};

struct LaunchTiming {
  uint64_t cycles = 0; ///< Launch cost included.
  std::vector<OpTiming> ops;
  std::vector<uint64_t> coreEnd; ///< When each core's last queue drained.
  std::vector<uint64_t> traffic; ///< Delivered by each DRAM channel, bytes.
  std::vector<TimedEvent> timeline;
};

struct TimingOptions {
  /// Every transfer has the DRAM for itself: the critical path.
  bool uncontended = false;
  bool timeline = false;
};

/// Times a launch. \p traces holds one stream per core. A deadlock is an
/// error that names core and pc.
llvm::Expected<LaunchTiming> timeLaunch(const MachineParams &machine,
                                        llvm::ArrayRef<CoreTrace> traces,
                                        const TimingOptions &options = {});

/// The reference: the same, one cycle after the other. Gives `cycles` and
/// `coreEnd` only.
llvm::Expected<LaunchTiming>
timeLaunchByCycle(const MachineParams &machine,
                  llvm::ArrayRef<CoreTrace> traces);

/// A transfer under way, as the DRAM sees it.
struct DramShare {
  uint64_t remaining = 0; ///< 1/65536 bytes.
  /// Part of the bytes on each channel, in 1/65536, rounded up.
  uint64_t fraction[MaxChannels] = {};
  uint64_t rate = 0; ///< 1/65536 bytes per cycle.
};
DramShare makeShare(const Transfer &transfer);

/// Gives every share its rate: all grow alike until a channel is full or the
/// core's DMA is (max-min fairness).
void shareBandwidth(const MachineParams &machine,
                    llvm::MutableArrayRef<DramShare *> shares);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_TIMING_H
