//===- FormPatches.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "PatchSearch.h"

using namespace llvm;
using namespace onnc;

namespace {
class FormPatchesPass : public FormPatchesBase {
public:
  using FormPatchesBase::FormPatchesBase;
  PassResult run(Module &module, PassContext &context) const override;

private:
  std::optional<int64_t> getTarget(PassContext &context) const;
};
} // namespace

/// The peak to aim at, in bytes; nullopt: any is right.
std::optional<int64_t> FormPatchesPass::getTarget(PassContext &context) const {
  if (minimize)
    return 0;
  int64_t level = getLevel(context);
  if (level == 0 && target == 0)
    return std::nullopt;
  const TileMachine &machine = parameter;
  int64_t room =
      target
          ? target
          : machine.unit.getMemory(machine.model.getBackingMemory()).capacity;
  // The estimate may have been too low: each further level aims lower.
  constexpr int64_t percentPerLevel = 10;
  return room * (100 - percentPerLevel * std::max<int64_t>(level - 1, 0)) / 100;
}

PassResult FormPatchesPass::run(Module &module, PassContext &context) const {
  auto target = getTarget(context);
  if (!target)
    return PassResult::unchanged();
  PatchSearch search(*module.getMain(), parameter);
  search.lowerPeak(*target);
  context.count(peakBytes, search.getPeak());
  // Blocks take calls out of the graph; what a patch says of them comes first.
  for (const Patch &patch : search.getPatches())
    context.count(recomputed, search.getRecomputed(patch));
  for (const Patch &patch : search.getPatches()) {
    BlockSchedule schedule;
    schedule.tile.assign(patch.tile.begin(), patch.tile.end());
    Operation *block = formBlock(search.getCalls(patch), schedule);
    block->setAttr(patchAttr, UnitAttr::get());
    context.count(FormPatchesBase::patches);
    context.count(layers, patch.last - patch.first + 1);
    context.count(tiles, patch.numTiles);
  }
  return PassResult::changedIf(!search.getPatches().empty());
}

std::unique_ptr<Pass>
onnc::createFormPatchesPass(const TileMachine &parameter) {
  return std::make_unique<FormPatchesPass>(parameter);
}
