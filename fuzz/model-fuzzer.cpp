//===- model-fuzzer.cpp - Hostile models, executed ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Models through importer, shape inference, interpreter and the passes that
/// keep every bit. Whatever the model is, this must end in results or a
/// message, within the interpreter's limits, and where there are results:
///
///   - a value has the type that was inferred for it, unless the model declares
///     another (most are stripped of what they declare, half of the shapes of
///     inputs, too);
///   - blocked and plain kernels compute the same;
///   - the model whose inputs are constants imports, and -O1, which folds most
///     of it, gives the same outputs.
///
/// Inputs are the default values that the model has for them (ModelInputs.h).
///
//===----------------------------------------------------------------------===//

#include "ModelInputs.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::fuzz;

namespace {

class ModelCheck {
public:
  ModelCheck(const onnx::ModelProto &model, uint64_t seed)
      : model(model), seed(seed) {
    context.getDiagnostics().setHandler([&](const Diagnostic &diag) {
      if (diag.severity == Severity::Error)
        lastError = diag.message + " at '" + diag.location.node + "'";
    });
  }
  void run();

private:
  std::unique_ptr<Module> import(const onnx::ModelProto &proto);
  /// Nullopt where the run ends in an error, which is kept.
  std::optional<RuntimeValues> execute(const Module &module,
                                       ArrayRef<RuntimeValue> inputs,
                                       bool naive = false);
  void compareAll(const RuntimeValues &actual, const RuntimeValues &expected,
                  const char *what);
  void checkConstants(const Graph &dynamic, ArrayRef<RuntimeValue> inputs,
                      const RuntimeValues &expected);

  Context context;
  onnx::ModelProto model;
  uint64_t seed;
  bool stripped = false, hasShapes = false;
  /// Of a loop that makes no iteration, inference alone knows the shapes of
  /// what iterations would have made, and it knows more of constants.
  bool sawEmptyLoop = false;
  std::string lastError;
};

} // namespace

static void
stripBodies(google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes);

/// Removes the types that \p graph declares for what it computes.
static void stripDeclarations(onnx::GraphProto &graph) {
  graph.clear_value_info();
  for (auto &output : *graph.mutable_output())
    output.clear_type();
  stripBodies(*graph.mutable_node());
}

/// The same for bodies, and the shapes of their arguments.
static void
stripBodies(google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes) {
  for (auto &node : nodes)
    for (auto &attr : *node.mutable_attribute()) {
      if (!attr.has_g())
        continue;
      for (auto &input : *attr.mutable_g()->mutable_input())
        if (input.type().has_tensor_type())
          input.mutable_type()->mutable_tensor_type()->clear_shape();
      stripDeclarations(*attr.mutable_g());
    }
}

std::unique_ptr<Module> ModelCheck::import(const onnx::ModelProto &proto) {
  std::string bytes = proto.SerializePartialAsString();
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  lastError.clear();
  // In a directory that isn't there: external data is never found.
  auto module = importModel(context, blob, "/nonexistent/fuzz.onnx");
  if (!module && lastError.empty())
    report_fatal_error("an import failed without a message");
  return module;
}

static bool hasNoElements(const RuntimeValue &value) {
  return value.isTensor() && value.getTensor().getNumElements() == 0;
}

std::optional<RuntimeValues> ModelCheck::execute(const Module &module,
                                                 ArrayRef<RuntimeValue> inputs,
                                                 bool naive) {
  RunOptions options;
  options.byteLimit = 16 << 20;
  options.maxIterations = 100;
  options.maxWork = 2'000'000;
  options.naiveKernels = naive;
  options.observer = [&](const OperationEvent &event) {
    sawEmptyLoop |=
        event.op.getNumRegions() && any_of(event.results, hasNoElements);
  };
  auto outputs = onnc::run(*module.getMain(), inputs, options);
  if (outputs)
    return std::move(*outputs);
  Error error = outputs.takeError();
  const bool contradiction = error.isA<ContradictionError>();
  lastError = toString(std::move(error));
  if (contradiction && stripped)
    report_fatal_error(Twine(lastError));
  return std::nullopt;
}

void ModelCheck::compareAll(const RuntimeValues &actual,
                            const RuntimeValues &expected, const char *what) {
  for (auto [i, value] : enumerate(actual))
    if (ComparisonResult result = compare(value, expected[i]); !result)
      report_fatal_error(Twine(what) + ", output " + Twine(i) + ": " +
                         result.firstMismatch);
}

/// \p value as an initializer.
static void writeTensor(const TensorValue &value, onnx::TensorProto &tensor) {
  tensor.set_data_type(getOnnxNumber(value.getElementType()));
  for (int64_t dim : value.getShape())
    tensor.add_dims(dim);
  if (!value.isString()) {
    const std::vector<char> bytes = value.packBytes();
    tensor.set_raw_data(bytes.data(), bytes.size());
    return;
  }
  for (int64_t i = 0; i != value.getNumElements(); ++i)
    tensor.add_string_data(value.elements<std::string>()[i]);
}

void ModelCheck::checkConstants(const Graph &dynamic,
                                ArrayRef<RuntimeValue> inputs,
                                const RuntimeValues &expected) {
  onnx::ModelProto proto = model;
  std::vector<RuntimeValue> others;
  for (auto [i, value] : enumerate(inputs)) {
    if (!value.isTensor()) {
      others.push_back(value);
      continue;
    }
    // Inputs with initializers are constants to the importer.
    auto &tensor = *proto.mutable_graph()->add_initializer();
    tensor.set_name(dynamic.getInput(i)->getName().str());
    writeTensor(value.getTensor(), tensor);
  }
  bool hasBodies = false, isRandom = false;
  dynamic.getModule().walk([&](Operation *op) {
    isRandom |= op->hasTrait(OpTrait::NonDeterministic);
    hasBodies |= op->getNumRegions() != 0;
  });
  auto module = import(proto);
  // A body that isn't run may be wrong, and kernels may take shapes that
  // inference refuses.
  if (!module && (hasBodies || !hasShapes))
    return;
  if (!module)
    report_fatal_error("with constant inputs, a model that runs is refused: " +
                       Twine(lastError));
  if (isRandom)
    return;
  TargetRegistry targets;
  Compiler compiler(context, targets);
  auto pipeline =
      Pipeline::parse(getOptimizationPipeline(1), compiler.getPasses(),
                      context.getDiagnostics());
  PassOptions options;
  options.noCrashReproducer = true;
  options.verifyEach = true;
  if (!pipeline || failed(compiler.compile(*module, *pipeline, options)))
    report_fatal_error("-O1 fails: " + Twine(lastError));
  auto outputs = execute(*module, others);
  if (!outputs)
    report_fatal_error("-O1 makes a model fail: " + Twine(lastError));
  if (sawEmptyLoop)
    return;
  compareAll(*outputs, expected, "-O1");
}

void ModelCheck::run() {
  stripped = seed % 4 != 0;
  if (stripped) {
    stripDeclarations(*model.mutable_graph());
    for (auto &function : *model.mutable_functions())
      stripBodies(*function.mutable_node());
  }
  // Without shapes, what inference would refuse gets to the kernels.
  hasShapes = seed / 4 % 2;
  if (!hasShapes)
    for (auto &input : *model.mutable_graph()->mutable_input())
      if (input.type().has_tensor_type())
        input.mutable_type()->mutable_tensor_type()->clear_shape();
  // Takes the inputs' initializers out of the model.
  InputMaker maker(context, model, seed);
  auto module = import(model);
  if (!module)
    return;
  auto inputs = maker.make(*module->getMain());
  if (!inputs)
    return;
  auto outputs = execute(*module, *inputs);
  auto naive = execute(*module, *inputs, /*naive=*/true);
  if (bool(outputs) != bool(naive))
    report_fatal_error("only plain or only blocked kernels fail: " +
                       Twine(lastError));
  if (!outputs)
    return;
  compareAll(*outputs, *naive, "blocked kernels");
  checkConstants(*module->getMain(), *inputs, *outputs);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  onnx::ModelProto model;
  if (!model.ParseFromArray(data, int(size)))
    return 0;
  ModelCheck(model, xxHash64(ArrayRef(data, size))).run();
  return 0;
}
