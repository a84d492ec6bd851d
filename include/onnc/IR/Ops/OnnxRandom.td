//===- OnnxRandom.td - Random numbers -------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXRANDOM_TD
#define ONNC_IR_OPS_ONNXRANDOM_TD

include "onnc/IR/Ops/OnnxDialect.td"

/// Where a "seed" is given, all runs give the same.
class OnnxRandom<string mnemonic, string s> : OnnxOp<mnemonic, 22> {
  let summary = s;
  let traits = [NonDeterministic];
}

/// Of a shape that an attribute gives; "dtype" is float by default.
class OnnxRandomShaped<string mnemonic, string s, list<AttrSpec> attrs>
    : OnnxRandom<mnemonic, s> {
  let results = [Arg<"output", Floats>];
  let attributes = !listconcat(attrs, [
      Attr<"dtype", "Int", "1">, Attr<"seed", "Float">,
      RequiredAttr<"shape", "Ints">]);
  let inferTypes = "randomShaped";
}
/// Of the shape of the operand and, by default, its element type.
class OnnxRandomLike<string mnemonic, string s, list<AttrSpec> attrs>
    : OnnxRandom<mnemonic, s> {
  let operands = [Arg<"input", Classic>];
  let results = [Arg<"output", Floats>];
  let attributes = !listconcat(attrs, [Attr<"dtype", "Int">,
                                       Attr<"seed", "Float">]);
  let inferTypes = "randomLike";
}

defvar normalParameters = [Attr<"mean", "Float", "0.0">,
                           Attr<"scale", "Float", "1.0">];
defvar uniformParameters = [Attr<"high", "Float", "1.0">,
                            Attr<"low", "Float", "0.0">];

def Onnx_RandomNormal
    : OnnxRandomShaped<"RandomNormal", "Numbers of a normal distribution",
                       normalParameters>;
def Onnx_RandomNormalLike
    : OnnxRandomLike<"RandomNormalLike", "Numbers of a normal distribution",
                     normalParameters>;
def Onnx_RandomUniform
    : OnnxRandomShaped<"RandomUniform", "Numbers evenly of [low, high)",
                       uniformParameters>;
def Onnx_RandomUniformLike
    : OnnxRandomLike<"RandomUniformLike", "Numbers evenly of [low, high)",
                     uniformParameters>;

def Onnx_Bernoulli : OnnxRandom<"Bernoulli", "1 with the given probability"> {
  let operands = [Arg<"input", Floats>];
  let results = [Arg<"output", NumericAndBool>];
  let attributes = [Attr<"dtype", "Int">, Attr<"seed", "Float">];
  let inferTypes = "randomLike";
}

def Onnx_Multinomial
    : OnnxRandom<"Multinomial", "Classes drawn by their probabilities"> {
  let description = [{
    The input holds unnormalized logarithmic probabilities.
  }];
  let operands = [Arg<"input", Floats>];
  let results = [Arg<"output", IndexInts>];
  let attributes = [Attr<"dtype", "Int", "6">, Attr<"sample_size", "Int", "1">,
                    Attr<"seed", "Float">];
  let inferTypes = "multinomial";
}

#endif // ONNC_IR_OPS_ONNXRANDOM_TD
