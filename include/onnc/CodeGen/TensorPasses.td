//===- TensorPasses.td - Memory of the tensor level -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TENSORPASSES_TD
#define ONNC_CODEGEN_TENSORPASSES_TD

include "onnc/Pass/PassBase.td"

/// They know no machine: what counts is the bytes of tensors. Arguments are
/// live until their last use, constants take nothing, reshapes share their
/// operand's storage. A product (Conv, Gemm, MatMul) is computed with what
/// follows it element by element, and writes over operands that die where the
/// operator's indexing allows it.
def TensorMemory : PassGroup<"Memory of tensors">;

defvar searchNodesOption =
    IntOption<"search-nodes", 100000,
      "how many sets of operations a search may reach; 0 leaves orders to the "
      "heuristics">;
defvar costOptions = [
  searchNodesOption,
  BoolOption<"fuse", 1, "products are computed with what follows them element by element">,
  BoolOption<"in-place", 1, "results may be written over operands that die">,
];

def RewriteForMemory : Pass<"rewrite-for-memory", TensorMemory> {
  let summary = "Lets Concat and Sum not wait for all that they join, where memory gains";
  let description = [{
    A Concat of channels needs all of its operands and as much again for its
    result. Where all that use it can take its operands one by one, it goes:

    - a Conv (or ConvInteger) becomes a sum of convolutions of the parts, each
      with the weights of its channels;
    - a depthwise Conv, a pool, and what computes each element from one are done
      for each part; so are, in turn, those who use their results, or a Concat
      behind them joins the parts again.

    A Sum of several tensors needs them all at the same time; one Add after the
    other can take each as soon as it is there.

    The graph is put in its best order first, which is that of the parts in a
    sum. Which Concats go, and whether Sums are split, is decided by the peak of the best order of the whole
    graph: first all, and then each comes back without which the peak is as
    low. If that isn't lower than before, they are tried one after the other.
    Sums are rounded differently, those of integers are exact.
  }];
  let options = costOptions;
  let statistics = [
    Statistic<"rewritten", "Concats that are gone">,
    Statistic<"rejected", "Concats that could go, but stay: the peak would be no lower">,
    Statistic<"split-sums", "Sums that are Adds now">,
    Statistic<"before-bytes", "the least peak that was found before">,
    Statistic<"peak-bytes", "the least peak that was found after">,
  ];
}

def ScheduleTensors : Pass<"schedule-tensors", TensorMemory> {
  let summary = "Orders the operations of the main graph for a low peak of tensors";
  let description = [{
    What `schedule` does for a machine's operations, by the sizes of tensors
    alone. Targets run it on kernels, before they become blocks of buffers,
    whose order their effects fix; it also serves to study networks, and what
    rewrites would gain. The statistics
    compare the given order, the order in which a depth-first importer comes to
    the operations, the best heuristic, the search, and the lower bound.
  }];
  let options = costOptions;
  let statistics = [
    Statistic<"moved", "operations that stand elsewhere">,
    Statistic<"tensor-bytes", "bytes of all tensors that need storage">,
    Statistic<"given-bytes", "the peak of the given order">,
    Statistic<"depth-first-bytes", "the peak of the depth-first order">,
    Statistic<"heuristic-bytes", "the peak of the best heuristic's order">,
    Statistic<"peak-bytes", "the peak of the best order that was found">,
    Statistic<"bound-bytes", "what no order is below">,
    Statistic<"tasks", "operations that need memory, those that are computed together counted once">,
    Statistic<"segments", "parts that are scheduled one after the other">,
    Statistic<"visited-nodes", "sets of operations that the search reached">,
  ];
}

#endif // ONNC_CODEGEN_TENSORPASSES_TD
