//===- Disassembler.cpp - Code object to text -----------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Assembler.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <map>

using namespace llvm;

namespace onnc::mlu {

static void printString(StringRef text, raw_ostream &os) {
  os << '"';
  for (unsigned char c : text)
    if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
      os << '\\' << hexdigit(c >> 4, true) << hexdigit(c & 15, true);
    else
      os << c;
  os << '"';
}

static void printList(ArrayRef<int64_t> list, raw_ostream &os) {
  os << '[';
  interleave(list, os, ",");
  os << ']';
}

static void printTensor(const TensorDesc &tensor, raw_ostream &os) {
  static constexpr StringLiteral kinds[] = {"input", "output", "constant"};
  os << ".tensor " << kinds[size_t(tensor.kind)] << ' ';
  printString(tensor.name, os);
  os << ' ' << getHostTypeName(tensor.hostType) << ' ';
  printList(tensor.shape, os);
  os << ' ' << getElemTypeName(tensor.deviceType) << ' '
     << format_hex(tensor.address, 2) << ' ';
  printList(tensor.strides, os);
  os << '\n';
}

static void printConstant(const Constant &constant, raw_ostream &os) {
  os << ".const " << format_hex(constant.address, 2) << '\n';
  ArrayRef<uint8_t> bytes = constant.bytes;
  constexpr size_t PerLine = 16;
  for (size_t at = 0; at < bytes.size(); at += PerLine) {
    os << ".u8 ";
    interleave(
        bytes.slice(at, std::min(PerLine, bytes.size() - at)), os,
        [&](uint8_t byte) { os << unsigned(byte); }, ",");
    os << '\n';
  }
}

static Error printProgram(const CodeObject &object, const Program &program,
                          const DisassembleOptions &options, raw_ostream &os) {
  std::vector<Instr> instrs;
  std::map<int64_t, std::string> labels; // Ordered by place, so numbered so.
  int64_t size = int64_t(program.words.size());
  auto targetOf = [&](int64_t at) -> std::optional<int64_t> {
    for (auto [i, operand] : enumerate(instrs[at].info().operands()))
      if (operand.kind == OperandKind::Target)
        return at + int32_t(instrs[at].operands[i]);
    return std::nullopt;
  };
  for (auto [at, word] : enumerate(program.words)) {
    Expected<Instr> instr = decode(word);
    if (!instr)
      return createStringError("program '%s', instruction %zu: %s",
                               program.name.c_str(), size_t(at),
                               toString(instr.takeError()).c_str());
    instrs.push_back(*instr);
    if (auto target = targetOf(int64_t(at)))
      if (*target >= 0 && *target < size)
        labels[*target] = "";
  }
  unsigned number = 0;
  for (auto &[at, name] : labels)
    name = "L" + utostr(number++);

  os << ".program " << program.name << '\n';
  const OpRange *op = program.ops.data();
  const OpRange *lastOp = op + program.ops.size();
  bool open = false;
  for (int64_t at = 0; at != size; ++at) {
    if (open && op->end == at) {
      ++op;
      open = false;
      if (op == lastOp || op->begin != at)
        os << ".op\n";
    }
    if (op != lastOp && op->begin == at) {
      os << ".op ";
      printString(object.operators[op->op], os);
      os << '\n';
      open = true;
    }
    if (auto it = labels.find(at); it != labels.end())
      os << it->second << ":\n";
    os << "  ";
    auto target = targetOf(at);
    auto it = target ? labels.find(*target) : labels.end();
    print(instrs[at], os, it != labels.end() ? StringRef(it->second) : "");
    if (options.showEncoding)
      os << "  # encoding: " << format_hex(program.words[at], 18);
    os << '\n';
  }
  return Error::success();
}

static void printLaunch(const CodeObject &object, const Launch &launch,
                        raw_ostream &os) {
  os << ".launch ";
  printString(launch.name, os);
  ArrayRef<uint32_t> programs = launch.programs;
  const char *separator = " ";
  while (!programs.empty()) {
    uint32_t first = programs.front();
    size_t run =
        programs.take_while([&](uint32_t p) { return p == first; }).size();
    os << separator << object.programs[first].name;
    if (run > 1)
      os << '*' << run;
    separator = ", ";
    programs = programs.drop_front(run);
  }
  os << '\n';
}

Error disassemble(const CodeObject &object, raw_ostream &os,
                  const DisassembleOptions &options) {
  os << ".machine " << object.machine << "\n.memory " << object.memorySize
     << '\n';
  for (const MemoryRange &range : object.memory) {
    os << ".range ";
    printString(range.name, os);
    os << ' ' << format_hex(range.address, 2) << ", " << range.size << '\n';
  }
  for (const TensorDesc &tensor : object.tensors)
    printTensor(tensor, os);
  if (options.constants)
    for (const Constant &constant : object.constants)
      printConstant(constant, os);
  for (const Program &program : object.programs)
    if (Error error = printProgram(object, program, options, os))
      return error;
  for (const Launch &launch : object.launches)
    printLaunch(object, launch, os);
  return Error::success();
}

} // namespace onnc::mlu
