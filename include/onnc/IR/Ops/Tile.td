//===- Tile.td - The tile level -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_TILE_TD
#define ONNC_IR_OPS_TILE_TD

include "onnc/IR/OpBase.td"

// docs/TileIR.md is the guide; the verifier of each operation stands in
// lib/IR/Ops/Tile.cpp, what holds between operations (tokens, bounds, races) in
// lib/Analysis and in the interpreter.

def TileDialect : Dialect<"tile", "tile">;

// Tensor level: what is computed together ----------------------------------

def Tile_Call : Op<TileDialect, "Call"> {
  let summary = "Computes a kernel, a graph of few operators";
  let description = [{
    The graph "kernel" has an input per operand and an output per result, of the
    same types. A target computes a tile of a kernel without storing what lies
    between its operators: a convolution with its bias and activation. Equal
    kernels are one graph.
  }];
  let operands = [VarArg<"inputs", Anything>];
  let results = [VarArg<"outputs", Anything>];
  let attributes = [RequiredAttr<"kernel", "Symbol">];
  let hasVerifier = 1;
}

def Tile_Block : Op<TileDialect, "Block"> {
  let summary = "A fusion block: what is launched together";
  let description = [{
    The body's arguments are the operands. On the tensor level it holds calls and
    returns the results; "tile" are the sizes of a tile of the last call's first
    result, "split" into how many parts each of its dimensions is cut for the
    cores, "reduction" the sizes of a tile along the reductions (empty: not chosen
    yet, or not cut). "layers" names the calls, as a schedule file does. On the
    tile level it has buffers as operands, no results, and loops in the body.
    "model_parallelism" is the number of cores (or threads).
  }];
  let operands = [VarArg<"inputs", Anything>];
  let results = [VarArg<"outputs", Anything>];
  let attributes = [Attr<"name", "String">,
                    Attr<"model_parallelism", "Int", "0">,
                    Attr<"tile", "Ints">, Attr<"split", "Ints">,
                    Attr<"reduction", "Ints">, Attr<"layers", "Strings">];
  let regions = ["body"];
  let hasVerifier = 1;
}

// Storage ---------------------------------------------------------------------

def Tile_Alloc : Op<TileDialect, "Alloc"> {
  let summary = "Storage for a buffer";
  let description = [{
    Of the result's type, in its memory space; its contents are undefined. It
    lives as long as the region that it stands in. "multiplicity" instances lie
    behind each other, which tile.Place chooses from. Where it lies is the
    attribute "onnc.offset" (bytes in its space), which the allocator sets.
    Used directly, the buffer holds the box [0, shape) of its tensor.
  }];
  let results = [Arg<"buffer", Anything>];
  let attributes = [Attr<"multiplicity", "Int", "1">];
  let traits = [SideEffect];
  let hasVerifier = 1;
}

def Tile_Constant : Op<TileDialect, "Constant"> {
  let summary = "A buffer that holds a constant tensor";
  let description = [{
    "value", of the buffer's shape, converted to its element type and laid out
    when the program is emitted.
  }];
  let results = [Arg<"buffer", Anything>];
  let attributes = [RequiredAttr<"value", "Constant">];
  let hasVerifier = 1;
}

def Tile_Input : Op<TileDialect, "Input"> {
  let summary = "A buffer that holds an input of the program";
  let description = [{
    The runtime converts the tensor to the buffer's element type (rounded to
    nearest even) and layout before the program starts.
  }];
  let operands = [Arg<"tensor", AnyElement>];
  let results = [Arg<"buffer", Anything>];
  let hasVerifier = 1;
}

def Tile_Output : Op<TileDialect, "Output"> {
  let summary = "An output of the program, from the buffer that holds it";
  let operands = [Arg<"buffer", Anything>];
  let results = [Arg<"tensor", AnyElement>];
  let hasVerifier = 1;
}

def Tile_Place : Op<TileDialect, "Place"> {
  let summary = "Puts storage at a box of a tensor";
  let description = [{
    The buffer's storage (an instance of it: "slot" modulo the multiplicity)
    stands for the elements "box" of a tensor of shape "domain". The box has the
    sizes of the buffer's shape; it moves with the index operands (d0 is the
    first) and may hang over the domain: what is outside holds no elements, and
    a box entirely outside makes copies and computations of it void. The
    contents stay what they were.
  }];
  let operands = [Arg<"storage", Anything>, VarArg<"indices", Anything>];
  let results = [Arg<"buffer", Anything>];
  let attributes = [RequiredAttr<"box", "Box">, RequiredAttr<"domain", "Ints">,
                    Attr<"slot", "Affine">];
  let hasVerifier = 1;
}

def Tile_Slice : Op<TileDialect, "Slice"> {
  let summary = "A part of a buffer, in the same coordinates";
  let description = [{
    The elements of the buffer's box that are in "box". The result's type has the
    box's sizes; the elements stay where they are, as far apart as before.
  }];
  let operands = [Arg<"source", Anything>, VarArg<"indices", Anything>];
  let results = [Arg<"buffer", Anything>];
  let attributes = [RequiredAttr<"box", "Box">];
  let hasVerifier = 1;
}

def Tile_Part : Op<TileDialect, "Part"> {
  let summary = "A part of a buffer, as a tensor of its own";
  let description = [{
    The elements [offsets, offsets + the result's shape) of a buffer that isn't
    placed, with coordinates from 0: where a piece of a Concat is made in place.
  }];
  let operands = [Arg<"source", Anything>];
  let results = [Arg<"buffer", Anything>];
  let attributes = [RequiredAttr<"offsets", "Ints">];
  let hasVerifier = 1;
}

def Tile_Reshape : Op<TileDialect, "Reshape"> {
  let summary = "A buffer's storage under another shape or layout";
  let description = [{
    Both are dense, unplaced, of as many elements and of one element type, and
    the order in memory is the order of the tensor's elements in both: the same
    bytes are the same tensor reshaped.
  }];
  let operands = [Arg<"source", Anything>];
  let results = [Arg<"buffer", Anything>];
  let hasVerifier = 1;
}

// Loops -----------------------------------------------------------------------

def Tile_For : Op<TileDialect, "For"> {
  let summary = "A loop";
  let description = [{
    The body runs "count" times; its first argument counts from 0, the others are
    tokens: the operands at first, then what the iteration before returned. The
    last iteration's are the results.
  }];
  let operands = [VarArg<"tokens", Anything>];
  let results = [VarArg<"last", Anything>];
  let attributes = [RequiredAttr<"count", "Int">];
  let regions = ["body"];
  let traits = [Transparent, SideEffect];
  let hasVerifier = 1;
}

def Tile_ForAll : Op<TileDialect, "ForAll"> {
  let summary = "Iterations that run at the same time";
  let description = [{
    One iteration per point of "counts", on the cores or threads that "over"
    names; the body's arguments are the point's coordinates. None may write what
    another reads or writes, but in memories that each core has for itself.
    Behind it all have finished.
  }];
  let attributes = [RequiredAttr<"counts", "Ints">,
                    RequiredAttr<"over", "String">];
  let regions = ["body"];
  let traits = [Transparent, SideEffect];
  let hasVerifier = 1;
}

// Moving and computing ----------------------------------------------------------

def Tile_CopyStart : Op<TileDialect, "CopyStart"> {
  let summary = "Starts to copy a box from one buffer to another";
  let description = [{
    The elements that are in the boxes of both, converted to the target's element
    type (rounded to nearest even, integers saturated) and layout. Until the
    token was waited for, the target must not be touched and the source not be
    written. "fill": what lies in the target's box but outside of its domain gets
    this value (padding made explicit); otherwise it stays undefined.
  }];
  let operands = [Arg<"source", Anything>, Arg<"target", Anything>];
  let results = [Arg<"token", Anything>];
  let attributes = [Attr<"fill", "Float">];
  let traits = [SideEffect];
  let hasVerifier = 1;
}

def Tile_CopyWait : Op<TileDialect, "CopyWait"> {
  let summary = "Waits until copies are complete";
  let operands = [VarArg<"tokens", Anything>];
  let traits = [SideEffect];
  let hasVerifier = 1;
}

def Tile_Done : Op<TileDialect, "Done"> {
  let summary = "A token of no copy, complete from the start";
  let description = [{
    What a loop that waits for the copy of the iteration before starts with. It
    is waited for exactly once, as every token is.
  }];
  let results = [Arg<"token", Anything>];
  let traits = [SideEffect];
  let hasVerifier = 1;
}

def Tile_Compute : Op<TileDialect, "Compute"> {
  let summary = "Computes a tile of a kernel: a leaf of the tile level";
  let description = [{
    The operands are the kernel's inputs, then its outputs, then "scratch"
    buffers (unplaced storage) that the target's code may use as it likes, then
    the loop counters that "over" is a function of (d0 is the first). All
    elements of the outputs' boxes are written, from those that the kernel's
    indexing says they need of the inputs. Elements are widened to the kernel's
    types as they are read and rounded as they are written. "over" restricts a
    kernel of one operator to a box of its reductions (in the order of its
    indexing): the box that starts at 0 begins the result, others go on from what
    the output holds.
  }];
  let operands = [VarArg<"values", Anything>];
  let attributes = [RequiredAttr<"kernel", "Symbol">, Attr<"over", "Box">,
                    Attr<"scratch", "Int", "0">];
  let traits = [SideEffect];
  let hasVerifier = 1;
}

#endif // ONNC_IR_OPS_TILE_TD
