//===- OnnxDialect.td - ONNX operators: what they share -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Every operator of ONNX stands here in one form only, the newest of ONNX 1.23
/// (opset 28); the importer upgrades older ones. Names of operands, results and
/// attributes are ONNX's own. "since" is the version of the operator set in
/// which the form appeared.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXDIALECT_TD
#define ONNC_IR_OPS_ONNXDIALECT_TD

include "onnc/IR/OpBase.td"

def Onnx : Dialect<"onnx", "onnx"> {
  let isOnnx = 1;
}

class OnnxOp<string mnemonic, int version> : Op<Onnx, mnemonic> {
  let since = version;
}

// Sets of element types that recur in the specification -----------------------

/// "High-precision numeric" types.
def WideNumeric : ElementTypes<["u32", "u64", "i32", "i64", "f16", "f32", "f64",
                                "bf16"]>;
/// Every integer type and all plain floats but bfloat16.
def NumericNoBF16 : ElementTypes<!listconcat(Ints.names,
                                             ["f16", "f32", "f64"])>;
def FloatsAndSignedInts : ElementTypes<!listconcat(Floats.names,
                                                   SignedInts.names)>;
/// The float8 types with a mantissa.
def QuantFloat8s : ElementTypes<["f8e4m3fn", "f8e4m3fnuz", "f8e5m2",
                                 "f8e5m2fnuz"]>;
def Bytes : ElementTypes<["i8", "u8"]>;
/// What Cast converts: everything but complex numbers.
def Castable : ElementTypes<!listconcat(NumericAndBool.names, ["string"],
                                        Float8s.names, SubByte.names)>;

// Type variables --------------------------------------------------------------

def FloatT : TypeVar<"T", Floats>;
def NumericT : TypeVar<"T", Numeric>;
def WideNumericT : TypeVar<"T", WideNumeric>;
def ClassicT : TypeVar<"T", Classic>;
def AnyT : TypeVar<"T", AnyElement>;
/// Also sequences and optionals.
def AnythingT : TypeVar<"V", Anything>;
def IndexT : TypeVar<"Tind", IndexInts>;

#endif // ONNC_IR_OPS_ONNXDIALECT_TD
