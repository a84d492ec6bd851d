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

TEST(CortexMProcessorTest, SizesThatAreNone) {
  for (StringRef size : {"0", "0k", "k", "1g", "-1", "4097m", "99999999999"})
    EXPECT_EQ(getError(("cortex-m4+ram=" + size).str()),
              ("attribute 'ram': '" + size +
               "' is no size of a memory, such as 192k or 1m")
                  .str());
  EXPECT_EQ(getError("cortex-m4+ram=4096m"), "no error");
  EXPECT_EQ(getError("cortex-m4+sram=1k"),
            "no attribute 'sram' for processor 'cortex-m4'; there is: ram, "
            "flash");
}
