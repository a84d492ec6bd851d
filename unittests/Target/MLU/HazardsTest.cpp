//===- HazardsTest.cpp - Races and faults ---------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assemble.h"
#include "onnc/Target/MLU/Device.h"

using namespace llvm;
using namespace onnc::mlu;

namespace {

/// Runs \p body on \p cores cores; the error's text, or "".
std::string runBody(StringRef body, unsigned cores = 1) {
  std::string text = ".memory 65536\n.program main\n"
                     "SLI $1, 256\nSLI $2, 4096\nSLI $3, 64\n" +
                     body.str() + "\nHALT\n.launch \"t\" main*" +
                     std::to_string(cores) + "\n";
  auto device = Device::create(assembleText(text));
  if (!device)
    return toString(device.takeError());
  return toString((*device)->run());
}

void expectRace(StringRef body, StringRef what, unsigned cores = 1) {
  std::string error = runBody(body, cores);
  EXPECT_NE(error.find(what.str()), std::string::npos) << body.str() << "\n"
                                                       << error;
}

TEST(HazardsTest, ReadBeforeTheLoadIsComplete) {
  expectRace("VLOAD $0, $1, $1\nVRELU.f16 $2, $0, $3",
             "race: does not wait for the write by pc 3");
  EXPECT_EQ(runBody("VLOAD $0, $1, $1\nSYNC vector, dma\n"
                    "VRELU.f16 $2, $0, $3"),
            "");
}

TEST(HazardsTest, WaitCoversWhatWasIssuedBefore) {
  expectRace("SYNC vector, dma\nVLOAD $0, $1, $1\nVRELU.f16 $2, $0, $3",
             "race");
  // The token is older than the load.
  expectRace("MARK @1, dma\nVLOAD $0, $1, $1\nWAIT vector, @1\n"
             "VRELU.f16 $2, $0, $3",
             "race");
  EXPECT_EQ(runBody("VLOAD $0, $1, $1\nMARK @1, dma\nVLOAD $2, $1, $1\n"
                    "WAIT vector, @1\nVRELU.f16 $0, $0, $3"),
            "");
}

TEST(HazardsTest, BufferIsOverwrittenWhileRead) {
  expectRace("VRELU.f16 $2, $0, $3\nVLOAD $0, $1, $1",
             "race: does not wait for the read by pc 3");
  EXPECT_EQ(runBody("VRELU.f16 $2, $0, $3\nSYNC dma, vector\n"
                    "VLOAD $0, $1, $1"),
            "");
}

TEST(HazardsTest, KnowledgeIsTransitive) {
  // The vector queue waits for the matrix queue, which waited for the load.
  EXPECT_EQ(runBody("VLOAD $0, $1, $1\nSYNC matrix, dma\n"
                    "MAM.f16 $2, $0, $0, $3\nSYNC vector, matrix\n"
                    "VRELU.f16 $0, $0, $3"),
            "");
}

TEST(HazardsTest, WaitsWithoutAnInstructionAreNotHandedOn) {
  // The matrix queue's last instruction came before its wait for the load.
  expectRace("MAM.f16 $2, $2, $2, $3\nVLOAD $0, $1, $1\nSYNC matrix, dma\n"
             "SYNC vector, matrix\nVRELU.f16 $0, $0, $3",
             "race: does not wait for the write by pc 4");
}

TEST(HazardsTest, StoreReadsWhatTheSameQueueLoads) {
  expectRace("VLOAD $0, $1, $1\nVSTORE $2, $0, $1", "race");
  EXPECT_EQ(runBody("VLOAD $0, $1, $1\nSYNC dma, dma\nVSTORE $2, $0, $1"), "");
  expectRace("VSTORE $2, $0, $1\nVLOAD $0, $2, $1", "race");
}

TEST(HazardsTest, ScalarLoadWaitsToo) {
  expectRace("VLOAD $0, $1, $1\nSLOAD $4, $0, 0", "race");
  EXPECT_EQ(runBody("VLOAD $0, $1, $1\nSYNC scalar, dma\nSLOAD $4, $0, 0"), "");
}

TEST(HazardsTest, StridedRegionsAreExact) {
  // Even rows are loaded, odd ones read.
  StringRef body = "SETCI %cnt1, 4\nSETCI %sstr1, 128\nSETCI %dstr1, 128\n"
                   "VLOADS $0, $1, $3\nVMOVES ${0}, $3, $3";
  std::string ok = body.str(), bad = body.str();
  ok.replace(ok.find("${0}"), 4, "$2");
  EXPECT_EQ(runBody(ok), "");
  bad.replace(bad.find("${0}, $3"), 8, "$2, $0");
  expectRace(bad, "race");
}

TEST(HazardsTest, CoresShareDeviceMemoryAcrossBarriersOnly) {
  // Every core writes its own 64 bytes and reads its neighbour's.
  StringRef program =
      "SGET $4, %core\nSMULI $5, $4, 64\nVSTORE $5, $0, $3\n"
      "SYNC scalar, dma\n@\nSADDI $5, $5, 64\nSANDI $5, $5, 127\n"
      "VLOAD $0, $5, $3";
  std::string with = program.str(), without = program.str();
  with.replace(with.find('@'), 1, "BARRIER");
  without.replace(without.find('@'), 1, "NOP");
  EXPECT_EQ(runBody(with, 2), "");
  expectRace(without, "have no barrier between them", 2);
}

TEST(HazardsTest, BarrierNeedsTheStoresDone) {
  expectRace("SGET $4, %core\nSMULI $5, $4, 64\nVSTORE $5, $0, $3\nBARRIER",
             "has not been waited for", 2);
}

TEST(HazardsTest, LoadMayNotCrossABarrierUnderAStore) {
  // Core 0 loads without waiting; core 1 overwrites after the barrier.
  expectRace("SGET $4, %core\nCB $4, other\nVLOAD $0, $0, $3\nBARRIER\nHALT\n"
             "other:\nBARRIER\nVSTORE $0, $0, $3",
             "race in device memory", 2);
}

TEST(HazardsTest, OverlapAndRange) {
  expectRace("SADDI $4, $0, 2\nVRELU.f16 $4, $0, $3",
             "destination overlaps an operand");
  EXPECT_EQ(runBody("VRELU.f16 $0, $0, $3"), "");
  expectRace("SLI $4, 524288\nVRELU.f16 $0, $4, $3",
             "leaves the NRAM of 524288 bytes");
  expectRace("SLI $4, -1\nVRELU.f16 $0, $0, $4", "leaves the NRAM");
  expectRace("SLI $4, 65536\nVLOAD $0, $4, $3", "leaves the device memory");
}

TEST(HazardsTest, ProgramsThatNeverEnd) {
  CodeObject object =
      assembleText(".program main\nL:\nJUMP L\n.launch \"t\" main\n");
  DeviceOptions options;
  options.maxInstructions = 1000;
  auto device = cantFail(Device::create(object, options));
  EXPECT_EQ(toString(device->run()),
            "launch 't': core 0, program 'main', pc 0 (JUMP 0): instruction "
            "budget exhausted (endless loop?)");
}

TEST(HazardsTest, QueuesThatAreFedForEver) {
  CodeObject object = assembleText(
      ".program main\nL:\nVRELU.f16 $0, $0, $0\nJUMP L\n.launch \"t\" main\n");
  DeviceOptions options;
  options.maxQueued = 100;
  auto device = cantFail(Device::create(object, options));
  EXPECT_NE(toString(device->run()).find("queue instruction budget exhausted"),
            std::string::npos);
}

TEST(HazardsTest, PartialSumsInPlaceMustNotMove) {
  StringRef setup = "SETCI %out.w, 4\nSETCI %in.w, 4\nSETCI %out.c, 32\n";
  EXPECT_EQ(runBody((setup + "CONVA.f16.f32 $2, $0, $0, $2").str()), "");
  expectRace((setup + "CONVA.f16.f16 $2, $0, $0, $2").str(),
             "destination overlaps an operand");
  expectRace((setup + "CONVA.f16.f32 $0, $0, $0, $0").str(),
             "destination overlaps an operand");
}

TEST(HazardsTest, AbsurdShapesEndSoon) {
  // 2^36 overlapping input pixels against strided output pixels.
  expectRace("SETCI %in.h, 200000\nSETCI %in.w, 200000\nSETCI %in.pix, 1\n"
             "SETCI %in.row, 1\nSETCI %out.w, 100000\nSETCI %out.pix, 5\n"
             "CONV.i8.i32 $1, $0, $0",
             "destination overlaps an operand");
}

TEST(HazardsTest, BarrierWithoutTheOthers) {
  expectRace("SGET $4, %core\nCB $4, end\nBARRIER\nend:",
             "waits for a core that has halted", 2);
}

TEST(HazardsTest, MulticastNeedsAllMembers) {
  StringRef all = "SETCI %group, 3\nVLOADC $0, $1, $3";
  EXPECT_EQ(runBody(all, 2), "");
  expectRace(("SGET $4, %core\nCB $4, end\n" + all + "\nend:").str(),
             "do not make the same multicast loads", 2);
  expectRace(all, "lacks this core or has absent ones", 1);
}

} // namespace
