//===- OnnxElementwise.td - Operators on corresponding elements -----------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXELEMENTWISE_TD
#define ONNC_IR_OPS_ONNXELEMENTWISE_TD

include "onnc/IR/Ops/OnnxDialect.td"

/// One operand, one result of the same type.
class OnnxUnary<string mnemonic, int version, string s, TypeVar t,
                string operand = "X", string result = "Y">
    : OnnxOp<mnemonic, version> {
  let summary = s;
  let operands = [ArgOf<operand, t>];
  let results = [ArgOf<result, t>];
  let traits = [Elementwise];
  let inferTypes = "sameAsFirst";
  let indexing = "broadcast";
}
/// The same with the names "input" and "output".
class OnnxUnaryIO<string mnemonic, int version, string s, TypeVar t>
    : OnnxUnary<mnemonic, version, s, t, "input", "output">;

/// An activation function of floats with attributes.
class OnnxActivation<string mnemonic, int version, string s,
                     list<AttrSpec> attrs>
    : OnnxUnary<mnemonic, version, s, FloatT> {
  let attributes = attrs;
}

/// Two operands that broadcast, one result of the same element type.
class OnnxBinary<string mnemonic, int version, string s, TypeVar t,
                 list<Trait> more = []> : OnnxOp<mnemonic, version> {
  let summary = s;
  let operands = [ArgOf<"A", t>, ArgOf<"B", t>];
  let results = [ArgOf<"C", t>];
  let traits = !listconcat([Elementwise], more);
  let inferTypes = "broadcast";
  let indexing = "broadcast";
}
/// Two operands that broadcast, a boolean result.
class OnnxComparison<string mnemonic, int version, string s, TypeVar t,
                     list<Trait> more = []>
    : OnnxBinary<mnemonic, version, s, t, more> {
  let results = [Arg<"C", Bool>];
  let inferTypes = "broadcastToBool";
}
/// Any number of operands that broadcast.
class OnnxVariadic<string mnemonic, int version, string s, TypeVar t,
                   string out> : OnnxOp<mnemonic, version> {
  let summary = s;
  let operands = [VarArgOf<"data_0", t>];
  let results = [ArgOf<out, t>];
  let traits = [Elementwise, Commutative];
  let inferTypes = "broadcast";
  let indexing = "broadcast";
}

def SignedT : TypeVar<"T", FloatsAndSignedInts>;
def BoolT : TypeVar<"T", Bool>;
def IntT : TypeVar<"T", Ints>;
def UnsignedT : TypeVar<"T", UnsignedInts>;
def EqualT : TypeVar<"T", ElementTypes<!listconcat(NumericAndBool.names,
                                                   ["string"])>>;
def PowT : TypeVar<"T", ElementTypes<!listconcat(Floats.names,
                                                 ["i32", "i64"])>>;
def ShrinkT : TypeVar<"T", NumericNoBF16>;
def NanFloats : ElementTypes<!listconcat(Floats.names, QuantFloat8s.names)>;

// Arithmetic of one operand ---------------------------------------------------

def Onnx_Abs : OnnxUnary<"Abs", 13, "|x|", NumericT>;
def Onnx_Neg : OnnxUnary<"Neg", 13, "-x", SignedT>;
def Onnx_Sign : OnnxUnaryIO<"Sign", 13, "-1, 0 or 1", NumericT>;
def Onnx_Exp : OnnxUnaryIO<"Exp", 13, "e to the power of x", FloatT>;
def Onnx_Log : OnnxUnaryIO<"Log", 13, "The natural logarithm", FloatT>;
def Onnx_Sqrt : OnnxUnary<"Sqrt", 13, "The square root", FloatT>;
def Onnx_Reciprocal : OnnxUnary<"Reciprocal", 13, "1 / x", FloatT>;
def Onnx_Floor : OnnxUnary<"Floor", 13, "Rounds down", FloatT>;
def Onnx_Ceil : OnnxUnary<"Ceil", 13, "Rounds up", FloatT>;
def Onnx_Round
    : OnnxUnary<"Round", 22, "Rounds to the nearest integer, halves to even",
                FloatT>;
def Onnx_Erf : OnnxUnaryIO<"Erf", 13, "The error function", NumericT>;
def Onnx_Sin : OnnxUnaryIO<"Sin", 22, "The sine", FloatT>;
def Onnx_Cos : OnnxUnaryIO<"Cos", 22, "The cosine", FloatT>;
def Onnx_Tan : OnnxUnaryIO<"Tan", 22, "The tangent", FloatT>;
def Onnx_Asin : OnnxUnaryIO<"Asin", 22, "The inverse sine", FloatT>;
def Onnx_Acos : OnnxUnaryIO<"Acos", 22, "The inverse cosine", FloatT>;
def Onnx_Atan : OnnxUnaryIO<"Atan", 22, "The inverse tangent", FloatT>;
def Onnx_Sinh : OnnxUnaryIO<"Sinh", 22, "The hyperbolic sine", FloatT>;
def Onnx_Cosh : OnnxUnaryIO<"Cosh", 22, "The hyperbolic cosine", FloatT>;
def Onnx_Asinh : OnnxUnaryIO<"Asinh", 22, "The inverse hyperbolic sine",
                             FloatT>;
def Onnx_Acosh : OnnxUnaryIO<"Acosh", 22, "The inverse hyperbolic cosine",
                             FloatT>;
def Onnx_Atanh : OnnxUnaryIO<"Atanh", 22, "The inverse hyperbolic tangent",
                             FloatT>;
def Onnx_Tanh : OnnxUnaryIO<"Tanh", 13, "The hyperbolic tangent", FloatT>;
def Onnx_Not : OnnxUnary<"Not", 1, "Logical negation", BoolT>;
def Onnx_BitwiseNot : OnnxUnary<"BitwiseNot", 18, "Inverts all bits", IntT>;

def Onnx_IsNaN : OnnxOp<"IsNaN", 20> {
  let summary = "Is it not a number?";
  let operands = [Arg<"X", NanFloats>];
  let results = [Arg<"Y", Bool>];
  let traits = [Elementwise];
  let inferTypes = "sameShapeBool";
  let indexing = "broadcast";
}

def Onnx_IsInf : OnnxOp<"IsInf", 20> {
  let summary = "Is it infinite?";
  let operands = [Arg<"X", NanFloats>];
  let results = [Arg<"Y", Bool>];
  let attributes = [Attr<"detect_negative", "Int", "1">,
                    Attr<"detect_positive", "Int", "1">];
  let traits = [Elementwise];
  let inferTypes = "sameShapeBool";
  let indexing = "broadcast";
}

def Onnx_Clip : OnnxOp<"Clip", 13> {
  let summary = "Limits values to [min, max]";
  let description = [{
    "min" and "max" are scalars; where min > max the result is max.
  }];
  let operands = [ArgOf<"input", NumericT>, OptArgOf<"min", NumericT>,
                  OptArgOf<"max", NumericT>];
  let results = [ArgOf<"output", NumericT>];
  let traits = [Elementwise];
  let inferTypes = "clip";
  let indexing = "broadcast";
}

// Activation functions --------------------------------------------------------

def Onnx_Relu : OnnxUnary<"Relu", 14, "max(0, x)", SignedT>;
def Onnx_Sigmoid : OnnxUnary<"Sigmoid", 13, "1 / (1 + exp(-x))", FloatT>;
def Onnx_Softplus : OnnxUnary<"Softplus", 22, "ln(exp(x) + 1)", FloatT>;
def Onnx_Softsign : OnnxUnaryIO<"Softsign", 22, "x / (1 + |x|)", FloatT>;
def Onnx_HardSwish : OnnxUnary<"HardSwish", 22,
                               "x * max(0, min(1, x / 6 + 0.5))", FloatT>;
def Onnx_Mish : OnnxUnary<"Mish", 22, "x * tanh(ln(1 + exp(x)))", FloatT>;
def Onnx_LeakyRelu : OnnxActivation<"LeakyRelu", 16,
                                    "x, or alpha * x where it is negative",
                                    [Attr<"alpha", "Float", "0.01">]>;
def Onnx_ThresholdedRelu : OnnxActivation<"ThresholdedRelu", 22,
                                          "x where it exceeds alpha, else 0",
                                          [Attr<"alpha", "Float", "1.0">]>;
def Onnx_Elu : OnnxActivation<"Elu", 22,
                              "x, or alpha * (exp(x) - 1) where it is negative",
                              [Attr<"alpha", "Float", "1.0">]>;
def Onnx_Selu : OnnxActivation<"Selu", 22,
                               "gamma * x, or gamma * (alpha * exp(x) - alpha)",
                               [Attr<"alpha", "Float", "1.67326319">,
                                Attr<"gamma", "Float", "1.05070102">]>;
def Onnx_Celu : OnnxActivation<"Celu", 28,
                               "x, or alpha * (exp(x / alpha) - 1) below 0",
                               [Attr<"alpha", "Float", "1.0">]>;
def Onnx_HardSigmoid : OnnxActivation<"HardSigmoid", 22,
                                      "max(0, min(1, alpha * x + beta))",
                                      [Attr<"alpha", "Float", "0.2">,
                                       Attr<"beta", "Float", "0.5">]>;
def Onnx_Gelu : OnnxActivation<"Gelu", 20,
                               "x times the normal distribution of x",
                               [Attr<"approximate", "String", "\"none\"">]> {
  let description = [{
    The distribution as erf gives it, or with approximate "tanh" by tanh.
  }];
  let inferTypes = "gelu";
}
def Onnx_Swish : OnnxActivation<"Swish", 24, "x * sigmoid(alpha * x)",
                                [Attr<"alpha", "Float", "1.0">]>;

def Onnx_Shrink : OnnxUnaryIO<"Shrink", 9,
                              "x ± bias beyond ±lambd, 0 in between",
                              ShrinkT> {
  let attributes = [Attr<"bias", "Float", "0.0">,
                    Attr<"lambd", "Float", "0.5">];
}

def Onnx_SwiGLU : OnnxOp<"SwiGLU", 28> {
  let summary = "Swish of A, times B";
  let operands = [ArgOf<"A", FloatT>, ArgOf<"B", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"alpha", "Float", "1.0">];
  let traits = [Elementwise];
  let inferTypes = "swiGLU";
  let indexing = "broadcast";
}

def Onnx_PRelu : OnnxOp<"PRelu", 16> {
  let summary = "x, or slope * x where it is negative";
  let description = [{
    "slope" broadcasts to X, not the other way.
  }];
  let operands = [ArgOf<"X", WideNumericT>, ArgOf<"slope", WideNumericT>];
  let results = [ArgOf<"Y", WideNumericT>];
  let traits = [Elementwise];
  let inferTypes = "prelu";
  let indexing = "broadcast";
}

// Two and more operands, broadcast --------------------------------------------

def Onnx_Add : OnnxBinary<"Add", 14, "a + b", NumericT, [Commutative]>;
def Onnx_Sub : OnnxBinary<"Sub", 14, "a - b", NumericT>;
def Onnx_Mul : OnnxBinary<"Mul", 14, "a * b", NumericT, [Commutative]>;
def Onnx_Div : OnnxBinary<"Div", 14, "a / b; of integers, truncated", NumericT>;
def Onnx_Mod : OnnxBinary<"Mod", 13, "The remainder of a / b", NumericT> {
  let description = [{
    With the sign of b; with "fmod", which floats need, with that of a.
  }];
  let attributes = [Attr<"fmod", "Int", "0">];
  let inferTypes = "mod";
}
def Onnx_And : OnnxBinary<"And", 7, "a and b", BoolT, [Commutative]>;
def Onnx_Or : OnnxBinary<"Or", 7, "a or b", BoolT, [Commutative]>;
def Onnx_Xor : OnnxBinary<"Xor", 7, "a or b, but not both",
                          BoolT, [Commutative]>;
def Onnx_BitwiseAnd : OnnxBinary<"BitwiseAnd", 18, "The bits set in a and b",
                                 IntT, [Commutative]>;
def Onnx_BitwiseOr : OnnxBinary<"BitwiseOr", 18, "The bits set in a or b",
                                IntT, [Commutative]>;
def Onnx_BitwiseXor : OnnxBinary<"BitwiseXor", 18,
                                 "The bits that differ", IntT, [Commutative]>;
def Onnx_Equal : OnnxComparison<"Equal", 19, "a = b", EqualT, [Commutative]>;
def Onnx_Greater : OnnxComparison<"Greater", 13, "a > b", NumericT>;
def Onnx_GreaterOrEqual : OnnxComparison<"GreaterOrEqual", 16, "a ≥ b",
                                         NumericT>;
def Onnx_Less : OnnxComparison<"Less", 13, "a < b", NumericT>;
def Onnx_LessOrEqual : OnnxComparison<"LessOrEqual", 16, "a ≤ b", NumericT>;

def Onnx_Pow : OnnxOp<"Pow", 15> {
  let summary = "x to the power of y";
  let operands = [ArgOf<"X", PowT>, Arg<"Y", Numeric>];
  let results = [ArgOf<"Z", PowT>];
  let traits = [Elementwise];
  let inferTypes = "broadcast";
  let indexing = "broadcast";
}

def Onnx_BitShift : OnnxOp<"BitShift", 11> {
  let summary = "Shifts the bits of X by Y places";
  let description = [{
    Direction "LEFT" or "RIGHT".
  }];
  let operands = [ArgOf<"X", UnsignedT>, ArgOf<"Y", UnsignedT>];
  let results = [ArgOf<"Z", UnsignedT>];
  let attributes = [RequiredAttr<"direction", "String">];
  let traits = [Elementwise];
  let inferTypes = "bitShift";
  let indexing = "broadcast";
}

def Onnx_Max : OnnxVariadic<"Max", 13, "The largest of all operands", NumericT,
                            "max">;
def Onnx_Min : OnnxVariadic<"Min", 13, "The smallest of all operands", NumericT,
                            "min">;
def Onnx_Mean : OnnxVariadic<"Mean", 13, "The mean of all operands", FloatT,
                             "mean">;
def Onnx_Sum : OnnxVariadic<"Sum", 13, "The sum of all operands", FloatT,
                            "sum">;

#endif // ONNC_IR_OPS_ONNXELEMENTWISE_TD
