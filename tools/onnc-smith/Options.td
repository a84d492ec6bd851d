//===- Options.td - Options of onnc-smith ---------------------------------===//
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

def seed_EQ : V<"seed=", "<n>", "The first model's seed; 0 by default">;
def count_EQ : V<"count=", "<n>",
    "How many models, with consecutive seeds; 1 by default">;
def size_EQ : V<"size=", "<n>", "Operators in a model; 8 by default">;
def ops_EQ : V<"ops=", "<maker,...>",
    "What to choose operators from (--list-ops shows it); all by default">;
def list_ops : F<"list-ops", "Show what --ops may name">;
def supported : F<"supported",
    "Choose only operators that all targets run">;
def opset_EQ : V<"opset=", "<n>",
    "Choose only what this operator set of ai.onnx has a form of; from 5 on">;
def types_EQ : V<"types=", "<type,...>",
    "Element types of inputs and casts; f32 by default">;
def max_elements_EQ : V<"max-elements=", "<n>",
    "The most elements a value may have; 2048 by default">;

def check_EQ : V<"check=", "<check,...>",
    "Of types, text, onnx, opsets, kernels, optimize, tiles, plan, run; all by default">;
def target_EQ : V<"target=", "<quadruple,...>",
    "The targets of tiles, plan and run; none by default">;
def O_LEVEL : Joined<["-"], "O">, MetaVarName<"<0-3>">,
    HelpText<"How much targets optimize; 2 by default">;
def load_EQ : V<"load=", "<library>", "Load a target from a shared library">;
def time_limit_EQ : V<"time-limit=", "<seconds>",
    "How long one model may take; 60 by default">;
def keep_EQ : V<"keep=", "<directory>",
    "Where models with findings are kept, as text">;
def verbose : F<"verbose", "Also print what is refused, and why">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<directory>">,
    HelpText<"Write models (.onnx), inputs and the interpreter's outputs (.npy) "
             "there, and check nothing">;

// How the tool calls itself, for one model.
def in_process : Flag<["--"], "in-process">;
