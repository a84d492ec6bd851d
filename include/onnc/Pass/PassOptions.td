//===- PassOptions.td - Command-line options about passes -----------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The options that every tool which runs passes offers. The tool's Options.td
/// includes llvm/Option/OptParser.td and this file; PassOptions::parse reads
/// the arguments.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSOPTIONS_TD
#define ONNC_PASS_PASSOPTIONS_TD

def grp_passes : OptionGroup<"passes">, HelpText<"PASSES">;

class PassFlag<string name, string help>
    : Flag<["--", "-"], name>, HelpText<help>, Group<grp_passes>;
class PassValue<string name, string meta, string help>
    : Joined<["--", "-"], name>, MetaVarName<meta>, HelpText<help>,
      Group<grp_passes>;

def passes_EQ : PassValue<"passes=", "<pipeline>",
    "The passes to run: 'a,b{option=value},fixpoint(c,d)'">;
def expand_functions : PassFlag<"expand-functions",
    "Replace operators that ONNX defines by others before anything else runs">;
def list_passes : PassFlag<"list-passes", "List all passes and exit">;
def list_knobs : PassFlag<"list-knobs",
    "List all knobs with their domains and exit">;
def print_pipeline : PassFlag<"print-pipeline",
    "Print the pipeline as text, check it and exit">;
def knob_EQ : PassValue<"knob=", "<pass.knob=value>", "Set a knob">;
def load_pass_plugin_EQ : PassValue<"load-pass-plugin=", "<library>",
    "Register the passes of a shared library">;
def max_retries_EQ : PassValue<"max-retries=", "<n>",
    "Grant at most <n> retries (32)">;

def verify_each : PassFlag<"verify-each",
    "Verify the module after each pass">;
def verify_analyses : PassFlag<"verify-analyses",
    "Check that passes preserve what they claim to preserve">;

def time_passes : PassFlag<"time-passes", "Print the time that passes took">;
def time_passes_EQ : PassValue<"time-passes=", "text|json",
    "Print the time that passes took in this format">;
def stats : PassFlag<"stats", "Print what passes counted">;
def stats_EQ : PassValue<"stats=", "text|json",
    "Print what passes counted in this format">;

def print_before_EQ : PassValue<"print-before=", "<pass,…|all>",
    "Print the module before passes">;
def print_after_EQ : PassValue<"print-after=", "<pass,…|all>",
    "Print the module after passes">;
def print_changed : PassFlag<"print-changed",
    "Print the module after each pass that changed it">;

def stop_after_EQ : PassValue<"stop-after=", "<pass>",
    "End the pipeline after the first run of a pass">;
def bisect_limit_EQ : PassValue<"bisect-limit=", "<n>",
    "Skip what isn't needed after <n> runs of passes; -1 only logs">;

def crash_reproducer_EQ : PassValue<"crash-reproducer=", "<file>",
    "Write what reproduces a failure or a crash to <file>">;
def no_crash_reproducer : PassFlag<"no-crash-reproducer",
    "Write nothing after a crash">;

#endif // ONNC_PASS_PASSOPTIONS_TD
