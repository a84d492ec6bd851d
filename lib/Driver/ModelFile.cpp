//===- ModelFile.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/ModelFile.h"
#include "onnc/IR/AsmParser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

/// Text states its shapes: --shape is for ONNX models.
static LogicalResult checkShapes(Context &context, StringRef path,
                                 const ImportOptions &options) {
  if (options.shapes.empty())
    return success();
  DiagLocation loc;
  loc.file = path.str();
  return context.getDiagnostics().error(DiagID::CommandLine, loc)
         << "--shape fixes inputs of ONNX models; in a module's text, write "
            "the shapes";
}

std::unique_ptr<Module> onnc::loadModel(Context &context, StringRef path,
                                        const ImportOptions &options) {
  if (path != "-") {
    // Only the beginning: the importer maps the file itself.
    auto head = MemoryBuffer::getFileSlice(path, 64, 0);
    if (head && looksLikeOnnx((*head)->getBuffer()))
      return importModel(context, path, options);
    if (!head) {
      // Shorter than the slice, or not a file: let the reader say what.
      auto whole = MemoryBuffer::getFile(path, /*IsText=*/false,
                                         /*RequiresNullTerminator=*/false);
      if (!whole || looksLikeOnnx((*whole)->getBuffer()))
        return importModel(context, path, options);
    }
    if (failed(checkShapes(context, path, options)))
      return nullptr;
    return parseModuleFile(context, path);
  }
  auto buffer = MemoryBuffer::getSTDIN();
  if (!buffer) {
    context.getDiagnostics().error(DiagID::InputOutput)
        << "standard input can't be read: " << buffer.getError().message();
    return nullptr;
  }
  if (looksLikeOnnx((*buffer)->getBuffer()))
    return importModel(context, BlobRef(new Blob(std::move(*buffer))),
                       "<stdin>", options);
  if (failed(checkShapes(context, path, options)))
    return nullptr;
  return parseModule(context, (*buffer)->getBuffer(), "<stdin>");
}

std::unique_ptr<Module> onnc::readModel(Context &context, StringRef bytes,
                                        StringRef path, unsigned firstLine) {
  StringRef name = path == "-" ? "<stdin>" : path;
  if (looksLikeOnnx(bytes))
    return importModel(context,
                       BlobRef(new Blob(std::vector<char>(bytes.begin(),
                                                          bytes.end()))),
                       name);
  StringRef directory = sys::path::parent_path(path);
  // Empty lines in front let diagnostics count as the file does.
  std::string text = std::string(firstLine - 1, '\n') + bytes.str();
  return parseModule(context, text, name, directory.empty() ? "." : directory);
}
