//===- ProgramBuilder.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/ProgramBuilder.h"

using namespace llvm;

namespace onnc::mlu {

void ProgramBuilder::reset() {
  words.clear();
  branches.clear();
  bindings.clear();
  known.clear();
  for (const ConfigInfo &config : getConfigTable())
    known.push_back(config.reset);
}

Label ProgramBuilder::newLabel() {
  bindings.push_back(-1);
  return {uint32_t(bindings.size() - 1)};
}

void ProgramBuilder::bind(Label label) {
  assert(bindings[label.index] < 0 && "label bound twice");
  bindings[label.index] = int64_t(words.size());
  std::fill(known.begin(), known.end(), std::nullopt);
}

void ProgramBuilder::set(Config config, uint32_t value) {
  if (known[size_t(config)] != value)
    setci(config, value);
}

void ProgramBuilder::emit(Opcode opcode, ElemType type, ElemType result,
                          std::array<uint32_t, MaxOperands> operands) {
  Instr instr{opcode, type, result, operands};
  for (const OperandInfo &operand : instr.info().operands())
    if (operand.kind == OperandKind::Target)
      branches.push_back(words.size());
  if (opcode == Opcode::SETC || opcode == Opcode::SETCI) {
    known[operands[0]].reset();
    if (opcode == Opcode::SETCI)
      known[operands[0]] = operands[1];
  }
  words.push_back(encode(instr));
}

std::vector<uint64_t> ProgramBuilder::take() {
  for (size_t at : branches) {
    uint64_t label = words[at] & 0xffffffffu;
    assert(bindings[label] >= 0 && "branch to a label that was never bound");
    words[at] =
        (words[at] & ~0xffffffffull) | uint32_t(bindings[label] - int64_t(at));
  }
  std::vector<uint64_t> program = std::move(words);
  reset();
  return program;
}

} // namespace onnc::mlu
