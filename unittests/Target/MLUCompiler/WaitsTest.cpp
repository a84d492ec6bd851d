//===- WaitsTest.cpp - Waits between queues -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../lib/Target/MLU/Compiler/InsertWaits.h"
#include "onnc/Target/MLU/ProgramBuilder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace onnc::mlu;

namespace {

constexpr ElemType f16 = ElemType::F16;

/// Registers 1 to 9 hold 1000 to 9000, register 10 holds 64, 11 holds 32.
class Waits : public testing::Test {
protected:
  Waits() {
    for (unsigned i = 1; i < 10; ++i)
      b.li(Reg(i), 1000 * i);
    b.li(bytes, 64);
    b.li(count, 32);
  }
  void load(unsigned to) { b.vload(Reg(to), Reg(9), bytes); }
  void store(unsigned from) { b.vstore(Reg(9), Reg(from), bytes); }
  void relu(unsigned at) { b.vrelu(f16, Reg(at), Reg(at), count); }
  void product(unsigned to, unsigned from) {
    b.mmm(f16, f16, Reg(to), Reg(from), Reg(9), count, Reg(0), Reg(0));
  }

  /// The waits and what they stand before and behind, without the constants.
  std::string get() {
    Program program;
    program.words = b.take();
    program.ops.push_back({11, uint32_t(program.words.size()), 0});
    insertWaits(program);
    // The range of the operator begins behind the constants, as before.
    EXPECT_EQ(program.ops[0].begin, 11u);
    EXPECT_EQ(program.ops[0].end, program.words.size());
    std::string text;
    llvm::raw_string_ostream os(text);
    for (uint64_t word : llvm::drop_begin(program.words, 11)) {
      Instr instr = llvm::cantFail(decode(word));
      llvm::StringRef name = instr.info().mnemonic;
      if (name == "MARK" || name == "WAIT" || name == "SYNC") {
        print(instr, os);
        os << "; ";
      } else {
        os << name << "; ";
      }
    }
    return text;
  }

  ProgramBuilder b;
  Reg bytes{10}, count{11};
};

TEST_F(Waits, NextLoadOverlaps) {
  // The first load is waited for, the second isn't.
  load(1);
  load(2);
  relu(1);
  store(1);
  EXPECT_EQ(get(), "VLOAD; MARK @0, dma; VLOAD; WAIT vector, @0; VRELU; "
                   "SYNC dma, vector; VSTORE; ");
}

TEST_F(Waits, KnownThroughAnother) {
  // The store waits for the vector unit, which waited for the load. A load over
  // what it stores comes behind it by itself.
  load(1);
  relu(1);
  store(1);
  b.vload(Reg(1), Reg(8), bytes);
  EXPECT_EQ(get(), "VLOAD; SYNC vector, dma; VRELU; SYNC dma, vector; VSTORE; "
                   "VLOAD; ");
}

TEST_F(Waits, NothingShared) {
  load(1);
  relu(2);
  load(3);
  relu(4);
  EXPECT_EQ(get(), "VLOAD; VRELU; VLOAD; VRELU; ");
}

TEST_F(Waits, ReadsOvertakeWritesOfTheDma) {
  load(1);
  store(1);
  EXPECT_EQ(get(), "VLOAD; SYNC dma, dma; VSTORE; ");
}

TEST_F(Waits, LoadsOfWhatWasStored) {
  // Both at the same device address.
  store(1);
  load(2);
  EXPECT_EQ(get(), "VSTORE; SYNC dma, dma; VLOAD; ");
}

TEST_F(Waits, OverwrittenOperands) {
  // A load over what is being read.
  relu(1);
  load(2);
  load(1);
  EXPECT_EQ(get(), "VRELU; VLOAD; SYNC dma, vector; VLOAD; ");
}

TEST_F(Waits, Barrier) {
  // The scalar core meets others when all transfers are complete.
  load(1);
  store(2);
  b.barrier();
  b.barrier();
  relu(1);
  EXPECT_EQ(get(),
            "VLOAD; VSTORE; SYNC scalar, dma; BARRIER; BARRIER; VRELU; ");
}

TEST_F(Waits, MoreTokensThanThereAre) {
  // 70 loads that are waited for one after the other, once all are issued.
  for (unsigned i = 0; i < 70; ++i) {
    b.li(Reg(20), 10000 + 64 * i);
    b.vload(Reg(20), Reg(9), bytes);
  }
  load(1);
  for (unsigned i = 0; i < 70; ++i) {
    b.li(Reg(20), 10000 + 64 * i);
    b.vrelu(f16, Reg(20), Reg(20), count);
  }
  std::string text = get();
  llvm::StringRef rest = text;
  // 64 tokens; the seventh-but-sixtieth wait is for everything, and implies
  // those behind it.
  EXPECT_EQ(rest.count("MARK"), 64u);
  EXPECT_EQ(rest.count("SYNC vector, dma"), 6u);
}

} // namespace
