//===- OnnxReduction.td - Reductions --------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXREDUCTION_TD
#define ONNC_IR_OPS_ONNXREDUCTION_TD

include "onnc/IR/Ops/OnnxDialect.td"

class OnnxReduction<string mnemonic, int version, string s,
                    TypeVar t = WideNumericT> : OnnxOp<mnemonic, version> {
  let summary = s;
  let description = [{
    Over the dimensions in "axes". Where "axes" is absent or empty: over all, or
    with "noop_with_empty_axes" over none.
  }];
  let operands = [ArgOf<"data", t>, OptArg<"axes", Int64>];
  let results = [ArgOf<"reduced", t>];
  let attributes = [Attr<"keepdims", "Int", "1">,
                    Attr<"noop_with_empty_axes", "Int", "0">];
  let inferTypes = "reduction";
  let indexing = "reduction";
}

def ExtremumT : TypeVar<"T", ElementTypes<!listconcat(
    WideNumeric.names, Bytes.names, ["bool"])>>;

def Onnx_ReduceSum : OnnxReduction<"ReduceSum", 13, "The sum"> {
  let indexing = "sumReduction";
}
def Onnx_ReduceMean : OnnxReduction<"ReduceMean", 18, "The mean">;
def Onnx_ReduceProd : OnnxReduction<"ReduceProd", 18, "The product"> {
  let indexing = "productReduction";
}
def Onnx_ReduceMax : OnnxReduction<"ReduceMax", 20, "The maximum", ExtremumT> {
  let indexing = "maxReduction";
}
def Onnx_ReduceMin : OnnxReduction<"ReduceMin", 20, "The minimum", ExtremumT> {
  let indexing = "minReduction";
}
def Onnx_ReduceL1
    : OnnxReduction<"ReduceL1", 18, "The sum of absolute values"> {
  let indexing = "sumReduction";
}
def Onnx_ReduceL2
    : OnnxReduction<"ReduceL2", 18, "The root of the sum of squares">;
def Onnx_ReduceSumSquare
    : OnnxReduction<"ReduceSumSquare", 18, "The sum of squares"> {
  let indexing = "sumReduction";
}
def Onnx_ReduceLogSum
    : OnnxReduction<"ReduceLogSum", 18, "The logarithm of the sum">;
def Onnx_ReduceLogSumExp
    : OnnxReduction<"ReduceLogSumExp", 18,
                    "The logarithm of the sum of exp(x)">;

#endif // ONNC_IR_OPS_ONNXREDUCTION_TD
