//===- Convolution.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Convolutions and pooling. Windows.cpp has the rules for windows.
///
//===----------------------------------------------------------------------===//

#include "ConvUtil.h"
#include "onnc/IR/Ops/Windows.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::appendWindowDims(Operation *op, TensorType in,
                                      Dims &shape) {
  WindowAttrs attrs;
  if (failed(getWindowAttrs(op, in.getRank() - 2, attrs)))
    return failure();
  for (unsigned i = 0; i < attrs.getRank(); ++i) {
    DimExpr size = in.getDim(i + 2), out = getWindowOutput(attrs, i, size);
    if (auto c = out.getConstant(); c && *c < 1)
      return error(op) << "has no window that fits into spatial dimension " << i
                       << " of size " << size;
    shape.push_back(out);
  }
  return success();
}

/// The input of a window operator; its rank must be at least 3 if known.
static TensorType windowInput(Operation *op) {
  TensorType in = requireTensor(op, 0);
  if (in && in.hasRank() && in.getRank() < 3) {
    (void)(error(op) << "needs an input with batch, channels and spatial "
                        "dimensions, but its rank is "
                     << in.getRank());
    return TensorType();
  }
  return in;
}

static std::optional<int64_t> groupCount(Operation *op) {
  int64_t group = op->getInt("group", 1);
  if (group >= 1 && group <= INT32_MAX)
    return group;
  (void)(error(op) << "'group' is " << group << ", but must be positive");
  return std::nullopt;
}

/// An operand with an element per output channel.
static LogicalResult checkBias(Operation *op, std::optional<unsigned> bias,
                               DimExpr channels) {
  if (!bias)
    return success();
  if (failed(requireRank(op, *bias, 1)))
    return failure();
  TensorType type = optionalTensor(op, *bias);
  if (!type || !type.hasRank())
    return success();
  return success(bool(mergeDims(op, channels, type.getDim(0),
                                "the number of output channels and the size "
                                "of the bias")));
}

LogicalResult infer::addConv(Operation *op, Types &types, unsigned weights,
                             std::optional<unsigned> bias,
                             ElementType element) {
  TensorType in = windowInput(op), w = requireTensor(op, weights);
  auto group = groupCount(op);
  if (!in || !w || !group)
    return failure();
  if (w.hasRank() && w.getRank() < 3)
    return error(op) << "has weights of rank " << w.getRank()
                     << ", but needs output channels, input channels and "
                        "spatial dimensions";
  DimExpr channels = w.hasRank() ? w.getDim(0) : unknownDim(op);
  if (auto m = channels.getConstant(); m && *m % *group != 0)
    return error(op) << "can't divide " << *m << " output channels among "
                     << *group << " groups";
  if (failed(checkBias(op, bias, channels)))
    return failure();
  if (!in.hasRank()) {
    if (!w.hasRank()) {
      addUnranked(op, types, element);
      return success();
    }
    Dims shape = unknownDims(op, w.getRank());
    shape[1] = channels;
    return addTensor(op, types, element, shape);
  }
  if (w.hasRank() && !mergeDims(op, in.getDim(1), w.getDim(1) * *group,
                                "input channels and weights' channels"))
    return failure();
  Dims shape = {in.getDim(0), channels};
  if (failed(appendWindowDims(op, in, shape)))
    return failure();
  return addTensor(op, types, element, shape);
}

LogicalResult infer::conv(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  return in ? addConv(op, types, 1, 2, in.getElementType()) : failure();
}

LogicalResult infer::convTranspose(Operation *op, Types &types) {
  TensorType in = windowInput(op), w = requireTensor(op, 1);
  auto group = groupCount(op);
  if (!in || !w || !group)
    return failure();
  if (w.hasRank() && w.getRank() < 3)
    return error(op) << "has weights of rank " << w.getRank()
                     << ", but needs input channels, output channels and "
                        "spatial dimensions";
  DimExpr channels = w.hasRank() ? w.getDim(1) * *group : unknownDim(op);
  if (failed(checkBias(op, 2, channels)))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (auto c = in.getDim(1).getConstant(); c && *c % *group != 0)
    return error(op) << "can't divide " << *c << " input channels among "
                     << *group << " groups";
  if (w.hasRank() && !mergeDims(op, in.getDim(1), w.getDim(0),
                                "input channels and weights' channels"))
    return failure();
  Dims shape = {in.getDim(0), channels};
  if (failed(appendWindowDims(op, in, shape)))
    return failure();
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::pool(Operation *op, Types &types) {
  TensorType in = windowInput(op);
  if (!in)
    return failure();
  if (op->getInts("kernel_shape").empty())
    return error(op) << "needs a 'kernel_shape'";
  bool indices = op->getNumResults() > 1;
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    if (indices)
      addUnranked(op, types, ElementType::I64);
    return success();
  }
  Dims shape = {in.getDim(0), in.getDim(1)};
  if (failed(appendWindowDims(op, in, shape)) ||
      failed(addTensor(op, types, in.getElementType(), shape)))
    return failure();
  return indices ? addTensor(op, types, ElementType::I64, shape) : success();
}

LogicalResult infer::globalPool(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (!in.hasRank()) {
    types.push_back(in);
    return success();
  }
  if (in.getRank() < 2)
    return error(op) << "needs an input with batch and channels, but its rank "
                        "is "
                     << in.getRank();
  Dims shape(in.getRank(), dim(op, 1));
  shape[0] = in.getDim(0);
  shape[1] = in.getDim(1);
  return addTensor(op, types, in.getElementType(), shape);
}
