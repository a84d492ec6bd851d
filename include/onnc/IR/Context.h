//===- Context.h - What all modules share -----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A context owns what is interned (strings, dimensions, types, locations), the
/// registered operators, and the diagnostic engine. It outlives every module
/// made in it. Interning is thread-safe; registration isn't.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_CONTEXT_H
#define ONNC_IR_CONTEXT_H

#include "onnc/IR/OpInfo.h"
#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/StringRef.h"
#include <memory>

namespace onnc {

class ContextImpl;

class Context {
public:
  /// A context that knows the core operators (builtin and ONNX).
  Context();
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;
  ~Context();

  DiagnosticEngine &getDiagnostics() { return diagnostics; }

  /// A copy of \p text that lives as long as the context.
  llvm::StringRef intern(llvm::StringRef text);

  /// Adds a table that onnc-tblgen generated (it must outlive the context).
  /// A table may be added again; a name that another table took is an error.
  void registerOps(llvm::ArrayRef<OpInfo> ops);
  /// Null if there is none.
  const OpInfo *lookupOp(llvm::StringRef name) const;
  /// The operator for ONNX's \p opType of \p domain ("" is ai.onnx).
  const OpInfo *lookupOnnxOp(llvm::StringRef domain,
                             llvm::StringRef opType) const;
  /// All operators, by name.
  std::vector<const OpInfo *> getOps() const;
  /// The registered name nearest to \p name, or "" where none is near.
  llvm::StringRef getNearestOpName(llvm::StringRef name) const;

  ContextImpl &getImpl() { return *impl; }

private:
  DiagnosticEngine diagnostics;
  std::unique_ptr<ContextImpl> impl;
};

} // namespace onnc

#endif // ONNC_IR_CONTEXT_H
