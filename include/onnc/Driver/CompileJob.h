//===- CompileJob.h - What onnc is asked to do ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_COMPILEJOB_H
#define ONNC_DRIVER_COMPILEJOB_H

#include "onnc/IR/Context.h"
#include "onnc/Pass/PassOptions.h"
#include <string>
#include <vector>

namespace onnc {

class TargetRegistry;
enum class OptLevel : uint8_t;

/// The command line of onnc, unchecked.
struct CompileJob {
  std::vector<std::string> models;
  std::string quadruple;
  bool listTargets = false;
  /// The format of the list of operators that is wanted (OperatorTable.h);
  /// empty: none is.
  std::string listOperators;
  /// Shared libraries with targets.
  std::vector<std::string> plugins;
  std::string output;
  std::string emit;
  std::string level = "2";
  /// A file of fusion blocks (CodeGen/ScheduleFile.h); empty: none.
  std::string schedule;
  /// A timeline to show in a report, as onnc-run writes it; empty: none.
  std::string measured;
  std::vector<std::string> shapes;
  PassOptions passes;
};

/// Does it. Lists that were asked for go to \p os. Fails, with the errors
/// reported and nothing written, where something is wrong.
LogicalResult runJob(Context &context, const CompileJob &job,
                     llvm::raw_ostream &os);

/// All targets of the tree and those of \p plugins.
LogicalResult loadTargets(Context &context, TargetRegistry &targets,
                          llvm::ArrayRef<std::string> plugins);

/// "0" … "3"; reports what is none.
std::optional<OptLevel> parseOptLevel(llvm::StringRef text,
                                      DiagnosticEngine &diagnostics);

} // namespace onnc

#endif // ONNC_DRIVER_COMPILEJOB_H
