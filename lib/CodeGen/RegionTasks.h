//===- RegionTasks.h - The operations of a region as tasks ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The scheduling problem that the operations of a region are, less the
/// terminator, under what a BufferModel says of their storage in the memory
/// that tensors live in. Operations with effects keep their order, by
/// precedences.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_REGIONTASKS_H
#define ONNC_LIB_CODEGEN_REGIONTASKS_H

#include "onnc/CodeGen/Scheduler.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace onnc {

class BufferModel;
class Operation;
class Region;

struct RegionTaskOptions {
  /// What the memory rounds sizes up to; a power of two.
  int64_t grain = 1;
  /// Results take over the storage of operands that die, where the model allows
  /// it.
  bool inPlace = true;
  /// Arguments have storage that is there before the first operation runs.
  bool hasArguments = false;
  /// The user of an operation's only result, its only one, that is computed
  /// together with it, so that there is no storage in between; null for
  /// others.
  llvm::function_ref<Operation *(Operation &)> getFusedUser = nullptr;
};

struct RegionTasks {
  SchedulingProblem problem;
  /// The operations of each task, in order. The first task has none where
  /// arguments have storage: it stands for what comes before.
  std::vector<llvm::SmallVector<Operation *, 1>> ops;
};

RegionTasks buildTasks(const Region &region, const BufferModel &buffers,
                       const RegionTaskOptions &options = {});

/// Puts the operations of \p region, which \p tasks were built from, in the
/// order of \p order. Returns how many stand elsewhere now, or nullopt, with
/// the error reported, where validateSchedule refuses it.
std::optional<unsigned> applyOrder(Region &region, const RegionTasks &tasks,
                                   llvm::ArrayRef<unsigned> order);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_REGIONTASKS_H
