//===- ProcessorTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Processor.h"
#include "onnc/Target/TargetRegistry.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// The target that \p quadruple names, or an error.
static Expected<std::unique_ptr<Target>> create(StringRef quadruple) {
  TargetRegistry registry;
  registerAllTargets(registry);
  auto parsed = registry.parse(quadruple);
  if (!parsed)
    return parsed.takeError();
  return registry.lookup(*parsed).create(*parsed);
}

static std::string getError(StringRef quadruple) {
  auto target = create(quadruple);
  return target ? "no error" : toString(target.takeError());
}

TEST(CortexMProcessorTest, MachinesAreSound) {
  for (const Processor &p : getProcessors()) {
    auto target = cantFail(create(p.name));
    const Machine &machine = target->getMachine();
    EXPECT_TRUE(machine.validate().empty()) << p.name.str();
    ASSERT_EQ(machine.units.size(), 1u);
    const Board &board = getDefaultBoard(p);
    EXPECT_EQ(board.processor, p.name);
    const auto &memories = machine.units[0].memories;
    EXPECT_EQ(memories[Sram].capacity, int64_t(board.ram.length));
    EXPECT_EQ(memories[Flash].capacity, int64_t(board.flash.length));
  }
}

TEST(CortexMProcessorTest, MemoriesHaveOtherSizes) {
  auto target = cantFail(create("cortex-m4+ram=192k+flash=1M"));
  const auto &memories = target->getMachine().units[0].memories;
  EXPECT_EQ(memories[Sram].capacity, 192 * 1024);
  EXPECT_EQ(memories[Flash].capacity, 1024 * 1024);
  target = cantFail(create("cortex-m7-arm-none-c+ram=1000"));
  EXPECT_EQ(target->getMachine().units[0].memories[Sram].capacity, 1000);
}

TEST(CortexMProcessorTest, ExternalRamIsWhereSramSpills) {
  for (const Processor &p : getProcessors()) {
    auto target = cantFail(create((p.name + "+extram=2m").str()));
    const Machine &machine = target->getMachine();
    EXPECT_TRUE(machine.validate().empty()) << p.name.str();
    const ProcessingUnit &unit = machine.units[0];
    EXPECT_EQ(unit.findMemory("extram"), ExternalRam);
    EXPECT_EQ(unit.memories[Sram].spillTo, int(ExternalRam));
    const Memory &memory = unit.memories[ExternalRam];
    EXPECT_EQ(memory.spillTo, -1);
    EXPECT_EQ(memory.capacity, 2 * 1024 * 1024);
    // 42 MB/s at most, however fast the core is.
    EXPECT_LE(memory.bytesPerCycle, 0.5);
    EXPECT_LE(memory.bytesPerCycle * p.hertz, 42.001e6);
    EXPECT_GE(memory.latency, 14);
  }
  EXPECT_EQ(
      cantFail(create("cortex-m4"))->getMachine().units[0].memories.size(), 2u);
  std::string text;
  raw_string_ostream os(text);
  cantFail(create("cortex-m4+extram=8m"))->getMachine().print(os);
  EXPECT_TRUE(StringRef(text).contains(
      "    memory sram     4194304 bytes, 4 bytes/cycle, spills to extram\n"
      "    memory flash    4194304 bytes, 4 bytes/cycle\n"
      "    memory extram   8388608 bytes, 0.35 bytes/cycle\n"))
      << text;
}

TEST(CortexMProcessorTest, SizesThatAreNone) {
  for (StringRef name : {"ram", "flash", "extram"}) {
    for (StringRef size : {"0", "0k", "k", "1g", "-1", "4097m", "99999999999"})
      EXPECT_EQ(getError(("cortex-m4+" + name + "=" + size).str()),
                ("attribute '" + name + "': '" + size +
                 "' is no size of a memory, such as 192k or 1m")
                    .str());
    EXPECT_EQ(getError(("cortex-m4+" + name + "=4096m").str()), "no error");
    EXPECT_EQ(
        getError(("cortex-m4+" + name).str()),
        ("attribute '" + name + "' has no value; write " + name + "=…").str());
  }
  EXPECT_EQ(getError("cortex-m4+sram=1k"),
            "no attribute 'sram' for processor 'cortex-m4'; there is: ram, "
            "flash, extram");
}
