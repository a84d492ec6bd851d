//===- Scheduler.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Scheduler.h"
#include "ScheduleSearch.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>
#include <optional>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Live bytes
//===----------------------------------------------------------------------===//

namespace {

/// The bytes that are live while tasks run one after the other.
class Pressure {
public:
  explicit Pressure(const SchedulingProblem &problem);

  /// Live bytes while the task runs, less what is live before it.
  int64_t getRise(unsigned task) const;
  /// Live bytes after the task, less what is live before it.
  int64_t getChange(unsigned task) const;
  void run(unsigned task);
  int64_t getPeak() const { return peak; }
  int64_t getLive() const { return live; }

private:
  bool diesAt(unsigned storage) const {
    return remaining[storage] == 1 && !problem.storages[storage].staysLive;
  }
  int64_t getReplaced(unsigned task) const;

  const SchedulingProblem &problem;
  const StorageUses uses;
  /// For each storage, how many of the tasks that touch it have yet to run.
  std::vector<unsigned> remaining;
  int64_t live = 0;
  int64_t peak = 0;
};

} // namespace

StorageUses::StorageUses(const SchedulingProblem &problem)
    : allocated(problem.tasks.size()), touched(problem.tasks.size()) {
  for (auto [i, storage] : enumerate(problem.storages)) {
    allocated[storage.producer].push_back(i);
    SmallVector<unsigned, 4> tasks = storage.users;
    tasks.push_back(storage.producer);
    llvm::sort(tasks);
    tasks.erase(llvm::unique(tasks), tasks.end());
    for (unsigned task : tasks)
      touched[task].push_back(i);
  }
}

Pressure::Pressure(const SchedulingProblem &problem)
    : problem(problem), uses(problem), remaining(problem.storages.size()) {
  for (const auto &storages : uses.touched)
    for (unsigned storage : storages)
      ++remaining[storage];
}

/// What the task's storages take over from those that die.
int64_t Pressure::getReplaced(unsigned task) const {
  int64_t replaced = 0;
  SmallVector<unsigned, 2> taken;
  for (unsigned storage : uses.allocated[task])
    for (unsigned other : problem.storages[storage].mayReplace) {
      if (!diesAt(other) || is_contained(taken, other))
        continue;
      replaced += problem.storages[storage].size;
      taken.push_back(other);
      break;
    }
  return replaced;
}

int64_t Pressure::getRise(unsigned task) const {
  int64_t rise = problem.tasks[task].transient - getReplaced(task);
  for (unsigned storage : uses.allocated[task])
    rise += problem.storages[storage].size;
  return rise;
}

int64_t Pressure::getChange(unsigned task) const {
  int64_t change = 0;
  for (unsigned storage : uses.allocated[task])
    change += problem.storages[storage].size;
  for (unsigned storage : uses.touched[task])
    if (diesAt(storage))
      change -= problem.storages[storage].size;
  return change;
}

void Pressure::run(unsigned task) {
  peak = std::max(peak, live + getRise(task));
  live += getChange(task);
  for (unsigned storage : uses.touched[task])
    --remaining[storage];
}

std::vector<int64_t> onnc::computeLiveBytes(const SchedulingProblem &problem,
                                            ArrayRef<unsigned> order) {
  Pressure pressure(problem);
  std::vector<int64_t> live;
  for (unsigned task : order) {
    live.push_back(pressure.getLive() + pressure.getRise(task));
    pressure.run(task);
  }
  return live;
}

int64_t onnc::computePeak(const SchedulingProblem &problem,
                          ArrayRef<unsigned> order) {
  Pressure pressure(problem);
  for (unsigned task : order)
    pressure.run(task);
  return pressure.getPeak();
}

bool onnc::isValidOrder(const SchedulingProblem &problem,
                        ArrayRef<unsigned> order) {
  if (order.size() != problem.tasks.size())
    return false;
  std::vector<bool> done(order.size());
  for (unsigned task : order) {
    if (task >= done.size() || done[task])
      return false;
    for (unsigned before : problem.tasks[task].predecessors)
      if (!done[before])
        return false;
    done[task] = true;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Strategies
//===----------------------------------------------------------------------===//

using Order = std::vector<unsigned>;

static Order keepOrder(const SchedulingProblem &problem) {
  Order order(problem.tasks.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// Calls \p choose with the ready tasks, by index, until all have run.
template <typename ChooseFn>
static Order listSchedule(const SchedulingProblem &problem, ChooseFn choose) {
  size_t count = problem.tasks.size();
  std::vector<unsigned> waitsFor(count);
  std::vector<SmallVector<unsigned, 4>> successors(count);
  std::vector<unsigned> ready;
  for (auto [i, task] : enumerate(problem.tasks)) {
    for (unsigned before : task.predecessors)
      successors[before].push_back(i);
    waitsFor[i] = task.predecessors.size();
    if (waitsFor[i] == 0)
      ready.push_back(i);
  }
  Pressure pressure(problem);
  Order order;
  while (!ready.empty()) {
    auto it = choose(pressure, ready);
    unsigned task = *it;
    ready.erase(it);
    pressure.run(task);
    order.push_back(task);
    for (unsigned successor : successors[task])
      if (--waitsFor[successor] == 0)
        ready.insert(llvm::lower_bound(ready, successor), successor);
  }
  return order;
}

/// The task after which the least is live.
static Order minimizeLive(const SchedulingProblem &problem) {
  return listSchedule(problem, [](const Pressure &pressure, auto &ready) {
    return llvm::min_element(ready, [&](unsigned a, unsigned b) {
      return pressure.getChange(a) < pressure.getChange(b);
    });
  });
}

/// The task that raises the peak the least; among those that don't, the one
/// after which the least is live.
static Order minimizePeak(const SchedulingProblem &problem) {
  return listSchedule(problem, [](const Pressure &pressure, auto &ready) {
    auto cost = [&](unsigned task) {
      int64_t during = pressure.getLive() + pressure.getRise(task);
      return std::pair(std::max(during, pressure.getPeak()),
                       pressure.getChange(task));
    };
    return llvm::min_element(
        ready, [&](unsigned a, unsigned b) { return cost(a) < cost(b); });
  });
}

/// Post-order from the tasks that no other waits for, in their order; the
/// predecessors of a task in the order that \p predecessors gives.
static Order depthFirst(const SchedulingProblem &problem,
                        ArrayRef<SmallVector<unsigned, 4>> predecessors) {
  std::vector<bool> isWaitedFor(problem.tasks.size());
  for (const SchedulingProblem::Task &task : problem.tasks)
    for (unsigned before : task.predecessors)
      isWaitedFor[before] = true;
  std::vector<bool> visited(problem.tasks.size());
  Order order;
  // (task, predecessors visited so far); networks are too deep to recurse.
  SmallVector<std::pair<unsigned, unsigned>, 32> stack;
  for (unsigned sink = 0; sink != problem.tasks.size(); ++sink) {
    if (isWaitedFor[sink])
      continue;
    visited[sink] = true;
    stack.push_back({sink, 0});
    while (!stack.empty()) {
      auto &[task, next] = stack.back();
      if (next == predecessors[task].size()) {
        order.push_back(task);
        stack.pop_back();
        continue;
      }
      unsigned before = predecessors[task][next++];
      if (visited[before])
        continue;
      visited[before] = true;
      stack.push_back({before, 0});
    }
  }
  return order;
}

static Order depthFirstAsGiven(const SchedulingProblem &problem) {
  std::vector<SmallVector<unsigned, 4>> predecessors;
  for (const SchedulingProblem::Task &task : problem.tasks)
    predecessors.push_back(task.predecessors);
  return depthFirst(problem, predecessors);
}

/// Sethi and Ullman's numbering, with bytes for registers: of the operands'
/// subtrees, the one that needs most beyond what it leaves goes first. Best
/// possible for some trees, a heuristic where results are shared.
static Order depthFirstByNeed(const SchedulingProblem &problem) {
  size_t count = problem.tasks.size();
  std::vector<int64_t> leaves(count), need(count);
  for (const SchedulingProblem::Storage &storage : problem.storages)
    leaves[storage.producer] += storage.size;
  std::vector<SmallVector<unsigned, 4>> predecessors;
  for (auto [i, task] : enumerate(problem.tasks)) {
    SmallVector<unsigned, 4> &sorted =
        predecessors.emplace_back(task.predecessors);
    llvm::stable_sort(sorted, [&](unsigned a, unsigned b) {
      return need[a] - leaves[a] > need[b] - leaves[b];
    });
    int64_t held = 0;
    for (unsigned before : sorted) {
      need[i] = std::max(need[i], held + need[before]);
      held += leaves[before];
    }
    need[i] = std::max(need[i], held + leaves[i] + task.transient);
  }
  return depthFirst(problem, predecessors);
}

namespace {
struct Strategy {
  StringRef name;
  Order (*run)(const SchedulingProblem &problem);
};
} // namespace

static constexpr Strategy strategies[] = {
    {"given", keepOrder},
    {"minimize-live", minimizeLive},
    {"minimize-peak", minimizePeak},
    {"depth-first", depthFirstAsGiven},
    {"depth-first-by-need", depthFirstByNeed},
};

static Schedule run(const Strategy &strategy,
                    const SchedulingProblem &problem) {
  Schedule schedule;
  schedule.order = strategy.run(problem);
  assert(isValidOrder(problem, schedule.order) &&
         "a strategy broke a precedence");
  schedule.peak = computePeak(problem, schedule.order);
  schedule.strategy = strategy.name;
  return schedule;
}

Schedule onnc::scheduleTasks(const SchedulingProblem &problem) {
  std::optional<Schedule> best;
  for (const Strategy &strategy : strategies) {
    Schedule schedule = run(strategy, problem);
    if (!best || schedule.peak < best->peak)
      best = std::move(schedule);
  }
  return *best;
}

std::vector<StringRef> onnc::getScheduleStrategies() {
  std::vector<StringRef> names;
  for (const Strategy &strategy : strategies)
    names.push_back(strategy.name);
  return names;
}

Schedule onnc::scheduleTasksWith(StringRef name,
                                 const SchedulingProblem &problem) {
  const Strategy *strategy = llvm::find_if(
      strategies, [&](const Strategy &s) { return s.name == name; });
  assert(strategy != std::end(strategies) && "not one of the strategies");
  return run(*strategy, problem);
}
