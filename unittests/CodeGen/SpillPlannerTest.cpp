//===- SpillPlannerTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/SpillPlanner.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

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

} // namespace

using Storage = SpillProblem::Storage;
using Alternative = SpillProblem::Alternative;

/// Used at random times, which are kept or left between any two of them.
static Storage makeStorage(Random &random, int64_t numTimes) {
  Storage storage;
  storage.size = random.pick(0, 9);
  int64_t begin = random.pick(0, numTimes - 2);
  int64_t end = random.pick(begin + 2, numTimes);
  storage.alternatives.push_back({0, {{begin, end}}});
  int64_t numMore = random.pick(0, 3);
  for (int64_t i = 0; i < numMore; ++i) {
    Alternative way{double(random.pick(0, 20)), {}};
    int64_t from = random.pick(begin, end), to = random.pick(from, end);
    if (begin < from)
      way.residence.push_back({begin, from});
    if (to < end)
      way.residence.push_back({to, end});
    storage.alternatives.push_back(std::move(way));
  }
  return storage;
}

static SpillProblem makeProblem(Random &random, int64_t numStorages,
                                int64_t numTimes) {
  SpillProblem problem;
  for (int64_t i = 0; i < numStorages; ++i)
    problem.storages.push_back(makeStorage(random, numTimes));
  std::vector<unsigned> stay(numStorages, 0);
  int64_t least = computeLeastCapacity(problem);
  int64_t most = computeResidentPeak(problem, stay);
  problem.capacity = random.pick(least - (least > 0), most);
  return problem;
}

/// The least cost of all combinations that fit.
static std::optional<double> tryAll(const SpillProblem &problem,
                                    std::vector<unsigned> &choice) {
  if (choice.size() == problem.storages.size()) {
    if (computeResidentPeak(problem, choice) > problem.capacity)
      return std::nullopt;
    double cost = 0;
    for (size_t i = 0; i < choice.size(); ++i)
      cost += problem.storages[i].alternatives[choice[i]].cost;
    return cost;
  }
  std::optional<double> best;
  const Storage &storage = problem.storages[choice.size()];
  for (unsigned a = 0; a < storage.alternatives.size(); ++a) {
    choice.push_back(a);
    auto cost = tryAll(problem, choice);
    choice.pop_back();
    if (cost && (!best || *cost < *best))
      best = cost;
  }
  return best;
}

static void expectSound(const SpillProblem &problem, const SpillPlan &plan) {
  ASSERT_EQ(plan.choice.size(), problem.storages.size());
  EXPECT_EQ(plan.peak, computeResidentPeak(problem, plan.choice));
  EXPECT_LE(plan.peak, problem.capacity);
  double cost = 0;
  for (size_t i = 0; i < plan.choice.size(); ++i)
    cost += problem.storages[i].alternatives[plan.choice[i]].cost;
  EXPECT_EQ(plan.cost, cost);
  EXPECT_LE(plan.lowerBound, plan.cost);
}

TEST(SpillPlanner, WhatFitsStays) {
  SpillProblem problem{{{4, {{0, {{0, 2}}}, {1, {}}}}, {4, {{0, {{1, 3}}}}}},
                       8};
  auto plan = planSpills(problem);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->choice, std::vector<unsigned>({0, 0}));
  EXPECT_EQ(plan->cost, 0);
  EXPECT_TRUE(plan->isOptimal());
  EXPECT_EQ(plan->peak, 8);
}

/// Two cheap ones together cost less than the one that relieves most per byte.
TEST(SpillPlanner, GreedyIsNotEnough) {
  SpillProblem problem;
  problem.capacity = 10;
  problem.storages = {{10, {{0, {{0, 1}}}, {9, {}}}},
                      {6, {{0, {{0, 1}}}, {6, {}}}},
                      {4, {{0, {{0, 1}}}, {4.5, {}}}}};
  // 10 bytes must go: the first alone, not 6 and 4.
  auto plan = planSpills(problem);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->cost, 9);
  problem.capacity = 14;
  // 6 bytes: the second one, though the first one is cheaper by byte.
  plan = planSpills(problem);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->cost, 6);
  EXPECT_TRUE(plan->isOptimal());
}

TEST(SpillPlanner, NothingHelps) {
  SpillProblem problem{{{4, {{0, {{0, 2}}}, {1, {{0, 1}}}}}}, 3};
  EXPECT_EQ(computeLeastCapacity(problem), 4);
  EXPECT_FALSE(planSpills(problem));
}

TEST(SpillPlanner, RandomProblemsAgainstAllCombinations) {
  unsigned numInfeasible = 0, numSpilled = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    SpillProblem problem =
        makeProblem(random, random.pick(1, 7), random.pick(2, 9));
    std::vector<unsigned> choice;
    auto expected = tryAll(problem, choice);
    auto plan = planSpills(problem);
    ASSERT_EQ(plan.has_value(), expected.has_value()) << "seed " << seed;
    numInfeasible += !expected;
    if (!plan)
      continue;
    expectSound(problem, *plan);
    EXPECT_EQ(plan->cost, *expected) << "seed " << seed;
    EXPECT_TRUE(plan->isOptimal());
    numSpilled += plan->cost > 0;
  }
  EXPECT_GT(numInfeasible, 100u);
  EXPECT_GT(numSpilled, 500u);
}

/// With any budget plans are sound, bounds true, and more nodes never worse.
TEST(SpillPlanner, Budgets) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Random random(seed);
    SpillProblem problem = makeProblem(random, 30, 40);
    double last = std::numeric_limits<double>::infinity(), bound = 0;
    for (int64_t nodes : {0, 10, 100, 1000, 100000}) {
      auto plan = planSpills(problem, {nodes});
      if (!plan)
        continue;
      expectSound(problem, *plan);
      EXPECT_LE(plan->cost, last) << "seed " << seed;
      EXPECT_GE(plan->cost, bound) << "seed " << seed;
      last = plan->cost;
      bound = std::max(bound, plan->lowerBound);
    }
  }
}
