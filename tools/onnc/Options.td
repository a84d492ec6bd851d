//===- Options.td - Options of onnc ---------------------------------------===//
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
    HelpText<"Where and how the model shall run; 'mlu100' is enough">;
def list_targets : F<"list-targets", "List processors and tools and exit">;
def list_operators : F<"list-operators",
    "List the operators that each target (or that of -mquadruple=) runs, in "
    "which element types, and exit">;
def list_operators_EQ : Joined<["--", "-"], "list-operators=">,
    MetaVarName<"text|markdown|json">,
    HelpText<"The same in this format">;
def load_EQ : Joined<["--", "-"], "load=">, MetaVarName<"<library>">,
    HelpText<"Load a target from a shared library">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
    HelpText<"Where the result goes; by default the model's name with the "
             "extension of its kind">;
def emit_EQ : Joined<["--", "-"], "emit=">, MetaVarName<"<kind>">,
    HelpText<"What to write: ir, onnx, schedule, report, report-json, or one of "
             "the target's kinds (obj, asm)">;
def measured_EQ : Joined<["--", "-"], "measured=">, MetaVarName<"<trace.json>">,
    HelpText<"Show in the report what the program's launches took, from a "
             "timeline that onnc-run --trace wrote">;
def schedule_EQ : Joined<["--", "-"], "schedule=">, MetaVarName<"<file.json>">,
    HelpText<"Fusion blocks, their cores and tiles, as --emit=schedule writes "
             "them">;
def O_LEVEL : Joined<["-"], "O">, MetaVarName<"<0-3>">,
    HelpText<"How much to optimize; 2 by default">;
def shape_EQ : Joined<["--", "-"], "shape=">, MetaVarName<"<input=1x3x8x8>">,
    HelpText<"Fix the shape of an input">;
