//===- Matrix.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Products of matrices.
///
//===----------------------------------------------------------------------===//

#include "MatMul.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::addMatMul(Operation *op, Types &types, unsigned aIndex,
                               unsigned bIndex, ElementType element) {
  TensorType a = requireTensor(op, aIndex), b = requireTensor(op, bIndex);
  if (!a || !b)
    return failure();
  if ((a.hasRank() && a.getRank() == 0) || (b.hasRank() && b.getRank() == 0))
    return error(op) << "can't multiply a scalar";
  if (!a.hasRank() || !b.hasRank()) {
    addUnranked(op, types, element);
    return success();
  }
  // A vector on the left is a row, one on the right a column; the dimension
  // added for that is dropped again.
  Dims left(a.getShape()), right(b.getShape());
  bool row = left.size() == 1, column = right.size() == 1;
  if (row)
    left.insert(left.begin(), dim(op, 1));
  if (column)
    right.push_back(dim(op, 1));
  if (!mergeDims(op, left.back(), right[right.size() - 2], "inner dimensions"))
    return failure();
  auto shape = broadcastDims(op, ArrayRef(left).drop_back(2),
                             ArrayRef(right).drop_back(2));
  if (!shape)
    return failure();
  if (!row)
    shape->push_back(left[left.size() - 2]);
  if (!column)
    shape->push_back(right.back());
  return addTensor(op, types, element, *shape);
}

LogicalResult infer::matMul(Operation *op, Types &types) {
  TensorType a = requireTensor(op, 0);
  return a ? addMatMul(op, types, 0, 1, a.getElementType()) : failure();
}

LogicalResult infer::gemm(Operation *op, Types &types) {
  TensorType a = requireTensor(op, 0), b = requireTensor(op, 1);
  if (!a || !b || failed(requireRank(op, 0, 2)) ||
      failed(requireRank(op, 1, 2)))
    return failure();
  Dims left = a.hasRank() ? Dims(a.getShape()) : unknownDims(op, 2);
  Dims right = b.hasRank() ? Dims(b.getShape()) : unknownDims(op, 2);
  if (op->getInt("transA", 0))
    std::swap(left[0], left[1]);
  if (op->getInt("transB", 0))
    std::swap(right[0], right[1]);
  if (!mergeDims(op, left[1], right[0], "inner dimensions"))
    return failure();
  Dims shape = {left[0], right[1]};
  if (failed(requireBroadcastsTo(op, 2, shape)))
    return failure();
  return addTensor(op, types, a.getElementType(), shape);
}

LogicalResult infer::det(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (in.getRank() < 2)
    return error(op) << "needs matrices, but its input has rank "
                     << in.getRank();
  ArrayRef<DimExpr> shape = in.getShape();
  if (!mergeDims(op, shape[shape.size() - 2], shape.back(),
                 "the sizes of square matrices"))
    return failure();
  return addTensor(op, types, in.getElementType(), shape.drop_back(2));
}
