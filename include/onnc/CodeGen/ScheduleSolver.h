//===- ScheduleSolver.h - Orders of least peak memory -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Improves what scheduleTasks' heuristics find by search over sets of tasks.
/// Its figures are proven: a peak equals its lower bound only where no order
/// has a lower one. The result depends on the problem and the options alone.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_SCHEDULESOLVER_H
#define ONNC_CODEGEN_SCHEDULESOLVER_H

#include "onnc/CodeGen/Scheduler.h"

namespace onnc {

struct ScheduleSolverOptions {
  /// How many sets of tasks may be reached. One of n tasks takes some n
  /// bits, and its successors some n/20 microseconds. Zero leaves the order to
  /// the heuristics.
  int64_t nodeBudget = int64_t(1) << 20;
};

struct ScheduleSolution {
  /// The best that was found. The order of a heuristic stays unless a search
  /// found a lower peak.
  Schedule schedule;
  /// No order has a lower peak.
  int64_t lowerBound = 0;
  int64_t numNodes = 0;
  /// The tasks that need memory; the others may run at any time.
  unsigned numTasks = 0;
  /// The parts that the problem falls into at tasks that every other one comes
  /// before or after.
  unsigned numSegments = 0;

  bool isOptimal() const { return schedule.peak == lowerBound; }
};

/// Looks for the order of \p problem with the least peak.
ScheduleSolution minimizePeak(const SchedulingProblem &problem,
                              const ScheduleSolverOptions &options = {});

} // namespace onnc

#endif // ONNC_CODEGEN_SCHEDULESOLVER_H
