//===- MemorySearch.h - Exact search for offsets ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Do these buffers fit into this capacity? A branch and bound that answers
/// yes, with offsets, or no, as a proof, or stops at its limit.
///
/// Time is cut into **sections**, the maximal sets of buffers that are live
/// together; what is placed forms a skyline, one **floor** per section, and
/// whatever is still to be placed lies on or above it. The search looks at one
/// section of a **valley** (a run of sections at one floor, between higher
/// ones) and asks which buffer comes next there. Either one that can start at
/// the floor does, or the floor rises to where the next one could start. Every
/// solution can be settled downwards until each buffer rests on the ground, on
/// another one or where it is fixed, so nothing is missed.
/// docs/MemoryPlanning.md has the whole of it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_MEMORYSEARCH_H
#define ONNC_LIB_CODEGEN_MEMORYSEARCH_H

#include "onnc/CodeGen/MemoryPlanner.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace onnc {

/// A question to the search: buffers, of sizes above zero, and a capacity, in
/// units that sizes and offsets are multiples of. Doesn't change while searches
/// share it.
class MemoryFit {
public:
  struct Item {
    /// The sections that the buffer is live in, from begin to end, exclusive.
    unsigned begin;
    unsigned end;
    /// What it takes of the sections, padding included.
    int64_t size;
    int64_t alignment;
    /// The lowest and the highest offset that it may have.
    int64_t release;
    int64_t latest;
    /// Buffers of one kind are interchangeable.
    unsigned kind;
    /// Those that are live at the same time as this one.
    std::vector<unsigned> neighbors;
  };

  MemoryFit(llvm::ArrayRef<Buffer> buffers, int64_t capacity);

  /// What the offsets are multiples of in some solution, whatever the capacity.
  static int64_t computeUnit(llvm::ArrayRef<Buffer> buffers);

  int64_t getUnit() const { return unit; }
  unsigned getNumSections() const { return limits.size(); }
  /// In the order in which they become live.
  llvm::ArrayRef<Item> getItems() const { return items; }
  /// The index of an item among the buffers.
  unsigned getBuffer(unsigned item) const { return bufferOf[item]; }
  /// No buffer of a section ends above its limit.
  int64_t getLimit(unsigned section) const { return limits[section]; }

private:
  int64_t unit;
  std::vector<unsigned> bufferOf;
  std::vector<Item> items;
  std::vector<int64_t> limits;
};

/// How a search chooses.
struct SearchStrategy {
  llvm::StringRef name;
  /// Which section of the valleys comes next; either is divided by the
  /// section's weight, which grows with the contradictions met there (the
  /// dom/wdeg rule of constraint programming).
  enum class Section : uint8_t {
    FewestChoices, ///< the fewest buffers that can start at its floor
    LeastSlack,    ///< the least space that may be left empty
  } section;
  /// Which buffer is tried first there.
  enum class Order : uint8_t { Longest, Largest } order;
};

class MemorySearch {
public:
  enum class Result : uint8_t {
    Found,     ///< getOffset() has a solution
    Exhausted, ///< there is none
    Stopped,   ///< at the limit
  };

  /// \p fit must outlive the search.
  MemorySearch(const MemoryFit &fit, SearchStrategy strategy);

  /// Searches from the beginning, with what earlier runs learned (weights, and
  /// states that can't be completed), for \p maxNodes nodes or until \p stop,
  /// which is asked now and then, says true.
  Result run(int64_t maxNodes, llvm::function_ref<bool()> stop);

  /// The nodes of all runs.
  int64_t getNumNodes() const { return numNodes; }
  /// In units.
  int64_t getOffset(unsigned item) const { return offsets[item]; }

private:
  /// In order of birth, with some that are placed.
  using Items = llvm::ArrayRef<unsigned>;
  using StateKey = std::pair<uint64_t, uint64_t>;
  /// What a search that backs out restores.
  struct Change {
    enum Kind : uint8_t { Earliest, Floor, Placed } kind;
    unsigned index;
    int64_t old;
  };

  Result searchParts(Items all);
  Result search(Items part, unsigned begin, unsigned end);
  Result tryChoices(unsigned section, Items part);
  bool isOutOfNodes();

  bool place(unsigned item);
  bool raiseFloor(unsigned section, int64_t floor);
  bool liftNeighbor(unsigned item, int64_t offset);
  bool refresh(unsigned begin, unsigned end);
  bool refreshSection(unsigned section);
  bool overflows(unsigned section);
  void undo(size_t size);

  unsigned chooseSection(unsigned begin, unsigned end) const;
  double rate(unsigned section) const;
  void collectChoices(unsigned section,
                      llvm::SmallVectorImpl<unsigned> &choices) const;
  int64_t findNextFloor(unsigned section) const;
  StateKey hashState(Items part, unsigned begin, unsigned end) const;
  llvm::ArrayRef<unsigned> getRest(unsigned section) const {
    return llvm::ArrayRef(members[section]).take_front(numRest[section]);
  }

  const MemoryFit &fit;
  llvm::ArrayRef<MemoryFit::Item> items;
  const SearchStrategy strategy;

  /// By item. The earliest offset that the skyline leaves it; its offset; its
  /// place in the order of trying.
  std::vector<int64_t> earliest;
  std::vector<int64_t> offsets;
  std::vector<unsigned> rank;
  std::vector<bool> placed;

  /// By section. The buffers: first those that are still to be placed, mostly
  /// by earliest offset.
  std::vector<llvm::SmallVector<unsigned, 0>> members;
  std::vector<unsigned> numRest;
  /// Where the lowest of them can start, and the sum of their sizes.
  std::vector<int64_t> floors;
  std::vector<int64_t> load;
  std::vector<int64_t> weights;

  std::vector<Change> trail;
  /// States that can't be completed: what is left to place, and the floors.
  llvm::DenseSet<StateKey> failures;

  llvm::function_ref<bool()> stop;
  int64_t numNodes = 0;
  int64_t nodeLimit = 0;
};

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_MEMORYSEARCH_H
