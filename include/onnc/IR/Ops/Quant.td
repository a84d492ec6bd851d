//===- Quant.td - Integer operators of quantized models -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What quantized models need and ONNX has no integer operator for. Every
/// operator is defined on integers and exact: two implementations differ in no
/// bit. Convolutions and matrix products are ONNX's ConvInteger and
/// MatMulInteger, a Requantize behind them.
///
/// Scales are positive finite floats that stand in attributes as they stood in
/// the model; their products and quotients are real numbers, not rounded ones.
/// A result is
///
///   clamp(round(r) + zero_point, min, max)
///
/// for a real number r, halves rounded to even; "zero_point" is a scalar
/// constant whose type is that of the result, and "min" and "max" are by
/// default the smallest and largest number of this type.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_QUANT_TD
#define ONNC_IR_OPS_QUANT_TD

include "onnc/IR/OpBase.td"

def Quant : Dialect<"quant", "quant">;

def QuantBytes : ElementTypes<["i8", "u8"]>;
def QuantInts : ElementTypes<["i8", "u8", "i16", "u16"]>;

/// What every operator with a quantized result has.
defvar quantResult = [RequiredAttr<"zero_point", "Constant">,
                      Attr<"min", "Int">, Attr<"max", "Int">];

def Quant_Requantize : Op<Quant, "Requantize"> {
  let summary = "A 32-bit sum times an exact scale, rounded and clamped";
  let description = [{
    r = (acc + bias) · channel_scales · ∏ numerators / ∏ denominators

    The sum wraps around in 32 bits, as that of ConvInteger does. "bias" and
    "channel_scales" are vectors along "axis", or of one element; absent they
    are 0 and 1. Of numerators and denominators there may be any number, as long as
    the quotient in lowest terms, less powers of two, has at most 64 bits above
    and below: for sx · sw / sy of three floats that always holds.
  }];
  let operands = [Arg<"acc", Int32>, OptArg<"bias", Int32>];
  let results = [Arg<"y", QuantInts>];
  let attributes = !listconcat([
    Attr<"axis", "Int", "1">, Attr<"channel_scales", "Constant">,
    Attr<"numerators", "Floats">, Attr<"denominators", "Floats">], quantResult);
  let hasVerifier = 1;
  let inferTypes = "quantRequantize";
  let indexing = "requantize";
}

def Quant_Sum : Op<Quant, "Sum"> {
  let summary = "The sum of tensors of different scales";
  let description = [{
    r = ∑ (inputs[i] - input_zero_points[i]) · scales[i] / ∏ denominators

    Operands broadcast. A scale may be negative here: the operand is
    subtracted. With one operand it changes the scale of a tensor. The largest
    scale may be 2^63 times the smallest.
  }];
  let operands = [VarArg<"inputs", QuantInts>];
  let results = [Arg<"y", QuantInts>];
  let attributes = !listconcat([
    RequiredAttr<"scales", "Floats">, Attr<"denominators", "Floats">,
    RequiredAttr<"input_zero_points", "Ints">], quantResult);
  let traits = [Elementwise];
  let hasVerifier = 1;
  let inferTypes = "quantSum";
  let indexing = "broadcast";
}

def Quant_Mul : Op<Quant, "Mul"> {
  let summary = "The product of two quantized tensors, in 32 bits";
  let description = [{
    y = (a - a_zero_point) · (b - b_zero_point), wrapping around. Operands
    broadcast.
  }];
  let operands = [Arg<"a", QuantInts>, Arg<"b", QuantInts>];
  let results = [Arg<"y", Int32>];
  let attributes = [Attr<"a_zero_point", "Int", "0">,
                    Attr<"b_zero_point", "Int", "0">];
  let traits = [Elementwise];
  let hasVerifier = 1;
  let inferTypes = "quantMul";
  let indexing = "broadcast";
}

def Quant_SumPool : Op<Quant, "SumPool"> {
  let summary = "The sum of each window, in 32 bits";
  let description = [{
    Windows are those of AveragePool. y = ∑ (x - input_zero_point) over the
    elements of the window that lie in the input, wrapping around: padding is
    the zero point. A Requantize with the number of elements among its
    denominators makes it an average.
  }];
  let operands = [Arg<"x", QuantBytes>];
  let results = [Arg<"y", Int32>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"ceil_mode", "Int", "0">, Attr<"dilations", "Ints">,
                    Attr<"input_zero_point", "Int", "0">,
                    RequiredAttr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let hasVerifier = 1;
  let inferTypes = "quantSumPool";
  let indexing = "sumPool";
}

def Quant_Table : Op<Quant, "Table"> {
  let summary = "Any function of one quantized operand";
  let description = [{
    y = table[x - lowest], where lowest is the smallest number of x's type: -128
    for i8, 0 for u8. "table" has 256 elements of the result's type.
  }];
  let operands = [Arg<"x", QuantBytes>];
  let results = [Arg<"y", QuantInts>];
  let attributes = [RequiredAttr<"table", "Constant">];
  let traits = [Elementwise];
  let hasVerifier = 1;
  let inferTypes = "quantTable";
  let indexing = "broadcast";
}

def Quant_Softmax : Op<Quant, "Softmax"> {
  let summary = "Softmax of quantized numbers, by a table of exponentials";
  let description = [{
    With d = (largest element along "axis") - x and e = exponentials[d]:

    r = e / (∑ e · scale)

    "exponentials" are 256 unsigned integers of 32 bits, the first of which
    isn't 0; exponentials[d] stands for 2^k · exp(-d · scale of x). The sum over
    "axis" is exact; it must stay below 2^64, and its product with the odd part
    of "scale" below 2^95, which the length of the axis ensures if it is known,
    and is otherwise checked when the operator runs.
  }];
  let operands = [Arg<"x", QuantBytes>];
  let results = [Arg<"y", QuantInts>];
  let attributes = !listconcat([
    Attr<"axis", "Int", "-1">, RequiredAttr<"exponentials", "Constant">,
    RequiredAttr<"scale", "Float">], quantResult);
  let hasVerifier = 1;
  let inferTypes = "quantSoftmax";
  let indexing = "alongAxis";
}

#endif // ONNC_IR_OPS_QUANT_TD
