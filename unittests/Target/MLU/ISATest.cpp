//===- ISATest.cpp - Words and text ---------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assemble.h"
#include "onnc/Target/MLU/ProgramBuilder.h"
#include <random>

using namespace llvm;
using namespace onnc::mlu;

namespace {

/// A random instruction of every form.
class RandomInstr {
public:
  Instr make(const InstrInfo &info) {
    Instr instr;
    instr.opcode = info.opcode;
    if (info.numTypes) {
      const TypeCombo &combo = info.types()[random() % info.numTypes];
      instr.type = combo.first;
      if (combo.hasSecond)
        instr.result = combo.second;
    }
    for (auto [i, operand] : enumerate(info.operands()))
      instr.operands[i] = value(operand);
    return instr;
  }

private:
  uint32_t value(const OperandInfo &operand) {
    switch (operand.kind) {
    case OperandKind::Config:
      return uint32_t(random() % getConfigTable().size());
    case OperandKind::Queue:
      return uint32_t(random() % 5);
    case OperandKind::Special:
      return uint32_t(random() % 2);
    case OperandKind::Imm:
      return uint32_t(random());
    case OperandKind::Target:
      return uint32_t(random() % 2001) - 1000;
    default:
      return uint32_t(random() % 64);
    }
  }
  std::mt19937 random{7};
};

TEST(ISATest, EveryInstructionRoundTripsThroughItsWord) {
  RandomInstr random;
  for (const InstrInfo &info : getInstrTable())
    for (int i = 0; i != 200; ++i) {
      Instr instr = random.make(info);
      Expected<Instr> back = decode(encode(instr));
      ASSERT_TRUE(bool(back)) << toString(back.takeError());
      EXPECT_EQ(*back, instr) << info.mnemonic.str();
    }
}

TEST(ISATest, EveryInstructionRoundTripsThroughText) {
  RandomInstr random;
  for (const InstrInfo &info : getInstrTable()) {
    std::string text;
    raw_string_ostream os(text);
    std::vector<uint64_t> words;
    for (int i = 0; i != 50; ++i) {
      Instr instr = random.make(info);
      words.push_back(encode(instr));
      print(instr, os);
      os << '\n';
    }
    CodeObject object = assembleText(text);
    ASSERT_EQ(object.programs.size(), 1u);
    EXPECT_EQ(object.programs[0].words, words) << info.mnemonic.str();
  }
}

TEST(ISATest, UnusedBitsAreRejected) {
  RandomInstr random;
  for (const InstrInfo &info : getInstrTable()) {
    uint64_t word = encode(random.make(info));
    uint64_t used = 0xffull << 56;
    for (const OperandInfo &operand : info.operands())
      used |= ((1ull << operand.width) - 1) << operand.bit;
    if (info.numTypes)
      used |= 0xfull << 52;
    if (info.numTypes && info.types()[0].hasSecond)
      used |= 0xfull << 48;
    for (unsigned bit = 0; bit != 64; ++bit)
      if (!(used >> bit & 1)) {
        Expected<Instr> instr = decode(word | 1ull << bit);
        EXPECT_FALSE(bool(instr)) << info.mnemonic.str() << " bit " << bit;
        consumeError(instr.takeError());
      }
  }
}

TEST(ISATest, WhatDecodesHasOneWord) {
  std::mt19937_64 random(3);
  unsigned decoded = 0;
  for (int i = 0; i != 200000; ++i) {
    // Mostly zero words decode often enough to be of interest.
    uint64_t word = random() & random() & random();
    Expected<Instr> instr = decode(word);
    if (!instr) {
      consumeError(instr.takeError());
      continue;
    }
    ++decoded;
    EXPECT_EQ(encode(*instr), word);
  }
  EXPECT_GT(decoded, 100u);
}

TEST(ProgramBuilderTest, BranchesReachTheirLabels) {
  ProgramBuilder b;
  Label loop = b.newLabel(), end = b.newLabel();
  b.li(Reg(1), 3);
  b.bind(loop);
  b.cbz(Reg(1), end);
  b.saddi(Reg(1), Reg(1), uint32_t(-1));
  b.jump(loop);
  b.bind(end);
  b.halt();
  CodeObject object =
      assembleText("SLI $1, 3\nL:\nCBZ $1, E\nSADDI $1, $1, -1\nJUMP L\n"
                   "E:\nHALT\n");
  EXPECT_EQ(b.take(), object.programs[0].words);
}

TEST(ProgramBuilderTest, SkipsConfigurationThatIsAlreadyThere) {
  ProgramBuilder b;
  b.set(Config::KH, 1); // The reset value.
  EXPECT_EQ(b.size(), 0u);
  b.set(Config::KH, 3);
  b.set(Config::KH, 3);
  EXPECT_EQ(b.size(), 1u);
  b.bind(b.newLabel()); // Reached from elsewhere, too: nothing is known.
  b.set(Config::KH, 3);
  EXPECT_EQ(b.size(), 2u);
  b.setc(Config::KH, Reg(1));
  b.set(Config::KH, 3);
  EXPECT_EQ(b.size(), 4u);
}

} // namespace
