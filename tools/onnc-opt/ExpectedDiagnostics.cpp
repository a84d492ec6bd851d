//===- ExpectedDiagnostics.cpp --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExpectedDiagnostics.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

static constexpr std::pair<StringLiteral, Severity> severities[] = {
    {"error", Severity::Error},
    {"warning", Severity::Warning},
    {"remark", Severity::Remark},
    {"note", Severity::Note},
};

static StringRef getSeverityName(Severity severity) {
  for (const auto &[name, s] : severities)
    if (s == severity)
      return name;
  llvm_unreachable("unknown severity");
}

/// The line that "@+1", "@-2", "@unknown" or nothing in front of \p rest
/// names, as seen from \p line; the designator is dropped from \p rest.
static unsigned consumeLine(StringRef &rest, unsigned line) {
  if (rest.consume_front("@unknown"))
    return 0;
  bool up = rest.consume_front("@-");
  unsigned distance = 0;
  if (up || rest.consume_front("@+"))
    rest.consumeInteger(10, distance);
  return up ? line - distance : line + distance;
}

ExpectedDiagnostics::ExpectedDiagnostics(StringRef text, unsigned firstLine) {
  unsigned line = firstLine;
  for (StringRef content : split(text, '\n')) {
    auto [before, rest] = content.split("// expected-");
    for (const auto &[name, severity] : severities) {
      StringRef designator = rest;
      if (!designator.consume_front(name))
        continue;
      unsigned at = consumeLine(designator, line);
      auto [open, message] = designator.split("{{");
      expectations.push_back(
          {severity, at, message.substr(0, message.rfind("}}")).str()});
    }
    ++line;
  }
}

bool ExpectedDiagnostics::meets(Severity severity, unsigned line,
                                StringRef message) {
  for (Expectation &e : expectations) {
    if (e.met || e.severity != severity || e.line != line ||
        !message.contains(e.text))
      continue;
    e.met = true;
    return true;
  }
  return false;
}

void ExpectedDiagnostics::add(const Diagnostic &diag) {
  // Notes and remarks may be expected but need not be.
  for (const Diagnostic &note : diag.notes)
    meets(Severity::Note, note.location.line, note.message);
  if (!meets(diag.severity, diag.location.line, diag.message) &&
      diag.severity != Severity::Remark)
    unexpected.push_back(diag);
}

LogicalResult ExpectedDiagnostics::finish(StringRef path,
                                          raw_ostream &os) const {
  bool ok = true;
  for (const Expectation &e : expectations) {
    if (e.met)
      continue;
    os << path;
    if (e.line)
      os << ':' << e.line;
    os << ": expected " << getSeverityName(e.severity) << " '" << e.text
       << "' was not reported\n";
    ok = false;
  }
  for (const Diagnostic &diag : unexpected) {
    os << "unexpected diagnostic: ";
    diag.print(os);
    ok = false;
  }
  return success(ok);
}
