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
  /// Of matrices m×k and k×n. Vectors: m elements of a, k of b.
  uint64_t m, k, n = 1;
  /// Elements from row to row.
  uint64_t rowY = 0, rowA = 0, rowB = 0;
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
  using Words = ArrayRef<uint32_t>;
  Error parseMove(StringRef name, Words words);
  /// \p rows rows of \p columns elements, \p stride apart.
  Error checkRange(const std::vector<float> &memory, uint64_t offset,
                   uint64_t rows, uint64_t columns = 1,
                   uint64_t stride = 1) const;
  Error error(const Twine &what) const {
    return createStringError("line " + Twine(lineNumber) + ": " + what);
  }
  void execute(const Instruction &instr);

  std::vector<float> store = std::vector<float>(abacus::storeSize / 4);
  std::vector<float> tray = std::vector<float>(abacus::traySize / 4);
  Ports inputs, outputs;
  std::vector<Instruction> code;
  unsigned lineNumber = 0;
  uint64_t cycles = 0;
};

} // namespace

Error AbacusProgram::checkRange(const std::vector<float> &memory,
                                uint64_t offset, uint64_t rows,
                                uint64_t columns, uint64_t stride) const {
  // All are of 32 bits: sums and products of two don't overflow.
  uint64_t size = rows && columns ? (rows - 1) * stride : 0;
  if (offset % 4 || offset / 4 > memory.size() ||
      columns > memory.size() - offset / 4 ||
      size > memory.size() - offset / 4 - columns)
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
  if (*count > int64_t(store.size()))
    return error("a tensor larger than the store");
  return checkRange(store, words[0], *count);
}

Error AbacusProgram::parseMove(StringRef name, Words words) {
  if (words.size() != 3)
    return error("wrong number of operands");
  code.push_back({name.str(), words[0], words[1], 0, words[2], 0});
  return joinErrors(checkRange(tray, words[0], words[2]),
                    checkRange(store, words[1], words[2]));
}

Error AbacusProgram::parseInstruction(StringRef name, Words words) {
  if (name == "LOAD" || name == "STORE")
    return parseMove(name, words);
  bool isMatrix = name == "MATMUL" || name == "MATADD";
  if (!isMatrix && name != "ADD" && name != "MUL" && name != "RELU")
    return error("unknown instruction '" + name + "'");
  if (words.size() != (isMatrix ? 9u : 5u))
    return error("wrong number of operands");
  Instruction i{name.str(), words[0], words[1], words[2], words[3], words[4]};
  if (!isMatrix) {
    code.push_back(i);
    if (i.k != i.m && i.k != 1)
      return error("operands of different lengths");
    Error inputs =
        joinErrors(checkRange(tray, i.a, i.m), checkRange(tray, i.b, i.k));
    return joinErrors(std::move(inputs), checkRange(tray, i.y, i.m));
  }
  i.n = words[5];
  i.rowY = words[6], i.rowA = words[7], i.rowB = words[8];
  code.push_back(i);
  Error inputs = joinErrors(checkRange(tray, i.a, i.m, i.k, i.rowA),
                            checkRange(tray, i.b, i.k, i.n, i.rowB));
  return joinErrors(std::move(inputs), checkRange(tray, i.y, i.m, i.n, i.rowY));
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
  if (Error e = checkRange(store, words[0], words.size() - 1))
    return e;
  std::memcpy(&store[words[0] / 4], words.data() + 1, 4 * (words.size() - 1));
  return Error::success();
}

Expected<std::unique_ptr<Program>>
abacus::loadProgram(std::unique_ptr<MemoryBuffer> file, const LoadOptions &) {
  auto program = std::make_unique<AbacusProgram>();
  for (StringRef line : split(file->getBuffer(), '\n'))
    if (Error e = program->parseLine(line))
      return e;
  return program;
}

void AbacusProgram::execute(const Instruction &i) {
  float *y = tray.data() + i.y / 4;
  if (i.name == "LOAD" || i.name == "STORE") {
    float *word = store.data() + i.a / 4;
    cycles += i.m;
    i.name == "LOAD" ? std::copy_n(word, i.m, y) : std::copy_n(y, i.m, word);
    return;
  }
  float *a = tray.data() + i.a / 4, *b = tray.data() + i.b / 4;
  if (i.rowY) {
    cycles += i.m * i.k * i.n;
    for (uint64_t row = 0; row < i.m; ++row)
      for (uint64_t column = 0; column < i.n; ++column) {
        float &sum = y[row * i.rowY + column];
        if (i.name == "MATMUL")
          sum = 0;
        for (uint64_t k = 0; k < i.k; ++k)
          sum += a[row * i.rowA + k] * b[k * i.rowB + column];
      }
    return;
  }
  cycles += i.m;
  for (uint64_t e = 0; e < i.m; ++e) {
    float x = a[e], z = b[i.k == 1 ? 0 : e];
    y[e] = i.name == "ADD"   ? x + z
           : i.name == "MUL" ? x * z
                             : std::max(x, 0.0f);
  }
}

Expected<std::vector<RuntimeValue>>
AbacusProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [value, info, offset] :
       zip_equal(values, inputs.infos, inputs.offsets)) {
    if (Error e = info.checkTensor(value))
      return e;
    ArrayRef<char> bytes = value.getTensor().getBytes();
    std::memcpy(&store[offset / 4], bytes.data(), bytes.size());
  }
  cycles = 0;
  for (const Instruction &instr : code)
    execute(instr);
  std::vector<RuntimeValue> results;
  for (auto [info, offset] : zip_equal(outputs.infos, outputs.offsets)) {
    int64_t count = cantFail(countElements(*info.shape));
    results.push_back(TensorValue::of<float>(
        ElementType::F32, *info.shape, ArrayRef(&store[offset / 4], count)));
  }
  return results;
}
