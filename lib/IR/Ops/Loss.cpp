//===- Loss.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Losses: of classes along dimension 1.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::loss(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0), target = requireTensor(op, 1);
  if (!in || !target ||
      failed(requireOneOf(op, "reduction", "mean", {"none", "sum", "mean"})))
    return failure();
  if (in.hasRank() && in.getRank() < 2)
    return error(op) << "needs an input with batch and classes, but its rank "
                        "is "
                     << in.getRank();
  DimExpr classes = in.hasRank() ? in.getDim(1) : unknownDim(op);
  if (failed(mergeShape(op, 2, {&classes})))
    return failure();
  std::optional<Dims> shape;
  if (in.hasRank()) {
    shape.emplace(in.getShape());
    shape->erase(shape->begin() + 1);
  }
  if (target.hasRank()) {
    if (!shape)
      shape.emplace(target.getShape());
    else if (failed(requireRank(op, 1, shape->size())) ||
             failed(mergeInto(op, *shape, target.getShape(),
                              "sizes of " + operandName(op, 0) + " and " +
                                  operandName(op, 1))))
      return failure();
  }
  if (op->getString("reduction", "mean") != "none")
    shape.emplace();
  if (!shape)
    addUnranked(op, types, in.getElementType());
  else if (failed(addTensor(op, types, in.getElementType(), *shape)))
    return failure();
  // SoftmaxCrossEntropyLoss may give the logarithmic probabilities, too.
  types.push_back(in);
  return success();
}
