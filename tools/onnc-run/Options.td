//===- Options.td - Options of onnc-run -----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
include "llvm/Option/OptParser.td"

class F<string name, string help>
    : Flag<["--", "-"], name>, HelpText<help>;
class V<string name, string meta, string help>
    : Joined<["--", "-"], name>, MetaVarName<meta>, HelpText<help>;

def help : F<"help", "Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : F<"version", "Show the version">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<[name=]file>">,
    HelpText<"Where an output goes (.npy, .pb); without any, outputs are "
             "printed">;
def each : F<"each", "The leading axis of every input counts runs; outputs "
                     "are stacked">;

def mquadruple_EQ : V<"mquadruple=", "<quadruple>",
    "Compile the model for a target and run that, rather than interpret it">;
def : V<"target=", "<quadruple>", "The same">, Alias<mquadruple_EQ>;
def load_EQ : V<"load=", "<library>", "Load a target from a shared library">;
def O_LEVEL : Joined<["-"], "O">, MetaVarName<"<0-3>">,
    HelpText<"How much to optimize; 2 by default">;
def shape_EQ : V<"shape=", "<input=1x3x8x8>", "Fix the shape of an input">;

def board_EQ : V<"board=", "<board>",
    "Which board a program for a microcontroller runs on (emulated); by "
    "default its processor's">;
def time_limit_EQ : V<"time-limit=", "<seconds>",
    "How long all runs on a board may take; 600 by default">;

def use_plan : F<"use-plan",
    "Interpret an allocated tile program in the memories of its plan, where "
    "what the plan lets share bytes overwrites each other">;

def threads_EQ : V<"threads=", "<n>",
    "Threads that a native program works on; 1 by default">;
def time : F<"time", "Print how long a run takes, without reading inputs and "
                     "loading: the median of --repeat=">;
def repeat_EQ : V<"repeat=", "<n>",
    "Runs to take the time of, after a first one; 1 by default">;

def compare_EQ : V<"compare=", "interp",
    "Compare the outputs with the interpreter's, and find the first value "
    "that differs">;
def reference_EQ : V<"reference=", "<model>",
    "The model of a compiled program, for --compare">;
def atol_EQ : V<"atol=", "<x>", "Absolute difference that passes">;
def rtol_EQ : V<"rtol=", "<x>", "Difference relative to the expected value">;

def report : F<"report", "Print what the run cost on the machine">;
def by_operator : F<"by-operator",
    "Print what the run cost, in sum and by operator">;
def trace_EQ : V<"trace=", "<file.json>",
    "Write the run's timeline for Perfetto or chrome://tracing">;
