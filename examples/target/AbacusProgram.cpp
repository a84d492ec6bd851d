//===- AbacusProgram.cpp - The Abacus' simulator --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

struct Instruction {
  std::string name;
  uint64_t y, a, b;
  /// Of matrices m×k and k×n. Vectors: m elements of a, k of b, n is 1.
  uint64_t m, k, n;
};

struct Ports {
  std::vector<ProgramValueInfo> infos;
  std::vector<uint64_t> offsets;
};

/// A parsed program and its memory. Every range is checked before anything
/// runs.
class AbacusProgram : public Program {
public:
  Error parseLine(StringRef line);

  ArrayRef<ProgramValueInfo> getInputs() const override { return inputs.infos; }
  ArrayRef<ProgramValueInfo> getOutputs() const override {
    return outputs.infos;
  }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override;
  void printReport(raw_ostream &os, bool) const override {
    os << cycles << " cycles\n";
  }

private:
  Error parsePort(Ports &ports, StringRef name, ArrayRef<uint32_t> words);
  Error parseInstruction(StringRef name, ArrayRef<uint32_t> words);
  Error checkRange(uint64_t offset, uint64_t elements) const;
  Error error(const Twine &what) const {
    return createStringError("line " + Twine(lineNumber) + ": " + what);
  }
  void execute(const Instruction &instr);
  float *at(uint64_t offset) { return memory.data() + offset / 4; }

  std::vector<float> memory = std::vector<float>(abacus::memorySize / 4);
  Ports inputs, outputs;
  std::vector<Instruction> code;
  unsigned lineNumber = 0;
  uint64_t cycles = 0;
};

} // namespace

Error AbacusProgram::checkRange(uint64_t offset, uint64_t elements) const {
  if (offset % 4 || offset / 4 > memory.size() ||
      elements > memory.size() - offset / 4)
    return error("reaches outside the memory, or between its words");
  return Error::success();
}

Error AbacusProgram::parsePort(Ports &ports, StringRef name,
                               ArrayRef<uint32_t> words) {
  Shape shape(words.drop_front());
  auto count = countElements(shape);
  if (!count)
    return error(toString(count.takeError()));
  ports.infos.push_back(
      ProgramValueInfo::ofTensor(name, ElementType::F32, shape));
  ports.offsets.push_back(words[0]);
  return checkRange(words[0], *count);
}

Error AbacusProgram::parseInstruction(StringRef name,
                                      ArrayRef<uint32_t> words) {
  bool isMatMul = name == "MATMUL";
  if (!isMatMul && name != "ADD" && name != "MUL" && name != "MAX")
    return error("unknown instruction '" + name + "'");
  if (words.size() != (isMatMul ? 6u : 5u))
    return error("wrong number of operands");
  Instruction i{name.str(),
                words[0],
                words[1],
                words[2],
                words[3],
                words[4],
                isMatMul ? words[5] : 1};
  if (!isMatMul && i.k != i.m && i.k != 1)
    return error("operands of different lengths");
  code.push_back(i);
  Error inputs = joinErrors(checkRange(i.a, isMatMul ? i.m * i.k : i.m),
                            checkRange(i.b, i.k * i.n));
  return joinErrors(std::move(inputs), checkRange(i.y, i.m * i.n));
}

Error AbacusProgram::parseLine(StringRef line) {
  if (++lineNumber == 1 || line.empty()) // the first was recognized
    return Error::success();
  SmallVector<StringRef> texts;
  line.split(texts, ' ');
  StringRef name = texts[0];
  bool isPort = name == "INPUT" || name == "OUTPUT";
  std::vector<uint32_t> words;
  for (StringRef text : drop_begin(texts, isPort ? 2 : 1))
    if (text.getAsInteger(10, words.emplace_back()))
      return error("malformed number '" + text + "'");
  if (words.empty())
    return error("no operands");
  if (isPort)
    return parsePort(name == "INPUT" ? inputs : outputs, texts[1], words);
  if (name != "CONST")
    return parseInstruction(name, words);
  if (Error e = checkRange(words[0], words.size() - 1))
    return e;
  std::memcpy(at(words[0]), words.data() + 1, 4 * (words.size() - 1));
  return Error::success();
}

Expected<std::unique_ptr<Program>>
abacus::loadProgram(std::unique_ptr<MemoryBuffer> file,
                    const LoadOptions &) {
  auto program = std::make_unique<AbacusProgram>();
  for (StringRef line : split(file->getBuffer(), '\n'))
    if (Error e = program->parseLine(line))
      return e;
  return program;
}

void AbacusProgram::execute(const Instruction &i) {
  float *y = at(i.y), *a = at(i.a), *b = at(i.b);
  if (i.name == "MATMUL") {
    cycles += i.m * i.k * i.n;
    for (uint64_t row = 0; row < i.m; ++row)
      for (uint64_t column = 0; column < i.n; ++column) {
        float sum = 0;
        for (uint64_t k = 0; k < i.k; ++k)
          sum += a[row * i.k + k] * b[k * i.n + column];
        y[row * i.n + column] = sum;
      }
    return;
  }
  cycles += i.m;
  for (uint64_t e = 0; e < i.m; ++e) {
    float x = a[e], z = b[i.k == 1 ? 0 : e];
    y[e] = i.name == "ADD" ? x + z : i.name == "MUL" ? x * z : std::max(x, z);
  }
}

Expected<std::vector<RuntimeValue>>
AbacusProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [value, info, offset] :
       zip_equal(values, inputs.infos, inputs.offsets)) {
    if (Error e = info.checkTensor(value))
      return e;
    ArrayRef<char> bytes = value.getTensor().getBytes();
    std::memcpy(at(offset), bytes.data(), bytes.size());
  }
  cycles = 0;
  for (const Instruction &instr : code)
    execute(instr);
  std::vector<RuntimeValue> results;
  for (auto [info, offset] : zip_equal(outputs.infos, outputs.offsets)) {
    int64_t count = cantFail(countElements(*info.shape));
    results.push_back(TensorValue::of<float>(ElementType::F32, *info.shape,
                                             ArrayRef(at(offset), count)));
  }
  return results;
}
