//===- MLUOps.td - The MLU's tensor operators -----------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What operators of the tensor level become when the MLU is selected. Values
/// are FP16 tensors in device memory; what ONNX calls N×C×H×W has the shape
/// N×H×W×C here, other ranks keep their order. Biases are FP32.
///
/// Every operator carries `tile` and `cores`, which mlu-tile sets: the work is
/// cut into tiles (what the numbers mean is said with the operator), and the
/// tiles are dealt out to the cores in contiguous runs.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_MLUOPS_TD
#define ONNC_TARGET_MLU_MLUOPS_TD

include "onnc/IR/OpBase.td"

def MLU : Dialect<"mlu", "mlu">;

def F16 : ElementTypes<["f16"]>;
def DeviceType : ElementTypes<["f16", "f32"]>;
def HostType : ElementTypes<["f16", "f32", "f64"]>;

class MLUOp<string mnemonic> : Op<MLU, mnemonic> {
  let hasVerifier = 1;
}

/// An operator that runs on the cores.
class ComputeOp<string mnemonic, list<AttrSpec> own> : MLUOp<mnemonic> {
  let attributes = !listconcat(own, [Attr<"tile", "Ints">,
                                     Attr<"cores", "Int", "1">]);
  let results = [Arg<"y", F16>];
}

/// One of Relu, Sigmoid, …: the names of ONNX, as `unary` takes them.
defvar Activation = [Attr<"activation", "String", "\"\"">,
                     Attr<"alpha", "Float", "0.0">,
                     Attr<"beta", "Float", "0.0">];

def MLU_Input : MLUOp<"input"> {
  let summary = "A host tensor, copied to the device before the program runs";
  let operands = [Arg<"host", HostType>];
  let results = [Arg<"device", F16>];
  let traits = [SideEffect];
}

def MLU_Output : MLUOp<"output"> {
  let summary = "A host tensor, copied from the device after the program ran";
  let operands = [Arg<"device", F16>];
  let results = [Arg<"host", HostType>];
}

def MLU_Constant : MLUOp<"constant"> {
  let summary = "Weights, in device memory from the start";
  let attributes = [RequiredAttr<"value", "Constant">];
  let results = [Arg<"device", DeviceType>];
  let traits = [ConstantLike];
}

def MLU_Conv : ComputeOp<"conv",
    !listconcat([RequiredAttr<"strides", "Ints">,
                 RequiredAttr<"dilations", "Ints">, RequiredAttr<"pads", "Ints">,
                 Attr<"group", "Int", "1">], Activation)> {
  let summary = "Convolution on the matrix unit";
  let description = [{
    x is N×H×W×C, w is M×KH×KW×(C/group), bias is M, y is N×OH×OW×M. `pads` is
    [top, left]; what lies outside x below and on the right counts as zeros too,
    as far as y reaches. Sums are FP32, from the bias, rounded to FP16 once;
    then the activation. `tile` is [output rows, output channels of a group].
  }];
  let operands = [Arg<"x", F16>, Arg<"w", F16>, Arg<"bias", Float32>];
}

def MLU_Depthwise : ComputeOp<"depthwise",
    !listconcat([RequiredAttr<"strides", "Ints">,
                 RequiredAttr<"dilations", "Ints">,
                 RequiredAttr<"pads", "Ints">], Activation)> {
  let summary = "Depthwise convolution on the vector unit";
  let description = [{
    x is N×H×W×C, w is KH×KW×C, bias is C, y is N×OH×OW×C. Otherwise as conv;
    `tile` is [output rows, channels].
  }];
  let operands = [Arg<"x", F16>, Arg<"w", F16>, Arg<"bias", Float32>];
}

def MLU_Pool : ComputeOp<"pool",
    [RequiredAttr<"kind", "String">, RequiredAttr<"kernel", "Ints">,
     RequiredAttr<"strides", "Ints">, RequiredAttr<"dilations", "Ints">,
     RequiredAttr<"pads", "Ints">]> {
  let summary = "Pooling on the vector unit";
  let description = [{
    `kind` is "max", "average" (over the elements inside x) or
    "average_padded" (over all of the window). `tile` is [output rows,
    channels].
  }];
  let operands = [Arg<"x", F16>];
}

def MLU_Binary : ComputeOp<"binary",
    !listconcat([RequiredAttr<"kind", "String">], Activation)> {
  let summary = "Elementwise operation of two tensors";
  let description = [{
    `kind` is "Add", "Sub", "Mul", "Div", "Max" or "Min". b has a's shape, or is
    a vector along a's last dimension, or has one element; `reverse` exchanges
    the operands of "Sub" and "Div". `tile` is [elements].
  }];
  let operands = [Arg<"a", F16>, Arg<"b", F16>];
  let attributes = !listconcat([RequiredAttr<"kind", "String">,
                                Attr<"reverse", "Bool", "false">,
                                Attr<"tile", "Ints">,
                                Attr<"cores", "Int", "1">], Activation);
}

def MLU_Unary : ComputeOp<"unary", Activation> {
  let summary = "Elementwise function";
  let description = [{
    `activation` is "Relu", "LeakyRelu" (alpha), "Sigmoid", "Tanh", "Exp",
    "Log", "Sqrt", "Abs", "Neg", "Erf", "Reciprocal", "Floor", "Ceil", "Round",
    "Clip" (to [alpha, beta]), "HardSigmoid" (alpha x + beta, clipped to
    [0, 1]), "HardSwish" or "Linear" (alpha x + beta). `tile` is [elements].
  }];
  let operands = [Arg<"x", F16>];
}

def MLU_Softmax : ComputeOp<"softmax", [Attr<"log", "Bool", "false">]> {
  let summary = "Softmax along the last dimension";
  let description = [{
    Computed in FP32; `log` gives its logarithm. `tile` is [rows].
  }];
  let operands = [Arg<"x", F16>];
}

def MLU_LRN : ComputeOp<"lrn",
    [RequiredAttr<"size", "Int">, RequiredAttr<"alpha", "Float">,
     RequiredAttr<"beta", "Float">, RequiredAttr<"bias", "Float">]> {
  let summary = "Local response normalization along the last dimension";
  let description = [{
    As ONNX's LRN, computed in FP32. `tile` is [rows].
  }];
  let operands = [Arg<"x", F16>];
}

def MLU_Relayout : ComputeOp<"relayout", [RequiredAttr<"to", "String">]> {
  let summary = "Exchanges channels and pixels";
  let description = [{
    `to` = "nchw": x is N×H×W×C, y is N×C×H×W; "nhwc": the other way. `tile` is
    [pixels].
  }];
  let operands = [Arg<"x", F16>];
}

def MLU_Reshape : MLUOp<"reshape"> {
  let summary = "The same bytes as another shape";
  let operands = [Arg<"x", F16>];
  let results = [Arg<"y", F16>];
}

def MLU_Concat : ComputeOp<"concat", [RequiredAttr<"axis", "Int">]> {
  let summary = "Concatenation";
  let description = [{
    `axis` counts dimensions of the device's shape. `tile` is [bytes].
  }];
  let operands = [VarArg<"xs", F16>];
}

#endif // ONNC_TARGET_MLU_MLUOPS_TD
