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
#include <string>

namespace onnc {

enum class Outcome { Passed, Failed, Skipped };

struct TestResult {
  Outcome outcome;
  /// Why it failed or was skipped, on one line.
  std::string reason;
};

/// Runs the model of \p directory (model.onnx) by the interpreter on each of
/// its data sets (test_data_set_*/input_*.pb) and compares with output_*.pb
/// within ONNX's own tolerances. A model with operators that aren't supported
/// is skipped.
TestResult runNodeTest(llvm::StringRef directory, const RunOptions &options);

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_NODETEST_H
