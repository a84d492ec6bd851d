//===- OnnxNormalization.td - Normalization -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXNORMALIZATION_TD
#define ONNC_IR_OPS_ONNXNORMALIZATION_TD

include "onnc/IR/Ops/OnnxDialect.td"

def NormT1 : TypeVar<"T1", Floats>;
def NormT2 : TypeVar<"T2", Floats>;
def NormU : TypeVar<"U", ElementTypes<["f32", "bf16"]>>;
def NormV : TypeVar<"V", Floats>;
def DropoutT : TypeVar<"T", ElementTypes<!listconcat(Floats.names,
                                                     QuantFloat8s.names)>>;

/// Normalizes along an axis to a distribution.
class OnnxSoftmaxLike<string mnemonic, string s> : OnnxOp<mnemonic, 13> {
  let summary = s;
  let operands = [ArgOf<"input", FloatT>];
  let results = [ArgOf<"output", FloatT>];
  let attributes = [Attr<"axis", "Int", "-1">];
  let inferTypes = "alongAxis";
  let indexing = "alongAxis";
}

def Onnx_BatchNormalization : OnnxOp<"BatchNormalization", 15> {
  let summary = "Normalizes each channel by given or computed moments";
  let description = [{
    The running moments are results in training mode only.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"scale", NormT1>,
                  ArgOf<"B", NormT1>, ArgOf<"input_mean", NormT2>,
                  ArgOf<"input_var", NormT2>];
  let results = [ArgOf<"Y", FloatT>, OptArgOf<"running_mean", NormT2>,
                 OptArgOf<"running_var", NormT2>];
  let attributes = [Attr<"epsilon", "Float", "1e-05">,
                    Attr<"momentum", "Float", "0.9">,
                    Attr<"training_mode", "Int", "0">];
  let inferTypes = "batchNormalization";
  let indexing = "batchNormalization";
}

def Onnx_InstanceNormalization : OnnxOp<"InstanceNormalization", 22> {
  let summary = "Normalizes each channel of each instance";
  let operands = [ArgOf<"input", FloatT>, ArgOf<"scale", FloatT>,
                  ArgOf<"B", FloatT>];
  let results = [ArgOf<"output", FloatT>];
  let attributes = [Attr<"epsilon", "Float", "1e-05">];
  let inferTypes = "instanceNormalization";
  let indexing = "instanceNormalization";
}

def Onnx_GroupNormalization : OnnxOp<"GroupNormalization", 21> {
  let summary = "Normalizes groups of channels of each instance";
  let description = [{
    "scale" and "bias" have an element per channel.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"scale", FloatT>,
                  ArgOf<"bias", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"epsilon", "Float", "1e-05">,
                    RequiredAttr<"num_groups", "Int">,
                    Attr<"stash_type", "Int", "1">];
  let inferTypes = "groupNormalization";
  let indexing = "groupNormalization";
}

def Onnx_LayerNormalization : OnnxOp<"LayerNormalization", 17> {
  let summary = "Normalizes all dimensions from axis on";
  let operands = [ArgOf<"X", FloatT>, ArgOf<"Scale", FloatT>,
                  OptArgOf<"B", FloatT>];
  let results = [ArgOf<"Y", FloatT>, OptArgOf<"Mean", NormU>,
                 OptArgOf<"InvStdDev", NormU>];
  let attributes = [Attr<"axis", "Int", "-1">,
                    Attr<"epsilon", "Float", "1e-05">,
                    Attr<"stash_type", "Int", "1">];
  let inferTypes = "layerNormalization";
  let indexing = "layerNormalization";
}

def Onnx_RMSNormalization : OnnxOp<"RMSNormalization", 23> {
  let summary = "Divides by the root of the mean square from axis on";
  let operands = [ArgOf<"X", FloatT>, ArgOf<"scale", NormV>];
  let results = [ArgOf<"Y", NormV>];
  let attributes = [Attr<"axis", "Int", "-1">,
                    Attr<"epsilon", "Float", "1e-05">,
                    Attr<"stash_type", "Int", "1">];
  let inferTypes = "rmsNormalization";
  let indexing = "layerNormalization";
}

def Onnx_LRN : OnnxOp<"LRN", 13> {
  let summary = "Local response normalization across channels";
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"alpha", "Float", "0.0001">,
                    Attr<"beta", "Float", "0.75">,
                    Attr<"bias", "Float", "1.0">, RequiredAttr<"size", "Int">];
  let inferTypes = "lrn";
  let indexing = "lrn";
}

def Onnx_LpNormalization : OnnxOp<"LpNormalization", 22> {
  let summary = "Divides by the p-norm along an axis";
  let operands = [ArgOf<"input", FloatT>];
  let results = [ArgOf<"output", FloatT>];
  let attributes = [Attr<"axis", "Int", "-1">, Attr<"p", "Int", "2">];
  let inferTypes = "alongAxis";
  let indexing = "alongAxis";
}

def Onnx_MeanVarianceNormalization : OnnxOp<"MeanVarianceNormalization", 13> {
  let summary = "Normalizes over axes";
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"axes", "Ints", "[0, 2, 3]">];
  let inferTypes = "meanVarianceNormalization";
  let indexing = "meanVarianceNormalization";
}

def Onnx_Dropout : OnnxOp<"Dropout", 22> {
  let summary = "Its operand; in training mode with elements dropped at random";
  let operands = [ArgOf<"data", DropoutT>,
                  OptArg<"ratio", DropoutT.elementTypes>,
                  OptArg<"training_mode", Bool>];
  let results = [ArgOf<"output", DropoutT>, OptArg<"mask", Bool>];
  let attributes = [Attr<"seed", "Int">];
  let traits = [NonDeterministic];
  let inferTypes = "dropout";
  let indexing = "dropout";
}

def Onnx_Softmax : OnnxSoftmaxLike<"Softmax", "exp(x) over the sum of exp(x)">;
def Onnx_LogSoftmax
    : OnnxSoftmaxLike<"LogSoftmax", "The logarithm of Softmax">;
def Onnx_Hardmax
    : OnnxSoftmaxLike<"Hardmax", "1 at the first maximum, else 0">;

#endif // ONNC_IR_OPS_ONNXNORMALIZATION_TD
