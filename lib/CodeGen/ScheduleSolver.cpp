//===- ScheduleSolver.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/ScheduleSolver.h"
#include "ScheduleSearch.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;

using Order = std::vector<unsigned>;

//===----------------------------------------------------------------------===//
// Tasks that need nothing
//===----------------------------------------------------------------------===//

namespace {

/// A problem without the tasks that touch no storage and need none: they may
/// run at any time, and would hide where the problem falls apart.
class Reduction {
public:
  Reduction(const SchedulingProblem &original, const StorageUses &uses);

  const SchedulingProblem &getProblem() const { return problem; }
  /// \p order less the tasks that went.
  Order restrict(ArrayRef<unsigned> order) const;
  /// \p order, of the reduced problem, with the others where they are needed.
  Order extend(ArrayRef<unsigned> order) const;

private:
  static constexpr unsigned none = ~0u;

  const SchedulingProblem &original;
  SchedulingProblem problem;
  /// From original to reduced indices, and back.
  std::vector<unsigned> reduced;
  std::vector<unsigned> kept;
};

} // namespace

Reduction::Reduction(const SchedulingProblem &original, const StorageUses &uses)
    : original(original), reduced(original.tasks.size(), none) {
  // For tasks that go: what is kept and comes directly before.
  std::vector<SmallVector<unsigned, 4>> before(original.tasks.size());
  for (auto [i, task] : enumerate(original.tasks)) {
    SmallVector<unsigned, 4> &own = before[i];
    for (unsigned other : task.predecessors)
      if (reduced[other] != none)
        own.push_back(reduced[other]);
      else
        llvm::append_range(own, before[other]);
    llvm::sort(own);
    own.erase(llvm::unique(own), own.end());
    if (uses.touched[i].empty() && task.transient == 0)
      continue;
    reduced[i] = kept.size();
    kept.push_back(i);
    problem.tasks.push_back({own, task.transient});
  }
  for (SchedulingProblem::Storage storage : original.storages) {
    storage.producer = reduced[storage.producer];
    for (unsigned &user : storage.users)
      user = reduced[user];
    problem.storages.push_back(std::move(storage));
  }
}

Order Reduction::restrict(ArrayRef<unsigned> order) const {
  Order result;
  for (unsigned task : order)
    if (reduced[task] != none)
      result.push_back(reduced[task]);
  return result;
}

Order Reduction::extend(ArrayRef<unsigned> order) const {
  Order result;
  std::vector<bool> done(original.tasks.size());
  // (task, predecessors visited so far).
  SmallVector<std::pair<unsigned, unsigned>, 8> stack;
  auto emit = [&](unsigned last) {
    stack.push_back({last, 0});
    while (!stack.empty()) {
      auto &[task, next] = stack.back();
      const auto &predecessors = original.tasks[task].predecessors;
      if (done[task] || next == predecessors.size()) {
        if (!done[task])
          result.push_back(task);
        done[task] = true;
        stack.pop_back();
        continue;
      }
      unsigned before = predecessors[next++];
      stack.push_back({before, 0});
    }
  };
  for (unsigned task : order)
    emit(kept[task]);
  for (unsigned task = 0; task != done.size(); ++task)
    emit(task);
  return result;
}

//===----------------------------------------------------------------------===//
// The problem, part by part
//===----------------------------------------------------------------------===//

/// The sizes of the parts, in order, that tasks cut the problem into which are
/// before or after every other one; each such task ends a part.
static std::vector<unsigned> findCuts(const SchedulingProblem &problem) {
  unsigned count = problem.tasks.size();
  // A task comes behind all before it if it is, once it stands there, the only
  // one that nothing follows; and likewise from the end.
  std::vector<SmallVector<unsigned, 4>> successors(count);
  std::vector<bool> isFollowed(count), isPreceded(count), endsAll(count);
  unsigned numLast = 0;
  for (auto [i, task] : enumerate(problem.tasks)) {
    for (unsigned before : task.predecessors) {
      successors[before].push_back(i);
      numLast -= !isFollowed[before];
      isFollowed[before] = true;
    }
    endsAll[i] = ++numLast == 1;
  }
  std::vector<unsigned> cuts;
  unsigned numFirst = 0;
  for (unsigned i = count; i-- != 0;) {
    for (unsigned after : successors[i]) {
      numFirst -= !isPreceded[after];
      isPreceded[after] = true;
    }
    if (++numFirst == 1 && endsAll[i])
      cuts.push_back(i + 1);
  }
  std::reverse(cuts.begin(), cuts.end());
  if (count != 0 && (cuts.empty() || cuts.back() != count))
    cuts.push_back(count);
  return cuts;
}

namespace {

class Solver {
public:
  Solver(const SchedulingProblem &problem, int64_t nodeBudget,
         ArrayRef<Order> candidates);

  void run();
  ArrayRef<unsigned> getOrder() const { return order; }
  int64_t getPeak() const;
  int64_t getLowerBound() const;
  int64_t getNumNodes() const { return numNodes; }
  unsigned getNumSegments() const { return segments.size(); }
  /// What improved the order last.
  StringRef getStrategy() const { return strategy; }

private:
  struct Segment {
    unsigned begin;
    unsigned end;
    int64_t peak;
    int64_t lowerBound;
  };

  bool take(unsigned begin, const WindowResult &result, StringRef name);
  bool isFinished(const Segment &segment) const {
    return segment.peak <= getLowerBound();
  }
  void searchExactly(Segment &segment, int64_t maxNodes);
  void searchBeams(Segment &segment, int64_t maxNodes);
  void searchWindows(Segment &segment, int64_t maxNodes);

  const SchedulingProblem &problem;
  const StorageUses uses;
  int64_t numNodesLeft;
  int64_t numNodes = 0;
  Order order;
  std::vector<Segment> segments;
  StringRef strategy = "segments";
};

} // namespace

Solver::Solver(const SchedulingProblem &problem, int64_t nodeBudget,
               ArrayRef<Order> candidates)
    : problem(problem), uses(problem), numNodesLeft(nodeBudget),
      order(candidates.front()) {
  unsigned begin = 0;
  for (unsigned end : findCuts(problem)) {
    segments.push_back({begin, end, 0, 0});
    begin = end;
  }
  // Every order runs the segments one after the other, so that the best of
  // each can be joined.
  for (Segment &segment : segments)
    segment.peak = std::numeric_limits<int64_t>::max();
  for (const Order &candidate : candidates) {
    std::vector<int64_t> peaks = computeLiveBytes(problem, candidate);
    for (Segment &segment : segments) {
      int64_t peak = *std::max_element(peaks.begin() + segment.begin,
                                       peaks.begin() + segment.end);
      if (peak >= segment.peak)
        continue;
      segment.peak = peak;
      std::copy(candidate.begin() + segment.begin,
                candidate.begin() + segment.end, order.begin() + segment.begin);
    }
  }
  for (Segment &segment : segments)
    segment.lowerBound =
        ScheduleWindow(problem, uses, order, segment.begin, segment.end)
            .computeLowerBound();
}

int64_t Solver::getPeak() const {
  int64_t peak = 0;
  for (const Segment &segment : segments)
    peak = std::max(peak, segment.peak);
  return peak;
}

int64_t Solver::getLowerBound() const {
  int64_t bound = 0;
  for (const Segment &segment : segments)
    bound = std::max(bound, segment.lowerBound);
  return bound;
}

/// Puts a result in its place; false where it is none.
bool Solver::take(unsigned begin, const WindowResult &result, StringRef name) {
  numNodes += result.numNodes;
  numNodesLeft -= result.numNodes;
  if (result.order.empty())
    return false;
  llvm::copy(result.order, order.begin() + begin);
  strategy = name;
  return true;
}

void Solver::searchExactly(Segment &segment, int64_t maxNodes) {
  ScheduleWindow window(problem, uses, order, segment.begin, segment.end);
  WindowResult result =
      searchIdeals(window, {getLowerBound(), segment.peak, maxNodes});
  if (take(segment.begin, result, "ideals"))
    segment.peak = result.peak;
  // The search looks no further down than to the bound of the whole.
  if (result.lowerBound > getLowerBound())
    segment.lowerBound = result.lowerBound;
}

void Solver::searchBeams(Segment &segment, int64_t maxNodes) {
  constexpr unsigned firstWidth = 8, growth = 4;
  ScheduleWindow window(problem, uses, order, segment.begin, segment.end);
  for (unsigned width = firstWidth; maxNodes > 0 && !isFinished(segment);
       width *= growth) {
    WindowResult result =
        searchBeam(window, {getLowerBound(), segment.peak, maxNodes}, width);
    maxNodes -= result.numNodes;
    if (take(segment.begin, result, "beam"))
      segment.peak = result.peak;
  }
}

/// Improves stretches of the order, each exactly as far as its share of the
/// nodes allows, until none improves.
void Solver::searchWindows(Segment &segment, int64_t maxNodes) {
  constexpr unsigned size = 32, stride = size / 2;
  constexpr int64_t share = 2048;
  for (bool improved = true; improved && !isFinished(segment);) {
    improved = false;
    for (unsigned begin = segment.begin; begin + stride < segment.end;
         begin += stride) {
      unsigned end = std::min(begin + size, segment.end);
      std::vector<int64_t> peaks = computeLiveBytes(problem, order);
      int64_t peak =
          *std::max_element(peaks.begin() + begin, peaks.begin() + end);
      if (peak < segment.peak)
        continue;
      int64_t limit = std::min(share, maxNodes);
      if (limit <= 0)
        return;
      WindowResult result =
          searchIdeals(ScheduleWindow(problem, uses, order, begin, end),
                       {getLowerBound(), peak, limit});
      maxNodes -= result.numNodes;
      improved |= take(begin, result, "windows");
    }
    std::vector<int64_t> peaks = computeLiveBytes(problem, order);
    segment.peak = *std::max_element(peaks.begin() + segment.begin,
                                     peaks.begin() + segment.end);
  }
}

void Solver::run() {
  // The highest segment first: what it needs, the others may take as well.
  std::vector<Segment *> open;
  for (Segment &segment : segments)
    open.push_back(&segment);
  llvm::stable_sort(open,
                    [](Segment *a, Segment *b) { return a->peak > b->peak; });
  for (Segment *segment : open)
    if (!isFinished(*segment))
      searchExactly(*segment, numNodesLeft / 2);
  for (Segment *segment : open)
    if (!isFinished(*segment))
      searchBeams(*segment, numNodesLeft / 2);
  for (Segment *segment : open)
    if (!isFinished(*segment))
      searchWindows(*segment, numNodesLeft / 2);
}

ScheduleSolution onnc::minimizePeak(const SchedulingProblem &problem,
                                    const ScheduleSolverOptions &options) {
  ScheduleSolution solution;
  std::vector<Schedule> schedules;
  for (StringRef strategy : getScheduleStrategies())
    schedules.push_back(scheduleTasksWith(strategy, problem));
  solution.schedule =
      *llvm::min_element(schedules, [](const Schedule &a, const Schedule &b) {
        return a.peak < b.peak;
      });

  StorageUses uses(problem);
  Reduction reduction(problem, uses);
  std::vector<Order> candidates;
  for (const Schedule &schedule : schedules)
    candidates.push_back(reduction.restrict(schedule.order));
  Solver solver(reduction.getProblem(), options.nodeBudget, candidates);
  if (options.nodeBudget > 0)
    solver.run();
  solution.lowerBound = solver.getLowerBound();
  solution.numNodes = solver.getNumNodes();
  solution.numTasks = reduction.getProblem().tasks.size();
  solution.numSegments = solver.getNumSegments();
  if (solver.getPeak() < solution.schedule.peak) {
    Order order = reduction.extend(solver.getOrder());
    assert(isValidOrder(problem, order) && "a search broke a precedence");
    int64_t peak = computePeak(problem, order);
    solution.schedule = {std::move(order), peak, solver.getStrategy()};
  }
  return solution;
}
