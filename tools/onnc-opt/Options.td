//===- Options.td - The command line of onnc-opt --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"
include "onnc/Pass/PassOptions.td"

class F<string name, string help>
    : Flag<["--", "-"], name>, HelpText<help>;

def help : F<"help", "Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : F<"version", "Show the version">;

def mquadruple_EQ : Joined<["-", "--"], "mquadruple=">,
    MetaVarName<"<processor-vendor-system-tool>">,
    HelpText<"Know the operators and passes of a target">;
def load_EQ : Joined<["--", "-"], "load=">, MetaVarName<"<library>">,
    HelpText<"Load a target from a shared library">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
    HelpText<"Where the result goes; standard output by default">;
def print_indexing : F<"print-indexing",
    "Print which elements each operation reads, not the module">;
def run_reproducer : F<"run-reproducer",
    "Run what the input, a reproducer, says failed">;

def split_input : F<"split-input",
    "Treat the parts of the input between lines '// -----' one by one">;
def verify_diagnostics : F<"verify-diagnostics",
    "Expect the diagnostics that '// expected-error@+1 {{text}}' comments name">;
def verify_roundtrip : F<"verify-roundtrip",
    "Check that the module, printed and parsed, prints the same">;
