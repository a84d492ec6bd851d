//===- InstrBackend.cpp - The MLU's instructions and machine figures ------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// From the records of lib/Target/MLU/ISA: opcodes, encoder, decoder and
/// assembler tables, the typed program builder, machine parameters, and the
/// reference of all of them.
///
//===----------------------------------------------------------------------===//

#include "Backends.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/TableGen/Error.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"
#include <set>

using namespace llvm;
using onnc::tblgen::quoted;

namespace {

constexpr unsigned MaxOperands = 7;
constexpr unsigned OperandTop = 48; // Operands lie below the type fields.
constexpr unsigned ImmediateBits = 32;

std::vector<Record *> sortedBy(RecordKeeper &records, StringRef cls,
                               StringRef field) {
  std::vector<Record *> defs = records.getAllDerivedDefinitions(cls);
  llvm::sort(defs, [&](Record *a, Record *b) {
    // Definitions of one value stay in the order of the file.
    return std::pair(a->getValueAsInt(field), a->getID()) <
           std::pair(b->getValueAsInt(field), b->getID());
  });
  for (size_t i = 1; i < defs.size(); ++i)
    if (defs[i - 1]->getValueAsInt(field) == defs[i]->getValueAsInt(field))
      PrintFatalError(defs[i]->getLoc(), Twine(field) + " already taken by " +
                                             defs[i - 1]->getName());
  return defs;
}

/// The definitions of \p cls in the order of the file.
std::vector<Record *> inFileOrder(RecordKeeper &records, StringRef cls) {
  std::vector<Record *> defs = records.getAllDerivedDefinitions(cls);
  llvm::sort(defs,
             [](Record *a, Record *b) { return a->getID() < b->getID(); });
  return defs;
}

/// The lowest bit of every operand of \p instr; fatal if they don't fit.
SmallVector<unsigned> operandBits(const Record *instr) {
  SmallVector<unsigned> bits;
  unsigned top = OperandTop;
  bool immediate = false;
  for (const Record *operand : instr->getValueAsListOfDefs("Operands")) {
    unsigned width = operand->getValueAsDef("Kind")->getValueAsInt("Width");
    if (width == ImmediateBits) {
      immediate = true;
      bits.push_back(0);
      continue;
    }
    if (top < width)
      PrintFatalError(instr->getLoc(), "operands exceed 48 bits");
    bits.push_back(top -= width);
  }
  if (immediate && top < ImmediateBits)
    PrintFatalError(instr->getLoc(), "an operand overlaps the immediate");
  if (bits.size() > MaxOperands)
    PrintFatalError(instr->getLoc(), "too many operands");
  return bits;
}

StringRef mnemonic(const Record *instr) {
  return instr->getValueAsString("Mnemonic");
}

std::string typeEnum(StringRef type) { return "ElemType::" + type.upper(); }

void emitOpcodes(const std::vector<Record *> &instrs, raw_ostream &os) {
  os << "#ifdef GET_MLU_OPCODES\n";
  for (const Record *instr : instrs)
    os << mnemonic(instr) << " = " << instr->getValueAsInt("Opcode") << ",\n";
  os << "#undef GET_MLU_OPCODES\n#endif\n\n";
}

void emitTable(const std::vector<Record *> &instrs, raw_ostream &os) {
  os << "#ifdef GET_MLU_INSTR_TABLE\n";
  for (const Record *instr : instrs) {
    SmallVector<unsigned> bits = operandBits(instr);
    os << "{Opcode::" << mnemonic(instr) << ", " << quoted(mnemonic(instr))
       << ", Queue::"
       << onnc::tblgen::toCamelCase(
              instr->getValueAsDef("IssueQueue")->getValueAsString("Name"))
       << ", " << bits.size() << ", {";
    size_t k = 0;
    for (const Record *operand : instr->getValueAsListOfDefs("Operands")) {
      const Record *kind = operand->getValueAsDef("Kind");
      os << "{" << quoted(operand->getValueAsString("Name"))
         << ", OperandKind::" << kind->getValueAsString("Name") << ", "
         << bits[k++] << ", " << kind->getValueAsInt("Width") << ", "
         << (operand->getValueAsBit("Defines") ? "true" : "false") << "}, ";
    }
    std::vector<StringRef> types = instr->getValueAsListOfStrings("Types");
    os << "}, " << types.size() << ", {";
    for (StringRef combo : types) {
      auto [first, second] = combo.split('.');
      os << "{" << typeEnum(first) << ", "
         << (second.empty() ? "ElemType::F16" : typeEnum(second)) << ", "
         << (second.empty() ? "false" : "true") << "}, ";
    }
    os << "}},\n";
  }
  os << "#undef GET_MLU_INSTR_TABLE\n#endif\n\n";
}

StringRef builderType(StringRef kind) {
  return StringSwitch<StringRef>(kind)
      .Case("Reg", "Reg")
      .Case("Imm", "uint32_t")
      .Case("Target", "Label")
      .Case("Config", "Config")
      .Case("Queue", "QueueSet")
      .Case("Token", "Token")
      .Case("Special", "Special");
}

/// One method per instruction: types first, where there is a choice.
void emitBuilder(const std::vector<Record *> &instrs, raw_ostream &os) {
  os << "#ifdef GET_MLU_BUILDER\n";
  for (const Record *instr : instrs) {
    std::vector<StringRef> types = instr->getValueAsListOfStrings("Types");
    std::vector<std::string> params, args;
    std::string first = "ElemType::F16", second = first;
    bool pair = !types.empty() && types[0].contains('.');
    if (types.size() == 1) {
      auto [a, b] = types[0].split('.');
      first = typeEnum(a);
      second = pair ? typeEnum(b) : second;
    } else if (!types.empty()) {
      params.push_back("ElemType type");
      first = "type";
      if (pair) {
        params.push_back("ElemType result");
        second = "result";
      }
    }
    for (const Record *operand : instr->getValueAsListOfDefs("Operands")) {
      StringRef kind = operand->getValueAsDef("Kind")->getValueAsString("Name");
      std::string name = operand->getValueAsString("Name").str();
      params.push_back((builderType(kind) + " " + name).str());
      args.push_back("raw(" + name + ")");
    }
    os << "void " << mnemonic(instr).lower() << "(" << join(params, ", ")
       << ") {\n  emit(Opcode::" << mnemonic(instr) << ", " << first << ", "
       << second << ", {" << join(args, ", ") << "});\n}\n";
  }
  os << "#undef GET_MLU_BUILDER\n#endif\n\n";
}

std::string configEnum(const Record *config) {
  return onnc::tblgen::toCamelCase(config->getName().drop_front(3));
}

void emitConfig(RecordKeeper &records, raw_ostream &os) {
  std::vector<Record *> regs = sortedBy(records, "ConfigReg", "Index");
  os << "#ifdef GET_MLU_CONFIG_ENUM\n";
  for (const Record *reg : regs)
    os << configEnum(reg) << " = " << reg->getValueAsInt("Index") << ",\n";
  os << "#undef GET_MLU_CONFIG_ENUM\n#endif\n\n#ifdef GET_MLU_CONFIG_TABLE\n";
  for (auto [i, reg] : enumerate(regs)) {
    if (reg->getValueAsInt("Index") != int64_t(i))
      PrintFatalError(reg->getLoc(), "configuration registers leave a gap");
    os << "{" << quoted(reg->getValueAsString("Name")) << ", "
       << uint32_t(reg->getValueAsInt("Reset")) << "u},\n";
  }
  os << "#undef GET_MLU_CONFIG_TABLE\n#endif\n";
}

void emitInstrs(RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("MLU instructions", os, records);
  std::vector<Record *> instrs = sortedBy(records, "Instr", "Opcode");
  std::set<StringRef> seen;
  for (const Record *instr : instrs)
    if (!seen.insert(mnemonic(instr)).second)
      PrintFatalError(instr->getLoc(), "mnemonic already taken");
  emitOpcodes(instrs, os);
  emitTable(instrs, os);
  emitBuilder(instrs, os);
  emitConfig(records, os);
}

void emitInstrDocs(RecordKeeper &records, raw_ostream &os) {
  os << "# MLU instruction reference\n\n"
        "Generated from lib/Target/MLU/ISA/MLUInstr.td. Bits 63..56 hold the "
        "opcode, 55..52 and\n51..48 the element types (f16 0, f32 1, i8 2, "
        "i32 3); each operand's bits stand beside it.\n";
  StringRef queue;
  for (const Record *instr : sortedBy(records, "Instr", "Opcode")) {
    StringRef own =
        instr->getValueAsDef("IssueQueue")->getValueAsString("Name");
    if (own != queue)
      os << "\n## Queue: " << (queue = own) << "\n";
    os << "\n### " << mnemonic(instr) << " ("
       << format_hex(instr->getValueAsInt("Opcode"), 4) << ")\n\n    "
       << mnemonic(instr);
    if (!instr->getValueAsListOfStrings("Types").empty())
      os << ".type";
    SmallVector<unsigned> bits = operandBits(instr);
    std::vector<Record *> operands = instr->getValueAsListOfDefs("Operands");
    for (auto [i, operand] : enumerate(operands)) {
      StringRef space = operand->getValueAsString("Space");
      os << (i ? ", " : " ") << operand->getValueAsString("Name");
      if (!space.empty())
        os << ":" << space;
    }
    os << "\n\n";
    for (auto [i, operand] : enumerate(operands)) {
      const Record *kind = operand->getValueAsDef("Kind");
      os << "- `" << operand->getValueAsString("Name")
         << "`: " << kind->getValueAsString("Syntax") << "; bits "
         << bits[i] + kind->getValueAsInt("Width") - 1 << ".." << bits[i]
         << "\n";
    }
    if (auto types = instr->getValueAsListOfStrings("Types"); !types.empty())
      os << "- types: " << join(types, ", ") << "\n";
    os << "- cycles: " << instr->getValueAsString("Cycles") << "\n\n"
       << instr->getValueAsString("Semantics") << ".\n";
  }
  os << "\n## Configuration registers\n\n| | name | reset | "
        "|\n|---|---|---|---|"
        "\n";
  for (const Record *reg : sortedBy(records, "ConfigReg", "Index"))
    os << "| " << reg->getValueAsInt("Index") << " | %"
       << reg->getValueAsString("Name") << " | " << reg->getValueAsInt("Reset")
       << " | " << reg->getValueAsString("Doc") << " |\n";
}

void emitMachine(RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("MLU machine parameters", os, records);
  std::vector<Record *> params = inFileOrder(records, "MachineParam");
  os << "#ifdef GET_MLU_MACHINE_FIELDS\n";
  for (const Record *param : params)
    os << "/// " << param->getValueAsString("Doc") << " ["
       << param->getValueAsString("Unit") << "; "
       << param->getValueAsString("Source") << "]\nuint64_t "
       << param->getValueAsString("Name") << " = "
       << param->getValueAsInt("Default") << "ull;\n";
  os << "#undef GET_MLU_MACHINE_FIELDS\n#endif\n\n#ifdef GET_MLU_MACHINES\n";
  for (const Record *machine : inFileOrder(records, "Machine")) {
    os << "{\nMachineParams p;\np.name = "
       << quoted(machine->getValueAsString("Name")) << ";\n";
    for (const Record *o : machine->getValueAsListOfDefs("Overrides"))
      os << "p." << o->getValueAsDef("Param")->getValueAsString("Name") << " = "
         << o->getValueAsInt("Value") << "ull;\n";
    os << "machines.push_back(p);\n}\n";
  }
  os << "#undef GET_MLU_MACHINES\n#endif\n";
}

void emitMachineDocs(RecordKeeper &records, raw_ostream &os) {
  os << "# MLU machine parameters\n\n| | value | unit | source | |\n"
        "|---|---|---|---|---|\n";
  for (const Record *param : inFileOrder(records, "MachineParam"))
    os << "| " << param->getValueAsString("Name") << " | "
       << param->getValueAsInt("Default") << " | "
       << param->getValueAsString("Unit") << " | "
       << param->getValueAsString("Source") << " | "
       << param->getValueAsString("Doc") << " |\n";
  for (const Record *machine : inFileOrder(records, "Machine")) {
    os << "\n`" << machine->getValueAsString("Name")
       << "`: " << machine->getValueAsString("Doc");
    for (const Record *o : machine->getValueAsListOfDefs("Overrides"))
      os << " (" << o->getValueAsDef("Param")->getValueAsString("Name") << " = "
         << o->getValueAsInt("Value") << ")";
    os << ".\n";
  }
}

TableGen::Emitter::Opt instrs("gen-mlu-instrs", emitInstrs,
                              "MLU instruction tables and builder");
TableGen::Emitter::Opt instrDocs("gen-mlu-instr-docs", emitInstrDocs,
                                 "MLU instruction reference");
TableGen::Emitter::Opt machine("gen-mlu-machine", emitMachine,
                               "MLU machine parameters");
TableGen::Emitter::Opt machineDocs("gen-mlu-machine-docs", emitMachineDocs,
                                   "MLU machine parameter table");

} // namespace
