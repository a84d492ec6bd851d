//===- Onnx.td - All ONNX operators ---------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNX_TD
#define ONNC_IR_OPS_ONNX_TD

include "onnc/IR/Ops/OnnxAttention.td"
include "onnc/IR/Ops/OnnxConstant.td"
include "onnc/IR/Ops/OnnxControlFlow.td"
include "onnc/IR/Ops/OnnxConvolution.td"
include "onnc/IR/Ops/OnnxDetection.td"
include "onnc/IR/Ops/OnnxElementwise.td"
include "onnc/IR/Ops/OnnxGather.td"
include "onnc/IR/Ops/OnnxImages.td"
include "onnc/IR/Ops/OnnxLoss.td"
include "onnc/IR/Ops/OnnxMatrix.td"
include "onnc/IR/Ops/OnnxNormalization.td"
include "onnc/IR/Ops/OnnxPooling.td"
include "onnc/IR/Ops/OnnxQuantization.td"
include "onnc/IR/Ops/OnnxRandom.td"
include "onnc/IR/Ops/OnnxRecurrent.td"
include "onnc/IR/Ops/OnnxReduction.td"
include "onnc/IR/Ops/OnnxSequence.td"
include "onnc/IR/Ops/OnnxShape.td"
include "onnc/IR/Ops/OnnxSignal.td"
include "onnc/IR/Ops/OnnxStrings.td"

#endif // ONNC_IR_OPS_ONNX_TD
