//===- Average.cpp - Means of windows -------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// AveragePool, GlobalAveragePool and ReduceMean over all spatial dimensions
/// become a SumPool and a Requantize that also divides by the number of
/// elements, which must be the same for every window.
///
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/Ops/Windows.h"
#include "onnc/Transforms/Patterns.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

/// How many elements of one dimension the mean of each window divides by, if
/// that is the same for all. \p includePad: positions in the padding count.
static std::optional<int64_t> countElements(const Window &w, bool includePad) {
  std::optional<int64_t> common;
  for (int64_t i = 0; i != w.output; ++i) {
    int64_t count = 0;
    for (int64_t k = 0; k != w.kernel; ++k) {
      const int64_t at = i * w.stride + k * w.dilation - w.padBegin;
      // Windows of ceil_mode may go beyond the padding.
      count += includePad ? at < w.input + w.padEnd : at >= 0 && at < w.input;
    }
    if (common && *common != count)
      return std::nullopt;
    common = count;
  }
  return common;
}

/// The attributes of the SumPool and the number of elements of its windows.
static LogicalResult matchPool(Operation *op, TensorType type,
                               SmallVectorImpl<NamedAttr> &attrs,
                               int64_t &count, Reason &reason) {
  count = 1;
  if (isa<onnx::AveragePoolOp>(op)) {
    auto windows = getWindows(op);
    if (!windows)
      return reason.because("the spatial dimensions are not known");
    for (const Window &w : *windows) {
      // Work that a shape alone must not make long.
      if (w.output > 65536 || w.kernel > 65536 || w.output * w.kernel > 1 << 20)
        return reason.because("there are too many windows");
      auto size = countElements(w, op->getInt("count_include_pad", 0));
      if (!size)
        return reason.because("windows have different numbers of elements");
      count *= *size;
      if (count > INT32_MAX)
        return reason.because("the sum may exceed 32 bits");
    }
    for (const NamedAttr &attr : op->getAttrs())
      if (attr.name != "count_include_pad")
        attrs.push_back(attr);
    return success();
  }
  SmallVector<int64_t, 3> kernel;
  for (DimExpr dim : type.getShape().drop_front(2)) {
    auto size = dim.getConstant();
    if (!size || *size < 1)
      return reason.because("the spatial dimensions are not known");
    kernel.push_back(*size);
    count *= *size;
    if (count > INT32_MAX)
      return reason.because("the sum may exceed 32 bits");
  }
  if (kernel.empty())
    return reason.because("there are no spatial dimensions");
  attrs.push_back({"kernel_shape", IntsAttr::get(kernel)});
  return success();
}

/// Does a ReduceMean go over all dimensions behind the channels?
static bool isSpatialMean(Operation *op, unsigned rank) {
  auto axes = getConstantTensor(op->getOperand(1));
  if (!axes || axes->getElementType() != ElementType::I64)
    return false;
  auto resolved = normalizeAxes(getIntegers(*axes), rank);
  if (!resolved || rank < 3 || resolved->size() != rank - 2)
    return false;
  return all_of(*resolved, [](unsigned axis) { return axis >= 2; });
}

LogicalResult qdq::foldAverage(const Group &group, Rewriter *rewriter,
                               Reason &reason) {
  Operation *op = group.source;
  Dequantized x;
  if (failed(matchActivation(op->getOperand(0), x, reason)))
    return failure();
  TensorType type = x.integers->getTensorType();
  if (!type.hasRank() || type.getRank() < 3)
    return reason.because("there are no spatial dimensions");
  const bool isReduction = isa<onnx::ReduceMeanOp>(op);
  if (isReduction && !isSpatialMean(op, type.getRank()))
    return reason.because("the mean is not over all spatial dimensions");
  SmallVector<NamedAttr, 6> attrs;
  int64_t count;
  if (failed(matchPool(op, type, attrs, count, reason)))
    return failure();
  if (count > INT32_MAX / 255)
    return reason.because("the sum may exceed 32 bits");
  const bool reshapes = isReduction && !op->getInt("keepdims", 1);
  TensorType result = group.quantize->getResult()->getTensorType();
  if (reshapes && !result.isStatic())
    return reason.because("the shape is not known");
  if (!rewriter)
    return success();

  rewriter->setLoc(op->getLoc());
  if (x.q.zeroPoint())
    attrs.push_back({"input_zero_point", IntAttr::get(x.q.zeroPoint())});
  Operation *sum = rewriter->createInferred("quant.SumPool", x.integers, attrs);
  if (!sum)
    return failure();
  Operation *average =
      createRequantize(*rewriter, group, sum->getResult(), nullptr, 1, {},
                       x.q.scale(), static_cast<double>(count));
  if (average && reshapes)
    average = createReshape(*rewriter, average->getResult(), result);
  return rewriter->replace(group.quantize, average);
}
