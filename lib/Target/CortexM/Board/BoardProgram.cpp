//===- BoardProgram.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BoardProgram.h"
#include "Emulator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

class BoardProgram : public Program {
public:
  BoardProgram(Artifact artifact, const Board &board, Image image,
               std::unique_ptr<TemporaryDirectory> directory,
               unsigned timeLimit);

  ArrayRef<ProgramValueInfo> getInputs() const override { return inputs; }
  ArrayRef<ProgramValueInfo> getOutputs() const override { return outputs; }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override;
  /// All in one emulation: starting one takes longer than most runs.
  Expected<std::vector<std::vector<RuntimeValue>>>
  runEach(ArrayRef<std::vector<RuntimeValue>> batch) override;
  void printReport(raw_ostream &os, bool byOperator) const override;

private:
  Expected<std::string> packInputs(ArrayRef<std::vector<RuntimeValue>> batch);
  void printInstructions(raw_ostream &os) const;
  void printMemory(raw_ostream &os) const;

  const Artifact artifact;
  const Board &board;
  const Image image;
  const std::unique_ptr<TemporaryDirectory> directory;
  const unsigned timeLimit;
  std::vector<ProgramValueInfo> inputs, outputs;
  EmulationCounts counts;
};

} // namespace

static int64_t sumBytes(ArrayRef<TensorParameter> tensors) {
  int64_t bytes = 0;
  for (const TensorParameter &t : tensors)
    bytes += t.getNumBytes();
  return bytes;
}

BoardProgram::BoardProgram(Artifact a, const Board &board, Image i,
                           std::unique_ptr<TemporaryDirectory> directory,
                           unsigned timeLimit)
    : artifact(std::move(a)), board(board), image(std::move(i)),
      directory(std::move(directory)), timeLimit(timeLimit) {
  for (const TensorParameter &t : artifact.manifest.inputs)
    inputs.push_back(ProgramValueInfo::ofTensor(t.name, t.type, t.shape));
  for (const TensorParameter &t : artifact.manifest.outputs)
    outputs.push_back(ProgramValueInfo::ofTensor(t.name, t.type, t.shape));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Expected<std::string>
BoardProgram::packInputs(ArrayRef<std::vector<RuntimeValue>> batch) {
  std::string bytes;
  bytes.reserve(batch.size() * sumBytes(artifact.manifest.inputs));
  for (ArrayRef<RuntimeValue> values : batch)
    for (auto [value, info] : zip_equal(values, inputs)) {
      if (Error error = info.checkTensor(value))
        return error;
      ArrayRef<char> tensor = value.getTensor().getBytes();
      bytes.append(tensor.begin(), tensor.end());
    }
  return bytes;
}

Expected<std::vector<std::vector<RuntimeValue>>>
BoardProgram::runEach(ArrayRef<std::vector<RuntimeValue>> batch) {
  auto bytes = packInputs(batch);
  if (!bytes)
    return bytes.takeError();
  if (Error error = directory->write("inputs", *bytes))
    return error;
  // Without inputs, all runs are the same.
  uint64_t runs = inputs.empty() ? 1 : batch.size();
  auto emulated = emulate(image, board, runs, timeLimit, *directory);
  if (!emulated)
    return emulated.takeError();
  counts = std::move(*emulated);
  std::string path = directory->getPath("outputs");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false,
                                      /*IsVolatile=*/true);
  uint64_t stride = sumBytes(artifact.manifest.outputs);
  if (!buffer || (*buffer)->getBufferSize() != runs * stride)
    return createStringError("the program's outputs aren't complete");
  std::shared_ptr<MemoryBuffer> owner = std::move(*buffer);
  std::vector<std::vector<RuntimeValue>> results(batch.size());
  for (auto [run, result] : enumerate(results)) {
    const char *data =
        owner->getBufferStart() + std::min<uint64_t>(run, runs - 1) * stride;
    for (const TensorParameter &t : artifact.manifest.outputs) {
      result.push_back(TensorValue::view(t.type, t.shape, data, owner));
      data += t.getNumBytes();
    }
  }
  return results;
}

Expected<std::vector<RuntimeValue>>
BoardProgram::run(ArrayRef<RuntimeValue> values) {
  auto results = runEach({values.vec()});
  if (!results)
    return results.takeError();
  return std::move(results->front());
}

//===----------------------------------------------------------------------===//
// Reporting
//===----------------------------------------------------------------------===//

void BoardProgram::printInstructions(raw_ostream &os) const {
  const auto &runs = counts.instructions;
  if (runs.empty()) {
    os << "not run\n";
    return;
  }
  auto [least, most] = std::minmax_element(runs.begin(), runs.end());
  if (runs.size() == 1 || *least == *most) {
    os << *least << " instructions";
    if (runs.size() > 1)
      os << " in each of " << runs.size() << " runs";
    os << '\n';
    return;
  }
  uint64_t sum = std::accumulate(runs.begin(), runs.end(), uint64_t(0));
  os << format("%.1f", double(sum) / runs.size())
     << " instructions on average of " << runs.size() << " runs, " << *least
     << " to " << *most << '\n';
}

void BoardProgram::printMemory(raw_ostream &os) const {
  const Manifest &m = artifact.manifest;
  uint64_t flash = image.codeBytes + image.constantBytes + image.libraryBytes +
                   image.dataBytes;
  os << "flash: " << flash << " bytes = code " << image.codeBytes
     << " + constants " << image.constantBytes << " + data " << image.dataBytes
     << " + library " << image.libraryBytes << "; " << image.flashBytes
     << " with the test harness\n";
  uint64_t ram =
      m.arenaBytes + image.dataBytes + image.bssBytes + counts.stackBytes;
  os << "RAM: " << ram << " bytes = arena " << m.arenaBytes << " + data "
     << image.dataBytes << " + bss " << image.bssBytes << " + stack "
     << counts.stackBytes << "; besides, inputs " << sumBytes(m.inputs)
     << " and outputs " << sumBytes(m.outputs) << '\n';
  if (m.usesExternalRam())
    os << "external RAM: arena " << m.externalBytes << " bytes\n";
}

void BoardProgram::printReport(raw_ostream &os, bool byOperator) const {
  os << artifact.manifest.processor->name << " on " << board.name
     << " (QEMU): ";
  printInstructions(os);
  printMemory(os);
  if (!byOperator || counts.byFunction.empty())
    return;
  uint64_t total = std::accumulate(counts.instructions.begin(),
                                   counts.instructions.end(), uint64_t(0));
  os << "instructions of all runs by function:\n";
  for (auto &[name, executed] : counts.byFunction)
    os << format("%14llu %5.1f%%  ", static_cast<unsigned long long>(executed),
                 100.0 * executed / total)
       << name << '\n';
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static Expected<const Board *> chooseBoard(const Processor &processor,
                                           StringRef name) {
  if (name.empty())
    return &getDefaultBoard(processor);
  const Board *board = findBoard(name);
  assert(board && "the caller checks names of boards");
  if (board->processor != processor.name)
    return createStringError("the program is for " + processor.name + ", and " +
                             name + " has a " + board->processor +
                             "; it runs on " + getDefaultBoard(processor).name);
  return board;
}

Expected<std::unique_ptr<Program>>
cortexm::loadProgram(std::unique_ptr<MemoryBuffer> file,
                     const LoadOptions &options) {
  auto artifact = Artifact::load(*file);
  if (!artifact)
    return artifact.takeError();
  auto board = chooseBoard(*artifact->manifest.processor, options.board);
  if (!board)
    return board.takeError();
  auto directory = TemporaryDirectory::create("onnc-cortexm");
  if (!directory)
    return directory.takeError();
  auto image = Image::build(*artifact, **board, **directory);
  if (!image)
    return image.takeError();
  return std::make_unique<BoardProgram>(
      std::move(*artifact), **board, std::move(*image), std::move(*directory),
      options.timeLimit);
}
