//===- PatternDriver.h - Rewriting to a fixpoint ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A pattern is a function, registered for an operator, that looks at one
/// operation and either rewrites it or leaves everything as it is. The driver
/// offers operations to patterns until none applies, and removes what becomes
/// dead on the way.
///
///   static LogicalResult dropIdentity(Operation *op, Rewriter &rewriter) {
///     return rewriter.replace(op, op->getOperand(0));
///   }
///   static constexpr Pattern patterns[] = {
///     {"drop-identity", "onnx.Identity", dropIdentity},
///   };
///
/// Operations are offered in the order of the text first, then those that a
/// rewrite may have given a chance: the users of its results, the operations it
/// made, and the producers of its operands. Patterns of one operator are tried
/// in the order of registration. So the outcome depends on the input alone.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PATTERNDRIVER_H
#define ONNC_TRANSFORMS_PATTERNDRIVER_H

#include "onnc/IR/Builder.h"
#include "llvm/ADT/DenseMap.h"

namespace onnc {

class Rewriter;

/// Succeeds if it changed the IR. One that fails must have changed nothing that
/// was there; operations that it inserted before \p op are removed.
using PatternFn = LogicalResult (*)(Operation *op, Rewriter &rewriter);

struct Pattern {
  /// Kebab-case; for messages.
  llvm::StringLiteral name;
  /// The operator that it looks for.
  llvm::StringLiteral op;
  PatternFn apply;
};

class PatternSet {
public:
  explicit PatternSet(Context &context) : context(context) {}

  /// The table must outlive the set. Patterns of operators that the context
  /// doesn't know are ignored.
  void add(llvm::ArrayRef<Pattern> patterns);
  /// In the order of registration.
  llvm::ArrayRef<const Pattern *> lookup(const OpInfo &info) const;

private:
  Context &context;
  llvm::DenseMap<const OpInfo *, llvm::SmallVector<const Pattern *, 2>> byOp;
};

/// What a pattern changes the IR with. As a Builder it inserts before the
/// operation that the pattern was given, at its location.
class Rewriter : public Builder {
public:
  using Builder::Builder;
  virtual ~Rewriter();

  /// Lets \p values stand for \p op's results, pairwise, and erases \p op.
  /// Types are unified: a result's type may be known better than that of the
  /// value that takes its place. Fails, with nothing changed, where a type
  /// contradicts, or where a graph's or body's argument would have to change
  /// its type.
  LogicalResult replace(Operation *op, llvm::ArrayRef<Value *> values);
  /// The same with the results of \p other, the first of which correspond;
  /// fails also where that is null, as it is when types can't be inferred.
  LogicalResult replace(Operation *op, Operation *other);
  /// Nothing may use its results.
  void erase(Operation *op);
  /// To be called after \p op was changed in place.
  virtual void changed(Operation *op) = 0;

protected:
  /// \p op's results have been replaced by \p values; it is about to be erased.
  virtual void replaced(Operation *op, llvm::ArrayRef<Value *> values) = 0;
  virtual void erased(Operation *op) = 0;
};

/// What applyPatterns did.
struct RewriteCounts {
  /// Successful applications of patterns, and dead operations removed.
  unsigned applied = 0;
  unsigned removed = 0;
  bool any() const { return applied || removed; }
};

/// Applies \p patterns to all operations of \p module, bodies included, until
/// none applies. Dead operations that a rewrite left behind are removed; other
/// dead ones stay. Fails, with the error reported, where a pattern reported one
/// or where patterns undo each other without end.
LogicalResult applyPatterns(Module &module, const PatternSet &patterns,
                            RewriteCounts &counts);

} // namespace onnc

#endif // ONNC_TRANSFORMS_PATTERNDRIVER_H
