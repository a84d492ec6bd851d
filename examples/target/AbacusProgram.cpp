//===- AbacusProgram.cpp - The Abacus' simulator --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

struct Instruction {
  std::string name;
  int64_t y, a, b;
  /// Of matrices m×k and k×n. Vectors: m elements of a, k of b, n is 1.
  int64_t m, k, n;
};

/// A parsed program and its memory. Every range is checked before anything
/// runs.
class AbacusProgram : public Program {
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
  Error parseLine(StringRef line);
  Error parsePort(StringRef kind, ArrayRef<StringRef> words);
  Error parseConstant(ArrayRef<StringRef> words);
  Error parseInstruction(StringRef name, ArrayRef<StringRef> words);
  Error checkRange(int64_t offset, int64_t elements) const;
  Error error(const Twine &what) const {
    return createStringError("line " + Twine(lineNumber) + ": " + what);
  }
  void execute(const Instruction &instr);
  float *at(int64_t offset) { return memory.data() + offset / 4; }

  std::vector<float> memory = std::vector<float>(abacus::memorySize / 4);
  std::vector<ProgramValueInfo> inputs, outputs;
  std::vector<int64_t> inputOffsets, outputOffsets;
  std::vector<Instruction> code;
  unsigned lineNumber = 1;
  int64_t cycles = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// A number of bytes or elements. None is larger than the memory, so products
/// of two don't overflow.
static bool parseSize(StringRef word, int64_t &size) {
  return !word.getAsInteger(10, size) && size >= 0 &&
         size <= abacus::memorySize;
}

Error AbacusProgram::checkRange(int64_t offset, int64_t elements) const {
  if (offset % 4 || elements > (abacus::memorySize - offset) / 4)
    return error("reaches outside the memory, or between its words");
  return Error::success();
}

Error AbacusProgram::parsePort(StringRef kind, ArrayRef<StringRef> words) {
  int64_t offset, rank, count = 1;
  if (words.size() < 3 || !parseSize(words[1], offset) ||
      !parseSize(words[2], rank) || words.size() != 3 + size_t(rank))
    return error("malformed port");
  Shape shape(rank);
  for (auto [word, dim] : zip(words.drop_front(3), shape))
    if (!parseSize(word, dim) || (count *= dim) > abacus::memorySize)
      return error("malformed dimension '" + word + "'");
  (kind == "INPUT" ? inputs : outputs)
      .push_back(ProgramValueInfo::ofTensor(words[0], ElementType::F32, shape));
  (kind == "INPUT" ? inputOffsets : outputOffsets).push_back(offset);
  return checkRange(offset, count);
}

Error AbacusProgram::parseConstant(ArrayRef<StringRef> words) {
  int64_t offset;
  if (words.empty() || !parseSize(words[0], offset))
    return error("malformed constant");
  if (Error e = checkRange(offset, words.size() - 1))
    return e;
  for (auto [i, word] : enumerate(words.drop_front())) {
    double value;
    if (word.getAsDouble(value))
      return error("malformed number '" + word + "'");
    at(offset)[i] = float(value);
  }
  return Error::success();
}

Error AbacusProgram::parseInstruction(StringRef name,
                                      ArrayRef<StringRef> words) {
  bool isMatMul = name == "MATMUL";
  if (!isMatMul && name != "ADD" && name != "MUL" && name != "MAX")
    return error("unknown instruction '" + name + "'");
  if (words.size() != (isMatMul ? 6u : 5u))
    return error("wrong number of operands");
  Instruction i{name.str(), 0, 0, 0, 0, 0, 1};
  int64_t *fields[] = {&i.y, &i.a, &i.b, &i.m, &i.k, &i.n};
  for (auto [word, field] : zip(words, fields))
    if (!parseSize(word, *field))
      return error("malformed operand '" + word + "'");
  if (!isMatMul && i.k != i.m && i.k != 1)
    return error("operands of different lengths");
  code.push_back(i);
  Error a = checkRange(i.a, isMatMul ? i.m * i.k : i.m);
  Error b = checkRange(i.b, i.k * i.n);
  Error y = checkRange(i.y, i.m * i.n);
  return joinErrors(std::move(a), joinErrors(std::move(b), std::move(y)));
}

Error AbacusProgram::parseLine(StringRef line) {
  SmallVector<StringRef> words;
  line.split(words, ' ');
  StringRef name = words.front();
  ArrayRef<StringRef> rest = ArrayRef(words).drop_front();
  if (name == "INPUT" || name == "OUTPUT")
    return parsePort(name, rest);
  if (name == "CONST")
    return parseConstant(rest);
  return parseInstruction(name, rest);
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

Expected<std::unique_ptr<Program>>
abacus::loadProgram(std::unique_ptr<MemoryBuffer> file) {
  auto program = std::make_unique<AbacusProgram>();
  if (Error e = program->parse(file->getBuffer()))
    return e;
  return program;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

void AbacusProgram::execute(const Instruction &i) {
  float *y = at(i.y), *a = at(i.a), *b = at(i.b);
  if (i.name == "MATMUL") {
    cycles += i.m * i.k * i.n;
    for (int64_t row = 0; row < i.m; ++row)
      for (int64_t column = 0; column < i.n; ++column) {
        float sum = 0;
        for (int64_t k = 0; k < i.k; ++k)
          sum += a[row * i.k + k] * b[k * i.n + column];
        y[row * i.n + column] = sum;
      }
    return;
  }
  cycles += i.m;
  for (int64_t e = 0; e < i.m; ++e) {
    float x = a[e], z = b[i.k == 1 ? 0 : e];
    y[e] = i.name == "ADD" ? x + z : i.name == "MUL" ? x * z : std::max(x, z);
  }
}

Expected<std::vector<RuntimeValue>>
AbacusProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [value, info, offset] : zip_equal(values, inputs, inputOffsets)) {
    if (Error e = info.checkTensor(value))
      return e;
    auto elements = value.getTensor().elements<float>();
    for (int64_t i = 0; i < value.getTensor().getNumElements(); ++i)
      at(offset)[i] = elements[i];
  }
  cycles = 0;
  for (const Instruction &instr : code)
    execute(instr);
  std::vector<RuntimeValue> results;
  for (auto [info, offset] : zip_equal(outputs, outputOffsets)) {
    int64_t count = cantFail(countElements(*info.shape));
    results.push_back(TensorValue::of<float>(ElementType::F32, *info.shape,
                                             ArrayRef(at(offset), count)));
  }
  return results;
}
