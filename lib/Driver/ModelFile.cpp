//===- ModelFile.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/ModelFile.h"
#include "onnc/IR/AsmParser.h"
#include "llvm/Support/FileSystem.h"
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

/// Standard input or a pipe: can be read only once, so all at once.
static std::unique_ptr<Module> loadStream(Context &context, StringRef path,
                                          const ImportOptions &options) {
  auto buffer = MemoryBuffer::getFileOrSTDIN(path);
  StringRef name = path == "-" ? "<stdin>" : path;
  if (!buffer) {
    DiagLocation loc;
    loc.file = name.str();
    context.getDiagnostics().error(DiagID::InputOutput, loc)
        << "can't be read: " << buffer.getError().message();
    return nullptr;
  }
  if (looksLikeOnnx((*buffer)->getBuffer()))
    return importModel(context, BlobRef(new Blob(std::move(*buffer))), name,
                       options);
  if (failed(checkShapes(context, name, options)))
    return nullptr;
  return parseModule(context, (*buffer)->getBuffer(), name);
}

std::unique_ptr<Module> onnc::loadModel(Context &context, StringRef path,
                                        const ImportOptions &options) {
  sys::fs::file_type type = sys::fs::get_file_type(path);
  if (path == "-" || type == sys::fs::file_type::fifo_file)
    return loadStream(context, path, options);
  // The importer maps the file itself, and says what is wrong with others.
  if (type != sys::fs::file_type::regular_file)
    return importModel(context, path, options);
  // Only the beginning, unless the file is shorter.
  auto head = MemoryBuffer::getFileSlice(path, 64, 0);
  if (!head)
    head = MemoryBuffer::getFile(path, /*IsText=*/false,
                                 /*RequiresNullTerminator=*/false);
  if (!head || looksLikeOnnx((*head)->getBuffer()))
    return importModel(context, path, options);
  if (failed(checkShapes(context, path, options)))
    return nullptr;
  return parseModuleFile(context, path);
}

std::unique_ptr<Module> onnc::readModel(Context &context, StringRef bytes,
                                        StringRef path, unsigned firstLine) {
  StringRef name = path == "-" ? "<stdin>" : path;
  if (looksLikeOnnx(bytes))
    return importModel(
        context,
        BlobRef(new Blob(std::vector<char>(bytes.begin(), bytes.end()))), name);
  StringRef directory = sys::path::parent_path(path);
  // Empty lines in front let diagnostics count as the file does.
  std::string text = std::string(firstLine - 1, '\n') + bytes.str();
  return parseModule(context, text, name, directory.empty() ? "." : directory);
}
