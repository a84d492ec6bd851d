//===- Campaign.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/Campaign.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Driver/ModelFile.h"
#include "onnc/Driver/ValueFile.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Support/OutputFile.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

/// The model of \p options, generated and read back from its text, so that each
/// operation has a line to be blamed.
static std::unique_ptr<Module> makeModel(Context &context,
                                         const GeneratorOptions &options) {
  auto made = generateModel(context, options);
  if (!made) {
    (void)reportError(context.getDiagnostics(), DiagID::InterpRuntime,
                      made.takeError());
    return nullptr;
  }
  std::string text;
  raw_string_ostream os(text);
  printModule(**made, os);
  return parseModule(context, text, ((*made)->getName() + ".onncir").str());
}

//===----------------------------------------------------------------------===//
// One model
//===----------------------------------------------------------------------===//

/// The same, of operators that the campaign's targets run, or that an older
/// operator set has, where that is wanted.
static std::unique_ptr<Module>
makeSupportedModel(Context &context, const TargetRegistry &targets,
                   const CampaignOptions &options) {
  std::vector<std::unique_ptr<Compiler>> compilers;
  for (const std::string &quadruple : options.checks.targets) {
    if (!options.supported)
      break;
    compilers.push_back(std::make_unique<Compiler>(context, targets));
    if (failed(compilers.back()->setQuadruple(quadruple)))
      return nullptr;
  }
  GeneratorOptions generator = options.generator;
  generator.accepts = [&](const Operation &op) {
    if (options.opset && getOpsetRefusal(op, options.opset))
      return false;
    // Targets see quantized groups when they are folded.
    return op.getName() == "onnx.DequantizeLinear" ||
           none_of(compilers, [&](const auto &compiler) {
             return compiler->getTarget()
                 ->getOperatorModel()
                 .getRefusal(op)
                 .has_value();
           });
  };
  return makeModel(context, generator);
}

LogicalResult smith::runOneModel(Context &context,
                                 const TargetRegistry &targets,
                                 const CampaignOptions &options,
                                 raw_ostream &os) {
  auto start = [&](StringRef check) {
    os << "start " << check << '\n';
    os.flush();
  };
  start("generate");
  auto module = options.models.empty()
                    ? makeSupportedModel(context, targets, options)
                    : loadModel(context, options.models.front());
  if (!module)
    return failure();
  if (!options.keep.empty()) {
    // Before anything can go wrong with it; the parent removes it again.
    SmallString<128> path(options.keep);
    sys::path::append(path, module->getName() + ".onncir");
    if (failed(reportError(context.getDiagnostics(), DiagID::InputOutput,
                           writeOutputFile(path, [&](raw_pwrite_stream &file) {
                             printModule(*module, file);
                             return Error::success();
                           }))))
      return failure();
  }
  static constexpr StringLiteral verdicts[] = {"passed", "refused", "failed"};
  auto report = [&](const CheckResult &result) {
    std::string reason = result.reason;
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    os << verdicts[static_cast<unsigned>(result.verdict)] << ' ' << result.check
       << ' ' << reason << '\n';
    os.flush();
  };
  if (failed(checkModel(*module, targets, options.checks, start, report)))
    return failure();
  os << "end\n";
  return success();
}

//===----------------------------------------------------------------------===//
// Many
//===----------------------------------------------------------------------===//

namespace {
class Campaign {
public:
  Campaign(Context &context, const CampaignOptions &options, raw_ostream &os)
      : context(context), options(options), os(os) {}
  LogicalResult run();

private:
  /// Checks one model, which is "seed 7" or a file, in a process of its own.
  LogicalResult check(const std::string &name, StringRef argument);
  bool readResults(const std::string &name, StringRef text);
  void addFinding(const std::string &name, StringRef check, StringRef reason);
  void printTable();

  Context &context;
  const CampaignOptions &options;
  raw_ostream &os;
  std::unique_ptr<TemporaryDirectory> scratch;
  struct Counts {
    unsigned by[3] = {};
  };
  std::map<std::string, Counts> counts;
  unsigned models = 0, findings = 0;
};
} // namespace

void Campaign::addFinding(const std::string &name, StringRef check,
                          StringRef reason) {
  ++findings;
  os << name << ": " << check << ": " << reason << '\n';
  os.flush();
}

/// Counts and prints what the process wrote. True where it came to its end.
bool Campaign::readResults(const std::string &name, StringRef text) {
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    auto [word, more] = line.split(' ');
    auto [check, reason] = more.split(' ');
    if (word == "end")
      return true;
    unsigned verdict = word == "passed" ? 0 : word == "refused" ? 1 : 2;
    if (word == "start")
      continue;
    ++counts[check.str()].by[verdict];
    if (verdict == 2)
      addFinding(name, check, reason);
    else if (verdict == 1 && options.verbose)
      os << name << ": " << check << ": refused: " << reason << '\n';
  }
  return false;
}

/// The check that was under way when the process ended.
static StringRef getLastStarted(StringRef text) {
  size_t at = text.rfind("start ");
  return at == StringRef::npos ? "start"
                               : text.drop_front(at + 6).split('\n').first;
}

static std::string readFile(const std::string &path) {
  auto buffer = MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

LogicalResult Campaign::check(const std::string &name, StringRef argument) {
  const std::string out = scratch->getPath("out"),
                    err = scratch->getPath("err");
  SmallVector<StringRef, 16> line = {options.program};
  append_range(line, options.arguments);
  line.push_back("--in-process");
  line.push_back(argument);
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(out),
                                          StringRef(err)};
  std::string problem;
  bool notStarted = false;
  const int status = sys::ExecuteAndWait(
      options.program, line, /*Env=*/std::nullopt, redirects, options.timeLimit,
      /*MemoryLimit=*/0, &problem, &notStarted);
  if (notStarted)
    return context.getDiagnostics().error(DiagID::InputOutput)
           << "can't start '" << options.program << "': " << problem;
  ++models;
  const unsigned before = findings;
  const std::string results = readFile(out);
  const bool ended = readResults(name, results);
  if (!ended || status != 0) {
    StringRef check = getLastStarted(results);
    ++counts[check.str()].by[2];
    // ExecuteAndWait tells a crash and a time-out apart by the text only.
    std::string messages = readFile(err);
    StringRef first = StringRef(messages).trim().split('\n').first;
    if (status == -2)
      addFinding(name, check,
                 problem.empty() ? "ended by a signal: " + first.str()
                                 : problem + ": " + first.str());
    else
      addFinding(name, check, first.empty() ? StringRef("failed") : first);
  }
  if (findings == before && !options.keep.empty() && options.models.empty()) {
    SmallString<128> path(options.keep);
    sys::path::append(path, "smith" + argument.split('=').second + ".onncir");
    sys::fs::remove(path);
  }
  return success();
}

void Campaign::printTable() {
  os << left_justify("check", 24) << "   passed  refused   failed\n";
  for (const auto &[check, count] : counts)
    os << left_justify(check, 24)
       << format(" %8u %8u %8u\n", count.by[0], count.by[1], count.by[2]);
  os << models << " models, " << findings << " findings\n";
}

LogicalResult Campaign::run() {
  auto created = TemporaryDirectory::create("onnc-smith");
  if (!created)
    return reportError(context.getDiagnostics(), DiagID::InputOutput,
                       created.takeError());
  scratch = std::move(*created);
  if (std::error_code error = options.keep.empty()
                                  ? std::error_code()
                                  : sys::fs::create_directories(options.keep))
    return context.getDiagnostics().error(DiagID::InputOutput)
           << "can't make the directory '" << options.keep
           << "': " << error.message();
  for (const std::string &model : options.models)
    if (failed(check(model, model)))
      return failure();
  if (options.models.empty())
    for (unsigned i = 0; i < options.count; ++i) {
      std::string seed = std::to_string(options.generator.seed + i);
      if (failed(check("seed " + seed, "--seed=" + seed)))
        return failure();
    }
  printTable();
  return success(findings == 0);
}

LogicalResult smith::runCampaign(Context &context,
                                 const CampaignOptions &options,
                                 raw_ostream &os) {
  return Campaign(context, options, os).run();
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

LogicalResult smith::writeModels(Context &context,
                                 const CampaignOptions &options,
                                 StringRef directory) {
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  if (std::error_code error = sys::fs::create_directories(directory))
    return diagnostics.error(DiagID::InputOutput)
           << "can't make the directory '" << directory
           << "': " << error.message();
  for (unsigned i = 0; i < options.count; ++i) {
    GeneratorOptions generator = options.generator;
    generator.seed += i;
    if (options.opset)
      generator.accepts = [&](const Operation &op) {
        return !getOpsetRefusal(op, options.opset);
      };
    auto module = makeModel(context, generator);
    if (!module)
      return failure();
    SmallString<128> stem(directory);
    sys::path::append(stem, module->getName());
    ExportOptions exportOptions;
    exportOptions.opset = options.opset;
    if (failed(exportModel(*module, (stem + ".onnx").str(), exportOptions)))
      return failure();
    auto inputs = makeInputs(*module);
    if (!inputs)
      return reportError(diagnostics, DiagID::InterpRuntime,
                         inputs.takeError());
    auto outputs = run(*module->getMain(), *inputs);
    if (!outputs)
      return reportRunError(diagnostics, outputs.takeError());
    auto write = [&](const RuntimeValue &value, StringRef name) {
      return reportError(
          diagnostics, DiagID::InputOutput,
          writeValue(context, value, (stem + "." + name + ".npy").str(), name));
    };
    for (auto [k, value] : enumerate(*inputs))
      if (failed(write(value, module->getMain()->getInput(k)->getName())))
        return failure();
    for (auto [k, value] : enumerate(*outputs))
      if (failed(write(value, module->getMain()->getOutputNames()[k])))
        return failure();
  }
  return success();
}
