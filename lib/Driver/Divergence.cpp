//===- Divergence.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Divergence.h"
#include "OutputDirectory.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Driver/InterpProgram.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Support/TemporaryDirectory.h"

using namespace llvm;
using namespace onnc;

/// Emits into memory or, if that is a directory, into \p directory, and returns
/// the file to load; null, with the errors reported, where that fails.
static std::unique_ptr<MemoryBuffer> emit(Compiler &compiler,
                                          const Module &module,
                                          const TargetRegistry &targets,
                                          StringRef directory) {
  const OutputKind &kind = compiler.getTarget()->getOutputKinds().front();
  if (!kind.isDirectory) {
    SmallString<0> bytes;
    raw_svector_ostream os(bytes);
    if (failed(compiler.emit(module, kind.name, os)))
      return nullptr;
    return MemoryBuffer::getMemBufferCopy(bytes, module.getName());
  }
  if (failed(compiler.emitDirectory(module, kind.name, directory)))
    return nullptr;
  auto manifest = findManifest(directory, targets);
  auto buffer = manifest ? errorOrToExpected(MemoryBuffer::getFile(*manifest))
                         : manifest.takeError();
  if (buffer)
    return std::move(*buffer);
  (void)reportError(module.getContext().getDiagnostics(), DiagID::EmitFailed,
                    buffer.takeError());
  return nullptr;
}

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
  std::unique_ptr<TemporaryDirectory> directory;
  if (compiler.getTarget()->getOutputKinds().front().isDirectory) {
    auto created = TemporaryDirectory::create("onnc-run");
    if (!created) {
      (void)reportError(context.getDiagnostics(), DiagID::InputOutput,
                        created.takeError());
      return nullptr;
    }
    directory = std::move(*created);
  }
  auto buffer = emit(compiler, module, targets,
                     directory ? directory->str() : StringRef());
  if (!buffer)
    return nullptr;
  const TargetInfo &info = targets.lookup(compiler.getQuadruple());
  if (!info.recognize || !info.recognize(*buffer)) {
    context.getDiagnostics().error(DiagID::TargetUnknown)
        << "programs for '" << compiler.getQuadruple().str()
        << "' can't be run here";
    return nullptr;
  }
  auto program = info.load(std::move(buffer), config.getLoadOptions());
  if (!program) {
    (void)reportError(context.getDiagnostics(), DiagID::EmitFailed,
                      program.takeError());
    return nullptr;
  }
  return std::move(*program);
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
