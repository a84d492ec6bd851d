//===- EliminateDeadCode.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/Passes.h"

using namespace llvm;
using namespace onnc;

namespace {

struct EliminateDeadCode : EliminateDeadCodeBase {
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

/// Terminators end bodies and are never dead by themselves.
static bool isRemovable(Operation &op) {
  if (op.hasUses() || op.hasTrait(OpTrait::Terminator))
    return false;
  bool hasEffect = false;
  op.walk([&](Operation *nested) {
    hasEffect |= nested->hasTrait(OpTrait::SideEffect);
  });
  return !hasEffect;
}

/// Uses come after definitions, and bodies are closed, so that one sweep from
/// the end finds everything. Returns how many operations it removed.
static unsigned removeDead(Region &region) {
  unsigned removed = 0;
  // From the end, so that what only dead operations use is dead as well.
  Operation *next = region.empty() ? nullptr : &*std::prev(region.end());
  while (Operation *op = next) {
    next = op->getPrevOp();
    if (isRemovable(*op)) {
      op->erase();
      ++removed;
      continue;
    }
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      removed += removeDead(op->getRegion(i));
  }
  return removed;
}

PassResult EliminateDeadCode::run(Module &module, PassContext &context) const {
  unsigned numRemoved = 0;
  for (const std::unique_ptr<Graph> &graph : module.getGraphs())
    numRemoved += removeDead(graph->getBody());
  context.count(removed, numRemoved);
  return PassResult::changedIf(numRemoved != 0);
}

std::unique_ptr<Pass> onnc::createEliminateDeadCodePass() {
  return std::make_unique<EliminateDeadCode>();
}
