//===- Schedule.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SingleUnit.h"
#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/Scheduler.h"
#include "onnc/CodeGen/Validators.h"

using namespace llvm;
using namespace onnc;

namespace {
class SchedulePass : public ScheduleBase {
public:
  using ScheduleBase::ScheduleBase;
  PassResult run(Module &module, PassContext &context) const override;

private:
  onnc::Schedule compute(const SchedulingProblem &problem) const;
  /// Returns the number of operations that stand elsewhere now, or nullopt with
  /// the error reported.
  std::optional<unsigned> scheduleRegion(Region &region) const;
};

/// Turns the operations of a region, less the terminator, into tasks.
class ProblemBuilder {
public:
  ProblemBuilder(const Region &region, const BufferModel &buffers)
      : region(region), buffers(buffers),
        liveness(region, [&](const Value &value) -> Value * {
          auto operand = buffers.getAliasedOperand(value);
          return operand ? value.getDefiningOp()->getOperand(*operand)
                         : nullptr;
        }) {}

  SchedulingProblem build();

private:
  void addTask(const Operation &op, unsigned index);
  void addStorage(const Value &result, unsigned producer);

  const Region &region;
  const BufferModel &buffers;
  Liveness liveness;
  SchedulingProblem problem;
  /// From the root of values that share it.
  DenseMap<const Value *, unsigned> storageOf;
  std::optional<unsigned> lastWithEffect;
};
} // namespace

/// Must stay in order with its like, also where only a body of it has an
/// effect.
static bool isOrdered(const Operation &op) {
  bool ordered = false;
  const_cast<Operation &>(op).walk([&](Operation *nested) {
    ordered |= nested->hasTrait(OpTrait::SideEffect) ||
               nested->hasTrait(OpTrait::NonDeterministic);
  });
  return ordered;
}

/// Greater than any memory; what can't fit is the allocator's to report, and
/// sums of it must not overflow here.
static int64_t clampSize(int64_t size) {
  assert(size >= 0 && "the target gave a negative size");
  return std::min<int64_t>(size, int64_t(1) << 40);
}

void ProblemBuilder::addStorage(const Value &result, unsigned producer) {
  if (liveness.getRoot(result) != &result || buffers.isPersistent(result))
    return;
  auto request = buffers.getBuffer(result);
  if (!request || request->memory != 0)
    return;
  storageOf[&result] = problem.storages.size();
  problem.storages.push_back({clampSize(request->size), producer, {}, false});
}

void ProblemBuilder::addTask(const Operation &op, unsigned index) {
  SchedulingProblem::Task &task = problem.tasks.emplace_back();
  auto precede = [&](unsigned before) {
    if (!is_contained(task.predecessors, before))
      task.predecessors.push_back(before);
  };
  for (const Value *operand : op.getOperands()) {
    if (!operand)
      continue;
    if (const Operation *definer = operand->getDefiningOp())
      precede(liveness.getPosition(*definer));
    auto storage = storageOf.find(liveness.getRoot(*operand));
    if (storage == storageOf.end())
      continue;
    auto &users = problem.storages[storage->second].users;
    if (users.empty() || users.back() != index)
      users.push_back(index);
  }
  if (isOrdered(op)) {
    if (lastWithEffect)
      precede(*lastWithEffect);
    lastWithEffect = index;
  }
  for (const ScratchRequest &scratch : buffers.getScratch(op))
    if (scratch.buffer.memory == 0)
      task.transient += clampSize(scratch.buffer.size);
  for (const Value *result : op.getResults())
    addStorage(*result, index);
}

SchedulingProblem ProblemBuilder::build() {
  const Operation *terminator = region.getTerminator();
  for (auto [index, op] : enumerate(region.getOps()))
    if (&op != terminator)
      addTask(op, index);
  for (const Value *result : terminator->getOperands()) {
    auto storage = storageOf.find(liveness.getRoot(*result));
    if (storage != storageOf.end())
      problem.storages[storage->second].staysLive = true;
  }
  return std::move(problem);
}

onnc::Schedule SchedulePass::compute(const SchedulingProblem &problem) const {
  if (strategy == Strategy::Best)
    return scheduleTasks(problem);
  StringRef name =
      getPassInfo().options[0].values[static_cast<unsigned>(strategy)];
  return scheduleTasksWith(name, problem);
}

std::optional<unsigned> SchedulePass::scheduleRegion(Region &region) const {
  std::vector<Operation *> before;
  for (Operation &op : region.getOps())
    before.push_back(&op);
  onnc::Schedule schedule =
      compute(ProblemBuilder(region, parameter.buffers).build());
  unsigned moved = 0;
  Operation *terminator = region.getTerminator();
  for (auto [position, task] : enumerate(schedule.order)) {
    before[task]->moveBefore(terminator);
    moved += position != task;
  }
  if (failed(validateSchedule(before, region)))
    return std::nullopt;
  return moved;
}

PassResult SchedulePass::run(Module &module, PassContext &context) const {
  if (!getSingleUnit(parameter.machine, context.getDiagnostics()))
    return PassResult::error();
  unsigned total = 0;
  for (const auto &graph : module.getGraphs()) {
    auto moved = scheduleRegion(graph->getBody());
    if (!moved)
      return PassResult::error();
    total += *moved;
  }
  context.count(moved, total);
  return PassResult::changedIf(total != 0);
}

std::unique_ptr<Pass> onnc::createSchedulePass(const MachineModel &parameter) {
  return std::make_unique<SchedulePass>(parameter);
}
