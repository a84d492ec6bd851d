//===- PassOptions.h - Command-line options about passes --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What PassOptions.td declares, read and acted upon: tools that run passes
/// share both.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSOPTIONS_H
#define ONNC_PASS_PASSOPTIONS_H

#include "onnc/Pass/Instrumentations.h"

namespace llvm::opt {
class ArgList;
}

namespace onnc {

struct PassOptions {
  std::optional<std::string> passes;
  /// Put the pass expand-functions in front.
  bool expandFunctions = false;
  bool listPasses = false;
  bool listKnobs = false;
  bool printPipeline = false;
  /// "pass.knob=value".
  std::vector<std::string> knobs;
  std::vector<std::string> plugins;
  unsigned maxRetries = 32;
  bool verifyEach = false;
  bool verifyAnalyses = false;
  std::optional<ReportFormat> timing;
  std::optional<ReportFormat> statistics;
  IRPrinting printing;
  std::string stopAfter;
  std::optional<int64_t> bisectLimit;
  /// Empty: a temporary file, after crashes only.
  std::string crashReproducer;
  bool noCrashReproducer = false;

  /// Takes the options of PassOptions.td out of \p args. Errors are reported;
  /// nullopt then.
  static std::optional<PassOptions> parse(const llvm::opt::ArgList &args,
                                          DiagnosticEngine &diagnostics);

  /// The pipeline to run where \p byDefault is the tool's own.
  std::string getPipelineText(llvm::StringRef byDefault) const;
  /// Loads the plugins.
  LogicalResult loadPlugins(PassRegistry &registry, Context &context) const;
  /// Prints --list-passes or --list-knobs; true if there was one to print.
  bool printLists(const PassRegistry &registry, llvm::raw_ostream &os) const;
};

/// Checks that the passes that \p options name are registered, and that the
/// pipeline has the one to stop after.
LogicalResult checkPassOptions(const PassOptions &options,
                               const Pipeline &pipeline,
                               const PassRegistry &registry,
                               DiagnosticEngine &diagnostics);

/// Runs \p pipeline on \p module with everything that \p options asks for;
/// dumps and reports go to standard error. A crash ends the program.
LogicalResult runPipeline(const Pipeline &pipeline, Module &module,
                          const PassRegistry &registry,
                          const PassOptions &options);

} // namespace onnc

#endif // ONNC_PASS_PASSOPTIONS_H
