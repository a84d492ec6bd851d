//===- Tools.h - Running other programs -------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The compiler and the emulator are programs of the system.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_BOARD_TOOLS_H
#define ONNC_TARGET_CORTEXM_BOARD_TOOLS_H

#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace onnc::cortexm {

/// A program that must be on the PATH.
struct Tool {
  llvm::StringRef name;
  llvm::StringRef package; ///< of Debian
};

struct ToolResult {
  int status; ///< Negative: ended by a signal.
  /// What it said on standard error, abridged.
  std::string messages;
};

/// Runs \p tool. An error where it isn't installed, can't be started, or takes
/// more than \p timeLimit seconds (0: as long as it likes).
llvm::Expected<ToolResult> runTool(const Tool &tool,
                                   llvm::ArrayRef<std::string> arguments,
                                   unsigned timeLimit,
                                   TemporaryDirectory &directory);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_BOARD_TOOLS_H
