//===- OnnxQuantization.td - Quantized and integer operators --------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXQUANTIZATION_TD
#define ONNC_IR_OPS_ONNXQUANTIZATION_TD

include "onnc/IR/Ops/OnnxDialect.td"

def QuantizedT : TypeVar<"T3", ElementTypes<!listconcat(
    ["i8", "u8", "i16", "u16"], QuantFloat8s.names,
    ["i4", "u4", "f4e2m1", "i2", "u2"])>>;
def DequantizedT : TypeVar<"T1", ElementTypes<!listconcat(
    QuantizedT.elementTypes.names, ["i32"])>>;
def QuantInputs : ElementTypes<["f32", "f16", "bf16", "i32"]>;
def QuantScales : ElementTypes<["f32", "f16", "bf16", "i32", "f8e8m0"]>;
def DequantScales : ElementTypes<["f32", "f16", "bf16", "f8e8m0"]>;
def ScaleFloats : ElementTypes<["f32", "f16", "bf16"]>;
def Byte1T : TypeVar<"T1", Bytes>;
def Byte2T : TypeVar<"T2", Bytes>;
def Byte3T : TypeVar<"T3", Bytes>;
def MatMulBytes : ElementTypes<!listconcat(Bytes.names, QuantFloat8s.names)>;
def QMatMul1T : TypeVar<"T1", MatMulBytes>;
def QMatMul2T : TypeVar<"T2", MatMulBytes>;
def QMatMul3T : TypeVar<"T3", MatMulBytes>;
def ScaleT : TypeVar<"TS", ScaleFloats>;
def Dynamic8T : TypeVar<"T2", ElementTypes<["u8"]>>;

def Onnx_QuantizeLinear : OnnxOp<"QuantizeLinear", 25> {
  let summary = "saturate(round(x / scale) + zero point)";
  let description = [{
    Rounds halves to even. A scalar scale is for the whole tensor, a vector
    for slices along "axis", one of the rank of x for blocks of "block_size"
    elements along "axis". The type of the result is that of the zero point,
    else "output_dtype" (the number of a TensorProto.DataType), else uint8.
  }];
  let operands = [Arg<"x", QuantInputs>, Arg<"y_scale", QuantScales>,
                  OptArgOf<"y_zero_point", QuantizedT>];
  let results = [ArgOf<"y", QuantizedT>];
  let attributes = [Attr<"axis", "Int", "1">, Attr<"block_size", "Int", "0">,
                    Attr<"output_dtype", "Int", "0">,
                    Attr<"precision", "Int", "0">,
                    Attr<"saturate", "Int", "1">];
  let inferTypes = "quantizeLinear";
  let indexing = "quantizeLinear";
}

def Onnx_DequantizeLinear : OnnxOp<"DequantizeLinear", 25> {
  let summary = "(x - zero point) * scale";
  let description = [{
    Scales as in QuantizeLinear. The type of the result is "output_dtype",
    else that of the scale.
  }];
  let operands = [ArgOf<"x", DequantizedT>, Arg<"x_scale", DequantScales>,
                  OptArgOf<"x_zero_point", DequantizedT>];
  let results = [Arg<"y", ScaleFloats>];
  let attributes = [Attr<"axis", "Int", "1">, Attr<"block_size", "Int", "0">,
                    Attr<"output_dtype", "Int", "0">];
  let inferTypes = "dequantizeLinear";
  let indexing = "quantizeLinear";
}

def Onnx_DynamicQuantizeLinear : OnnxOp<"DynamicQuantizeLinear", 11> {
  let summary = "Quantizes to uint8 with a scale computed from the data";
  let operands = [Arg<"x", Float32>];
  let results = [ArgOf<"y", Dynamic8T>, Arg<"y_scale", Float32>,
                 ArgOf<"y_zero_point", Dynamic8T>];
  let inferTypes = "dynamicQuantizeLinear";
}

def Onnx_QLinearConv : OnnxOp<"QLinearConv", 10> {
  let summary = "Convolution of quantized tensors";
  let description = [{
    As Conv on the dequantized values, the result quantized. "w_scale" and
    "w_zero_point" are scalars or have an element per output channel; the
    scale of B is x_scale * w_scale.
  }];
  let operands = [ArgOf<"x", Byte1T>, Arg<"x_scale", Float32>,
                  ArgOf<"x_zero_point", Byte1T>, ArgOf<"w", Byte2T>,
                  Arg<"w_scale", Float32>, ArgOf<"w_zero_point", Byte2T>,
                  Arg<"y_scale", Float32>, ArgOf<"y_zero_point", Byte3T>,
                  OptArg<"B", Int32>];
  let results = [ArgOf<"y", Byte3T>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"dilations", "Ints">, Attr<"group", "Int", "1">,
                    Attr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "qlinearConv";
  let indexing = "qlinearConv";
}

def Onnx_QLinearMatMul : OnnxOp<"QLinearMatMul", 21> {
  let summary = "Matrix product of quantized tensors";
  let description = [{
    Scales are scalars, or per row of a and per column of b.
  }];
  let operands = [ArgOf<"a", QMatMul1T>, ArgOf<"a_scale", ScaleT>,
                  ArgOf<"a_zero_point", QMatMul1T>, ArgOf<"b", QMatMul2T>,
                  ArgOf<"b_scale", ScaleT>, ArgOf<"b_zero_point", QMatMul2T>,
                  ArgOf<"y_scale", ScaleT>, ArgOf<"y_zero_point", QMatMul3T>];
  let results = [ArgOf<"y", QMatMul3T>];
  let inferTypes = "qlinearMatMul";
  let indexing = "qlinearMatMul";
}

def Onnx_ConvInteger : OnnxOp<"ConvInteger", 10> {
  let summary = "Convolution of integers to 32 bits";
  let description = [{
    Zero points are subtracted first.
  }];
  let operands = [ArgOf<"x", Byte1T>, ArgOf<"w", Byte2T>,
                  OptArgOf<"x_zero_point", Byte1T>,
                  OptArgOf<"w_zero_point", Byte2T>];
  let results = [Arg<"y", Int32>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"dilations", "Ints">, Attr<"group", "Int", "1">,
                    Attr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "convInteger";
  let indexing = "convInteger";
}

def Onnx_MatMulInteger : OnnxOp<"MatMulInteger", 10> {
  let summary = "Matrix product of integers to 32 bits";
  let description = [{
    Zero points are subtracted first.
  }];
  let operands = [ArgOf<"A", Byte1T>, ArgOf<"B", Byte2T>,
                  OptArgOf<"a_zero_point", Byte1T>,
                  OptArgOf<"b_zero_point", Byte2T>];
  let results = [Arg<"Y", Int32>];
  let inferTypes = "matMulInteger";
  let indexing = "matMulInteger";
}

#endif // ONNC_IR_OPS_ONNXQUANTIZATION_TD
