//===- Passes.td - Passes that break what code generation made -----------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "onnc/Pass/PassBase.td"

def CodeGenTest : PassGroup<"Tests of code generation"> {
  let cppNamespace = "codegentest";
}

def BreakPartition : Pass<"test-break-partition", CodeGenTest> {
  let summary = "Assigns everything to a unit that isn't there";
}

def BreakPlan : Pass<"test-break-plan", CodeGenTest> {
  let summary = "Puts every result at offset 0";
}
