//===- ScratchLifespansTest.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// When scratch in the body of a block is live. Random bodies are allocated and
/// executed in the memory of their plan, where a lifespan that is too short is
/// an error or a wrong result; the validator, which walks the body, has to
/// agree.
///
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// A program whose only block has body \p body.
std::string getProgram(StringRef body) {
  std::string text = "module @m properties [scheduled, tiled]\n";
  if (body.contains("@neg"))
    text += R"(graph @neg(%a: tensor<24x4xf32>) -> ("y") {
  %y = onnx.Neg(%a) -> tensor<24x4xf32>
  return(%y)
}
)";
  if (body.contains("@max"))
    text += R"(graph @max(%a: tensor<24x4xf32>, %b: tensor<24x4xf32>) -> ("y") {
  %y = onnx.Max(%a, %b) -> tensor<24x4xf32>
  return(%y)
}
)";
  return text + R"(graph @main(%X: tensor<24x4xf32>) -> ("Y") {
  %xb = tile.Input(%X) -> buffer<24x4xf32, dram>
  %yb = tile.Alloc() -> buffer<24x4xf32, dram>
  tile.Block(%xb, %yb) ({ ^(%x: buffer<24x4xf32, dram>, %y: buffer<24x4xf32, dram>)
)" + body.str() +
         R"(    return()
  })
  %Y = tile.Output(%yb) -> tensor<24x4xf32>
  return(%Y)
}
)";
}

class ScratchLifespans : public testing::Test {
protected:
  ScratchLifespans() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  std::unique_ptr<Module> parse(const std::string &text) {
    auto module = parseModule(context, text, "test");
    EXPECT_TRUE(module) << log << text;
    return module;
  }
  LogicalResult runPasses(StringRef passes, Module &module) {
    PassRegistry registry;
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    cantFail(registerTileTransformsPasses(registry));
    auto pipeline = Pipeline::parse(passes, registry, context.getDiagnostics());
    return success(pipeline &&
                   succeeded(PassManager(registry).run(*pipeline, module)));
  }

  /// For each pair of allocations of a body, by name: do they live together?
  bool overlap(const Module &module, StringRef a, StringRef b) {
    std::optional<Lifespan> found[2];
    for (Operation &op : module.getMain()->getBody().getOps()) {
      if (!isa<tile::BlockOp>(op))
        continue;
      auto scratch = buffers.getScratch(op);
      for (auto [i, alloc] : enumerate(getBlockAllocations(op)))
        for (unsigned k = 0; k < 2; ++k)
          if (alloc->getResult()->getName() == (k ? b : a))
            found[k] = scratch[i].steps;
    }
    EXPECT_TRUE(found[0] && found[1]);
    return found[0] && found[1] && found[0]->overlaps(*found[1]);
  }
  void expectApart(StringRef body, StringRef a, StringRef b) {
    auto module = parse(getProgram(body));
    EXPECT_FALSE(overlap(*module, a, b)) << body.str();
  }
  void expectTogether(StringRef body, StringRef a, StringRef b) {
    auto module = parse(getProgram(body));
    EXPECT_TRUE(overlap(*module, a, b)) << body.str();
  }

  static Machine makeMachine() {
    Memory dram{"dram", 1 << 20, 16};
    Memory sram{"sram", 1 << 16, 16};
    sram.perCore = true;
    Machine machine;
    machine.name = "testchip";
    machine.units = {{"npu", 2, {dram, sram}, {}, {{"nominal", 1e9, 1.0}}}};
    return machine;
  }

  const Machine machine = makeMachine();
  const TileBufferModel buffers{machine.units[0]};
  TestOperatorModel operators;
  Context context;
  std::string log;
};

} // namespace

//===----------------------------------------------------------------------===//
// Single cases
//===----------------------------------------------------------------------===//

static std::string allocate(StringRef name, int64_t rows = 24,
                            StringRef attrs = "") {
  return ("%" + name + " = tile.Alloc() " + attrs + "-> buffer<" + Twine(rows) +
          "x4xf32, sram>\n")
      .str();
}

static std::string place(StringRef view, StringRef storage,
                         StringRef box = "0:24", int64_t rows = 24,
                         StringRef index = "") {
  return ("%" + view + " = tile.Place(%" + storage + index + ") {box = box<" +
          box + ", 0:4>, domain = [24, 4]} -> buffer<" + Twine(rows) +
          "x4xf32, sram>\n")
      .str();
}

static std::string load(StringRef view) {
  return ("%t" + view + " = tile.CopyStart(%x, %" + view +
          ") -> token\ntile.CopyWait(%t" + view + ")\n")
      .str();
}

static std::string store(StringRef view) {
  return ("%s" + view + " = tile.CopyStart(%" + view +
          ", %y) -> token\ntile.CopyWait(%s" + view + ")\n")
      .str();
}

static std::string neg(StringRef from, StringRef to) {
  return ("tile.Compute(%" + from + ", %" + to + ") {kernel = @neg}\n").str();
}

static std::string loop(StringRef body, StringRef index = "i",
                        StringRef count = "3") {
  return ("tile.For() {count = " + count + "} ({ ^(%" + index + ": index)\n" +
          body + "return()\n})\n")
      .str();
}

static std::string allocations() {
  return allocate("a") + allocate("b") + allocate("c") + place("at", "a") +
         place("bt", "b") + place("ct", "c");
}

TEST_F(ScratchLifespans, FollowTheText) {
  std::string chain = allocations() + load("at") + neg("at", "bt") +
                      neg("bt", "ct") + store("ct");
  expectApart(chain, "a", "c");
  expectTogether(chain, "a", "b");
  expectTogether(chain, "b", "c");
}

TEST_F(ScratchLifespans, CopiesHoldTheirBuffersUntilTheyAreWaitedFor) {
  std::string start = "%s = tile.CopyStart(%at, %y) -> token\n";
  std::string later = "tile.CopyWait(%s)\n";
  std::string before = allocations() + load("at") + neg("at", "bt") + start;
  expectTogether(before + neg("bt", "ct") + later + load("ct"), "a", "c");
  expectApart(before + later + neg("bt", "ct"), "a", "c");
}

TEST_F(ScratchLifespans, WhatALoopReadsFromOutsideLivesThroughIt) {
  std::string body = allocations() + load("at") +
                     loop(neg("at", "bt") + load("ct")) + store("bt");
  expectTogether(body, "a", "c");
}

TEST_F(ScratchLifespans, WhatAnIterationLeavesToTheNextLivesThroughTheLoop) {
  // a = -a, by way of b; c in between.
  std::string body = load("ct") + neg("at", "bt") + neg("bt", "at");
  expectTogether(allocations() + load("at") + loop(body) + store("at"), "a",
                 "c");
  // a is loaded first.
  expectApart(allocations() + loop(load("ct") + load("at") + neg("at", "bt")),
              "a", "c");
}

TEST_F(ScratchLifespans, PartsThatAreWrittenDontRenewABuffer) {
  std::string part =
      "%p = tile.Slice(%at) {box = box<0:12, 0:4>} -> buffer<12x4xf32, sram>\n";
  std::string write = "tile.Compute(%ct, %p) {kernel = @neg}\n";
  // The other half of a comes from the iteration before.
  expectTogether(allocations() + load("at") +
                     loop(load("ct") + part + write + neg("at", "bt")),
                 "a", "c");
}

TEST_F(ScratchLifespans, BoxesThatMoveWithTheLoopAreRenewed) {
  std::string storage = allocate("a", 8) + allocate("c", 8) + allocate("b", 8);
  // Halves of a are loaded one after the other.
  std::string halves;
  for (StringRef half : {"0", "4"})
    halves += ("%h" + half + " = tile.Slice(%at, %i) {box = box<8*d0 + " +
               half + ":4, 0:4>} -> buffer<4x4xf32, sram>\n")
                  .str() +
              load("h" + half.str());
  auto places = [](StringRef box) {
    return place("at", "a", box, 8, ", %i") + place("bt", "b", box, 8, ", %i") +
           place("ct", "c", box, 8, ", %i");
  };
  std::string rest = neg("at", "bt") + store("bt") + load("ct");
  expectApart(storage + loop(places("8*d0:8") + halves + rest), "a", "c");
  // The box of an inner loop comes back to where it was.
  std::string inner = place("it", "a", "8*d0 + 8*d1:8", 8, ", %i, %j") +
                      place("jt", "b", "8*d0 + 8*d1:8", 8, ", %i, %j") +
                      "%k = tile.Slice(%it, %i, %j) {box = box<8*d0 + 8*d1:4, "
                      "0:4>} -> buffer<4x4xf32, sram>\n" +
                      load("k") + neg("it", "jt");
  std::string outer = place("ct", "c", "8*d0:8", 8, ", %i") + load("ct");
  expectTogether(storage + loop(outer + loop(inner, "j", "2"), "i", "2"), "a",
                 "c");
}

TEST_F(ScratchLifespans, TokensThatALoopHandsOnHoldTheirBuffersThroughIt) {
  std::string body =
      allocate("a", 8, "{multiplicity = 2} ") + allocate("c", 8) +
      "%d = tile.Done() -> token\n"
      "%l = tile.For(%d) {count = 3} ({ ^(%i: index, %p: token)\n" +
      place("ct", "c", "8*d0:8", 8, ", %i") + load("ct") +
      "%at = tile.Place(%a, %i) {box = box<8*d0:8, 0:4>, domain "
      "= [24, 4], slot = affine<d0>} -> buffer<8x4xf32, sram>\n" +
      neg("ct", "at") +
      "%s = tile.CopyStart(%at, %y) -> token\n"
      "tile.CopyWait(%p)\nreturn(%s)\n}) -> token\n"
      "tile.CopyWait(%l)\n";
  auto module = parse(getProgram(body));
  EXPECT_TRUE(overlap(*module, "a", "c"));
}

TEST_F(ScratchLifespans, WhatParallelIterationsShareLivesThroughAllOfThem) {
  auto forAll = [](StringRef body) {
    return ("tile.ForAll() {counts = [2], over = \"core\"} ({ ^(%p: index)\n" +
            body + "return()\n})\n")
        .str();
  };
  std::string own = allocate("b") + allocate("c") + place("bt", "b") +
                    place("ct", "c") + load("bt") + neg("bt", "ct");
  expectTogether(allocate("a") + forAll(place("at", "a") + load("at") + own),
                 "a", "c");
  expectApart(forAll(allocate("a") + place("at", "a") + load("at") + own), "a",
              "c");
}

//===----------------------------------------------------------------------===//
// Random bodies
//===----------------------------------------------------------------------===//

namespace {

/// A body whose buffers hold boxes of three sizes: of a core's part, of an
/// iteration of the outer loop, and of one of the inner loop. Every statement
/// reads what was written before it, wherever that stands.
class RandomBody {
public:
  explicit RandomBody(unsigned seed) : random(seed) { random.discard(20); }

  std::string make() {
    split = pick(0, 2) == 0;
    rows[0] = split ? 12 : 24;
    counts[0] = pick(0, 1) ? 2 : 3;
    rows[1] = rows[0] / counts[0];
    counts[1] = 2;
    rows[2] = rows[1] / counts[1];
    for (unsigned i = 0, n = pick(3, 8); i < n; ++i)
      buffers.push_back({"b" + std::to_string(i), unsigned(pick(0, 2))});
    buffers[0].level = 0;
    if (split)
      text += "tile.ForAll() {counts = [2], over = \"core\"} ({ ^(%c: index)\n";
    for (const Buffer &b : buffers)
      text += allocate(b.name, rows[b.level]);
    load(buffers[0]);
    writeLevel(0);
    store(buffers[0]);
    wait();
    if (split)
      text += "return()\n})\n";
    return text;
  }

private:
  struct Buffer {
    std::string name;
    unsigned level;
    bool isWritten = false;
  };

  int64_t pick(int64_t low, int64_t high) {
    return low + random() % (high - low + 1);
  }
  std::string getName(StringRef what) {
    return (what + Twine(numNames++)).str();
  }
  /// The box of \p level as "start:size", and the counters it is made of.
  std::string getBox(unsigned level, std::string &indices) {
    std::string box;
    unsigned dim = 0;
    auto add = [&](int64_t step, StringRef index) {
      box += std::to_string(step) + "*d" + std::to_string(dim++) + " + ";
      indices += (", %" + index).str();
    };
    if (split)
      add(rows[0], "c");
    for (unsigned l = 1; l <= level; ++l)
      add(rows[l], l == 1 ? outer : inner);
    return box + "0:" + std::to_string(rows[level]);
  }
  std::string getView(const Buffer &b, unsigned level) {
    std::string indices, view = getName("v");
    std::string box = getBox(b.level, indices);
    text += place(view, b.name, box, rows[b.level], indices);
    if (level == b.level)
      return view;
    indices.clear();
    box = getBox(level, indices);
    std::string part = getName("v");
    text += "%" + part + " = tile.Slice(%" + view + indices + ") {box = box<" +
            box + ", 0:4>} -> buffer<" + std::to_string(rows[level]) +
            "x4xf32, sram>\n";
    return part;
  }
  void wait() {
    for (const std::string &token : tokens)
      text += "tile.CopyWait(%" + token + ")\n";
    tokens.clear();
    busy.clear();
  }
  void copy(StringRef from, StringRef to, const Buffer &b) {
    tokens.push_back(getName("t"));
    busy.push_back(b.name);
    text += ("%" + tokens.back() + " = tile.CopyStart(%" + from + ", %" + to +
             ") -> token\n")
                .str();
    if (pick(0, 1))
      wait();
  }
  void load(Buffer &b) {
    waitFor(b);
    copy("x", getView(b, b.level), b);
    b.isWritten = true;
  }
  void store(Buffer &b) {
    // Two stores may hold the same elements.
    wait();
    copy(getView(b, b.level), "y", b);
  }
  void waitFor(const Buffer &b) {
    if (is_contained(busy, b.name))
      wait();
  }
  /// Something that was written and covers a box of \p level.
  Buffer *pickWritten(unsigned level) {
    SmallVector<Buffer *, 8> found;
    for (Buffer &b : buffers)
      if (b.isWritten && b.level <= level)
        found.push_back(&b);
    return found.empty() ? nullptr : found[pick(0, found.size() - 1)];
  }
  void compute(Buffer &b) {
    Buffer *first = pickWritten(b.level), *second = pickWritten(b.level);
    if (!first)
      return;
    for (const Buffer *used : {first, second, &b})
      waitFor(*used);
    bool isMax = pick(0, 1);
    std::string operands = "%" + getView(*first, b.level) + ", ";
    if (isMax)
      operands += "%" + getView(*second, b.level) + ", ";
    operands += "%" + getView(b, b.level);
    std::string scratch;
    if (pick(0, 5) == 0) {
      operands += ", %" + buffers[1].name;
      scratch = ", scratch = 1";
      if (buffers[1].isWritten || &b == &buffers[1] ||
          is_contained(busy, buffers[1].name))
        return;
    }
    text += "tile.Compute(" + operands + ") {kernel = @" +
            (isMax ? "max" : "neg") + scratch + "}\n";
    b.isWritten = true;
  }
  void writeLevel(unsigned level) {
    bool hasLoop = false;
    for (unsigned i = 0, n = pick(2, 6); i < n; ++i) {
      SmallVector<Buffer *, 8> own;
      for (Buffer &b : buffers)
        if (b.level <= level)
          own.push_back(&b);
      Buffer &b = *own[pick(0, own.size() - 1)];
      switch (pick(0, 5)) {
      case 0:
        load(b);
        break;
      case 1:
        if (b.isWritten)
          store(b);
        break;
      case 2:
      case 3:
        if (level < 2 && !hasLoop) {
          hasLoop = true;
          writeLoop(level + 1);
          break;
        }
        [[fallthrough]];
      default:
        compute(b);
      }
    }
  }
  void writeLoop(unsigned level) {
    // Waits stand where the copies do.
    wait();
    std::string index = getName("i");
    (level == 1 ? outer : inner) = index;
    text += "tile.For() {count = " + std::to_string(counts[level - 1]) +
            "} ({ ^(%" + index + ": index)\n";
    writeLevel(level);
    wait();
    text += "return()\n})\n";
    // What moves with the loop is gone.
    for (Buffer &b : buffers)
      if (b.level >= level)
        b.isWritten = false;
  }

  std::mt19937 random;
  std::string text, outer, inner;
  bool split = false;
  int64_t rows[3], counts[2];
  std::vector<Buffer> buffers;
  std::vector<std::string> tokens, busy;
  unsigned numNames = 0;
};

} // namespace

static RuntimeValues makeInput() {
  TensorValue tensor =
      cantFail(TensorValue::allocate(ElementType::F32, {24, 4}));
  for (int64_t i = 0; i < 96; ++i)
    tensor.mutableData<float>()[i] = (i * 37 % 101) - 50.0f;
  RuntimeValues inputs;
  inputs.push_back(std::move(tensor));
  return inputs;
}

/// The bytes of all allocations of bodies, and the peak of their memory.
static std::pair<int64_t, int64_t> getSizes(const Module &module) {
  int64_t sum = 0;
  for (Operation &op : module.getMain()->getBody().getOps())
    if (isa<tile::BlockOp>(op))
      for (Operation *alloc : getBlockAllocations(op))
        sum +=
            alignTo(tile::getBufferType(alloc->getResult()).getByteSize(), 16) *
            alloc->getInt("multiplicity", 1);
  return {sum, getMemoryUsage(module, "sram")->peak};
}

TEST_F(ScratchLifespans, RandomBodiesComputeTheSameInSharedBytes) {
  constexpr unsigned numBodies = 400;
  RuntimeValues inputs = makeInput();
  RunOptions withPlan;
  withPlan.usePlan = true;
  unsigned numShared = 0, numRefused = 0, numWrong = 0;
  std::mt19937 random(7);
  for (unsigned seed = 0; seed < numBodies; ++seed) {
    std::string text = getProgram(RandomBody(seed).make());
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    auto module = parse(text);
    ASSERT_TRUE(module);
    auto expected = run(*module->getMain(), inputs);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
    ASSERT_TRUE(succeeded(
        runPasses(seed % 2 ? "pipeline-loops,allocate" : "allocate", *module)))
        << log;
    auto found = run(*module->getMain(), inputs, withPlan);
    ASSERT_TRUE(bool(found)) << toString(found.takeError());
    ASSERT_TRUE(compare(found->front(), expected->front()));
    auto [sum, peak] = getSizes(*module);
    numShared += peak < sum;

    // Another place for one of the buffers.
    for (Operation &op : module->getMain()->getBody().getOps()) {
      auto offsets = op.getAttrOfType<DictAttr>(alloc::scratchOffsets);
      if (!isa<tile::BlockOp>(op) || !offsets)
        continue;
      SmallVector<NamedAttr, 8> entries(offsets.getValue());
      auto &moved = entries[random() % entries.size()];
      moved.value = entries[random() % entries.size()].value;
      op.setAttr(alloc::scratchOffsets, DictAttr::get(context, entries));
    }
    bool isAccepted = succeeded(validateAllocation(*module, machine, buffers));
    auto other = run(*module->getMain(), inputs, withPlan);
    bool isRight = bool(other) && compare(other->front(), expected->front());
    if (!other)
      consumeError(other.takeError());
    numRefused += !isAccepted;
    numWrong += !isRight;
    EXPECT_TRUE(isRight || !isAccepted);
  }
  EXPECT_GT(numShared, numBodies / 4);
  EXPECT_GT(numWrong, numBodies / 4);
  // Where results are right all the same, elements are written before anybody
  // reads them.
  EXPECT_LT(numRefused, numWrong + numBodies / 4);
}
