//===- Checks.h - What must hold of any model -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Checks that need no expected results: they compare ways to compute the same.
/// Without a target:
///
///   types     every computed value has the type that was inferred for it
///   text      a module's text parses back to the same text
///   onnx      an exported model imports as one with bit-equal results
///   opsets    the same in the forms of older operator sets
///   kernels   blocked and plain kernels give the same bits
///   optimize  the optimizations of -O1 keep every bit, those of -O2 results
///             within rounding; quantized groups, too, when they are folded
///
/// and for each target:
///
///   tiles     what its pipeline leaves is verified, prints and parses, and
///             computes the same when the interpreter executes it under the
///             rules of tiled programs
///   plan      in the memories of its plan, that gives the same bits
///   run       the program gives the interpreter's results within its tolerance
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_CHECKS_H
#define ONNC_TESTING_CHECKS_H

#include "onnc/IR/Module.h"
#include "onnc/Target/TargetRegistry.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>
#include <vector>

namespace onnc::smith {

struct CheckOptions {
  /// Names of checks; empty: all.
  std::vector<std::string> checks;
  /// Quadruples.
  std::vector<std::string> targets;
  OptLevel level = OptLevel::O2;
  LoadOptions load;
};

/// All names, in the order above.
llvm::ArrayRef<llvm::StringRef> getCheckNames();

enum class Verdict : uint8_t {
  Passed,
  /// A target, or a format, doesn't support something and says where.
  Refused,
  Failed,
};

struct CheckResult {
  /// "types", "run:mlu100".
  std::string check;
  Verdict verdict;
  /// Why, unless it passed; one line.
  std::string reason;
};

/// Runs the checks of \p options on \p module, a model for which makeInputs()
/// gives inputs, and hands each result to \p report. \p start is called before
/// each, with its name, so that it is known which one never ended. Fails, with
/// the errors reported, where the module itself can't be run.
LogicalResult checkModel(Module &module, const TargetRegistry &targets,
                         const CheckOptions &options,
                         llvm::function_ref<void(llvm::StringRef)> start,
                         llvm::function_ref<void(CheckResult)> report);

} // namespace onnc::smith

#endif // ONNC_TESTING_CHECKS_H
