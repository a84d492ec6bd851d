//===- MemorySolver.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemorySolver.h"
#include "MemorySearch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/thread.h"
#include <atomic>
#include <memory>

using namespace llvm;
using namespace onnc;

using Section = SearchStrategy::Section;
using Order = SearchStrategy::Order;

/// The first of those that finish together counts.
static constexpr SearchStrategy strategies[] = {
    {"search-choices-longest", Section::FewestChoices, Order::Longest},
    {"search-choices-largest", Section::FewestChoices, Order::Largest},
    {"search-slack-longest", Section::LeastSlack, Order::Longest},
    {"search-slack-largest", Section::LeastSlack, Order::Largest},
};

/// Parts with more buffers, or more pairs of them that are live together, are
/// left to the heuristics: a search keeps tables of both.
static constexpr size_t maxSearchedBuffers = 1 << 15;
static constexpr size_t maxSearchedPairs = 1 << 22;

/// A search recurses once per buffer. What the stack of any thread takes, and
/// what each level does at most.
static constexpr size_t maxBuffersOnAnyStack = 1024;
static constexpr size_t stackPerBuffer = 4096;

/// The sequence 1 1 2 1 1 2 4 1 1 2 … (Luby, Sinclair and Zuckerman, 1993),
/// from index 1: restarts in these proportions are within a logarithmic factor
/// of the best ones.
static int64_t getLuby(uint64_t index) {
  while (!isPowerOf2_64(index + 1))
    index -= (uint64_t(1) << Log2_64(index)) - 1;
  return (index + 1) / 2;
}

//===----------------------------------------------------------------------===//
// The portfolio, on one question
//===----------------------------------------------------------------------===//

namespace {

/// What is left of the budget, and what was done with it.
class Budget {
public:
  explicit Budget(const MemorySolverOptions &options)
      : options(options), numNodesLeft(options.nodeBudget) {}

  bool isSpent() const { return numNodesLeft <= 0 || isLate(); }
  bool isLate() const {
    return options.deadline &&
           std::chrono::steady_clock::now() >= *options.deadline;
  }
  int64_t getNumNodesLeft() const { return numNodesLeft; }
  unsigned getNumThreads() const { return options.numThreads; }
  void spend(int64_t numNodes) { numNodesLeft -= numNodes; }

private:
  const MemorySolverOptions &options;
  int64_t numNodesLeft;
};

using Result = MemorySearch::Result;

/// All strategies on one question, each with its own memory of what failed.
class Portfolio {
public:
  Portfolio(const MemoryFit &fit, unsigned numThreads) : fit(fit) {
    if (numThreads > 1)
      pool.emplace(hardware_concurrency(numThreads));
    for (const SearchStrategy &strategy : strategies)
      searches.push_back(std::make_unique<MemorySearch>(fit, strategy));
  }

  /// Visits at most \p maxNodes nodes, on \p budget.
  Result run(int64_t maxNodes, Budget &budget);

  /// The strategy that answered, after a result other than Stopped.
  const MemorySearch &getWinner() const { return *searches[winner]; }
  StringRef getStrategy() const { return strategies[winner].name; }

private:
  int64_t runRound(int64_t share, int64_t maxNodes, const Budget &budget);
  void runSearch(unsigned index, int64_t maxNodes, const Budget &budget);

  const MemoryFit &fit;
  /// None for one thread.
  std::optional<DefaultThreadPool> pool;
  std::vector<std::unique_ptr<MemorySearch>> searches;
  Result results[std::size(strategies)];
  /// The first one with an answer, or the number of strategies.
  std::atomic<unsigned> winner = std::size(strategies);
};

} // namespace

void Portfolio::runSearch(unsigned index, int64_t maxNodes,
                          const Budget &budget) {
  auto run = [&] {
    // Those behind one that has an answer don't count any more.
    results[index] = searches[index]->run(
        maxNodes, [&] { return winner < index || budget.isLate(); });
  };
  size_t numBuffers = fit.getItems().size();
  if (numBuffers <= maxBuffersOnAnyStack)
    run();
  else
    llvm::thread(std::optional<unsigned>(numBuffers * stackPerBuffer), run)
        .join();
  if (results[index] == Result::Stopped)
    return;
  unsigned first = winner;
  while (index < first && !winner.compare_exchange_weak(first, index))
    ;
}

/// Lets every strategy visit \p share nodes, the first ones first if \p
/// maxNodes doesn't last for all. Returns the number of nodes that count.
int64_t Portfolio::runRound(int64_t share, int64_t maxNodes,
                            const Budget &budget) {
  SmallVector<int64_t, std::size(strategies)> before;
  for (const auto &search : searches)
    before.push_back(search->getNumNodes());
  for (unsigned i = 0; i != searches.size() && maxNodes > 0; ++i) {
    int64_t numNodes = std::min(share, maxNodes);
    maxNodes -= numNodes;
    auto run = [this, i, numNodes, &budget] {
      if (winner > i)
        runSearch(i, numNodes, budget);
    };
    if (pool)
      pool->async(run);
    else
      run();
  }
  if (pool)
    pool->wait();
  int64_t numNodes = 0;
  for (auto [i, search] : enumerate(searches))
    if (i <= winner)
      numNodes += search->getNumNodes() - before[i];
  return numNodes;
}

Result Portfolio::run(int64_t maxNodes, Budget &budget) {
  maxNodes = std::min(maxNodes, budget.getNumNodesLeft());
  // A dive to a solution takes a node per buffer.
  int64_t dive = 2 * static_cast<int64_t>(fit.getItems().size());
  for (uint64_t round = 1; maxNodes > 0 && !budget.isLate(); ++round) {
    int64_t numNodes = runRound(getLuby(round) * dive, maxNodes, budget);
    maxNodes -= numNodes;
    budget.spend(numNodes);
    if (winner != searches.size())
      return results[winner];
  }
  return Result::Stopped;
}

//===----------------------------------------------------------------------===//
// The problem, part by part
//===----------------------------------------------------------------------===//

namespace {

class Solver {
public:
  Solver(const MemoryProblem &problem, const MemorySolverOptions &options)
      : problem(problem), budget(options) {
    solution.plan = planMemory(problem);
    for (ArrayRef<unsigned> part : splitAtGaps(problem))
      addPart(part);
  }

  MemorySolution fit();
  MemorySolution minimize();

private:
  /// Buffers that are connected in time.
  struct Part {
    std::vector<unsigned> indices;
    std::vector<Buffer> buffers;
    /// What offsets are multiples of in some best plan.
    int64_t unit = 1;
    int64_t peak = 0;
    /// Proven.
    int64_t lowerBound = 0;

    bool isSearchable = false;
  };

  void addPart(ArrayRef<unsigned> indices);
  Result search(Part &part, int64_t capacity, int64_t maxNodes);
  static int64_t getNextPeak(const Part &part, int64_t capacity);
  void lower(Part &part, int64_t target, int64_t maxNodes);
  void updatePlan();

  const MemoryProblem &problem;
  Budget budget;
  MemorySolution solution;
  std::vector<Part> parts;
};

} // namespace

static int64_t getPeak(ArrayRef<Buffer> buffers, ArrayRef<unsigned> indices,
                       ArrayRef<int64_t> offsets) {
  int64_t peak = 0;
  for (auto [buffer, index] : zip_equal(buffers, indices))
    peak = std::max(peak, offsets[index] + buffer.size);
  return peak;
}

/// How many pairs of \p buffers are live at the same time, each with itself
/// too.
static size_t countLivePairs(ArrayRef<Buffer> buffers) {
  std::vector<int64_t> births, deaths;
  for (const Buffer &buffer : buffers) {
    births.push_back(buffer.lifespan.lower);
    deaths.push_back(buffer.lifespan.upper);
  }
  llvm::sort(births);
  llvm::sort(deaths);
  // With each are those that are born before it and haven't died by then.
  size_t numPairs = 0;
  for (auto [numBorn, birth] : enumerate(births))
    numPairs +=
        numBorn + 1 - (llvm::upper_bound(deaths, birth) - deaths.begin());
  return numPairs;
}

/// Buffers without bytes stay where the heuristics put them.
void Solver::addPart(ArrayRef<unsigned> indices) {
  Part part;
  for (unsigned index : indices) {
    if (problem.buffers[index].size == 0)
      continue;
    part.indices.push_back(index);
    part.buffers.push_back(problem.buffers[index]);
  }
  if (part.buffers.empty())
    return;
  part.isSearchable = part.buffers.size() <= maxSearchedBuffers &&
                      countLivePairs(part.buffers) <= maxSearchedPairs;
  part.unit = MemoryFit::computeUnit(part.buffers);
  part.peak = getPeak(part.buffers, part.indices, solution.plan.offsets);
  part.lowerBound = computeLowerBound({part.buffers});
  parts.push_back(std::move(part));
}

/// The least peak above \p capacity that offsets can give which are multiples
/// of the part's unit.
int64_t Solver::getNextPeak(const Part &part, int64_t capacity) {
  int64_t next = std::numeric_limits<int64_t>::max();
  for (const Buffer &buffer : part.buffers) {
    int64_t above = std::max<int64_t>(capacity + 1 - buffer.size, 0);
    int64_t offset = static_cast<int64_t>(alignTo(above, part.unit));
    next = std::min(next, offset + buffer.size);
  }
  return next;
}

/// Looks for a plan of \p part inside \p capacity, and takes it.
Result Solver::search(Part &part, int64_t capacity, int64_t maxNodes) {
  MemoryFit fit(part.buffers, capacity);
  Portfolio portfolio(fit, budget.getNumThreads());
  int64_t before = budget.getNumNodesLeft();
  Result result = portfolio.run(maxNodes, budget);
  solution.numNodes += before - budget.getNumNodesLeft();
  ++solution.numSearches;
  if (result == Result::Stopped)
    return result;
  ++solution.numAnswers;
  if (result == Result::Exhausted) {
    part.lowerBound = getNextPeak(part, capacity);
    return result;
  }
  const MemorySearch &winner = portfolio.getWinner();
  for (unsigned item = 0; item != fit.getItems().size(); ++item)
    solution.plan.offsets[part.indices[fit.getBuffer(item)]] =
        winner.getOffset(item) * fit.getUnit();
  part.peak = getPeak(part.buffers, part.indices, solution.plan.offsets);
  solution.plan.strategy = portfolio.getStrategy();
  return result;
}

/// The plan's figures from those of the parts.
void Solver::updatePlan() {
  MemoryPlan &plan = solution.plan;
  plan.peak = 0;
  for (auto [buffer, offset] : zip_equal(problem.buffers, plan.offsets))
    plan.peak = std::max(plan.peak, offset + buffer.size);
  for (const Part &part : parts)
    plan.lowerBound = std::max(plan.lowerBound, part.lowerBound);
}

MemorySolution Solver::fit() {
  bool unknown = false;
  for (Part &part : parts) {
    if (part.peak <= problem.capacity || part.lowerBound > problem.capacity)
      continue;
    Result result = Result::Stopped;
    if (part.isSearchable)
      result = search(part, problem.capacity, budget.getNumNodesLeft());
    unknown |= result == Result::Stopped;
  }
  updatePlan();
  if (solution.plan.lowerBound > problem.capacity)
    solution.status = MemorySolution::Status::Infeasible;
  else if (!unknown)
    solution.status = MemorySolution::Status::Solved;
  return std::move(solution);
}

/// Lowers the peak of \p part, which is above \p target, towards it, below
/// which it doesn't matter: the target first, since bounds are often reached,
/// and then by bisection, where a search that stops at \p maxNodes counts as
/// one that fails.
void Solver::lower(Part &part, int64_t target, int64_t maxNodes) {
  int64_t hopeless = target - 1, capacity = target;
  do {
    if (search(part, capacity, maxNodes) != Result::Found)
      hopeless = capacity;
    capacity = hopeless + (part.peak - hopeless) / 2;
  } while (!budget.isSpent() && part.peak > target &&
           getNextPeak(part, hopeless) < part.peak);
}

MemorySolution Solver::minimize() {
  // Of passes with searches of growing length, each improves the highest part,
  // and the next one as long as that lowers the whole.
  constexpr int64_t firstNodesPerBuffer = 64, growth = 4;
  for (int64_t factor = firstNodesPerBuffer; !budget.isSpent();
       factor = SaturatingMultiply<uint64_t>(factor, growth)) {
    llvm::stable_sort(
        parts, [](const Part &a, const Part &b) { return a.peak > b.peak; });
    updatePlan();
    if (parts.empty() || parts.front().peak <= solution.plan.lowerBound)
      break;
    int64_t reached = 0;
    for (Part &part : parts) {
      if (part.peak <= std::max(reached, solution.plan.lowerBound))
        break;
      if (part.isSearchable)
        lower(part, solution.plan.lowerBound, factor * part.buffers.size());
      reached = std::max(reached, part.peak);
    }
    if (!parts.front().isSearchable)
      break;
  }
  updatePlan();
  if (solution.plan.isOptimal())
    solution.status = MemorySolution::Status::Solved;
  return std::move(solution);
}

MemorySolution onnc::fitMemory(const MemoryProblem &problem,
                               const MemorySolverOptions &options) {
  return Solver(problem, options).fit();
}

MemorySolution onnc::minimizeMemory(const MemoryProblem &problem,
                                    const MemorySolverOptions &options) {
  return Solver(problem, options).minimize();
}
