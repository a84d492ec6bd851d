//===- main.cpp - onnc's TableGen program ---------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Backends.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/TableGen/Main.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"

using namespace llvm;

std::string onnc::tblgen::toCamelCase(StringRef name) {
  std::string out;
  bool up = true;
  for (char c : name) {
    if (c == '_' || c == '-' || c == '.') {
      up = true;
      continue;
    }
    out += up ? toUpper(c) : c;
    up = false;
  }
  return out;
}

std::string onnc::tblgen::quoted(StringRef text) {
  std::string out;
  raw_string_ostream os(out);
  os << '"';
  os.write_escaped(text);
  os << '"';
  return out;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv);
  return TableGenMain(argv[0]);
}
