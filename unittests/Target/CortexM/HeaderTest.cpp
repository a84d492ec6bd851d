//===- HeaderTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact/Header.h"
#include "Processor.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static std::string printHeader(const Manifest &m) {
  std::string text;
  raw_string_ostream os(text);
  writeHeader(m, os);
  return text;
}

TEST(CortexMHeaderTest, DeclaresTheEntry) {
  Manifest m = Manifest::create("kws", *findProcessor("cortex-m4"));
  cantFail(m.addInput("x", ElementType::I8, {1, 490}));
  cantFail(m.addInput("double", ElementType::Bool, {}));
  cantFail(m.addOutput("y", ElementType::F32, {12}));
  m.arenaBytes = 100;
  std::string text = printHeader(m);
  for (StringRef line :
       {"#define KWS_ARENA_BYTES 100u\n", "#define KWS_ARENA_ALIGNMENT 8u\n",
        "/* input 'x': i8 [1][490] */\n#define KWS_X_ELEMENTS 490u\n",
        "#define KWS_DOUBLE__ELEMENTS 1u\n",
        "\nvoid kws_run(void *arena, const int8_t *x, const uint8_t *double_, "
        "float *y);\n"})
    EXPECT_TRUE(StringRef(text).contains(line)) << line.str() << "\nin\n"
                                                << text;
}

TEST(CortexMHeaderTest, ExternalRamIsASecondArena) {
  Manifest m = Manifest::create("kws", *findProcessor("cortex-m4"));
  cantFail(m.addOutput("y", ElementType::F32, {12}));
  EXPECT_FALSE(StringRef(printHeader(m)).contains_insensitive("external"));
  m.externalBytes = 70000;
  std::string text = printHeader(m);
  for (StringRef line :
       {"#define KWS_ARENA_BYTES 0u\n",
        "#define KWS_EXTERNAL_ARENA_BYTES 70000u\n",
        "#define KWS_EXTERNAL_ARENA_ALIGNMENT 8u\n",
        "\nvoid kws_run(void *arena, void *external_arena, float *y);\n"})
    EXPECT_TRUE(StringRef(text).contains(line)) << line.str() << "\nin\n"
                                                << text;
}

TEST(CortexMHeaderTest, NamesStayInComments) {
  EXPECT_EQ(makeComment("a*/b"), "a*.b");
  EXPECT_EQ(makeComment("**/"), "**.");
  EXPECT_EQ(makeComment("a\nb\\"), "a.b.");
  EXPECT_EQ(makeComment("?\?/"), "../");
  EXPECT_EQ(makeComment("a/b"), "a/b");
}
