//===- Reduction.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Reductions over axes that are an operand.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::reduction(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireRank(op, 1, 1)))
    return failure();
  ElementType element = in.getElementType();
  Value *axesValue = op->getOperand(1);
  auto axesGiven = constantInts(axesValue);
  auto count = getShapeValueOrUnknown(axesValue);
  bool all = !axesValue || (count && count->empty());
  if (all && op->getInt("noop_with_empty_axes", 0)) {
    types.push_back(in);
    return success();
  }
  bool keep = op->getInt("keepdims", 1) != 0;
  if (all && !keep)
    return addTensor(op, types, element, {});
  if (!in.hasRank()) {
    addUnranked(op, types, element);
    return success();
  }
  unsigned rank = in.getRank();
  if (all)
    return addTensor(op, types, element, Dims(rank, dim(op, 1)));
  if (!axesGiven) {
    if (keep)
      return addTensor(op, types, element, unknownDims(op, rank));
    if (count && count->size() <= rank)
      return addTensor(op, types, element,
                       unknownDims(op, rank - count->size()));
    addUnranked(op, types, element);
    return success();
  }
  auto axes = resolveAxes(op, *axesGiven, rank);
  if (!axes)
    return failure();
  Dims shape;
  for (unsigned i = 0; i < rank; ++i) {
    if (!is_contained(*axes, i))
      shape.push_back(in.getDim(i));
    else if (keep)
      shape.push_back(dim(op, 1));
  }
  return addTensor(op, types, element, shape);
}
