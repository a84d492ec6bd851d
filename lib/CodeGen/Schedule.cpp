//===- Schedule.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RegionTasks.h"
#include "SingleUnit.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/ScheduleSolver.h"
#include "onnc/IR/Module.h"

using namespace llvm;
using namespace onnc;

namespace {
class SchedulePass : public ScheduleBase {
public:
  using ScheduleBase::ScheduleBase;
  PassResult run(Module &module, PassContext &context) const override;

private:
  ScheduleSolution compute(const SchedulingProblem &problem) const;
};
} // namespace

ScheduleSolution SchedulePass::compute(const SchedulingProblem &problem) const {
  ScheduleSolverOptions options;
  options.nodeBudget = strategy == Strategy::Best ? searchNodes : 0;
  ScheduleSolution solution = minimizePeak(problem, options);
  if (strategy != Strategy::Best)
    solution.schedule = scheduleTasksWith(
        getPassInfo().options[0].values[static_cast<unsigned>(strategy)],
        problem);
  return solution;
}

PassResult SchedulePass::run(Module &module, PassContext &context) const {
  const ProcessingUnit *unit =
      getSingleUnit(parameter.machine, context.getDiagnostics());
  if (!unit)
    return PassResult::error();
  RegionTaskOptions options;
  options.grain = unit->memories[parameter.buffers.getTensorMemory()].alignment;
  unsigned total = 0;
  for (const auto &graph : module.getGraphs()) {
    RegionTasks tasks =
        buildTasks(graph->getBody(), parameter.buffers, options);
    ScheduleSolution solution = compute(tasks.problem);
    auto numMoved =
        applyOrder(graph->getBody(), tasks, solution.schedule.order);
    if (!numMoved)
      return PassResult::error();
    total += *numMoved;
    context.count(ScheduleBase::visitedNodes, solution.numNodes);
    context.count(unproven, !solution.isOptimal());
    if (graph.get() != module.getMain())
      continue;
    context.count(peakBytes, solution.schedule.peak);
    context.count(boundBytes, solution.lowerBound);
  }
  context.count(moved, total);
  return PassResult::changedIf(total != 0);
}

std::unique_ptr<Pass> onnc::createSchedulePass(const MachineModel &parameter) {
  return std::make_unique<SchedulePass>(parameter);
}
