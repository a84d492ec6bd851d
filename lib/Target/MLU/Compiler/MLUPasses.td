//===- MLUPasses.td - The MLU's passes ------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_MLUPASSES_TD
#define ONNC_TARGET_MLU_MLUPASSES_TD

include "onnc/Pass/PassBase.td"

def MLU : PassGroup<"MLU"> {
  let cppNamespace = "onnc::mlu";
  let targetSpecific = 1;
  let parameter = "MachineParams";
}

def MLUSelect : Pass<"mlu-select", MLU> {
  let summary = "Replaces ONNX operators by the MLU's";
  let description = [{
    Tensors become FP16, images N×H×W×C; weights are converted and packed. An
    activation goes into the operation before it. Every operation must have
    passed `partition`.
  }];
  let statistics = [Statistic<"selected", "ONNX operations replaced">];
  let requires = [Partitioned];
  let sets = [Selected];
  let clears = [Tiled, Scheduled, Allocated];
}

def MLUTile : Pass<"mlu-tile", MLU> {
  let summary = "Cuts every operation into tiles and chooses its cores";
  let description = [{
    Among the tiles whose buffers fit the scratchpads, and the numbers of cores
    (model parallelism), takes those with the least estimated time, launch
    included. An operation of which not even the smallest tile fits is an
    error.
  }];
  let options = [
    IntOption<"max-cores", 32, "use at most that many cores">
  ];
  let knobs = [
    IntKnob<"scratch-percent", 5, 100, 5, 100, Down,
            "part of each scratchpad that a tile may fill">
  ];
  let requires = [Selected];
  let sets = [Tiled];
  let clears = [Scheduled, Allocated];
}

#endif // ONNC_TARGET_MLU_MLUPASSES_TD
