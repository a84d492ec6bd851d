//===- PassRunner.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PassRunner.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Pass/PassManager.h"
#include "onnc/Transforms/Passes.h"

using namespace llvm;
using namespace onnc;

LogicalResult onnc::runPasses(Module &module, StringRef text) {
  PassRegistry registry;
  cantFail(registerTransformsPasses(registry));
  DiagnosticEngine &diagnostics = module.getContext().getDiagnostics();
  auto pipeline = Pipeline::parse(text, registry, diagnostics);
  if (!pipeline)
    return failure();
  PassManager manager(registry);
  manager.setVerifyAnalyses(true);
  if (failed(manager.run(*pipeline, module)))
    return failure();
  return verify(module);
}

std::string onnc::comparePasses(Module &module, StringRef pipeline,
                                ArrayRef<RuntimeValue> inputs,
                                Tolerance tolerance) {
  std::unique_ptr<Module> copy = module.clone();
  if (failed(runPasses(*copy, pipeline)))
    return "the passes fail";
  auto expected = run(*module.getMain(), inputs);
  if (!expected)
    return "before: " + toString(expected.takeError());
  auto actual = run(*copy->getMain(), inputs);
  if (!actual)
    return "after: " + toString(actual.takeError());
  if (actual->size() != expected->size())
    return "the number of outputs differs";
  for (size_t i = 0; i < expected->size(); ++i) {
    auto result = compare((*actual)[i], (*expected)[i], tolerance);
    if (!result)
      return "output " + std::to_string(i) + ", " + result.firstMismatch;
  }
  return "";
}

unsigned onnc::countOperations(Module &module, StringRef name) {
  unsigned count = 0;
  module.walk([&](Operation *op) { count += op->getName() == name; });
  return count;
}

std::string onnc::toText(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  return text;
}
