//===- Spill.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Allocator.h"
#include "../SingleUnit.h"
#include "Rewrite.h"
#include "onnc/CodeGen/Passes.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::spill;

namespace {

class SpillPass : public SpillBase {
public:
  using SpillBase::SpillBase;
  PassResult run(Module &module, PassContext &context) const override;

private:
  int64_t getPeak(Graph &graph, const MemoryPair &memories) const;
  std::optional<SpillPlan> apply(Graph &graph, const MemoryPair &memories,
                                 int64_t capacity, RewriteCounts &counts) const;
  std::optional<int64_t> findCapacity(const Module &module,
                                      const MemoryPair &memories) const;
};

} // namespace

/// What the allocator will need of the home memory.
int64_t SpillPass::getPeak(Graph &graph, const MemoryPair &memories) const {
  Allocator allocator(graph, memories.unit, parameter.buffers);
  allocator.collect(/*inPlace=*/true);
  return allocator.getPeak(memories.home, planNodes);
}

/// Changes \p graph so that sums of sizes stay within \p capacity, for the
/// least cost; nullopt, and nothing is changed, where that can't be.
std::optional<SpillPlan> SpillPass::apply(Graph &graph,
                                          const MemoryPair &memories,
                                          int64_t capacity,
                                          RewriteCounts &counts) const {
  Storages storages = collectStorages(graph, memories, parameter.buffers);
  SpillProblem problem;
  problem.capacity = capacity - storages.persistent;
  std::vector<std::vector<Way>> ways;
  for (const Storage &storage : storages.storages) {
    ways.push_back(getWays(storage));
    SpillProblem::Storage &entry = problem.storages.emplace_back();
    entry.size = storage.size;
    for (const Way &way : ways.back())
      entry.alternatives.push_back(describe(storage, way, memories));
  }
  for (const Transient &transient : storages.transients)
    problem.storages.push_back(
        {transient.size, {{0, {getLifespan(transient)}}}});
  SpillPlannerOptions options;
  options.nodeBudget = searchNodes;
  auto plan = planSpills(problem, options);
  if (!plan)
    return std::nullopt;
  for (auto [i, storage] : enumerate(storages.storages))
    if (plan->choice[i] != 0)
      applyWay(storage, ways[i][plan->choice[i]], memories, counts);
  plan->peak += storages.persistent;
  return plan;
}

/// The largest sum of sizes that was found to leave the allocator a place for
/// each buffer: sums that just fit may not, for what lies between.
std::optional<int64_t>
SpillPass::findCapacity(const Module &module,
                        const MemoryPair &memories) const {
  constexpr unsigned maxTrials = 16;
  const Memory &memory = memories.getHome();
  int64_t capacity = memory.capacity;
  for (unsigned trial = 0; trial < maxTrials; ++trial) {
    std::unique_ptr<Module> copy = module.clone();
    RewriteCounts counts;
    auto plan = apply(*copy->getMain(), memories, capacity, counts);
    if (!plan)
      return std::nullopt;
    int64_t excess = getPeak(*copy->getMain(), memories) - memory.capacity;
    if (excess <= 0)
      return capacity;
    capacity = plan->peak - std::max(excess, memory.alignment);
  }
  return std::nullopt;
}

PassResult SpillPass::run(Module &module, PassContext &context) const {
  const ProcessingUnit *unit =
      getSingleUnit(parameter.machine, context.getDiagnostics());
  if (!unit)
    return PassResult::error();
  RewriteCounts counts;
  bool changed = false;
  for (auto [index, memory] : enumerate(unit->memories)) {
    MemoryPair memories{*unit, unsigned(index), unsigned(memory.spillTo)};
    if (!module.getMain() || memory.spillTo < 0 || memory.perCore ||
        getPeak(*module.getMain(), memories) <= memory.capacity)
      continue;
    auto capacity = findCapacity(module, memories);
    // The allocator says what is too large.
    if (!capacity)
      continue;
    auto plan = apply(*module.getMain(), memories, *capacity, counts);
    changed = true;
    context.count(visitedNodes, plan->numNodes);
    context.count(cycles, std::llround(plan->cost));
    context.count(unproven, !plan->isOptimal());
  }
  context.count(stores, counts.stores);
  context.count(fetches, counts.fetches);
  context.count(remakes, counts.remakes);
  context.count(elsewhere, counts.elsewhere);
  return PassResult::changedIf(changed);
}

std::unique_ptr<Pass> onnc::createSpillPass(const MachineModel &parameter) {
  return std::make_unique<SpillPass>(parameter);
}
