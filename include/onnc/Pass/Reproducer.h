//===- Reproducer.h - What a failed run leaves behind -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A reproducer is a module file whose first comments tell how to run what
/// failed on it:
///
///   // onnc-reproducer 1
///   // reason: pass 'tile' crashed
///   // passes: tile{rows=8}
///   // knobs: tile.depth=2
///   // verify: each analyses
///
/// It holds the module as it was before the failing pass, and that pass alone,
/// where the two reproduce the failure by what they declare; else the input
/// and the whole pipeline.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_REPRODUCER_H
#define ONNC_PASS_REPRODUCER_H

#include "onnc/Pass/PassManager.h"

namespace onnc {

struct Reproducer {
  std::string reason;
  std::string passes;
  /// "pass.knob=value".
  std::vector<std::string> knobs;
  bool verifyEach = false;
  bool verifyAnalyses = false;

  /// The comments, each line ended.
  std::string str() const;
  /// Reads them from the beginning of a file; nullopt where there are none.
  static std::optional<Reproducer> parse(llvm::StringRef text);
};

struct ReproducerOptions {
  /// The file to write. Empty: a new one among the temporary files, and only
  /// after a crash, since ordinary failures explain themselves.
  std::string path;
  bool verifyEach = false;
  bool verifyAnalyses = false;
};

/// Runs \p pipeline with \p manager. On a failure or a crash (a signal) writes
/// a reproducer and tells so on standard error. A crash ends the program by the
/// same signal afterwards: nothing can be said about the state of its memory.
LogicalResult runWithReproducer(PassManager &manager, const Pipeline &pipeline,
                                Module &module,
                                const ReproducerOptions &options);

} // namespace onnc

#endif // ONNC_PASS_REPRODUCER_H
