//===- Races.h - Accesses of parallel iterations ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Finds elements that one iteration of a tile.ForAll writes and another reads
/// or writes. The interpreter runs iterations one after another; what it knows
/// of each element is the last iteration that wrote it and two that read it,
/// which is enough: an access conflicts with any earlier one only if it
/// conflicts with one of these.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_RACES_H
#define ONNC_LIB_INTERP_TILE_RACES_H

#include "onnc/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <memory>
#include <vector>

namespace onnc::interp {

/// An iteration of nested ForAlls: where an access comes from.
using IterationId = int32_t;

/// The iterations so far, as a tree; the root is the program outside of all
/// ForAlls.
class IterationTree {
public:
  static constexpr IterationId none = -1, root = 0;

  IterationTree() : nodes(1) {}

  /// A new run of \p loop; its iterations are children of \p parent.
  int32_t startLoop() { return ++loops; }
  IterationId enter(IterationId parent, int32_t run, const Operation &loop,
                    llvm::ArrayRef<int64_t> point);

  /// Iterations of one run of a ForAll, or of what they contain, that differ.
  /// \p none is parallel to nothing.
  bool areParallel(IterationId a, IterationId b) const;
  /// How deep the loop stands in which two parallel iterations differ.
  int32_t getDivergence(IterationId a, IterationId b) const;
  /// The coordinates in the loop in which \p id differs from \p other:
  /// "iteration [0, 1]".
  std::string describe(IterationId id, IterationId other) const;

private:
  struct Node {
    IterationId parent = none;
    int32_t run = 0;
    int32_t depth = 0;
    const Operation *loop = nullptr;
    llvm::SmallVector<int64_t, 4> point;
  };
  /// The ancestors of \p a and \p b, or they themselves, right below their
  /// nearest common one; equal where one contains the other.
  std::pair<IterationId, IterationId> separate(IterationId a,
                                               IterationId b) const;

  std::vector<Node> nodes;
  int32_t loops = 0;
};

/// Who accessed the elements of one storage.
class AccessLog {
public:
  explicit AccessLog(int64_t elements)
      : pages(llvm::divideCeil(elements, pageSize)) {}

  /// Enters an access of element \p i; returns an earlier one that it conflicts
  /// with, or none.
  IterationId read(int64_t i, IterationId by, const IterationTree &tree);
  IterationId write(int64_t i, IterationId by, const IterationTree &tree);
  /// The iteration that wrote element \p i last.
  IterationId getWriter(int64_t i) const {
    const auto &page = pages[i / pageSize];
    return page ? page[i % pageSize].writer : IterationTree::none;
  }

private:
  struct Record {
    IterationId writer = IterationTree::none;
    /// Parallel to each other where there are two, and diverging as far out as
    /// any two readers did.
    IterationId readers[2] = {IterationTree::none, IterationTree::none};
  };
  Record &getRecord(int64_t i) {
    auto &page = pages[i / pageSize];
    if (!page)
      page = std::make_unique<Record[]>(pageSize);
    return page[i % pageSize];
  }

  /// Of a large memory, little is accessed by one loop.
  static constexpr int64_t pageSize = 1024;
  std::vector<std::unique_ptr<Record[]>> pages;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_RACES_H
