//===- QuadrupleTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/Quadruple.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

static constexpr StringRef npuTools[] = {"isa", "sdk"};
static constexpr StringRef coreTools[] = {"c"};
static constexpr ProcessorInfo npu = {"npu", "an NPU", "acme", "none",
                                      npuTools};
static constexpr ProcessorInfo core = {"core", "a core", "arm", "none",
                                       coreTools};
static constexpr StringRef coreAttributes[] = {"ram", "flash"};
static constexpr ProcessorInfo coreM4 = {
    "core-m4", "a core with DSP", "arm", "none", coreTools, coreAttributes};
static constexpr const ProcessorInfo *processors[] = {&npu, &core, &coreM4};

static std::string parse(StringRef text) {
  auto quadruple = parseQuadruple(text, processors);
  return quadruple ? quadruple->str() : toString(quadruple.takeError());
}

TEST(QuadrupleTest, DefaultsFillWhatIsLeftOut) {
  EXPECT_EQ(parse("npu"), "npu-acme-none-isa");
  EXPECT_EQ(parse("npu-corp"), "npu-corp-none-isa");
  EXPECT_EQ(parse("npu-acme-linux"), "npu-acme-linux-isa");
  EXPECT_EQ(parse("npu-acme-linux-sdk"), "npu-acme-linux-sdk");
}

TEST(QuadrupleTest, TheLongestProcessorWins) {
  EXPECT_EQ(parse("core"), "core-arm-none-c");
  EXPECT_EQ(parse("core-m4"), "core-m4-arm-none-c");
  EXPECT_EQ(parse("core-m4-st"), "core-m4-st-none-c");
  // Not a known processor: the vendor is "m5".
  EXPECT_EQ(parse("core-m5"), "core-m5-none-c");
}

TEST(QuadrupleTest, DidYouMean) {
  EXPECT_EQ(parse("nup"), "unknown processor in quadruple 'nup'; did you mean "
                          "'npu'?");
  EXPECT_EQ(parse("NPU-acme-none"), "unknown processor in quadruple "
                                    "'NPU-acme-none'; did you mean 'npu'?");
  EXPECT_EQ(parse("x86_64"), "unknown processor in quadruple 'x86_64'; "
                             "--list-targets shows the known ones");
  EXPECT_EQ(parse("npux"),
            "unknown processor in quadruple 'npux'; did you mean 'npu'?");
}

TEST(QuadrupleTest, BadParts) {
  EXPECT_EQ(parse("npu-acme-none-c"),
            "no tool 'c' for processor 'npu'; there is: isa, sdk");
  EXPECT_EQ(parse("npu-acme-none-isa-more"),
            "quadruple 'npu-acme-none-isa-more' has more than the parts "
            "processor-vendor-system-tool");
  EXPECT_EQ(parse("npu--none"), "quadruple 'npu--none' has an empty part");
  EXPECT_EQ(parse("npu-"), "quadruple 'npu-' has an empty part");
  EXPECT_EQ(parse(""), "unknown processor in quadruple ''; --list-targets "
                       "shows the known ones");
}

TEST(QuadrupleTest, Attributes) {
  EXPECT_EQ(parse("core-m4+ram=192k"), "core-m4-arm-none-c+ram=192k");
  EXPECT_EQ(parse("core-m4-st+flash=1m+ram=2k"),
            "core-m4-st-none-c+flash=1m+ram=2k");
  auto quadruple = cantFail(parseQuadruple("core-m4+ram=1=2", processors));
  EXPECT_EQ(quadruple.getAttribute("ram"), "1=2");
  EXPECT_EQ(quadruple.getAttribute("flash"), "");
  EXPECT_EQ(parse("core-m4+rom=1"),
            "no attribute 'rom' for processor 'core-m4'; there is: ram, flash");
  EXPECT_EQ(parse("core-m4+"),
            "no attribute '' for processor 'core-m4'; there is: ram, flash");
  EXPECT_EQ(parse("core-m4+ram"), "attribute 'ram' has no value; write ram=…");
  EXPECT_EQ(parse("core-m4+ram=1+ram=1"), "attribute 'ram' is given twice");
  EXPECT_EQ(parse("npu+ram=1"),
            "processor 'npu' has no attributes, so not '+ram=1'");
}
