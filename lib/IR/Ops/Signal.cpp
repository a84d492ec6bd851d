//===- Signal.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Fourier transforms and what goes with them.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// What is known of the number that operand \p i is; unknown where it is
/// absent.
static DimExpr parameter(Operation *op, unsigned i) {
  Value *value = op->getOperand(i);
  auto known = value ? getShapeValue(value) : std::nullopt;
  return known && known->size() == 1 ? (*known)[0] : unknownDim(op);
}

/// The same; null, with the error reported, where it certainly isn't positive.
static DimExpr positive(Operation *op, unsigned i) {
  DimExpr value = parameter(op, i);
  auto c = value.getConstant();
  if (!c || *c > 0)
    return value;
  (void)(error(op) << operandName(op, i) << " is " << *c
                   << ", but must be positive");
  return DimExpr();
}

/// How many frequencies determine the spectrum of a real signal.
static DimExpr oneSided(DimExpr length) { return length.floorDiv(2) + 1; }

LogicalResult infer::dft(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr length = positive(op, 1);
  if (!in || !length || failed(requireSingle(op, 1)) ||
      failed(requireSingle(op, 2)))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (in.getRank() < 2)
    return error(op) << "needs an input of rank 2 or more, the last dimension "
                        "being real and imaginary part";
  bool half = op->getInt("onesided", 0), inverse = op->getInt("inverse", 0);
  auto parts = in.getShape().back().getConstant();
  if (parts && *parts != 1 && *parts != 2)
    return error(op) << "needs a last dimension of 1 or 2, but it is "
                     << *parts;
  if (half && !inverse && parts == 2)
    return error(op) << "gives half of a spectrum for real inputs only";
  Dims shape(in.getShape());
  shape.back() = dim(op, half && inverse ? 1 : 2);
  auto axis = op->getOperand(2) ? constantInt(op->getOperand(2))
                                : std::optional<int64_t>(-2);
  if (!axis) {
    for (DimExpr &d : MutableArrayRef(shape).drop_back())
      d = unknownDim(op);
    return addTensor(op, types, in.getElementType(), shape);
  }
  auto at = resolveAxis(op, *axis, in.getRank());
  if (!at)
    return failure();
  if (*at + 1 == in.getRank())
    return error(op) << "'axis' can't be the last dimension";
  DimExpr &size = shape[*at];
  if (op->getOperand(1))
    size = length;
  else if (half && inverse)
    size = (size - 1) * 2;
  if (half && !inverse)
    size = oneSided(size);
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::stft(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr step = positive(op, 1), length = positive(op, 3);
  DimExpr batch = unknownDim(op), samples = batch, parts = batch;
  if (!in || !step || !length || failed(requireSingle(op, 1)) ||
      failed(requireSingle(op, 3)) || failed(requireRank(op, 2, 1)))
    return failure();
  if (in.hasRank() && in.getRank() == 2) {
    if (failed(mergeShape(op, 0, {&batch, &samples})))
      return failure();
  } else if (failed(mergeShape(op, 0, {&batch, &samples, &parts}))) {
    return failure();
  }
  if (!op->getOperand(2) && !op->getOperand(3))
    return error(op) << "needs a window or 'frame_length'";
  if (TensorType window = optionalTensor(op, 2); window && window.hasRank())
    length = mergeDims(op, length, window.getDim(0),
                       "'frame_length' and the size of the window");
  if (!length)
    return failure();
  bool half = op->getInt("onesided", 1);
  if (half && parts.getConstant() == 2)
    return error(op) << "gives half of a spectrum for real signals only";
  auto l = length.getConstant(), s = samples.getConstant();
  if (l && s && *l > *s)
    return error(op) << "has frames of " << *l << " for a signal of " << *s
                     << " elements";
  DimExpr frames = step.getConstant()
                       ? (samples - length).floorDiv(*step.getConstant()) + 1
                       : unknownDim(op);
  return addTensor(
      op, types, in.getElementType(),
      {batch, frames, half ? oneSided(length) : length, dim(op, 2)});
}

LogicalResult infer::melWeightMatrix(Operation *op, Types &types) {
  auto element = elementTypeAttr(op, "output_datatype", ElementType::F32);
  DimExpr bins = positive(op, 0), length = positive(op, 1);
  if (!element || !bins || !length || !positive(op, 2))
    return failure();
  for (unsigned i = 0; i < 5; ++i)
    if (!requireTensor(op, i) || failed(requireSingle(op, i)))
      return failure();
  return addTensor(op, types, *element, {oneSided(length), bins});
}

LogicalResult infer::window(Operation *op, Types &types) {
  auto element = elementTypeAttr(op, "output_datatype", ElementType::F32);
  DimExpr size = parameter(op, 0);
  if (!element || !requireTensor(op, 0) || failed(requireSingle(op, 0)))
    return failure();
  return addTensor(op, types, *element, {size});
}
