//===- NodeTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeTest.h"
#include "Expectations.h"
#include "onnc/Driver/CompileJob.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Driver/Runner.h"
#include "onnc/Driver/ValueFile.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Interp/Compare.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

using namespace llvm;
using namespace onnc;

/// The file of an input or output of type \p type.
static Expected<RuntimeValue> readValue(Context &context, const Twine &path,
                                        Type type) {
  SmallString<256> storage;
  Expected<FileValue> file =
      readTensorFile(context, path.toStringRef(storage), type);
  if (!file)
    return file.takeError();
  auto tensor = dyn_cast<TensorType>(file->type),
       expected = dyn_cast_or_null<TensorType>(type);
  if (tensor && expected && tensor.getElementType() == ElementType::U16 &&
      expected.getElementType() == ElementType::BF16)
    return createStringError(
        std::errc::not_supported,
        "its data are of ONNX 1.12 or older, which wrote bfloat16 truncated "
        "and as uint16");
  return fromFileValue(*file);
}

namespace {

/// One test as it runs.
class NodeTest {
public:
  NodeTest(StringRef directory, const TestConfig &config);
  TestResult run();

private:
  /// Why Skips.def expects nothing of the test; "" where it must pass.
  StringRef findSkip() const;
  /// What is expected of the test decides together with what happened.
  TestResult finish(TestResult result);
  Error runDataSet(StringRef data);
  Expected<std::vector<RuntimeValue>> runModel(ArrayRef<RuntimeValue> inputs);
  Error compareOutputs(StringRef data, ArrayRef<RuntimeValue> outputs);
  void collectOperators();
  LogicalResult expandFunctions();
  TestResult failed(std::string reason) const {
    return {Outcome::Failed, std::move(reason)};
  }

  const StringRef directory;
  const TestConfig &config;
  Context context;
  TargetRegistry targets;
  std::unique_ptr<Module> module;
  std::unique_ptr<Program> program;
  StringSet<> operators;

  /// All diagnostics on one line.
  std::string diagnostics;
  /// Operators that can't be imported, as messages name them.
  SmallVector<std::string, 1> unknown;
  /// The target has no way to do it, and why, in the words of the first
  /// diagnostic that said so.
  bool beyondTarget = false;
  std::string cause;
};

} // namespace

/// What \p message says of any model: neither the operator nor where it is, and
/// no names and types.
static std::string getCause(StringRef message) {
  message = message.substr(0, message.find("; in pass '"));
  for (StringRef prefix :
       {"isn't supported by unit '", "isn't supported: ", "can't be held: "})
    if (size_t at = message.find(prefix); at != StringRef::npos)
      message = message.substr(message.find(": ", at) + 2);
  static const Regex operations(" \\([0-9]+ operations?: .*$");
  std::string cause = operations.sub("", message);
  // Quoted words, but no apostrophes.
  static const Regex quoted("(^|[ (])'[^']*'");
  while (quoted.match(cause))
    cause = quoted.sub("\\1…", cause);
  return cause;
}

NodeTest::NodeTest(StringRef directory, const TestConfig &config)
    : directory(directory), config(config) {
  context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
    diagnostics += (diagnostics.empty() ? "" : "; ") + diag.message;
    for (const Diagnostic &note : diag.notes) {
      diagnostics += "; " + note.message;
      // 'Add': why not (1 node: …)
      if (diag.id == DiagID::ImportUnsupportedOp)
        unknown.push_back(
            StringRef(note.message).drop_front().split('\'').first.str());
    }
    if (beyondTarget ||
        !is_contained({DiagID::TargetUnsupportedOp, DiagID::CodeGenUnsupported,
                       DiagID::CodeGenCapacity},
                      diag.id))
      return;
    beyondTarget = true;
    cause = getCause(diag.message);
  });
}

void NodeTest::collectOperators() {
  module->walk([&](Operation *op) {
    if (!op->getInfo().onnxDomain.empty() || op->getInfo().onnxSince)
      operators.insert(op->getName());
  });
}

LogicalResult NodeTest::expandFunctions() {
  Compiler compiler(context, targets);
  PassOptions options;
  options.expandFunctions = true;
  auto pipeline = compiler.getPipeline(options, OptLevel::O0);
  return success(pipeline &&
                 succeeded(compiler.compile(*module, *pipeline, options)));
}

/// As Skips.def names it.
static std::string getOnnxName(const OpInfo &info) {
  return (info.onnxDomain.empty() ? "" : info.onnxDomain.str() + ".") +
         info.getShortName().str();
}

StringRef NodeTest::findSkip() const {
  if (!config.quadruple.empty())
    if (StringRef reason =
            getTargetSkip(config.quadruple, sys::path::filename(directory));
        !reason.empty())
      return reason;
  for (StringRef name : operators.keys())
    if (StringRef reason =
            getOperatorSkip(getOnnxName(*context.lookupOp(name)));
        !reason.empty())
      return reason;
  if (!unknown.empty() && all_of(unknown, [](StringRef name) {
        return !getOperatorSkip(name).empty();
      }))
    return getOperatorSkip(unknown.front());
  return {};
}

TestResult NodeTest::finish(TestResult result) {
  for (const auto &name : operators)
    result.operators.push_back(name.getKey().str());
  llvm::sort(result.operators);
  StringRef why = findSkip();
  if (!why.empty() && result.outcome == Outcome::Passed) {
    result.outcome = Outcome::Failed;
    result.reason = "it passes, though Skips.def lists it: " + why.str();
  } else if (!why.empty() && result.outcome == Outcome::Failed) {
    result.outcome = Outcome::Skipped;
    result.reason = why.str();
    result.cause.clear();
  }
  if (result.outcome == Outcome::Skipped && result.cause.empty())
    result.cause = result.reason;
  return result;
}

Expected<std::vector<RuntimeValue>>
NodeTest::runModel(ArrayRef<RuntimeValue> inputs) {
  if (program)
    return program->run(inputs);
  auto outputs = onnc::run(*module->getMain(), inputs, config.options);
  if (!outputs)
    return outputs.takeError();
  return std::vector<RuntimeValue>(outputs->begin(), outputs->end());
}

Error NodeTest::compareOutputs(StringRef data, ArrayRef<RuntimeValue> outputs) {
  const Graph &graph = *module->getMain();
  const bool random = isRandom(operators);
  Tolerance tolerance = getTolerance(operators);
  if (program)
    tolerance = join(tolerance, program->getTolerance());
  for (unsigned i = 0; i != graph.getNumOutputs(); ++i) {
    Type type = graph.getOutput(i)->getType();
    auto expected =
        readValue(context, data + "/output_" + Twine(i) + ".pb", type);
    if (!expected)
      return expected.takeError();
    auto fail = [&](const Twine &message) {
      return createStringError(inconvertibleErrorCode(),
                               "output '" + graph.getOutputNames()[i] + "', " +
                                   message);
    };
    if (random) {
      if (outputs[i].describe() != expected->describe())
        return fail(outputs[i].describe() + " where " + expected->describe() +
                    " is expected");
      continue;
    }
    ComparisonResult comparison = compare(outputs[i], *expected, tolerance);
    if (!comparison)
      return fail(comparison.firstMismatch);
  }
  return Error::success();
}

/// An error says what differs.
Error NodeTest::runDataSet(StringRef data) {
  const Graph &graph = *module->getMain();
  std::vector<RuntimeValue> inputs;
  for (unsigned i = 0; i != graph.getNumInputs(); ++i) {
    auto input = readValue(context, data + "/input_" + Twine(i) + ".pb",
                           graph.getInput(i)->getType());
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
  }
  auto outputs = runModel(inputs);
  if (!outputs)
    return outputs.takeError();
  return compareOutputs(data, *outputs);
}

TestResult NodeTest::run() {
  if (!config.quadruple.empty() && ::failed(loadTargets(context, targets, {})))
    return failed(diagnostics);
  module = importModel(context, (directory + "/model.onnx").str());
  if (!module)
    return finish(failed(diagnostics));
  collectOperators();
  if (config.expandFunctions && ::failed(expandFunctions()))
    return failed(diagnostics);
  if (!config.quadruple.empty()) {
    RunConfig run;
    run.quadruple = config.quadruple;
    run.board = config.board;
    run.timeLimit = config.timeLimit;
    auto compiled = module->clone();
    program = compileAndLoad(*compiled, targets, run);
    if (!program)
      return finish({beyondTarget ? Outcome::Skipped : Outcome::Failed,
                     diagnostics, beyondTarget ? cause : ""});
  }
  for (unsigned set = 0;; ++set) {
    std::string data = (directory + "/test_data_set_" + Twine(set)).str();
    if (!sys::fs::is_directory(data))
      return finish(set ? TestResult{Outcome::Passed}
                        : failed("there is no data"));
    if (Error error = runDataSet(data)) {
      Outcome outcome = Outcome::Failed;
      std::string reason;
      handleAllErrors(std::move(error), [&](const ErrorInfoBase &info) {
        if (info.convertToErrorCode() == std::errc::not_supported)
          outcome = Outcome::Skipped;
        reason = info.message();
      });
      if (!diagnostics.empty())
        reason += " (" + diagnostics + ")";
      return finish({outcome, reason});
    }
  }
}

TestResult onnc::runNodeTest(StringRef directory, const TestConfig &config) {
  return NodeTest(directory, config).run();
}
