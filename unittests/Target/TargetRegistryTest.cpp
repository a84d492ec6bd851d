//===- TargetRegistryTest.cpp --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

static constexpr StringRef tools[] = {"isa", "sdk"};
static constexpr ProcessorInfo fastProcessors[] = {
    {"fast1", "the first", "acme", "none", tools},
    {"fast2", "the second", "acme", "none", tools}};
static constexpr ProcessorInfo slowProcessors[] = {
    {"slow", "another", "acme", "linux", tools}};

static TargetInfo makeInfo(StringRef name, ArrayRef<ProcessorInfo> processors) {
  TargetInfo info{};
  info.name = name;
  info.description = "for tests";
  info.processors = processors;
  return info;
}

static const TargetInfo fast = [] {
  TargetInfo info = makeInfo("Fast", fastProcessors);
  info.recognize = [](MemoryBufferRef file) {
    return file.getBuffer().starts_with("FAST");
  };
  return info;
}();
static const TargetInfo slow = makeInfo("Slow", slowProcessors);

namespace {
class TargetRegistryTest : public testing::Test {
protected:
  void SetUp() override {
    cantFail(registry.add(fast));
    cantFail(registry.add(slow));
  }
  TargetRegistry registry;
};
} // namespace

TEST_F(TargetRegistryTest, LookUp) {
  EXPECT_EQ(registry.getTargets().size(), 2u);
  auto quadruple = registry.parse("fast2");
  ASSERT_TRUE(bool(quadruple));
  EXPECT_EQ(quadruple->str(), "fast2-acme-none-isa");
  EXPECT_EQ(&registry.lookup(*quadruple), &fast);
  EXPECT_EQ(&registry.lookup(cantFail(registry.parse("slow"))), &slow);
  EXPECT_EQ(toString(registry.parse("fsat1").takeError()),
            "unknown processor in quadruple 'fsat1'; did you mean 'fast1'?");
}

TEST_F(TargetRegistryTest, ProcessorsAreUnique) {
  TargetInfo again = makeInfo("Again", slowProcessors);
  EXPECT_EQ(toString(registry.add(again)),
            "processor 'slow' of target 'Again' is already taken");
  EXPECT_EQ(registry.getTargets().size(), 2u);
}

TEST_F(TargetRegistryTest, Recognize) {
  EXPECT_EQ(registry.recognize(MemoryBufferRef("FAST…", "a")), &fast);
  // A target without recognize() runs nothing.
  EXPECT_EQ(registry.recognize(MemoryBufferRef("SLOW…", "b")), nullptr);
  EXPECT_EQ(registry.recognize(MemoryBufferRef("", "c")), nullptr);
}

TEST_F(TargetRegistryTest, Print) {
  std::string text;
  raw_string_ostream os(text);
  registry.print(os);
  EXPECT_EQ(text, "Fast: for tests\n"
                  "  fast1-acme-none-isa|sdk  the first\n"
                  "  fast2-acme-none-isa|sdk  the second\n"
                  "Slow: for tests\n"
                  "  slow-acme-linux-isa|sdk  another\n");
}

TEST_F(TargetRegistryTest, BadPlugins) {
  std::string none =
      toString(loadTargetPlugin(registry, "/nonexistent/libNone.so"));
  EXPECT_TRUE(StringRef(none).starts_with(
      "can't load target '/nonexistent/libNone.so': "))
      << none;
}

TEST(AllTargetsTest, EveryTargetOfTheTreeIsSound) {
  TargetRegistry registry;
  registerAllTargets(registry);
  EXPECT_FALSE(registry.getTargets().empty());
  for (const TargetInfo *info : registry.getTargets()) {
    ASSERT_NE(info->create, nullptr) << info->name.str();
    ASSERT_FALSE(info->processors.empty()) << info->name.str();
    for (const ProcessorInfo &processor : info->processors) {
      auto quadruple = registry.parse(processor.name);
      ASSERT_TRUE(bool(quadruple));
      EXPECT_EQ(&registry.lookup(*quadruple), info);
      auto target = info->create(*quadruple);
      ASSERT_TRUE(bool(target)) << toString(target.takeError());
      EXPECT_EQ((*target)->getMachine().validate(), std::vector<std::string>())
          << processor.name.str();
      EXPECT_FALSE((*target)->getOutputKinds().empty());
    }
  }
}
