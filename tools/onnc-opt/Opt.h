//===- Opt.h - What onnc-opt does -------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Text in, passes, text out.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_OPT_OPT_H
#define ONNC_TOOLS_OPT_OPT_H

#include "onnc/Pass/PassOptions.h"

namespace onnc {

struct OptConfig {
  /// "-" is standard input and output. Without an input (only to print a
  /// pipeline) there is none to check the pipeline against.
  std::optional<std::string> input;
  std::string output = "-";
  /// The output is the operations' indexing (IR/Indexing.h), not the module.
  bool printIndexing = false;
  bool runReproducer = false;
  bool splitInput = false;
  bool verifyDiagnostics = false;
  bool verifyRoundtrip = false;
  PassOptions passes;
};

/// Runs on all of the input; success only if nothing failed. Errors are
/// reported to the context's diagnostics, output is written only on success.
LogicalResult runOpt(Context &context, const PassRegistry &registry,
                     OptConfig config);

} // namespace onnc

#endif // ONNC_TOOLS_OPT_OPT_H
