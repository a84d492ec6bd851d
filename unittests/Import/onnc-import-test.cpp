//===- onnc-import-test.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Drives the importer and exporter for lit: prints the IR of an ONNX model.
///
///   onnc-import-test [--text] [--save=out.onnx] [--shape=name=1x3]
///                    [--export=out.onnx] [--external] [--round-trip]
///                    [--quiet] [--plain-parse] [--memory]
///                    model...
///
/// With --text the file is in ONNX's own text syntax, which libonnx parses;
/// --save writes that as a binary model.
/// With --plain-parse protobuf alone parses the file, and with --memory the
/// process prints its anonymous memory in kB (bench/import.py uses both). With
/// --round-trip the module is exported, imported again, and must print the
/// same. Several models share a process; the exit status counts failures.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Import/ONNX/Import.h"
#include "llvm/Support/MemoryBuffer.h"
#include <onnx/defs/parser.h>

using namespace llvm;
using namespace onnc;

namespace {
struct Options {
  bool text = false, plainParse = false, memory = false, external = false,
       roundTrip = false, quiet = false;
  StringRef exportPath, savePath;
  ImportOptions import;
};
} // namespace

static std::unique_ptr<Module> importText(Context &context, StringRef path,
                                          const Options &options) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return nullptr;
  onnx::ModelProto model;
  auto status = onnx::OnnxParser::Parse(model, (*buffer)->getBufferStart());
  if (!status.IsOK()) {
    errs() << path << ": " << status.ErrorMessage() << '\n';
    return nullptr;
  }
  std::string bytes = model.SerializeAsString();
  if (!options.savePath.empty())
    cantFail(writeToOutput(options.savePath, [&](raw_ostream &os) {
      os << bytes;
      return Error::success();
    }));
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  return importModel(context, blob, path, options.import);
}

/// What the process holds besides mapped files.
static void printMemory() {
  auto status = MemoryBuffer::getFileAsStream("/proc/self/status");
  if (status)
    outs() << (*status)
                  ->getBuffer()
                  .split("RssAnon:")
                  .second.ltrim()
                  .split(' ')
                  .first
           << '\n';
}

static int plainParse(StringRef path, bool memory) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  onnx::ModelProto model;
  if (!buffer || !model.ParseFromArray((*buffer)->getBufferStart(),
                                       (*buffer)->getBufferSize()))
    return 1;
  if (memory)
    printMemory();
  return 0;
}

static std::string print(const Module &module) {
  std::string out;
  raw_string_ostream os(out);
  module.print(os);
  return out;
}

static int run(StringRef path, const Options &options) {
  if (options.plainParse)
    return plainParse(path, options.memory);
  Context context;
  std::unique_ptr<Module> module =
      options.text                ? importText(context, path, options)
      : path.ends_with(".onncir") ? parseModuleFile(context, path)
                                  : importModel(context, path, options.import);
  if (!module)
    return 1;
  if (!options.exportPath.empty()) {
    ExportOptions exportOptions;
    if (options.external)
      exportOptions.externalThreshold = 64;
    if (failed(exportModel(*module, options.exportPath, exportOptions)))
      return 1;
  }
  if (options.roundTrip) {
    auto bytes = exportModelToBytes(*module);
    if (!bytes)
      return 1;
    BlobRef blob(new Blob(std::vector<char>(bytes->begin(), bytes->end())));
    auto again = importModel(context, blob, path);
    if (!again)
      return 1;
    if (print(*again) != print(*module)) {
      errs() << path << ": differs after a round trip\n" << print(*again);
      return 1;
    }
  }
  if (options.memory)
    printMemory();
  if (!options.quiet)
    module->print(outs());
  return 0;
}

int main(int argc, char **argv) {
  Options options;
  int failures = 0;
  for (StringRef arg : ArrayRef<char *>(argv + 1, argc - 1)) {
    if (arg == "--text")
      options.text = true;
    else if (arg == "--plain-parse")
      options.plainParse = true;
    else if (arg == "--memory")
      options.memory = true;
    else if (arg == "--external")
      options.external = true;
    else if (arg == "--round-trip")
      options.roundTrip = true;
    else if (arg == "--quiet")
      options.quiet = true;
    else if (arg.consume_front("--save="))
      options.savePath = arg;
    else if (arg.consume_front("--export="))
      options.exportPath = arg;
    else if (arg.consume_front("--shape=")) {
      if (Error e = parseShapeOption(arg, options.import)) {
        errs() << toString(std::move(e)) << '\n';
        return 1;
      }
    } else
      failures += run(arg, options);
  }
  return std::min(failures, 125);
}
