//===- OnnxConstant.td - Constants, ranges, conversions, queries ----------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXCONSTANT_TD
#define ONNC_IR_OPS_ONNXCONSTANT_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_Constant : OnnxOp<"Constant", 25> {
  let summary = "A constant tensor";
  let description = [{
    ONNX's other spellings (value_int, value_floats, …) become a tensor at
    import.
  }];
  let results = [Arg<"output", AnyElement>];
  let attributes = [RequiredAttr<"value", "Constant">];
  let traits = [ConstantLike];
  let inferTypes = "constant";
  let indexing = "generate";
}

def Onnx_ConstantOfShape : OnnxOp<"ConstantOfShape", 25> {
  let summary = "A tensor of a given shape filled with one value";
  let description = [{
    The value is a tensor of one element; float 0 by default.
  }];
  let operands = [Arg<"input", Int64>];
  let results = [Arg<"output", AnyElement>];
  let attributes = [Attr<"value", "Constant">];
  let inferTypes = "constantOfShape";
  let indexing = "generate";
}

def Onnx_EyeLike : OnnxOp<"EyeLike", 22> {
  let summary = "A matrix with ones on a diagonal";
  let description = [{
    Takes the shape of the input; dtype is the number of a
    TensorProto.DataType, the input's element type by default.
  }];
  let operands = [Arg<"input", NumericAndBool>];
  let results = [Arg<"output", NumericAndBool>];
  let attributes = [Attr<"dtype", "Int">, Attr<"k", "Int", "0">];
  let inferTypes = "eyeLike";
  let indexing = "generate";
}

def RangeT : TypeVar<"T", ElementTypes<!listconcat(
    Floats.names, ["i16", "i32", "i64"])>>;

def Onnx_Range : OnnxOp<"Range", 27> {
  let summary = "The numbers from start to limit, exclusive, in steps of delta";
  let operands = [ArgOf<"start", RangeT>, ArgOf<"limit", RangeT>,
                  ArgOf<"delta", RangeT>];
  let results = [ArgOf<"output", RangeT>];
  let inferTypes = "range";
  let indexing = "range";
}

def Onnx_Cast : OnnxOp<"Cast", 25> {
  let summary = "Converts elements to another type";
  let description = [{
    "to" is the number of a TensorProto.DataType. "saturate" matters for
    float8 results, "round_mode" for float8e8m0.
  }];
  let operands = [Arg<"input", Castable>];
  let results = [Arg<"output", Castable>];
  let attributes = [RequiredAttr<"to", "Int">, Attr<"saturate", "Int", "1">,
                    Attr<"round_mode", "String", "\"up\"">];
  let traits = [Elementwise];
  let inferTypes = "castTo";
  let indexing = "broadcast";
}

def NonString : ElementTypes<!listconcat(
    NumericAndBool.names, ["c64", "c128"], Float8s.names, SubByte.names)>;

def Onnx_BitCast : OnnxOp<"BitCast", 26> {
  let summary = "The bits of elements as another type of their width";
  let operands = [Arg<"input", NonString>];
  let results = [Arg<"output", NonString>];
  let attributes = [RequiredAttr<"to", "Int">];
  let traits = [Elementwise];
  let inferTypes = "bitCast";
  let indexing = "broadcast";
}

def Onnx_CastLike : OnnxOp<"CastLike", 25> {
  let summary = "Converts elements to the type of another tensor";
  let operands = [Arg<"input", Castable>, Arg<"target_type", Castable>];
  let results = [Arg<"output", Castable>];
  let attributes = [Attr<"saturate", "Int", "1">,
                    Attr<"round_mode", "String", "\"up\"">];
  let inferTypes = "castLike";
  let indexing = "castLike";
}

def Onnx_Identity : OnnxOp<"Identity", 25> {
  let summary = "Its operand";
  let operands = [ArgOf<"input", AnythingT>];
  let results = [ArgOf<"output", AnythingT>];
  let traits = [Elementwise];
  let inferTypes = "identity";
  let indexing = "identity";
}

def Onnx_Shape : OnnxOp<"Shape", 25> {
  let summary = "The sizes of dimensions start to end, exclusive";
  let description = [{
    Negative values count from the rank; both are clamped to [0, rank].
  }];
  let operands = [Arg<"data", AnyElement>];
  let results = [Arg<"shape", Int64>];
  let attributes = [Attr<"start", "Int", "0">, Attr<"end", "Int">];
  let inferTypes = "shape";
  let indexing = "generate";
}

def Onnx_Size : OnnxOp<"Size", 25> {
  let summary = "The number of elements, as a scalar";
  let operands = [Arg<"data", AnyElement>];
  let results = [Arg<"size", Int64>];
  let inferTypes = "size";
  let indexing = "generate";
}

#endif // ONNC_IR_OPS_ONNXCONSTANT_TD
