//===- Assembler.cpp - Text to code object --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Assembler.h"
#include "../Float16.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;

namespace onnc::mlu {
namespace {

/// One pass over the lines; branches are patched when their program ends.
class Parser {
public:
  explicit Parser(SourceMgr &source) : source(source) {}

  std::optional<CodeObject> run() {
    StringRef text =
        source.getMemoryBuffer(source.getMainFileID())->getBuffer();
    while (!text.empty() && !tooMany()) {
      auto [line, rest] = text.split('\n');
      text = rest;
      cur = line.data();
      end = line.data() + line.size();
      failed = false;
      parseLine();
    }
    endProgram();
    endConstant();
    if (errors)
      return std::nullopt;
    return std::move(object);
  }

private:
  // Errors: the first of a line is reported, the rest of the line skipped.
  static constexpr unsigned MaxErrors = 20;
  bool tooMany() const { return errors >= MaxErrors; }
  bool errorAt(const char *at, const Twine &message) {
    if (!failed)
      source.PrintMessage(SMLoc::getFromPointer(at), SourceMgr::DK_Error,
                          message);
    failed = true;
    ++errors;
    return false;
  }
  bool error(const Twine &message) { return errorAt(cur, message); }

  // Lexing within the line.
  void skipSpace() {
    while (cur != end && (*cur == ' ' || *cur == '\t' || *cur == '\r'))
      ++cur;
    if (cur != end && *cur == '#')
      cur = end;
  }
  bool atEnd() {
    skipSpace();
    return cur == end;
  }
  bool consume(char c) {
    if (atEnd() || *cur != c)
      return false;
    ++cur;
    return true;
  }
  bool expect(char c) {
    return consume(c) || error("expected '" + Twine(c) + "'");
  }
  static bool isWordChar(char c) { return isAlnum(c) || c == '_' || c == '.'; }
  StringRef word() {
    skipSpace();
    const char *begin = cur;
    while (cur != end && isWordChar(*cur))
      ++cur;
    return StringRef(begin, cur - begin);
  }
  bool parseString(std::string &out) {
    if (!expect('"'))
      return false;
    for (; cur != end && *cur != '"'; ++cur) {
      if (*cur != '\\') {
        out += *cur;
        continue;
      }
      if (end - cur < 3 || !isHexDigit(cur[1]) || !isHexDigit(cur[2]))
        return error("expected two hexadecimal digits after '\\'");
      out += char(hexFromNibbles(cur[1], cur[2]));
      cur += 2;
    }
    return cur != end ? (++cur, true) : error("unterminated string");
  }
  bool parseInteger(int64_t &value, int64_t low, int64_t high) {
    skipSpace();
    const char *begin = cur;
    if (cur != end && *cur == '-')
      ++cur;
    while (cur != end && isAlnum(*cur))
      ++cur;
    StringRef text(begin, cur - begin);
    if (text.empty())
      return errorAt(begin, "expected an integer");
    if (text.getAsInteger(0, value))
      return errorAt(begin, "invalid integer '" + text + "'");
    if (value < low || value > high)
      return errorAt(begin, "'" + text + "' is out of range");
    return true;
  }
  bool parseAddress(uint64_t &value) {
    int64_t v;
    if (!parseInteger(v, 0, INT64_MAX))
      return false;
    value = uint64_t(v);
    return true;
  }
  bool parseList(std::vector<int64_t> &out) {
    if (!expect('['))
      return false;
    if (consume(']'))
      return true;
    do {
      int64_t v;
      if (!parseInteger(v, 0, INT64_MAX))
        return false;
      out.push_back(v);
    } while (consume(','));
    return expect(']');
  }
  static uint8_t hexFromNibbles(char high, char low) {
    return uint8_t(hexDigitValue(high) << 4 | hexDigitValue(low));
  }

  bool parseLine();
  bool parseDirective(StringRef name, const char *at);
  bool parseTensor();
  bool parseLaunch();
  bool parseData(StringRef name);
  bool parseInstr(StringRef mnemonic, const char *at);
  bool parseSuffix(const InstrInfo &info, StringRef suffix, const char *at,
                   Instr &instr);
  bool parseOperand(const OperandInfo &operand, uint32_t &value);
  bool parseIndexed(char sigil, unsigned limit, const char *what,
                    uint32_t &value);
  bool parseImmediate(uint32_t &value);
  bool parseTarget(uint32_t &value);

  Program &program();
  void endProgram();
  void endOp();
  void endConstant();

  SourceMgr &source;
  const char *cur = nullptr, *end = nullptr;
  bool failed = false;
  unsigned errors = 0;

  CodeObject object;
  bool inProgram = false;
  std::optional<uint32_t> currentOp;
  uint32_t opBegin = 0;
  StringMap<uint32_t> labels;
  struct Fixup {
    size_t at;
    StringRef label;
  };
  std::vector<Fixup> fixups;
  std::optional<uint64_t> constantAddress;
  std::vector<uint8_t> constantBytes;
};

Program &Parser::program() {
  if (!inProgram) {
    object.programs.emplace_back().name = "main";
    inProgram = true;
  }
  return object.programs.back();
}

void Parser::endOp() {
  uint32_t here = uint32_t(program().words.size());
  if (currentOp && here > opBegin)
    program().ops.push_back({opBegin, here, *currentOp});
  currentOp.reset();
}

void Parser::endProgram() {
  if (!inProgram)
    return;
  endOp();
  failed = false;
  for (const Fixup &fixup : fixups) {
    auto it = labels.find(fixup.label);
    if (it == labels.end()) {
      errorAt(fixup.label.data(), "undefined label '" + fixup.label + "'");
      failed = false;
      continue;
    }
    object.programs.back().words[fixup.at] |=
        uint32_t(it->second - uint32_t(fixup.at));
  }
  fixups.clear();
  labels.clear();
  inProgram = false;
}

void Parser::endConstant() {
  if (constantAddress)
    object.addConstant(*constantAddress, std::move(constantBytes));
  constantAddress.reset();
  constantBytes.clear();
}

bool Parser::parseLine() {
  if (atEnd())
    return true;
  const char *at = cur;
  StringRef name = word();
  if (name.empty())
    return error("expected a label, an instruction or a directive");
  if (cur != end && *cur == ':') {
    ++cur;
    uint32_t here = uint32_t(program().words.size());
    if (!labels.try_emplace(name, here).second)
      return errorAt(at, "label '" + name + "' is already defined");
    return atEnd() || error("expected the end of the line");
  }
  bool ok =
      name.starts_with(".") ? parseDirective(name, at) : parseInstr(name, at);
  return ok && (atEnd() || error("expected the end of the line"));
}

bool Parser::parseDirective(StringRef name, const char *at) {
  if (name == ".u8" || name == ".u16" || name == ".u32" || name == ".f16" ||
      name == ".f32" || name == ".zero")
    return parseData(name);
  if (name == ".machine") {
    skipSpace();
    const char *begin = cur;
    while (cur != end && (isWordChar(*cur) || *cur == '-'))
      ++cur;
    object.machine.assign(begin, cur);
    return true;
  }
  if (name == ".memory")
    return parseAddress(object.memorySize);
  if (name == ".range") {
    MemoryRange range;
    if (!parseString(range.name) || !parseAddress(range.address) ||
        !expect(',') || !parseAddress(range.size))
      return false;
    object.memory.push_back(std::move(range));
    return true;
  }
  if (name == ".tensor")
    return parseTensor();
  if (name == ".const") {
    endConstant();
    uint64_t address;
    if (!parseAddress(address))
      return false;
    constantAddress = address;
    return true;
  }
  if (name == ".program") {
    endProgram();
    StringRef own = word();
    if (own.empty())
      return error("expected a program name");
    object.programs.emplace_back().name = own.str();
    inProgram = true;
    return true;
  }
  if (name == ".op") {
    endOp();
    if (atEnd())
      return true;
    std::string op;
    if (!parseString(op))
      return false;
    auto it = find(object.operators, op);
    currentOp = uint32_t(it - object.operators.begin());
    if (it == object.operators.end())
      object.operators.push_back(op);
    opBegin = uint32_t(program().words.size());
    return true;
  }
  if (name == ".launch")
    return parseLaunch();
  return errorAt(at, "unknown directive '" + name + "'");
}

// .tensor input "x" f32 [1,3,8,8] f16 0x100 [384,2,48,6]
bool Parser::parseTensor() {
  TensorDesc tensor;
  const char *at = (skipSpace(), cur);
  StringRef kind = word();
  if (kind == "input")
    tensor.kind = TensorKind::Input;
  else if (kind == "output")
    tensor.kind = TensorKind::Output;
  else if (kind == "constant")
    tensor.kind = TensorKind::Constant;
  else
    return errorAt(at, "expected input, output or constant");
  if (!parseString(tensor.name))
    return false;
  at = (skipSpace(), cur);
  std::optional<HostType> host = parseHostType(word());
  if (!host)
    return errorAt(at, "expected a host element type");
  tensor.hostType = *host;
  if (!parseList(tensor.shape))
    return false;
  at = (skipSpace(), cur);
  std::optional<ElemType> device = parseElemType(word());
  if (!device)
    return errorAt(at, "expected f16, f32, i8 or i32");
  tensor.deviceType = *device;
  if (!parseAddress(tensor.address) || !parseList(tensor.strides))
    return false;
  object.tensors.push_back(std::move(tensor));
  return true;
}

// .launch "conv1" main*4, tail
bool Parser::parseLaunch() {
  endProgram();
  Launch launch;
  if (!parseString(launch.name))
    return false;
  do {
    const char *at = (skipSpace(), cur);
    StringRef name = word();
    auto it = find_if(object.programs,
                      [&](const Program &p) { return p.name == name; });
    if (it == object.programs.end())
      return errorAt(at, "unknown program '" + name + "'");
    int64_t count = 1;
    if (consume('*') && !parseInteger(count, 1, 32))
      return false;
    launch.programs.insert(launch.programs.end(), size_t(count),
                           uint32_t(it - object.programs.begin()));
  } while (consume(','));
  object.launches.push_back(std::move(launch));
  return true;
}

bool Parser::parseData(StringRef name) {
  if (!constantAddress)
    return error("data before any .const");
  if (name == ".zero") {
    int64_t n;
    if (!parseInteger(n, 0, 1 << 30))
      return false;
    constantBytes.resize(constantBytes.size() + size_t(n));
    return true;
  }
  unsigned size = name == ".u8" ? 1 : name.ends_with("16") ? 2 : 4;
  bool floating = name.starts_with(".f");
  do {
    uint64_t bits;
    if (floating) {
      skipSpace();
      const char *begin = cur;
      while (cur != end && (isAlnum(*cur) || StringRef("+-.").contains(*cur)))
        ++cur;
      float value;
      if (!to_float(StringRef(begin, cur - begin), value))
        return errorAt(begin, "expected a number");
      bits = size == 2 ? toHalf(value) : std::bit_cast<uint32_t>(value);
    } else {
      int64_t value;
      int64_t high = (1ll << size * 8) - 1;
      if (!parseInteger(value, -(high / 2 + 1), high))
        return false;
      bits = uint64_t(value);
    }
    for (unsigned i = 0; i != size; ++i)
      constantBytes.push_back(uint8_t(bits >> i * 8));
  } while (consume(','));
  return true;
}

bool Parser::parseInstr(StringRef name, const char *at) {
  auto [mnemonic, suffix] = name.split('.');
  const InstrInfo *info = findInstr(mnemonic);
  if (!info)
    return errorAt(at, "unknown instruction '" + mnemonic + "'");
  Instr instr;
  instr.opcode = info->opcode;
  if (!parseSuffix(*info, suffix, at + mnemonic.size(), instr))
    return false;
  for (auto [i, operand] : enumerate(info->operands()))
    if ((i && !expect(',')) || !parseOperand(operand, instr.operands[i]))
      return false;
  program().words.push_back(encode(instr));
  return true;
}

bool Parser::parseSuffix(const InstrInfo &info, StringRef suffix,
                         const char *at, Instr &instr) {
  if (info.types().empty())
    return suffix.empty() ||
           errorAt(at, info.mnemonic + " has no element type");
  std::string allowed;
  for (const TypeCombo &combo : info.types()) {
    std::string text = getElemTypeName(combo.first).str();
    if (combo.hasSecond)
      text += ("." + getElemTypeName(combo.second)).str();
    if (text == suffix) {
      instr.type = combo.first;
      if (combo.hasSecond)
        instr.result = combo.second;
      return true;
    }
    allowed += (allowed.empty() ? "." : ", .") + text;
  }
  return errorAt(at, info.mnemonic + " needs an element type: " + allowed);
}

bool Parser::parseIndexed(char sigil, unsigned limit, const char *what,
                          uint32_t &value) {
  const char *at = (skipSpace(), cur);
  if (!consume(sigil))
    return errorAt(at, Twine("expected ") + what);
  StringRef digits = word();
  if (digits.getAsInteger(10, value) || value >= limit)
    return errorAt(at, Twine("expected ") + what);
  return true;
}

bool Parser::parseImmediate(uint32_t &value) {
  const char *begin = (skipSpace(), cur);
  while (cur != end && (isAlnum(*cur) || StringRef("+-.").contains(*cur)))
    ++cur;
  StringRef text(begin, cur - begin);
  int64_t integer;
  float number;
  if (!text.getAsInteger(0, integer)) {
    if (integer < INT32_MIN || integer > int64_t(UINT32_MAX))
      return errorAt(begin, "immediate '" + text + "' exceeds 32 bits");
    value = uint32_t(integer);
    return true;
  }
  if (text.empty() || !to_float(text, number))
    return errorAt(begin, "expected an immediate");
  value = std::bit_cast<uint32_t>(number);
  return true;
}

bool Parser::parseTarget(uint32_t &value) {
  skipSpace();
  if (cur != end && (isDigit(*cur) || *cur == '-')) {
    int64_t distance;
    if (!parseInteger(distance, INT32_MIN, INT32_MAX))
      return false;
    value = uint32_t(distance);
    return true;
  }
  StringRef label = word();
  if (label.empty())
    return error("expected a label");
  fixups.push_back({program().words.size(), label});
  value = 0;
  return true;
}

bool Parser::parseOperand(const OperandInfo &operand, uint32_t &value) {
  switch (operand.kind) {
  case OperandKind::Reg:
    return parseIndexed('$', NumRegs, "a register, $0 to $63", value);
  case OperandKind::Token:
    return parseIndexed('@', NumTokens, "a token, @0 to @63", value);
  case OperandKind::Imm:
    return parseImmediate(value);
  case OperandKind::Target:
    return parseTarget(value);
  case OperandKind::Queue: {
    const char *at = (skipSpace(), cur);
    StringRef name = word();
    for (value = 0; value <= uint32_t(QueueSet::All); ++value)
      if (getQueueName(QueueSet(value)) == name)
        return true;
    return errorAt(at, "expected scalar, matrix, vector, dma or all");
  }
  case OperandKind::Config: {
    const char *at = (skipSpace(), cur);
    if (consume('%')) {
      StringRef name = word();
      for (auto [i, config] : enumerate(getConfigTable()))
        if (config.name == name) {
          value = uint32_t(i);
          return true;
        }
    }
    return errorAt(at, "expected a configuration register");
  }
  case OperandKind::Special: {
    const char *at = (skipSpace(), cur);
    if (consume('%')) {
      StringRef name = word();
      if (name == "core" || name == "cores") {
        value = uint32_t(name == "core" ? Special::Core : Special::Cores);
        return true;
      }
    }
    return errorAt(at, "expected %core or %cores");
  }
  }
  llvm_unreachable("unknown operand kind");
}

} // namespace

std::optional<CodeObject> assemble(SourceMgr &source) {
  return Parser(source).run();
}

} // namespace onnc::mlu
