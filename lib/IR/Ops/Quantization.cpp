//===- Quantization.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Quantized and integer operators.
///
//===----------------------------------------------------------------------===//

#include "ConvUtil.h"
#include "MatMul.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// The axis of vectors and blocks of scales. For a vector of a rank 1 tensor's
/// own length it may be out of range: the default 1 is meant for channels.
static std::optional<unsigned> scaleAxis(Operation *op, unsigned rank) {
  int64_t axis = op->getInt("axis", 1);
  if (rank == 1 && axis == 1)
    return 0;
  return resolveAxis(op, axis, rank);
}

/// Blocked: the shape of the scale is that of \p in but for the axis, which has
/// a scale per block.
static LogicalResult checkBlocks(Operation *op, TensorType in, TensorType scale,
                                 int64_t block) {
  if (scale.getRank() != in.getRank())
    return error(op) << "needs a scale of rank " << in.getRank()
                     << " with 'block_size', but its rank is "
                     << scale.getRank();
  auto axis = resolveAxis(op, op->getInt("axis", 1), in.getRank());
  if (!axis)
    return failure();
  for (unsigned i = 0; i < in.getRank(); ++i) {
    DimExpr want = i == *axis ? in.getDim(i).ceilDiv(block) : in.getDim(i);
    if (!mergeDims(op, want, scale.getDim(i),
                   "sizes of dimension " + Twine(i) + " of blocks and scale"))
      return failure();
  }
  return success();
}

/// \p in is quantized or dequantized with the scale, operand 1, and the zero
/// point, operand 2.
static LogicalResult checkScale(Operation *op, TensorType in) {
  TensorType scale = requireTensor(op, 1), zero = optionalTensor(op, 2);
  if (!scale)
    return failure();
  // A scalar and a vector of one element are as good as each other.
  bool bothSingle =
      zero && zero.getNumElements() == 1 && scale.getNumElements() == 1;
  if (zero && zero.hasRank() && scale.hasRank() && !bothSingle) {
    Dims dims(scale.getShape());
    if (failed(requireRank(op, 2, scale.getRank())) ||
        failed(mergeInto(op, dims, zero.getShape(),
                         "sizes of scale and zero point")))
      return failure();
  }
  int64_t block = op->getInt("block_size", 0);
  if (block < 0 || block > INT32_MAX)
    return error(op) << "'block_size' is " << block
                     << ", but must be at least 0";
  if (!in.hasRank() || !scale.hasRank())
    return success();
  if (block > 0)
    return checkBlocks(op, in, scale, block);
  if (scale.getRank() == 0 || scale.getNumElements() == 1)
    return success();
  if (scale.getRank() > 1)
    return error(op) << "needs a scalar or a vector as scale, but it has shape "
                     << shapeToString(scale);
  auto axis = scaleAxis(op, in.getRank());
  if (!axis ||
      !mergeDims(op, in.getDim(*axis), scale.getDim(0),
                 "dimension " + Twine(*axis) + " and the number of scales"))
    return failure();
  return success();
}

LogicalResult infer::quantizeLinear(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(checkScale(op, in)))
    return failure();
  TensorType zero = optionalTensor(op, 2);
  auto element = elementTypeAttr(
      op, "output_dtype", zero ? zero.getElementType() : ElementType::U8);
  if (!element || !elementTypeAttr(op, "precision", ElementType::F32))
    return failure();
  if (zero && zero.getElementType() != *element)
    return error(op) << "has a zero point of type "
                     << getName(zero.getElementType())
                     << ", but 'output_dtype' asks for " << getName(*element);
  return addLike(op, types, in, *element);
}

LogicalResult infer::dequantizeLinear(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(checkScale(op, in)))
    return failure();
  ElementType scale = optionalTensor(op, 1).getElementType();
  // A scale of powers of two alone can't be the result's type.
  if (scale == ElementType::F8E8M0)
    scale = ElementType::F32;
  auto element = elementTypeAttr(op, "output_dtype", scale);
  return element ? addLike(op, types, in, *element) : failure();
}

LogicalResult infer::dynamicQuantizeLinear(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  types.push_back(in.withElementType(ElementType::U8));
  if (failed(addTensor(op, types, ElementType::F32, {})))
    return failure();
  return addTensor(op, types, ElementType::U8, {});
}

/// The element type of the zero point that the result has.
static std::optional<ElementType> zeroPointType(Operation *op, unsigned i) {
  TensorType zero = requireTensor(op, i);
  return zero ? std::optional(zero.getElementType()) : std::nullopt;
}

LogicalResult infer::qlinearConv(Operation *op, Types &types) {
  auto element = zeroPointType(op, 7);
  if (!element)
    return failure();
  for (unsigned i : {1u, 2u, 6u, 7u})
    if (!requireTensor(op, i) || failed(requireSingle(op, i)))
      return failure();
  return addConv(op, types, 3, 8, *element);
}

LogicalResult infer::qlinearMatMul(Operation *op, Types &types) {
  auto element = zeroPointType(op, 7);
  return element ? addMatMul(op, types, 0, 3, *element) : failure();
}

LogicalResult infer::convInteger(Operation *op, Types &types) {
  if (failed(requireSingle(op, 2)))
    return failure();
  return addConv(op, types, 1, std::nullopt, ElementType::I32);
}

LogicalResult infer::matMulInteger(Operation *op, Types &types) {
  return addMatMul(op, types, 0, 1, ElementType::I32);
}
