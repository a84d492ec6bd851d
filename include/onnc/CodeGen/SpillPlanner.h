//===- SpillPlanner.h - What leaves a memory that is too small --*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Spilling apart from any IR: storages that can't all be in a memory at the
/// same time, each with several ways to be kept (all the time, elsewhere
/// between two uses, made again, elsewhere for good), and the combination that
/// costs least. What a way does and how its cost comes about is the caller's
/// affair. Sizes are in bytes, times points of a schedule, costs in any unit.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_SPILLPLANNER_H
#define ONNC_CODEGEN_SPILLPLANNER_H

#include "onnc/Analysis/Lifespan.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace onnc {

struct SpillProblem {
  /// One way to keep a storage.
  struct Alternative {
    /// Not negative.
    double cost = 0;
    /// When it takes room in the memory.
    llvm::SmallVector<Lifespan, 2> residence;
  };
  struct Storage {
    int64_t size = 0;
    /// The first one costs nothing, and is resident whenever another one is.
    llvm::SmallVector<Alternative, 4> alternatives;
  };

  std::vector<Storage> storages;
  int64_t capacity = 0;
};

struct SpillPlan {
  /// One for each storage: an index of its alternatives.
  std::vector<unsigned> choice;
  double cost = 0;
  /// No combination costs less.
  double lowerBound = 0;
  /// The most bytes that are resident at a time; not above the capacity.
  int64_t peak = 0;
  int64_t numNodes = 0;

  bool isOptimal() const { return cost <= lowerBound; }
};

struct SpillPlannerOptions {
  /// How many nodes of the search tree may be visited; a node takes time
  /// proportional to the storages that are resident at the times that are
  /// overfull. Zero leaves the plan to the greedy choice.
  int64_t nodeBudget = 20000;
};

/// The most bytes that are resident at a time under \p choice.
int64_t computeResidentPeak(const SpillProblem &problem,
                            llvm::ArrayRef<unsigned> choice);

/// The least that any choice leaves resident at the worst time, each time taken
/// alone: with less capacity no plan exists, with as much or more one is found
/// where a storage has an alternative that is resident least at all times.
int64_t computeLeastCapacity(const SpillProblem &problem);

/// The combination of least cost under which everything fits, found by branch
/// and bound from a greedy one; nullopt where no combination was found.
/// Depends on the problem and the options alone.
std::optional<SpillPlan> planSpills(const SpillProblem &problem,
                                    const SpillPlannerOptions &options = {});

} // namespace onnc

#endif // ONNC_CODEGEN_SPILLPLANNER_H
