//===- Normalization.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Normalization: results have the shape of the input; parameters must fit it.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// The size of dimension 1; unknown where the rank is. Fails below rank 2.
static LogicalResult channelCount(Operation *op, TensorType in,
                                  DimExpr &channels) {
  channels = unknownDim(op);
  if (!in.hasRank())
    return success();
  if (in.getRank() < 2)
    return error(op) << "needs an input with batch and channels, but its rank "
                        "is "
                     << in.getRank();
  channels = in.getDim(1);
  return success();
}

/// Operands \p first to \p last must be vectors with an element per channel.
/// \p channels becomes the most that is known of their number.
static LogicalResult channelOperands(Operation *op, unsigned first,
                                     unsigned last, DimExpr &channels) {
  for (unsigned i = first; i <= last; ++i) {
    TensorType type = requireTensor(op, i);
    if (!type || failed(requireRank(op, i, 1)))
      return failure();
    if (!type.hasRank())
      continue;
    channels = mergeDims(op, channels, type.getDim(0),
                         "channels and the size of " + operandName(op, i));
    if (!channels)
      return failure();
  }
  return success();
}

LogicalResult infer::batchNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr channels;
  if (!in)
    return failure();
  // A batch of scalars counts as one of a single channel.
  if (in.hasRank() && in.getRank() == 1)
    channels = dim(op, 1);
  else if (failed(channelCount(op, in, channels)))
    return failure();
  if (failed(channelOperands(op, 1, 4, channels)))
    return failure();
  types.push_back(in);
  bool training = op->getInt("training_mode", 0) != 0;
  if (!training && op->getNumResults() > 1)
    return error(op) << "has running moments as results only with "
                        "training_mode = 1";
  ElementType moments = optionalTensor(op, 3).getElementType();
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    if (failed(addTensor(op, types, moments, {channels})))
      return failure();
  return success();
}

LogicalResult infer::instanceNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr channels;
  if (!in || failed(channelCount(op, in, channels)) ||
      failed(channelOperands(op, 1, 2, channels)))
    return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::groupNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr channels;
  if (!in || failed(channelCount(op, in, channels)) ||
      failed(channelOperands(op, 1, 2, channels)))
    return failure();
  int64_t groups = op->getInt("num_groups", 0);
  auto c = channels.getConstant();
  if (groups < 1 || (c && *c % groups != 0))
    return error(op) << "can't divide " << channels << " channels into "
                     << groups << " groups";
  types.push_back(in);
  return success();
}

/// The element type that 'stash_type' names for statistics.
static std::optional<ElementType> stashType(Operation *op) {
  return elementTypeAttr(op, "stash_type", ElementType::F32);
}

LogicalResult infer::layerNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto stash = stashType(op);
  if (!in || !requireTensor(op, 1) || !stash)
    return failure();
  std::optional<unsigned> axis;
  if (in.hasRank()) {
    axis = resolveAxis(op, op->getInt("axis", -1), in.getRank());
    if (!axis || failed(requireBroadcastsTo(op, 1, in.getShape())) ||
        failed(requireBroadcastsTo(op, 2, in.getShape())))
      return failure();
  }
  types.push_back(in);
  for (unsigned i = 1; i < op->getNumResults(); ++i) {
    if (!axis) {
      addUnranked(op, types, *stash);
      continue;
    }
    Dims shape(in.getShape());
    for (unsigned d = *axis; d < shape.size(); ++d)
      shape[d] = dim(op, 1);
    if (failed(addTensor(op, types, *stash, shape)))
      return failure();
  }
  return success();
}

LogicalResult infer::rmsNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0), scale = requireTensor(op, 1);
  if (!in || !scale || !stashType(op))
    return failure();
  if (in.hasRank() && (!resolveAxis(op, op->getInt("axis", -1), in.getRank()) ||
                       failed(requireBroadcastsTo(op, 1, in.getShape()))))
    return failure();
  return addLike(op, types, in, scale.getElementType());
}

LogicalResult infer::lrn(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr channels;
  if (!in || failed(channelCount(op, in, channels)))
    return failure();
  if (int64_t size = op->getInt("size", 0); size < 1)
    return error(op) << "'size' is " << size << ", but must be positive";
  types.push_back(in);
  return success();
}

LogicalResult infer::alongAxis(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (in.hasRank() && !resolveAxis(op, op->getInt("axis", -1), in.getRank()))
    return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::meanVarianceNormalization(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  auto axes = onnx::MeanVarianceNormalizationOp(op).getAxes();
  if (in.hasRank() && !resolveAxes(op, axes, in.getRank()))
    return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::dropout(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireSingle(op, 1)) || failed(requireSingle(op, 2)))
    return failure();
  types.push_back(in);
  if (op->getNumResults() > 1)
    return addLike(op, types, in, ElementType::Bool);
  return success();
}
