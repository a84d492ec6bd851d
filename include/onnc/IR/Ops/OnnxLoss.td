//===- OnnxLoss.td - Losses -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXLOSS_TD
#define ONNC_IR_OPS_ONNXLOSS_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_NegativeLogLikelihoodLoss
    : OnnxOp<"NegativeLogLikelihoodLoss", 22> {
  let summary = "Minus the logarithmic probabilities of the targets";
  let description = [{
    Classes are dimension 1. "reduction" is none, sum or mean, which is
    weighted; targets equal to "ignore_index" count nothing.
  }];
  let operands = [ArgOf<"input", FloatT>, ArgOf<"target", IndexT>,
                  OptArgOf<"weight", FloatT>];
  let results = [ArgOf<"loss", FloatT>];
  let attributes = [Attr<"ignore_index", "Int">,
                    Attr<"reduction", "String", "\"mean\"">];
  let inferTypes = "loss";
  let indexing = "loss";
}

def Onnx_SoftmaxCrossEntropyLoss : OnnxOp<"SoftmaxCrossEntropyLoss", 13> {
  let summary = "NegativeLogLikelihoodLoss of LogSoftmax along dimension 1";
  let operands = [ArgOf<"scores", FloatT>, ArgOf<"labels", IndexT>,
                  OptArgOf<"weights", FloatT>];
  let results = [ArgOf<"output", FloatT>, OptArgOf<"log_prob", FloatT>];
  let attributes = [Attr<"ignore_index", "Int">,
                    Attr<"reduction", "String", "\"mean\"">];
  let inferTypes = "loss";
  let indexing = "loss";
}

#endif // ONNC_IR_OPS_ONNXLOSS_TD
