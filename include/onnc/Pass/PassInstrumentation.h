//===- PassInstrumentation.h - Observers of a run ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What happens around passes (timing, dumps, verification, bisection) is done
/// by observers of the pass manager, never by code in passes. They nest: what
/// was added first is told first of a beginning and last of an end.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSINSTRUMENTATION_H
#define ONNC_PASS_PASSINSTRUMENTATION_H

#include "onnc/Pass/Pipeline.h"

namespace onnc {

/// One execution of a pass.
struct PassExecution {
  const PipelineElement &element;
  /// The occurrence's position in the pipeline, from 1, and their number.
  unsigned position;
  unsigned numPositions;
  /// The pipeline needs it: it is mandatory, sets a property, or another pass
  /// of the pipeline declares to come after it or to return to it.
  bool isNeeded;

  const Pass &getPass() const { return *element.pass; }
};

/// A retry that was granted.
struct RetryRecord {
  /// Who asked, and to return to where.
  std::string pass;
  std::string point;
  /// "tile.rows", its value before and after, as text.
  std::string knob;
  std::string from;
  std::string to;
  std::string reason;

  /// "'plan' returned to 'tile' with tile.rows = 4 (was 8): needs 70 bytes".
  std::string str() const;
};

class PassInstrumentation {
public:
  enum class Action : uint8_t { Continue, Stop, Fail };

  virtual ~PassInstrumentation();

  virtual void beforePipeline(const Pipeline &pipeline, Module &module) {}
  virtual void afterPipeline(Module &module) {}

  /// False skips the execution; then no other hook is called for it. Not asked
  /// again once another instrumentation said so.
  virtual bool shouldRun(const PassExecution &execution, Module &module) {
    return true;
  }
  virtual void beforePass(const PassExecution &execution, Module &module) {}
  /// After a pass that changed the module or left it. Stop ends the pipeline
  /// successfully; Fail, with the error reported, as a failure.
  virtual Action afterPass(const PassExecution &execution, Module &module,
                           bool changed) {
    return Action::Continue;
  }
  /// After a pass that failed or asked for a retry; the module is in whatever
  /// state the pass left it.
  virtual void afterFailedPass(const PassExecution &execution, Module &module) {
  }
  /// The module is as it was at the checkpoint.
  virtual void afterRetry(const RetryRecord &retry, Module &module) {}

  virtual void beforeAnalysis(const AnalysisKey &key) {}
  virtual void afterAnalysis(const AnalysisKey &key) {}
};

} // namespace onnc

#endif // ONNC_PASS_PASSINSTRUMENTATION_H
