//===- OnnxPooling.td - Pooling -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXPOOLING_TD
#define ONNC_IR_OPS_ONNXPOOLING_TD

include "onnc/IR/Ops/OnnxDialect.td"

/// A reduction of everything behind the channels to size 1.
class OnnxGlobalPool<string mnemonic, string s> : OnnxOp<mnemonic, 22> {
  let summary = s;
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let inferTypes = "globalPool";
  let indexing = "globalPool";
}

def MaxPoolT : TypeVar<"T", ElementTypes<!listconcat(Floats.names,
                                                     Bytes.names)>>;

def Onnx_MaxPool : OnnxOp<"MaxPool", 22> {
  let summary = "The maximum of each window";
  let description = [{
    "Indices" are into the flattened tensor, row-major unless
    "storage_order" is 1.
  }];
  let operands = [ArgOf<"X", MaxPoolT>];
  let results = [ArgOf<"Y", MaxPoolT>, OptArg<"Indices", Int64>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"ceil_mode", "Int", "0">, Attr<"dilations", "Ints">,
                    RequiredAttr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"storage_order", "Int", "0">, Attr<"strides", "Ints">];
  let inferTypes = "pool";
  let indexing = "maxPool";
}

def Onnx_AveragePool : OnnxOp<"AveragePool", 22> {
  let summary = "The mean of each window";
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"ceil_mode", "Int", "0">,
                    Attr<"count_include_pad", "Int", "0">,
                    Attr<"dilations", "Ints">,
                    RequiredAttr<"kernel_shape", "Ints">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "pool";
  let indexing = "pool";
}

def Onnx_LpPool : OnnxOp<"LpPool", 22> {
  let summary = "The p-norm of each window";
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let attributes = [Attr<"auto_pad", "String", "\"NOTSET\"">,
                    Attr<"ceil_mode", "Int", "0">, Attr<"dilations", "Ints">,
                    RequiredAttr<"kernel_shape", "Ints">,
                    Attr<"p", "Int", "2">, Attr<"pads", "Ints">,
                    Attr<"strides", "Ints">];
  let inferTypes = "pool";
  let indexing = "pool";
}

def Onnx_GlobalAveragePool
    : OnnxGlobalPool<"GlobalAveragePool", "The mean of each channel">;
def Onnx_GlobalMaxPool
    : OnnxGlobalPool<"GlobalMaxPool", "The maximum of each channel"> {
  let indexing = "globalMaxPool";
}
def Onnx_GlobalLpPool
    : OnnxGlobalPool<"GlobalLpPool", "The p-norm of each channel"> {
  let attributes = [Attr<"p", "Int", "2">];
}

#endif // ONNC_IR_OPS_ONNXPOOLING_TD
