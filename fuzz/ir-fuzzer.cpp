//===- ir-fuzzer.cpp - Hostile text ---------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The IR's parser on arbitrary text: a message, or a module that verifies,
/// whose print parses back and prints the same again. Texts may hold several
/// modules, separated as onnc-opt --split-input-file does.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace onnc;

/// No file can be there: side files of constants are never found.
static std::unique_ptr<Module> parse(Context &context, StringRef text) {
  return parseModule(context, text, "fuzz.onncir", "/nonexistent");
}

static std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  printModule(module, os);
  return text;
}

static void checkModule(StringRef text) {
  Context context;
  std::string errors;
  context.getDiagnostics().setHandler([&](const Diagnostic &diag) {
    if (diag.severity == Severity::Error)
      errors += diag.message + "\n";
  });
  auto module = parse(context, text);
  if (!module) {
    if (errors.empty())
      report_fatal_error("a text was refused without a message");
    return;
  }
  if (failed(verify(*module)))
    report_fatal_error("a parsed module doesn't verify: " + Twine(errors));
  std::string printed = print(*module);
  auto again = parse(context, printed);
  if (!again)
    report_fatal_error("a print doesn't parse: " + Twine(errors) + printed);
  if (std::string twice = print(*again); twice != printed)
    report_fatal_error("prints differ:\n" + Twine(printed) + twice);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SmallVector<StringRef> modules;
  StringRef(reinterpret_cast<const char *>(data), size)
      .split(modules, "// -----");
  for (StringRef text : modules)
    checkModule(text);
  return 0;
}
