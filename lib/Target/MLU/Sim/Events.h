//===- Events.h - From function to time -------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the functional half of the simulator hands to the timing half. Programs
/// cannot see the time, so a core's stream is complete before it is timed.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_EVENTS_H
#define ONNC_LIB_TARGET_MLU_SIM_EVENTS_H

#include "onnc/Target/MLU/ISA.h"
#include <vector>

namespace onnc::mlu {

constexpr unsigned MaxChannels = 8;

/// A transfer between a core and device memory.
struct Transfer {
  uint64_t source = 0;                ///< Address in device memory.
  uint64_t bytes = 0;                 ///< As asked for.
  uint64_t traffic = 0;               ///< In whole DRAM lines.
  uint64_t channel[MaxChannels] = {}; ///< Traffic by channel.
  uint32_t group = 0;                 ///< Cores of a multicast, or 0.
};

enum class EventKind : uint8_t {
  Work,     ///< Occupies its queue for `cycles`.
  Transfer, ///< A DMA transfer, transfers[index].
  Mark,     ///< Token `token` marks `queue`.
  Wait,     ///< `queue` waits for token `token`.
  Barrier,
  End ///< The scalar core stops; queues drain.
};

/// One thing that the scalar core did, `scalar` cycles after the event before.
struct Event {
  EventKind kind;
  uint8_t queue = 0; ///< Queue or QueueSet.
  uint8_t token = 0; ///< Token NumTokens is SYNC's own.
  uint32_t pc = 0;
  uint32_t op = 0; ///< Operator's statistics, see CoreTrace.
  uint32_t index = 0;
  uint64_t scalar = 0;
  uint64_t cycles = 0;
};

/// What an operator did on one core; counts, not times.
struct OpCounts {
  uint64_t instructions = 0;
  uint64_t macsF16 = 0, macsI8 = 0;
  uint64_t matrixCycles = 0, vectorCycles = 0;
  uint64_t loadBytes = 0, storeBytes = 0; ///< As asked for.
  uint64_t sramBytes = 0;
};

/// One core's part of a launch.
struct CoreTrace {
  std::vector<Event> events;
  std::vector<Transfer> transfers;
  std::vector<OpCounts> counts; ///< By operator; the last is "no operator".
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_EVENTS_H
