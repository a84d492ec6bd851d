//===- Opt.cpp ------------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Opt.h"
#include "ExpectedDiagnostics.h"
#include "onnc/Driver/ModelFile.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Indexing.h"
#include "onnc/Pass/Reproducer.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace onnc;

namespace {

/// A part of the input.
struct Chunk {
  StringRef text;
  unsigned firstLine;
};

class Runner {
public:
  Runner(Context &context, const PassRegistry &registry, OptConfig config)
      : context(context), diagnostics(context.getDiagnostics()),
        registry(registry), config(std::move(config)) {}

  LogicalResult run();

private:
  LogicalResult processInput();
  LogicalResult applyReproducer(StringRef text);
  LogicalResult parsePipeline();
  LogicalResult process(const Chunk &chunk);
  LogicalResult processExpecting(const Chunk &chunk);
  LogicalResult verifyRoundtrip(const Module &module);
  LogicalResult writeOutput();

  Context &context;
  DiagnosticEngine &diagnostics;
  const PassRegistry &registry;
  OptConfig config;
  Pipeline pipeline;
  std::vector<std::unique_ptr<Module>> results;
  std::string indexingText;
};

} // namespace

static std::vector<Chunk> splitChunks(StringRef text, bool split) {
  if (!split)
    return {{text, 1}};
  std::vector<Chunk> chunks;
  unsigned line = 1;
  constexpr StringLiteral separator = "\n// -----";
  while (true) {
    size_t end = text.find(separator);
    // The separator's line goes to the next part, where it is a comment.
    StringRef part = end == StringRef::npos ? text : text.take_front(end + 1);
    chunks.push_back({part, line});
    if (end == StringRef::npos)
      return chunks;
    line += part.count('\n');
    text = text.drop_front(part.size());
  }
}

LogicalResult Runner::applyReproducer(StringRef text) {
  auto reproducer = Reproducer::parse(text);
  if (!reproducer) {
    DiagLocation loc;
    loc.file = *config.input;
    return diagnostics.error(DiagID::CommandLine, loc)
           << "is no reproducer: its first line is not '// onnc-reproducer 1'";
  }
  config.passes.passes = reproducer->passes;
  append_range(config.passes.knobs, reproducer->knobs);
  config.passes.verifyEach |= reproducer->verifyEach;
  config.passes.verifyAnalyses |= reproducer->verifyAnalyses;
  return success();
}

static std::string printToString(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  printModule(module, os);
  return text;
}

LogicalResult Runner::verifyRoundtrip(const Module &module) {
  std::string once = printToString(module);
  std::unique_ptr<Module> again = readModel(context, once, "<printed module>");
  if (!again)
    return diagnostics.error(DiagID::ParseSyntax)
           << "the module, printed, does not parse";
  std::string twice = printToString(*again);
  if (once == twice)
    return success();
  auto [a, b] =
      std::mismatch(once.begin(), once.end(), twice.begin(), twice.end());
  size_t line = std::count(once.begin(), a, '\n') + 1;
  return diagnostics.error(DiagID::ParseSyntax)
         << "the module, printed and parsed, prints differently from line "
         << std::to_string(line) << " on";
}

/// The indexing of all operations that aren't constants.
static void printIndexing(Module &module, raw_ostream &os) {
  module.walk([&](Operation *op) {
    if (op->hasTrait(OpTrait::ConstantLike) ||
        op->hasTrait(OpTrait::Terminator))
      return;
    if (auto indexing = getIndexing(op))
      indexing->print(os, *op);
    else
      os << op->getName() << ": can't be cut\n";
  });
}

LogicalResult Runner::process(const Chunk &chunk) {
  std::unique_ptr<Module> module =
      readModel(context, chunk.text, *config.input, chunk.firstLine);
  if (!module)
    return failure();
  if (config.verifyRoundtrip && failed(verifyRoundtrip(*module)))
    return failure();
  if (config.passes.printPipeline)
    return pipeline.check(module->getProperties(), registry, diagnostics);
  if (failed(runPipeline(pipeline, *module, registry, config.passes)))
    return failure();
  if (config.verifyRoundtrip && failed(verifyRoundtrip(*module)))
    return failure();
  if (config.printIndexing) {
    const unsigned numErrors = diagnostics.getNumErrors();
    raw_string_ostream os(indexingText);
    printIndexing(*module, os);
    if (diagnostics.getNumErrors() != numErrors)
      return failure();
  }
  results.push_back(std::move(module));
  return success();
}

/// Succeeds where the diagnostics are those that the part's comments name.
LogicalResult Runner::processExpecting(const Chunk &chunk) {
  ExpectedDiagnostics expected(chunk.text, chunk.firstLine);
  auto previous = diagnostics.exchangeHandler(
      [&](const Diagnostic &diag) { expected.add(diag); });
  (void)process(chunk);
  diagnostics.setHandler(previous);
  return expected.finish(*config.input, errs());
}

LogicalResult Runner::writeOutput() {
  auto write = [&]() -> Error {
    if (config.printIndexing)
      return writeOutputFile(config.output, [&](raw_ostream &os) {
        os << indexingText;
        return Error::success();
      });
    if (results.size() == 1)
      return writeModuleFile(*results[0], config.output);
    return writeOutputFile(config.output, [&](raw_ostream &os) {
      interleave(
          results, os, [&](auto &module) { printModule(*module, os); },
          "\n// -----\n\n");
      return Error::success();
    });
  };
  return reportError(diagnostics, DiagID::InputOutput, write());
}

LogicalResult Runner::parsePipeline() {
  auto parsed = Pipeline::parse(config.passes.getPipelineText(""), registry,
                                diagnostics, "--passes");
  if (!parsed)
    return failure();
  pipeline = std::move(*parsed);
  return success();
}

LogicalResult Runner::processInput() {
  auto buffer = MemoryBuffer::getFileOrSTDIN(*config.input, /*IsText=*/false);
  if (!buffer) {
    DiagLocation loc;
    loc.file = *config.input;
    return diagnostics.error(DiagID::InputOutput, loc)
           << "can't be read: " << buffer.getError().message();
  }
  StringRef text = (*buffer)->getBuffer();
  if (config.runReproducer && failed(applyReproducer(text)))
    return failure();
  if (failed(parsePipeline()))
    return failure();
  bool ok = true;
  for (const Chunk &chunk : splitChunks(text, config.splitInput))
    ok &= succeeded(config.verifyDiagnostics ? processExpecting(chunk)
                                             : process(chunk));
  return success(ok);
}

LogicalResult Runner::run() {
  if (failed(config.input ? processInput() : parsePipeline()))
    return failure();
  if (config.passes.printPipeline) {
    outs() << pipeline.str() << '\n';
    return success();
  }
  return config.verifyDiagnostics ? success() : writeOutput();
}

LogicalResult onnc::runOpt(Context &context, const PassRegistry &registry,
                           OptConfig config) {
  return Runner(context, registry, std::move(config)).run();
}
