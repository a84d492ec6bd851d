//===- NoOps.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/Patterns.h"

using namespace llvm;
using namespace onnc;

/// One operand, one result: nothing is left to do.
static LogicalResult forwardOnlyOperand(Operation *op, Rewriter &rewriter) {
  if (op->getNumOperands() != 1 || op->getNumResults() != 1)
    return failure();
  return rewriter.replace(op, op->getOperand(0));
}

/// The first operand has the result's element type and, without doubt, its
/// shape.
static bool keepsType(Operation *op) {
  TensorType type = op->getResult()->getTensorType();
  return type && type == op->getOperand(0)->getType() && type.hasRank() &&
         none_of(type.getShape(), [](DimExpr d) { return d.isUnknown(); });
}

/// Operators that can't keep the shape and move elements at the same time.
static LogicalResult forwardSameShape(Operation *op, Rewriter &rewriter) {
  // A Split may have results without elements beside all of them.
  if (op->getNumResults() != 1 || !keepsType(op))
    return failure();
  return rewriter.replace(op, op->getOperand(0));
}

/// With negative steps a Slice reverses what it keeps.
static LogicalResult forwardWholeSlice(Operation *op, Rewriter &rewriter) {
  auto slice = cast<onnx::SliceOp>(op);
  if (!keepsType(op))
    return failure();
  if (slice.getSteps()) {
    auto steps = getShapeValue(slice.getSteps());
    if (!steps || !all_of(*steps, [](DimExpr step) {
          auto value = step.getConstant();
          return value && *value > 0;
        }))
      return failure();
  }
  return rewriter.replace(op, slice.getData());
}

static LogicalResult forwardSameCast(Operation *op, Rewriter &rewriter) {
  TensorType from = op->getOperand(0)->getTensorType();
  TensorType to = op->getResult()->getTensorType();
  if (!from || !to || from.getElementType() != to.getElementType())
    return failure();
  return rewriter.replace(op, op->getOperand(0));
}

/// CastLike depends on a tensor of which it wants the type only.
static LogicalResult castLikeToCast(Operation *op, Rewriter &rewriter) {
  TensorType like = op->getOperand(1)->getTensorType();
  if (!like)
    return failure();
  return rewriter.replace(
      op, rewriter.create<onnx::CastOp>(op->getOperand(0),
                                        getOnnxNumber(like.getElementType()),
                                        op->getAttrs()));
}

static LogicalResult forwardEmptyPad(Operation *op, Rewriter &rewriter) {
  auto pad = cast<onnx::PadOp>(op);
  auto pads = getShapeValue(pad.getPads());
  if (!pads || !all_of(*pads, [](DimExpr d) { return d.getConstant() == 0; }))
    return failure();
  return rewriter.replace(op, pad.getData());
}

static LogicalResult forwardIdentityTranspose(Operation *op,
                                              Rewriter &rewriter) {
  TensorType type = op->getOperand(0)->getTensorType();
  if (!type || !type.hasRank())
    return failure();
  SmallVector<int64_t, 6> perm = cast<onnx::TransposeOp>(op).getPerm();
  bool identity = op->hasAttr("perm") || type.getRank() <= 1;
  for (auto [i, from] : enumerate(perm))
    identity &= from == static_cast<int64_t>(i);
  return identity ? rewriter.replace(op, op->getOperand(0)) : failure();
}

/// Outside training nothing is dropped, and the mask is all true.
static LogicalResult forwardDropout(Operation *op, Rewriter &rewriter) {
  auto dropout = cast<onnx::DropoutOp>(op);
  if (Value *training = dropout.getTrainingMode()) {
    ConstantAttr constant = getConstantValue(training);
    auto mode = constant ? constant.getIntValues(1) : std::nullopt;
    if (!mode || mode->size() != 1 || mode->front() != 0)
      return failure();
  }
  SmallVector<Value *, 2> values = {dropout.getData()};
  Value *mask = dropout.getMask();
  if (mask) {
    TensorType type = mask->getTensorType();
    bool isStatic = type && type.isStatic() && type.getByteSize();
    if (mask->hasUses() && !isStatic)
      return failure();
    values.push_back(mask->hasUses()
                         ? rewriter.constant(ConstantAttr::get(
                               type, ConstantData(std::vector<char>{1},
                                                  /*splat=*/true)))
                         : nullptr);
  }
  return rewriter.replace(op, values);
}

void onnc::addNoOpPatterns(PatternSet &patterns) {
  static constexpr Pattern table[] = {
      {"forward-identity", "onnx.Identity", forwardOnlyOperand},
      {"forward-concat-of-one", "onnx.Concat", forwardOnlyOperand},
      {"forward-split-into-one", "onnx.Split", forwardSameShape},
      {"forward-sum-of-one", "onnx.Sum", forwardOnlyOperand},
      {"forward-mean-of-one", "onnx.Mean", forwardOnlyOperand},
      {"forward-max-of-one", "onnx.Max", forwardOnlyOperand},
      {"forward-min-of-one", "onnx.Min", forwardOnlyOperand},
      {"forward-reshape", "onnx.Reshape", forwardSameShape},
      {"forward-flatten", "onnx.Flatten", forwardSameShape},
      {"forward-squeeze", "onnx.Squeeze", forwardSameShape},
      {"forward-unsqueeze", "onnx.Unsqueeze", forwardSameShape},
      {"forward-expand", "onnx.Expand", forwardSameShape},
      {"forward-tile", "onnx.Tile", forwardSameShape},
      {"forward-slice", "onnx.Slice", forwardWholeSlice},
      {"forward-cast", "onnx.Cast", forwardSameCast},
      {"cast-like-to-cast", "onnx.CastLike", castLikeToCast},
      {"forward-pad", "onnx.Pad", forwardEmptyPad},
      {"forward-transpose", "onnx.Transpose", forwardIdentityTranspose},
      {"forward-dropout", "onnx.Dropout", forwardDropout},
  };
  patterns.add(table);
}
