//===- MachineTest.cpp - The figures --------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Machine.h"
#include <gtest/gtest.h>

using namespace onnc::mlu;

TEST(MachineTest, PublishedPeaksAreReached) {
  const MachineParams &m = *findMachine("mlu100");
  double cyclesPerSecond = double(m.clockMHz) * 1e6;
  double f16 = 2.0 * double(m.cores * m.macsPerCycle(false)) * cyclesPerSecond;
  double i8 = 2.0 * double(m.cores * m.macsPerCycle(true)) * cyclesPerSecond;
  EXPECT_GE(f16, 64e12);
  EXPECT_LE(f16, 66e12);
  EXPECT_GE(i8, 128e12);
  EXPECT_LE(i8, 132e12);
  EXPECT_EQ(m.dramChannels * m.channelMBps, 102400u);
}

TEST(MachineTest, FullLoadDrawsTheThermalDesignPower) {
  const MachineParams &m = *findMachine("mlu100");
  double hertz = double(m.clockMHz) * 1e6;
  double macs = double(m.cores * m.macsPerCycle(false)) * hertz;
  double dram = double(m.dramChannels * m.channelMBps) * 1e6;
  double sram = double(m.cores) * 256 * hertz;
  double watts = double(m.idleMilliwatts) * 1e-3 +
                 macs * double(m.macF16Femtojoules) * 1e-15 +
                 dram * double(m.dramFemtojoules) * 1e-15 +
                 sram * double(m.sramFemtojoules) * 1e-15;
  EXPECT_NEAR(watts, double(m.tdpMilliwatts) * 1e-3, 0.1);
}

TEST(MachineTest, MeasuredMachineDiffersInMulticastOnly) {
  const MachineParams &m = *findMachine("mlu100-measured");
  EXPECT_EQ(m.multicast, 0u);
  EXPECT_EQ(m.matrixStartup, 0u);
  EXPECT_EQ(m.dramPermille, 1000u);
  EXPECT_EQ(m.launchPermille, 1000u);
  EXPECT_EQ(findMachine("mlu101"), nullptr);
}

TEST(MachineTest, ControlCosts) {
  const MachineParams &m = *findMachine("mlu100");
  EXPECT_EQ(m.launchCycles(32), 1000u + 50 * 32);
  EXPECT_EQ(m.barrierCycles(32), 100u + 4 * 32);
}
