//===- Diagnostics.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;
using namespace onnc;

StringRef onnc::getDiagName(DiagID id) {
  static constexpr const char *names[] = {
#define DIAG(ENUMERATOR, NAME) NAME,
#include "onnc/Support/Diagnostics.def"
  };
  return names[static_cast<unsigned>(id)];
}

static StringRef severityName(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Remark:
    return "remark";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  llvm_unreachable("unknown severity");
}

static void printLocation(raw_ostream &os, const DiagLocation &loc) {
  if (!loc.file.empty()) {
    os << loc.file;
    if (loc.line)
      os << ':' << loc.line;
    if (loc.line && loc.column)
      os << ':' << loc.column;
    os << ": ";
  }
  if (!loc.node.empty()) {
    os << "node '";
    printEscapedString(loc.node, os);
    os << "': ";
  }
}

/// The line, or of a long one what is near \p column (from 1; 0: none), with a
/// caret below it. What a terminal would take for a command, or isn't UTF-8, is
/// a dot: "text" may well be a binary file.
static void printSourceLine(raw_ostream &os, StringRef line, unsigned column) {
  constexpr size_t longest = 400, context = 80;
  const size_t at = std::min<size_t>(column ? column - 1 : 0, line.size());
  size_t begin = 0;
  if (line.size() > longest) {
    begin = at > context ? at - context : 0;
    line = line.substr(begin, 2 * context);
  }
  const auto *bytes = reinterpret_cast<const UTF8 *>(line.data());
  const bool isText = isLegalUTF8String(&bytes, bytes + line.size());
  for (char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool isControl = (byte < ' ' && c != '\t') || byte == 0x7f;
    os << (isControl || (byte > 0x7f && !isText) ? '.' : c);
  }
  os << '\n';
  for (char c : line.take_front(at - begin))
    os << (c == '\t' ? '\t' : ' ');
  os << "^\n";
}

void Diagnostic::print(raw_ostream &os) const {
  printLocation(os, location);
  os << severityName(severity) << ": " << message;
  if (severity != Severity::Note)
    os << " [" << getDiagName(id) << ']';
  os << '\n';
  if (!sourceLine.empty())
    printSourceLine(os, sourceLine, location.column);
  for (const Diagnostic &note : notes)
    note.print(os);
}

void DiagnosticEngine::setHandler(Handler h) {
  std::lock_guard lock(mutex);
  handler = std::move(h);
}

DiagnosticEngine::Handler DiagnosticEngine::exchangeHandler(Handler h) {
  std::lock_guard lock(mutex);
  std::swap(handler, h);
  return h;
}

void DiagnosticEngine::report(Diagnostic diag) {
  std::lock_guard lock(mutex);
  if (diag.severity == Severity::Error)
    ++numErrors;
  if (handler)
    handler(diag);
  else
    diag.print(errs());
}

InFlightDiagnostic DiagnosticEngine::emit(DiagID id, Severity severity,
                                          DiagLocation loc) {
  Diagnostic diag;
  diag.id = id;
  diag.severity = severity;
  diag.location = std::move(loc);
  return InFlightDiagnostic(*this, std::move(diag));
}

InFlightDiagnostic DiagnosticEngine::error(DiagID id, DiagLocation loc) {
  return emit(id, Severity::Error, std::move(loc));
}

InFlightDiagnostic DiagnosticEngine::warning(DiagID id, DiagLocation loc) {
  return emit(id, Severity::Warning, std::move(loc));
}

Diagnostic &InFlightDiagnostic::attachNote(const Twine &message,
                                           DiagLocation loc) {
  Diagnostic &note = diag->notes.emplace_back();
  note.id = diag->id;
  note.severity = Severity::Note;
  note.location = std::move(loc);
  note.message = message.str();
  return note;
}

void InFlightDiagnostic::report() {
  if (!diag)
    return;
  engine->report(std::move(*diag));
  diag.reset();
}

LogicalResult onnc::reportError(DiagnosticEngine &engine, DiagID id,
                                Error error, DiagLocation loc) {
  if (!error)
    return success();
  handleAllErrors(std::move(error), [&](const ErrorInfoBase &info) {
    engine.error(id, loc) << info.message();
  });
  return failure();
}
