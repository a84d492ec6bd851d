//===- RegionTasks.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RegionTasks.h"
#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Operation.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

class TaskBuilder {
public:
  TaskBuilder(const Region &region, const BufferModel &buffers,
              const RegionTaskOptions &options)
      : region(region), buffers(buffers), options(options),
        liveness(region, [&](const Value &value) -> Value * {
          if (value.isArgument())
            return nullptr;
          auto operand = buffers.getAliasedOperand(value);
          return operand ? value.getDefiningOp()->getOperand(*operand)
                         : nullptr;
        }) {}

  RegionTasks build();

private:
  void formTasks();
  void addOp(const Operation &op, unsigned index);
  void addUse(const Value &operand, unsigned index);
  void addStorage(const Value &value);
  void allowReplacing(const Value &result, unsigned storage);
  int64_t roundSize(int64_t size) const;
  int64_t getScratchPeak(const Operation &op) const;

  const Region &region;
  const BufferModel &buffers;
  const RegionTaskOptions &options;
  Liveness liveness;
  RegionTasks tasks;
  DenseMap<const Operation *, unsigned> taskOf;
  /// From the root of values that share it.
  DenseMap<const Value *, unsigned> storageOf;
  /// By storage.
  std::vector<const Value *> roots;
  std::optional<unsigned> lastWithEffect;
  /// The last task with an effect that uses a root: it may have written it.
  DenseMap<const Value *, unsigned> lastWriter;
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

/// At most a size greater than any memory; what can't fit is the allocator's
/// to report, and sums of it must not overflow here.
int64_t TaskBuilder::roundSize(int64_t size) const {
  assert(size >= 0 && "the target gave a negative size");
  return alignTo(std::min<int64_t>(size, int64_t(1) << 40), options.grain);
}

/// The most that is live at any step of \p op.
int64_t TaskBuilder::getScratchPeak(const Operation &op) const {
  auto scratch = buffers.getScratch(op);
  llvm::erase_if(scratch, [&](const ScratchRequest &request) {
    return request.buffer.memory != buffers.getTensorMemory();
  });
  int64_t peak = 0;
  // It is reached where something becomes live.
  for (const ScratchRequest &begins : scratch) {
    int64_t live = 0;
    for (const ScratchRequest &other : scratch)
      if (!begins.steps || !other.steps ||
          other.steps->contains(begins.steps->lower))
        live += roundSize(other.buffer.size);
    peak = std::max(peak, live);
  }
  return peak;
}

void TaskBuilder::addStorage(const Value &value) {
  if (liveness.getRoot(value) != &value || buffers.isPersistent(value))
    return;
  auto request = buffers.getBuffer(value);
  if (!request || request->memory != buffers.getTensorMemory())
    return;
  // Arguments are there before the first operation.
  unsigned producer =
      value.isArgument() ? 0 : taskOf.at(buffers.getFirstWriter(value));
  storageOf[&value] = tasks.problem.storages.size();
  roots.push_back(&value);
  tasks.problem.storages.push_back(
      {roundSize(request->size), producer, {}, false, {}});
}

/// The rule of the allocator: equal sizes, and whatever the operation reads of
/// the storage it may write over.
void TaskBuilder::allowReplacing(const Value &result, unsigned storage) {
  SchedulingProblem::Storage &own = tasks.problem.storages[storage];
  const Operation *writer = buffers.getFirstWriter(result);
  auto getStorage = [&](const Value *value) {
    auto it =
        value ? storageOf.find(liveness.getRoot(*value)) : storageOf.end();
    return it == storageOf.end() ? std::nullopt : std::optional(it->second);
  };
  for (const Value *operand : writer->getOperands()) {
    auto other = getStorage(operand);
    if (!other || *other == storage || is_contained(own.mayReplace, *other) ||
        tasks.problem.storages[*other].size != own.size)
      continue;
    bool mayLieThere = true;
    for (const Operation *op : tasks.ops[own.producer])
      for (unsigned i = 0; i != op->getNumOperands() && mayLieThere; ++i) {
        if (getStorage(op->getOperand(i)) != other)
          continue;
        auto overlap = op == writer ? buffers.getOverlap(result, i)
                                    : std::optional<StorageOverlap>();
        mayLieThere = overlap && overlap->allows(0);
      }
    if (mayLieThere)
      own.mayReplace.push_back(*other);
  }
}

void TaskBuilder::addUse(const Value &operand, unsigned index) {
  SchedulingProblem::Task &task = tasks.problem.tasks[index];
  auto precede = [&](unsigned before) {
    if (before != index && !is_contained(task.predecessors, before))
      task.predecessors.push_back(before);
  };
  if (const Operation *definer = operand.getDefiningOp())
    precede(taskOf.at(definer));
  auto writer = lastWriter.find(liveness.getRoot(operand));
  if (writer != lastWriter.end())
    precede(writer->second);
  auto storage = storageOf.find(liveness.getRoot(operand));
  if (storage == storageOf.end())
    return;
  // What comes before the first writer only names the storage; what comes
  // behind it has to stay there.
  SchedulingProblem::Storage &own = tasks.problem.storages[storage->second];
  if (index <= own.producer)
    return;
  precede(own.producer);
  if (own.users.empty() || own.users.back() != index)
    own.users.push_back(index);
}

void TaskBuilder::addOp(const Operation &op, unsigned index) {
  for (const Value *operand : op.getOperands())
    if (operand)
      addUse(*operand, index);
  SchedulingProblem::Task &task = tasks.problem.tasks[index];
  if (isOrdered(op)) {
    if (lastWithEffect && *lastWithEffect != index &&
        !is_contained(task.predecessors, *lastWithEffect))
      task.predecessors.push_back(*lastWithEffect);
    for (const Value *operand : op.getOperands())
      if (operand)
        lastWriter[liveness.getRoot(*operand)] = index;
    lastWithEffect = index;
  }
  task.transient += getScratchPeak(op);
  if (tasks.ops[index].back() != &op)
    return;
  for (const Value *result : op.getResults())
    addStorage(*result);
}

/// Operations that are computed together stand where the last of them does.
void TaskBuilder::formTasks() {
  const Operation *terminator = region.getTerminator();
  DenseMap<const Operation *, SmallVector<Operation *, 1>> fused;
  for (const Operation &op : region.getOps()) {
    if (&op == terminator)
      continue;
    auto *mutableOp = const_cast<Operation *>(&op);
    SmallVector<Operation *, 1> ops = std::move(fused[&op]);
    ops.push_back(mutableOp);
    Operation *user =
        options.getFusedUser ? options.getFusedUser(*mutableOp) : nullptr;
    if (user) {
      llvm::append_range(fused[user], ops);
      continue;
    }
    for (const Operation *own : ops)
      taskOf[own] = tasks.ops.size();
    tasks.ops.push_back(std::move(ops));
  }
}

RegionTasks TaskBuilder::build() {
  if (options.hasArguments)
    tasks.ops.emplace_back();
  formTasks();
  tasks.problem.tasks.resize(tasks.ops.size());
  if (options.hasArguments)
    for (const Value *argument : region.getArguments())
      addStorage(*argument);
  for (unsigned i = options.hasArguments; i != tasks.ops.size(); ++i) {
    for (const Operation *op : tasks.ops[i])
      addOp(*op, i);
    auto &predecessors = tasks.problem.tasks[i].predecessors;
    if (options.hasArguments && predecessors.empty())
      predecessors.push_back(0);
  }
  if (options.inPlace)
    for (auto [index, root] : enumerate(roots))
      if (!root->isArgument())
        allowReplacing(*root, index);
  for (const Value *result : region.getTerminator()->getOperands()) {
    auto storage = storageOf.find(liveness.getRoot(*result));
    if (storage != storageOf.end())
      tasks.problem.storages[storage->second].staysLive = true;
  }
  return std::move(tasks);
}

RegionTasks onnc::buildTasks(const Region &region, const BufferModel &buffers,
                             const RegionTaskOptions &options) {
  return TaskBuilder(region, buffers, options).build();
}

std::optional<unsigned> onnc::applyOrder(Region &region,
                                         const RegionTasks &tasks,
                                         ArrayRef<unsigned> order) {
  std::vector<Operation *> before;
  for (Operation &op : region.getOps())
    before.push_back(&op);
  Operation *terminator = region.getTerminator();
  for (unsigned task : order)
    for (Operation *op : tasks.ops[task])
      op->moveBefore(terminator);
  if (failed(validateSchedule(before, region)))
    return std::nullopt;
  unsigned moved = 0;
  for (auto [op, old] : zip_equal(region.getOps(), before))
    moved += &op != old;
  return moved;
}
