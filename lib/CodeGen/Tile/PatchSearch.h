//===- PatchSearch.h - Which layers to compute in rows ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Chains of calls whose intermediate results needn't exist as a whole: a tile
/// of the last result is computed from tiles of the ones before, and what tiles
/// have in common is computed again (patch-based inference: Lin et al.,
/// MCUNetV2, NeurIPS 2021). Which chains, and how many tiles, is decided by an
/// estimate of what is live in the backing memory while each call runs, in the
/// order of the graph.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_PATCHSEARCH_H
#define ONNC_LIB_CODEGEN_TILE_PATCHSEARCH_H

#include "TilePlan.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace onnc {

/// Calls \p first to \p last as one block.
struct Patch {
  unsigned first, last;
  /// Sizes of a tile of the last call's result.
  llvm::SmallVector<int64_t, 6> tile;
  int64_t numTiles;
  /// The most bytes of the backing memory that live beside whole tensors.
  int64_t scratch;
  /// An estimate of its cycles.
  double cycles;
};

class PatchSearch {
public:
  /// Looks at the calls of \p graph, each of which a block may hold.
  PatchSearch(Graph &graph, const TileMachine &machine);

  /// Forms patches until the estimated peak is at most \p target bytes, each
  /// time the cheapest one that gets the worst place there; where none does,
  /// the one that lowers it most. Returns false where the peak stays above.
  bool lowerPeak(int64_t target);

  /// In the order of the graph.
  const std::vector<Patch> &getPatches() const { return patches; }
  /// The calls of \p patch.
  llvm::SmallVector<Operation *, 8> getCalls(const Patch &patch) const;
  int64_t getPeak() const;
  /// Elements that \p patch computes more than once, each as often as it is
  /// computed again, times the products that are added up for it.
  int64_t getRecomputed(const Patch &patch) const;

private:
  /// A tensor, and what is reshaped from it without work.
  struct Tensor {
    int64_t bytes;
    /// The call that computes it; none for an input of the graph.
    std::optional<unsigned> producer;
    llvm::SmallVector<unsigned, 4> users;
    bool isOutput = false;
    /// Tiles of it can be loaded from where the caller has it.
    bool isLoadable = false;
  };
  /// The calls that run together.
  struct Unit {
    unsigned first, last;
    const Patch *patch;
  };

  void addTensor(Value *value, std::optional<unsigned> producer);
  void addCalls(Graph &graph);
  bool isChain(unsigned first, unsigned last) const;
  std::optional<Patch> makePatch(const BlockTask &task, unsigned first,
                                 unsigned last,
                                 llvm::ArrayRef<int64_t> tile) const;
  int64_t getScratch(const BlockTask &task, const TileBoxes &boxes,
                     unsigned first, unsigned last) const;
  const std::vector<Patch> &getCandidates(unsigned first, unsigned last);
  std::vector<Unit> getUnits(llvm::ArrayRef<Patch> chosen) const;
  int64_t getLive(const Unit &unit) const;
  double getCycles(const Unit &unit) const;
  std::vector<Patch> insert(const Patch &patch, int64_t target);
  void addRest(unsigned first, unsigned last, int64_t target,
               std::vector<Patch> &chosen);
  bool improve(const Unit &worst, int64_t peak, int64_t target);

  const TileMachine &machine;
  const Memory &backing;
  std::vector<BlockTask::Call> calls;
  std::vector<double> callCycles;
  std::vector<Tensor> tensors;
  llvm::DenseMap<const Value *, unsigned> tensorOf;
  /// By first and last call, the cheapest first.
  std::map<std::pair<unsigned, unsigned>, std::vector<Patch>> candidates;
  std::vector<Patch> patches;
};

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_PATCHSEARCH_H
