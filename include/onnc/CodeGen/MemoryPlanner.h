//===- MemoryPlanner.h - Offsets for buffers with lifespans -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Memory planning, apart from any IR: buffers that are live for known spans of
/// time get offsets in one memory so that no two overlap in both. The problem
/// is dynamic storage allocation and NP-hard; the planner runs a portfolio of
/// list heuristics on each independent part of the problem. It is
/// deterministic. Sizes and offsets are in bytes.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_MEMORYPLANNER_H
#define ONNC_CODEGEN_MEMORYPLANNER_H

#include "onnc/Analysis/Lifespan.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace onnc {

struct Buffer {
  /// For messages and files only.
  std::string id;
  Lifespan lifespan;
  int64_t size = 0;
  /// A power of two.
  int64_t alignment = 1;
  /// Where it has to be, if that isn't free.
  std::optional<int64_t> fixedOffset;
};

struct MemoryProblem {
  std::vector<Buffer> buffers;
  /// What the memory has. The planner minimises the peak whether or not it
  /// fits; the validator insists on it.
  int64_t capacity = std::numeric_limits<int64_t>::max();
};

struct MemoryPlan {
  /// One for each buffer of the problem.
  std::vector<int64_t> offsets;
  /// The highest end of a buffer.
  int64_t peak = 0;
  /// No plan has a smaller peak.
  int64_t lowerBound = 0;
  /// The heuristic that found the plan for the part with the highest peak.
  llvm::StringRef strategy;

  bool isOptimal() const { return peak == lowerBound; }
};

/// What makes \p problem unsound: an empty lifespan, a negative size, an
/// alignment that is no power of two, a fixed offset that is misaligned or that
/// two buffers share, sizes whose sum can't be represented.
llvm::Error checkProblem(const MemoryProblem &problem);

/// The greatest sum of sizes that are live at one time, with the padding that
/// alignment makes unavoidable, or the highest end of a fixed buffer.
int64_t computeLowerBound(const MemoryProblem &problem);

/// A point in time at which that sum is reached; 0 where there is no buffer.
int64_t findBusiestPoint(const MemoryProblem &problem);

/// The parts of \p problem that have no time in common, each with the indices
/// of its buffers in their order.
std::vector<std::vector<unsigned>> splitAtGaps(const MemoryProblem &problem);

/// Plans \p problem, which checkProblem accepts, by the best of the heuristics.
/// For n buffers with k others live beside each it takes the time of
/// n log n + n k log k, and never more than that of n^2.
MemoryPlan planMemory(const MemoryProblem &problem);

/// The names of the planner's heuristics, in order of preference among equals.
std::vector<llvm::StringRef> getMemoryStrategies();
/// The plan of one of them alone.
MemoryPlan planMemoryWith(llvm::StringRef strategy,
                          const MemoryProblem &problem);

} // namespace onnc

#endif // ONNC_CODEGEN_MEMORYPLANNER_H
