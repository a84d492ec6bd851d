//===- UsePlanTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Random tile programs, executed in the memories of their plans. The
/// allocator, its validator and the interpreter must agree: a plan that the
/// validator accepts changes no result, and one that it refuses is an error or
/// harmless on these inputs, never a wrong result.
///
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "llvm/ADT/StringSet.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Elementwise operators, windows, sums and copies, directly on tensors in dram
/// or through tiles beside the cores, in several layouts and encodings.
class RandomProgram {
public:
  explicit RandomProgram(unsigned seed) : random(seed) { random.discard(20); }

  std::string make() {
    body = "  %x = tile.Input(%X) -> " +
           type(buffers.emplace_back(makeBuffer("x"))) +
           "\n  %w = tile.Constant() {value = dense<tensor<1x1x3xf32>, [1.0, "
           "-2.0, 1.0]>} -> buffer<1x1x3xf32, dram>\n";
    for (int64_t i = 0, n = pick(2, 8); i < n; ++i)
      addStep();
    const Buffer &last = buffers.back();
    body += "  %Y = tile.Output(%" + last.name +
            ") -> tensor<1x4x12xf32>\n  return(%Y)\n";
    std::string text = "module @m properties [tiled, scheduled]\n";
    for (const Kernel &kernel : kernels)
      if (used.contains(kernel.name))
        text += kernel.text.str() + "  return(%Y)\n}\n";
    return text + "graph @main(%X: tensor<1x4x12xf32>) -> (\"Y\") {\n" + body +
           "}\n";
  }

private:
  struct Buffer {
    std::string name, element, layout;
  };

  struct Kernel {
    StringRef name;
    size_t numOperands;
    StringRef text;
  };
  static constexpr Kernel kernels[] = {
      {"relu", 1, R"(graph @relu(%A: tensor<1x4x12xf32>) -> ("Y") {
  %Y = onnx.Relu(%A) -> tensor<1x4x12xf32>
)"},
      {"softmax", 1, R"(graph @softmax(%A: tensor<1x4x12xf32>) -> ("Y") {
  %Y = onnx.Softmax(%A) {axis = 2} -> tensor<1x4x12xf32>
)"},
      {"pool", 1, R"(graph @pool(%A: tensor<1x4x12xf32>) -> ("Y") {
  %Y = onnx.MaxPool(%A) {kernel_shape = [3], pads = [1, 1]} -> tensor<1x4x12xf32>
)"},
      {"add", 2,
       R"(graph @add(%A: tensor<1x4x12xf32>, %B: tensor<1x4x12xf32>) -> ("Y") {
  %Y = onnx.Add(%A, %B) -> tensor<1x4x12xf32>
)"},
      {"sum", 2,
       R"(graph @sum(%A: tensor<1x4x12xf32>, %B: tensor<1x4x12xf32>) -> ("Y") {
  %S = onnx.Add(%A, %B) -> tensor<1x4x12xf32>
  %Y = onnx.Relu(%S) -> tensor<1x4x12xf32>
)"}};

  int64_t pick(int64_t low, int64_t high) {
    return low + random() % (high - low + 1);
  }
  Buffer makeBuffer(std::string name) {
    static constexpr const char *elements[] = {"f32", "f32", "f16", "f64",
                                               "bf16"};
    static constexpr const char *layouts[] = {"abc", "acb", "cab", "aBc4b",
                                              "abC8c"};
    return {name, elements[pick(0, 4)], layouts[pick(0, 4)]};
  }
  static std::string type(const Buffer &b, StringRef space = "dram",
                          StringRef shape = "1x4x12") {
    return ("buffer<" + shape + "x" + b.element + ", " + space +
            (b.layout == "abc" ? "" : ", " + b.layout) + ">")
        .str();
  }

  void addStep() {
    const std::string number = std::to_string(buffers.size());
    const Kernel &kernel = kernels[pick(0, std::size(kernels) - 1)];
    used.insert(kernel.name);
    Buffer result = makeBuffer("t" + number);
    std::vector<Buffer> operands;
    for (size_t i = 0; i != kernel.numOperands; ++i)
      operands.push_back(
          buffers[std::max<int64_t>(0, buffers.size() - pick(1, 3))]);
    body += "  %" + result.name + " = tile.Alloc() -> " + type(result) + "\n";
    std::string names, arguments;
    for (auto [i, operand] : enumerate(operands)) {
      names += "%" + operand.name + ", ";
      arguments += "%a" + std::to_string(i) + ": " + type(operand) + ", ";
    }
    body += "  tile.Block(" + names + "%" + result.name + ") ({ ^(" +
            arguments + "%y: " + type(result) + ")\n";
    if (pick(0, 1))
      addWhole(kernel);
    else
      addTiles(kernel, operands, result);
    body += "    return()\n  })\n";
    buffers.push_back(result);
  }

  void addWhole(const Kernel &kernel) {
    body += "    tile.Compute(%a0, ";
    body += kernel.numOperands == 2 ? "%a1, %y" : "%y";
    body += (") {kernel = @" + kernel.name + "}\n").str();
  }

  /// A core takes some of the rows, which are computed one by one.
  void addTiles(const Kernel &kernel, ArrayRef<Buffer> operands,
                const Buffer &result) {
    const int64_t cores = pick(0, 1) ? 2 : 1, rows = 4 / cores;
    const std::string box =
        "box<0:1, " + std::to_string(rows) + "*d0 + d1:1, 0:12>";
    body += "    tile.ForAll() {counts = [" + std::to_string(cores) +
            "], over = \"core\"} ({ ^(%c: index)\n";
    std::string loads, inputs;
    auto addBuffer = [&](const std::string &name, const std::string &element) {
      Buffer tile{name, element, "abc"};
      body += "      %s" + name +
              " = tile.Alloc() {multiplicity = " + std::to_string(pick(1, 2)) +
              "} -> " + type(tile, "sram", "1x1x12") + "\n";
      loads += "        %" + name + " = tile.Place(%s" + name +
               ", %c, %i) {box = " + box +
               ", domain = [1, 4, 12], slot = affine<d1>} -> " +
               type(tile, "sram", "1x1x12") + "\n";
    };
    for (auto [i, operand] : enumerate(operands)) {
      const std::string n = std::to_string(i);
      addBuffer("b" + n, operand.element);
      loads += "        %k" + n + " = tile.CopyStart(%a" + n + ", %b" + n +
               ") -> token\n        tile.CopyWait(%k" + n + ")\n";
      inputs += "%b" + n + ", ";
    }
    addBuffer("r", result.element);
    body += "      tile.For() {count = " + std::to_string(rows) +
            "} ({ ^(%i: index)\n" + loads + "        tile.Compute(" + inputs +
            ("%r) {kernel = @" + kernel.name + "}\n").str() +
            "        %k = tile.CopyStart(%r, %y) -> token\n"
            "        tile.CopyWait(%k)\n        return()\n      })\n"
            "      return()\n    })\n";
  }

  std::mt19937 random;
  std::vector<Buffer> buffers;
  std::string body;
  StringSet<> used;
};

Machine makeMachine() {
  Memory dram{"dram", 1 << 16, 8, 16.0, 50};
  Memory sram{"sram", 4096, 16, 64.0, 1};
  sram.perCore = true;
  Machine machine;
  machine.name = "testchip";
  machine.units = {{"npu", 2, {dram, sram}, {}, {{"nominal", 1e9, 1.0}}}};
  return machine;
}

class UsePlanTest : public testing::Test {
protected:
  UsePlanTest() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
    std::vector<float> data(48);
    for (auto [i, x] : enumerate(data))
      x = int(i * 7 % 23) - 11;
    inputs = {TensorValue::of<float>(ElementType::F32, {1, 4, 12}, data)};
  }

  std::unique_ptr<Module> parse(const std::string &text) {
    auto module = parseModule(context, text, "test", ".");
    EXPECT_TRUE(module && succeeded(verify(*module))) << log << text;
    return module;
  }
  LogicalResult allocate(Module &module) {
    PassRegistry registry;
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    auto pipeline =
        Pipeline::parse("allocate", registry, context.getDiagnostics());
    return failure(!pipeline ||
                   failed(PassManager(registry).run(*pipeline, module)));
  }
  bool isValid(Module &module) {
    return succeeded(validateAllocation(module, machine, buffers));
  }
  Expected<std::vector<float>> execute(const Module &module, bool usePlan) {
    RunOptions options;
    options.usePlan = usePlan;
    auto results = onnc::run(*module.getMain(), inputs, options);
    if (!results)
      return results.takeError();
    const TensorValue &y = (*results)[0].getTensor();
    auto elements = y.elements<float>();
    std::vector<float> values;
    for (int64_t i = 0; i < y.getNumElements(); ++i)
      values.push_back(elements[i]);
    return values;
  }

  const Machine machine = makeMachine();
  TestOperatorModel operators;
  TileBufferModel buffers{machine.units[0]};
  Context context;
  std::string log;
  RuntimeValues inputs;
};

} // namespace

static std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  return text;
}

/// Every place where a plan has an offset, and a function that sets it.
static std::vector<std::function<void(int64_t)>>
getOffsets(Module &module, std::vector<int64_t> &offsets) {
  std::vector<std::function<void(int64_t)>> setters;
  for (Operation &op : module.getMain()->getBody().getOps()) {
    if (auto offset =
            op.getNumResults() ? getOffset(*op.getResult()) : std::nullopt) {
      offsets.push_back(*offset);
      setters.push_back([&op](int64_t value) {
        op.setAttr(alloc::resultOffsets, IntsAttr::get({value}));
      });
    }
    if (!isa<tile::BlockOp>(&op))
      continue;
    for (size_t i = 0, n = getBlockAllocations(op).size(); i != n; ++i) {
      const std::string name = std::to_string(i);
      offsets.push_back(*getScratchOffset(op, name));
      setters.push_back([&op, i, n](int64_t value) {
        Context &context = op.getContext();
        SmallVector<NamedAttr, 4> entries;
        for (size_t k = 0; k != n; ++k) {
          StringRef name = context.intern(std::to_string(k));
          entries.push_back(
              {name,
               IntAttr::get(k == i ? value : *getScratchOffset(op, name))});
        }
        op.setAttr(alloc::scratchOffsets, DictAttr::get(context, entries));
      });
    }
  }
  return setters;
}

TEST_F(UsePlanTest, RandomPrograms) {
  unsigned numRefused = 0, numFound = 0, numAccepted = 0;
  for (unsigned seed = 0; seed != 150; ++seed) {
    const std::string text = RandomProgram(seed).make();
    auto module = parse(text);
    ASSERT_TRUE(module);
    auto expected = execute(*module, false);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError()) << text;
    ASSERT_TRUE(succeeded(allocate(*module))) << log << text;
    auto planned = execute(*module, true);
    ASSERT_TRUE(bool(planned))
        << toString(planned.takeError()) << "seed " << seed << print(*module);
    EXPECT_EQ(*expected, *planned) << seed;

    std::mt19937 random(seed);
    for (unsigned round = 0; round != 8; ++round) {
      auto wrong = module->clone();
      std::vector<int64_t> offsets;
      auto setters = getOffsets(*wrong, offsets);
      const size_t which = random() % setters.size();
      // Often where something else is, sometimes anywhere.
      int64_t offset =
          offsets[random() % offsets.size()] + 8 * (int64_t(random() % 9) - 4);
      if (random() % 8 == 0)
        offset += int64_t(random() % 33) - 16;
      setters[which](offset);
      log.clear();
      const bool valid = isValid(*wrong);
      numAccepted += valid;
      numRefused += !valid;
      auto found = execute(*wrong, true);
      if (found) {
        EXPECT_EQ(*expected, *found) << seed << print(*wrong);
        continue;
      }
      ++numFound;
      std::string message = toString(found.takeError());
      EXPECT_FALSE(valid) << seed << ": " << message << print(*wrong);
    }
  }
  // Some perturbations harm nobody, but not most.
  EXPECT_GT(numFound, numRefused / 2);
  EXPECT_GT(numAccepted, 50u);
}
