//===- DeviceTest.cpp - Runtime and reports -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Device.h"
#include "Assemble.h"
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace onnc::mlu;

namespace {

template <class T> std::vector<uint8_t> bytesOf(std::initializer_list<T> list) {
  std::vector<uint8_t> bytes(list.size() * sizeof(T));
  std::memcpy(bytes.data(), list.begin(), bytes.size());
  return bytes;
}

/// Copies x to y on the device.
std::string copyProgram(StringRef inHost, StringRef inDevice,
                        StringRef outHost) {
  return formatv(R"(.memory 4096
.tensor input "x" {0} [2,3] {1} 0x0 [4,8]
.tensor output "y" {2} [2,3] {1} 0x400 [4,8]
.program main
SLI $1, 32
SLI $2, 0x400
VLOAD $0, $0, $1
SYNC dma, dma
VSTORE $2, $0, $1
HALT
.launch "copy" main
)",
                 inHost, inDevice, outHost)
      .str();
}

std::vector<uint8_t> copyThrough(StringRef inHost, StringRef device,
                                 StringRef outHost, ArrayRef<uint8_t> in) {
  auto d = cantFail(
      Device::create(assembleText(copyProgram(inHost, device, outHost))));
  EXPECT_EQ(toString(d->setInput("x", in)), "");
  EXPECT_EQ(toString(d->run()), "");
  return cantFail(d->getOutput("y"));
}

TEST(DeviceTest, ConvertsTypesAndLayouts) {
  auto floats = bytesOf<float>({1, -2.5f, 65520, 0.1f, NAN, -0.0f});
  EXPECT_EQ(copyThrough("f32", "f32", "f32", floats), floats);
  auto through16 = copyThrough("f32", "f16", "f32", floats);
  float back[6];
  std::memcpy(back, through16.data(), sizeof(back));
  EXPECT_EQ(back[1], -2.5f);
  EXPECT_EQ(back[2], INFINITY);
  EXPECT_EQ(back[3], 0.0999755859375f);
  EXPECT_TRUE(std::isnan(back[4]));
  EXPECT_TRUE(std::signbit(back[5]));
  // Truncated, saturated, NaN to 0.
  EXPECT_EQ(copyThrough("f32", "i32", "i64",
                        bytesOf<float>({1.9f, -1.9f, 3e9f, -3e9f, NAN, 7})),
            bytesOf<int64_t>({1, -1, INT32_MAX, INT32_MIN, 0, 7}));
  EXPECT_EQ(copyThrough("i64", "i8", "u8",
                        bytesOf<int64_t>({1, -1, 1000, -1000, 127, 0})),
            bytesOf<uint8_t>({1, 0, 127, 0, 127, 0}));
  EXPECT_EQ(
      copyThrough("bool", "i8", "bool", bytesOf<uint8_t>({1, 0, 255, 0, 2, 1})),
      bytesOf<uint8_t>({1, 0, 1, 0, 1, 1}));
  EXPECT_EQ(copyThrough("f64", "f32", "bf16",
                        bytesOf<double>({1, 1.00390625, 1.01171875, -1, 0, 2})),
            bytesOf<uint16_t>({0x3f80, 0x3f80, 0x3f82, 0xbf80, 0, 0x4000}));
}

TEST(DeviceTest, RefusesWrongInputs) {
  auto d =
      cantFail(Device::create(assembleText(copyProgram("f32", "f16", "f32"))));
  EXPECT_EQ(toString(d->setInput("x", ArrayRef<uint8_t>())),
            "input 'x' takes 24 bytes, not 0");
  EXPECT_EQ(toString(d->setInput("z", ArrayRef<uint8_t>())),
            "the code object has no input 'z'");
  EXPECT_EQ(toString(d->setInput(1, ArrayRef<uint8_t>())),
            "the code object has 1 inputs");
}

/// Every core adds its number to its slice, barrier, then sums its
/// neighbour's: all queues, all cores.
constexpr StringLiteral parallelProgram = R"(.memory 65536
.tensor output "y" f32 [32,64] f32 0x0 [256,4]
.program main
.op "fill"
  SGET $1, %core
  SGET $2, %cores
  SLI $3, 64
  SLI $4, 256
  SMUL $5, $1, $4
  SETC %seed, $1
  RV.f32 $0, $3
  SYNC dma, vector
  VSTORE $5, $0, $4
  SYNC scalar, dma
  BARRIER
.op "add"
  SADDI $6, $1, 1
  SREM $6, $6, $2
  SMUL $6, $6, $4
  VLOAD $4, $6, $4
  SYNC vector, dma
  VAV.f32 $0, $0, $4, $3
  SYNC scalar, dma
  BARRIER
  SYNC dma, vector
  VSTORE $5, $0, $4
  HALT
.launch "neighbours" main*32
)";

TEST(DeviceTest, BitsAndCyclesDoNotDependOnThreads) {
  std::vector<uint8_t> first;
  std::string firstReport;
  for (unsigned threads : {1u, 2u, 5u}) {
    DeviceOptions options;
    options.threads = threads;
    options.referenceTiming = true;
    auto d = cantFail(Device::create(assembleText(parallelProgram), options));
    ASSERT_EQ(toString(d->run()), "");
    std::vector<uint8_t> y = d->getOutput(0);
    std::string report;
    raw_string_ostream os(report);
    d->report().print(os);
    if (first.empty()) {
      first = y;
      firstReport = report;
      EXPECT_NE(y, std::vector<uint8_t>(y.size()));
    }
    EXPECT_EQ(y, first);
    EXPECT_EQ(report, firstReport);
  }
}

TEST(DeviceTest, ReportAddsUp) {
  auto d = cantFail(Device::create(assembleText(parallelProgram)));
  ASSERT_EQ(toString(d->run()), "");
  const RunReport &r = d->report();
  ASSERT_EQ(r.launches.size(), 1u);
  const LaunchReport &l = r.launches[0];
  EXPECT_EQ(l.cores.size(), 32u);
  EXPECT_EQ(r.counters.loadBytes, 32u * 256);
  EXPECT_EQ(r.counters.storeBytes, 2u * 32 * 256);
  EXPECT_EQ(r.counters.traffic, 3u * 32 * 256);
  uint64_t byCore = 0, byOp = 0;
  for (const CoreReport &core : l.cores)
    byCore += core.counters.vectorCycles;
  for (const OpReport &op : l.ops)
    byOp += op.counters.vectorCycles;
  EXPECT_EQ(byCore, 32u * (2 + 2));
  EXPECT_EQ(byOp, byCore);
  ASSERT_EQ(l.ops.size(), 2u);
  EXPECT_EQ(l.ops[0].name, "fill");
  EXPECT_LT(l.ops[0].end, l.ops[1].begin);
}

TEST(DeviceTest, LoadsFiles) {
  std::string bytes;
  raw_string_ostream os(bytes);
  cantFail(writeCodeObject(assembleText(parallelProgram), os));
  auto d = Device::load(MemoryBuffer::getMemBufferCopy(bytes));
  ASSERT_TRUE(bool(d));
  EXPECT_EQ(toString((*d)->run()), "");
  bytes.resize(bytes.size() / 2);
  auto bad = Device::load(MemoryBuffer::getMemBufferCopy(bytes));
  EXPECT_FALSE(bool(bad));
  consumeError(bad.takeError());
}

} // namespace
