//===- Instrumentations.h - The observers that come with onnc ---*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Timing, statistics, IR dumps, verification, stopping early, bisection. Text
/// goes to the stream each is given.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_INSTRUMENTATIONS_H
#define ONNC_PASS_INSTRUMENTATIONS_H

#include "onnc/Pass/PassManager.h"

namespace onnc {

enum class ReportFormat : uint8_t { Text, Json };

/// Wall time by pass, with the analyses computed for each beneath it. Printed
/// when the pipeline has ended, whether or not it succeeded.
std::unique_ptr<PassInstrumentation> createPassTiming(llvm::raw_ostream &os,
                                                      ReportFormat format);

/// Which passes' modules are printed; "all" names every pass.
struct IRPrinting {
  std::vector<std::string> before;
  std::vector<std::string> after;
  /// After each pass that changed the text.
  bool changed = false;

  bool any() const { return changed || !before.empty() || !after.empty(); }
};
std::unique_ptr<PassInstrumentation> createIRPrinter(llvm::raw_ostream &os,
                                                     IRPrinting what);

/// Runs the IR verifier, and \p registry's validators as far as they apply,
/// after each pass that changed the module.
std::unique_ptr<PassInstrumentation>
createVerifyEach(const PassRegistry &registry);

/// Ends the pipeline after the first run of \p pass.
std::unique_ptr<PassInstrumentation> createStopAfter(llvm::StringRef pass);

/// Runs the first \p limit executions of passes that the pipeline can do
/// without and skips the others, logging each decision; -1 runs all.
std::unique_ptr<PassInstrumentation> createBisection(llvm::raw_ostream &os,
                                                     int64_t limit);

/// The non-zero counters of \p passes, as a table or as JSON.
void printStatistics(llvm::ArrayRef<PassStatistics> passes,
                     llvm::raw_ostream &os, ReportFormat format);

} // namespace onnc

#endif // ONNC_PASS_INSTRUMENTATIONS_H
