//===- import-fuzzer.cpp - Hostile models ---------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The importer on arbitrary bytes: a module that verifies, or a message. What
/// imports must export, and import again.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Import/ONNX/Import.h"
#include "llvm/Support/ErrorHandling.h"

using namespace onnc;

static std::unique_ptr<Module> import(Context &context, llvm::StringRef bytes) {
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  // A name in a directory that isn't there: external data is never found.
  return importModel(context, blob, "/nonexistent/fuzz.onnx");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Context context;
  unsigned numErrors = 0;
  context.getDiagnostics().setHandler([&](const Diagnostic &diag) {
    numErrors += diag.severity == Severity::Error;
  });
  auto module = import(
      context, llvm::StringRef(reinterpret_cast<const char *>(data), size));
  if (!module) {
    if (numErrors == 0)
      llvm::report_fatal_error("an import failed without a message");
    return 0;
  }
  auto bytes = exportModelToBytes(*module);
  if (!bytes || !import(context, *bytes))
    llvm::report_fatal_error("a module doesn't survive export and import");
  return 0;
}
