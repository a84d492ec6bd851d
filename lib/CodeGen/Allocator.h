//===- Allocator.h - Plans the memories of one graph ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What needs room in which memory, and where it goes: the work of the pass
/// 'allocate', for others who want to know what a graph takes before it is
/// allocated. Nothing is left on the graph but by annotate().
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_ALLOCATOR_H
#define ONNC_LIB_CODEGEN_ALLOCATOR_H

#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/MemoryPlanner.h"
#include "onnc/CodeGen/StorageSharing.h"
#include "onnc/IR/Module.h"
#include "onnc/Machine/Machine.h"
#include "onnc/Pass/Pass.h"
#include "llvm/ADT/DenseSet.h"

namespace onnc {

/// Something that needs room in a memory: the storage of values that share it,
/// or scratch.
struct AllocationItem {
  BufferRequest request;
  Lifespan lifespan;
  /// The operation that defines it.
  Operation *op;
  /// The first of the values; null for scratch.
  Value *value;
  /// Scratch's own name.
  std::string name;
  bool persistent = false;
  int64_t offset = 0;
  /// Scratch's steps of its operation; nullopt: all.
  std::optional<Lifespan> steps = {};

  /// For messages.
  std::string str() const;
};

/// Plans the memories of one unit for one graph. All that it gets must outlive
/// it, and the graph must not change.
class Allocator {
public:
  Allocator(Graph &graph, const ProcessingUnit &unit,
            const BufferModel &buffers);

  /// Finds the items. \p inPlace: results may take over, or lie over, the
  /// storage of operands that die.
  void collect(bool inPlace);
  /// In the order in which they are written first.
  llvm::ArrayRef<AllocationItem> getItems() const { return items; }
  /// What has to be planned of memory \p memory, an index into the unit's:
  /// every item that isn't persistent, in their order.
  MemoryProblem getProblem(unsigned memory) const;
  /// The bytes that memory \p memory would have to have, persistent data
  /// included. Visits at most \p searchNodes nodes of search trees.
  int64_t getPeak(unsigned memory, int64_t searchNodes) const;

  /// The value whose storage \p value is a view of, or the value itself.
  Value *getRoot(const Value &value) const { return liveness.getRoot(value); }
  /// The item that holds \p root; null where it has no storage.
  const AllocationItem *getItem(const Value &root) const {
    auto it = itemOf.find(&root);
    return it == itemOf.end() ? nullptr : &items[it->second];
  }
  /// The position of an operation of the graph, from 0.
  int64_t getPosition(const Operation &op) const {
    return liveness.getPosition(op);
  }

  /// Gives every item an offset. Visits at most \p searchNodes nodes of search
  /// trees for each memory. What doesn't fit is reported.
  llvm::LogicalResult plan(int64_t searchNodes);
  /// Set where nothing is wrong but that a plan doesn't fit, which isn't
  /// reported then: what may help.
  std::optional<RetryRequest> request;
  /// Leaves offsets on the operations and the plan on the module.
  void annotate();

  unsigned getNumInPlace() const { return numInPlace; }
  /// Results that lie over an item without being part of it.
  unsigned getNumOverlapping() const { return numOverlapping; }
  int64_t getNumSearchNodes() const { return numSearchNodes; }

private:
  void addStorage(Value &value);
  void addScratch(Operation &op);
  /// Item result may lie over item source, which dies as it is written.
  struct SharedItem {
    unsigned source, result;
    StorageOverlap overlap;
  };
  /// The plan of what getProblem says.
  struct Solution {
    MemoryPlan plan;
    int64_t numNodes = 0;
    unsigned numOverlapping = 0;
  };

  Lifespan getLifespan(const Value &root) const;
  std::optional<StorageOverlap> getOverlap(const Value &value,
                                           const AllocationItem &source) const;
  AllocationItem *findSharedItem(const Value &value);
  Solution solve(unsigned memory, int64_t searchNodes) const;
  llvm::LogicalResult planMemory(const Memory &memory, unsigned index,
                                 int64_t searchNodes);
  void reportOverflow(const Memory &memory, const MemoryProblem &problem,
                      const MemoryPlan &plan, int64_t base);
  void failFor(const Memory &memory, bool hasScratch, Diagnostic diag);
  Lifespan getTime(const AllocationItem &item) const;

  Graph &graph;
  Context &context;
  DiagnosticEngine &diagnostics;
  const ProcessingUnit &unit;
  const BufferModel &buffers;
  Liveness liveness;
  std::vector<AllocationItem> items;
  /// From the root of values that share storage to their item.
  llvm::DenseMap<const Value *, unsigned> itemOf;
  std::vector<SharedItem> sharedItems;
  /// The items that results of the current operation took over.
  llvm::SmallDenseSet<unsigned, 4> taken;
  /// The most steps that an operation has.
  int64_t numSteps = 1;
  unsigned numInPlace = 0;
  unsigned numOverlapping = 0;
  int64_t numSearchNodes = 0;
  /// The entries of the module's plan.
  llvm::SmallVector<NamedAttr, 4> usage;
};

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_ALLOCATOR_H
