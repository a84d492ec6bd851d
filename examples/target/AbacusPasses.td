//===- AbacusPasses.td - The Abacus' passes -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "onnc/Pass/PassBase.td"

def Abacus : PassGroup<"Abacus"> {
  let cppNamespace = "onnc::abacus";
  let targetSpecific = 1;
}

def AbacusSelect : Pass<"abacus-select", Abacus> {
  let summary = "Replaces ONNX operators by the Abacus'";
  let description = [{
    There is no scratchpad, so every operation fits as it is: the module is
    tiled as soon as it is selected.
  }];
  let requires = [Partitioned];
  let sets = [Selected, Tiled];
}
