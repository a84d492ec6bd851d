//===- OnnxShape.td - Operators that move elements ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXSHAPE_TD
#define ONNC_IR_OPS_ONNXSHAPE_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_Reshape : OnnxOp<"Reshape", 25> {
  let summary = "The same elements in another shape";
  let description = [{
    At most one entry of "shape" is -1: what the others leave. 0 copies the
    dimension of the input, unless "allowzero" is set.
  }];
  let operands = [ArgOf<"data", AnyT>, Arg<"shape", Int64>];
  let results = [ArgOf<"reshaped", AnyT>];
  let attributes = [Attr<"allowzero", "Int", "0">];
  let inferTypes = "reshape";
  let indexing = "reshape";
}

def Onnx_Flatten : OnnxOp<"Flatten", 25> {
  let summary = "A matrix: dimensions before axis by those from axis on";
  let operands = [ArgOf<"input", AnyT>];
  let results = [ArgOf<"output", AnyT>];
  let attributes = [Attr<"axis", "Int", "1">];
  let inferTypes = "flatten";
  let indexing = "reshape";
}

def Onnx_Squeeze : OnnxOp<"Squeeze", 25> {
  let summary = "Drops dimensions of size 1";
  let description = [{
    Without "axes", all of them.
  }];
  let operands = [ArgOf<"data", AnyT>, OptArg<"axes", Int64>];
  let results = [ArgOf<"squeezed", AnyT>];
  let inferTypes = "squeeze";
  let indexing = "reshape";
}

def Onnx_Unsqueeze : OnnxOp<"Unsqueeze", 25> {
  let summary = "Inserts dimensions of size 1";
  let description = [{
    "axes" counts in the result.
  }];
  let operands = [ArgOf<"data", AnyT>, Arg<"axes", Int64>];
  let results = [ArgOf<"expanded", AnyT>];
  let inferTypes = "unsqueeze";
  let indexing = "reshape";
}

def Onnx_Transpose : OnnxOp<"Transpose", 25> {
  let summary = "Permutes dimensions";
  let description = [{
    Reverses them without "perm".
  }];
  let operands = [ArgOf<"data", AnyT>];
  let results = [ArgOf<"transposed", AnyT>];
  let attributes = [Attr<"perm", "Ints">];
  let inferTypes = "transpose";
  let indexing = "transpose";
}

def Onnx_Expand : OnnxOp<"Expand", 13> {
  let summary = "Broadcasts to a shape";
  let description = [{
    Broadcasting goes both ways: a 1 in "shape" keeps the dimension of the
    input.
  }];
  let operands = [ArgOf<"input", ClassicT>, Arg<"shape", Int64>];
  let results = [ArgOf<"output", ClassicT>];
  let inferTypes = "expand";
  let indexing = "expand";
}

def Onnx_Tile : OnnxOp<"Tile", 13> {
  let summary = "Repeats along every dimension";
  let operands = [ArgOf<"input", ClassicT>, Arg<"repeats", Int64>];
  let results = [ArgOf<"output", ClassicT>];
  let inferTypes = "tile";
  let indexing = "tile";
}

def Onnx_Concat : OnnxOp<"Concat", 13> {
  let summary = "Joins tensors along an axis";
  let operands = [VarArgOf<"inputs", ClassicT>];
  let results = [ArgOf<"concat_result", ClassicT>];
  let attributes = [RequiredAttr<"axis", "Int">];
  let inferTypes = "concat";
  let indexing = "concat";
}

def Onnx_Split : OnnxOp<"Split", 18> {
  let summary = "Splits a tensor along an axis";
  let description = [{
    Into parts of the sizes in "split", or into equal ones, of which the
    last may be smaller.
  }];
  let operands = [ArgOf<"input", ClassicT>, OptArg<"split", Int64>];
  let results = [VarArgOf<"outputs", ClassicT>];
  let attributes = [Attr<"axis", "Int", "0">, Attr<"num_outputs", "Int">];
  let inferTypes = "split";
  let indexing = "split";
}

def Onnx_DepthToSpace : OnnxOp<"DepthToSpace", 13> {
  let summary = "Moves blocks of channels to the two spatial dimensions";
  let description = [{
    Mode "DCR" (depth, column, row) or "CRD".
  }];
  let operands = [ArgOf<"input", ClassicT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [RequiredAttr<"blocksize", "Int">,
                    Attr<"mode", "String", "\"DCR\"">];
  let inferTypes = "depthToSpace";
  let indexing = "depthToSpace";
}

def Onnx_SpaceToDepth : OnnxOp<"SpaceToDepth", 13> {
  let summary = "Moves spatial blocks to channels";
  let operands = [ArgOf<"input", ClassicT>];
  let results = [ArgOf<"output", ClassicT>];
  let attributes = [RequiredAttr<"blocksize", "Int">];
  let inferTypes = "spaceToDepth";
  let indexing = "spaceToDepth";
}

def Onnx_Pad : OnnxOp<"Pad", 25> {
  let summary = "Adds, or with negative pads removes, elements at the borders";
  let description = [{
    "pads" holds all begins, then all ends, of the axes in "axes" (of all by
    default). Modes: constant, reflect, edge, wrap.
  }];
  let operands = [ArgOf<"data", AnyT>, Arg<"pads", Int64>,
                  OptArgOf<"constant_value", AnyT>, OptArg<"axes", IndexInts>];
  let results = [ArgOf<"output", AnyT>];
  let attributes = [Attr<"mode", "String", "\"constant\"">];
  let inferTypes = "pad";
  let indexing = "pad";
}

def Onnx_Resize : OnnxOp<"Resize", 19> {
  let summary = "Resamples a tensor";
  let description = [{
    Exactly one of "scales" and "sizes" is given, for the dimensions in
    "axes" (for all by default).
  }];
  let operands = [ArgOf<"X", ClassicT>,
                  OptArg<"roi", ElementTypes<["f16", "f32", "f64"]>>,
                  OptArg<"scales", Float32>, OptArg<"sizes", Int64>];
  let results = [ArgOf<"Y", ClassicT>];
  let attributes = [Attr<"antialias", "Int", "0">, Attr<"axes", "Ints">,
                    Attr<"coordinate_transformation_mode", "String",
                         "\"half_pixel\"">,
                    Attr<"cubic_coeff_a", "Float", "-0.75">,
                    Attr<"exclude_outside", "Int", "0">,
                    Attr<"extrapolation_value", "Float", "0.0">,
                    Attr<"keep_aspect_ratio_policy", "String", "\"stretch\"">,
                    Attr<"mode", "String", "\"nearest\"">,
                    Attr<"nearest_mode", "String", "\"round_prefer_floor\"">];
  let inferTypes = "resize";
  let indexing = "resize";
}

def Onnx_CenterCropPad : OnnxOp<"CenterCropPad", 18> {
  let summary = "Crops or pads evenly on both sides";
  let operands = [ArgOf<"input_data", ClassicT>, ArgOf<"shape", IndexT>];
  let results = [ArgOf<"output_data", ClassicT>];
  let attributes = [Attr<"axes", "Ints">];
  let inferTypes = "centerCropPad";
  let indexing = "centerCropPad";
}

#endif // ONNC_IR_OPS_ONNXSHAPE_TD
