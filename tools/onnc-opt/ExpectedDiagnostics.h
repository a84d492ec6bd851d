//===- ExpectedDiagnostics.h - Diagnostics that a test wants ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Compares diagnostics with comments in the input:
///
///   // expected-error {{part of the message}}
///   // expected-warning@+2 {{at two lines below}}
///   // expected-error@-1 {{at the line above}}
///   // expected-error@unknown {{without a line}}
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_OPT_EXPECTEDDIAGNOSTICS_H
#define ONNC_TOOLS_OPT_EXPECTEDDIAGNOSTICS_H

#include "onnc/Support/Diagnostics.h"

namespace onnc {

class ExpectedDiagnostics {
public:
  /// Reads the expectations of \p text, whose first line is \p firstLine.
  ExpectedDiagnostics(llvm::StringRef text, unsigned firstLine);

  /// Strikes the expectation that \p diag meets, or keeps it as unexpected.
  void add(const Diagnostic &diag);
  /// Prints what didn't come and what came unexpectedly; failure if there was
  /// any of either.
  LogicalResult finish(llvm::StringRef path, llvm::raw_ostream &os) const;

private:
  struct Expectation {
    Severity severity;
    /// 0: a diagnostic without a line.
    unsigned line;
    std::string text;
    bool met = false;
  };
  bool meets(Severity severity, unsigned line, llvm::StringRef message);

  std::vector<Expectation> expectations;
  std::vector<Diagnostic> unexpected;
};

} // namespace onnc

#endif // ONNC_TOOLS_OPT_EXPECTEDDIAGNOSTICS_H
