//===- MemorySolver.h - Optimal memory plans --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Improves what planMemory's heuristics find by exact search: a portfolio of
/// branch and bound strategies that restart, each of which can end with a
/// solution or with a proof that there is none. Its figures are proven: a peak
/// equals its lower bound only where no plan is better.
///
/// Without a time limit the result depends on the problem and the node budget
/// alone, not on the number of threads or their speed: of strategies that
/// finish in the same round the first counts.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_MEMORYSOLVER_H
#define ONNC_CODEGEN_MEMORYSOLVER_H

#include "onnc/CodeGen/MemoryPlanner.h"
#include <chrono>

namespace onnc {

struct MemorySolverOptions {
  /// How many nodes of search trees may be visited for the whole problem. A
  /// node of n connected buffers takes some n/10 microseconds. Zero leaves the
  /// plan to the heuristics.
  int64_t nodeBudget = std::numeric_limits<int64_t>::max();
  /// Strategies that may run at the same time.
  unsigned numThreads = 1;
  /// For stand-alone tools; what is reached by then depends on the machine.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

struct MemorySolution {
  enum class Status : uint8_t {
    Solved,     ///< fitMemory: the plan is inside the capacity; minimizeMemory:
                ///< the plan is optimal
    Infeasible, ///< fitMemory: proven that no plan is
    Unknown,    ///< at the end of the budget
  } status = Status::Unknown;
  /// The best that was found, whatever the status, with the best bound.
  MemoryPlan plan;
  /// Nodes of the searches that counted, searches, and searches that ended with
  /// an answer.
  int64_t numNodes = 0;
  int64_t numSearches = 0;
  int64_t numAnswers = 0;
};

/// Looks for a plan of \p problem, which checkProblem accepts, inside its
/// capacity.
MemorySolution fitMemory(const MemoryProblem &problem,
                         const MemorySolverOptions &options = {});

/// Looks for the plan of \p problem, which checkProblem accepts, with the least
/// peak, whatever its capacity.
MemorySolution minimizeMemory(const MemoryProblem &problem,
                              const MemorySolverOptions &options = {});

} // namespace onnc

#endif // ONNC_CODEGEN_MEMORYSOLVER_H
