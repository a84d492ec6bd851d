//===- TileCost.h - What a plan of tiles costs ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// An estimate of the cycles of a tile plan and a check that it fits, in two
/// steps: what a tile of given sizes reads, writes and computes, and what the
/// order of the loops makes of that.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_TILECOST_H
#define ONNC_LIB_CODEGEN_TILE_TILECOST_H

#include "TilePlan.h"
#include "onnc/Analysis/Lifespan.h"

namespace onnc {

/// What a tile touches and takes, whatever the order of the loops.
struct TileMeasure {
  struct Buffer {
    llvm::StringRef space;
    /// Of one instance, and of a row that lies together.
    int64_t bytes, run;
    /// The dimensions of the result along which its box moves, one bit each;
    /// bit \p reductionBit: the reductions.
    uint64_t moves = 0;
    /// Cores that load the same at the same time.
    int64_t sharers = 1;
    /// It is loaded, or stored: it moves through the backing memory.
    bool isCopied = false;
    bool isStore = false;
    /// The steps of an iteration in which it is live: loads are step 0, call c
    /// is step c + 1, stores are the last.
    Lifespan steps = {0, 1};
  };
  static constexpr unsigned reductionBit = 63;

  llvm::SmallVector<Buffer, 8> buffers;
  /// Cycles of one core for a tile.
  double compute = 0;
  int64_t numSteps = 1;
};

class TileCost {
public:
  TileCost(const BlockTask &task, const TileMachine &machine,
           bool doubleBuffer);

  /// A plan without loops.
  TileMeasure measure(const TilePlan &plan) const;
  /// Whether \p plan fits; its instances and cycles are set then. Else why says
  /// what is too large.
  bool evaluate(TilePlan &plan, const TileMeasure &measure);
  /// Cycles that no tiles of this split go below.
  double getLowerBound(llvm::ArrayRef<int64_t> split) const;

  std::string why;

private:
  /// The greatest sum that is live together counts, as if there were always
  /// offsets for it. What loops load and store two instances of is live in all
  /// steps; and so is everything then, since the last iteration will stand
  /// behind the loop.
  bool fits(const TileMeasure &measure, const TilePlan &plan);
  /// Iterations of the reductions that a tile makes.
  int64_t getReductionSize(const TilePlan &plan) const;

  const BlockTask &task;
  const TileMachine &machine;
  const bool doubleBuffer;
  llvm::ArrayRef<int64_t> shape;
  /// By call and input: a constant of the graph.
  llvm::SmallVector<llvm::SmallVector<bool, 4>, 2> constants;
  const Memory &backing;
  const double rate;
  /// Bytes of the result, each of which is stored once.
  double stored = 0;
};

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_TILECOST_H
