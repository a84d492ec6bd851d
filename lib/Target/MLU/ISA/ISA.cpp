//===- ISA.cpp - Encoding, decoding, printing -----------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/ISA.h"
#include "onnc/Target/MLU/Machine.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnc::mlu {

static const InstrInfo instrTable[] = {
#define GET_MLU_INSTR_TABLE
#include "onnc/Target/MLU/MLUInstr.inc"
};

static const ConfigInfo configTable[] = {
#define GET_MLU_CONFIG_TABLE
#include "onnc/Target/MLU/MLUInstr.inc"
};

static constexpr StringLiteral typeNames[] = {"f16", "f32", "i8", "i32"};
static constexpr StringLiteral queueNames[] = {"scalar", "matrix", "vector",
                                               "dma", "all"};
static constexpr StringLiteral specialNames[] = {"core", "cores"};

ArrayRef<InstrInfo> getInstrTable() { return instrTable; }
ArrayRef<ConfigInfo> getConfigTable() { return configTable; }
StringRef getElemTypeName(ElemType type) { return typeNames[size_t(type)]; }
StringRef getQueueName(QueueSet queue) { return queueNames[size_t(queue)]; }

std::optional<ElemType> parseElemType(StringRef name) {
  for (auto [i, known] : enumerate(typeNames))
    if (known == name)
      return ElemType(i);
  return std::nullopt;
}

const InstrInfo *getInstrInfo(uint8_t opcode) {
  static const std::array<const InstrInfo *, 256> byOpcode = [] {
    std::array<const InstrInfo *, 256> table = {};
    for (const InstrInfo &info : instrTable)
      table[uint8_t(info.opcode)] = &info;
    return table;
  }();
  return byOpcode[opcode];
}

const InstrInfo *findInstr(StringRef mnemonic) {
  static const StringMap<const InstrInfo *> byName = [] {
    StringMap<const InstrInfo *> map;
    for (const InstrInfo &info : instrTable)
      map[info.mnemonic] = &info;
    return map;
  }();
  return byName.lookup(mnemonic);
}

static constexpr uint64_t lowBits(unsigned n) { return (1ull << n) - 1; }

uint64_t encode(const Instr &instr) {
  const InstrInfo &info = instr.info();
  uint64_t word = uint64_t(instr.opcode) << 56;
  if (info.numTypes) {
    word |= uint64_t(instr.type) << 52;
    if (info.typeStorage[0].hasSecond)
      word |= uint64_t(instr.result) << 48;
  }
  for (auto [i, operand] : enumerate(info.operands())) {
    assert(instr.operands[i] <= lowBits(operand.width) && "operand too wide");
    word |= uint64_t(instr.operands[i]) << operand.bit;
  }
  return word;
}

/// How many values an operand of \p kind may take.
static uint64_t operandLimit(OperandKind kind) {
  switch (kind) {
  case OperandKind::Reg:
    return NumRegs;
  case OperandKind::Token:
    return NumTokens;
  case OperandKind::Config:
    return std::size(configTable);
  case OperandKind::Queue:
    return std::size(queueNames);
  case OperandKind::Special:
    return std::size(specialNames);
  case OperandKind::Imm:
  case OperandKind::Target:
    break;
  }
  return 1ull << 32;
}

Expected<Instr> decode(uint64_t word) {
  const InstrInfo *info = getInstrInfo(uint8_t(word >> 56));
  if (!info)
    return createStringError("unknown opcode 0x%02x", unsigned(word >> 56));
  Instr instr;
  instr.opcode = info->opcode;
  if (info->numTypes) {
    unsigned first = word >> 52 & 15, second = word >> 48 & 15;
    bool pair = info->typeStorage[0].hasSecond;
    const TypeCombo *combo = find_if(info->types(), [&](const TypeCombo &t) {
      return unsigned(t.first) == first &&
             (!pair || unsigned(t.second) == second);
    });
    if (combo == info->types().end())
      return createStringError("%s has no element type %u.%u",
                               info->mnemonic.str().c_str(), first, second);
    instr.type = combo->first;
    if (pair)
      instr.result = combo->second;
  }
  for (auto [i, operand] : enumerate(info->operands())) {
    uint64_t value = word >> operand.bit & lowBits(operand.width);
    if (value >= operandLimit(operand.kind))
      return createStringError("%s: operand '%s' is out of range",
                               info->mnemonic.str().c_str(),
                               operand.name.str().c_str());
    instr.operands[i] = uint32_t(value);
  }
  if (encode(instr) != word)
    return createStringError("%s: unused bits are set",
                             info->mnemonic.str().c_str());
  return instr;
}

static void printOperand(OperandKind kind, uint32_t value, raw_ostream &os,
                         StringRef label) {
  switch (kind) {
  case OperandKind::Reg:
    os << '$' << value;
    return;
  case OperandKind::Imm:
    os << value;
    return;
  case OperandKind::Target:
    if (label.empty())
      os << int32_t(value);
    else
      os << label;
    return;
  case OperandKind::Config:
    os << '%' << configTable[value].name;
    return;
  case OperandKind::Queue:
    os << queueNames[value];
    return;
  case OperandKind::Token:
    os << '@' << value;
    return;
  case OperandKind::Special:
    os << '%' << specialNames[value];
    return;
  }
}

void print(const Instr &instr, raw_ostream &os, StringRef label) {
  const InstrInfo &info = instr.info();
  os << info.mnemonic;
  if (info.numTypes) {
    os << '.' << typeNames[size_t(instr.type)];
    if (info.typeStorage[0].hasSecond)
      os << '.' << typeNames[size_t(instr.result)];
  }
  for (auto [i, operand] : enumerate(info.operands())) {
    os << (i ? ", " : " ");
    printOperand(operand.kind, instr.operands[i], os, label);
  }
}

ArrayRef<MachineParams> getMachines() {
  static const std::vector<MachineParams> all = [] {
    std::vector<MachineParams> machines;
#define GET_MLU_MACHINES
#include "onnc/Target/MLU/MLUMachine.inc"
    return machines;
  }();
  return all;
}

const MachineParams *findMachine(StringRef name) {
  for (const MachineParams &machine : getMachines())
    if (machine.name == name)
      return &machine;
  return nullptr;
}

} // namespace onnc::mlu
