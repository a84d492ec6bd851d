//===- MemorySolverTest.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemorySolver.h"
#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemoryProblemFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <random>

using namespace llvm;
using namespace onnc;

using Status = MemorySolution::Status;

static std::string message(Error error) {
  return error ? toString(std::move(error)) : "success";
}

namespace {

/// Only the engine's own output is the same everywhere.
class Random {
public:
  explicit Random(unsigned seed) : engine(seed) {}
  int64_t pick(int64_t from, int64_t to) {
    return from + static_cast<int64_t>(engine() % (to - from + 1));
  }

private:
  std::mt19937 engine;
};

/// Tries every offset of every buffer.
class ExhaustiveSearch {
public:
  explicit ExhaustiveSearch(const MemoryProblem &problem)
      : buffers(problem.buffers), offsets(buffers.size()) {}

  /// The least peak, which isn't above \p limit.
  int64_t run(int64_t limit) {
    best = limit + 1;
    place(0, 0);
    return best;
  }

private:
  void place(size_t index, int64_t peak) {
    if (peak >= best)
      return;
    if (index == buffers.size()) {
      best = peak;
      return;
    }
    const Buffer &b = buffers[index];
    int64_t first = b.fixedOffset.value_or(0);
    int64_t last = b.fixedOffset.value_or(best - b.size);
    for (int64_t offset = first; offset <= last; offset += b.alignment) {
      bool free = true;
      for (size_t i = 0; i != index; ++i)
        free &= !buffers[i].lifespan.overlaps(b.lifespan) ||
                offset >= offsets[i] + buffers[i].size ||
                offsets[i] >= offset + b.size || !b.size || !buffers[i].size;
      offsets[index] = offset;
      if (free)
        place(index + 1, std::max(peak, offset + b.size));
    }
  }

  const std::vector<Buffer> &buffers;
  std::vector<int64_t> offsets;
  int64_t best = 0;
};

} // namespace

static Buffer makeBuffer(int64_t lower, int64_t upper, int64_t size,
                         int64_t alignment = 1) {
  Buffer buffer;
  buffer.id = "b";
  buffer.lifespan = {lower, upper};
  buffer.size = size;
  buffer.alignment = alignment;
  return buffer;
}

static MemoryProblem makeSmallProblem(unsigned seed) {
  Random random(seed);
  MemoryProblem problem;
  int64_t horizon = random.pick(3, 9), maxLog = random.pick(0, 2);
  for (int64_t i = 0, n = random.pick(2, 6); i != n; ++i) {
    int64_t lower = random.pick(0, horizon);
    problem.buffers.push_back(
        makeBuffer(lower, lower + random.pick(1, 5), random.pick(0, 7),
                   int64_t(1) << (seed % 2 == 0 ? 0 : random.pick(0, maxLog))));
  }
  if (seed % 3 == 0) {
    Buffer &buffer =
        problem.buffers[random.pick(0, problem.buffers.size() - 1)];
    buffer.fixedOffset = random.pick(0, 3) * buffer.alignment;
  }
  return problem;
}

TEST(MemorySolverTest, EqualsExhaustiveSearch) {
  unsigned improved = 0, aboveTheBound = 0;
  for (unsigned seed = 0; seed != 1000; ++seed) {
    MemoryProblem problem = makeSmallProblem(seed);
    ASSERT_EQ(message(checkProblem(problem)), "success") << seed;
    MemoryPlan heuristic = planMemory(problem);
    int64_t optimum = ExhaustiveSearch(problem).run(heuristic.peak);
    MemorySolution least = minimizeMemory(problem);
    ASSERT_EQ(least.status, Status::Solved) << seed;
    ASSERT_EQ(message(validatePlan(problem, least.plan)), "success") << seed;
    ASSERT_EQ(least.plan.peak, optimum) << seed;
    ASSERT_EQ(least.plan.lowerBound, optimum) << seed;
    improved += optimum < heuristic.peak;
    aboveTheBound += optimum > heuristic.lowerBound;

    problem.capacity = optimum;
    MemorySolution fits = fitMemory(problem);
    ASSERT_EQ(fits.status, Status::Solved) << seed;
    ASSERT_EQ(message(validatePlan(problem, fits.plan)), "success") << seed;
    problem.capacity = optimum - 1;
    MemorySolution not1 = fitMemory(problem);
    ASSERT_EQ(not1.status, Status::Infeasible) << seed;
    ASSERT_LE(not1.plan.lowerBound, optimum) << seed;
    ASSERT_GT(not1.plan.lowerBound, problem.capacity) << seed;
  }
  // The problems ask for something.
  EXPECT_GT(improved, 20u);
  EXPECT_GT(aboveTheBound, 100u);
}

/// Cuts a rectangle of \p capacity bytes into buffers that fill it.
static MemoryProblem makePerfectProblem(unsigned seed, int64_t capacity,
                                        unsigned numCuts) {
  Random random(seed);
  MemoryProblem problem;
  problem.capacity = capacity;
  problem.buffers.push_back(makeBuffer(0, 1000, capacity));
  while (problem.buffers.size() <= numCuts) {
    size_t index = random.pick(0, problem.buffers.size() - 1);
    Buffer &whole = problem.buffers[index];
    Buffer rest = whole;
    if (random.pick(0, 1)) {
      if (whole.size < 2)
        continue;
      rest.size = random.pick(1, whole.size - 1);
      whole.size -= rest.size;
    } else {
      if (whole.lifespan.getLength() < 2)
        continue;
      rest.lifespan.lower =
          random.pick(whole.lifespan.lower + 1, whole.lifespan.upper - 1);
      whole.lifespan.upper = rest.lifespan.lower;
    }
    problem.buffers.push_back(rest);
  }
  return problem;
}

TEST(MemorySolverTest, FillsAMemoryWithoutGaps) {
  for (unsigned seed = 0; seed != 40; ++seed) {
    MemoryProblem problem = makePerfectProblem(seed, 64, 30);
    MemorySolverOptions options;
    options.nodeBudget = 200'000;
    MemorySolution solution = fitMemory(problem, options);
    EXPECT_EQ(solution.status, Status::Solved) << seed;
    EXPECT_EQ(message(validatePlan(problem, solution.plan)), "success") << seed;
  }
}

TEST(MemorySolverTest, ThreadsDoNotChangeTheResult) {
  for (unsigned seed = 0; seed != 12; ++seed) {
    MemoryProblem problem = makePerfectProblem(seed, 200, 60);
    MemorySolverOptions options;
    options.nodeBudget = 5'000;
    MemorySolution one = minimizeMemory(problem, options);
    options.numThreads = 2;
    MemorySolution two = minimizeMemory(problem, options);
    EXPECT_EQ(one.plan.offsets, two.plan.offsets) << seed;
    EXPECT_EQ(one.plan.lowerBound, two.plan.lowerBound) << seed;
    EXPECT_EQ(one.plan.strategy, two.plan.strategy) << seed;
    EXPECT_EQ(one.numNodes, two.numNodes) << seed;
    EXPECT_EQ(one.numSearches, two.numSearches) << seed;
  }
}

TEST(MemorySolverTest, StopsAtItsBudget) {
  MemoryProblem problem = makePerfectProblem(1, 1000, 200);
  MemorySolverOptions options;
  for (int64_t budget : {0, 1, 100, 1000}) {
    options.nodeBudget = budget;
    MemorySolution solution = minimizeMemory(problem, options);
    // Each of four strategies may go one beyond.
    EXPECT_LE(solution.numNodes, budget + 8);
    EXPECT_EQ(message(validatePlan({problem.buffers}, solution.plan)),
              "success");
    EXPECT_LE(solution.plan.peak, planMemory(problem).peak);
  }
  options.nodeBudget = std::numeric_limits<int64_t>::max();
  options.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(minimizeMemory(problem, options).numSearches, 0);
}

TEST(MemorySolverTest, PartsAreLoweredTogether) {
  // Two copies, one after the other, of a problem that the heuristics don't
  // solve: the peak sinks only if both are searched.
  unsigned seed = 0;
  MemoryProblem one;
  do
    one = makePerfectProblem(seed++, 40, 20);
  while (planMemory(one).isOptimal());
  MemoryProblem both = one;
  for (Buffer buffer : one.buffers) {
    buffer.lifespan.lower += 1000;
    buffer.lifespan.upper += 1000;
    both.buffers.push_back(buffer);
  }
  MemorySolution solution = minimizeMemory(both);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(solution.plan.peak, 40);
  EXPECT_EQ(message(validatePlan(both, solution.plan)), "success");
}

TEST(MemorySolverTest, SizesThatShareNoDivisor) {
  // The sums don't fit into 32 bits, and the unit is one byte.
  constexpr int64_t huge = int64_t(1) << 40;
  MemoryProblem problem{{makeBuffer(0, 2, huge + 1), makeBuffer(1, 3, 7),
                         makeBuffer(2, 4, huge + 3), makeBuffer(0, 4, 64, 64)},
                        huge + 74};
  MemorySolution solution = minimizeMemory(problem);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(solution.plan.peak, huge + 74);
  EXPECT_EQ(message(validatePlan(problem, solution.plan)), "success");
}

TEST(MemorySolverTest, DeepSearchesHaveAStackOfTheirOwn) {
  // As in a network: most die soon, some are skipped to.
  Random random(1);
  MemoryProblem problem;
  for (int64_t i = 0; i != 4000; ++i)
    problem.buffers.push_back(
        makeBuffer(i, i + random.pick(2, i % 10 == 0 ? 120 : 6),
                   1024 * random.pick(1, 400)));
  ASSERT_FALSE(planMemory(problem).isOptimal());
  MemorySolverOptions options;
  options.nodeBudget = 100'000;
  MemorySolution solution = minimizeMemory(problem, options);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(message(validatePlan(problem, solution.plan)), "success");
}

TEST(MemorySolverTest, PeaksThatNoPlanHas) {
  // The first part can have a peak of 74 or 84. Where the second one asks for
  // something between them, 74 has to be found, and 84 is never in between.
  MemoryProblem problem{{makeBuffer(0, 1, 10, 64), makeBuffer(0, 1, 20, 64),
                         makeBuffer(1, 2, 80, 1)}};
  MemorySolution solution = minimizeMemory(problem);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(solution.plan.peak, 80);
  problem.buffers[0].fixedOffset = 64;
  problem.buffers[2].size = 70;
  solution = minimizeMemory(problem);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(solution.plan.peak, 74);
  EXPECT_EQ(message(validatePlan(problem, solution.plan)), "success");
  problem.buffers[0].fixedOffset = 0;
  EXPECT_EQ(minimizeMemory(problem).plan.peak, 84);
}

//===----------------------------------------------------------------------===//
// Foreign instances
//===----------------------------------------------------------------------===//

/// The MiniMalloc instance \p name, or nullopt where it isn't there.
static std::optional<MemoryProblem> getForeignProblem(StringRef name) {
  SmallString<128> path;
  if (const char *root = std::getenv("ONNC_FOREIGN_DATA")) {
    path = root;
  } else {
    path = ONNC_SOURCE_DIR;
    sys::path::append(path, "..", "shared", "data");
  }
  sys::path::append(path, "memory", name);
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return std::nullopt;
  return cantFail(readMemoryProblem((*file)->getBuffer(), name));
}

TEST(MemorySolverTest, ForeignInstancesFit) {
  // Twice the nodes that it takes, so that a loss of strength shows.
  struct {
    StringRef name;
    int64_t maxNodes;
  } instances[] = {{"A", 400},   {"B", 400},  {"C", 1500},  {"D", 1500},
                   {"E", 3500},  {"F", 600},  {"G", 13000}, {"H", 3500},
                   {"I", 14000}, {"J", 4500}, {"K", 5000}};
  for (auto [name, maxNodes] : instances) {
    auto problem = getForeignProblem((name + ".1048576.csv").str());
    if (!problem)
      GTEST_SKIP() << "the foreign instances aren't there";
    problem->capacity = 1048576;
    MemorySolverOptions options;
    options.nodeBudget = maxNodes;
    MemorySolution solution = fitMemory(*problem, options);
    EXPECT_EQ(solution.status, Status::Solved) << name.str();
    EXPECT_EQ(message(validatePlan(*problem, solution.plan)), "success")
        << name.str();
  }
}

TEST(MemorySolverTest, ForeignInstanceIsMinimized) {
  auto problem = getForeignProblem("C.1048576.csv");
  if (!problem)
    GTEST_SKIP() << "the foreign instances aren't there";
  MemorySolution solution = minimizeMemory(*problem);
  EXPECT_EQ(solution.status, Status::Solved);
  EXPECT_EQ(solution.plan.peak, 1039360);
  problem->capacity = 1039359;
  EXPECT_EQ(fitMemory(*problem).status, Status::Infeasible);
}
