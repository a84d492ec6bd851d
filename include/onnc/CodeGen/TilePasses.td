//===- TilePasses.td - From kernels to tile programs ----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILEPASSES_TD
#define ONNC_CODEGEN_TILEPASSES_TD

include "onnc/Pass/PassBase.td"

def TileLowering : PassGroup<"Tile level"> {
  let parameter = "TileMachine";
}

def FormKernels : Pass<"form-kernels", TileLowering> {
  let summary = "Groups operations into kernels";
  let description = [{
    Every operation becomes a call of a kernel, a graph of its own. A kernel takes
    in the only user of its result, and that one's, for as long as the target can
    compute them together: a convolution, its bias, its activation. Equal kernels
    are one. What the target can't compute at all is reported.
  }];
  let statistics = [
    Statistic<"kernels", "different kernels">,
    Statistic<"calls", "calls of kernels">,
    Statistic<"fused", "operations that joined the kernel of another">,
  ];
  let requires = [Imported];
  let sets = [Selected];
}

def FormPatches : Pass<"form-patches", TileLowering> {
  let summary = "Computes chains of layers tile by tile where whole tensors take too much memory";
  let description = [{
    Where most is live, consecutive calls become one block that computes its
    result in tiles along one dimension, as rows of an image: of what lies
    between the calls only tiles exist, and what neighbouring tiles have in
    common is computed again. Chains and numbers of tiles are tried around the
    place with the highest estimated peak, and the cheapest that gets it to the
    target is taken, until all places are there. An input of the program that
    only one block uses is loaded tile by tile.

    At level 0, the default, nothing is done: `allocate` asks for more where
    whole tensors don't fit. Level 1 aims at the size of the backing memory, each
    further one at 10 percent less, since the estimate counts the sizes of what
    is live together.
  }];
  let options = [
    BoolOption<"minimize", 0, "lower the peak as far as it goes, at any level">,
    IntOption<"target", 0,
              "bytes to aim at in place of the size of the memory, also at "
              "level 0; 0: none">,
  ];
  let knobs = [
    IntKnob<"level", 0, 4, 1, 0, Up,
            "0: only where an option asks for it; 1 to 4: aim at 100, 90, 80, 70 "
            "percent of the memory">,
  ];
  let statistics = [
    Statistic<"patches", "blocks that compute in tiles what whole tensors would take">,
    Statistic<"layers", "calls in these blocks">,
    Statistic<"tiles", "tiles of these blocks">,
    Statistic<"recomputed", "products that are computed again">,
    Statistic<"peak-bytes", "the estimated peak that is left">,
  ];
  let requires = [Selected];
}

def FormBlocks : Pass<"form-blocks", TileLowering> {
  let summary = "Puts calls of kernels into fusion blocks";
  let description = [{
    A block is what is launched together; a schedule file says which calls make
    one, on how many cores and with which tiles. Without one, every call is a
    block of its own and its cores and tiles are chosen later.
  }];
  let options = [
    StringOption<"schedule", "", "JSON file to read blocks from">,
    IntOption<"model-parallelism", 0,
              "cores (threads) of a block that the schedule doesn't name; 0: as "
              "many as the machine has">,
  ];
  let statistics = [Statistic<"blocks", "fusion blocks">];
  let requires = [Selected];
}

def Tile : Pass<"tile", TileLowering> {
  let summary = "Lowers fusion blocks to loops over tiles";
  let description = [{
    Tensors become buffers in the machine's backing memory. Each block becomes
    loops: over the parts that its cores compute, and over tiles that fit the
    memories beside them, with copies where the target wants operands elsewhere.
    Sizes and splits that the block doesn't fix are chosen by estimated cycles:
    the larger of computing and moving, for the loop order that moves least.
  }];
  let options = [
    BoolOption<"double-buffer", 1,
               "leave room for two instances of what loops load and store, which "
               "pipeline-loops then overlaps">,
    BoolOption<"zero-copy", 1,
               "let Concat, Split and Slice share the buffers of what they are "
               "made of where that takes no more memory at any time">,
  ];
  let knobs = [
    IntKnob<"scratch-percent", 50, 100, 5, 100, Down,
            "how much of the memories beside the cores tiles may fill, by the "
            "sizes of what is live together; allocate asks for less where it "
            "finds no offsets">,
  ];
  let statistics = [
    Statistic<"blocks", "blocks lowered">,
    Statistic<"in-place-pieces",
              "operands of Concat and results of Split and Slice that aren't "
              "copied">,
    Statistic<"plans", "tilings looked at">,
  ];
  let requires = [Selected];
  let sets = [Tiled];
  let mandatoryFor = [Tiled];
}

#endif // ONNC_CODEGEN_TILEPASSES_TD
