//===- Liveness.h - When values are needed ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The live ranges of the values of one region, in the order in which its
/// operations stand. Regions are closed, so that what a nested body uses is an
/// operand of the operation that owns the body.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_ANALYSIS_LIVENESS_H
#define ONNC_ANALYSIS_LIVENESS_H

#include "onnc/Analysis/Lifespan.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <vector>

namespace onnc {

class Operation;
class Region;
class Value;

/// The operation at position i runs from point i to i + 1. A value lives from
/// its definition, an argument from point 0, until its last user has run; one
/// that nobody uses lives while it is written. The terminator stands last, so
/// that results of the region live to the end.
///
/// Values that share their storage (a reshape and its operand) form one set
/// with one lifespan. The results don't follow later changes of the region.
class Liveness {
public:
  /// The value whose storage an operation's result shares, one of that
  /// operation's operands; null where it has its own.
  using AliasFn = llvm::function_ref<Value *(const Value &)>;

  explicit Liveness(const Region &region, AliasFn getAliased = nullptr);

  /// The number of operations, the terminator included.
  int64_t getNumPositions() const { return positions.size(); }
  /// \p op stands in the region.
  int64_t getPosition(const Operation &op) const { return positions.at(&op); }

  /// The value of the set that was defined first.
  Value *getRoot(const Value &value) const { return roots.at(&value); }
  /// The lifespan of the whole set that \p value belongs to.
  Lifespan getLifespan(const Value &value) const {
    return lifespans.at(getRoot(value));
  }
  /// One value for each set: arguments, then results in order of definition.
  llvm::ArrayRef<Value *> getRoots() const { return order; }

private:
  void define(Value *value, Value *root, int64_t position);

  llvm::DenseMap<const Operation *, int64_t> positions;
  llvm::DenseMap<const Value *, Value *> roots;
  llvm::DenseMap<const Value *, Lifespan> lifespans;
  std::vector<Value *> order;
};

} // namespace onnc

#endif // ONNC_ANALYSIS_LIVENESS_H
