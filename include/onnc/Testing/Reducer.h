//===- Reducer.h - Smaller models that still show it ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Reduces a model as llvm-reduce does a program: changes that make it smaller
/// are tried one after another, and kept where the result is valid and a test
/// still says that it is interesting, until none is left. What changes:
///
///   outputs     are dropped, and moved towards the inputs
///   operations  give way to one of their operands, to a new input of the
///               graph, or to a constant of zeros; first many at a time
///   bodies      take the place of an If or a Loop; operations in bodies give
///               way like others
///   constants   become splats, where that leaves the text shorter
///   sizes       of inputs and constants become 1, a half, or one less: all of
///               one size together, or one dimension alone
///   attributes  are dropped, or become simpler numbers
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_REDUCER_H
#define ONNC_TESTING_REDUCER_H

#include "onnc/IR/Module.h"
#include <functional>

namespace onnc::smith {

/// Does \p module, which is valid, still show what is looked for?
using InterestingFn = std::function<bool(Module &module)>;

struct ReductionStatistics {
  /// Valid candidates that the test saw, and those that it found interesting.
  unsigned tried = 0, kept = 0;
};

/// The smallest module that the changes lead to from \p module, whose graph
/// "main" is at the tensor level and interesting. Other graphs stay as they
/// are. Deterministic where the test is.
std::unique_ptr<Module> reduceModule(const Module &module,
                                     const InterestingFn &isInteresting,
                                     ReductionStatistics &statistics);

} // namespace onnc::smith

#endif // ONNC_TESTING_REDUCER_H
