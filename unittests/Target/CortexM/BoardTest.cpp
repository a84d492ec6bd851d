//===- BoardTest.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Artifacts are written as an emitter writes them, built and run, on every
/// board.
///
//===----------------------------------------------------------------------===//

#include "Artifact/Artifact.h"
#include "Artifact/Header.h"
#include "Board/BoardProgram.h"
#include "Processor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

class CortexMBoardTest : public testing::TestWithParam<const Board *> {
protected:
  void SetUp() override {
    if (!sys::findProgramByName("arm-none-eabi-gcc") ||
        !sys::findProgramByName("qemu-system-arm"))
      GTEST_SKIP() << "arm-none-eabi-gcc or qemu-system-arm isn't installed";
    ASSERT_FALSE(sys::fs::createUniqueDirectory("cortexm-test", directory));
  }
  void TearDown() override { sys::fs::remove_directories(directory); }

  Manifest makeManifest() {
    return Manifest::create("model", *findProcessor(GetParam()->processor));
  }

  /// The program of \p manifest, whose entry point has the body \p body.
  std::unique_ptr<Program> load(const Manifest &manifest, StringRef body) {
    auto program = tryToLoad(manifest, body);
    EXPECT_TRUE(bool(program)) << toString(program.takeError());
    return program ? std::move(*program) : nullptr;
  }
  /// The same, or the error.
  Expected<std::unique_ptr<Program>> tryToLoad(const Manifest &manifest,
                                               StringRef body) {
    ArtifactContents contents{manifest, {""}};
    raw_string_ostream os(contents.sources[0]);
    os << "#include \"" << manifest.getHeader() << "\"\n#include <string.h>\n";
    writeSignature(manifest, os);
    os << " {\n" << body << "}\n";
    cantFail(contents.write(directory));
    SmallString<128> path(directory);
    sys::path::append(path, manifest.model + ".json");
    auto buffer = cantFail(errorOrToExpected(MemoryBuffer::getFile(path)));
    LoadOptions options;
    options.board = GetParam()->name;
    return loadProgram(std::move(buffer), options);
  }

  SmallString<128> directory;
};

} // namespace

static std::string printReport(const Program &program) {
  std::string text;
  raw_string_ostream os(text);
  program.printReport(os, /*byOperator=*/true);
  return text;
}

TEST_P(CortexMBoardTest, ComputesFloats) {
  Manifest m = makeManifest();
  cantFail(m.addInput("x", ElementType::F32, {2, 2}));
  cantFail(m.addInput("scale", ElementType::F32, {}));
  cantFail(m.addOutput("y", ElementType::F32, {2, 2}));
  auto program = load(m, "  (void)arena;\n"
                         "  for (int i = 0; i < 4; ++i)\n"
                         "    y[i] = x[i] / *scale;\n");
  ASSERT_TRUE(program);
  auto x = TensorValue::of<float>(ElementType::F32, {2, 2}, {1, 2, -3, 1e30f});
  auto scale = TensorValue::of<float>(ElementType::F32, {}, {3});
  auto out = program->run({x, scale});
  ASSERT_TRUE(bool(out)) << toString(out.takeError());
  ASSERT_EQ(out->size(), 1u);
  auto y = (*out)[0].getTensor().elements<float>();
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(y[i], x.elements<float>()[i] / 3.0f);
}

/// Integers of all widths, the arena, constants, variables, and library
/// functions, run several times.
TEST_P(CortexMBoardTest, ComputesIntegers) {
  Manifest m = makeManifest();
  cantFail(m.addInput("x", ElementType::I8, {5}));
  cantFail(m.addOutput("q", ElementType::I64, {5}));
  cantFail(m.addOutput("reversed", ElementType::I8, {5}));
  m.arenaBytes = 24;
  m.arenaAlignment = 64;
  auto program =
      load(m, "  static const int64_t factors[5] = {1, 1000, 1000000, "
              "1000000000, -1000000000000};\n"
              "  static volatile int16_t initialized = 7;\n"
              "  int8_t *copy = arena;\n"
              "  if ((uintptr_t)arena % 64) return;\n"
              "  memset(copy, initialized, 24);\n"
              "  memcpy(copy + 1, x, 5);\n"
              "  memmove(copy + 2, copy + 1, 5);\n"
              "  memmove(copy, copy + 2, 5);\n"
              "  if (memcmp(copy, x, 5) || copy[7] != 7) return;\n"
              "  for (int i = 0; i < 5; ++i) {\n"
              "    q[i] = factors[i] * x[i] / 7;\n"
              "    reversed[i] = copy[4 - i];\n"
              "  }\n");
  ASSERT_TRUE(program);
  std::vector<std::vector<RuntimeValue>> batch;
  for (int8_t base : {0, 5, -100})
    batch.push_back({TensorValue::of<int8_t>(
        ElementType::I8, {5},
        {base, int8_t(base + 1), int8_t(base + 2), int8_t(base - 3), 127})});
  auto out = program->runEach(batch);
  ASSERT_TRUE(bool(out)) << toString(out.takeError());
  ASSERT_EQ(out->size(), 3u);
  const int64_t factors[5] = {1, 1000, 1000000, 1000000000, -1000000000000};
  for (int run = 0; run < 3; ++run) {
    auto x = batch[run][0].getTensor().elements<int8_t>();
    auto q = (*out)[run][0].getTensor().elements<int64_t>();
    auto reversed = (*out)[run][1].getTensor().elements<int8_t>();
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(q[i], factors[i] * x[i] / 7);
      EXPECT_EQ(reversed[i], x[4 - i]);
    }
  }
  std::string report = printReport(*program);
  EXPECT_TRUE(StringRef(report).contains(" + data 2 ")) << report;
  EXPECT_TRUE(StringRef(report).contains("arena 24 ")) << report;
  EXPECT_TRUE(StringRef(report).contains(" of 3 runs")) << report;
  EXPECT_TRUE(StringRef(report).contains("%  model_run\n")) << report;
}

/// Every byte of a second arena that fills it can be written and read.
TEST_P(CortexMBoardTest, HasExternalRam) {
  const Board &board = *GetParam();
  Manifest m = makeManifest();
  m.externalBytes = board.externalRam.length;
  if (m.externalBytes == 0)
    m.externalBytes = 1;
  m.externalBytes = std::min<int64_t>(m.externalBytes, 16 << 20);
  cantFail(m.addInput("x", ElementType::U32, {}));
  cantFail(m.addOutput("wrong", ElementType::U32, {}));
  cantFail(m.addOutput("address", ElementType::U32, {}));
  // A permutation's values, so that no address is another one's.
  auto program =
      tryToLoad(m, "  (void)arena;\n"
                   "  volatile uint32_t *words = external_arena;\n"
                   "  uint32_t n = MODEL_EXTERNAL_ARENA_BYTES / 4, bad = 0;\n"
                   "  for (uint32_t i = 0; i < n; ++i)\n"
                   "    words[i] = (i + *x) * 2654435761u;\n"
                   "  for (uint32_t i = 0; i < n; ++i)\n"
                   "    bad += words[i] != (i + *x) * 2654435761u;\n"
                   "  *wrong = bad;\n"
                   "  *address = (uint32_t)external_arena;\n");
  if (board.externalRam.length == 0) {
    ASSERT_FALSE(bool(program));
    EXPECT_EQ(toString(program.takeError()),
              ("the model needs an arena of 1 bytes in external RAM; " +
               board.name + " has none")
                  .str());
    return;
  }
  ASSERT_TRUE(bool(program)) << toString(program.takeError());
  auto x = TensorValue::of<uint32_t>(ElementType::U32, {}, {7});
  auto out = (*program)->run({x});
  ASSERT_TRUE(bool(out)) << toString(out.takeError());
  EXPECT_EQ((*out)[0].getTensor().elements<uint32_t>()[0], 0u);
  EXPECT_EQ((*out)[1].getTensor().elements<uint32_t>()[0],
            board.externalRam.origin);
  std::string report = printReport(**program);
  std::string expected =
      "external RAM: arena " + std::to_string(m.externalBytes) + " bytes\n";
  EXPECT_TRUE(StringRef(report).contains(expected)) << report;

  m.externalBytes = board.externalRam.length + 1;
  EXPECT_EQ(toString(tryToLoad(m, "").takeError()),
            ("the model needs an arena of " + Twine(m.externalBytes) +
             " bytes in external RAM; " + board.name + " has " +
             Twine(board.externalRam.length) + " bytes of it")
                .str());
}

/// A loop of known length in assembly: five instructions and 1000 times two.
TEST_P(CortexMBoardTest, CountsExactly) {
  Manifest m = makeManifest();
  cantFail(m.addOutput("y", ElementType::U32, {1}));
  m.flags.push_back("-Os");
  auto program = load(m, "  (void)arena;\n"
                         "  __asm__ volatile(\".syntax unified\\n\"\n"
                         "    \"movs r2, #250\\n\"\n"
                         "    \"lsls r2, r2, #2\\n\"\n"
                         "    \"1: subs r2, #1\\n\"\n"
                         "    \"bne 1b\\n\" ::: \"r2\", \"cc\");\n"
                         "  *y = 1;\n");
  ASSERT_TRUE(program);
  auto out = program->run({});
  ASSERT_TRUE(bool(out)) << toString(out.takeError());
  EXPECT_EQ((*out)[0].getTensor().elements<uint32_t>()[0], 1u);
  // movs, lsls, the loop, then movs, str, bx.
  std::string report = printReport(*program);
  EXPECT_TRUE(StringRef(report).contains(": 2005 instructions\n")) << report;
  EXPECT_TRUE(StringRef(report).contains(" + stack 8; ") ||
              StringRef(report).contains(" + stack 16; "))
      << report;
}

/// Undefined on all cores; on the third run only.
TEST_P(CortexMBoardTest, ReportsFaults) {
  Manifest m = makeManifest();
  cantFail(m.addInput("x", ElementType::U8, {}));
  cantFail(m.addOutput("y", ElementType::U8, {}));
  auto program = load(m, "  (void)arena;\n"
                         "  if (*x == 2)\n"
                         "    __asm__ volatile(\".short 0xde00\");\n"
                         "  *y = *x;\n");
  ASSERT_TRUE(program);
  std::vector<std::vector<RuntimeValue>> batch;
  for (uint8_t i = 0; i < 4; ++i)
    batch.push_back({TensorValue::of<uint8_t>(ElementType::U8, {}, {i})});
  auto out = program->runEach(batch);
  ASSERT_FALSE(bool(out));
  std::string message = toString(out.takeError());
  EXPECT_TRUE(StringRef(message).starts_with("fault at 0x")) << message;
  EXPECT_TRUE(StringRef(message).contains(" in 'model_run'")) << message;
  EXPECT_TRUE(StringRef(message).contains(" in run 2 ")) << message;
  // The program can be run again.
  batch.pop_back();
  batch.pop_back();
  out = program->runEach(batch);
  ASSERT_TRUE(bool(out)) << toString(out.takeError());
  EXPECT_EQ((*out)[1][0].getTensor().elements<uint8_t>()[0], 1);
}

TEST_P(CortexMBoardTest, ReportsStackOverflow) {
  Manifest m = makeManifest();
  cantFail(m.addOutput("y", ElementType::U32, {}));
  auto program = load(m, "  volatile int x[1000];\n"
                         "  x[0] = 1;\n"
                         "  if (y)\n"
                         "    model_run(arena, y);\n"
                         "  *y = x[0];\n");
  ASSERT_TRUE(program);
  auto out = program->run({});
  ASSERT_FALSE(bool(out));
  EXPECT_EQ(toString(out.takeError()), "the stack overflowed the RAM in run 0");
}

static std::vector<const Board *> listBoards() {
  std::vector<const Board *> out;
  for (const Board &board : getBoards())
    out.push_back(&board);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Boards, CortexMBoardTest,
                         testing::ValuesIn(listBoards()),
                         [](const testing::TestParamInfo<const Board *> &info) {
                           std::string name = info.param->name.str();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });
