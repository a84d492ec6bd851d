//===- compile-fuzzer.cpp - Hostile modules through a whole pipeline ------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Every module that verifies goes through a target's default pipeline: to code
/// that the target's own loader accepts, or to a message. The passes verify
/// what they leave.
///
//===----------------------------------------------------------------------===//

#include "onnc/Driver/Compiler.h"
#include "onnc/IR/AsmParser.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace onnc;

static void compile(Context &context, const TargetRegistry &targets,
                    Module &module) {
  Compiler compiler(context, targets);
  if (failed(compiler.setQuadruple("mlu100")))
    report_fatal_error("no target");
  PassOptions options;
  options.verifyEach = true;
  options.noCrashReproducer = true;
  auto pipeline = compiler.getPipeline(options, OptLevel::O2);
  SmallString<0> bytes;
  raw_svector_ostream os(bytes);
  if (!pipeline || failed(compiler.compile(module, *pipeline, options)) ||
      failed(compiler.emit(module, "obj", os)))
    return;
  const TargetInfo &info = targets.lookup(compiler.getQuadruple());
  auto program = info.load(MemoryBuffer::getMemBufferCopy(bytes, "fuzz"), {});
  if (!program)
    report_fatal_error(program.takeError());
}

static void checkModule(StringRef text) {
  Context context;
  TargetRegistry targets;
  registerAllTargets(targets);
  unsigned numErrors = 0;
  context.getDiagnostics().setHandler([&](const Diagnostic &diag) {
    numErrors += diag.severity == Severity::Error;
  });
  auto module = parseModule(context, text, "fuzz.onncir", "/nonexistent");
  if (module && module->getMain())
    compile(context, targets, *module);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SmallVector<StringRef> modules;
  StringRef(reinterpret_cast<const char *>(data), size)
      .split(modules, "// -----");
  for (StringRef text : modules)
    checkModule(text);
  return 0;
}
