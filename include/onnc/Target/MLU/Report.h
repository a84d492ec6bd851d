//===- Report.h - What a run cost -------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What a simulated run cost. Cycles are of the machine's clock; every sum is
/// exact. A launch's parts: by operator (as the code object maps instructions
/// to operators) and by core.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_REPORT_H
#define ONNC_TARGET_MLU_REPORT_H

#include "onnc/Target/MLU/Machine.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace onnc::mlu {

/// Work and bytes; of an operator, a core, a launch or a run.
struct Counters {
  uint64_t instructions = 0; ///< Issued by scalar cores.
  uint64_t macsF16 = 0, macsI8 = 0;
  uint64_t matrixCycles = 0;              ///< Busy, summed over cores.
  uint64_t vectorCycles = 0;              ///< The same.
  uint64_t loadBytes = 0, storeBytes = 0; ///< Asked of device memory.
  uint64_t traffic = 0; ///< What its channels moved, in whole lines.
  uint64_t sramBytes = 0;

  Counters &operator+=(const Counters &other);
};

struct OpReport {
  std::string name; ///< Empty: instructions of no operator.
  /// From the first start to the last end of its instructions, in cycles since
  /// the launch. Operators overlap: spans do not add up.
  uint64_t begin = 0, end = 0;
  Counters counters;
};

struct CoreReport {
  uint64_t end = 0;  ///< When its last queue drained.
  Counters counters; ///< Without traffic, which cores share.
};

struct LaunchReport {
  std::string name;
  uint64_t start = 0;  ///< Cycles since the run began.
  uint64_t cycles = 0; ///< Launch cost included.
  uint64_t launchCost = 0;
  uint64_t criticalPath = 0; ///< Cycles if the DRAM were never shared.
  uint64_t roofline = 0;     ///< Least cycles that work and traffic need.
  Counters counters;
  std::vector<OpReport> ops;
  std::vector<CoreReport> cores;
};

/// One instruction on the timeline, in cycles since the run began.
struct TimelineEvent {
  uint32_t launch = 0, core = 0, pc = 0;
  uint8_t queue = 0; ///< A Queue.
  std::string name;  ///< Operator.
  uint64_t begin = 0, end = 0;
};

struct RunReport {
  const MachineParams *machine = nullptr;
  std::vector<LaunchReport> launches;
  std::vector<TimelineEvent> timeline; ///< Only where asked for.
  Counters counters;
  uint64_t cycles = 0;
  /// Inputs and outputs in their device types: what the host link carries. Its
  /// time is not part of `cycles`.
  uint64_t hostBytes = 0;

  /// Microseconds of device time.
  double microseconds() const;
  /// Microseconds that the host link needs for hostBytes.
  double hostMicroseconds() const;
  /// MACs over those that all of the machine's cores could have done, 0 to 1.
  double utilization() const;
  /// Energy of the run in microjoules, idle power included.
  double microjoules() const;

  /// A page for people: totals, launches, and operators where \p byOperator.
  void print(llvm::raw_ostream &os, bool byOperator = true) const;
  /// One line per operator of every launch, a header first.
  void writeCSV(llvm::raw_ostream &os) const;
  /// Chrome's trace event format, which Perfetto reads; one process per core,
  /// one thread per queue.
  void writeTrace(llvm::raw_ostream &os) const;
};

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_REPORT_H
