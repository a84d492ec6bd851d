//===- PassManager.h - Running pipelines ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs a pipeline over a module: checks it, runs its passes in order, keeps
/// analyses and properties up to date, and grants retries. A checkpoint, a
/// clone of the module that shares its constants, is taken before each pass
/// that a later one of the pipeline names as its retry point. A granted retry
/// restores the module and the place in the pipeline; knobs stay tightened.
/// Since each retry moves a knob strictly within a finite domain, retrying
/// ends; a maximum bounds it further.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSMANAGER_H
#define ONNC_PASS_PASSMANAGER_H

#include "onnc/Pass/PassInstrumentation.h"

namespace onnc {

/// Counters of one pass, in the order of its record.
struct PassStatistics {
  const PassInfo *pass;
  std::vector<uint64_t> counts;
};

/// Serves one compilation: knobs, statistics and the retry log accumulate.
class PassManager {
public:
  explicit PassManager(const PassRegistry &registry) : registry(registry) {}
  PassManager(const PassManager &) = delete;
  PassManager &operator=(const PassManager &) = delete;

  const PassRegistry &getRegistry() const { return registry; }
  void addInstrumentation(std::unique_ptr<PassInstrumentation> i) {
    instrumentations.push_back(std::move(i));
  }
  void setMaxRetries(unsigned n) { maxRetries = n; }
  /// Whether each run is followed by a check that what a pass claims to leave
  /// alone (the module, or analyses) is as it was.
  void setVerifyAnalyses(bool verify) { verifyAnalyses = verify; }

  /// What is set here before run wins over what the pipeline's text sets.
  /// Afterwards it holds all values that were in force at the end.
  KnobSettings &getKnobs() { return knobs; }

  /// Checks \p pipeline and runs it on \p module. Errors are reported to the
  /// context's diagnostics; the module is then in an intermediate state.
  LogicalResult run(const Pipeline &pipeline, Module &module);

  /// Retries granted so far.
  llvm::ArrayRef<RetryRecord> getRetries() const { return retries; }
  /// In order of the passes' first runs.
  llvm::ArrayRef<PassStatistics> getStatistics() const { return statistics; }

private:
  friend class PipelineRun;

  const PassRegistry &registry;
  std::vector<std::unique_ptr<PassInstrumentation>> instrumentations;
  unsigned maxRetries = 32;
  bool verifyAnalyses = false;
  KnobSettings knobs;
  std::vector<RetryRecord> retries;
  std::vector<PassStatistics> statistics;
};

} // namespace onnc

#endif // ONNC_PASS_PASSMANAGER_H
