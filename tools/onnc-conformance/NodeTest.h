//===- NodeTest.h - One of ONNX's backend tests -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_CONFORMANCE_NODETEST_H
#define ONNC_TOOLS_CONFORMANCE_NODETEST_H

#include "onnc/Interp/Interpreter.h"
#include "onnc/Target/TargetRegistry.h"
#include <string>

namespace onnc {

enum class Outcome { Passed, Failed, Skipped };

struct TestResult {
  Outcome outcome = Outcome::Failed;
  /// Why it failed or was skipped, on one line.
  std::string reason = {};
  /// Why it was skipped, without what is this test's own: tests with one cause
  /// are counted together.
  std::string cause = {};
  /// The operators of its model that are known ("onnx.Add"), sorted.
  std::vector<std::string> operators = {};
};

/// How tests are run.
struct TestConfig {
  RunOptions options;
  /// Empty: by the interpreter.
  std::string quadruple;
  /// Of what runs on a board: which one; empty: the processor's usual one.
  std::string board;
  /// Seconds for a program in an emulator.
  unsigned timeLimit = 120;
  /// Run the pass expand-functions first.
  bool expandFunctions = false;
};

/// Runs the model of \p directory (model.onnx) on each of its data sets
/// (test_data_set_*/input_*.pb) and compares with output_*.pb, within the
/// tolerances of Tolerances.def; random results by type and shape only. That
/// every value has the type that was inferred for it is checked by the
/// interpreter as it runs.
///
/// A target's program may lie off by its own tolerance, too, and what the
/// target doesn't support is skipped.
///
/// A test that Skips.def lists is skipped if it fails and fails if it passes.
TestResult runNodeTest(llvm::StringRef directory, const TestConfig &config);

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_NODETEST_H
