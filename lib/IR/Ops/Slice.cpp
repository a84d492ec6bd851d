//===- Slice.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Slice, whose result depends on four index operands, any of which may be
/// known only in part.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// Where a slice of a static dimension begins or ends.
static int64_t clampIndex(int64_t index, int64_t size, bool backwards) {
  if (index < 0)
    index = index < -size ? -1 : index + size;
  if (backwards)
    return std::clamp<int64_t>(index, -1, size - 1);
  return std::clamp<int64_t>(index, 0, size);
}

static int64_t staticLength(int64_t size, int64_t start, int64_t end,
                            int64_t step) {
  int64_t s = clampIndex(start, size, step < 0);
  int64_t e = clampIndex(end, size, step < 0);
  if (step < 0 && end < -size)
    e = -1;
  if (step > 0 ? s >= e : s <= e)
    return 0;
  uint64_t span = step > 0 ? e - s : s - e;
  uint64_t stride = step > 0 ? step : -static_cast<uint64_t>(step);
  return (span - 1) / stride + 1;
}

/// \p index of a forward slice as a position in [0, size]; null where the
/// ranges of symbols don't tell whether it is clamped. Exporters write "to the
/// end" as any huge number.
static DimExpr position(Operation *op, DimExpr index, DimExpr size) {
  if (index.isUnknown() || size.isUnknown())
    return DimExpr();
  if (auto c = index.getConstant()) {
    if (*c >= INT32_MAX)
      return size;
    if (*c <= INT32_MIN)
      return dim(op, 0);
    if (*c < 0)
      return isAtLeast(op, size + *c, 0) ? size + *c : DimExpr();
  } else if (!isAtLeast(op, index, 0)) {
    return DimExpr();
  }
  return isAtLeast(op, size - index, 0) ? index : DimExpr();
}

/// The size of one dimension after slicing.
static DimExpr sliceDim(Operation *op, DimExpr size, DimExpr start, DimExpr end,
                        int64_t step) {
  auto n = size.getConstant(), s = start.getConstant(), e = end.getConstant();
  if (n && s && e)
    return dim(op, staticLength(*n, *s, *e, step));
  if (step < 0) {
    // All of it, in reverse.
    bool whole = s && (*s == -1 || *s >= INT32_MAX) && e && *e <= INT32_MIN;
    return whole && step > INT32_MIN ? size.ceilDiv(-step) : unknownDim(op);
  }
  DimExpr from = position(op, start, size), to = position(op, end, size);
  if (!from || !to)
    return unknownDim(op);
  DimExpr length = to - from;
  if (auto c = length.getConstant(); c && *c <= 0)
    return dim(op, 0);
  return isAtLeast(op, length, 0) ? length.ceilDiv(step) : unknownDim(op);
}

LogicalResult infer::slice(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || !requireTensor(op, 2))
    return failure();
  for (unsigned i = 1; i <= 4; ++i)
    if (failed(requireRank(op, i, 1)))
      return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  unsigned rank = in.getRank();
  auto starts = getShapeValueOrUnknown(op->getOperand(1));
  auto ends = getShapeValueOrUnknown(op->getOperand(2));
  auto axesGiven = constantInts(op->getOperand(3));
  auto steps = constantInts(op->getOperand(4));
  bool axesUnknown = op->getOperand(3) && !axesGiven;
  if (!starts || !ends || axesUnknown)
    return addTensor(op, types, in.getElementType(), unknownDims(op, rank));

  size_t count = starts->size();
  if (!op->getOperand(3)) {
    if (count > rank)
      return error(op) << "slices " << count << " of " << rank << " dimensions";
    axesGiven = to_vector<6>(seq<int64_t>(0, count));
  }
  auto axes = resolveAxes(op, *axesGiven, rank);
  if (!axes)
    return failure();
  if (ends->size() != count || axes->size() != count ||
      (steps && steps->size() != count))
    return error(op) << "has operands 'starts', 'ends', 'axes' and 'steps' of "
                        "different lengths";
  Dims shape(in.getShape());
  for (unsigned i = 0; i < count; ++i) {
    DimExpr &d = shape[(*axes)[i]];
    if (op->getOperand(4) && !steps) {
      d = unknownDim(op);
      continue;
    }
    int64_t step = steps ? (*steps)[i] : 1;
    if (step == 0)
      return error(op) << "has a step of 0";
    d = sliceDim(op, d, (*starts)[i], (*ends)[i], step);
  }
  return addTensor(op, types, in.getElementType(), shape);
}
