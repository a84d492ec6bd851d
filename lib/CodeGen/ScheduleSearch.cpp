//===- ScheduleSearch.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScheduleSearch.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <optional>
#include <queue>
#include <tuple>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

ScheduleWindow::ScheduleWindow(const SchedulingProblem &problem,
                               const StorageUses &uses,
                               ArrayRef<unsigned> order, unsigned begin,
                               unsigned end)
    : tasks(end - begin), globals(order.begin() + begin, order.begin() + end) {
  std::vector<unsigned> position(order.size());
  for (auto [i, task] : enumerate(order))
    position[task] = i;

  DenseMap<unsigned, unsigned> storageOf;
  for (auto [i, storage] : enumerate(problem.storages)) {
    unsigned born = position[storage.producer], last = born;
    unsigned numTouching = born >= begin && born < end;
    SmallDenseSet<unsigned, 8> seen = {storage.producer};
    for (unsigned user : storage.users) {
      last = std::max(last, position[user]);
      numTouching += position[user] >= begin && position[user] < end &&
                     seen.insert(user).second;
    }
    if (storage.staysLive)
      last = order.size();
    if (born < begin && last >= begin)
      initialLive += storage.size;
    if (numTouching == 0)
      continue;
    storageOf[i] = storages.size();
    storages.push_back(
        {storage.size, numTouching, last < end, born >= begin, {}});
  }
  for (auto [i, task] : enumerate(tasks)) {
    unsigned global = globals[i];
    for (unsigned before : problem.tasks[global].predecessors)
      if (position[before] >= begin) {
        tasks[position[before] - begin].successors.push_back(i);
        ++task.numPredecessors;
      }
    task.rise = problem.tasks[global].transient;
    for (unsigned storage : uses.allocated[global]) {
      unsigned local = storageOf.at(storage);
      task.allocated.push_back(local);
      task.rise += storages[local].size;
      for (unsigned other : problem.storages[storage].mayReplace)
        if (auto it = storageOf.find(other); it != storageOf.end())
          storages[local].mayReplace.push_back(it->second);
    }
    for (unsigned storage : uses.touched[global])
      task.touched.push_back(storageOf.at(storage));
  }
}

namespace {

/// For each task of a window the tasks that come before, and after it, in every
/// order, and for each storage those that touch it.
struct Closure {
  explicit Closure(const ScheduleWindow &window);

  std::vector<BitVector> before, after, touching;
  /// By storage, for those that are born inside.
  std::vector<unsigned> producer;
};

} // namespace

Closure::Closure(const ScheduleWindow &window)
    : before(window.getNumTasks(), BitVector(window.getNumTasks())),
      after(before),
      touching(window.getStorages().size(), BitVector(window.getNumTasks())),
      producer(window.getStorages().size()) {
  for (unsigned i = 0; i != window.getNumTasks(); ++i) {
    const ScheduleWindow::Task &task = window.getTask(i);
    for (unsigned storage : task.allocated)
      producer[storage] = i;
    for (unsigned storage : task.touched)
      touching[storage].set(i);
    for (unsigned next : task.successors) {
      before[next] |= before[i];
      before[next].set(i);
    }
  }
  for (unsigned i = window.getNumTasks(); i-- != 0;)
    for (unsigned next : window.getTask(i).successors) {
      after[i] |= after[next];
      after[i].set(next);
    }
}

/// Tables of all pairs of tasks are kept up to this many.
static constexpr unsigned maxTasksOfClosure = 2048;

int64_t ScheduleWindow::computeLowerBound() const {
  std::optional<Closure> closure;
  if (tasks.size() <= maxTasksOfClosure)
    closure.emplace(*this);

  // What is live whatever runs.
  int64_t throughout = initialLive;
  for (const Storage &storage : storages)
    if (!storage.bornInside && storage.mayDie)
      throughout -= storage.size;
  auto isThroughout = [](const Storage &storage) {
    return !storage.bornInside && !storage.mayDie;
  };

  int64_t bound = initialLive;
  BitVector touches(storages.size());
  for (auto [i, task] : enumerate(tasks)) {
    int64_t need = throughout + task.rise;
    touches.reset();
    for (unsigned storage : task.touched) {
      touches.set(storage);
      if (!is_contained(task.allocated, storage) &&
          !isThroughout(storages[storage]))
        need += storages[storage].size;
    }
    for (unsigned s = 0; closure && s != storages.size(); ++s) {
      const Storage &storage = storages[s];
      if (touches.test(s) || isThroughout(storage))
        continue;
      bool born =
          !storage.bornInside || closure->before[i].test(closure->producer[s]);
      if (born && (!storage.mayDie ||
                   closure->touching[s].anyCommon(closure->after[i])))
        need += storage.size;
    }
    for (unsigned storage : task.allocated)
      if (any_of(storages[storage].mayReplace,
                 [&](unsigned other) { return storages[other].mayDie; }))
        need -= storages[storage].size;
    bound = std::max(bound, need);
  }
  return bound;
}

//===----------------------------------------------------------------------===//
// Running and taking back
//===----------------------------------------------------------------------===//

namespace {

/// An ideal: 128 bits of hash stand for the set.
struct IdealKey {
  uint64_t low = 0;
  uint64_t high = 0;
};

/// The tasks that have run, with all that follows from them.
class WindowState {
public:
  explicit WindowState(const ScheduleWindow &window);

  /// Starts over from the tasks whose bits are set in \p done.
  void reset(ArrayRef<uint64_t> done);
  /// Live bytes while a task that is ready runs next.
  int64_t getPeakOf(unsigned task) const;
  void run(unsigned task);
  /// Takes the last task back.
  void undo();
  /// Runs what needn't be chosen where peaks up to \p limit are allowed.
  void runFree(int64_t limit);

  ArrayRef<unsigned> getReady() const { return ready; }
  /// The tasks since reset().
  ArrayRef<unsigned> getTrail() const { return trail; }
  ArrayRef<uint64_t> getBits() const { return bits; }
  IdealKey getKey() const { return key; }
  int64_t getLive() const { return live; }
  unsigned getNumRun() const { return numRun; }

private:
  bool diesNow(unsigned storage) const {
    return remaining[storage] == 1 && window.getStorages()[storage].mayDie;
  }
  int64_t getChange(unsigned task) const;
  bool runChain(unsigned first, int64_t limit);
  void toggle(unsigned task);

  const ScheduleWindow &window;
  std::vector<uint64_t> bits;
  /// By task: predecessors that have yet to run; by storage: tasks.
  std::vector<unsigned> waitsFor;
  std::vector<unsigned> remaining;
  std::vector<unsigned> ready;
  std::vector<unsigned> trail;
  /// For each of the trail: where it stood in ready, and what was live.
  std::vector<std::pair<unsigned, int64_t>> undoes;
  IdealKey key;
  int64_t live = 0;
  unsigned numRun = 0;
};

} // namespace

WindowState::WindowState(const ScheduleWindow &window)
    : window(window), bits(divideCeil(window.getNumTasks(), 64)) {
  reset({});
}

/// A fixed random number for each input (Vigna's splitmix64).
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void WindowState::toggle(unsigned task) {
  bits[task / 64] ^= uint64_t(1) << (task % 64);
  key.low ^= mix(2 * uint64_t(task));
  key.high ^= mix(2 * uint64_t(task) + 1);
}

void WindowState::reset(ArrayRef<uint64_t> done) {
  unsigned count = window.getNumTasks();
  std::fill(bits.begin(), bits.end(), 0);
  key = {};
  live = window.getInitialLive();
  numRun = 0;
  trail.clear();
  undoes.clear();
  ready.clear();
  waitsFor.resize(count);
  for (unsigned i = 0; i != count; ++i)
    waitsFor[i] = window.getTask(i).numPredecessors;
  remaining.clear();
  for (const ScheduleWindow::Storage &storage : window.getStorages())
    remaining.push_back(storage.numTouching);
  auto hasRun = [&](unsigned task) {
    return !done.empty() && (done[task / 64] >> (task % 64) & 1);
  };
  for (unsigned i = 0; i != count; ++i) {
    if (!hasRun(i))
      continue;
    const ScheduleWindow::Task &task = window.getTask(i);
    for (unsigned next : task.successors)
      --waitsFor[next];
    for (unsigned storage : task.allocated)
      live += window.getStorages()[storage].size;
    for (unsigned storage : task.touched)
      if (--remaining[storage] == 0 && window.getStorages()[storage].mayDie)
        live -= window.getStorages()[storage].size;
    toggle(i);
    ++numRun;
  }
  for (unsigned i = 0; i != count; ++i)
    if (waitsFor[i] == 0 && !hasRun(i))
      ready.push_back(i);
}

int64_t WindowState::getPeakOf(unsigned index) const {
  const ScheduleWindow::Task &task = window.getTask(index);
  int64_t peak = live + task.rise;
  SmallVector<unsigned, 2> taken;
  for (unsigned storage : task.allocated) {
    const ScheduleWindow::Storage &own = window.getStorages()[storage];
    for (unsigned other : own.mayReplace) {
      if (!diesNow(other) || is_contained(taken, other))
        continue;
      peak -= own.size;
      taken.push_back(other);
      break;
    }
  }
  return peak;
}

int64_t WindowState::getChange(unsigned index) const {
  const ScheduleWindow::Task &task = window.getTask(index);
  int64_t change = 0;
  for (unsigned storage : task.allocated)
    change += window.getStorages()[storage].size;
  for (unsigned storage : task.touched)
    if (diesNow(storage))
      change -= window.getStorages()[storage].size;
  return change;
}

void WindowState::run(unsigned task) {
  unsigned place = llvm::find(ready, task) - ready.begin();
  undoes.push_back({place, live});
  trail.push_back(task);
  live += getChange(task);
  ready[place] = ready.back();
  ready.pop_back();
  for (unsigned storage : window.getTask(task).touched)
    --remaining[storage];
  for (unsigned next : window.getTask(task).successors)
    if (--waitsFor[next] == 0)
      ready.push_back(next);
  toggle(task);
  ++numRun;
}

void WindowState::undo() {
  unsigned task = trail.back();
  auto [place, before] = undoes.back();
  trail.pop_back();
  undoes.pop_back();
  for (unsigned next : window.getTask(task).successors)
    if (waitsFor[next]++ == 0)
      ready.pop_back();
  for (unsigned storage : window.getTask(task).touched)
    ++remaining[storage];
  if (place == ready.size()) {
    ready.push_back(task);
  } else {
    ready.push_back(ready[place]);
    ready[place] = task;
  }
  live = before;
  toggle(task);
  --numRun;
}

/// Runs \p first and then whatever it, and each next one, made ready, until no
/// more is live than before; takes all of it back, and returns false, where
/// that doesn't happen within \p limit.
bool WindowState::runChain(unsigned first, int64_t limit) {
  int64_t before = live;
  size_t size = trail.size();
  for (std::optional<unsigned> next = first; next;) {
    if (getPeakOf(*next) > limit)
      break;
    size_t numReady = ready.size() - 1;
    run(*next);
    if (live <= before)
      return true;
    next.reset();
    for (unsigned task : ArrayRef(ready).drop_front(numReady))
      if (!next || getChange(task) < getChange(*next))
        next = task;
  }
  while (trail.size() != size)
    undo();
  return false;
}

void WindowState::runFree(int64_t limit) {
  // Each chain may free others, also those that were tried before.
  for (size_t i = 0; i < ready.size();)
    i = runChain(ready[i], limit) ? 0 : i + 1;
}

//===----------------------------------------------------------------------===//
// The searches
//===----------------------------------------------------------------------===//

namespace {

/// The ideals that a search has reached.
class Ideals {
public:
  explicit Ideals(const ScheduleWindow &window)
      : window(window), numWords(divideCeil(window.getNumTasks(), 64)) {}

  struct Node {
    /// The greatest peak on the best way here.
    int64_t peak;
    int64_t live;
    unsigned numRun;
    unsigned parent;
    /// The tasks since the parent, a range of `steps`.
    size_t stepsBegin;
    unsigned numSteps;
    bool expanded;
  };

  unsigned getNumNodes() const { return nodes.size(); }
  const Node &operator[](unsigned node) const { return nodes[node]; }
  void setExpanded(unsigned node) { nodes[node].expanded = true; }
  ArrayRef<uint64_t> getBits(unsigned node) const {
    return ArrayRef(bits).slice(node * numWords, numWords);
  }

  /// Notes that \p state can be reached from \p parent with \p peak on the way.
  /// Returns its node where that is new, or better than what was known.
  std::optional<unsigned> add(const WindowState &state, int64_t peak,
                              unsigned parent);
  /// The tasks on the way to \p node, by their indices in the problem.
  std::vector<unsigned> getOrder(unsigned node) const;

private:
  const ScheduleWindow &window;
  size_t numWords;
  std::vector<Node> nodes;
  std::vector<uint64_t> bits;
  std::vector<unsigned> steps;
  DenseMap<std::pair<uint64_t, uint64_t>, unsigned> nodeOf;
};

} // namespace

std::optional<unsigned> Ideals::add(const WindowState &state, int64_t peak,
                                    unsigned parent) {
  IdealKey key = state.getKey();
  auto [it, isNew] = nodeOf.try_emplace({key.low, key.high}, nodes.size());
  unsigned index = it->second;
  if (!isNew && nodes[index].peak <= peak)
    return std::nullopt;
  Node node = {
      peak, state.getLive(), state.getNumRun(), parent, steps.size(), 0, false};
  node.numSteps = state.getTrail().size();
  llvm::append_range(steps, state.getTrail());
  if (isNew) {
    nodes.push_back(node);
    llvm::append_range(bits, state.getBits());
  } else {
    nodes[index] = node;
  }
  return index;
}

std::vector<unsigned> Ideals::getOrder(unsigned node) const {
  std::vector<unsigned> order;
  // The root has no steps but those that were free.
  for (bool atRoot = false; !atRoot; node = nodes[node].parent) {
    auto own =
        ArrayRef(steps).slice(nodes[node].stepsBegin, nodes[node].numSteps);
    for (unsigned task : llvm::reverse(own))
      order.push_back(window.getGlobal(task));
    atRoot = node == nodes[node].parent;
  }
  std::reverse(order.begin(), order.end());
  return order;
}

namespace {

/// What both searches share: a root, and the ideals that follow one.
class Search {
public:
  Search(const ScheduleWindow &window, const WindowGoal &goal)
      : goal(goal), ideals(window), state(window),
        numTasks(window.getNumTasks()) {}

protected:
  /// The first ideal: what needn't be chosen has run.
  unsigned addRoot() {
    state.runFree(goal.floor);
    return *ideals.add(state, goal.floor, 0);
  }

  /// Calls \p visit with the nodes that are new or better, for orders that go
  /// on from \p node with peaks of at least \p peak.
  template <typename VisitFn>
  void expand(unsigned node, int64_t peak, VisitFn visit) {
    ideals.setExpanded(node);
    state.reset(ideals.getBits(node));
    // Running and taking back leave the list as it was.
    for (unsigned i = 0; i != state.getReady().size(); ++i) {
      unsigned task = state.getReady()[i];
      int64_t next = std::max(peak, state.getPeakOf(task));
      if (next >= goal.ceiling)
        continue;
      state.run(task);
      state.runFree(next);
      if (auto added = ideals.add(state, next, node))
        visit(*added);
      while (!state.getTrail().empty())
        state.undo();
    }
  }

  WindowResult finish(int64_t lowerBound) const {
    WindowResult result;
    result.lowerBound = lowerBound;
    result.numNodes = ideals.getNumNodes();
    if (best) {
      result.order = ideals.getOrder(*best);
      result.peak = ideals[*best].peak;
    }
    return result;
  }

  bool isComplete(unsigned node) const {
    return ideals[node].numRun == numTasks;
  }

  const WindowGoal goal;
  Ideals ideals;
  WindowState state;
  unsigned numTasks;
  /// The best complete order, a node.
  std::optional<unsigned> best;
};

class BestFirstSearch : Search {
public:
  using Search::Search;
  WindowResult run();

private:
  /// Least peak first, then what is nearer to the end and has less live.
  using Entry = std::tuple<int64_t, int, int64_t, unsigned>;
  void push(unsigned node) {
    const Ideals::Node &data = ideals[node];
    open.push({data.peak, -static_cast<int>(data.numRun), data.live, node});
  }

  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
};

class BeamSearch : Search {
public:
  BeamSearch(const ScheduleWindow &window, const WindowGoal &goal,
             unsigned width)
      : Search(window, goal), width(width), layers(window.getNumTasks() + 1) {}
  WindowResult run();

private:
  unsigned width;
  /// Nodes by the number of tasks that have run.
  std::vector<std::vector<unsigned>> layers;
};

} // namespace

WindowResult BestFirstSearch::run() {
  if (goal.floor >= goal.ceiling)
    return finish(goal.ceiling);
  push(addRoot());
  while (!open.empty()) {
    auto [peak, depth, live, node] = open.top();
    open.pop();
    if (ideals[node].expanded || ideals[node].peak != peak)
      continue;
    if (isComplete(node)) {
      best = node;
      return finish(peak);
    }
    if (ideals.getNumNodes() >= goal.maxNodes)
      return finish(peak);
    expand(node, peak, [&](unsigned next) {
      if (isComplete(next) && (!best || ideals[next].peak < ideals[*best].peak))
        best = next;
      push(next);
    });
  }
  return finish(goal.ceiling);
}

WindowResult BeamSearch::run() {
  unsigned root = addRoot();
  layers[ideals[root].numRun].push_back(root);
  for (std::vector<unsigned> &layer : layers) {
    llvm::sort(layer);
    layer.erase(llvm::unique(layer), layer.end());
    auto rank = [&](unsigned node) {
      return std::tuple(ideals[node].peak, ideals[node].live, node);
    };
    llvm::sort(layer,
               [&](unsigned a, unsigned b) { return rank(a) < rank(b); });
    if (layer.size() > width)
      layer.resize(width);
    for (unsigned node : layer) {
      if (isComplete(node)) {
        best = node;
        break;
      }
      if (ideals.getNumNodes() >= goal.maxNodes)
        return finish(0);
      expand(node, ideals[node].peak, [&](unsigned next) {
        layers[ideals[next].numRun].push_back(next);
      });
    }
  }
  return finish(0);
}

WindowResult onnc::searchIdeals(const ScheduleWindow &window,
                                const WindowGoal &goal) {
  return BestFirstSearch(window, goal).run();
}

WindowResult onnc::searchBeam(const ScheduleWindow &window,
                              const WindowGoal &goal, unsigned width) {
  return BeamSearch(window, goal, width).run();
}
