//===- Compiler.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/Compiler.h"
#include "onnc/Analysis/TileVerifier.h"
#include "onnc/CodeGen/TensorPasses.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/Transforms/Passes.h"

using namespace llvm;
using namespace onnc;

Compiler::Compiler(Context &context, const TargetRegistry &targets)
    : context(context), targets(targets) {
  cantFail(registerTransformsPasses(passes));
  cantFail(registerTileTransformsPasses(passes));
  cantFail(registerTensorMemoryPasses(passes));
  passes.addValidator({"tiles", std::nullopt, verifyTiles});
}

LogicalResult Compiler::setQuadruple(StringRef text) {
  assert(!target && "the quadruple is chosen already");
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  if (text.contains(','))
    return diagnostics.error(DiagID::TargetQuadruple)
           << "platforms of several units ('" << text
           << "') aren't supported: partitioning knows one unit";
  Expected<Quadruple> parsed = targets.parse(text);
  if (!parsed)
    return reportError(diagnostics, DiagID::TargetQuadruple,
                       parsed.takeError());
  quadruple = *parsed;
  auto created = targets.lookup(quadruple).create(quadruple);
  if (!created)
    return reportError(diagnostics, DiagID::TargetQuadruple,
                       created.takeError());
  target = std::move(*created);
  for (const std::string &flaw : target->getMachine().validate())
    diagnostics.error(DiagID::TargetUnknown)
        << "the machine description of '" << quadruple.processor
        << "' contradicts itself: " << flaw;
  if (!target->getMachine().validate().empty())
    return failure();
  target->registerOps(context);
  target->registerPasses(passes);
  return success();
}

std::optional<Pipeline> Compiler::getPipeline(const PassOptions &options,
                                              OptLevel level) {
  std::string text =
      options.getPipelineText(target ? target->getPipeline(level) : "");
  return Pipeline::parse(text, passes, context.getDiagnostics(),
                         options.passes ? "--passes" : "default pipeline");
}

LogicalResult Compiler::compile(Module &module, const Pipeline &pipeline,
                                const PassOptions &options) {
  if (target)
    module.setAttr("quadruple", StringAttr::get(quadruple.str()));
  return runPipeline(pipeline, module, passes, options);
}

LogicalResult Compiler::checkEmission(const Module &module) {
  assert(target && "no quadruple");
  for (Property needed : {Property::Selected, Property::Allocated})
    if (!module.has(needed))
      return context.getDiagnostics().error(DiagID::EmitFailed)
             << "the module isn't '" << getName(needed)
             << "' after this pipeline; --emit=ir writes it as it is";
  return success();
}

LogicalResult Compiler::emit(const Module &module, StringRef kind,
                             raw_pwrite_stream &os) {
  if (failed(checkEmission(module)))
    return failure();
  return reportError(context.getDiagnostics(), DiagID::EmitFailed,
                     target->emit(module, kind, os));
}

LogicalResult Compiler::emitDirectory(const Module &module, StringRef kind,
                                      StringRef path) {
  if (failed(checkEmission(module)))
    return failure();
  return reportError(context.getDiagnostics(), DiagID::EmitFailed,
                     target->emitDirectory(module, kind, path));
}
