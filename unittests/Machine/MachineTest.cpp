//===- MachineTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Machine/Machine.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;
using Texts = std::vector<std::string>;

static Machine makeMachine() {
  Machine machine;
  machine.name = "chip";
  ProcessingUnit unit;
  unit.name = "core";
  unit.memories = {{"dram", 4096, 64, 8.0}, {"sram", 256, 32, 64.0}};
  unit.memories[1].spillTo = 0;
  unit.queues = {{"matrix", 256}};
  unit.operatingPoints = {{"nominal", 1e9, 2.0}, {"boost", 1.3e9, 4.0}};
  machine.units = {unit};
  machine.links = {{-1, 0, 1e9, 1e-6}};
  return machine;
}

TEST(MachineTest, SoundDescription) {
  EXPECT_EQ(makeMachine().validate(), Texts());
}

TEST(MachineTest, EveryContradictionIsNamed) {
  Machine machine = makeMachine();
  ProcessingUnit &unit = machine.units[0];
  unit.cores = 0;
  unit.memories[0].capacity = 0;
  unit.memories[0].alignment = 48;
  unit.memories[0].spillTo = 0;
  unit.memories[1].name = "dram";
  unit.memories[1].bytesPerCycle = 0;
  unit.queues[0].ratePerCycle = 0;
  unit.operatingPoints.clear();
  machine.links[0].to = 1;
  Texts expected = {
      "unit 'core': has no core",
      "unit 'core': has no clock",
      "unit 'core': memory 'dram' has no capacity",
      "unit 'core': memory 'dram' has an alignment that is no power of two",
      "unit 'core': memory 'dram' spills in circles",
      "unit 'core': memory 'dram' delivers nothing",
      "unit 'core': two memories are named 'dram'",
      "unit 'core': queue 'matrix' does nothing",
      "a link ends nowhere or carries nothing"};
  EXPECT_EQ(machine.validate(), expected);
}

TEST(MachineTest, SpillsEnd) {
  Machine machine = makeMachine();
  auto &memories = machine.units[0].memories;
  memories.push_back({"psram", 1 << 20, 8, 0.5});
  // In any order.
  memories[0].spillTo = 2;
  EXPECT_EQ(machine.validate(), Texts());
  memories[2].spillTo = 1;
  Texts circle = {"unit 'core': memory 'dram' spills in circles",
                  "unit 'core': memory 'sram' spills in circles",
                  "unit 'core': memory 'psram' spills in circles"};
  EXPECT_EQ(machine.validate(), circle);
  // The first only leads into one.
  memories[1].spillTo = 2;
  circle.erase(circle.begin());
  EXPECT_EQ(machine.validate(), circle);
  memories[1].spillTo = 3;
  EXPECT_EQ(machine.validate(),
            Texts{"unit 'core': memory 'sram' spills to one that isn't there"});
}

TEST(MachineTest, NothingAtAll) {
  EXPECT_EQ(Machine().validate(), Texts{"the machine has no unit"});
  Machine machine = makeMachine();
  machine.units[0].memories.clear();
  EXPECT_EQ(machine.validate(), Texts{"unit 'core': has no memory"});
}

TEST(MachineTest, LookUp) {
  Machine machine = makeMachine();
  const ProcessingUnit &unit = machine.units[0];
  EXPECT_EQ(unit.findMemory("sram"), 1u);
  EXPECT_EQ(unit.findMemory("flash"), std::nullopt);
  EXPECT_EQ(unit.getMemory("sram").capacity, 256);
  EXPECT_EQ(unit.getHertz(), 1e9);
}

TEST(MachineTest, Print) {
  std::string text;
  raw_string_ostream os(text);
  makeMachine().print(os);
  EXPECT_TRUE(StringRef(text).contains("core: 1 core, 1000 MHz")) << text;
  EXPECT_TRUE(StringRef(text).contains(
      "memory dram     4096 bytes, 8 bytes/cycle\n"
      "    memory sram     256 bytes, 64 bytes/cycle, spills to dram\n"))
      << text;
  EXPECT_TRUE(StringRef(text).contains("queue  matrix   256 per cycle"))
      << text;
}
