//===- Quant.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Integer operators of quantized models.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Quant.h"
#include "InferUtil.h"
#include "onnc/IR/CoreOps.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/IR/Ops/Quant.cpp.inc"

void onnc::registerQuantOps(Context &context) { context.registerOps(opTable); }

int64_t quant::getLowest(ElementType type) {
  assert(isInteger(type) && getBitWidth(type) <= 32);
  return getKind(type) == ElementKind::SInt
             ? -(int64_t(1) << (getBitWidth(type) - 1))
             : 0;
}

int64_t quant::getHighest(ElementType type) {
  return getLowest(type) + (int64_t(1) << getBitWidth(type)) - 1;
}

//===----------------------------------------------------------------------===//
// Attributes as numbers
//===----------------------------------------------------------------------===//

quant::ResultRange quant::getResultRange(const Operation &op) {
  auto zero = op.getAttrOfType<ConstantAttr>("zero_point");
  const ElementType type = zero.getType().getElementType();
  return {type, zero.getIntValues()->front(), op.getInt("min", getLowest(type)),
          op.getInt("max", getHighest(type))};
}

/// One factor for each element of "channel_scales"; empty where one of them
/// isn't positive or has too many bits.
static std::vector<RationalScale> computeScales(const Operation &op) {
  SmallVector<double, 4> numerators(op.getFloats("numerators"));
  const SmallVector<double, 6> denominators = op.getFloats("denominators");
  int64_t count = 1;
  auto channels = op.getAttrOfType<ConstantAttr>("channel_scales");
  if (channels)
    count = *channels.getType().getNumElements();
  numerators.push_back(1);
  std::vector<RationalScale> scales;
  for (int64_t c = 0; c != count; ++c) {
    if (channels)
      numerators.back() = channels.getData().get<float>(c);
    auto scale = RationalScale::get(numerators, denominators);
    if (!scale)
      return {};
    scales.push_back(*scale);
  }
  return scales;
}

std::vector<RationalScale> quant::getScales(const Operation &requantize) {
  std::vector<RationalScale> scales = computeScales(requantize);
  assert((!scales.empty() || requantize.hasAttr("channel_scales")) &&
         "the verifier has checked the scales");
  return scales;
}

RationalSum quant::getSum(const Operation &sum) {
  auto result =
      RationalSum::get(sum.getFloats("scales"), sum.getFloats("denominators"));
  assert(result && "the verifier has checked the scales");
  return *result;
}

namespace {
/// The constant operand \p i of an operation as integers; nullopt where it
/// isn't constant, \p fallback where it is absent.
std::optional<std::vector<int64_t>>
getConstantInts(const Operation &op, unsigned i,
                std::vector<int64_t> fallback) {
  const Value *value = op.getOperand(i);
  if (!value)
    return fallback;
  ConstantAttr constant = getConstantValue(value);
  if (!constant)
    return std::nullopt;
  std::vector<int64_t> numbers(*constant.getType().getNumElements());
  const ConstantData &data = constant.getData();
  for (auto [n, number] : enumerate(numbers))
    switch (constant.getType().getElementType()) {
    case ElementType::I8:
      number = data.get<int8_t>(n);
      break;
    case ElementType::U8:
      number = data.get<uint8_t>(n);
      break;
    case ElementType::I32:
      number = data.get<int32_t>(n);
      break;
    default:
      return std::nullopt;
    }
  return numbers;
}
} // namespace

/// Without the bias; empty where nothing is known.
static std::vector<ValueRange> getProductRanges(const Operation &product) {
  const bool isConv = isa<onnx::ConvIntegerOp>(&product);
  if (!isConv && !isa<onnx::MatMulIntegerOp>(&product))
    return {};
  TensorType x = product.getOperand(0)->getTensorType();
  TensorType w = product.getOperand(1)->getTensorType();
  auto weights = getConstantInts(product, 1, {});
  auto xZero = getConstantInts(product, 2, {0});
  auto wZeros = getConstantInts(product, 3, {0});
  if (!weights || weights->empty() || !xZero || xZero->size() != 1 || !wZeros ||
      wZeros->empty() || !w || (!isConv && w.getRank() != 2))
    return {};
  const ElementType type = x.getElementType();
  const int64_t low = quant::getLowest(type) - xZero->front();
  const int64_t high = quant::getHighest(type) - xZero->front();
  const auto shape = *w.getStaticShape();
  const size_t count = isConv ? shape[0] : shape[1];
  const size_t inner = isConv ? weights->size() / count : 1;
  if (wZeros->size() != 1 && wZeros->size() != count)
    return {};
  std::vector<ValueRange> ranges(count, {0, 0});
  for (auto [i, weight] : enumerate(*weights)) {
    const size_t c = i / inner % count;
    const int64_t w = weight - (*wZeros)[wZeros->size() == 1 ? 0 : c];
    ranges[c].low += std::min(w * low, w * high);
    ranges[c].high += std::max(w * low, w * high);
  }
  return ranges;
}

std::vector<ValueRange> quant::getSumRanges(const Operation &requantize) {
  const std::vector<ValueRange> unknown = {{INT32_MIN, INT32_MAX}};
  const Operation *acc = requantize.getOperand(0)->getDefiningOp();
  auto bias = getConstantInts(requantize, 1, {0});
  if (!acc || !bias)
    return unknown;
  std::vector<ValueRange> ranges = getProductRanges(*acc);
  if (ranges.empty() || (bias->size() != 1 && bias->size() != ranges.size()))
    return unknown;
  for (auto [c, range] : enumerate(ranges)) {
    range.low += (*bias)[bias->size() == 1 ? 0 : c];
    range.high += (*bias)[bias->size() == 1 ? 0 : c];
    // It may wrap around.
    if (range.low < INT32_MIN || range.high > INT32_MAX)
      return unknown;
  }
  return ranges;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// Is the attribute a constant of \p count elements of \p types (empty: the
/// quantized ones)? A missing one is reported elsewhere.
static LogicalResult verifyConstant(Operation *op, StringRef name,
                                    int64_t count,
                                    std::optional<ElementType> type) {
  auto constant = op->getAttrOfType<ConstantAttr>(name);
  if (!constant)
    return op->emitError() << "needs a constant '" << name << "'";
  const ElementType element = constant.getType().getElementType();
  const bool fits = type ? element == *type
                         : isInteger(element) && (getBitWidth(element) == 8 ||
                                                  getBitWidth(element) == 16);
  if (!fits)
    return op->emitError() << "has '" << name << "' of type "
                           << getName(element) << ", but needs "
                           << (type ? getName(*type)
                                    : StringRef("an integer of 8 or 16 bits"));
  if (constant.getType().getNumElements() != count)
    return op->emitError() << "has " << *constant.getType().getNumElements()
                           << " elements in '" << name << "', but needs "
                           << count;
  return success();
}

static LogicalResult verifyResultRange(Operation *op) {
  if (failed(verifyConstant(op, "zero_point", 1, std::nullopt)))
    return failure();
  const quant::ResultRange range = quant::getResultRange(*op);
  TensorType type = op->getResult()->getTensorType();
  if (type && type.getElementType() != range.type)
    return op->emitError() << "has a zero point of type " << getName(range.type)
                           << ", but a result of type "
                           << getName(type.getElementType());
  if (range.min > range.max || range.min < quant::getLowest(range.type) ||
      range.max > quant::getHighest(range.type))
    return op->emitError() << "has the range [" << range.min << ", "
                           << range.max << "], which isn't one of "
                           << getName(range.type);
  return success();
}

/// Is the zero point a number of the operand's type?
static LogicalResult verifyZeroPoint(Operation *op, StringRef name,
                                     int64_t zero, unsigned operand) {
  TensorType type = optionalTensor(op, operand);
  if (type && (zero < quant::getLowest(type.getElementType()) ||
               zero > quant::getHighest(type.getElementType())))
    return op->emitError() << "has " << zero << " in '" << name
                           << "', which is no "
                           << getName(type.getElementType());
  return success();
}

/// A vector that one number may stand for, along \p axis of operand 0.
static LogicalResult verifyAlongAxis(Operation *op, StringRef what,
                                     TensorType vector) {
  if (!vector || !vector.hasRank())
    return success();
  if (vector.getRank() > 1)
    return op->emitError() << "needs a scalar or a vector as '" << what
                           << "', but it has shape " << shapeToString(vector);
  TensorType acc = optionalTensor(op, 0);
  if (vector.getNumElements() == 1 || !acc || !acc.hasRank())
    return success();
  auto axis = resolveAxis(op, op->getInt("axis", 1), acc.getRank());
  if (!axis)
    return failure();
  return success(bool(mergeDims(op, acc.getDim(*axis), vector.getDim(0),
                                "dimension " + Twine(*axis) +
                                    " and the length of '" + what + "'")));
}

LogicalResult quant::verifyRequantizeOp(Operation *op) {
  if (failed(verifyResultRange(op)) ||
      failed(verifyAlongAxis(op, "bias", optionalTensor(op, 1))))
    return failure();
  if (auto scales = op->getAttrOfType<ConstantAttr>("channel_scales")) {
    if (scales.getType().getElementType() != ElementType::F32)
      return op->emitError()
             << "has 'channel_scales' of type "
             << getName(scales.getType().getElementType()) << ", but needs f32";
    if (failed(verifyAlongAxis(op, "channel_scales", scales.getType())))
      return failure();
    if (scales.getType().getNumElements() == 0)
      return success();
  }
  if (computeScales(*op).empty())
    return op->emitError() << "has a scale that isn't positive and finite, or "
                              "more than 64 bits above or below its fraction";
  return success();
}

LogicalResult quant::verifySumOp(Operation *op) {
  if (failed(verifyResultRange(op)))
    return failure();
  const auto scales = op->getFloats("scales");
  const auto zeros = op->getInts("input_zero_points");
  if (op->getNumOperands() == 0)
    return op->emitError() << "needs an operand";
  if (scales.size() != op->getNumOperands() ||
      zeros.size() != op->getNumOperands())
    return op->emitError() << "has " << scales.size() << " 'scales' and "
                           << zeros.size() << " 'input_zero_points' for "
                           << op->getNumOperands() << " operands";
  for (auto [i, zero] : enumerate(zeros))
    if (failed(verifyZeroPoint(op, "input_zero_points", zero, i)))
      return failure();
  if (!RationalSum::get(scales, op->getFloats("denominators")))
    return op->emitError() << "has scales that aren't finite, or too far apart";
  return success();
}

LogicalResult quant::verifyMulOp(Operation *op) {
  if (failed(verifyZeroPoint(op, "a_zero_point", op->getInt("a_zero_point", 0),
                             0)))
    return failure();
  return verifyZeroPoint(op, "b_zero_point", op->getInt("b_zero_point", 0), 1);
}

LogicalResult quant::verifySumPoolOp(Operation *op) {
  return verifyZeroPoint(op, "input_zero_point",
                         op->getInt("input_zero_point", 0), 0);
}

LogicalResult quant::verifyTableOp(Operation *op) {
  return verifyConstant(op, "table", 256, std::nullopt);
}

LogicalResult quant::verifySoftmaxOp(Operation *op) {
  if (failed(verifyResultRange(op)) ||
      failed(verifyConstant(op, "exponentials", 256, ElementType::U32)))
    return failure();
  if (op->getAttrOfType<ConstantAttr>("exponentials")
          .getData()
          .get<uint32_t>(0) == 0)
    return op->emitError() << "has 0 as its first exponential";
  auto scale = RationalScale::get(op->getFloat("scale", 0));
  if (!scale || scale->getNumerator() >> 31)
    return op->emitError() << "has a scale that isn't a positive float";
  return success();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The element type of the constant attribute \p name; i8 where it is missing,
/// which the verifier reports.
static ElementType elementTypeOf(Operation *op, StringRef name) {
  auto constant = op->getAttrOfType<ConstantAttr>(name);
  return constant ? constant.getType().getElementType() : ElementType::I8;
}

LogicalResult infer::quantRequantize(Operation *op, Types &types) {
  TensorType acc = requireTensor(op, 0);
  return acc ? addLike(op, types, acc, elementTypeOf(op, "zero_point"))
             : failure();
}

/// The operands' shapes, broadcast.
static LogicalResult addBroadcast(Operation *op, Types &types,
                                  ElementType element) {
  Dims dims;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    TensorType type = requireTensor(op, i);
    if (!type)
      return failure();
    if (!type.hasRank()) {
      addUnranked(op, types, element);
      return success();
    }
    auto both = broadcastDims(op, dims, type.getShape());
    if (!both)
      return failure();
    dims = std::move(*both);
  }
  return addTensor(op, types, element, dims);
}

LogicalResult infer::quantSum(Operation *op, Types &types) {
  return addBroadcast(op, types, elementTypeOf(op, "zero_point"));
}

LogicalResult infer::quantMul(Operation *op, Types &types) {
  return addBroadcast(op, types, ElementType::I32);
}

LogicalResult infer::quantSumPool(Operation *op, Types &types) {
  if (failed(pool(op, types)))
    return failure();
  types[0] = cast<TensorType>(types[0]).withElementType(ElementType::I32);
  return success();
}

LogicalResult infer::quantTable(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  return in ? addLike(op, types, in, elementTypeOf(op, "table")) : failure();
}

LogicalResult infer::quantSoftmax(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in ||
      (in.hasRank() && !resolveAxis(op, op->getInt("axis", -1), in.getRank())))
    return failure();
  return addLike(op, types, in, elementTypeOf(op, "zero_point"));
}
