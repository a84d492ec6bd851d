//===- Options.td - The command line of onnc-conformance ------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"

class F<string name, string help>
    : Flag<["--", "-"], name>, HelpText<help>;

def help : F<"help", "Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : F<"version", "Show the version">;
def target_EQ : Joined<["--", "-"], "target=">,
    MetaVarName<"<interp|quadruple>">,
    HelpText<"Compile for this target and run that; interp, the default, "
             "interprets">;
def jobs_EQ : Joined<["--", "-"], "jobs=">, MetaVarName<"<n>">,
    HelpText<"Run this many tests at a time, by default one on each processor">;
def : Joined<["-"], "j">, Alias<jobs_EQ>, MetaVarName<"<n>">;
def filter_EQ : Joined<["--", "-"], "filter=">, MetaVarName<"<regex>">,
    HelpText<"Run only tests whose names match">;
def time_limit_EQ : Joined<["--", "-"], "time-limit=">,
    MetaVarName<"<seconds>">,
    HelpText<"How long one test may take; 120 by default">;
def board_EQ : Joined<["--", "-"], "board=">, MetaVarName<"<board>">,
    HelpText<"The board for the programs of a target that runs on one">;
def in_process : F<"in-process",
    "Run the tests here, one by one, as a debugger wants it">;
def expand_functions : F<"expand-functions",
    "Replace operators that ONNX defines by others before anything runs">;
def quiet : F<"quiet", "Leave the summaries of operators and of reasons out">;
def verbose : F<"verbose", "Show also what passes and what is skipped">;
def naive : F<"naive", "Run the plain kernels in place of the blocked ones">;
