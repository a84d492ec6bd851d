//===- LoadModule.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoadModule.h"
#include "onnc/IR/AsmParser.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

std::unique_ptr<Module> onnc::loadModule(Context &context, StringRef text,
                                         StringRef path, unsigned firstLine) {
  StringRef directory = sys::path::parent_path(path);
  // Empty lines in front let diagnostics count as the file does.
  std::string padded = std::string(firstLine - 1, '\n') + text.str();
  return parseModule(context, padded, path == "-" ? "<stdin>" : path,
                     directory.empty() ? "." : directory);
}
