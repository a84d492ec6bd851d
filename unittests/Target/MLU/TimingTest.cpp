//===- TimingTest.cpp - Cycles --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sim/Timing.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace onnc::mlu;

namespace {

const MachineParams &mlu100() { return *findMachine("mlu100"); }

Event work(Queue queue, uint64_t cycles) {
  Event e{EventKind::Work};
  e.queue = uint8_t(queue);
  e.scalar = 1;
  e.cycles = cycles;
  return e;
}

Event control(EventKind kind, QueueSet queue = QueueSet::Scalar,
              uint8_t token = 0) {
  Event e{kind};
  e.queue = uint8_t(queue);
  e.token = token;
  e.scalar = 1;
  return e;
}

void addTransfer(CoreTrace &trace, uint64_t bytes, int channel = -1,
                 uint32_t group = 0) {
  Transfer t;
  t.bytes = t.traffic = bytes;
  t.group = group;
  for (unsigned c = 0; c != 4; ++c)
    t.channel[c] = channel < 0 ? bytes / 4 : unsigned(channel) == c ? bytes : 0;
  Event e{EventKind::Transfer};
  e.queue = uint8_t(Queue::Dma);
  e.scalar = 1;
  e.index = uint32_t(trace.transfers.size());
  trace.transfers.push_back(t);
  trace.events.push_back(e);
}

CoreTrace emptyTrace() {
  CoreTrace trace;
  trace.counts.resize(1);
  return trace;
}

uint64_t cyclesOf(std::vector<CoreTrace> traces) {
  for (CoreTrace &trace : traces)
    trace.events.push_back(control(EventKind::End));
  LaunchTiming timing = cantFail(timeLaunch(mlu100(), traces));
  LaunchTiming slow = cantFail(timeLaunchByCycle(mlu100(), traces));
  EXPECT_EQ(timing.cycles, slow.cycles);
  return timing.cycles - mlu100().launchCycles(unsigned(traces.size()));
}

TEST(TimingTest, OneTransferTakesBytesOverRatePlusLatency) {
  CoreTrace trace = emptyTrace();
  addTransfer(trace, 6400);
  EXPECT_EQ(cyclesOf({trace}), 1 + 100 + 500);
  trace = emptyTrace();
  addTransfer(trace, 2560, 0); // 25.6 bytes per cycle on one channel.
  EXPECT_NEAR(double(cyclesOf({trace})), 1 + 100 + 500, 1);
}

TEST(TimingTest, TransfersOverlapTheirLatency) {
  CoreTrace trace = emptyTrace();
  for (int i = 0; i != 10; ++i)
    addTransfer(trace, 6400);
  EXPECT_EQ(cyclesOf({trace}), 1 + 10 * 100 + 500);
}

TEST(TimingTest, CoresShareTheDram) {
  // 32 cores want 64 bytes per cycle each and get 102.4 in all.
  std::vector<CoreTrace> traces(32, emptyTrace());
  for (CoreTrace &trace : traces)
    addTransfer(trace, 32000);
  EXPECT_NEAR(double(cyclesOf(traces)), 32 * 32000 / 102.4 + 501, 5);
}

TEST(TimingTest, MulticastReadsOnce) {
  std::vector<CoreTrace> traces(32, emptyTrace());
  for (CoreTrace &trace : traces)
    addTransfer(trace, 32000, -1, ~0u);
  EXPECT_NEAR(double(cyclesOf(traces)), 32000 / 64 + 501, 2);
}

TEST(TimingTest, QueuesOverlapUnlessTheyWait) {
  CoreTrace trace = emptyTrace();
  trace.events = {work(Queue::Matrix, 100), work(Queue::Vector, 100)};
  EXPECT_EQ(cyclesOf({trace}), 2 + 100);
  trace.events.insert(trace.events.begin() + 1,
                      {control(EventKind::Mark, QueueSet::Matrix, 5),
                       control(EventKind::Wait, QueueSet::Vector, 5)});
  EXPECT_EQ(cyclesOf({trace}), 1 + 200);
}

TEST(TimingTest, QueueDepthStallsTheScalarCore) {
  // The 33rd instruction enters when the first has left its place: the vector
  // work that comes after it starts late.
  CoreTrace trace = emptyTrace();
  for (int i = 0; i != 34; ++i)
    trace.events.push_back(work(Queue::Matrix, 1000));
  trace.events.push_back(work(Queue::Vector, 34000));
  EXPECT_EQ(cyclesOf({trace}), 1 + 1000 + 1 + 34000);
}

TEST(TimingTest, BarrierWaitsForTheLast) {
  std::vector<CoreTrace> traces(2, emptyTrace());
  traces[0].events = {work(Queue::Matrix, 500),
                      control(EventKind::Mark, QueueSet::Matrix, 0),
                      control(EventKind::Wait, QueueSet::Scalar, 0),
                      control(EventKind::Barrier)};
  traces[1].events = {control(EventKind::Barrier), work(Queue::Vector, 10)};
  EXPECT_EQ(cyclesOf(traces), 1 + 500 + 1 + (100 + 4 * 2) + 1 + 10);
}

TEST(TimingTest, LonelyMulticastIsADeadlock) {
  std::vector<CoreTrace> traces(2, emptyTrace());
  addTransfer(traces[0], 64, -1, 3);
  for (CoreTrace &trace : traces)
    trace.events.push_back(control(EventKind::End));
  Expected<LaunchTiming> timing = timeLaunch(mlu100(), traces);
  ASSERT_FALSE(bool(timing));
  EXPECT_EQ(toString(timing.takeError()),
            "deadlock: core 0 waits for ever at pc 0");
}

/// Streams with everything in them, the same number of barriers and the same
/// multicasts on all cores.
std::vector<CoreTrace> randomTraces(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<CoreTrace> traces(1 + random() % 6, emptyTrace());
  uint32_t everyone = (1u << traces.size()) - 1;
  unsigned phases = 1 + random() % 4;
  for (unsigned p = 0; p != phases; ++p) {
    uint64_t castBytes = 64 * (1 + random() % 200);
    bool cast = random() % 2, barrier = random() % 2;
    for (CoreTrace &trace : traces) {
      for (unsigned n = random() % 60; n; --n) {
        switch (random() % 8) {
        case 0:
        case 1:
          trace.events.push_back(work(Queue::Matrix, random() % 300));
          break;
        case 2:
          trace.events.push_back(work(Queue::Vector, random() % 300));
          break;
        case 3:
          trace.events.push_back(work(Queue::Dma, random() % 100));
          break;
        case 4:
          addTransfer(trace, 64 * (1 + random() % 300), int(random() % 5) - 1);
          break;
        case 5:
          trace.events.push_back(control(
              EventKind::Mark, QueueSet(random() % 5), uint8_t(random() % 4)));
          break;
        default:
          trace.events.push_back(control(
              EventKind::Wait, QueueSet(random() % 5), uint8_t(random() % 4)));
        }
        trace.events.back().scalar = 1 + random() % 20;
      }
      if (cast)
        addTransfer(trace, castBytes, -1, everyone);
      if (barrier)
        trace.events.push_back(control(EventKind::Barrier));
    }
  }
  for (CoreTrace &trace : traces)
    trace.events.push_back(control(EventKind::End));
  return traces;
}

TEST(TimingTest, EventDrivenEqualsCycleByCycle) {
  for (unsigned seed = 0; seed != 200; ++seed) {
    std::vector<CoreTrace> traces = randomTraces(seed);
    LaunchTiming fast = cantFail(timeLaunch(mlu100(), traces));
    LaunchTiming slow = cantFail(timeLaunchByCycle(mlu100(), traces));
    ASSERT_EQ(fast.cycles, slow.cycles) << "seed " << seed;
    ASSERT_EQ(fast.coreEnd, slow.coreEnd) << "seed " << seed;
    LaunchTiming alone = cantFail(timeLaunch(mlu100(), traces, {true, false}));
    ASSERT_LE(alone.cycles, fast.cycles) << "seed " << seed;
  }
}

TEST(BandwidthTest, MaxMinFairnessFillsChannels) {
  // Two users of channel 0 share it; a third has channel 1 to itself.
  Transfer zero, one;
  zero.traffic = zero.channel[0] = 6400;
  one.traffic = one.channel[1] = 6400;
  DramShare a = makeShare(zero), b = makeShare(zero), c = makeShare(one);
  DramShare *shares[] = {&a, &b, &c};
  shareBandwidth(mlu100(), shares);
  EXPECT_EQ(a.rate, b.rate);
  EXPECT_NEAR(double(a.rate) / 65536, 12.8, 0.001);
  EXPECT_NEAR(double(c.rate) / 65536, 25.6, 0.001);
}

} // namespace
