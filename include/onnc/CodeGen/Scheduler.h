//===- Scheduler.h - Orders of low peak memory ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Scheduling for peak memory, apart from any IR: tasks with precedences, and
/// the storage that they allocate when they run and that dies with its last
/// user. The heuristics here are the given order, list schedules by memory
/// pressure and depth-first orders; ScheduleSolver.h improves on them. All of
/// it is deterministic. Sizes are in bytes.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_SCHEDULER_H
#define ONNC_CODEGEN_SCHEDULER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <vector>

namespace onnc {

struct SchedulingProblem {
  struct Task {
    /// The tasks that have to run before; all have smaller indices, so that
    /// the given order is always a solution.
    llvm::SmallVector<unsigned, 4> predecessors;
    /// Bytes that it needs only while it runs.
    int64_t transient = 0;
  };
  struct Storage {
    int64_t size = 0;
    /// The task that allocates it.
    unsigned producer = 0;
    /// The others that need it; they have the producer as a direct or indirect
    /// predecessor.
    llvm::SmallVector<unsigned, 4> users;
    /// It is needed after all tasks have run.
    bool staysLive = false;
    /// Storages of the same size whose bytes it takes over, so that both count
    /// once, if they die at its producer, which uses them (an operation in
    /// place). It is the first one that dies there and that no other storage
    /// took.
    llvm::SmallVector<unsigned, 2> mayReplace;
  };

  std::vector<Task> tasks;
  std::vector<Storage> storages;
};

struct Schedule {
  /// Indices of tasks in order of execution.
  std::vector<unsigned> order;
  /// The most bytes that are live while a task runs.
  int64_t peak = 0;
  llvm::StringRef strategy;
};

/// What is live while each task of \p order, a permutation, runs.
std::vector<int64_t> computeLiveBytes(const SchedulingProblem &problem,
                                      llvm::ArrayRef<unsigned> order);

/// The peak of \p order, a permutation of the tasks.
int64_t computePeak(const SchedulingProblem &problem,
                    llvm::ArrayRef<unsigned> order);

/// Whether \p order runs every task once, and after its predecessors.
bool isValidOrder(const SchedulingProblem &problem,
                  llvm::ArrayRef<unsigned> order);

/// The best of all heuristics; of equals, the first, so that the given order
/// stays unless another one is better.
Schedule scheduleTasks(const SchedulingProblem &problem);

/// The names of the strategies: "given" is the first.
std::vector<llvm::StringRef> getScheduleStrategies();
/// The order of one of them alone.
Schedule scheduleTasksWith(llvm::StringRef strategy,
                           const SchedulingProblem &problem);

} // namespace onnc

#endif // ONNC_CODEGEN_SCHEDULER_H
