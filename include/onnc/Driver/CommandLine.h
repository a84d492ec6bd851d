//===- CommandLine.h - What the tools' command lines share ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Reads a tool's arguments against its option table. Mistakes are reported as
/// diagnostics with a suggestion.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_COMMANDLINE_H
#define ONNC_DRIVER_COMMANDLINE_H

#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include <optional>

namespace onnc {

/// Unknown options and missing values are reported; nullopt then. \p unknown is
/// the table's OPT_UNKNOWN.
std::optional<llvm::opt::InputArgList>
parseArguments(const llvm::opt::OptTable &table,
               llvm::ArrayRef<const char *> arguments, unsigned unknown,
               DiagnosticEngine &diagnostics);

} // namespace onnc

#endif // ONNC_DRIVER_COMMANDLINE_H
