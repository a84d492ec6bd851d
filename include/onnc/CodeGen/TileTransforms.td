//===- TileTransforms.td - Rewrites of the tile level ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILETRANSFORMS_TD
#define ONNC_CODEGEN_TILETRANSFORMS_TD

include "onnc/Pass/PassBase.td"

/// They know of the machine only what stands in the IR.
def TileTransforms : PassGroup<"Tile loops">;

def PipelineLoops : Pass<"pipeline-loops", TileTransforms> {
  let summary = "Lets loops load the next tile and store the last one while they compute";
  let description = [{
    Of each tile.For, innermost first:

    - *loads*: a copy that stands in the body, into a placed allocation from a
      buffer that the loop doesn't write, is started an iteration ahead. Tile 0
      is loaded before the loop; the last iteration, which has nothing to load,
      stands behind it;
    - *stores*: a copy that stands in the body, from a placed allocation that
      the body computes, is waited for in the next iteration; the last one
      behind the loop.

    The allocation gets a second instance, "multiplicity", and tile.Place
    chooses by iteration: "slot". Whoever chooses the sizes of tiles provides
    for it; where there is no room, "onnc.single" on the tile.Alloc keeps it as
    it is. A buffer that is loaded, computed in place and stored needs three
    instances for both; unless "triple" is set, only its loads are pipelined.

    Stays as it is: what has several instances already, what is allocated in the
    loop or used outside of it, and what an iteration takes over from another
    (partial results, rows that were loaded before). A loop of one iteration
    stays, and one that hands on tokens: it is pipelined. docs/TileIR.md has an
    example.
  }];
  let options = [
    BoolOption<"loads", 1, "start loads an iteration ahead">,
    BoolOption<"stores", 1, "wait for stores an iteration later">,
    BoolOption<"triple", 0, "give buffers that are loaded and stored three instances">,
    BoolOption<"explain", 0, "say why a copy stays as it is">,
  ];
  let statistics = [
    Statistic<"pipelined-loads", "copies started an iteration ahead">,
    Statistic<"pipelined-stores", "copies waited for an iteration later">,
    Statistic<"left", "loads and stores that stay as they are">,
  ];
  let clears = [Allocated];
}

def VerifyTiles : Pass<"verify-tiles", TileTransforms> {
  let summary = "Reports tiled programs that break a rule";
  let description = [{
    The rules of docs/TileIR.md, as far as they can be decided without running
    the program: copies that aren't waited for, or whose buffers are touched
    before; tiles that aren't large enough for what is computed from them;
    parallel iterations that write the same elements. --verify-each does the same
    after every pass. The interpreter checks the rest.
  }];
}

#endif // ONNC_CODEGEN_TILETRANSFORMS_TD
