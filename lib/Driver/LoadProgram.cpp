//===- LoadProgram.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/LoadProgram.h"
#include "OutputDirectory.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/ADT/SmallString.h"

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

std::unique_ptr<Program> onnc::loadProgram(Compiler &compiler,
                                           const Module &module,
                                           const TargetRegistry &targets,
                                           const LoadOptions &options) {
  Context &context = module.getContext();
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
  auto program = info.load(std::move(buffer), options);
  if (!program) {
    (void)reportError(context.getDiagnostics(), DiagID::EmitFailed,
                      program.takeError());
    return nullptr;
  }
  return std::move(*program);
}
