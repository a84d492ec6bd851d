//===- ISA.h - The instruction set of the MLU100 ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Instructions as data: their encoding, operand kinds and queues. The records
/// in lib/Target/MLU/ISA/MLUInstr.td are the source; docs/MLU.md explains
/// them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_ISA_H
#define ONNC_TARGET_MLU_ISA_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <optional>

namespace llvm {
class raw_ostream;
}

namespace onnc::mlu {

enum class Opcode : uint8_t {
#define GET_MLU_OPCODES
#include "onnc/Target/MLU/MLUInstr.inc"
};

/// Element types of device data.
enum class ElemType : uint8_t { F16, F32, I8, I32 };

/// Bytes of an element.
inline unsigned elemSize(ElemType type) {
  return type == ElemType::I8 ? 1 : type == ElemType::F16 ? 2 : 4;
}
llvm::StringRef getElemTypeName(ElemType type);
std::optional<ElemType> parseElemType(llvm::StringRef name);

/// The queues of a core. Instructions of one queue start in order.
enum class Queue : uint8_t { Scalar, Matrix, Vector, Dma };
constexpr unsigned NumQueues = 4;

/// A queue, or all of them: the operand of MARK, WAIT and SYNC.
enum class QueueSet : uint8_t { Scalar, Matrix, Vector, Dma, All };
llvm::StringRef getQueueName(QueueSet queue);

/// What SGET reads.
enum class Special : uint8_t { Core, Cores };

/// The configuration registers.
enum class Config : uint8_t {
#define GET_MLU_CONFIG_ENUM
#include "onnc/Target/MLU/MLUInstr.inc"
};

struct ConfigInfo {
  llvm::StringRef name; ///< As in assembly, without the '%'.
  uint32_t reset;       ///< The value at the start of a launch.
};
llvm::ArrayRef<ConfigInfo> getConfigTable();

constexpr unsigned NumRegs = 64;
constexpr unsigned NumTokens = 64;

enum class OperandKind : uint8_t {
  Reg,
  Imm,
  Target,
  Config,
  Queue,
  Token,
  Special
};

struct OperandInfo {
  llvm::StringRef name;
  OperandKind kind = OperandKind::Reg;
  uint8_t bit = 0;   ///< Lowest bit in the word.
  uint8_t width = 0; ///< Number of bits.
  bool defines = false;
};

/// A combination of element types that an instruction may carry.
struct TypeCombo {
  ElemType first, second;
  bool hasSecond;
};

constexpr unsigned MaxOperands = 7;

struct InstrInfo {
  Opcode opcode;
  llvm::StringRef mnemonic;
  Queue queue;
  uint8_t numOperands;
  OperandInfo operandStorage[MaxOperands];
  uint8_t numTypes;
  TypeCombo typeStorage[12];

  llvm::ArrayRef<OperandInfo> operands() const {
    return {operandStorage, numOperands};
  }
  llvm::ArrayRef<TypeCombo> types() const { return {typeStorage, numTypes}; }
};

/// All instructions in the order of their opcodes.
llvm::ArrayRef<InstrInfo> getInstrTable();

/// The entry of an opcode, or null where there is no such opcode.
const InstrInfo *getInstrInfo(uint8_t opcode);
inline const InstrInfo &getInstrInfo(Opcode opcode) {
  return *getInstrInfo(uint8_t(opcode));
}

/// The entry of an upper-case mnemonic without suffix, or null.
const InstrInfo *findInstr(llvm::StringRef mnemonic);

/// A decoded instruction. Operands stand in the order of the record; branch
/// targets are signed distances, in instructions, from the instruction itself.
struct Instr {
  Opcode opcode = Opcode::NOP;
  ElemType type = ElemType::F16;   ///< First suffix, where there is one.
  ElemType result = ElemType::F16; ///< Second suffix, where there is one.
  std::array<uint32_t, MaxOperands> operands = {};

  bool operator==(const Instr &) const = default;
  const InstrInfo &info() const { return getInstrInfo(opcode); }
};

/// The word of \p instr, whose operands must fit their fields.
uint64_t encode(const Instr &instr);

/// The instruction in \p word; an error if the opcode, a type or an operand is
/// unknown or an unused bit is set. decode and encode are inverse.
llvm::Expected<Instr> decode(uint64_t word);

/// Prints \p instr as assembly. A branch prints \p label for its target where
/// that isn't empty, else the signed distance.
void print(const Instr &instr, llvm::raw_ostream &os,
           llvm::StringRef label = {});

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_ISA_H
