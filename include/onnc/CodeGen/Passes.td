//===- Passes.td - Passes that serve every machine -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_PASSES_TD
#define ONNC_CODEGEN_PASSES_TD

include "onnc/Pass/PassBase.td"

def GenericCodeGen : PassGroup<"Code generation"> {
  let parameter = "MachineModel";
}

def Allocate : Pass<"allocate", GenericCodeGen> {
  let summary = "Gives every buffer an offset in its memory";
  let description = [{
    Persistent data (weights) is packed once, from offset 0. Above it, whole
    tensors share memory over the schedule, and the scratch buffers of an
    operation live while it runs; a portfolio of heuristics plans each memory,
    an exact search lowers its peak where that is above the lower bound, and
    the module's plan states both: equal, they prove the plan optimal. The
    search stops at a number of nodes, so that the plan doesn't depend on the
    machine. Results that only rename an operand share its storage, as scratch
    buffers of a block do that are never live together in its body. A result
    lies over an operand that dies as it is written, where the target allows
    it: always in place of one of its size, otherwise, at a distance or of
    another size, where that lowers the peak. Where
    whole tensors don't fit, `form-patches` is asked to compute more layers in
    rows; where scratch doesn't, `tile` for smaller tiles. A plan that
    doesn't fit is an error that names the largest buffers. Checked by an
    independent validator.
  }];
  let options = [BoolOption<"in-place", 1,
      "let results lie over operands that die, where the target allows it">,
    IntOption<"search-nodes", 20000,
      "how many nodes of search trees may be visited for each memory; 0 leaves "
      "the plan to the heuristics">];
  let statistics = [
    Statistic<"buffers", "buffers that got an offset">,
    Statistic<"in-place-results", "results that took over the storage of an operand">,
    Statistic<"overlapping-results",
      "results that lie over a part of an operand, or of another size">,
    Statistic<"visited-nodes", "nodes of search trees that planning visited">
  ];
  let requires = [Scheduled];
  let sets = [Allocated];
  let retryPoints = ["tile", "form-patches"];
}

def Partition : Pass<"partition", GenericCodeGen> {
  let summary = "Assigns every operation to a processing unit";
  let description = [{
    Every operation of the model that no unit can run is reported, each with
    the reason. Machines with one unit are supported.
  }];
  let requires = [Imported];
  let sets = [Partitioned];
  let mandatoryFor = [Selected];
}

def Schedule : Pass<"schedule", GenericCodeGen> {
  let summary = "Orders operations for a low peak of memory";
  let description = [{
    Searches the sets of operations that can have run, which decide what is
    live, for the order with the lowest peak of the unit's main memory; exact
    until it has reached a number of sets, so that the order doesn't depend on
    the machine, and with beams and windows where that isn't enough. It starts
    from the given order, list schedules by memory pressure and depth-first
    orders, and the given order stays unless another has a lower peak.
    Operations with effects keep their order, bodies of operations stay as
    they are. Checked by an independent validator.
  }];
  let options = [EnumOption<"strategy",
      ["best", "given", "minimize-live", "minimize-peak", "depth-first",
       "depth-first-by-need"],
      "best", "one heuristic alone, or the best of all and the search">,
    IntOption<"search-nodes", 100000,
      "how many sets of operations the search may reach in each graph; 0 leaves "
      "the order to the heuristics">];
  let statistics = [
    Statistic<"moved", "operations that stand elsewhere">,
    Statistic<"visited-nodes", "sets of operations that the search reached">,
    Statistic<"unproven", "graphs whose order isn't proven to be the best">,
    Statistic<"peak-bytes", "the peak of the main graph">,
    Statistic<"bound-bytes", "what no order of the main graph is below">,
  ];
  let requires = [Tiled];
  let sets = [Scheduled];
  let clears = [Allocated];
}

def Spill : Pass<"spill", GenericCodeGen> {
  let summary = "Moves tensors out of a memory that is too small";
  let description = [{
    Of each memory that spills to another one: which tensors are kept there,
    copied away and back between two uses, made again, or used in the next
    memory, and at which uses, so that everything fits and the least cycles are
    lost. Costs come from sizes, the bandwidth and latency of both memories, and
    the estimated cycles of what would run again; the choice is made by branch
    and bound, and fits for the planner that "allocate" uses. Copies are blocks
    of their own. Where nothing fits the program stays as it is: "allocate" says
    what is too large.
  }];
  let options = [
    IntOption<"search-nodes", 20000,
      "how many nodes the search for the cheapest choice may visit; 0 leaves it "
      "to a heuristic">,
    IntOption<"plan-nodes", 20000,
      "how many nodes planning the memory may visit, to see whether a choice "
      "fits: as many as allocate's">];
  let statistics = [
    Statistic<"stores", "copies to the next memory">,
    Statistic<"fetches", "copies back">,
    Statistic<"remakes", "blocks that run again">,
    Statistic<"elsewhere", "uses of tensors in the next memory">,
    Statistic<"cycles", "estimated cycles that are lost">,
    Statistic<"visited-nodes", "nodes of the search">,
    Statistic<"unproven", "memories whose choice isn't proven to be the cheapest">
  ];
  let requires = [Scheduled];
  let clears = [Allocated];
}

#endif // ONNC_CODEGEN_PASSES_TD
