//===- SchedulerTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Scheduler.h"
#include "TestMachine.h"
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

/// The lowest peak of all orders that continue \p order.
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
    Order order;
    int64_t optimum = findOptimum(problem, order);
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
