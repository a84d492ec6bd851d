//===- MLUTile.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUPasses.h"
#include "Tiling.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

namespace {
struct MLUTile : MLUTileBase {
  using MLUTileBase::MLUTileBase;
  PassResult run(Module &module, PassContext &context) const override;
};

/// What was chosen for one operation.
struct Choice {
  SmallVector<int64_t, 2> tile;
  unsigned cores = 1;
  double cycles = 0;
};
} // namespace

/// The bytes that \p op takes of each scratchpad.
static std::pair<int64_t, int64_t> getUse(Operation *op,
                                          ArrayRef<int64_t> tile) {
  int64_t nram = 0, wram = 0;
  for (const ScratchRequest &scratch : getScratch(op, tile))
    (scratch.buffer.memory == Wram ? wram : nram) +=
        alignTo(scratch.buffer.size, scratchAlignment);
  return {nram, wram};
}

/// The fastest choice that fits; nullopt where none does. Ties go to fewer
/// cores, then to the earlier candidate.
static std::optional<Choice> choose(Operation *op, unsigned maxCores,
                                    int64_t nram, int64_t wram,
                                    const MachineParams &machine) {
  std::optional<Choice> best;
  for (unsigned cores = 1; cores <= maxCores; cores *= 2) {
    for (auto &tile : getTileCandidates(op, cores, machine)) {
      auto [n, w] = getUse(op, tile);
      int64_t tiles = getNumTiles(op, tile);
      if (n > nram || w > wram || (cores > 1 && tiles < cores))
        continue;
      double cycles =
          machine.launchCycles(cores) +
          divideCeil(tiles, cores) * estimateTile(op, tile, cores, machine);
      if (!best || cycles < best->cycles)
        best = Choice{tile, cores, cycles};
    }
  }
  return best;
}

PassResult MLUTile::run(Module &module, PassContext &context) const {
  const MachineParams &machine = parameter;
  int64_t percent = getScratchPercent(context);
  int64_t nram = machine.nramBytes * percent / 100;
  int64_t wram = machine.wramBytes * percent / 100;
  if (maxCores < 1)
    return context.getDiagnostics().error(DiagID::PipelineOption)
           << "max-cores must be at least 1";
  unsigned cores = std::min<int64_t>(maxCores, machine.cores);
  bool failed = false;
  module.walk([&](Operation *op) {
    if (!op->getInfo().findAttr("tile"))
      return;
    std::optional<Choice> choice = choose(op, cores, nram, wram, machine);
    if (!choice) {
      auto smallest = getTileCandidates(op, cores, machine).front();
      auto [n, w] = getUse(op, smallest);
      op->emitError(DiagID::CodeGenCapacity)
          << "doesn't fit the scratchpads: its smallest tile takes " << n
          << " bytes of NRAM and " << w << " of WRAM, there are " << nram
          << " and " << wram;
      failed = true;
      return;
    }
    op->setAttr("tile", IntsAttr::get(choice->tile));
    op->setAttr("cores", IntAttr::get(choice->cores));
  });
  return failed ? PassResult::error() : PassResult::changed();
}

std::unique_ptr<Pass> mlu::createMLUTilePass(const MachineParams &machine) {
  return std::make_unique<MLUTile>(machine);
}
