//===- ZeroCopyTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Random networks of Concat, Split and Slice on machines of several kinds:
/// what the tile pass lets share buffers computes the same, and never keeps
/// more alive than copies do. test/CodeGen/zero-copy.onncir has the rules.
///
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// One operator at a time, wherever the tests want its operands.
class SimpleModel : public TileModel {
public:
  StringRef getBackingMemory() const override { return "dram"; }
  StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return 3; }
  BufferType getTensorBuffer(TensorType type) const override {
    auto shape = *type.getStaticShape();
    Layout layout = Layout::getRowMajor(shape.size());
    if (shape.size() == 3)
      layout = *Layout::parse(tag, 3);
    return BufferType::get(type.getContext(), type.getElementType(), shape,
                           "dram", layout);
  }
  std::optional<std::string> getRefusal(const Graph &kernel) const override {
    if (getOperators(kernel).size() > 1)
      return "one operator at a time";
    return std::nullopt;
  }
  KernelTiling getTiling(const Graph &kernel) const override {
    KernelTiling tiling;
    auto operand = [&](const Value *value) {
      BufferType type = getTensorBuffer(value->getTensorType());
      Layout layout = type.getLayout();
      return TileOperand{space, type.getElementType(), layout, std::nullopt};
    };
    for (unsigned i = 0; i < kernel.getNumInputs(); ++i)
      tiling.inputs.push_back(operand(kernel.getInput(i)));
    for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
      tiling.outputs.push_back(operand(kernel.getOutput(i)));
    auto shape = getStaticShape(kernel.getOutput(0));
    for (auto [dim, extent] : enumerate(shape))
      tiling.granularity.push_back(std::min<int64_t>(
          extent, tiling.outputs[0].layout.getBlockSize(dim)));
    return tiling;
  }
  bool canUseParts(const Graph &kernel) const override { return takesParts; }
  double getComputeCycles(const Graph &kernel, ArrayRef<int64_t> tile,
                          int64_t reduction) const override {
    return double(getVolume(getFullBox(tile))) * reduction;
  }
  double getLaunchCycles(unsigned parallelism) const override { return 100; }
  double getBarrierCycles(unsigned parallelism) const override { return 10; }
  double getTransferRate() const override { return 8; }

  /// Of three dimensions.
  StringRef tag = "abc";
  StringRef space = "sram";
  bool takesParts = true;
};

/// Every operator takes any of the values before it.
class RandomPieces {
public:
  RandomPieces(Context &context, unsigned seed)
      : module(std::make_unique<Module>(context)), random(seed),
        builder(context) {
    random.discard(20);
    Graph &graph = module->addGraph("main");
    values.push_back(graph.getBody().addArgument(
        TensorType::get(context, ElementType::F32, {8, 12, 5}), "x"));
    builder.setInsertionPointToEnd(graph.getBody());
    for (int64_t i = 0, n = pick(4, 14); i < n; ++i)
      addOperator();
    SmallVector<Value *> outputs;
    std::vector<std::string> names;
    for (Value *value : values)
      if (!value->hasUses() || pick(0, 9) == 0) {
        outputs.push_back(value);
        names.push_back("y" + std::to_string(names.size()));
      }
    builder.createReturn(outputs);
    graph.setOutputNames(names);
    module->setProperties({Property::Imported});
  }

  std::unique_ptr<Module> module;

private:
  int64_t pick(int64_t low, int64_t high) {
    return low + random() % (high - low + 1);
  }
  /// Recent values more often than others.
  Value *pickValue() {
    return values[values.size() - 1 -
                  std::min<size_t>(pick(0, 5), values.size() - 1)];
  }
  void make(StringRef op, ArrayRef<Value *> operands,
            ArrayRef<NamedAttr> attrs = {}, unsigned results = 1) {
    Operation *made =
        builder.createInferred(("onnx." + op).str(), operands, attrs, results);
    ASSERT_TRUE(made) << op.str();
    append_range(values, made->getResults());
  }
  void addOperator();

  std::mt19937 random;
  Builder builder;
  SmallVector<Value *> values;
};
} // namespace

void RandomPieces::addOperator() {
  Value *value = pickValue();
  auto shape = getStaticShape(value);
  int64_t axis = pick(0, 2);
  NamedAttr onAxis = {"axis", IntAttr::get(axis)};
  switch (pick(0, 9)) {
  case 0:
  case 1:
  case 2: {
    // What fits beside it, in any order, some of it twice.
    SmallVector<Value *> operands = {value};
    int64_t extent = shape[axis];
    for (int64_t i = 0, n = pick(1, 3); i < n; ++i) {
      Value *other = pickValue();
      auto own = getStaticShape(other);
      bool fits = extent + own[axis] <= 40;
      for (unsigned dim = 0; dim < 3; ++dim)
        fits &= int64_t(dim) == axis || own[dim] == shape[dim];
      if (!fits)
        continue;
      extent += own[axis];
      operands.insert(pick(0, 1) ? operands.begin() : operands.end(), other);
    }
    if (operands.size() > 1)
      make("Concat", operands, onAxis);
    return;
  }
  case 3:
  case 4: {
    // Where all layouts can be cut; a Split in loops is another matter.
    if (shape[axis] < 5)
      return;
    int64_t first = 4 * pick(1, (shape[axis] - 1) / 4);
    make("Split", {value, builder.constantInts({first, shape[axis] - first})},
         onAxis, 2);
    return;
  }
  case 5: {
    int64_t from = pick(0, 1) ? 0 : pick(0, shape[axis] - 1);
    make("Slice", {value, builder.constantInts({from}),
                   builder.constantInts({pick(from + 1, shape[axis])}),
                   builder.constantInts({axis})});
    return;
  }
  case 6:
    make("Reshape",
         {value, builder.constantInts({shape[0], shape[2], shape[1]})});
    return;
  default:
    make(pick(0, 1) ? "Relu" : "Neg", {value});
  }
}

namespace {
class ZeroCopyTest : public testing::Test {
protected:
  ZeroCopyTest() {
    Memory dram{"dram", 1 << 24, 16, 16.0, 50};
    Memory sram{"sram", 4096, 16, 64.0, 1};
    sram.perCore = true;
    machine.name = "testchip";
    machine.units = {{"npu", 3, {dram, sram}, {}, {{"nominal", 1e9, 1.0}}}};
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  std::unique_ptr<Module> lower(const Module &original, StringRef passes) {
    PassRegistry registry;
    cantFail(registerTilePasses(registry, machine.units[0], model));
    cantFail(registerTileTransformsPasses(registry));
    auto pipeline = Pipeline::parse(passes, registry, context.getDiagnostics());
    auto module = original.clone();
    PassManager manager(registry);
    if (!pipeline || failed(manager.run(*pipeline, *module)) ||
        failed(verify(*module)))
      return nullptr;
    return module;
  }

  void check(const Module &original, unsigned seed);

  Machine machine;
  SimpleModel model;
  Context context;
  std::string log;
  /// Of all networks.
  unsigned numBlocks = 0, numBlocksBefore = 0, numSaved = 0;
};

/// The most bytes of allocations that are alive at a time.
int64_t getPeak(const Module &module, const ProcessingUnit &unit) {
  TileBufferModel buffers(unit);
  Liveness liveness(
      module.getMain()->getBody(), [&](const Value &value) -> Value * {
        auto operand = buffers.getAliasedOperand(value);
        return operand ? value.getDefiningOp()->getOperand(*operand) : nullptr;
      });
  std::vector<int64_t> live(liveness.getNumPositions() + 1);
  for (Value *root : liveness.getRoots()) {
    Operation *op = root->getDefiningOp();
    if (!op || !isa<tile::AllocOp>(op))
      continue;
    Lifespan lifespan = liveness.getLifespan(*root);
    for (int64_t i = lifespan.lower; i < lifespan.upper; ++i)
      live[i] += tile::getBufferType(root).getByteSize();
  }
  return *llvm::max_element(live);
}

template <typename OpT> unsigned count(const Module &module) {
  unsigned number = 0;
  const_cast<Module &>(module).walk(
      [&](Operation *op) { number += isa<OpT>(op); });
  return number;
}

std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  return text;
}
} // namespace

void ZeroCopyTest::check(const Module &original, unsigned seed) {
  std::mt19937 engine(seed);
  RuntimeValues inputs;
  auto shape = getStaticShape(original.getMain()->getInput(0));
  std::vector<float> data(getVolume(getFullBox(shape)));
  for (float &x : data)
    x = static_cast<int>(engine() % 15) - 7;
  inputs.push_back(TensorValue::of<float>(ElementType::F32, shape, data));
  auto expected = run(*original.getMain(), inputs);
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  auto copied =
      lower(original,
            "form-kernels,form-blocks,tile{zero-copy=false},pipeline-loops");
  ASSERT_TRUE(copied) << log;
  auto shared = lower(original, "form-kernels,form-blocks,tile,pipeline-loops");
  ASSERT_TRUE(shared) << log << print(original);
  auto found = run(*shared->getMain(), inputs);
  ASSERT_TRUE(bool(found)) << toString(found.takeError()) << print(*shared);
  for (auto [e, f] : zip_equal(*expected, *found)) {
    auto a = e.getTensor().elements<float>(),
         b = f.getTensor().elements<float>();
    for (int64_t i = 0; i < e.getTensor().getNumElements(); ++i)
      ASSERT_EQ(a[i], b[i]) << "element " << i << "\n" << print(*shared);
  }
  int64_t before = getPeak(*copied, machine.units[0]);
  int64_t after = getPeak(*shared, machine.units[0]);
  EXPECT_LE(after, before) << print(*shared);
  numSaved += after < before;
  numBlocks += count<tile::BlockOp>(*shared);
  numBlocksBefore += count<tile::BlockOp>(*copied);
}

TEST_F(ZeroCopyTest, RandomNetworks) {
  struct Kind {
    StringRef tag, space;
  };
  static constexpr Kind kinds[] = {{"abc", "sram"},
                                   {"acb", "sram"},
                                   {"abc", ""},
                                   {"aBc4b", ""},
                                   {"ABc4a2b", "dram"}};
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Kind &kind = kinds[seed % std::size(kinds)];
    model.tag = kind.tag;
    model.space = kind.space;
    RandomPieces network(context, seed);
    check(*network.module, seed);
    if (HasFailure())
      return;
  }
  // Many blocks are gone, and many peaks lower.
  EXPECT_LT(numBlocks + 80, numBlocksBefore);
  EXPECT_GT(numSaved, 40u);
}

TEST_F(ZeroCopyTest, LeavesHaveToTakeParts) {
  // Where they work in place, and can't, everything is copied as before.
  model.space = "";
  model.takesParts = false;
  for (unsigned seed = 0; seed < 20; ++seed) {
    RandomPieces network(context, seed);
    auto module = lower(*network.module, "form-kernels,form-blocks,tile");
    ASSERT_TRUE(module) << log;
    module->walk([&](Operation *op) {
      if (auto compute = dyn_cast<tile::ComputeOp>(op))
        for (Value *buffer : tile::getBuffers(compute)) {
          tile::BufferView view = tile::getView(buffer);
          EXPECT_EQ(view.type.getShape(), view.domain) << print(*module);
        }
    });
  }
}
