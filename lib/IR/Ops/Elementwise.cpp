//===- Elementwise.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators on corresponding elements.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::sameAsFirst(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::sameShapeBool(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  return in ? addLike(op, types, in, ElementType::Bool) : failure();
}

/// Appends the type of all operands' broadcast shape.
static LogicalResult broadcastAll(Operation *op, Types &types,
                                  std::optional<ElementType> element) {
  std::optional<Dims> shape = Dims();
  if (op->getNumOperands() == 0)
    return error(op) << "needs an operand";
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    TensorType in = requireTensor(op, i);
    if (!in)
      return failure();
    if (!element)
      element = in.getElementType();
    if (!in.hasRank())
      shape.reset();
    else if (shape && !(shape = broadcastDims(op, *shape, in.getShape())))
      return failure();
  }
  if (shape)
    return addTensor(op, types, *element, *shape);
  addUnranked(op, types, *element);
  return success();
}

LogicalResult infer::broadcast(Operation *op, Types &types) {
  return broadcastAll(op, types, std::nullopt);
}

LogicalResult infer::broadcastToBool(Operation *op, Types &types) {
  return broadcastAll(op, types, ElementType::Bool);
}

LogicalResult infer::mod(Operation *op, Types &types) {
  TensorType a = requireTensor(op, 0);
  if (!a)
    return failure();
  if (isFloat(a.getElementType()) && op->getInt("fmod", 0) != 1)
    return error(op) << "needs fmod = 1 for floating-point operands";
  return broadcastAll(op, types, std::nullopt);
}

LogicalResult infer::bitShift(Operation *op, Types &types) {
  if (failed(requireOneOf(op, "direction", "", {"LEFT", "RIGHT"})))
    return failure();
  return broadcastAll(op, types, std::nullopt);
}

LogicalResult infer::clip(Operation *op, Types &types) {
  if (failed(requireSingle(op, 1)) || failed(requireSingle(op, 2)))
    return failure();
  return sameAsFirst(op, types);
}

LogicalResult infer::prelu(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1))
    return failure();
  if (in.hasRank() && failed(requireBroadcastsTo(op, 1, in.getShape())))
    return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::gelu(Operation *op, Types &types) {
  if (failed(requireOneOf(op, "approximate", "none", {"none", "tanh"})))
    return failure();
  return sameAsFirst(op, types);
}

LogicalResult infer::swiGLU(Operation *op, Types &types) {
  TensorType a = requireTensor(op, 0), b = requireTensor(op, 1);
  if (!a || !b)
    return failure();
  Type unified = unifyTypes(a, b);
  if (!unified)
    return error(op) << "needs operands of one type, but has " << a << " and "
                     << b;
  types.push_back(unified);
  return success();
}
