//===- Divergence.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Divergence.h"
#include "onnc/Driver/InterpProgram.h"
#include "onnc/Driver/LoadProgram.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Interp/Interpreter.h"

using namespace llvm;
using namespace onnc;

std::unique_ptr<Program> onnc::compileAndLoad(Module &module,
                                              const TargetRegistry &targets,
                                              const RunConfig &config) {
  Context &context = module.getContext();
  Compiler compiler(context, targets);
  if (failed(compiler.setQuadruple(config.quadruple)))
    return nullptr;
  PassOptions options;
  auto pipeline = compiler.getPipeline(options, config.level);
  if (!pipeline || failed(compiler.compile(module, *pipeline, options)))
    return nullptr;
  return loadProgram(compiler, module, targets, config.getLoadOptions());
}

/// Every floating-point value that isn't constant becomes an output, in the
/// order of computation.
static std::vector<const Operation *> exposeValues(Module &module) {
  Graph &graph = *module.getMain();
  SmallVector<Value *, 4> values;
  std::vector<std::string> names;
  std::vector<const Operation *> producers;
  for (Operation &op : graph.getBody().getOps()) {
    for (Value *result : op.getResults()) {
      TensorType type = result->getTensorType();
      if (!type || !isFloat(type.getElementType()) || !type.isStatic() ||
          getConstantValue(result) || !result->hasUses())
        continue;
      values.push_back(result);
      names.push_back("value" + std::to_string(values.size()));
      producers.push_back(&op);
    }
  }
  graph.getBody().getTerminator()->setOperands(values);
  graph.setOutputNames(std::move(names));
  return producers;
}

LogicalResult onnc::locateDivergence(const Module &module,
                                     const TargetRegistry &targets,
                                     const RunConfig &config,
                                     ArrayRef<RuntimeValue> inputs,
                                     Tolerance tolerance, raw_ostream &os) {
  auto exposed = module.clone();
  std::vector<const Operation *> producers = exposeValues(*exposed);
  if (producers.empty())
    return success();
  auto compiled = exposed->clone();
  auto program = compileAndLoad(*compiled, targets, config);
  if (!program)
    return failure();
  auto expected = createInterpProgram(*exposed)->run(inputs);
  auto actual = program->run(inputs);
  DiagnosticEngine &diagnostics = module.getContext().getDiagnostics();
  if (!expected || !actual)
    return reportRunError(diagnostics,
                          joinErrors(expected.takeError(), actual.takeError()));
  for (auto [i, op] : enumerate(producers)) {
    ComparisonResult result = compare((*actual)[i], (*expected)[i], tolerance);
    if (result)
      continue;
    os << "the first value that differs is computed by ";
    if (!op->getLoc().getName().empty())
      os << "node '" << op->getLoc().getName() << "', ";
    os << op->getName() << ": " << result.firstMismatch << '\n';
    return success();
  }
  os << "each value agrees where it is computed alone; operations that are "
        "compiled together differ\n";
  return success();
}
