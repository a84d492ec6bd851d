//===- NodeTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeTest.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Import/ONNX/TensorFile.h"
#include "onnc/Interp/Compare.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace onnc;

/// Those of ONNX's backend test runner.
static constexpr Tolerance nodeTestTolerance{1e-7, 1e-3, false};

static Expected<RuntimeValue> toRuntimeValue(const FileValue &file) {
  if (auto type = dyn_cast<TensorType>(file.type)) {
    auto tensor = TensorValue::fromConstant(ConstantAttr::get(type, file.data));
    if (!tensor)
      return tensor.takeError();
    return RuntimeValue(std::move(*tensor));
  }
  std::vector<RuntimeValue> elements;
  for (const FileValue &element : file.elements) {
    Expected<RuntimeValue> value = toRuntimeValue(element);
    if (!value)
      return value;
    elements.push_back(std::move(*value));
  }
  if (isa<SequenceType>(file.type))
    return RuntimeValue::sequence(std::move(elements));
  return elements.empty() ? RuntimeValue::none()
                          : RuntimeValue::some(std::move(elements[0]));
}

static Expected<RuntimeValue> readValue(Context &context, const Twine &path,
                                        Type type) {
  SmallString<256> storage;
  Expected<FileValue> file =
      readTensorFile(context, path.toStringRef(storage), type);
  if (!file)
    return file.takeError();
  return toRuntimeValue(*file);
}

/// One data set; an error says what differs.
static Error runDataSet(Context &context, const Graph &graph,
                        StringRef directory, const RunOptions &options) {
  RuntimeValues inputs;
  for (unsigned i = 0; i != graph.getNumInputs(); ++i) {
    auto input = readValue(context, directory + "/input_" + Twine(i) + ".pb",
                           graph.getInput(i)->getType());
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
  }
  Expected<RuntimeValues> outputs = run(graph, inputs, options);
  if (!outputs)
    return outputs.takeError();
  for (unsigned i = 0; i != graph.getNumOutputs(); ++i) {
    auto expected =
        readValue(context, directory + "/output_" + Twine(i) + ".pb",
                  graph.getOutput(i)->getType());
    if (!expected)
      return expected.takeError();
    ComparisonResult comparison =
        compare((*outputs)[i], *expected, nodeTestTolerance);
    if (!comparison)
      return createStringError(inconvertibleErrorCode(),
                               "output '" + graph.getOutputNames()[i] + "', " +
                                   comparison.firstMismatch);
  }
  return Error::success();
}

TestResult onnc::runNodeTest(StringRef directory, const RunOptions &options) {
  Context context;
  std::string diagnostics;
  bool unsupported = false;
  context.getDiagnostics().setHandler([&](const Diagnostic &diag) {
    diagnostics += (diagnostics.empty() ? "" : "; ") + diag.message;
    for (const Diagnostic &note : diag.notes)
      diagnostics += "; " + note.message;
    unsupported |= diag.id == DiagID::ImportUnsupportedOp;
  });
  std::unique_ptr<Module> module =
      importModel(context, (directory + "/model.onnx").str());
  if (!module)
    return {unsupported ? Outcome::Skipped : Outcome::Failed, diagnostics};

  for (unsigned set = 0;; ++set) {
    std::string data = (directory + "/test_data_set_" + Twine(set)).str();
    if (!sys::fs::is_directory(data))
      return set ? TestResult{Outcome::Passed, ""}
                 : TestResult{Outcome::Failed, "there is no data"};
    Error error = runDataSet(context, *module->getMain(), data, options);
    if (!error)
      continue;
    TestResult result{Outcome::Failed, ""};
    handleAllErrors(
        std::move(error),
        [&](const InterpError &e) {
          if (e.getID() == DiagID::InterpUnsupported)
            result.outcome = Outcome::Skipped;
          result.reason = e.getMessage().str();
        },
        [&](const ErrorInfoBase &e) { result.reason = e.message(); });
    if (!diagnostics.empty())
      result.reason += " (" + diagnostics + ")";
    return result;
  }
}
