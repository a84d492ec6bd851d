//===- Random.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Random numbers.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::randomShaped(Operation *op, Types &types) {
  auto element = elementTypeAttr(op, "dtype", ElementType::F32);
  if (!element)
    return failure();
  Dims shape;
  for (int64_t size : op->getInts("shape"))
    shape.push_back(dim(op, size));
  return addTensor(op, types, *element, shape);
}

LogicalResult infer::randomLike(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto element =
      elementTypeAttr(op, "dtype", in ? in.getElementType() : ElementType::F32);
  return in && element ? addLike(op, types, in, *element) : failure();
}

LogicalResult infer::multinomial(Operation *op, Types &types) {
  auto element = elementTypeAttr(op, "dtype", ElementType::I32);
  DimExpr batch = unknownDim(op), classes = batch;
  int64_t samples = op->getInt("sample_size", 1);
  if (!element || !requireTensor(op, 0) ||
      failed(mergeShape(op, 0, {&batch, &classes})))
    return failure();
  if (samples < 1)
    return error(op) << "'sample_size' is " << samples
                     << ", but must be positive";
  return addTensor(op, types, *element, {batch, dim(op, samples)});
}
