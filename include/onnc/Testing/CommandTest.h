//===- CommandTest.h - Reducing by a command's verdict ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_COMMANDTEST_H
#define ONNC_TESTING_COMMANDTEST_H

#include "onnc/IR/Module.h"
#include <string>

namespace onnc::smith {

struct CommandTestOptions {
  /// For the shell. The file with the candidate stands for "%s" in it, or is
  /// added behind it. Status 0: interesting.
  std::string command;
  /// Seconds after which a candidate counts as not interesting.
  unsigned timeLimit = 60;
  /// Where the result goes, as text.
  std::string output;
};

/// Reduces \p module (see Reducer.h) and writes the result; a line on what was
/// done goes to \p os. Fails, with the error reported, where the module isn't
/// interesting to begin with, has no graph "main", or the result can't be
/// written.
LogicalResult reduceByCommand(const Module &module,
                              const CommandTestOptions &options,
                              llvm::raw_ostream &os);

} // namespace onnc::smith

#endif // ONNC_TESTING_COMMANDTEST_H
