//===- Pointwise.cpp - Sums, products, tables, Softmax --------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include "onnc/IR/Ops/Axes.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

//===----------------------------------------------------------------------===//
// Sums and products of tensors
//===----------------------------------------------------------------------===//

LogicalResult qdq::foldSum(const Group &group, Rewriter *rewriter,
                           Reason &reason) {
  SmallVector<Value *, 2> operands;
  SmallVector<double, 2> scales;
  SmallVector<int64_t, 2> zeroPoints;
  for (Value *value : group.source->getOperands()) {
    Dequantized operand;
    if (failed(matchActivation(value, operand, reason, 16)))
      return failure();
    operands.push_back(operand.integers);
    zeroPoints.push_back(operand.q.zeroPoint());
    scales.push_back(operand.q.scale());
  }
  if (isa<onnx::SubOp>(group.source))
    scales.back() = -scales.back();
  const double below = group.q.scale();
  if (!RationalSum::get(scales, below))
    return reason.because("the scales are too far apart");
  if (!rewriter)
    return success();
  rewriter->setLoc(group.source->getLoc());
  SmallVector<NamedAttr, 6> attrs(makeRange(group));
  attrs.push_back({"scales", FloatsAttr::get(scales)});
  attrs.push_back({"denominators", FloatsAttr::get(below)});
  attrs.push_back({"input_zero_points", IntsAttr::get(zeroPoints)});
  return rewriter->replace(
      group.quantize, rewriter->createInferred("quant.Sum", operands, attrs));
}

LogicalResult qdq::foldMul(const Group &group, Rewriter *rewriter,
                           Reason &reason) {
  Dequantized a, b;
  if (failed(matchActivation(group.source->getOperand(0), a, reason)) ||
      failed(matchActivation(group.source->getOperand(1), b, reason)))
    return failure();
  if (!rewriter)
    return success();
  rewriter->setLoc(group.source->getLoc());
  SmallVector<NamedAttr, 2> attrs;
  if (a.q.zeroPoint())
    attrs.push_back({"a_zero_point", IntAttr::get(a.q.zeroPoint())});
  if (b.q.zeroPoint())
    attrs.push_back({"b_zero_point", IntAttr::get(b.q.zeroPoint())});
  auto product = rewriter->create<quant::MulOp>(a.integers, b.integers, attrs);
  if (!product)
    return failure();
  const double scales[] = {a.q.scale(), b.q.scale()};
  return rewriter->replace(group.quantize,
                           createRequantize(*rewriter, group, product.getY(),
                                            nullptr, 1, {}, scales));
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Bits behind the point of the exponentials of a line of \p length elements
/// (nullopt: any number). Each is off by half a unit of the last bit, which
/// moves a result that is at most 256 units by less than 1/16 of one. With 23
/// bits and lines of up to 256, sums and quotients by 1/256 fit 32 bits.
static std::optional<unsigned>
getExponentialBits(std::optional<int64_t> length) {
  if (!length)
    return 31;
  if (*length > int64_t(1) << 20)
    return std::nullopt;
  return std::max(23u, 11 + Log2_64_Ceil(std::max<int64_t>(*length, 1)));
}

LogicalResult qdq::foldSoftmax(const Group &group, Rewriter *rewriter,
                               Reason &reason) {
  Dequantized x;
  if (failed(matchActivation(group.source->getOperand(0), x, reason)))
    return failure();
  TensorType type = x.integers->getTensorType();
  if (!type.hasRank())
    return reason.because("the rank is not known");
  const int64_t axis = group.source->getInt("axis", -1);
  auto resolved = normalizeAxis(axis, type.getRank());
  auto bits = getExponentialBits(resolved ? type.getDim(*resolved).getConstant()
                                          : std::nullopt);
  if (!bits)
    return reason.because("the line is longer than 2^20");
  if (!rewriter)
    return success();
  rewriter->setLoc(group.source->getLoc());
  std::vector<char> bytes(256 * 4);
  for (int d = 0; d != 256; ++d)
    support::endian::write32le(
        bytes.data() + 4 * d, static_cast<uint32_t>(std::nearbyint(std::ldexp(
                                  std::exp(-double(d) * x.q.scale()), *bits))));
  Context &context = rewriter->getContext();
  const int64_t size = 256;
  SmallVector<NamedAttr, 6> attrs(makeRange(group));
  attrs.push_back({"axis", IntAttr::get(axis)});
  attrs.push_back({"exponentials",
                   ConstantAttr::get(TensorType::get(context, ElementType::U32,
                                                     ArrayRef(size)),
                                     ConstantData(std::move(bytes)))});
  attrs.push_back({"scale", FloatAttr::get(group.q.scale())});
  return rewriter->replace(
      group.quantize,
      rewriter->createInferred("quant.Softmax", x.integers, attrs));
}
