//===- Checks.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/Checks.h"
#include "Numbers.h"
#include "onnc/Driver/InterpProgram.h"
#include "onnc/Driver/LoadProgram.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Testing/ModelGenerator.h"
#include "onnc/Transforms/Pipelines.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

namespace {

/// The diagnostics of one step, kept from the user.
class Listener {
public:
  explicit Listener(DiagnosticEngine &engine) : engine(engine) {
    previous =
        engine.exchangeHandler([this](const Diagnostic &diag) { add(diag); });
  }
  ~Listener() { engine.exchangeHandler(std::move(previous)); }
  Listener(const Listener &) = delete;
  Listener &operator=(const Listener &) = delete;

  /// The first error, on one line.
  const std::string &getMessage() const { return message; }
  /// There was an error, and each names its place.
  bool isLocated() const { return !message.empty() && located; }

private:
  void add(const Diagnostic &diag) {
    if (diag.severity != Severity::Error)
      return;
    located &= !diag.location.file.empty() || !diag.location.node.empty();
    if (message.empty())
      message = diag.message + " [" + getDiagName(diag.id).str() + "]";
    std::replace(message.begin(), message.end(), '\n', ' ');
  }

  DiagnosticEngine &engine;
  DiagnosticEngine::Handler previous;
  std::string message;
  bool located = true;
};

class ModelChecker {
public:
  ModelChecker(Module &module, const TargetRegistry &targets,
               const CheckOptions &options, function_ref<void(StringRef)> start,
               function_ref<void(CheckResult)> report)
      : context(module.getContext()), module(module), targets(targets),
        options(options), start(start), report(report) {}

  LogicalResult run();

private:
  struct Outcome {
    Verdict verdict = Verdict::Passed;
    std::string reason;
  };
  static Outcome fail(const Twine &reason) {
    return {Verdict::Failed, reason.str()};
  }
  /// What \p listener heard of a step that failed.
  static Outcome refuse(const Listener &listener);

  bool isWanted(StringRef check) const {
    return options.checks.empty() || is_contained(options.checks, check);
  }
  void perform(StringRef check, function_ref<Outcome()> fn);

  Outcome checkTypes();
  Outcome checkText(const Module &of);
  Outcome checkOnnx();
  Outcome checkOpsets();
  /// The module as it comes back from ONNX; null, with the outcome, where it
  /// doesn't.
  std::unique_ptr<Module> exportAndImport(const ExportOptions &exportOptions,
                                          Outcome &outcome);
  Outcome checkKernels();
  Outcome checkOptimizations();
  Outcome checkTiles(const Module &compiled, Tolerance tolerance);
  Outcome checkPlan(const Module &compiled);
  void checkTarget(StringRef quadruple);

  Outcome compareAll(ArrayRef<RuntimeValue> actual,
                     ArrayRef<RuntimeValue> expected, Tolerance tolerance);
  /// What an error of the interpreter means.
  static Outcome failRun(Error error);
  /// Compares with the results of the model.
  Outcome runAndCompare(const Module &other, Tolerance tolerance,
                        const RunOptions &runOptions = {});
  /// \p tolerance and what the model's own types and rounding steps add.
  Tolerance widen(Tolerance tolerance, ElementType output) const;

  Context &context;
  Module &module;
  const TargetRegistry &targets;
  const CheckOptions &options;
  function_ref<void(StringRef)> start;
  function_ref<void(CheckResult)> report;
  std::vector<RuntimeValue> inputs;
  RuntimeValues expected;
  /// The largest scale of the model's QuantizeLinears; 0: there is none.
  double quantum = 0;
  bool hasHalf = false;
};

} // namespace

static constexpr StringRef checkNames[] = {"types",  "text",    "onnx",
                                           "opsets", "kernels", "optimize",
                                           "tiles",  "plan",    "run"};

ArrayRef<StringRef> smith::getCheckNames() { return checkNames; }

static std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  printModule(module, os);
  return text;
}

ModelChecker::Outcome ModelChecker::refuse(const Listener &listener) {
  if (listener.getMessage().empty())
    return fail("refused without a message");
  if (!listener.isLocated())
    return fail("refused without a place: " + listener.getMessage());
  return {Verdict::Refused, listener.getMessage()};
}

void ModelChecker::perform(StringRef check, function_ref<Outcome()> fn) {
  start(check);
  Outcome outcome = fn();
  report({check.str(), outcome.verdict, std::move(outcome.reason)});
}

//===----------------------------------------------------------------------===//
// Comparing
//===----------------------------------------------------------------------===//

Tolerance ModelChecker::widen(Tolerance tolerance, ElementType output) const {
  // Half precision rounds every step to 2^-11, and Exp makes errors of large
  // numbers relative ones of its result.
  if (hasHalf) {
    tolerance.relative = std::max(tolerance.relative, 1e-2);
    tolerance.ofLargest = std::max(tolerance.ofLargest, 2e-2);
  }
  // A number that rounds the other way is off by a unit of its scale; what is
  // computed from it, by a little more or less.
  if (quantum > 0) {
    tolerance.integers = getBitWidth(output) == 8;
    tolerance.absolute += tolerance.integers ? 2 : 3 * quantum;
    tolerance.ofLargest = std::max(tolerance.ofLargest, 0.03);
  }
  return tolerance;
}

ModelChecker::Outcome ModelChecker::compareAll(ArrayRef<RuntimeValue> actual,
                                               ArrayRef<RuntimeValue> expected,
                                               Tolerance tolerance) {
  if (actual.size() != expected.size())
    return fail("there are " + Twine(actual.size()) + " outputs in place of " +
                Twine(expected.size()));
  const bool exact = tolerance.absolute == 0 && tolerance.relative == 0;
  for (auto [i, value] : enumerate(actual)) {
    Tolerance allowed = tolerance;
    if (!exact && expected[i].isTensor())
      allowed = widen(tolerance, expected[i].getTensor().getElementType());
    ComparisonResult result = compare(value, expected[i], allowed);
    if (!result)
      return fail("output '" + module.getMain()->getOutputNames()[i] + "', " +
                  result.firstMismatch + "; " +
                  Twine(std::max<int64_t>(1, result.mismatches)) +
                  " elements differ");
  }
  return {};
}

ModelChecker::Outcome ModelChecker::failRun(Error error) {
  Outcome outcome;
  handleAllErrors(
      std::move(error),
      [&](const InterpError &error) {
        outcome = fail("can't be executed: " + error.getMessage());
        // Operations of a target that the interpreter has no kernel for.
        if (error.getID() == DiagID::InterpUnsupported)
          outcome.verdict = Verdict::Refused;
      },
      [&](const ErrorInfoBase &error) {
        outcome = fail("can't be executed: " + error.message());
      });
  return outcome;
}

ModelChecker::Outcome
ModelChecker::runAndCompare(const Module &other, Tolerance tolerance,
                            const RunOptions &runOptions) {
  auto actual = onnc::run(*other.getMain(), inputs, runOptions);
  if (!actual)
    return failRun(actual.takeError());
  return compareAll(*actual, expected, tolerance);
}

//===----------------------------------------------------------------------===//
// Without a target
//===----------------------------------------------------------------------===//

/// Does \p type allow \p value?
static bool contains(Type type, const RuntimeValue &value) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor || !value.isTensor())
    return !tensor && !value.isTensor();
  const TensorValue &actual = value.getTensor();
  if (tensor.getElementType() != actual.getElementType())
    return false;
  if (!tensor.hasRank())
    return true;
  return equal(tensor.getShape(), actual.getShape(),
               [](DimExpr dim, int64_t size) {
                 return !dim.getConstant() || *dim.getConstant() == size;
               });
}

ModelChecker::Outcome ModelChecker::checkTypes() {
  Outcome outcome;
  RunOptions runOptions;
  runOptions.observer = [&](const OperationEvent &event) {
    for (auto [value, result] : zip_equal(event.results, event.op.getResults()))
      if (outcome.reason.empty() && value &&
          !contains(result->getType(), value))
        outcome =
            fail(event.op.getName() + " has a result of type " +
                 result->getType().str() + ", but gives " + value.describe());
  };
  Outcome ran = runAndCompare(module, {}, runOptions);
  return ran.reason.empty() ? outcome : ran;
}

ModelChecker::Outcome ModelChecker::checkText(const Module &of) {
  std::string first = print(of);
  Listener listener(context.getDiagnostics());
  auto parsed = parseModule(context, first, "text");
  if (!parsed)
    return fail("its text can't be parsed: " + listener.getMessage());
  if (print(*parsed) != first)
    return fail("its text parses to something else");
  return {};
}

std::unique_ptr<Module>
ModelChecker::exportAndImport(const ExportOptions &exportOptions,
                              Outcome &outcome) {
  Listener listener(context.getDiagnostics());
  auto copy = module.clone();
  std::optional<std::string> bytes = exportModelToBytes(*copy, exportOptions);
  if (!bytes) {
    outcome = refuse(listener);
    return nullptr;
  }
  auto imported = importModel(
      context,
      BlobRef(new Blob(std::vector<char>(bytes->begin(), bytes->end()))),
      "export.onnx");
  if (!imported)
    outcome =
        fail("the exported model can't be imported: " + listener.getMessage());
  return imported;
}

ModelChecker::Outcome ModelChecker::checkOnnx() {
  Outcome outcome;
  auto imported = exportAndImport({}, outcome);
  return imported ? runAndCompare(*imported, {}) : outcome;
}

ModelChecker::Outcome ModelChecker::checkOpsets() {
  // The oldest set with a form for all operators, and some between it and the
  // newest; conversions of several sets follow one another.
  Outcome last;
  unsigned checked = 0;
  for (int64_t opset = 5; opset < newestOnnxOpset && checked < 4; ++opset) {
    ExportOptions exportOptions;
    exportOptions.opset = opset;
    Outcome outcome;
    auto imported = exportAndImport(exportOptions, outcome);
    if (imported)
      outcome = runAndCompare(*imported, {});
    if (outcome.verdict == Verdict::Failed)
      return fail("operator set " + Twine(opset) + ": " + outcome.reason);
    last = std::move(outcome);
    if (!imported)
      continue;
    opset += 2 * checked++;
  }
  return checked ? Outcome() : last;
}

ModelChecker::Outcome ModelChecker::checkKernels() {
  RunOptions runOptions;
  runOptions.naiveKernels = true;
  return runAndCompare(module, {}, runOptions);
}

ModelChecker::Outcome ModelChecker::checkOptimizations() {
  Compiler compiler(context, targets);
  for (auto [level, quantized, tolerance] :
       {std::tuple(1u, QuantizedGroups::Keep, Tolerance{}),
        std::tuple(2u, QuantizedGroups::Keep, Tolerance{1e-5, 1e-4, 1e-5}),
        std::tuple(2u, QuantizedGroups::Fold, Tolerance{1e-5, 1e-4, 1e-5})}) {
    Listener listener(context.getDiagnostics());
    std::string text = getOptimizationPipeline(level, quantized);
    auto pipeline =
        Pipeline::parse(text, compiler.getPasses(), context.getDiagnostics());
    auto copy = module.clone();
    if (!pipeline || failed(compiler.compile(*copy, *pipeline, {})))
      return fail("-O" + Twine(level) + ": " + listener.getMessage());
    if (failed(verify(*copy)))
      return fail("-O" + Twine(level) + ": the verifier refuses the result: " +
                  listener.getMessage());
    Outcome outcome = runAndCompare(*copy, tolerance);
    if (outcome.verdict != Verdict::Passed)
      return fail(
          "-O" + Twine(level) +
          (quantized == QuantizedGroups::Fold ? " with fold-qdq: " : ": ") +
          outcome.reason);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// With a target
//===----------------------------------------------------------------------===//

ModelChecker::Outcome ModelChecker::checkTiles(const Module &compiled,
                                               Tolerance tolerance) {
  Outcome text = checkText(compiled);
  if (text.verdict != Verdict::Passed)
    return text;
  Listener listener(context.getDiagnostics());
  auto copy = compiled.clone();
  if (failed(verify(*copy)))
    return fail("the verifier refuses the compiled module: " +
                listener.getMessage());
  return runAndCompare(*copy, tolerance);
}

/// Sharing memory changes no bit.
ModelChecker::Outcome ModelChecker::checkPlan(const Module &compiled) {
  auto apart = onnc::run(*compiled.getMain(), inputs);
  if (!apart)
    return failRun(apart.takeError());
  RunOptions runOptions;
  runOptions.usePlan = true;
  auto planned = onnc::run(*compiled.getMain(), inputs, runOptions);
  if (!planned)
    return failRun(planned.takeError());
  return compareAll(*planned, *apart, {});
}

void ModelChecker::checkTarget(StringRef quadruple) {
  const std::string tiles = ("tiles:" + quadruple).str(),
                    plan = ("plan:" + quadruple).str(),
                    run = ("run:" + quadruple).str();
  const std::string &first = isWanted("run")     ? run
                             : isWanted("tiles") ? tiles
                                                 : plan;
  Compiler compiler(context, targets);
  auto compiled = module.clone();
  std::unique_ptr<Program> program;
  Outcome built;
  // Whichever check is wanted answers for the compiler.
  start(first);
  {
    Listener listener(context.getDiagnostics());
    PassOptions passOptions;
    if (failed(compiler.setQuadruple(quadruple))) {
      built = fail(listener.getMessage());
    } else {
      auto pipeline = compiler.getPipeline(passOptions, options.level);
      if (!pipeline ||
          failed(compiler.compile(*compiled, *pipeline, passOptions)))
        built = refuse(listener);
      else if (isWanted("run") &&
               !(program =
                     loadProgram(compiler, *compiled, targets, options.load)))
        built = refuse(listener);
    }
  }
  if (built.verdict != Verdict::Passed) {
    report({first, built.verdict, built.reason});
    return;
  }
  if (isWanted("run"))
    perform(run, [&]() -> Outcome {
      auto actual = program->run(inputs);
      if (!actual)
        return fail("the program fails: " + toString(actual.takeError()));
      return compareAll(*actual, expected, program->getTolerance());
    });
  if (isWanted("plan"))
    perform(plan, [&] { return checkPlan(*compiled); });
  if (isWanted("tiles"))
    perform(tiles, [&] {
      // Only a program knows how precise its target is, and some take long to
      // load; mistakes of tiling are no matter of rounding.
      return checkTiles(*compiled, program ? program->getTolerance()
                                           : Tolerance{1e-2, 1e-2, 1e-2});
    });
}

LogicalResult ModelChecker::run() {
  auto made = makeInputs(module);
  if (!made)
    return reportError(context.getDiagnostics(), DiagID::InterpRuntime,
                       made.takeError());
  inputs = std::move(*made);
  auto results = onnc::run(*module.getMain(), inputs);
  if (!results)
    return reportRunError(context.getDiagnostics(), results.takeError());
  expected = std::move(*results);
  module.walk([&](Operation *op) {
    for (Value *result : op->getResults())
      if (TensorType type = result->getTensorType())
        hasHalf |= type.getElementType() == ElementType::F16 ||
                   type.getElementType() == ElementType::BF16;
    if (op->getName() != "onnx.QuantizeLinear")
      return;
    ConstantAttr scale = getConstantValue(op->getOperand(1));
    auto value = scale ? TensorValue::fromConstant(scale)
                       : Expected<TensorValue>(TensorValue());
    if (!value)
      return consumeError(value.takeError());
    for (double number : getNumbers(*value))
      quantum = std::max(quantum, std::abs(number));
  });
  if (isWanted("types"))
    perform("types", [&] { return checkTypes(); });
  if (isWanted("text"))
    perform("text", [&] { return checkText(module); });
  if (isWanted("onnx"))
    perform("onnx", [&] { return checkOnnx(); });
  if (isWanted("opsets"))
    perform("opsets", [&] { return checkOpsets(); });
  if (isWanted("kernels"))
    perform("kernels", [&] { return checkKernels(); });
  if (isWanted("optimize"))
    perform("optimize", [&] { return checkOptimizations(); });
  if (isWanted("tiles") || isWanted("plan") || isWanted("run"))
    for (const std::string &quadruple : options.targets)
      checkTarget(quadruple);
  return success();
}

LogicalResult smith::checkModel(Module &module, const TargetRegistry &targets,
                                const CheckOptions &options,
                                function_ref<void(StringRef)> start,
                                function_ref<void(CheckResult)> report) {
  return ModelChecker(module, targets, options, start, report).run();
}
