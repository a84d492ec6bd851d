//===- OnnxGather.td - Operators that pick elements -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXGATHER_TD
#define ONNC_IR_OPS_ONNXGATHER_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_Slice : OnnxOp<"Slice", 13> {
  let summary = "Takes every step-th element from start to end, exclusive";
  let description = [{
    Negative starts and ends count from the back, then all are clamped;
    negative steps go backwards.
  }];
  let operands = [ArgOf<"data", ClassicT>, ArgOf<"starts", IndexT>,
                  ArgOf<"ends", IndexT>, OptArgOf<"axes", IndexT>,
                  OptArgOf<"steps", IndexT>];
  let results = [ArgOf<"output", ClassicT>];
  let inferTypes = "slice";
  let indexing = "slice";
}

def Onnx_Gather : OnnxOp<"Gather", 13> {
  let summary = "Takes slices along an axis";
  let description = [{
    Negative indices count from the back.
  }];
  let operands = [ArgOf<"data", ClassicT>, ArgOf<"indices", IndexT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"axis", "Int", "0">];
  let inferTypes = "gather";
  let indexing = "gather";
}

def Onnx_GatherElements : OnnxOp<"GatherElements", 13> {
  let summary = "Takes elements by their index on an axis";
  let operands = [ArgOf<"data", ClassicT>, ArgOf<"indices", IndexT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"axis", "Int", "0">];
  let inferTypes = "gatherElements";
  let indexing = "gatherElements";
}

def Onnx_GatherND : OnnxOp<"GatherND", 13> {
  let summary = "Takes slices by index tuples";
  let description = [{
    The last dimension of "indices" is a tuple of indices into the
    dimensions of "data" behind the batch dimensions.
  }];
  let operands = [ArgOf<"data", ClassicT>, Arg<"indices", Int64>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"batch_dims", "Int", "0">];
  let inferTypes = "gatherND";
  let indexing = "gatherND";
}

def Onnx_ScatterElements : OnnxOp<"ScatterElements", 18> {
  let summary = "Replaces elements by their index on an axis";
  let description = [{
    Reductions: none, add, mul, max, min.
  }];
  let operands = [ArgOf<"data", ClassicT>, ArgOf<"indices", IndexT>,
                  ArgOf<"updates", ClassicT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"axis", "Int", "0">,
                    Attr<"reduction", "String", "\"none\"">];
  let inferTypes = "scatterElements";
  let indexing = "scatterElements";
}

def Onnx_ScatterND : OnnxOp<"ScatterND", 18> {
  let summary = "Replaces slices by index tuples";
  let description = [{
    Reductions: none, add, mul, max, min.
  }];
  let operands = [ArgOf<"data", ClassicT>, Arg<"indices", Int64>,
                  ArgOf<"updates", ClassicT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"reduction", "String", "\"none\"">];
  let inferTypes = "scatterND";
  let indexing = "scatterND";
}

def Onnx_Where : OnnxOp<"Where", 16> {
  let summary = "Elements of X where the condition holds, else of Y";
  let description = [{
    Broadcasts.
  }];
  let operands = [Arg<"condition", Bool>, ArgOf<"X", ClassicT>,
                  ArgOf<"Y", ClassicT>];
  let results = [ArgOf<"output", ClassicT>];
  let traits = [Elementwise];
  let inferTypes = "where";
  let indexing = "broadcast";
}

def Onnx_NonZero : OnnxOp<"NonZero", 13> {
  let summary = "The indices of elements that aren't zero";
  let description = [{
    One column per element; how many there are is known only at run time.
  }];
  let operands = [Arg<"X", Classic>];
  let results = [Arg<"Y", Int64>];
  let inferTypes = "nonZero";
}

def OneHotT : TypeVar<"T3", Classic>;

def Onnx_OneHot : OnnxOp<"OneHot", 28> {
  let summary = "One-hot vectors along a new axis";
  let description = [{
    "values" is [off, on].
  }];
  let operands = [Arg<"indices", Numeric>, Arg<"depth", Numeric>,
                  ArgOf<"values", OneHotT>];
  let results = [ArgOf<"output", OneHotT>];
  let attributes = [Attr<"axis", "Int", "-1">];
  let inferTypes = "oneHot";
  let indexing = "oneHot";
}

def Onnx_TopK : OnnxOp<"TopK", 24> {
  let summary = "The k largest or smallest elements along an axis";
  let description = [{
    Of equal elements the one with the lower index comes first.
  }];
  let operands = [ArgOf<"X", NumericT>, Arg<"K", Int64>];
  let results = [ArgOf<"Values", NumericT>, Arg<"Indices", Int64>];
  let attributes = [Attr<"axis", "Int", "-1">, Attr<"largest", "Int", "1">,
                    Attr<"sorted", "Int", "1">];
  let inferTypes = "topK";
  let indexing = "topK";
}

def Onnx_ArgMax : OnnxOp<"ArgMax", 13> {
  let summary = "The index of the largest element along an axis";
  let operands = [Arg<"data", Numeric>];
  let results = [Arg<"reduced", Int64>];
  let attributes = [Attr<"axis", "Int", "0">, Attr<"keepdims", "Int", "1">,
                    Attr<"select_last_index", "Int", "0">];
  let inferTypes = "argReduction";
  let indexing = "argReduction";
}

def Onnx_ArgMin : OnnxOp<"ArgMin", 13> {
  let summary = "The index of the smallest element along an axis";
  let operands = [Arg<"data", Numeric>];
  let results = [Arg<"reduced", Int64>];
  let attributes = [Attr<"axis", "Int", "0">, Attr<"keepdims", "Int", "1">,
                    Attr<"select_last_index", "Int", "0">];
  let inferTypes = "argReduction";
  let indexing = "argReduction";
}

def Onnx_CumSum : OnnxOp<"CumSum", 14> {
  let summary = "Sums of all elements up to each along an axis";
  let operands = [ArgOf<"x", WideNumericT>, Arg<"axis", IndexInts>];
  let results = [ArgOf<"y", WideNumericT>];
  let attributes = [Attr<"exclusive", "Int", "0">, Attr<"reverse", "Int", "0">];
  let inferTypes = "cumSum";
  let indexing = "cumSum";
}

def Onnx_CumProd : OnnxOp<"CumProd", 26> {
  let summary = "Products of all elements up to each along an axis";
  let operands = [ArgOf<"x", WideNumericT>, Arg<"axis", IndexInts>];
  let results = [ArgOf<"y", WideNumericT>];
  let attributes = [Attr<"exclusive", "Int", "0">, Attr<"reverse", "Int", "0">];
  let inferTypes = "cumSum";
  let indexing = "cumSum";
}

def Onnx_Compress : OnnxOp<"Compress", 11> {
  let summary = "The slices along an axis where the condition holds";
  let description = [{
    Without an axis, the elements of the flattened input. The condition may
    be shorter than the axis.
  }];
  let operands = [ArgOf<"input", ClassicT>, Arg<"condition", Bool>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"axis", "Int">];
  let inferTypes = "compress";
}

def Onnx_Unique : OnnxOp<"Unique", 11> {
  let summary = "The different elements, or slices along an axis";
  let description = [{
    The further results: where each stands first, which of them each element
    is, and how often it occurs.
  }];
  let operands = [ArgOf<"X", ClassicT>];
  let results = [ArgOf<"Y", ClassicT>, OptArg<"indices", Int64>,
                 OptArg<"inverse_indices", Int64>, OptArg<"counts", Int64>];
  let attributes = [Attr<"axis", "Int">, Attr<"sorted", "Int", "1">];
  let inferTypes = "unique";
}

def Onnx_ReverseSequence : OnnxOp<"ReverseSequence", 10> {
  let summary = "Reverses the first elements of each instance";
  let description = [{
    As many as "sequence_lens" says for the instance.
  }];
  let operands = [ArgOf<"input", ClassicT>, Arg<"sequence_lens", Int64>];
  let results = [ArgOf<"Y", ClassicT>];
  let attributes = [Attr<"batch_axis", "Int", "1">,
                    Attr<"time_axis", "Int", "0">];
  let inferTypes = "reverseSequence";
  let indexing = "reverseSequence";
}

def Onnx_Trilu : OnnxOp<"Trilu", 14> {
  let summary = "The upper or lower triangle of matrices, the rest zero";
  let description = [{
    The diagonal k belongs to the triangle.
  }];
  let operands = [ArgOf<"input", ClassicT>, OptArg<"k", Int64>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [Attr<"upper", "Int", "1">];
  let inferTypes = "trilu";
  let indexing = "trilu";
}

#endif // ONNC_IR_OPS_ONNXGATHER_TD
