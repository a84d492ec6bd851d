//===- Resize.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Resize: the result's size from scales or sizes.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "llvm/ADT/Sequence.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// An operand that isn't there, or is a vector without elements as exporters of
/// older operator sets wrote it.
static bool isAbsent(Operation *op, unsigned i) {
  TensorType type = optionalTensor(op, i);
  return !type || type.getNumElements() == 0;
}

/// Scales of a constant float vector of \p count elements.
static LogicalResult fromScales(Operation *op, ArrayRef<unsigned> axes,
                                Dims &shape) {
  ConstantAttr scales = getConstantValue(op->getOperand(2));
  if (!scales || scales.getType().getElementType() != ElementType::F32) {
    for (unsigned axis : axes)
      shape[axis] = unknownDim(op);
    return success();
  }
  for (unsigned i = 0; i < axes.size(); ++i) {
    float scale = scales.getData().get<float>(i);
    if (!(scale > 0) || !std::isfinite(scale))
      return error(op) << "has a scale that isn't positive";
    DimExpr &d = shape[axes[i]];
    if (scale == 1)
      continue;
    auto c = d.getConstant();
    if (!c) {
      // An integer factor keeps the expression.
      d = scale == std::floor(scale) && scale < 1e6f
              ? d * static_cast<int64_t>(scale)
              : unknownDim(op);
      continue;
    }
    // In float, as the specification's own inference computes it.
    float size = std::floor(static_cast<float>(*c) * scale);
    if (!(size < 9e18f))
      return error(op) << "makes a dimension too large to count";
    d = dim(op, static_cast<int64_t>(size));
  }
  return success();
}

/// With keep_aspect_ratio_policy: one scale for all axes, from the smallest or
/// largest ratio.
static LogicalResult keepAspectRatio(Operation *op, ArrayRef<unsigned> axes,
                                     bool larger, ArrayRef<DimExpr> sizes,
                                     Dims &shape) {
  std::optional<float> scale;
  bool known = true;
  for (auto [axis, size] : zip_equal(axes, sizes)) {
    auto in = shape[axis].getConstant(), out = size.getConstant();
    known &= in && out && *in > 0;
    if (!known)
      continue;
    float ratio = static_cast<float>(*out) / static_cast<float>(*in);
    scale = !scale   ? ratio
            : larger ? std::max(*scale, ratio)
                     : std::min(*scale, ratio);
  }
  for (unsigned axis : axes) {
    if (!known) {
      shape[axis] = unknownDim(op);
      continue;
    }
    // Halves round up.
    float size = std::floor(
        *scale * static_cast<float>(*shape[axis].getConstant()) + 0.5f);
    if (!(size < 9e18f))
      return error(op) << "makes a dimension too large to count";
    shape[axis] = dim(op, static_cast<int64_t>(size));
  }
  return success();
}

static LogicalResult checkModes(Operation *op) {
  if (failed(requireOneOf(op, "mode", "nearest",
                          {"nearest", "linear", "cubic"})) ||
      failed(requireOneOf(
          op, "nearest_mode", "round_prefer_floor",
          {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) ||
      failed(requireOneOf(op, "keep_aspect_ratio_policy", "stretch",
                          {"stretch", "not_larger", "not_smaller"})))
    return failure();
  return requireOneOf(op, "coordinate_transformation_mode", "half_pixel",
                      {"half_pixel", "half_pixel_symmetric",
                       "pytorch_half_pixel", "align_corners", "asymmetric",
                       "tf_half_pixel_for_nn", "tf_crop_and_resize"});
}

LogicalResult infer::resize(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(checkModes(op)))
    return failure();
  bool hasScales = !isAbsent(op, 2), hasSizes = !isAbsent(op, 3);
  if (hasScales == hasSizes)
    return error(op) << "needs exactly one of 'scales' and 'sizes'";
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  unsigned rank = in.getRank();
  SmallVector<unsigned, 6> axes = to_vector<6>(seq(rank));
  if (op->hasAttr("axes")) {
    auto resolved = resolveAxes(op, op->getInts("axes"), rank);
    if (!resolved)
      return failure();
    axes = *resolved;
  }
  unsigned operand = hasScales ? 2 : 3;
  TensorType type = optionalTensor(op, operand);
  if (failed(requireRank(op, operand, 1)))
    return failure();
  auto count = type.getNumElements();
  if (count && *count != static_cast<int64_t>(axes.size()))
    return error(op) << "has " << *count << " entries in "
                     << operandName(op, operand) << " for " << axes.size()
                     << " axes";
  Dims shape(in.getShape());
  if (hasScales) {
    if (failed(fromScales(op, axes, shape)))
      return failure();
    return addTensor(op, types, in.getElementType(), shape);
  }
  auto sizes = getShapeValueOrUnknown(op->getOperand(3));
  if (!sizes)
    sizes = unknownDims(op, axes.size());
  StringRef policy = op->getString("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch") {
    if (failed(
            keepAspectRatio(op, axes, policy == "not_smaller", *sizes, shape)))
      return failure();
    return addTensor(op, types, in.getElementType(), shape);
  }
  for (auto [axis, size] : zip_equal(axes, *sizes))
    shape[axis] = size;
  return addTensor(op, types, in.getElementType(), shape);
}
