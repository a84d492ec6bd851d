//===- Passes.td - Passes that exercise the framework ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "onnc/Pass/PassBase.td"

def Test : PassGroup<"Tests of the framework"> {
  let cppNamespace = "onnctest";
}
/// Stands for a target whose mandatory passes don't concern others.
def TestTarget : PassGroup<"Tests: a target"> {
  let cppNamespace = "onnctest";
  let targetSpecific = 1;
}

def OpCount : Analysis<"onnctest::OpCount">;
def OpCountDoubled : Analysis<"onnctest::OpCountDoubled">;

class TestPass<string name, string text> : Pass<name, Test> {
  let summary = text;
}

// Options ------------------------------------------------------------------

def PrintOptions : TestPass<"test-print-options", "Prints its options"> {
  let options = [
    BoolOption<"flag", 0, "a bool">,
    IntOption<"number", 3, "an integer">,
    DoubleOption<"real", "0.5", "a number">,
    StringOption<"text", "none", "a string">,
    EnumOption<"mode", ["fast", "small-code"], "fast", "one of two">,
    IntListOption<"sizes", "integers">,
    DoubleListOption<"scales", "numbers">,
    StringListOption<"names", "strings">
  ];
}

// Order and properties -------------------------------------------------------

def SetImported : TestPass<"test-set-imported", "Sets imported"> {
  let sets = [Imported];
}
def Select : TestPass<"test-select", "Needs imported, sets selected"> {
  let requires = [Imported];
  let sets = [Selected];
}
def Unselect : TestPass<"test-unselect", "Clears selected"> {
  let clears = [Selected];
}
def NeedSelected : TestPass<"test-need-selected", "Needs selected"> {
  let requires = [Selected];
}
def AfterCount : TestPass<"test-after-count", "Runs after test-count"> {
  let after = ["test-count"];
}
def AfterSelect : TestPass<"test-after-select", "Runs after test-select"> {
  let after = ["test-select"];
}
def CycleA : TestPass<"test-cycle-a", "One of a cycle"> {
  let after = ["test-cycle-b"];
}
def CycleB : TestPass<"test-cycle-b", "One of a cycle"> {
  let after = ["test-cycle-c"];
}
def CycleC : TestPass<"test-cycle-c", "One of a cycle"> {
  let after = ["test-cycle-a"];
}
def AfterUnknown : TestPass<"test-after-unknown", "Runs after nothing known"> {
  let after = ["no-such-pass"];
}
def SetScheduled : TestPass<"test-set-scheduled", "Sets scheduled"> {
  let sets = [Scheduled];
}
def CheckSchedule
    : TestPass<"test-check-schedule", "Mandatory for scheduled"> {
  let mandatoryFor = [Scheduled];
}
def TargetSchedule : Pass<"test-target-schedule", TestTarget> {
  let summary = "Sets scheduled for a target";
  let sets = [Scheduled];
}
def TargetCheck : Pass<"test-target-check", TestTarget> {
  let summary = "Mandatory for scheduled on a target";
  let mandatoryFor = [Scheduled];
}

// Analyses -------------------------------------------------------------------

def Count : TestPass<"test-count", "Prints how many operations there are"> {
  let requiredAnalyses = [OpCountDoubled];
}
def CountUndeclared
    : TestPass<"test-count-undeclared", "Queries what it doesn't declare">;
def AddOp : TestPass<"test-add-op", "Adds an operation to each graph"> {
  let options = [IntOption<"until", 1000, "adds none to graphs of this size">];
  let statistics = [Statistic<"added", "operations added">];
}
def AddOpLying
    : TestPass<"test-add-op-lying", "The same, claims to preserve counts"> {
  let preservedAnalyses = [OpCount, OpCountDoubled];
}
def AddOpSecretly
    : TestPass<"test-add-op-secretly", "The same, reports no change">;
def Rename : TestPass<"test-rename", "Renames the module, preserves counts"> {
  let preservedAnalyses = [OpCount, OpCountDoubled];
}

// Retries --------------------------------------------------------------------

def Tile : TestPass<"test-tile", "Marks operations with the size of tiles"> {
  let knobs = [
    IntKnob<"rows", 1, 64, 1, 64, Down, "rows of a tile">,
    IntKnob<"step", 0, 10, 5, 0, Up, "a coarse number">,
    EnumKnob<"buffering", ["none", "one", "two"], "two", Down, "buffers">
  ];
  let clears = [Tiled];
}
def Plan : TestPass<"test-plan", "Fits if tiles are small enough"> {
  let options = [
    IntOption<"fits", 8, "the rows that fit">,
    EnumOption<"ask", ["half", "one-step", "same", "beyond", "step",
                       "buffering", "unknown-knob", "other-pass",
                       "undeclared-point"],
               "half", "what to ask for">,
    BoolOption<"fail", 0, "fails instead when tiles are smaller than 64">
  ];
  let retryPoints = ["test-tile"];
}

// Failures -------------------------------------------------------------------

def Fail : TestPass<"test-fail", "Fails"> {
  let options = [
    EnumOption<"how", ["error", "silent", "report-only", "abort", "segfault",
                       "break-ir"],
               "error", "the way of failing">
  ];
}
