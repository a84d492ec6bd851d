//===- PassesTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Passes.h"
#include "TestMachine.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Builder.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

class CodeGenPassesTest : public testing::Test {
protected:
  CodeGenPassesTest() : machine(makeTestMachine()) {
    // Random graphs have to fit.
    machine.units[0].memories[0].capacity = 1 << 20;
    machine.units[0].memories[1].capacity = 1 << 16;
    context.registerOps(testOps);
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  LogicalResult run(StringRef passes, Module &module) {
    PassRegistry registry;
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    auto pipeline = Pipeline::parse(passes, registry, context.getDiagnostics());
    if (!pipeline)
      return failure();
    PassManager manager(registry);
    return manager.run(*pipeline, module);
  }
  std::unique_ptr<Module> makeRandomModule(unsigned seed);
  std::unique_ptr<Module> makeRandomChain(unsigned seed);

  Machine machine;
  TestOperatorModel operators;
  TestBufferModel buffers;
  Context context;
  std::string log;
};

} // namespace

/// A graph of all that allocation knows: views, in-place operations, weights,
/// scratch in both memories, values without storage, several results.
std::unique_ptr<Module> CodeGenPassesTest::makeRandomModule(unsigned seed) {
  std::mt19937 engine(seed);
  auto chance = [&](unsigned n) { return engine() % n == 0; };
  auto module = std::make_unique<Module>(context);
  module->setProperties({Property::Imported, Property::Tiled});
  Graph &graph = module->addGraph("main");
  Type type = TensorType::get(context, ElementType::F32, {4});
  std::vector<Value *> values = {graph.getBody().addArgument(type, "x")};
  Builder builder(context);
  builder.setInsertionPointToEnd(graph.getBody());
  auto attr = [&](StringRef name, Attribute value) {
    return NamedAttr{context.intern(name), value};
  };
  for (unsigned i = 0, n = 5 + engine() % 40; i != n; ++i) {
    if (chance(8)) {
      values.push_back(
          builder
              .create("test.weights", {}, type,
                      {attr("bytes", IntsAttr::get({int64_t(engine() % 200)})),
                       attr("persistent", UnitAttr::get())})
              ->getResult());
      continue;
    }
    SmallVector<Value *, 3> operands;
    for (unsigned k = 0, last = engine() % 3; k <= last; ++k) {
      // Recent ones more often, as in networks.
      size_t back = std::min<size_t>(values.size(), 1 + engine() % 6);
      operands.push_back(values[values.size() - back]);
    }
    SmallVector<NamedAttr, 4> attrs;
    unsigned numResults = chance(5) ? 2 : 1;
    SmallVector<int64_t, 2> bytes;
    for (unsigned r = 0; r != numResults; ++r)
      bytes.push_back(chance(10) ? -1 : chance(2) ? 64 : engine() % 300);
    if (chance(6))
      bytes[0] = -1, attrs.push_back(attr("alias", IntAttr::get(0)));
    attrs.push_back(attr("bytes", IntsAttr::get(bytes)));
    if (chance(2))
      attrs.push_back(attr("in_place", operands.size() > 1 && chance(2)
                                           ? IntsAttr::get({0, 1})
                                           : IntsAttr::get({0})));
    if (chance(3)) {
      attrs.push_back(attr(
          "scratch",
          DictAttr::get(context, {attr("a", IntAttr::get(engine() % 500)),
                                  attr("b", IntAttr::get(engine() % 100))})));
      attrs.push_back(attr("scratch_memory", IntAttr::get(engine() % 2)));
    }
    if (chance(7))
      attrs.push_back(attr("align", IntAttr::get(128)));
    Operation *op =
        builder.create(chance(12) ? "test.effect" : "test.op", operands,
                       SmallVector<Type, 2>(numResults, type), attrs);
    for (Value *result : op->getResults())
      values.push_back(result);
  }
  Value *other = values[values.size() / 2];
  builder.createReturn({values.back(), other});
  graph.setOutputNames({"y", "z"});
  return module;
}

TEST_F(CodeGenPassesTest, RandomModulesAreAllocated) {
  unsigned shared = 0;
  for (unsigned seed = 0; seed != 150; ++seed) {
    auto module = makeRandomModule(seed);
    // Both passes end with their validators.
    ASSERT_TRUE(succeeded(run("schedule,allocate", *module))) << seed << log;
    auto usage = getMemoryUsage(*module, "dram");
    ASSERT_TRUE(usage.has_value());
    EXPECT_GE(usage->peak, usage->lowerBound);
    int64_t sum = 0;
    module->walk([&](Operation *op) {
      for (Value *result : op->getResults())
        if (auto request = buffers.getBuffer(*result))
          sum += request->size;
    });
    shared += usage->size < sum;
  }
  // Most of them use less than all their tensors together.
  EXPECT_GT(shared, 100u);
}

/// Operations one after the other, each of which may lie over the one before;
/// some are needed again later.
std::unique_ptr<Module> CodeGenPassesTest::makeRandomChain(unsigned seed) {
  std::mt19937 engine(seed);
  auto module = std::make_unique<Module>(context);
  module->setProperties({Property::Imported, Property::Tiled});
  Graph &graph = module->addGraph("main");
  Type type = TensorType::get(context, ElementType::F32, {4});
  std::vector<Value *> values = {graph.getBody().addArgument(type, "x")};
  Builder builder(context);
  builder.setInsertionPointToEnd(graph.getBody());
  for (unsigned i = 0; i != 12; ++i) {
    SmallVector<Value *, 2> operands = {values.back()};
    if (engine() % 4 == 0)
      operands.push_back(values[engine() % values.size()]);
    const int64_t steps[] = {0, 1, 1, 24};
    values.push_back(
        builder
            .create("test.op", operands, type,
                    {{"bytes", IntsAttr::get({int64_t(64 + engine() % 300)})},
                     {"overlap", IntsAttr::get({0, int64_t(engine() % 80),
                                                steps[engine() % 4]})}})
            ->getResult());
  }
  builder.createReturn({values.back()});
  graph.setOutputNames({"y"});
  return module;
}

TEST_F(CodeGenPassesTest, OverlapsLowerPeaksAndKeepTheirDistance) {
  unsigned lowered = 0, overlapping = 0, refused = 0;
  for (unsigned seed = 0; seed != 150; ++seed) {
    auto plan = [&](StringRef passes, Module &module) {
      EXPECT_TRUE(succeeded(run(passes, module))) << seed << log;
      return getMemoryUsage(module, "dram")->peak;
    };
    auto apart = makeRandomChain(seed);
    auto shared = makeRandomChain(seed);
    int64_t before = plan("schedule,allocate{in-place=false}", *apart);
    int64_t after = plan("schedule,allocate", *shared);
    lowered += after < before;
    // Of every result that lies over its operand, a byte more is demanded.
    for (Operation &op : shared->getMain()->getBody().getOps()) {
      auto overlap = op.getInts("overlap");
      if (overlap.empty() || !getOffset(*op.getResult()) ||
          !getOffset(*op.getOperand(0)))
        continue;
      int64_t from = *getOffset(*op.getOperand(0)),
              to = *getOffset(*op.getResult());
      auto source = buffers.getBuffer(*op.getOperand(0));
      auto result = buffers.getBuffer(*op.getResult());
      if (!source || !result || to + result->size <= from ||
          from + source->size <= to)
        continue;
      ++overlapping;
      EXPECT_TRUE(StorageOverlap({overlap[1], overlap[2]}).allows(from - to));
      Attribute good = op.getAttr("overlap");
      op.setAttr("overlap", IntsAttr::get({0, from - to + 1, overlap[2]}));
      log.clear();
      refused += failed(validateAllocation(*shared, machine, buffers)) &&
                 StringRef(log).contains("writes over its operand 0");
      op.setAttr("overlap", good);
    }
    EXPECT_TRUE(succeeded(validateAllocation(*shared, machine, buffers)));
  }
  EXPECT_GT(lowered, 60u);
  EXPECT_GT(overlapping, 30u);
  EXPECT_EQ(refused, overlapping);
}

TEST_F(CodeGenPassesTest, SearchLowersPeaks) {
  unsigned lowered = 0, optimal = 0;
  for (unsigned seed = 0; seed != 150; ++seed) {
    auto plan = [&](StringRef passes) {
      auto module = makeRandomModule(seed);
      EXPECT_TRUE(succeeded(run(passes, *module))) << seed << log;
      return *getMemoryUsage(*module, "dram");
    };
    MemoryUsage heuristic =
        plan("schedule,allocate{in-place=false search-nodes=0}");
    MemoryUsage search = plan("schedule,allocate{in-place=false}");
    EXPECT_LE(search.peak, heuristic.peak) << seed;
    EXPECT_GE(search.lowerBound, heuristic.lowerBound) << seed;
    lowered += search.peak < heuristic.peak;
    optimal += search.peak == search.lowerBound;
  }
  // Without the search, 29 are optimal.
  EXPECT_GT(lowered, 100u);
  EXPECT_GT(optimal, 110u);
}

TEST_F(CodeGenPassesTest, CorruptedPlansAreRejected) {
  unsigned rejected = 0, moved = 0;
  for (unsigned seed = 0; seed != 60; ++seed) {
    auto module = makeRandomModule(seed);
    ASSERT_TRUE(succeeded(run("schedule,allocate", *module))) << seed << log;
    // Every operation's operand goes where one of its results is, if that has
    // storage of its own and may not take over the operand's.
    for (Operation &op : module->getMain()->getBody().getOps()) {
      if (op.getNumResults() == 0 || op.hasAttr("alias") ||
          op.hasAttr("in_place") || op.hasAttr("overlap") ||
          !getOffset(*op.getResult()) || !op.getOperand(0) ||
          !getOffset(*op.getOperand(0)))
        continue;
      auto bytes = op.getInts("bytes");
      auto from = op.getOperand(0)->getDefiningOp()->getInts("bytes");
      unsigned index = op.getOperand(0)->getIndex();
      if (bytes[0] == 0 || from[index] <= 0)
        continue;
      Attribute good = op.getAttr(alloc::resultOffsets);
      SmallVector<int64_t, 6> offsets = op.getInts(alloc::resultOffsets);
      offsets[0] = *getOffset(*op.getOperand(0));
      op.setAttr(alloc::resultOffsets, IntsAttr::get(offsets));
      ++moved;
      rejected += failed(validateAllocation(*module, machine, buffers));
      op.setAttr(alloc::resultOffsets, good);
    }
    EXPECT_TRUE(succeeded(validateAllocation(*module, machine, buffers)));
  }
  EXPECT_EQ(rejected, moved);
  EXPECT_GT(moved, 200u);
}

TEST_F(CodeGenPassesTest, ValidatorWantsOffsetsAndPlan) {
  auto module = makeRandomModule(0);
  ASSERT_TRUE(succeeded(run("schedule,allocate", *module)));
  Attribute plan = module->getAttr(alloc::memoryPlan);
  module->setAttr(alloc::memoryPlan, Attribute());
  EXPECT_TRUE(failed(validateAllocation(*module, machine, buffers)));
  EXPECT_TRUE(StringRef(log).contains(
      "the module's plan doesn't state how memory 'dram' is used"));
  module->setAttr(alloc::memoryPlan, plan);
  for (Operation &op : module->getMain()->getBody().getOps())
    op.removeAttr(alloc::resultOffsets);
  EXPECT_TRUE(failed(validateAllocation(*module, machine, buffers)));
  EXPECT_TRUE(StringRef(log).contains("has no offset for result 0"));
}

TEST_F(CodeGenPassesTest, SameInputSameBytes) {
  auto print = [&](unsigned seed) {
    auto module = makeRandomModule(seed);
    EXPECT_TRUE(succeeded(run("schedule,allocate", *module)));
    std::string text;
    raw_string_ostream os(text);
    module->print(os);
    return text;
  };
  for (unsigned seed = 0; seed != 10; ++seed)
    EXPECT_EQ(print(seed), print(seed));
}

TEST_F(CodeGenPassesTest, OrdersAreForTheMemoryOfTensors) {
  // Two branches that shrink what they make, in memory 1.
  constexpr StringLiteral text = R"(
module @m properties [imported, partitioned, selected, tiled]
graph @main(%x: tensor<4xf32>) -> ("y", "z") {
  %a = test.op(%x) {bytes = [256], memory = 1} : (tensor<4xf32>) -> tensor<4xf32>
  %b = test.op(%x) {bytes = [256], memory = 1} : (tensor<4xf32>) -> tensor<4xf32>
  %c = test.op(%a) {bytes = [16], memory = 1} : (tensor<4xf32>) -> tensor<4xf32>
  %d = test.op(%b) {bytes = [16], memory = 1} : (tensor<4xf32>) -> tensor<4xf32>
  return(%c, %d) : (tensor<4xf32>, tensor<4xf32>) -> ()
}
)";
  auto getOrder = [&](unsigned memory) {
    buffers.tensorMemory = memory;
    auto module = parseModule(context, text, "m.onncir");
    EXPECT_TRUE(module && succeeded(run("schedule", *module))) << log;
    std::string order;
    for (Operation &op : module->getMain()->getBody().getOps())
      if (op.getNumResults() == 1)
        order += op.getResult()->getName();
    return order;
  };
  EXPECT_EQ(getOrder(0), "abcd");
  EXPECT_EQ(getOrder(1), "acbd");
}

TEST_F(CodeGenPassesTest, SeveralUnitsAreRefused) {
  machine.units.push_back(machine.units.front());
  for (StringRef pass : {"partition", "schedule", "allocate"}) {
    auto module = makeRandomModule(0);
    module->setProperties(
        {Property::Imported, Property::Tiled, Property::Scheduled});
    log.clear();
    EXPECT_TRUE(failed(run(pass, *module)));
    EXPECT_TRUE(StringRef(log).contains(
        "machine 'testchip' has 2 processing units; code generation supports "
        "one [codegen-unsupported]"))
        << log;
  }
}

TEST_F(CodeGenPassesTest, OneMachineForEachRegistry) {
  PassRegistry registry;
  cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
  EXPECT_EQ(
      toString(registerCodeGenPasses(registry, machine, operators, buffers)),
      "the passes of code generation already serve another machine");
}
