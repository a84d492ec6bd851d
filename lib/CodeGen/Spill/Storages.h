//===- Storages.h - What could be spilled -----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The storages of one memory that a graph of the tile level takes, with every
/// access to them, and the ways to keep them: what SpillPlanner chooses from.
/// Points in time are four per operation, so that copies have their own.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SPILL_STORAGES_H
#define ONNC_LIB_CODEGEN_SPILL_STORAGES_H

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/SpillPlanner.h"
#include "onnc/Machine/Machine.h"
#include "llvm/ADT/BitVector.h"

namespace onnc {

class Graph;

namespace spill {

/// A memory that is too small, and the one that it spills to; cycles are the
/// unit's.
struct MemoryPair {
  const ProcessingUnit &unit;
  unsigned home, next;

  const Memory &getHome() const { return unit.memories[home]; }
  const Memory &getNext() const { return unit.memories[next]; }
  /// To copy \p bytes from one to the other.
  double getCopyCycles(int64_t bytes) const;
  /// What it takes longer to access \p bytes in the next memory.
  double getPenalty(double bytes) const;
};

/// A part of a buffer.
struct Part {
  llvm::SmallVector<int64_t, 6> offsets, sizes;

  bool operator==(const Part &) const = default;
};

struct StorageAccess {
  Operation *op;
  /// Of which of the storage's values, or of a view of it.
  Value *value;
  /// Of the operation in its region.
  int64_t position;
  bool writes;
  /// What it may write; empty: all.
  llvm::SmallVector<Part, 1> written;
  /// Cycles that it takes longer on a value in the next memory; infinite where
  /// that can't be.
  double penalty;
};

/// What the allocator gives one place: a value and its views, or several that
/// take over from each other, each written by the last operation that uses the
/// one before.
struct Storage {
  int64_t size, alignment;
  /// In the order of the region; the first one of each value writes.
  llvm::SmallVector<StorageAccess, 8> accesses;
  /// The block that makes the only value again whenever its operands are there
  /// for good; null where there is none.
  Operation *producer = nullptr;
  double producerCycles = 0;
};

/// Room that can't be spilled: scratch of an operation.
struct Transient {
  int64_t position;
  int64_t size, alignment;
};

struct Storages {
  std::vector<Storage> storages;
  std::vector<Transient> transients;
  /// Bytes of persistent data.
  int64_t persistent = 0;
};

Storages collectStorages(Graph &graph, const MemoryPair &memories,
                         const BufferModel &buffers);

/// What happens between an access and the next one.
enum class Between : uint8_t {
  Stay,
  /// The value leaves and is copied back.
  Leave,
  /// It is given up, and made again.
  Remake,
};

/// A way to keep a storage.
struct Way {
  /// The accesses that use it in the next memory.
  llvm::BitVector elsewhere;
  /// Entry k: between access k and access k + 1.
  llvm::SmallVector<Between, 8> between;
};

struct Step {
  enum Kind {
    /// A copy to the next memory, behind the access.
    Store,
    /// A copy from there, before the access.
    Fetch,
    /// The producer once more, before the access.
    Remake,
  };
  Kind kind;
  unsigned access;

  bool isBefore() const { return kind != Store; }
};

/// What has to be done, in order. A value that was stored before and not
/// written since isn't stored again.
llvm::SmallVector<Step, 4> getSteps(const Storage &storage, const Way &way);

/// What \p way costs, and when it takes room.
SpillProblem::Alternative describe(const Storage &storage, const Way &way,
                                   const MemoryPair &memories);

/// The ways worth considering; the first one is to stay.
std::vector<Way> getWays(const Storage &storage);

/// The parts of its value that hold anything after access \p k; empty: all. A
/// copy takes no others.
llvm::SmallVector<Part, 4> getContents(const Storage &storage, unsigned k);

/// When a transient is there.
Lifespan getLifespan(const Transient &transient);

} // namespace spill
} // namespace onnc

#endif // ONNC_LIB_CODEGEN_SPILL_STORAGES_H
