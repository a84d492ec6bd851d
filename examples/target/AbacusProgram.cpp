//===- AbacusProgram.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Abacus.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

struct Port {
  int64_t offset;
  Shape shape;
};

/// A parsed program and its memory. Files may be hostile: every range is
/// checked before anything runs.
class AbacusProgram : public onnc::Program {
public:
  Error parse(StringRef text);

  ArrayRef<ProgramValueInfo> getInputs() const override { return inputs; }
  ArrayRef<ProgramValueInfo> getOutputs() const override { return outputs; }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override;
  void printReport(raw_ostream &os, bool) const override {
    os << cycles << " cycles\n";
  }

private:
  struct Instruction {
    std::string name;
    int64_t y, a, b, m, k, n;
  };
  Error parseLine(StringRef line);
  Error parsePort(StringRef kind, ArrayRef<StringRef> words);
  Error checkRange(int64_t offset, int64_t elements) const;
  Error error(const Twine &what) const {
    return createStringError("line " + Twine(lineNumber) + ": " + what);
  }
  float *at(int64_t offset) { return &memory[offset / 4]; }

  std::vector<float> memory = std::vector<float>(abacus::memorySize / 4);
  std::vector<ProgramValueInfo> inputs, outputs;
  std::vector<Port> inputPorts, outputPorts;
  std::vector<Instruction> code;
  unsigned lineNumber = 1;
  int64_t cycles = 0;
};

} // namespace

Error AbacusProgram::checkRange(int64_t offset, int64_t elements) const {
  if (offset < 0 || offset % 4 || elements < 0 ||
      elements > abacus::memorySize / 4 ||
      offset > abacus::memorySize - elements * 4)
    return error("reaches outside the memory");
  return Error::success();
}

Error AbacusProgram::parsePort(StringRef kind, ArrayRef<StringRef> words) {
  Port port;
  ProgramValueInfo info;
  unsigned rank;
  if (words.size() < 3 || words[1].getAsInteger(10, port.offset) ||
      words[2].getAsInteger(10, rank) || words.size() != 3 + rank)
    return error("malformed port");
  int64_t count = 1;
  info.name = words[0].str();
  info.type = "tensor<";
  for (StringRef word : words.drop_front(3)) {
    int64_t dim;
    if (word.getAsInteger(10, dim) || dim < 0 || dim > abacus::memorySize)
      return error("malformed dimension");
    count *= dim;
    if (count > abacus::memorySize)
      return error("reaches outside the memory");
    port.shape.push_back(dim);
    info.type += word.str() + "x";
  }
  info.type += "f32>";
  info.elementType = ElementType::F32;
  info.shape = port.shape;
  (kind == "INPUT" ? inputs : outputs).push_back(info);
  (kind == "INPUT" ? inputPorts : outputPorts).push_back(port);
  return checkRange(port.offset, count);
}

Error AbacusProgram::parseLine(StringRef line) {
  SmallVector<StringRef> words;
  line.split(words, ' ');
  StringRef name = words.front();
  ArrayRef<StringRef> rest = ArrayRef(words).drop_front();
  if (name == "INPUT" || name == "OUTPUT")
    return parsePort(name, rest);
  if (name == "CONST") {
    int64_t offset;
    if (rest.empty() || rest[0].getAsInteger(10, offset))
      return error("malformed constant");
    if (Error e = checkRange(offset, rest.size() - 1))
      return e;
    for (auto [i, word] : enumerate(rest.drop_front())) {
      double value;
      if (word.getAsDouble(value))
        return error("malformed number '" + word + "'");
      at(offset)[i] = float(value);
    }
    return Error::success();
  }
  Instruction instr{name.str(), 0, 0, 0, 1, 1, 1};
  bool isMatMul = name == "MATMUL";
  if (!isMatMul && name != "ADD" && name != "MUL" && name != "MAX")
    return error("unknown instruction '" + name + "'");
  int64_t *fields[] = {&instr.y, &instr.a, &instr.b, &instr.m,
                       &instr.k, &instr.n};
  if (rest.size() != (isMatMul ? 6u : 5u))
    return error("wrong number of operands");
  for (auto [word, field] : zip(rest, fields))
    if (word.getAsInteger(10, *field) || *field < 0 ||
        *field > abacus::memorySize)
      return error("malformed operand '" + word + "'");
  // m elements of a and k of b, or matrices m×k and k×n.
  bool broadcasts = instr.k == instr.m || instr.k == 1;
  if (!isMatMul && !broadcasts)
    return error("operands of different lengths");
  int64_t a = isMatMul ? instr.m * instr.k : instr.m;
  int64_t b = isMatMul ? instr.k * instr.n : instr.k;
  int64_t y = isMatMul ? instr.m * instr.n : instr.m;
  code.push_back(instr);
  return joinErrors(joinErrors(checkRange(instr.a, a), checkRange(instr.b, b)),
                    checkRange(instr.y, y));
}

Error AbacusProgram::parse(StringRef text) {
  text.consume_front(abacus::programHeader);
  for (StringRef line : split(text, '\n')) {
    ++lineNumber;
    if (!line.empty())
      if (Error e = parseLine(line))
        return e;
  }
  return Error::success();
}

Expected<std::vector<RuntimeValue>>
AbacusProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [value, info, port] : zip_equal(values, inputs, inputPorts)) {
    if (!value.isTensor() ||
        value.getTensor().getElementType() != ElementType::F32 ||
        value.getTensor().getShape() != ArrayRef<int64_t>(port.shape))
      return createStringError("input '" + info.name + "' must be a " +
                               info.type);
    auto elements = value.getTensor().elements<float>();
    for (int64_t i = 0; i < value.getTensor().getNumElements(); ++i)
      at(port.offset)[i] = elements[i];
  }
  cycles = 0;
  for (const Instruction &i : code) {
    float *y = at(i.y), *a = at(i.a), *b = at(i.b);
    cycles += i.m * (i.name == "MATMUL" ? i.k * i.n : 1);
    if (i.name == "MATMUL") {
      for (int64_t r = 0; r < i.m; ++r)
        for (int64_t c = 0; c < i.n; ++c) {
          float sum = 0;
          for (int64_t k = 0; k < i.k; ++k)
            sum += a[r * i.k + k] * b[k * i.n + c];
          y[r * i.n + c] = sum;
        }
      continue;
    }
    for (int64_t e = 0; e < i.m; ++e) {
      float x = a[e], z = b[i.k == 1 ? 0 : e];
      y[e] = i.name == "ADD" ? x + z : i.name == "MUL" ? x * z : std::max(x, z);
    }
  }
  std::vector<RuntimeValue> results;
  for (const Port &port : outputPorts) {
    int64_t count = cantFail(countElements(port.shape));
    results.push_back(TensorValue::of<float>(
        ElementType::F32, port.shape, ArrayRef(at(port.offset), count)));
  }
  return results;
}

Expected<std::unique_ptr<onnc::Program>>
abacus::loadProgram(std::unique_ptr<MemoryBuffer> file) {
  auto program = std::make_unique<AbacusProgram>();
  if (Error e = program->parse(file->getBuffer()))
    return e;
  return program;
}
