//===- Diagnostics.h - Located messages to the user -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// How the user learns of a mistake: a diagnostic has a severity, a stable name
/// (Diagnostics.def), a place (file, line and column, ONNX node) and a message
/// in lower case without a final full stop. Layers report to a
/// DiagnosticEngine; a tool installs the handler that prints. Bugs of our own
/// are assertions, never diagnostics.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_DIAGNOSTICS_H
#define ONNC_SUPPORT_DIAGNOSTICS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace onnc {

using llvm::failed;
using llvm::failure;
using llvm::LogicalResult;
using llvm::succeeded;
using llvm::success;

enum class Severity : uint8_t { Note, Remark, Warning, Error };

enum class DiagID : uint16_t {
#define DIAG(ENUMERATOR, NAME) ENUMERATOR,
#include "onnc/Support/Diagnostics.def"
};

/// The stable name of \p id, e.g. "import-unsupported-op".
llvm::StringRef getDiagName(DiagID id);

/// Where a diagnostic points. Any part may be missing; line and column count
/// from 1, 0 means none.
struct DiagLocation {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  /// The ONNX node (its name, or "#index (OpType)" where it has none).
  std::string node;
};

struct Diagnostic {
  DiagID id;
  Severity severity;
  DiagLocation location;
  std::string message;
  /// The text of the line that the location names, for a caret; may be empty.
  std::string sourceLine;
  std::vector<Diagnostic> notes;

  /// "file:line:col: error: message [name]", the source line with its caret,
  /// then the notes.
  void print(llvm::raw_ostream &os) const;
};

class InFlightDiagnostic;

/// Collects diagnostics and hands each to the handler. Thread-safe. Without a
/// handler, diagnostics are printed to standard error.
class DiagnosticEngine {
public:
  using Handler = std::function<void(const Diagnostic &)>;

  void setHandler(Handler h);
  /// Installs \p h and returns the handler it replaces.
  Handler exchangeHandler(Handler h);

  void report(Diagnostic diag);
  InFlightDiagnostic emit(DiagID id, Severity severity, DiagLocation loc = {});
  InFlightDiagnostic error(DiagID id, DiagLocation loc = {});
  InFlightDiagnostic warning(DiagID id, DiagLocation loc = {});

  /// Errors reported so far.
  unsigned getNumErrors() const { return numErrors; }

private:
  std::mutex mutex;
  Handler handler;
  unsigned numErrors = 0;
};

/// A diagnostic under construction; it is reported when it dies or is turned
/// into a LogicalResult, so that `return engine.error(id) << "…";` both reports
/// and fails.
class [[nodiscard]] InFlightDiagnostic {
public:
  InFlightDiagnostic(DiagnosticEngine &engine, Diagnostic diag)
      : engine(&engine), diag(std::make_unique<Diagnostic>(std::move(diag))) {}
  InFlightDiagnostic(InFlightDiagnostic &&) = default;
  InFlightDiagnostic &operator=(InFlightDiagnostic &&) = delete;
  ~InFlightDiagnostic() { report(); }

  template <typename T> InFlightDiagnostic &operator<<(T &&value) & {
    llvm::raw_string_ostream(diag->message) << std::forward<T>(value);
    return *this;
  }
  template <typename T> InFlightDiagnostic &&operator<<(T &&value) && {
    return std::move(*this << std::forward<T>(value));
  }

  /// Adds a note; the reference lives until the next note is added.
  Diagnostic &attachNote(const llvm::Twine &message, DiagLocation loc = {});
  InFlightDiagnostic &setSourceLine(llvm::StringRef line) & {
    diag->sourceLine = line.str();
    return *this;
  }

  /// Reports now, if it hasn't been.
  void report();
  /// Always failure.
  operator LogicalResult() {
    report();
    return failure();
  }

private:
  DiagnosticEngine *engine;
  std::unique_ptr<Diagnostic> diag;
};

/// Reports \p error (which may join several) as diagnostics of \p id. Returns
/// failure if there was one.
LogicalResult reportError(DiagnosticEngine &engine, DiagID id,
                          llvm::Error error, DiagLocation loc = {});

} // namespace onnc

#endif // ONNC_SUPPORT_DIAGNOSTICS_H
