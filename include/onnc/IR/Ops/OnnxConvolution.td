//===- OnnxConvolution.td - Convolutions ----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXCONVOLUTION_TD
#define ONNC_IR_OPS_ONNXCONVOLUTION_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_Conv : OnnxOp<"Conv", 22> {
  let summary = "Convolution";
  let description = [{
    X is N×C×D1…Dn, W is M×(C/group)×k1…kn, B is M. Windows.h has the rule
    for pads.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>,
                  OptArgOf<"B", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"dilations", "Ints">, Attr<"group", "Int", "1">,
                    Attr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "conv";
  let indexing = "conv";
}

def Onnx_ConvTranspose : OnnxOp<"ConvTranspose", 22> {
  let summary = "Transposed convolution";
  let description = [{
    X is N×C×D1…Dn, W is C×(M/group)×k1…kn, B is M. "output_shape", of the
    spatial dimensions, determines the pads where it is given.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>,
                  OptArgOf<"B", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"dilations", "Ints">, Attr<"group", "Int", "1">,
                    Attr<"kernel_shape", "Ints">,
                    Attr<"output_padding", "Ints">,
                    Attr<"output_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "convTranspose";
  let indexing = "convTranspose";
}

#endif // ONNC_IR_OPS_ONNXCONVOLUTION_TD
