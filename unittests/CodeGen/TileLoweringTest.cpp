//===- TileLoweringTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Lowers tensor graphs to tile programs for a machine with small scratchpads,
/// and executes both: the interpreter checks every access of the program as it
/// runs it, and the results are the graph's.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/ScheduleFile.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Computes everything from tiles in a scratchpad; a kernel is any operator
/// followed by elementwise ones.
class ScratchpadModel : public TileModel {
public:
  StringRef getBackingMemory() const override { return "dram"; }
  StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return cores; }
  BufferType getTensorBuffer(TensorType type) const override {
    auto shape = *type.getStaticShape();
    Layout layout = Layout::getRowMajor(shape.size());
    if (channelsLast && shape.size() == 4)
      layout = *Layout::parse("acdb", 4);
    return BufferType::get(type.getContext(), type.getElementType(), shape,
                           "dram", layout);
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
      return TileOperand{"sram", type.getElementType(),
                         Layout::getRowMajor(type.getRank()), std::nullopt};
    };
    for (unsigned i = 0; i < kernel.getNumInputs(); ++i)
      tiling.inputs.push_back(operand(kernel.getInput(i)));
    for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
      tiling.outputs.push_back(operand(kernel.getOutput(i)));
    tiling.accumulator = ElementType::F32;
    return tiling;
  }
  double getComputeCycles(const Graph &kernel, ArrayRef<int64_t> tile,
                          int64_t reduction) const override {
    return double(getVolume(getFullBox(tile))) * reduction;
  }
  double getLaunchCycles(unsigned parallelism) const override { return 100; }
  double getBarrierCycles(unsigned parallelism) const override { return 10; }
  double getTransferRate() const override { return 8; }

  unsigned cores = 4;
  bool channelsLast = false;
};

class TileLoweringTest : public testing::Test {
protected:
  TileLoweringTest() {
    Memory dram{"dram", 1 << 24, 16, 16.0, 50};
    Memory sram{"sram", 4096, 16, 64.0, 1};
    sram.perCore = true;
    machine.name = "testchip";
    machine.units = {{"npu", 4, {dram, sram}, {}, {{"nominal", 1e9, 1.0}}}};
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  LogicalResult lower(StringRef passes, Module &module) {
    PassRegistry registry;
    cantFail(registerTilePasses(registry, machine.units[0], model));
    cantFail(registerTileTransformsPasses(registry));
    auto pipeline = Pipeline::parse(passes, registry, context.getDiagnostics());
    if (!pipeline)
      return failure();
    PassManager manager(registry);
    return manager.run(*pipeline, module);
  }

  std::unique_ptr<Module> parse(StringRef body) {
    auto module =
        parseModule(context, ("module @m properties [imported]\n" + body).str(),
                    "test", ".");
    EXPECT_TRUE(module) << log;
    return module;
  }

  RuntimeValues makeInputs(const Graph &graph, unsigned seed) {
    std::mt19937 engine(seed);
    RuntimeValues values;
    for (unsigned i = 0; i < graph.getNumInputs(); ++i) {
      auto shape = *graph.getInput(i)->getTensorType().getStaticShape();
      std::vector<float> data(getVolume(getFullBox(shape)));
      for (float &x : data)
        x = static_cast<int>(engine() % 15) - 7;
      values.push_back(TensorValue::of<float>(ElementType::F32, shape, data));
    }
    return values;
  }

  /// Lowers \p body with every pipeline of interest and compares.
  void check(StringRef body, unsigned seed = 1) {
    auto original = parse(body);
    ASSERT_TRUE(original);
    checkModule(original.get(), seed);
  }
  void checkModule(Module *original, unsigned seed) {
    RuntimeValues inputs = makeInputs(*original->getMain(), seed);
    auto expected = run(*original->getMain(), inputs);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
    for (StringRef passes :
         {"form-kernels", "form-kernels,form-blocks",
          "form-kernels,form-blocks,tile{double-buffer=false}",
          "form-kernels,form-blocks,tile,pipeline-loops"}) {
      auto module = original->clone();
      ASSERT_TRUE(succeeded(lower(passes, *module))) << passes.str() << log;
      std::string text;
      raw_string_ostream os(text);
      module->print(os);
      ASSERT_TRUE(succeeded(verify(*module))) << log << text;
      auto found = run(*module->getMain(), inputs);
      ASSERT_TRUE(bool(found)) << toString(found.takeError()) << text;
      ASSERT_EQ(expected->size(), found->size());
      for (auto [e, f] : zip_equal(*expected, *found)) {
        ASSERT_EQ(e.getTensor().getShape(), f.getTensor().getShape());
        auto a = e.getTensor().elements<float>(),
             b = f.getTensor().elements<float>();
        for (int64_t i = 0; i < e.getTensor().getNumElements(); ++i)
          ASSERT_NEAR(a[i], b[i], 1e-4 * std::abs(a[i]) + 1e-5)
              << passes.str() << " element " << i << "\n"
              << text;
      }
    }
  }

  Machine machine;
  ScratchpadModel model;
  Context context;
  std::string log;
};

} // namespace

TEST_F(TileLoweringTest, Elementwise) {
  check(R"(graph @main(%x: tensor<50x70xf32>, %z: tensor<70xf32>) -> ("y") {
    %a = onnx.Add(%x, %z) : (tensor<50x70xf32>, tensor<70xf32>) -> tensor<50x70xf32>
    %y = onnx.Relu(%a) : (tensor<50x70xf32>) -> tensor<50x70xf32>
    return(%y) : (tensor<50x70xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, Convolution) {
  check(
      R"(graph @main(%x: tensor<1x6x19x23xf32>, %w: tensor<10x6x3x3xf32>, %b: tensor<10xf32>) -> ("y") {
    %a = onnx.Conv(%x, %w, %b) {pads = [1, 1, 1, 1], strides = [2, 1]} : (tensor<1x6x19x23xf32>, tensor<10x6x3x3xf32>, tensor<10xf32>) -> tensor<1x10x10x23xf32>
    %y = onnx.Relu(%a) : (tensor<1x10x10x23xf32>) -> tensor<1x10x10x23xf32>
    return(%y) : (tensor<1x10x10x23xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, ChannelsLast) {
  model.channelsLast = true;
  check(
      R"(graph @main(%x: tensor<2x6x9x11xf32>, %w: tensor<10x3x3x1xf32>) -> ("y") {
    %a = onnx.Conv(%x, %w) {group = 2, pads = [1, 0, 1, 0]} : (tensor<2x6x9x11xf32>, tensor<10x3x3x1xf32>) -> tensor<2x10x9x11xf32>
    %y = onnx.MaxPool(%a) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]} : (tensor<2x10x9x11xf32>) -> tensor<2x10x5x6xf32>
    return(%y) : (tensor<2x10x5x6xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, CutsReductionsThatDoNotFit) {
  check(
      R"(graph @main(%x: tensor<3x2000xf32>, %w: tensor<2000x5xf32>) -> ("y") {
    %y = onnx.MatMul(%x, %w) : (tensor<3x2000xf32>, tensor<2000x5xf32>) -> tensor<3x5xf32>
    return(%y) : (tensor<3x5xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, MovesData) {
  check(
      R"(graph @main(%x: tensor<1x6x20x7xf32>, %z: tensor<1x5x20x7xf32>) -> ("y", "t") {
    %y = onnx.Concat(%x, %z) {axis = 1} : (tensor<1x6x20x7xf32>, tensor<1x5x20x7xf32>) -> tensor<1x11x20x7xf32>
    %t = onnx.Transpose(%y) {perm = [0, 2, 3, 1]} : (tensor<1x11x20x7xf32>) -> tensor<1x20x7x11xf32>
    return(%y, %t) : (tensor<1x11x20x7xf32>, tensor<1x20x7x11xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, Softmax) {
  check(R"(graph @main(%x: tensor<40x30xf32>) -> ("y") {
    %y = onnx.Softmax(%x) {axis = 1} : (tensor<40x30xf32>) -> tensor<40x30xf32>
    return(%y) : (tensor<40x30xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, EqualKernelsAreOne) {
  auto module = parse(R"(graph @main(%x: tensor<8xf32>) -> ("y") {
    %a = onnx.Relu(%x) : (tensor<8xf32>) -> tensor<8xf32>
    %b = onnx.Sin(%a) : (tensor<8xf32>) -> tensor<8xf32>
    %c = onnx.Softmax(%b) {axis = 0} : (tensor<8xf32>) -> tensor<8xf32>
    %d = onnx.Relu(%c) : (tensor<8xf32>) -> tensor<8xf32>
    %e = onnx.Softmax(%d) {axis = 0} : (tensor<8xf32>) -> tensor<8xf32>
    %y = onnx.Relu(%e) : (tensor<8xf32>) -> tensor<8xf32>
    return(%y) : (tensor<8xf32>) -> ()
  })");
  ASSERT_TRUE(succeeded(lower("form-kernels", *module))) << log;
  // main, relu_sin, softmax_relu (twice the same).
  EXPECT_EQ(module->getGraphs().size(), 3u);
}

/// The inputs of the only kernel of \p module.
static unsigned getNumKernelInputs(const Module &module) {
  for (const auto &graph : module.getGraphs())
    if (graph->getName() != "main")
      return graph->getNumInputs();
  return 0;
}

TEST_F(TileLoweringTest, OperandsOfAProductAreInputsOfTheirOwn) {
  auto square = parse(R"(graph @main(%x: tensor<4x4xf32>) -> ("y") {
    %a = onnx.MatMul(%x, %x) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %y = onnx.Mul(%a, %x) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    return(%y) : (tensor<4x4xf32>) -> ()
  })");
  ASSERT_TRUE(succeeded(lower("form-kernels", *square))) << log;
  EXPECT_EQ(getNumKernelInputs(*square), 3u);
  // Elementwise operators share theirs.
  auto twice = parse(R"(graph @main(%x: tensor<4xf32>) -> ("y") {
    %a = onnx.Mul(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %y = onnx.Add(%a, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return(%y) : (tensor<4xf32>) -> ()
  })");
  ASSERT_TRUE(succeeded(lower("form-kernels", *twice))) << log;
  EXPECT_EQ(getNumKernelInputs(*twice), 1u);
  // A single weight is an operand, a single addend is a parameter.
  auto single = parse(R"(graph @main(%x: tensor<4x1xf32>) -> ("y") {
    %w = onnx.Constant() {value = dense<tensor<1x1xf32>, [2.0]>} : () -> tensor<1x1xf32>
    %a = onnx.MatMul(%x, %w) : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
    %y = onnx.Add(%a, %w) : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
    return(%y) : (tensor<4x1xf32>) -> ()
  })");
  ASSERT_TRUE(succeeded(lower("form-kernels", *single))) << log;
  EXPECT_EQ(getNumKernelInputs(*single), 2u);
}

TEST_F(TileLoweringTest, ResultsWithoutElements) {
  check(R"(graph @main(%x: tensor<3x4xf32>) -> ("y", "z") {
    %from = onnx.Constant() {value = dense<tensor<1xi64>, [2]>} : () -> tensor<1xi64>
    %axis = onnx.Constant() {value = dense<tensor<1xi64>, [1]>} : () -> tensor<1xi64>
    %y = onnx.Slice(%x, %from, %from, %axis) : (tensor<3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3x0xf32>
    %z = onnx.Relu(%y) : (tensor<3x0xf32>) -> tensor<3x0xf32>
    return(%y, %z) : (tensor<3x0xf32>, tensor<3x0xf32>) -> ()
  })");
}

TEST_F(TileLoweringTest, ReportsAllThatIsUnsupported) {
  auto module = parse(R"(graph @main(%x: tensor<8xf32>) -> ("y", "z") {
    %y = onnx.NonZero(%x) : (tensor<8xf32>) -> tensor<1x?xi64> loc("first")
    %z = onnx.NonZero(%x) : (tensor<8xf32>) -> tensor<1x?xi64> loc("second")
    return(%y, %z) : (tensor<1x?xi64>, tensor<1x?xi64>) -> ()
  })");
  EXPECT_TRUE(failed(lower("form-kernels", *module)));
  EXPECT_TRUE(StringRef(log).contains("first")) << log;
  EXPECT_TRUE(StringRef(log).contains("second")) << log;
}

//===----------------------------------------------------------------------===//
// Random networks
//===----------------------------------------------------------------------===//

namespace {
/// A chain of operators over images, each of random shape and attributes.
class RandomNetwork {
public:
  RandomNetwork(Context &context, unsigned seed)
      : module(std::make_unique<Module>(context)), random(seed),
        builder(context) {
    random.discard(20);
    Graph &graph = module->addGraph("main");
    value = graph.getBody().addArgument(
        TensorType::get(context, ElementType::F32,
                        {pick(1, 2), pick(1, 9), pick(3, 20), pick(3, 20)}),
        "x");
    builder.setInsertionPointToEnd(graph.getBody());
    for (int64_t i = 0, n = pick(2, 6); i < n; ++i)
      addOperator();
    builder.createReturn({value});
    graph.setOutputNames({"y"});
    module->setProperties({Property::Imported});
  }

  std::unique_ptr<Module> module;

private:
  int64_t pick(int64_t low, int64_t high) {
    return low + random() % (high - low + 1);
  }
  int64_t dim(unsigned i) const {
    return *value->getTensorType().getDim(i).getConstant();
  }
  Value *constant(ArrayRef<int64_t> shape) {
    std::vector<float> data(getVolume(getFullBox(shape)));
    for (float &x : data)
      x = pick(-4, 4) / 8.0f;
    return builder.constant(
        TensorValue::of<float>(ElementType::F32, shape, data)
            .toConstant(builder.getContext()));
  }
  void make(StringRef op, ArrayRef<Value *> operands,
            ArrayRef<NamedAttr> attrs = {}) {
    Operation *made =
        builder.createInferred(("onnx." + op).str(), operands, attrs, 1);
    ASSERT_TRUE(made) << op.str();
    value = made->getResult();
  }
  void addOperator();

  std::mt19937 random;
  Builder builder;
  Value *value;
};
} // namespace

void RandomNetwork::addOperator() {
  auto ints = [](std::initializer_list<int64_t> values) {
    return IntsAttr::get(SmallVector<int64_t, 4>(values));
  };
  int64_t kh = std::min(pick(1, 3), dim(2)), kw = std::min(pick(1, 3), dim(3));
  NamedAttr pads = {"pads", ints({pick(0, kh - 1), pick(0, kw - 1),
                                  pick(0, kh - 1), pick(0, kw - 1)})};
  NamedAttr strides = {"strides", ints({pick(1, 2), pick(1, 2)})};
  NamedAttr kernel = {"kernel_shape", ints({kh, kw})};
  switch (pick(0, 11)) {
  case 0:
  case 1: {
    int64_t group = pick(0, 2) == 0 ? dim(1) : 1;
    int64_t out = group * pick(1, group > 1 ? 2 : 12);
    make("Conv",
         {value, constant({out, dim(1) / group, kh, kw}), constant({out})},
         {{"group", IntAttr::get(group)}, pads, strides});
    return;
  }
  case 2:
    make("MaxPool", {value}, {kernel, pads, strides});
    return;
  case 3:
    make("AveragePool", {value},
         {kernel,
          pads,
          strides,
          {"count_include_pad", IntAttr::get(pick(0, 1))}});
    return;
  case 4:
    make("Relu", {value});
    return;
  case 5:
    make("Add", {value, constant({dim(1), 1, pick(0, 1) ? dim(3) : 1})});
    return;
  case 6:
    make("Mul", {value, value});
    return;
  case 7:
    make("Transpose", {value}, {{"perm", ints({0, 2, 3, 1})}});
    return;
  case 8:
    if (dim(1) < 40)
      make("Concat", {value, value, value},
           {{"axis", IntAttr::get(pick(1, 3))}});
    return;
  case 9:
    make("Softmax", {value}, {{"axis", IntAttr::get(pick(1, 3))}});
    return;
  case 10: {
    int64_t from = pick(0, dim(2) - 1);
    make("Slice", {value, builder.constantInts({from}),
                   builder.constantInts({pick(from + 1, dim(2))}),
                   builder.constantInts({2})});
    return;
  }
  default:
    make("Pad", {value, builder.constantInts({0, 0, pick(0, 2), pick(0, 2), 0,
                                              0, pick(0, 2), 1})});
    return;
  }
}

TEST_F(TileLoweringTest, RandomNetworks) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork network(context, seed);
    model.channelsLast = seed % 2;
    model.cores = 1 + seed % 5;
    checkModule(network.module.get(), seed);
    if (HasFatalFailure())
      return;
  }
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static constexpr StringRef twoConvolutions =
    R"(graph @main(%x: tensor<1x4x20x20xf32>, %w: tensor<6x4x3x3xf32>, %v: tensor<5x6x3x3xf32>) -> ("y") {
    %a = onnx.Conv(%x, %w) {pads = [1, 1, 1, 1]} : (tensor<1x4x20x20xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x20x20xf32> loc("conv1")
    %b = onnx.Relu(%a) : (tensor<1x6x20x20xf32>) -> tensor<1x6x20x20xf32>
    %y = onnx.Conv(%b, %v) : (tensor<1x6x20x20xf32>, tensor<5x6x3x3xf32>) -> tensor<1x5x18x18xf32> loc("conv2")
    return(%y) : (tensor<1x5x18x18xf32>) -> ()
  })";

TEST(ScheduleFile, ReadsWhatItWrites) {
  StringRef text = R"({"blocks": [{"name": "stem", "layers": ["a", "b"],
    "model_parallelism": 4, "tile": [1, 2], "split": [4, 1]}, {"layers": ["c"]}]})";
  auto blocks = parseSchedule(text);
  ASSERT_TRUE(bool(blocks)) << toString(blocks.takeError());
  ASSERT_EQ(blocks->size(), 2u);
  EXPECT_EQ((*blocks)[0].tile, (std::vector<int64_t>{1, 2}));
  std::string first, second;
  raw_string_ostream a(first), b(second);
  writeSchedule(*blocks, a);
  auto again = parseSchedule(first);
  ASSERT_TRUE(bool(again)) << toString(again.takeError());
  writeSchedule(*again, b);
  EXPECT_EQ(first, second);
}

TEST(ScheduleFile, NamesThePlaceOfAnError) {
  for (auto [text, message] :
       {std::pair<StringRef, StringRef>{"{\"blocks\": [{\"layers\": []}]}",
                                        "blocks[0].layers"},
        {"{\"blocks\": [{\"layers\": [\"a\"], \"tile\": [0]}]}",
         "blocks[0].tile[0]"},
        {"{\"blocks\": [{\"layers\": [\"a\"], \"tiles\": [1]}]}",
         "blocks[0].tiles"},
        {"{\"blocks\": 3}", "blocks"},
        {"[", "1:1"}}) {
    auto blocks = parseSchedule(text);
    ASSERT_FALSE(bool(blocks)) << text.str();
    EXPECT_TRUE(StringRef(toString(blocks.takeError())).contains(message))
        << text.str();
  }
}

TEST_F(TileLoweringTest, FusesWhatAScheduleSays) {
  auto original = parse(twoConvolutions);
  RuntimeValues inputs = makeInputs(*original->getMain(), 3);
  auto expected = run(*original->getMain(), inputs);
  ASSERT_TRUE(bool(expected));
  // As form-blocks makes it of {"layers": ["conv1", "conv2"]}.
  ASSERT_TRUE(succeeded(lower("form-kernels", *original))) << log;
  SmallString<128> path;
  std::error_code error;
  int fd;
  error = sys::fs::createTemporaryFile("schedule", "json", fd, path);
  ASSERT_FALSE(error);
  {
    raw_fd_ostream os(fd, /*shouldClose=*/true);
    os << R"({"blocks": [{"name": "both", "layers": ["conv1", "conv2"], "tile": [1, 5, 2, 5]}]})";
  }
  LogicalResult lowered = lower(
      ("form-blocks{schedule=\"" + path + "\"},tile,pipeline-loops").str(),
      *original);
  sys::fs::remove(path);
  ASSERT_TRUE(succeeded(lowered)) << log;
  auto blocks = getSchedule(*original->getMain());
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].layers, (std::vector<std::string>{"conv1", "conv2"}));
  EXPECT_EQ(blocks[0].tile, (std::vector<int64_t>{1, 5, 2, 5}));
  auto found = run(*original->getMain(), inputs);
  ASSERT_TRUE(bool(found)) << toString(found.takeError());
  EXPECT_EQ((*expected)[0].getTensor().getBytes(),
            (*found)[0].getTensor().getBytes());
}
