//===- ScheduleSearch.h - Searches over sets of tasks -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Searches for the order of some consecutive tasks that has the least peak.
/// What is live depends on the set of tasks that have run, an **ideal** of the
/// precedences, and not on their order, so that the least peak is that of a
/// path through the lattice of ideals whose greatest step is least.
/// docs/Scheduling.md has the whole of it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SCHEDULESEARCH_H
#define ONNC_LIB_CODEGEN_SCHEDULESEARCH_H

#include "onnc/CodeGen/Scheduler.h"
#include <limits>

namespace onnc {

/// By task: the storages that it allocates, and those that it touches in any
/// way, in order of index.
struct StorageUses {
  explicit StorageUses(const SchedulingProblem &problem);

  std::vector<llvm::SmallVector<unsigned, 2>> allocated;
  std::vector<llvm::SmallVector<unsigned, 4>> touched;
};

/// Consecutive tasks of an order, which may be exchanged among themselves; what
/// stands before and behind them is fixed. Tasks and storages have indices of
/// their own here.
class ScheduleWindow {
public:
  struct Task {
    llvm::SmallVector<unsigned, 4> successors;
    unsigned numPredecessors = 0;
    llvm::SmallVector<unsigned, 2> allocated;
    llvm::SmallVector<unsigned, 4> touched;
    /// What it needs while it runs, with what it allocates.
    int64_t rise = 0;
  };
  struct Storage {
    int64_t size = 0;
    /// How many tasks of the window touch it.
    unsigned numTouching = 0;
    /// It is dead once these have run.
    bool mayDie = false;
    bool bornInside = false;
    llvm::SmallVector<unsigned, 2> mayReplace;
  };

  /// The tasks order[begin], …, order[end - 1]; \p order is a valid one.
  ScheduleWindow(const SchedulingProblem &problem, const StorageUses &uses,
                 llvm::ArrayRef<unsigned> order, unsigned begin, unsigned end);

  unsigned getNumTasks() const { return tasks.size(); }
  const Task &getTask(unsigned i) const { return tasks[i]; }
  llvm::ArrayRef<Storage> getStorages() const { return storages; }
  /// The index of a task in the problem.
  unsigned getGlobal(unsigned task) const { return globals[task]; }
  /// What is live before the first task.
  int64_t getInitialLive() const { return initialLive; }

  /// What some task needs in every order, with what must be live beside it.
  int64_t computeLowerBound() const;

private:
  std::vector<Task> tasks;
  std::vector<Storage> storages;
  std::vector<unsigned> globals;
  int64_t initialLive = 0;
};

struct WindowResult {
  /// Tasks of the problem; empty where no order below the ceiling was found.
  std::vector<unsigned> order;
  int64_t peak = std::numeric_limits<int64_t>::max();
  /// No order has a lower peak: proven, up to the ceiling.
  int64_t lowerBound = 0;
  int64_t numNodes = 0;
};

/// What a search is for. Peaks at or below \p floor are equally good, those at
/// or above \p ceiling are of no use.
struct WindowGoal {
  int64_t floor;
  int64_t ceiling;
  /// States that it may reach.
  int64_t maxNodes;
};

/// Best-first over ideals by the greatest peak on the way, which reaches none
/// that the least peak doesn't allow: its order is optimal, unless it stops at
/// the limit. Either way the lower bound is a proof.
WindowResult searchIdeals(const ScheduleWindow &window, const WindowGoal &goal);

/// The same, but keeps only the \p width best of all ideals of a size; proves
/// nothing.
WindowResult searchBeam(const ScheduleWindow &window, const WindowGoal &goal,
                        unsigned width);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_SCHEDULESEARCH_H
