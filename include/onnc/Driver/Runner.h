//===- Runner.h - Running programs on files ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What onnc-run does: loads a compiled program or a model, runs it on tensors
/// in files, compares it with the interpreter, writes its outputs.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_RUNNER_H
#define ONNC_DRIVER_RUNNER_H

#include "onnc/Driver/ModelFile.h"
#include "onnc/Pass/PassOptions.h"
#include "onnc/Target/TargetRegistry.h"

namespace onnc {

struct RunConfig {
  /// A target's output (a file, or the directory of one that has several), an
  /// ONNX model or a module's text.
  std::string program;
  /// "file" in the order of the inputs, or "name=file".
  std::vector<std::string> inputs;
  /// The same for outputs; what isn't named isn't written. Without any, all
  /// are printed.
  std::vector<std::string> outputs;

  /// Compile the model for this target and run that; empty: interpret it.
  std::string quadruple;
  OptLevel level = OptLevel::O2;
  ImportOptions import;
  /// Of what runs on a board: which one, and how many seconds it may take.
  std::string board;
  std::optional<unsigned> timeLimit;
  /// Of what runs on this machine.
  unsigned threads = 1;
  LoadOptions getLoadOptions() const {
    return {board, timeLimit.value_or(LoadOptions().timeLimit), threads};
  }

  /// Interpret an allocated tile program in the memories of its plan.
  bool usePlan = false;

  /// Print the median time of a run, of this many after a first one.
  bool time = false;
  unsigned repeat = 1;

  /// The leading axis of every input counts runs; outputs are stacked.
  bool each = false;
  /// Compare outputs with those of the interpreter.
  bool compare = false;
  /// The model to interpret; needed where the program is a target's output.
  std::string reference;
  /// Either replaces the program's own tolerance.
  std::optional<double> absolute, relative;

  /// Print what the (last) run cost, with a table by operator.
  bool report = false;
  bool byOperator = false;
  /// Where the (last) run's timeline goes; empty: nowhere.
  std::string trace;
};

/// Fails, with the errors reported, where anything can't be read, run or
/// written, or a comparison finds a difference. Reports go to \p os.
/// Compiles \p module for the quadruple of \p config and loads the result.
/// Null, with the errors reported, where that fails.
std::unique_ptr<Program> compileAndLoad(Module &module,
                                        const TargetRegistry &targets,
                                        const RunConfig &config);

LogicalResult runProgram(Context &context, const TargetRegistry &targets,
                         const RunConfig &config, llvm::raw_ostream &os);

} // namespace onnc

#endif // ONNC_DRIVER_RUNNER_H
