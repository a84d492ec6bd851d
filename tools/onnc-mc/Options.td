//===- Options.td - Command line of onnc-mc ----------------*- tablegen -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"

def help : Flag<["--"], "help">, HelpText<"Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : Flag<["--"], "version">, HelpText<"Show the version">;
def o : Separate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Write to <file> instead of standard output">;
def disassemble : Flag<["--"], "disassemble">,
  HelpText<"Take the input for a code object, whatever it begins with">;
def : Flag<["-"], "d">, Alias<disassemble>;
def filetype_EQ : Joined<["--"], "filetype=">, MetaVarName<"asm|obj">,
  HelpText<"Write assembly (the default) or a code object">;
def show_encoding : Flag<["--"], "show-encoding">,
  HelpText<"Print each instruction's word behind it">;
def run : Flag<["--"], "run">,
  HelpText<"Simulate the program, inputs being zero, and print the report">;
def outputs : Flag<["--"], "outputs">,
  HelpText<"With --run: print the output tensors">;
def machine_EQ : Joined<["--"], "machine=">, MetaVarName<"<name>">,
  HelpText<"With --run: simulate this machine instead of the object's">;
def reference_timing : Flag<["--"], "reference-timing">,
  HelpText<"With --run: also time cycle by cycle, and compare">;
def trace_EQ : Joined<["--"], "trace=">, MetaVarName<"<file>">,
  HelpText<"With --run: write a timeline for Perfetto or chrome://tracing">;
def csv_EQ : Joined<["--"], "csv=">, MetaVarName<"<file>">,
  HelpText<"With --run: write the report by launch and operator as CSV">;
