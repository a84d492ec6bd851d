//===- CommandLine.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/CommandLine.h"
#include "llvm/Option/Arg.h"

using namespace llvm;
using namespace onnc;

std::optional<opt::InputArgList>
onnc::parseArguments(const opt::OptTable &table,
                     ArrayRef<const char *> arguments, unsigned unknown,
                     DiagnosticEngine &diagnostics) {
  unsigned missingIndex, missingCount;
  opt::InputArgList args =
      table.ParseArgs(arguments, missingIndex, missingCount);
  bool ok = missingCount == 0;
  if (!ok)
    diagnostics.error(DiagID::CommandLine)
        << "option '" << args.getArgString(missingIndex) << "' needs a value";
  for (const opt::Arg *arg : args.filtered(unknown)) {
    std::string spelling = arg->getAsString(args), nearest;
    InFlightDiagnostic diag = diagnostics.error(DiagID::CommandLine);
    diag << "unknown option '" << spelling << "'";
    if (table.findNearest(spelling, nearest) <= 3)
      diag << "; did you mean '" << nearest << "'?";
    ok = false;
  }
  if (!ok)
    return std::nullopt;
  return args;
}
