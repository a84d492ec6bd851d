//===- Constant.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Constants, ranges, conversions and queries.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "onnc/IR/Ops/Range.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::constant(Operation *op, Types &types) {
  auto value = op->getAttrOfType<ConstantAttr>("value");
  if (!value)
    return error(op) << "needs a constant as its attribute 'value'";
  types.push_back(value.getType());
  return success();
}

/// The shape that operand \p i holds. Fails on negative sizes; nullopt inside
/// where not even the rank is known.
static LogicalResult shapeOperand(Operation *op, unsigned i,
                                  std::optional<Dims> &shape) {
  if (!requireTensor(op, i) || failed(requireRank(op, i, 1)))
    return failure();
  shape = getShapeValueOrUnknown(op->getOperand(i));
  return success();
}

LogicalResult infer::constantOfShape(Operation *op, Types &types) {
  ElementType element = ElementType::F32;
  if (auto value = op->getAttrOfType<ConstantAttr>("value")) {
    element = value.getType().getElementType();
    if (value.getType().getNumElements() != 1)
      return error(op) << "needs a 'value' of one element, but it has shape "
                       << shapeToString(value.getType());
  }
  std::optional<Dims> shape;
  if (failed(shapeOperand(op, 0, shape)))
    return failure();
  if (shape)
    return addTensor(op, types, element, *shape);
  addUnranked(op, types, element);
  return success();
}

LogicalResult infer::eyeLike(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireRank(op, 0, 2)))
    return failure();
  auto element = elementTypeAttr(op, "dtype", in.getElementType());
  if (!element)
    return failure();
  if (in.hasRank())
    return addLike(op, types, in, *element);
  return addTensor(op, types, *element, unknownDims(op, 2));
}

std::optional<int64_t> onnc::getRangeLength(double start, double limit,
                                            double delta) {
  double count = std::ceil((limit - start) / delta);
  if (delta == 0 || !(count < 9e18)) // Also where it is not a number.
    return std::nullopt;
  return count > 0 ? static_cast<int64_t>(count) : 0;
}

std::optional<int64_t> onnc::getRangeLength(int64_t start, int64_t limit,
                                            int64_t delta) {
  if (delta == 0)
    return std::nullopt;
  if (delta > 0 ? start >= limit : start <= limit)
    return 0;
  // Unsigned, as the span may be as wide as all of int64_t.
  uint64_t from = start, to = limit, step = delta;
  uint64_t span = delta > 0 ? to - from : from - to;
  uint64_t count = (span - 1) / (delta > 0 ? step : -step) + 1;
  if (count > INT64_MAX)
    return std::nullopt;
  return static_cast<int64_t>(count);
}

/// max(0, ⌈(limit - start) / delta⌉), as far as it is known.
static LogicalResult rangeLength(Operation *op, ElementType element,
                                 DimExpr &length) {
  Value *start = op->getOperand(0), *limit = op->getOperand(1),
        *delta = op->getOperand(2);
  std::optional<int64_t> count;
  if (isFloat(element)) {
    auto s = constantFloat(start), l = constantFloat(limit),
         d = constantFloat(delta);
    if (!s || !l || !d)
      return success();
    count = getRangeLength(*s, *l, *d);
  } else {
    auto s = getShapeValue(start), l = getShapeValue(limit);
    auto d = constantInt(delta);
    if (d == 0)
      return error(op) << "needs a 'delta' other than 0";
    if (!d || !s || !l || s->size() != 1 || l->size() != 1)
      return success();
    auto from = (*s)[0].getConstant(), to = (*l)[0].getConstant();
    if (!from || !to) {
      DimExpr span = *d > 0 ? (*l)[0] - (*s)[0] : (*s)[0] - (*l)[0];
      if (*d > INT32_MIN && isAtLeast(op, span, 0))
        length = span.ceilDiv(std::abs(*d));
      return success();
    }
    count = getRangeLength(*from, *to, *d);
  }
  if (!count)
    return error(op) << "has a 'delta' of 0, or too many elements to count";
  length = dim(op, *count);
  return success();
}

LogicalResult infer::range(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || !requireTensor(op, 2))
    return failure();
  for (unsigned i = 0; i < 3; ++i)
    if (failed(requireSingle(op, i)))
      return failure();
  DimExpr length = unknownDim(op);
  if (failed(rangeLength(op, in.getElementType(), length)))
    return failure();
  return addTensor(op, types, in.getElementType(), {length});
}

LogicalResult infer::castTo(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto element = elementTypeAttr(op, "to");
  if (!in || !element ||
      failed(requireOneOf(op, "round_mode", "up", {"up", "down", "nearest"})))
    return failure();
  return addLike(op, types, in, *element);
}

LogicalResult infer::bitCast(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto element = elementTypeAttr(op, "to");
  if (!in || !element)
    return failure();
  if (in.getElementType() == ElementType::String ||
      *element == ElementType::String ||
      getBitWidth(in.getElementType()) != getBitWidth(*element))
    return error(op) << "can't read the bits of "
                     << getName(in.getElementType()) << " as "
                     << getName(*element);
  return addLike(op, types, in, *element);
}

LogicalResult infer::castLike(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0), like = requireTensor(op, 1);
  if (!in || !like ||
      failed(requireOneOf(op, "round_mode", "up", {"up", "down", "nearest"})))
    return failure();
  return addLike(op, types, in, like.getElementType());
}

LogicalResult infer::identity(Operation *op, Types &types) {
  Value *in = op->getOperand(0);
  if (!in)
    return error(op) << "needs its operand 'input'";
  types.push_back(in->getType());
  return success();
}

LogicalResult infer::shape(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  DimExpr length = unknownDim(op);
  if (in.hasRank()) {
    int64_t rank = in.getRank();
    auto clamped = [&](StringRef name, int64_t fallback) {
      int64_t value = op->getInt(name, fallback);
      return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
    };
    length = dim(
        op, std::max<int64_t>(0, clamped("end", rank) - clamped("start", 0)));
  }
  return addTensor(op, types, ElementType::I64, {length});
}

LogicalResult infer::size(Operation *op, Types &types) {
  if (!requireTensor(op, 0))
    return failure();
  return addTensor(op, types, ElementType::I64, {});
}
