//===- Region.h - Ordered lists of operations -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A region is a body: arguments, then operations in order, the last of which
/// is a terminator whose operands are the body's results. It is the top of a
/// graph, or belongs to an operation. Every operation uses only arguments of
/// its region and results of operations before it in the region.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_REGION_H
#define ONNC_IR_REGION_H

#include "onnc/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/simple_ilist.h"
#include <memory>

namespace onnc {

class Graph;
class Operation;
class Region;

/// From the values of an original to those of its copy.
class ValueMap {
public:
  void map(const Value *from, Value *to) { values[from] = to; }
  /// The image; \p value itself where there is none.
  Value *lookup(Value *value) const {
    auto it = values.find(value);
    return it == values.end() ? value : it->second;
  }
  bool contains(const Value *value) const { return values.count(value); }

private:
  llvm::DenseMap<const Value *, Value *> values;
};

class Region {
public:
  using OpList = llvm::simple_ilist<Operation>;
  using iterator = OpList::iterator;

  explicit Region(Operation *parentOp) : parentOp(parentOp) {}
  explicit Region(Graph *parentGraph) : parentGraph(parentGraph) {}
  Region(const Region &) = delete;
  Region &operator=(const Region &) = delete;
  ~Region();

  /// Exactly one of the two is non-null.
  Operation *getParentOp() const { return parentOp; }
  /// The graph that this region is, or is nested in; null while detached.
  Graph *getParentGraph() const;
  bool isTopLevel() const { return parentGraph != nullptr; }

  unsigned getNumArguments() const { return arguments.size(); }
  Value *getArgument(unsigned i) const { return arguments[i].get(); }
  auto getArguments() const {
    return llvm::map_range(arguments, [](auto &a) { return a.get(); });
  }
  Value *addArgument(Type type, llvm::StringRef name = {});
  /// The argument must be unused; those behind it move up.
  void eraseArgument(unsigned i);

  /// In order; a range of Operation&. Operations enter and leave through their
  /// own members (insertBefore, remove, …).
  llvm::iterator_range<iterator> getOps() { return {ops.begin(), ops.end()}; }
  llvm::iterator_range<OpList::const_iterator> getOps() const {
    return {ops.begin(), ops.end()};
  }
  iterator begin() { return ops.begin(); }
  iterator end() { return ops.end(); }
  bool empty() const { return ops.empty(); }
  /// The last operation if it is a terminator, else null.
  Operation *getTerminator() const;
  /// Takes \p op, which stands in no region, to the end.
  void push_back(Operation *op);

  /// Calls \p fn on every operation, nested ones included, owners first.
  void walk(llvm::function_ref<void(Operation *)> fn);
  /// Copies arguments and operations of this region to the end of \p target.
  void cloneInto(Region &target, ValueMap &map) const;
  /// Copies the operations, less the terminator, before \p before, with the
  /// region's arguments replaced by \p arguments. Returns what the
  /// terminator's operands became.
  llvm::SmallVector<Value *, 4> inlineBefore(Operation *before,
                                             llvm::ArrayRef<Value *> arguments);
  /// Destroys all operations, whatever uses what.
  void clear();
  void dropAllReferences();

private:
  friend class Operation;
  void renumber() const;

  Operation *parentOp = nullptr;
  Graph *parentGraph = nullptr;
  llvm::SmallVector<std::unique_ptr<Value>, 4> arguments;
  OpList ops;
  mutable bool orderValid = false;
};

} // namespace onnc

#endif // ONNC_IR_REGION_H
