//===- AbacusOps.td - The Abacus' operators -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Abacus is a toy: one core, one memory of 64 kB, FP32, and instructions
// that work on whole vectors and matrices.

include "onnc/IR/OpBase.td"

def Abacus : Dialect<"abacus", "abacus">;

def Input : Op<Abacus, "input"> {
  let summary = "A tensor that the host writes before the program runs";
  let operands = [Arg<"host", Float32>];
  let results = [Arg<"memory", Float32>];
  let traits = [SideEffect];
}

def Output : Op<Abacus, "output"> {
  let summary = "A tensor that the host reads after the program ran";
  let operands = [Arg<"memory", Float32>];
  let results = [Arg<"host", Float32>];
}

def Constant : Op<Abacus, "constant"> {
  let summary = "Weights, in memory from the start";
  let attributes = [RequiredAttr<"value", "Constant">];
  let results = [Arg<"memory", Float32>];
  let traits = [ConstantLike];
}

def Vector : Op<Abacus, "vector"> {
  let summary = "Elementwise ADD, MUL or MAX; b may be one element";
  let attributes = [RequiredAttr<"kind", "String">];
  let operands = [Arg<"a", Float32>, Arg<"b", Float32>];
  let results = [Arg<"y", Float32>];
}

def Matmul : Op<Abacus, "matmul"> {
  let summary = "The product of an M×K and a K×N matrix";
  let operands = [Arg<"a", Float32>, Arg<"b", Float32>];
  let results = [Arg<"y", Float32>];
}
