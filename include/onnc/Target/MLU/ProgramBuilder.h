//===- ProgramBuilder.h - Writes instruction streams ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The compiler's way to instructions: one typed method per instruction, named
/// like its mnemonic in lower case, operands in the order of the record.
///
///   ProgramBuilder b;
///   b.li(Reg(1), 0x400);
///   b.vload(Reg(2), Reg(1), Reg(3));
///   b.sync(QueueSet::Vector, QueueSet::Dma);
///   b.vrelu(ElemType::F16, Reg(2), Reg(2), Reg(4));
///   b.halt();
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_PROGRAMBUILDER_H
#define ONNC_TARGET_MLU_PROGRAMBUILDER_H

#include "onnc/Target/MLU/ISA.h"
#include <vector>

namespace onnc::mlu {

/// A scalar register, 0 to 63.
struct Reg {
  uint8_t index = 0;
  constexpr explicit Reg(unsigned index) : index(uint8_t(index)) {}
};

/// A token of MARK and WAIT, 0 to 63.
struct Token {
  uint8_t index = 0;
  constexpr explicit Token(unsigned index) : index(uint8_t(index)) {}
};

/// A place to branch to; made by ProgramBuilder::newLabel.
struct Label {
  uint32_t index = 0;
};

class ProgramBuilder {
public:
  ProgramBuilder() { reset(); }

  /// A label that is not bound yet. It must be before take().
  Label newLabel();
  /// Binds \p label to the next instruction.
  void bind(Label label);

  /// reg = value.
  void li(Reg reg, uint32_t value) { sli(reg, value); }
  /// Sets a configuration register, unless it is known to hold \p value: the
  /// builder knows the values at a launch's start and what it wrote
  /// since the last label.
  void set(Config config, uint32_t value);

  /// Instructions so far.
  size_t size() const { return words.size(); }

  /// The finished program; the builder is empty afterwards.
  std::vector<uint64_t> take();

#define GET_MLU_BUILDER
#include "onnc/Target/MLU/MLUInstr.inc"

private:
  static uint32_t raw(Reg reg) { return reg.index; }
  static uint32_t raw(Token token) { return token.index; }
  static uint32_t raw(Label label) { return label.index; }
  static uint32_t raw(uint32_t value) { return value; }
  static uint32_t raw(Config config) { return uint32_t(config); }
  static uint32_t raw(QueueSet queue) { return uint32_t(queue); }
  static uint32_t raw(Special special) { return uint32_t(special); }
  void reset();
  void emit(Opcode opcode, ElemType type, ElemType result,
            std::array<uint32_t, MaxOperands> operands);

  std::vector<uint64_t> words;
  std::vector<size_t> branches;  ///< Words whose target is still a label.
  std::vector<int64_t> bindings; ///< Of every label; -1: not yet.
  std::vector<std::optional<uint32_t>> known; ///< Configuration values.
};

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_PROGRAMBUILDER_H
