//===- RandomProgramTest.cpp - Whatever is executed ends ------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assemble.h"
#include "onnc/Target/MLU/Device.h"
#include <random>

using namespace llvm;
using namespace onnc::mlu;

namespace {

/// Programs of random instructions over small operands: most fault, and all
/// must end, in the same way each time.
class RandomProgram {
public:
  explicit RandomProgram(unsigned seed) : random(seed) {}

  CodeObject make() {
    CodeObject object;
    object.memorySize = 1 << 16;
    object.tensors.push_back({TensorKind::Output,
                              "all",
                              HostType::U8,
                              {1 << 14},
                              ElemType::I8,
                              0,
                              {1}});
    Program program;
    program.name = "main";
    for (unsigned r = 1; r != 12; ++r)
      add(program, Opcode::SLI, {r, value()});
    unsigned length = 5 + random() % 60;
    while (program.words.size() < length)
      addRandom(program);
    add(program, Opcode::HALT, {});
    object.programs.push_back(program);
    object.launches.push_back(
        {"l", std::vector<uint32_t>(1 + random() % 2, 0)});
    return object;
  }

private:
  uint32_t value() {
    static constexpr uint32_t odd[] = {0, 1, 2, 524288, 0xffffffff, 0x3f800000};
    switch (random() % 8) {
    case 0:
      return odd[random() % std::size(odd)];
    case 1:
      return uint32_t(random() % 20000);
    default:
      return uint32_t(random() % 64);
    }
  }

  static void add(Program &program, Opcode opcode,
                  std::array<uint32_t, MaxOperands> operands) {
    program.words.push_back(
        encode({opcode, ElemType::F16, ElemType::F16, operands}));
  }

  void addRandom(Program &program) {
    ArrayRef<InstrInfo> table = getInstrTable();
    const InstrInfo &info = table[random() % table.size()];
    if (info.opcode == Opcode::HALT || info.opcode == Opcode::BARRIER)
      return;
    Instr instr;
    instr.opcode = info.opcode;
    if (info.numTypes) {
      const TypeCombo &combo = info.types()[random() % info.numTypes];
      instr.type = combo.first;
      if (combo.hasSecond)
        instr.result = combo.second;
    }
    for (auto [i, operand] : enumerate(info.operands())) {
      switch (operand.kind) {
      case OperandKind::Reg:
        instr.operands[i] = uint32_t(random() % 12);
        break;
      case OperandKind::Imm:
        instr.operands[i] = value();
        break;
      case OperandKind::Target:
        instr.operands[i] = 1;
        break;
      case OperandKind::Config:
        instr.operands[i] = uint32_t(random() % getConfigTable().size());
        break;
      case OperandKind::Queue:
        instr.operands[i] = uint32_t(random() % 5);
        break;
      default:
        instr.operands[i] = uint32_t(random() % 2);
      }
    }
    program.words.push_back(encode(instr));
    // Let most of them get past the race checker.
    if (info.queue != Queue::Scalar && random() % 8)
      add(program, Opcode::SYNC,
          {uint32_t(QueueSet::All), uint32_t(QueueSet::All)});
  }

  std::mt19937 random;
};

TEST(RandomProgramTest, EndsTheSameWayEachTime) {
  unsigned completed = 0;
  for (unsigned seed = 0; seed != 400; ++seed) {
    CodeObject object = RandomProgram(seed).make();
    ASSERT_EQ(toString(validate(object)), "");
    std::string outcome[2];
    for (int i = 0; i != 2; ++i) {
      DeviceOptions options;
      options.threads = i ? 2 : 1;
      options.maxInstructions = 10000;
      options.maxCycles = 1000000;
      auto device = cantFail(Device::create(object, options));
      if (Error error = device->run()) {
        outcome[i] = toString(std::move(error));
        continue;
      }
      outcome[i] = std::to_string(device->report().cycles) + " " +
                   toStringRef(device->getOutput(0)).str();
      completed += i;
    }
    ASSERT_EQ(outcome[0], outcome[1]) << "seed " << seed;
    EXPECT_EQ(outcome[0].find("internal"), std::string::npos) << outcome[0];
  }
  EXPECT_GT(completed, 10u);
}

} // namespace
