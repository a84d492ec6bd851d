//===- SchedulerTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Scheduler.h"
#include "TestMachine.h"
#include "onnc/CodeGen/ScheduleSolver.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/AsmParser.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

using Order = std::vector<unsigned>;

/// Tasks that each allocate a buffer of a size, from the tasks that they read.
static SchedulingProblem
makeProblem(ArrayRef<std::pair<int64_t, std::vector<unsigned>>> tasks) {
  SchedulingProblem problem;
  for (const auto &[size, reads] : tasks) {
    unsigned index = problem.tasks.size();
    auto &task = problem.tasks.emplace_back();
    for (unsigned before : reads) {
      task.predecessors.push_back(before);
      problem.storages[before].users.push_back(index);
    }
    problem.storages.push_back({size, index, {}, false});
  }
  return problem;
}

TEST(SchedulerTest, Peak) {
  SchedulingProblem problem =
      makeProblem({{100, {}}, {10, {0}}, {100, {}}, {10, {2}}, {1, {1, 3}}});
  EXPECT_EQ(computePeak(problem, {0, 1, 2, 3, 4}), 120);
  EXPECT_EQ(computePeak(problem, {0, 2, 1, 3, 4}), 210);
  problem.tasks[4].transient = 200;
  EXPECT_EQ(computePeak(problem, {0, 1, 2, 3, 4}), 221);
  problem.tasks[4].transient = 0;
  problem.storages[0].staysLive = true;
  EXPECT_EQ(computePeak(problem, {0, 1, 2, 3, 4}), 220);
}

TEST(SchedulerTest, OneBranchAfterTheOther) {
  SchedulingProblem problem =
      makeProblem({{100, {}}, {100, {}}, {10, {0}}, {10, {1}}, {1, {2, 3}}});
  Schedule schedule = scheduleTasks(problem);
  EXPECT_EQ(schedule.order, (Order{0, 2, 1, 3, 4}));
  EXPECT_EQ(schedule.peak, 120);
}

TEST(SchedulerTest, KeepsAnOrderThatIsAsGood) {
  // Any order needs 3; the given one isn't the depth-first one.
  SchedulingProblem problem =
      makeProblem({{1, {}}, {1, {}}, {1, {1}}, {1, {0, 2}}});
  Schedule schedule = scheduleTasks(problem);
  EXPECT_EQ(schedule.order, (Order{0, 1, 2, 3}));
  EXPECT_EQ(schedule.strategy, "given");
}

TEST(SchedulerTest, TheNeediestBranchFirst) {
  // Task 2's branch needs 150 on the way and leaves 10; task 0's leaves 50.
  SchedulingProblem problem =
      makeProblem({{50, {}}, {140, {}}, {10, {1}}, {5, {0, 2}}});
  Schedule schedule = scheduleTasksWith("depth-first-by-need", problem);
  EXPECT_EQ(schedule.order, (Order{1, 2, 0, 3}));
  EXPECT_EQ(schedule.peak, 150);
}

TEST(SchedulerTest, ValidOrders) {
  SchedulingProblem problem = makeProblem({{1, {}}, {1, {0}}, {1, {0}}});
  EXPECT_TRUE(isValidOrder(problem, {0, 2, 1}));
  EXPECT_FALSE(isValidOrder(problem, {1, 0, 2}));
  EXPECT_FALSE(isValidOrder(problem, {0, 1}));
  EXPECT_FALSE(isValidOrder(problem, {0, 1, 1}));
  EXPECT_FALSE(isValidOrder(problem, {0, 1, 3}));
}

TEST(SchedulerTest, NoTasks) {
  Schedule schedule = scheduleTasks({});
  EXPECT_TRUE(schedule.order.empty());
  EXPECT_EQ(schedule.peak, 0);
}

/// The lowest peak of all orders that continue \p order, by the definition.
static int64_t findOptimum(const SchedulingProblem &problem, Order &order) {
  if (order.size() == problem.tasks.size())
    return computePeak(problem, order);
  int64_t best = INT64_MAX;
  for (unsigned task = 0; task != problem.tasks.size(); ++task) {
    auto done = [&](unsigned t) { return is_contained(order, t); };
    if (done(task) || !all_of(problem.tasks[task].predecessors, done))
      continue;
    order.push_back(task);
    best = std::min(best, findOptimum(problem, order));
    order.pop_back();
  }
  return best;
}

static int64_t findOptimum(const SchedulingProblem &problem) {
  Order order;
  return findOptimum(problem, order);
}

TEST(SchedulerTest, RandomGraphs) {
  int64_t ours = 0, optimal = 0, given = 0;
  for (unsigned seed = 0; seed != 60; ++seed) {
    std::mt19937 engine(seed);
    SchedulingProblem problem;
    for (unsigned i = 0; i != 7; ++i) {
      auto &task = problem.tasks.emplace_back();
      task.transient = engine() % 8 == 0 ? engine() % 100 : 0;
      for (unsigned before = 0; before != i; ++before)
        if (engine() % 3 == 0) {
          task.predecessors.push_back(before);
          problem.storages[before].users.push_back(i);
        }
      problem.storages.push_back(
          {int64_t(engine() % 100), i, {}, engine() % 6 == 0});
    }
    Schedule best = scheduleTasks(problem);
    EXPECT_TRUE(isValidOrder(problem, best.order)) << seed;
    for (StringRef strategy : getScheduleStrategies()) {
      Schedule schedule = scheduleTasksWith(strategy, problem);
      EXPECT_TRUE(isValidOrder(problem, schedule.order))
          << seed << " " << strategy.str();
      EXPECT_EQ(schedule.peak, computePeak(problem, schedule.order));
      EXPECT_LE(best.peak, schedule.peak) << seed << " " << strategy.str();
    }
    int64_t optimum = findOptimum(problem);
    EXPECT_GE(best.peak, optimum) << seed;
    ours += best.peak;
    optimal += optimum;
    given += scheduleTasksWith("given", problem).peak;
  }
  // Near the optimum on average, and of use.
  EXPECT_LE(ours, optimal * 1.03);
  EXPECT_LT(ours, given);
}

//===----------------------------------------------------------------------===//
// The solver
//===----------------------------------------------------------------------===//

/// Tasks with precedences alone, storages of several users, with aliases (those
/// who use a user's result use its operand too), results that stay, tasks that
/// need nothing, and results in place.
static SchedulingProblem makeRandomProblem(unsigned seed, unsigned numTasks) {
  std::mt19937 engine(seed);
  auto oneIn = [&](unsigned n) { return engine() % n == 0; };
  unsigned sparsity = 2 + seed % 5;
  SchedulingProblem problem;
  for (unsigned i = 0; i != numTasks; ++i) {
    auto &task = problem.tasks.emplace_back();
    task.transient = oneIn(8) ? engine() % 100 : 0;
    std::vector<unsigned> reads;
    auto read = [&](unsigned storage) {
      if (is_contained(reads, storage))
        return;
      problem.storages[storage].users.push_back(i);
      reads.push_back(storage);
    };
    for (unsigned before = 0; before != i; ++before) {
      if (!oneIn(sparsity))
        continue;
      task.predecessors.push_back(before);
      bool aliases = oneIn(6);
      if (oneIn(8))
        continue;
      for (unsigned s = 0; s != problem.storages.size(); ++s)
        if (problem.storages[s].producer == before ||
            (aliases && is_contained(problem.storages[s].users, before)))
          read(s);
    }
    for (unsigned n = oneIn(8) ? 0 : oneIn(6) ? 2 : 1; n != 0; --n) {
      SchedulingProblem::Storage storage = {
          int64_t(engine() % 6 * 10), i, {}, oneIn(8), {}};
      for (unsigned other : reads)
        if (problem.storages[other].size == storage.size && !oneIn(3))
          storage.mayReplace.push_back(other);
      problem.storages.push_back(std::move(storage));
    }
  }
  return problem;
}

TEST(ScheduleSolverTest, AsGoodAsTheBestOfAllOrders) {
  unsigned improved = 0, inPlace = 0;
  for (unsigned seed = 0; seed != 600; ++seed) {
    SchedulingProblem problem = makeRandomProblem(seed, 2 + seed % 7);
    int64_t optimum = findOptimum(problem);
    ScheduleSolution solution = minimizePeak(problem);
    ASSERT_TRUE(isValidOrder(problem, solution.schedule.order)) << seed;
    EXPECT_EQ(computePeak(problem, solution.schedule.order), optimum) << seed;
    EXPECT_EQ(solution.schedule.peak, optimum) << seed;
    EXPECT_EQ(solution.lowerBound, optimum) << seed;
    improved += optimum < scheduleTasks(problem).peak;
    for (auto &storage : problem.storages)
      storage.mayReplace.clear();
    inPlace += optimum < findOptimum(problem);
  }
  // The problems aren't too easy, and have all that they are meant to have.
  EXPECT_GT(improved, 20u);
  EXPECT_GT(inPlace, 20u);
}

TEST(ScheduleSolverTest, StopsAtItsBudgetWithAProvenBound) {
  unsigned open = 0;
  for (unsigned seed = 0; seed != 40; ++seed) {
    SchedulingProblem problem = makeRandomProblem(seed, 24);
    ScheduleSolution exact = minimizePeak(problem);
    ASSERT_TRUE(exact.isOptimal()) << seed;
    int64_t last = INT64_MAX;
    for (int64_t budget : {0, 8, 64, 512}) {
      ScheduleSolution solution = minimizePeak(problem, {budget});
      ASSERT_TRUE(isValidOrder(problem, solution.schedule.order));
      EXPECT_EQ(computePeak(problem, solution.schedule.order),
                solution.schedule.peak);
      EXPECT_GE(solution.schedule.peak, exact.schedule.peak) << seed;
      EXPECT_LE(solution.lowerBound, exact.lowerBound) << seed;
      EXPECT_LE(solution.schedule.peak, scheduleTasks(problem).peak) << seed;
      EXPECT_LE(solution.schedule.peak, last) << seed;
      open += !solution.isOptimal();
      // A node's successors are reached together.
      EXPECT_LE(solution.numNodes, budget + 200) << seed;
      last = scheduleTasks(problem).peak;
    }
  }
  EXPECT_GT(open, 20u);
}

TEST(ScheduleSolverTest, SameInputSameOrder) {
  for (unsigned seed = 0; seed != 20; ++seed) {
    SchedulingProblem problem = makeRandomProblem(seed, 40);
    ScheduleSolution a = minimizePeak(problem, {2000});
    ScheduleSolution b = minimizePeak(problem, {2000});
    EXPECT_EQ(a.schedule.order, b.schedule.order);
    EXPECT_EQ(a.numNodes, b.numNodes);
    EXPECT_EQ(a.lowerBound, b.lowerBound);
  }
}

/// A chain of \p length cells, each four branches between one task and the
/// next, that each make 100 bytes of 10 and leave \p leaves of them.
static SchedulingProblem makeCells(unsigned length, int64_t leaves) {
  std::vector<std::pair<int64_t, std::vector<unsigned>>> tasks = {{10, {}}};
  unsigned input = 0;
  for (unsigned cell = 0; cell != length; ++cell) {
    unsigned first = tasks.size();
    for (unsigned branch = 0; branch != 4; ++branch)
      tasks.push_back({100, {input}});
    for (unsigned branch = 0; branch != 4; ++branch)
      tasks.push_back({leaves, {first + branch}});
    input = tasks.size();
    tasks.push_back({10, {first + 4, first + 5, first + 6, first + 7}});
  }
  return makeProblem(tasks);
}

TEST(ScheduleSolverTest, DividesAtTasksThatAllOthersMeet) {
  ScheduleSolution solution = minimizePeak(makeCells(50, 20));
  EXPECT_EQ(solution.numSegments, 51u);
  EXPECT_TRUE(solution.isOptimal());
  EXPECT_EQ(solution.schedule.peak, 3 * 20 + 100 + 20);
  // Only the first segment had to be searched, if any.
  EXPECT_LT(solution.numNodes, 1000);
}

TEST(ScheduleSolverTest, TasksWithoutStorageDontConnectSegments) {
  SchedulingProblem problem = makeCells(3, 20);
  // Constants: needed by one task each, and by nothing else.
  SchedulingProblem withConstants;
  for (unsigned i = 0; i != problem.tasks.size(); ++i)
    withConstants.tasks.emplace_back();
  for (SchedulingProblem::Task &task : problem.tasks) {
    unsigned constant = &task - problem.tasks.data();
    for (unsigned &before : task.predecessors)
      before += problem.tasks.size();
    task.predecessors.push_back(constant);
    withConstants.tasks.push_back(task);
  }
  for (SchedulingProblem::Storage &storage : problem.storages) {
    storage.producer += problem.tasks.size();
    for (unsigned &user : storage.users)
      user += problem.tasks.size();
    withConstants.storages.push_back(storage);
  }
  ScheduleSolution solution = minimizePeak(withConstants);
  EXPECT_EQ(solution.numSegments, 4u);
  EXPECT_TRUE(solution.isOptimal());
  EXPECT_TRUE(isValidOrder(withConstants, solution.schedule.order));
}

TEST(ScheduleSolverTest, TheGivenOrderStaysWhereItIsOptimal) {
  SchedulingProblem problem =
      makeProblem({{1, {}}, {1, {}}, {1, {1}}, {1, {0, 2}}});
  ScheduleSolution solution = minimizePeak(problem);
  EXPECT_EQ(solution.schedule.strategy, "given");
  EXPECT_EQ(solution.schedule.order, (Order{0, 1, 2, 3}));
  EXPECT_EQ(solution.numNodes, 0);
}

TEST(ScheduleSolverTest, NothingToSchedule) {
  ScheduleSolution solution = minimizePeak({});
  EXPECT_TRUE(solution.schedule.order.empty());
  EXPECT_TRUE(solution.isOptimal());
  SchedulingProblem idle;
  idle.tasks.resize(3);
  EXPECT_EQ(minimizePeak(idle).schedule.order, (Order{0, 1, 2}));
}

TEST(ScheduleSolverTest, ThousandsOfTasks) {
  // Each reads one or two of the twelve before it: no cuts, wide.
  std::mt19937 engine(1);
  SchedulingProblem problem;
  for (unsigned i = 0; i != 4000; ++i) {
    auto &task = problem.tasks.emplace_back();
    for (unsigned n = i == 0 ? 0 : 1 + engine() % 2; n != 0; --n) {
      unsigned before = i - 1 - engine() % std::min(i, 12u);
      if (is_contained(task.predecessors, before))
        continue;
      task.predecessors.push_back(before);
      problem.storages[before].users.push_back(i);
    }
    problem.storages.push_back({int64_t(1 + engine() % 50), i, {}, false, {}});
  }
  ScheduleSolution solution = minimizePeak(problem, {5000});
  EXPECT_TRUE(isValidOrder(problem, solution.schedule.order));
  EXPECT_LE(solution.lowerBound, solution.schedule.peak);
}

//===----------------------------------------------------------------------===//
// The validator of schedules
//===----------------------------------------------------------------------===//

namespace {
class ScheduleValidatorTest : public testing::Test {
protected:
  void SetUp() override {
    context.registerOps(testOps);
    context.getDiagnostics().setHandler(
        [this](const Diagnostic &diag) { log += diag.message + "\n"; });
    module = parseModule(context, R"(module @m
graph @main(%x: tensor<4xf32>) -> ("y") {
  %a = test.op(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %b = test.op(%a) : (tensor<4xf32>) -> tensor<4xf32>
  test.effect(%a) : (tensor<4xf32>) -> ()
  test.effect(%x) : (tensor<4xf32>) -> ()
  return(%b) : (tensor<4xf32>) -> ()
}
)",
                         "test");
    ASSERT_TRUE(module);
    for (Operation &op : getBody().getOps())
      ops.push_back(&op);
  }
  Region &getBody() { return module->getMain()->getBody(); }

  Context context;
  std::unique_ptr<Module> module;
  std::vector<Operation *> ops;
  std::string log;
};
} // namespace

TEST_F(ScheduleValidatorTest, AcceptsTopologicalOrders) {
  EXPECT_TRUE(succeeded(validateSchedule(ops, getBody())));
  ops[1]->moveBefore(ops[4]);
  EXPECT_TRUE(succeeded(validateSchedule(ops, getBody())));
  EXPECT_EQ(log, "");
}

TEST_F(ScheduleValidatorTest, OperandsComeFirst) {
  ops[1]->moveBefore(ops[0]);
  EXPECT_TRUE(failed(validateSchedule(ops, getBody())));
  EXPECT_EQ(log, "'test.op' is scheduled before its operand is computed\n");
}

TEST_F(ScheduleValidatorTest, EffectsKeepTheirOrder) {
  ops[3]->moveBefore(ops[0]);
  EXPECT_TRUE(failed(validateSchedule(ops, getBody())));
  EXPECT_TRUE(StringRef(log).contains(
      "'test.effect' has an effect and changed places with another such"));
}

TEST_F(ScheduleValidatorTest, NothingIsLostOrAdded) {
  Operation *lost = ops[3]->remove();
  EXPECT_TRUE(failed(validateSchedule(ops, getBody())));
  EXPECT_EQ(log, "'test.effect' was lost by scheduling\n");
  log.clear();
  lost->insertBefore(ops[4]);
  ops.erase(ops.begin() + 3);
  EXPECT_TRUE(failed(validateSchedule(ops, getBody())));
  EXPECT_EQ(log, "'test.effect' wasn't there before scheduling\n");
}

TEST_F(ScheduleValidatorTest, TheTerminatorStaysLast) {
  ops[3]->moveAfter(ops[4]);
  EXPECT_TRUE(failed(validateSchedule(ops, getBody())));
  EXPECT_EQ(log, "'return' doesn't end its region any more\n");
}
