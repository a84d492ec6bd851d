//===- Runner.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/Runner.h"
#include "Batch.h"
#include "Divergence.h"
#include "OutputDirectory.h"
#include "onnc/Driver/InterpProgram.h"
#include "onnc/Driver/ValueFile.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include <chrono>

using namespace llvm;
using namespace onnc;

namespace {

class Runner {
public:
  Runner(Context &context, const TargetRegistry &targets,
         const RunConfig &config, raw_ostream &os)
      : context(context), targets(targets), config(config), os(os) {}
  LogicalResult run();

private:
  LogicalResult load();
  LogicalResult loadOutput(StringRef path);
  LogicalResult loadProgramFromModel();
  LogicalResult checkBoard(const TargetInfo *target);
  LogicalResult loadReference();
  LogicalResult planOutputs();
  LogicalResult readInputs();
  LogicalResult checkInput(StringRef file, const RuntimeValue &value,
                           const ProgramValueInfo &info);
  LogicalResult runAll();
  LogicalResult printTime();
  LogicalResult compareAll();
  LogicalResult writeOutputs();
  LogicalResult writeReports();

  LogicalResult report(DiagID id, Error error) {
    return reportError(context.getDiagnostics(), id, std::move(error));
  }
  InFlightDiagnostic error(DiagID id) {
    return context.getDiagnostics().error(id);
  }
  LogicalResult failUsePlan() {
    return error(DiagID::CommandLine)
           << "--use-plan goes with a tile program that the interpreter runs";
  }
  std::vector<RuntimeValue> getInputs(int64_t run) {
    return config.each ? Batch::slice(inputs, run) : inputs;
  }

  Context &context;
  const TargetRegistry &targets;
  const RunConfig &config;
  raw_ostream &os;

  /// The model, as it was imported; null where the program is a target's
  /// output and no reference was asked for.
  std::unique_ptr<Module> model;
  std::unique_ptr<Program> program;
  std::vector<RuntimeValue> inputs;
  /// By output; "" where one isn't written.
  std::vector<std::string> outputFiles;
  int64_t runs = 1;
  /// By run, then output.
  std::vector<std::vector<RuntimeValue>> results;
};

} // namespace

/// Index of the value that is named in "name=file", whose rest \p text becomes;
/// nullopt where it is a file alone.
static std::optional<unsigned> consumeName(StringRef &text,
                                           ArrayRef<ProgramValueInfo> infos) {
  for (auto [i, info] : enumerate(infos)) {
    StringRef rest = text;
    if (rest.consume_front(info.name) && rest.consume_front("=")) {
      text = rest;
      return i;
    }
  }
  return std::nullopt;
}

/// Is \p argument a "name=file" whose name nothing has? A file's own name may
/// contain a '=' if the file is there, or a path leads to it.
static bool namesNothing(StringRef argument) {
  StringRef name = argument.split('=').first;
  return name.size() != argument.size() && !name.contains('/') &&
         !sys::fs::exists(argument);
}

static std::string joinNames(ArrayRef<ProgramValueInfo> infos) {
  return join(map_range(infos, [](auto &info) { return info.name; }), ", ");
}

/// The file for each of \p infos, "" where none is given.
static Expected<std::vector<std::string>>
assignFiles(ArrayRef<std::string> arguments, ArrayRef<ProgramValueInfo> infos,
            StringRef what) {
  std::vector<std::string> files(infos.size());
  std::vector<std::string> positional;
  for (StringRef argument : arguments) {
    auto named = consumeName(argument, infos);
    if (!named) {
      if (namesNothing(argument))
        return createStringError("no " + what + " '" +
                                 argument.split('=').first +
                                 "'; the program has: " + joinNames(infos));
      positional.push_back(argument.str());
      continue;
    }
    if (!files[*named].empty())
      return createStringError(what + " '" + infos[*named].name +
                               "' is given twice");
    files[*named] = argument.str();
  }
  unsigned next = 0;
  for (const std::string &file : positional) {
    while (next < files.size() && !files[next].empty())
      ++next;
    if (next == files.size())
      return createStringError("'" + file + "' is one " + what +
                               " too many: the program has " +
                               std::to_string(infos.size()));
    files[next] = file;
  }
  return files;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

LogicalResult Runner::load() {
  if (config.program != "-" && sys::fs::is_directory(config.program)) {
    auto manifest = findManifest(config.program, targets);
    if (!manifest)
      return report(DiagID::InputOutput, manifest.takeError());
    return loadOutput(*manifest);
  }
  if (config.program != "-" && sys::fs::is_regular_file(config.program))
    return loadOutput(config.program);
  return loadProgramFromModel();
}

/// That the board which was asked for is one of \p target; null: the
/// interpreter.
LogicalResult Runner::checkBoard(const TargetInfo *target) {
  if (config.board.empty() && !config.timeLimit)
    return success();
  if (!target || target->boards.empty())
    return error(DiagID::CommandLine)
           << "--board= and --time-limit= go with programs that run on a board";
  auto getName = [](const BoardInfo &board) { return board.name; };
  auto names = map_range(target->boards, getName);
  if (config.board.empty() || is_contained(names, StringRef(config.board)))
    return success();
  return error(DiagID::CommandLine) << "no board '" << config.board
                                    << "'; there are: " << join(names, ", ");
}

/// Loads the file \p path, which may be a model after all.
LogicalResult Runner::loadOutput(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return report(DiagID::InputOutput,
                  createFileError(path, buffer.getError()));
  const TargetInfo *target = targets.recognize(**buffer);
  if (!target)
    return loadProgramFromModel();
  if (config.usePlan)
    return failUsePlan();
  if (!config.quadruple.empty())
    return error(DiagID::CommandLine)
           << "'" << config.program
           << "' is compiled already; -mquadruple goes with a model";
  if (failed(checkBoard(target)))
    return failure();
  auto loaded = target->load(std::move(*buffer), config.getLoadOptions());
  if (!loaded)
    return report(DiagID::InputOutput,
                  createFileError(path, loaded.takeError()));
  program = std::move(*loaded);
  return loadReference();
}

LogicalResult Runner::loadProgramFromModel() {
  const TargetInfo *target = nullptr;
  if (auto quadruple = targets.parse(config.quadruple))
    target = &targets.lookup(*quadruple);
  else // Compiling reports it.
    consumeError(quadruple.takeError());
  if ((target || config.quadruple.empty()) && failed(checkBoard(target)))
    return failure();
  model = loadModel(context, config.program, config.import);
  if (!model)
    return failure();
  if (!model->getMain())
    return error(DiagID::InputOutput)
           << "'" << config.program << "' has no graph 'main'";
  if (config.quadruple.empty()) {
    RunOptions options;
    options.usePlan = config.usePlan;
    program = createInterpProgram(*model, options);
    return success();
  }
  if (config.usePlan)
    return failUsePlan();
  auto copy = model->clone();
  program = compileAndLoad(*copy, targets, config);
  return success(program != nullptr);
}

LogicalResult Runner::loadReference() {
  if (!config.compare && config.reference.empty())
    return success();
  if (!config.compare)
    return error(DiagID::CommandLine)
           << "--reference= goes with --compare=interp";
  if (config.reference.empty())
    return error(DiagID::CommandLine)
           << "comparing a compiled program needs its model: "
              "--reference=<model>";
  model = loadModel(context, config.reference, config.import);
  if (!model)
    return failure();
  if (!model->getMain() ||
      model->getMain()->getNumInputs() != program->getInputs().size() ||
      model->getMain()->getNumOutputs() != program->getOutputs().size())
    return error(DiagID::CommandLine)
           << "'" << config.reference
           << "' has other inputs or outputs than the program";
  return success();
}

/// Before anything runs: mistakes in names shall not cost a run.
LogicalResult Runner::planOutputs() {
  auto files = assignFiles(config.outputs, program->getOutputs(), "output");
  if (!files)
    return report(DiagID::CommandLine, files.takeError());
  for (auto [k, file] : enumerate(*files)) {
    if (file.empty())
      continue;
    if (Error error = checkValueFileName(file))
      return report(DiagID::CommandLine, std::move(error));
    if (is_contained(ArrayRef(*files).take_front(k), file))
      return error(DiagID::CommandLine)
             << "'" << file << "' is named for two outputs";
  }
  outputFiles = std::move(*files);
  return success();
}

/// That a value has the type and the sizes that the program asks for; of what
/// isn't a tensor, the program itself says.
LogicalResult Runner::checkInput(StringRef file, const RuntimeValue &value,
                                 const ProgramValueInfo &info) {
  if (!info.elementType || (config.each && !Batch::isBatch(value)))
    return success();
  bool fits = value.isTensor() &&
              value.getTensor().getElementType() == *info.elementType;
  if (fits && info.shape) {
    ArrayRef<int64_t> shape = value.getTensor().getShape();
    if (config.each)
      shape = shape.drop_front();
    fits = equal(shape, *info.shape, [](int64_t size, int64_t wanted) {
      return wanted < 0 || size == wanted;
    });
  }
  if (fits)
    return success();
  InFlightDiagnostic diag = error(DiagID::CommandLine);
  diag << "input '" << info.name << "' must be a " << info.type;
  if (config.each)
    diag << " in each run";
  return diag << "; '" << file << "' holds " << value.describe();
}

LogicalResult Runner::readInputs() {
  ArrayRef<ProgramValueInfo> infos = program->getInputs();
  auto files = assignFiles(config.inputs, infos, "input");
  if (!files)
    return report(DiagID::CommandLine, files.takeError());
  for (auto [file, info] : zip_equal(*files, infos)) {
    if (file.empty())
      return error(DiagID::CommandLine)
             << "no file for input '" << info.name << "' (" << info.type << ")";
    auto value = readValue(context, file, info);
    if (!value)
      return report(DiagID::InputOutput, value.takeError());
    if (failed(checkInput(file, *value, info)))
      return failure();
    inputs.push_back(std::move(*value));
  }
  if (!config.each)
    return success();
  Expected<int64_t> counted = Batch::count(inputs, infos);
  if (!counted)
    return report(DiagID::CommandLine, counted.takeError());
  runs = *counted;
  return success();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

LogicalResult Runner::runAll() {
  if (!config.trace.empty())
    if (Error problem = program->enableTrace())
      return report(DiagID::CommandLine, std::move(problem));
  std::vector<std::vector<RuntimeValue>> batch;
  for (int64_t i = 0; i < runs; ++i)
    batch.push_back(getInputs(i));
  auto computed = program->runEach(batch);
  if (!computed)
    return reportRunError(context.getDiagnostics(), computed.takeError());
  results = std::move(*computed);
  return success();
}

/// The median of some runs on the first run's inputs.
LogicalResult Runner::printTime() {
  if (!config.time)
    return success();
  std::vector<RuntimeValue> first = getInputs(0);
  std::vector<double> milliseconds;
  for (unsigned i = 0; i != config.repeat; ++i) {
    auto start = std::chrono::steady_clock::now();
    auto computed = program->run(first);
    std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - start;
    if (!computed)
      return reportRunError(context.getDiagnostics(), computed.takeError());
    milliseconds.push_back(time.count());
  }
  sort(milliseconds);
  os << format("time: %.3f ms, the median of %u (%.3f to %.3f)\n",
               milliseconds[milliseconds.size() / 2], config.repeat,
               milliseconds.front(), milliseconds.back());
  return success();
}

/// The position of the largest element of a tensor of numbers; nullopt for
/// other values.
static std::optional<int64_t> getArgMax(const RuntimeValue &value) {
  if (!value.isTensor() || value.getTensor().getNumElements() < 2 ||
      value.getTensor().getElementType() != ElementType::F32)
    return std::nullopt;
  auto elements = value.getTensor().elements<float>();
  int64_t best = 0;
  for (int64_t i = 1; i < value.getTensor().getNumElements(); ++i)
    if (elements[i] > elements[best])
      best = i;
  return best;
}

LogicalResult Runner::compareAll() {
  auto reference = createInterpProgram(*model);
  Tolerance tolerance = program->getTolerance();
  if (config.absolute || config.relative)
    tolerance = {config.absolute.value_or(0), config.relative.value_or(0)};
  double maxError = 0;
  int64_t mismatches = 0, ranked = 0, sameRank = 0;
  std::optional<int64_t> firstRun;
  std::string first;
  for (int64_t i = 0; i < runs; ++i) {
    auto expected = reference->run(getInputs(i));
    if (!expected)
      return reportRunError(context.getDiagnostics(), expected.takeError());
    for (auto [k, info] : enumerate(program->getOutputs())) {
      ComparisonResult result =
          compare(results[i][k], (*expected)[k], tolerance);
      maxError = std::max(maxError, result.maxError);
      mismatches += result.mismatches;
      if (auto best = getArgMax((*expected)[k])) {
        ++ranked;
        sameRank += getArgMax(results[i][k]) == best;
      }
      if (result || firstRun)
        continue;
      firstRun = i;
      first = "output '" + info.name + "'" +
              (config.each ? " of run " + std::to_string(i) : "") + ", " +
              result.firstMismatch;
    }
  }
  os << format("compared with the interpreter: largest error %.3g", maxError);
  if (ranked)
    os << ", largest element at the same place in " << sameRank << " of "
       << ranked;
  os << '\n';
  if (!firstRun)
    return success();
  error(DiagID::InterpRuntime)
      << first << "; " << std::max<int64_t>(mismatches, 1)
      << " elements are further away than " << tolerance.str();
  if (!config.reference.empty())
    os << "-mquadruple= on the model itself finds the first value that "
          "differs\n";
  if (!config.quadruple.empty())
    (void)locateDivergence(*model, targets, config, getInputs(*firstRun),
                           tolerance, os);
  return failure();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

static void printValue(raw_ostream &os, Context &context,
                       const ProgramValueInfo &info,
                       const RuntimeValue &value) {
  os << info.name << ": ";
  if (value.isTensor() && value.getTensor().getNumElements() <= 64)
    os << value.getTensor().toConstant(context) << '\n';
  else
    os << value.describe() << '\n';
}

LogicalResult Runner::writeOutputs() {
  for (auto [k, info] : enumerate(program->getOutputs())) {
    if (!config.outputs.empty() && outputFiles[k].empty())
      continue;
    RuntimeValue value = results[0][k];
    if (config.each) {
      std::vector<RuntimeValue> parts;
      for (auto &result : results)
        parts.push_back(result[k]);
      auto stacked = Batch::stack(parts, info.name);
      if (!stacked)
        return report(DiagID::InputOutput, stacked.takeError());
      value = std::move(*stacked);
    }
    if (config.outputs.empty())
      printValue(os, context, info, value);
    else if (Error error =
                 writeValue(context, value, outputFiles[k], info.name))
      return report(DiagID::InputOutput, std::move(error));
  }
  return success();
}

LogicalResult Runner::writeReports() {
  if (config.report || config.byOperator)
    program->printReport(os, config.byOperator);
  if (config.trace.empty())
    return success();
  return report(DiagID::InputOutput,
                writeOutputFile(config.trace, [&](raw_pwrite_stream &out) {
                  program->writeTrace(out);
                  return Error::success();
                }));
}

LogicalResult Runner::run() {
  if (failed(load()) || failed(planOutputs()) || failed(readInputs()) ||
      failed(runAll()) || failed(printTime()))
    return failure();
  // Outputs are written also where a comparison fails: they are what one wants
  // to look at then.
  if (failed(writeOutputs()) || failed(writeReports()))
    return failure();
  return config.compare ? compareAll() : success();
}

LogicalResult onnc::runProgram(Context &context, const TargetRegistry &targets,
                               const RunConfig &config, raw_ostream &os) {
  return Runner(context, targets, config, os).run();
}
