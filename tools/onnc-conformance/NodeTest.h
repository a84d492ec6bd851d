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
  Outcome outcome;
  /// Why it failed or was skipped, on one line.
  std::string reason;
  /// The operators of its model that are known ("onnx.Add"), sorted.
  std::vector<std::string> operators = {};
};

/// How tests are run.
struct TestConfig {
  RunOptions options;
  /// Empty: by the interpreter.
  std::string quadruple;
  /// Run the pass expand-functions first.
  bool expandFunctions = false;
};

/// Runs the model of \p directory (model.onnx) on each of its data sets
/// (test_data_set_*/input_*.pb) and compares with output_*.pb, within the
/// tolerances of Tolerances.def; random results by type and shape only. That
/// every value has the type that was inferred for it is checked by the
/// interpreter as it runs.
///
/// A test that Skips.def lists is skipped if it fails and fails if it passes.
/// On a target, what that doesn't support is skipped, too.
TestResult runNodeTest(llvm::StringRef directory, const TestConfig &config);

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_NODETEST_H
