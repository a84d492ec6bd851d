//===- Reshapes.cpp -------------------------------------------------------===//
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

Operation *onnc::createReshape(Builder &builder, Value *value,
                               TensorType type) {
  if (!type || !type.hasRank())
    return nullptr;
  SmallVector<int64_t, 6> shape;
  unsigned open = 0;
  bool hasZero = false;
  for (DimExpr dim : type.getShape()) {
    auto size = dim.getConstant();
    shape.push_back(size ? *size : -1);
    open += !size;
    hasZero |= size == 0;
  }
  // 0 means the dimension of the value at the same place.
  TensorType from = value->getTensorType();
  if (open > 1 && !hasZero && from && from.hasRank())
    for (auto [size, was, is] :
         zip(shape, from.getShape(), type.getShape()))
      if (size == -1 && !is.isUnknown() && was == is) {
        size = 0;
        --open;
      }
  // -1 means what the others leave, and they leave nothing to divide by if one
  // of them is 0.
  if (open > 1 || (open && hasZero))
    return nullptr;
  SmallVector<NamedAttr, 1> attrs;
  if (hasZero)
    attrs.push_back({"allowzero", IntAttr::get(1)});
  return builder.create<onnx::ReshapeOp>(value, builder.constantInts(shape),
                                         attrs);
}

/// Flatten, Squeeze and Unsqueeze rename dimensions, as Reshape does.
static LogicalResult toReshape(Operation *op, Rewriter &rewriter) {
  return rewriter.replace(op, createReshape(rewriter, op->getOperand(0),
                                            op->getResult()->getTensorType()));
}

/// A shape that the model computes, but that inference knows.
static LogicalResult knownReshape(Operation *op, Rewriter &rewriter) {
  if (getConstantValue(op->getOperand(1)))
    return failure();
  return toReshape(op, rewriter);
}

/// Of two reshapes in a row the second alone counts.
static LogicalResult mergeReshapes(Operation *op, Rewriter &rewriter) {
  auto first =
      dyn_cast_or_null<onnx::ReshapeOp>(op->getOperand(0)->getDefiningOp());
  if (!first)
    return failure();
  return rewriter.replace(op, createReshape(rewriter, first.getData(),
                                            op->getResult()->getTensorType()));
}

/// The permutation, of which the default reverses; empty where the rank isn't
/// known.
static SmallVector<int64_t, 6> getPermutation(onnx::TransposeOp op) {
  TensorType type = op.getData()->getTensorType();
  if (op->hasAttr("perm") || !type || !type.hasRank())
    return op.getPerm();
  SmallVector<int64_t, 6> perm;
  for (unsigned i = type.getRank(); i-- > 0;)
    perm.push_back(i);
  return perm;
}

static LogicalResult mergeTransposes(Operation *op, Rewriter &rewriter) {
  auto second = cast<onnx::TransposeOp>(op);
  auto first =
      dyn_cast_or_null<onnx::TransposeOp>(second.getData()->getDefiningOp());
  if (!first)
    return failure();
  auto inner = getPermutation(first), outer = getPermutation(second);
  if (inner.size() != outer.size() || inner.empty())
    return failure();
  SmallVector<int64_t, 6> perm;
  for (int64_t from : outer)
    perm.push_back(inner[from]);
  return rewriter.replace(
      op, rewriter.create<onnx::TransposeOp>(
              first.getData(), NamedAttr{"perm", IntsAttr::get(perm)}));
}

/// A transpose that keeps the order of all dimensions but those of size 1.
static LogicalResult transposeToReshape(Operation *op, Rewriter &rewriter) {
  auto transpose = cast<onnx::TransposeOp>(op);
  TensorType type = transpose.getData()->getTensorType();
  if (!type || !type.hasRank() || type.getRank() < 2)
    return failure();
  int64_t last = -1;
  for (int64_t from : getPermutation(transpose)) {
    if (type.getDim(from).getConstant() == 1)
      continue;
    if (from < last)
      return failure();
    last = from;
  }
  return toReshape(op, rewriter);
}

void onnc::addReshapePatterns(PatternSet &patterns) {
  static constexpr Pattern table[] = {
      {"flatten-to-reshape", "onnx.Flatten", toReshape},
      {"squeeze-to-reshape", "onnx.Squeeze", toReshape},
      {"unsqueeze-to-reshape", "onnx.Unsqueeze", toReshape},
      {"merge-reshapes", "onnx.Reshape", mergeReshapes},
      {"known-reshape", "onnx.Reshape", knownReshape},
      {"merge-transposes", "onnx.Transpose", mergeTransposes},
      {"transpose-to-reshape", "onnx.Transpose", transposeToReshape},
  };
  patterns.add(table);
}
