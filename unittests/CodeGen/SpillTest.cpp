//===- SpillTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Squeezes the memory that tensors live in, step by step, down to what the
/// largest operation needs: programs still fit, and their plans compute what
/// the graph does.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Tensors live in "fast", which spills to "slow"; weights in "rom". Kernels
/// take their operands from a scratchpad, or from where they lie.
class TwoMemories : public TileModel {
public:
  explicit TwoMemories(bool hasScratchpad) : hasScratchpad(hasScratchpad) {}

  StringRef getBackingMemory() const override { return "fast"; }
  StringRef getConstantMemory() const override { return "rom"; }
  StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return 2; }
  BufferType getTensorBuffer(TensorType type) const override {
    return BufferType::get(type.getContext(), type.getElementType(),
                           *type.getStaticShape(), "fast",
                           Layout::getRowMajor(type.getRank()));
  }
  std::optional<std::string> getRefusal(const Graph &kernel) const override {
    auto operators = getOperators(kernel);
    for (Operation *op : drop_begin(operators))
      if (!op->hasTrait(OpTrait::Elementwise))
        return "it isn't elementwise";
    return std::nullopt;
  }
  KernelTiling getTiling(const Graph &kernel) const override {
    KernelTiling tiling;
    auto operand = [&](const Value *value) {
      TensorType type = value->getTensorType();
      return TileOperand{hasScratchpad ? "pad" : "", type.getElementType(),
                         Layout::getRowMajor(type.getRank()), std::nullopt};
    };
    for (unsigned i = 0; i < kernel.getNumInputs(); ++i)
      tiling.inputs.push_back(operand(kernel.getInput(i)));
    for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
      tiling.outputs.push_back(operand(kernel.getOutput(i)));
    return tiling;
  }
  double getComputeCycles(const Graph &kernel, ArrayRef<int64_t> tile,
                          int64_t reduction) const override {
    return double(getVolume(getFullBox(tile))) * reduction;
  }
  double getLaunchCycles(unsigned) const override { return 100; }
  double getBarrierCycles(unsigned) const override { return 10; }
  double getTransferRate() const override { return hasScratchpad ? 8 : 0; }

private:
  bool hasScratchpad;
};

class TwoMemoriesBuffers : public TileBufferModel {
public:
  TwoMemoriesBuffers(const ProcessingUnit &unit, bool hasScratchpad)
      : TileBufferModel(unit, 0), hasScratchpad(hasScratchpad) {}
  bool canAccess(unsigned) const override { return !hasScratchpad; }

private:
  bool hasScratchpad;
};

constexpr int64_t grain = 16;

Machine makeMachine(int64_t capacity) {
  Memory fast{"fast", capacity, grain, 8.0, 10};
  Memory slow{"slow", 1 << 24, grain, 1.0, 100};
  Memory rom{"rom", 1 << 24, grain, 8.0, 10};
  Memory pad{"pad", 8192, grain, 64.0, 1};
  pad.perCore = true;
  fast.spillTo = 1;
  Machine machine;
  machine.name = "testchip";
  machine.units = {
      {"npu", 2, {fast, slow, rom, pad}, {}, {{"nominal", 1e9, 1.0}}}};
  return machine;
}

/// Convolutions, sums and concatenations of values that were made at any time
/// before.
std::unique_ptr<Module> makeNetwork(Context &context, unsigned seed) {
  std::mt19937 random(seed);
  auto pick = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % (high - low + 1));
  };
  auto module = std::make_unique<Module>(context);
  Graph &graph = module->addGraph("main");
  Builder builder(context);
  constexpr int64_t size = 6;
  std::vector<Value *> values = {graph.getBody().addArgument(
      TensorType::get(context, ElementType::F32, {1, 2, size, size}), "x")};
  builder.setInsertionPointToEnd(graph.getBody());
  auto channels = [](Value *value) {
    return *value->getTensorType().getDim(1).getConstant();
  };
  auto add = [&](Operation *op) {
    values.push_back(op->getResult());
    op->getResult()->setName("v" + std::to_string(values.size()));
  };
  for (int64_t i = 0, n = pick(5, 14); i < n; ++i) {
    Value *x = values[pick(std::max<int64_t>(0, int64_t(values.size()) - 4),
                           int64_t(values.size()) - 1)];
    Value *z = values[pick(0, int64_t(values.size()) - 1)];
    switch (pick(0, 3)) {
    case 0: {
      int64_t outputs = pick(1, 8);
      std::vector<float> data(outputs * channels(x) * 9);
      for (float &w : data)
        w = float(pick(-3, 3));
      Value *weights = builder.constant(
          TensorValue::of<float>(ElementType::F32, {outputs, channels(x), 3, 3},
                                 data)
              .toConstant(context));
      add(builder.createInferred("onnx.Conv", {x, weights},
                                 {{"pads", IntsAttr::get({1, 1, 1, 1})}}));
      break;
    }
    case 1:
      if (channels(x) == channels(z) || channels(z) == 1)
        add(builder.createInferred("onnx.Add", {x, z}));
      else
        add(builder.createInferred("onnx.Relu", {x}));
      break;
    case 2:
      if (channels(x) + channels(z) > 16) {
        add(builder.createInferred("onnx.Abs", {x}));
        break;
      }
      add(builder.createInferred("onnx.Concat", {x, z},
                                 {{"axis", IntAttr::get(1)}}));
      break;
    default:
      add(builder.createInferred("onnx.MaxPool", {x},
                                 {{"kernel_shape", IntsAttr::get({3, 3})},
                                  {"pads", IntsAttr::get({1, 1, 1, 1})}},
                                 1));
    }
  }
  // All that nothing uses is a result.
  SmallVector<Value *> outputs;
  std::vector<std::string> names;
  for (Value *value : values)
    if (!value->hasUses()) {
      outputs.push_back(value);
      names.push_back("y" + std::to_string(names.size()));
    }
  builder.createReturn(outputs);
  graph.setOutputNames(names);
  module->setProperties({Property::Imported});
  return module;
}

class SpillTest : public testing::TestWithParam<bool> {
protected:
  SpillTest() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  LogicalResult compile(Module &module, int64_t capacity) {
    Machine machine = makeMachine(capacity);
    TwoMemories model(GetParam());
    TwoMemoriesBuffers buffers(machine.units[0], GetParam());
    TileOperatorModel operators(machine.units[0], model);
    PassRegistry registry;
    cantFail(registerTilePasses(registry, machine.units[0], model));
    cantFail(registerTileTransformsPasses(registry));
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    auto pipeline = Pipeline::parse(
        "partition,form-kernels,form-blocks,tile,pipeline-loops,schedule,spill,"
        "allocate",
        registry, context.getDiagnostics());
    if (!pipeline)
      return failure();
    PassManager manager(registry);
    return manager.run(*pipeline, module);
  }

  Context context;
  std::string log;
};

/// What the largest operation of \p module, which was compiled with room
/// enough, needs in "fast", with all that stays there.
int64_t getLeastCapacity(const Module &module) {
  int64_t least = 0, persistent = 0;
  for (Operation &op : module.getMain()->getBody().getOps()) {
    if (isa<tile::InputOp>(op))
      persistent +=
          alignTo(tile::getBufferType(op.getResult()).getByteSize(), grain);
    SmallPtrSet<Value *, 8> buffers;
    int64_t sum = 0;
    if (isa<tile::BlockOp>(op) || op.hasTrait(OpTrait::Terminator))
      for (Value *operand : op.getOperands()) {
        if (isa<tile::OutputOp>(operand->getDefiningOp()))
          operand = operand->getDefiningOp()->getOperand(0);
        BufferType type = tile::getBufferType(operand);
        if (isa<tile::AllocOp>(operand->getDefiningOp()) &&
            type.getSpace() == "fast" && buffers.insert(operand).second)
          sum += alignTo(type.getByteSize(), grain);
      }
    least = std::max(least, sum);
  }
  return persistent + least;
}

unsigned countBlocks(const Module &module, StringRef prefix) {
  unsigned count = 0;
  for (Operation &op : module.getMain()->getBody().getOps())
    if (auto block = dyn_cast<tile::BlockOp>(op))
      count += block.getName().starts_with(prefix);
  return count;
}

} // namespace

TEST_P(SpillTest, SqueezedStepByStep) {
  unsigned numSpilled = 0, numFetched = 0, numRemade = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    auto original = makeNetwork(context, seed);
    std::vector<float> data(2 * 6 * 6);
    std::mt19937 random(seed);
    for (float &x : data)
      x = float(random() % 7) - 3;
    RuntimeValues inputs;
    inputs.push_back(
        TensorValue::of<float>(ElementType::F32, {1, 2, 6, 6}, data));
    auto expected = run(*original->getMain(), inputs);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError());

    auto roomy = original->clone();
    ASSERT_TRUE(succeeded(compile(*roomy, 1 << 20))) << log;
    EXPECT_EQ(countBlocks(*roomy, "spill"), 0u);
    int64_t most = getMemoryUsage(*roomy, "fast")->size;
    int64_t least = std::min(most, getLeastCapacity(*roomy));
    constexpr int numSteps = 5;
    for (int step = 0; step <= numSteps; ++step) {
      int64_t capacity = most - (most - least) * step / numSteps;
      auto module = original->clone();
      ASSERT_TRUE(succeeded(compile(*module, capacity)))
          << "seed " << seed << ", " << capacity << " bytes of " << least
          << " to " << most << "\n"
          << log;
      ASSERT_TRUE(succeeded(verify(*module))) << log;
      EXPECT_LE(getMemoryUsage(*module, "fast")->size, capacity);
      numSpilled += getMemoryUsage(*module, "slow")->size > 0;
      unsigned copies =
          countBlocks(*module, "spill") + countBlocks(*module, "fetch");
      numFetched += countBlocks(*module, "fetch");
      numRemade += countBlocks(*module, "") - countBlocks(*roomy, "") - copies;
      RunOptions options;
      options.usePlan = true;
      auto found = run(*module->getMain(), inputs, options);
      ASSERT_TRUE(bool(found))
          << "seed " << seed << ": " << toString(found.takeError());
      for (auto [e, f] : zip_equal(*expected, *found)) {
        auto a = e.getTensor().elements<float>(),
             b = f.getTensor().elements<float>();
        for (int64_t i = 0; i < e.getTensor().getNumElements(); ++i)
          ASSERT_EQ(a[i], b[i]) << "seed " << seed << " element " << i;
      }
    }
  }
  // All ways are taken.
  EXPECT_GT(numSpilled, 20u);
  EXPECT_GT(numFetched, 5u);
  EXPECT_GT(numRemade, 5u);
}

INSTANTIATE_TEST_SUITE_P(Memories, SpillTest, testing::Bool(),
                         [](const auto &info) {
                           return info.param ? "Scratchpad" : "OneAddressSpace";
                         });
