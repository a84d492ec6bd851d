//===- Matching.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Interp/Interpreter.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Those of operations from constants, up to a depth that weights have between
/// their payload and their use.
static std::optional<TensorValue> evaluateConstant(Value *value,
                                                   unsigned depth) {
  constexpr int64_t byteLimit = int64_t(1) << 30;
  if (ConstantAttr constant = getConstantValue(value)) {
    auto tensor = TensorValue::fromConstant(
        constant, std::make_shared<MemoryBudget>(byteLimit));
    if (tensor)
      return std::move(*tensor);
    consumeError(tensor.takeError());
    return std::nullopt;
  }
  Operation *op = value->getDefiningOp();
  constexpr uint32_t never = OpTrait::SideEffect | OpTrait::NonDeterministic;
  if (!op || depth == 0 || op->hasTrait(never) || op->getNumRegions() ||
      op->getNumOperands() == 0 || !isInterpretable(op->getInfo()))
    return std::nullopt;
  RuntimeValues operands;
  for (Value *operand : op->getOperands()) {
    if (!operand) {
      operands.emplace_back();
      continue;
    }
    auto tensor = evaluateConstant(operand, depth - 1);
    if (!tensor)
      return std::nullopt;
    operands.push_back(std::move(*tensor));
  }
  RunOptions options;
  options.byteLimit = byteLimit;
  auto results = evaluate(*op, operands, options);
  if (!results) {
    consumeError(results.takeError());
    return std::nullopt;
  }
  const RuntimeValue &result = (*results)[value->getIndex()];
  return result.isTensor() ? std::optional(result.getTensor()) : std::nullopt;
}

std::optional<TensorValue> qdq::getConstantTensor(Value *value) {
  return value ? evaluateConstant(value, 4) : std::nullopt;
}

template <typename To, typename From>
static std::vector<To> copyElements(const TensorValue &tensor) {
  Elements<From> from = tensor.elements<From>();
  std::vector<To> to(tensor.getNumElements());
  for (auto [i, element] : enumerate(to))
    element = static_cast<To>(from[i]);
  return to;
}

std::vector<int64_t> qdq::getIntegers(const TensorValue &tensor) {
  switch (tensor.getElementType()) {
  case ElementType::I8:
    return copyElements<int64_t, int8_t>(tensor);
  case ElementType::U8:
    return copyElements<int64_t, uint8_t>(tensor);
  case ElementType::I16:
    return copyElements<int64_t, int16_t>(tensor);
  case ElementType::U16:
    return copyElements<int64_t, uint16_t>(tensor);
  case ElementType::I32:
    return copyElements<int64_t, int32_t>(tensor);
  case ElementType::I64:
    return copyElements<int64_t, int64_t>(tensor);
  default:
    llvm_unreachable("the callers know that these are integers");
  }
}

std::vector<double> qdq::getReals(const TensorValue &tensor) {
  assert(tensor.getElementType() == ElementType::F32);
  return copyElements<double, float>(tensor);
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

static bool isQuantizedType(ElementType type) {
  switch (type) {
  case ElementType::I8:
  case ElementType::U8:
  case ElementType::I16:
  case ElementType::U16:
  case ElementType::I32:
    return true;
  default:
    return false;
  }
}

LogicalResult qdq::getQuantization(Operation *op, Quantization &quantization,
                                   Reason &reason) {
  const bool quantizes = isa<onnx::QuantizeLinearOp>(op);
  TensorType x = op->getOperand(0)->getTensorType();
  TensorType y = op->getResult()->getTensorType();
  const TensorType integers = quantizes ? y : x, reals = quantizes ? x : y;
  if (!isQuantizedType(integers.getElementType()))
    return reason.because("numbers of type " +
                          getName(integers.getElementType()) +
                          " are not folded");
  if (reals.getElementType() != ElementType::F32 ||
      op->getInt("precision", 0) != 0)
    return reason.because("the floats are not f32");
  if (op->getInt("block_size", 0) != 0)
    return reason.because("scales of blocks are not folded");
  auto scales = getConstantTensor(op->getOperand(1));
  if (!scales || scales->getElementType() != ElementType::F32)
    return reason.because("the scale is no constant of type f32");
  quantization.type = integers.getElementType();
  quantization.scales.clear();
  for (double scale : getReals(*scales)) {
    if (!(scale > 0) || std::isinf(scale))
      return reason.because("a scale is not positive and finite");
    quantization.scales.push_back(scale);
  }
  if (quantization.scales.empty())
    return reason.because("there are no scales");
  quantization.zeroPoints.assign(quantization.scales.size(), 0);
  if (op->getOperand(2)) {
    auto zeroPoints = getConstantTensor(op->getOperand(2));
    if (!zeroPoints || zeroPoints->getNumElements() != scales->getNumElements())
      return reason.because("the zero point is not constant");
    quantization.zeroPoints = getIntegers(*zeroPoints);
  }
  quantization.axis = 0;
  if (quantization.isPerTensor())
    return success();
  if (!integers.hasRank())
    return reason.because("the rank is not known");
  const int64_t axis = op->getInt("axis", 1);
  auto resolved = normalizeAxis(integers.getRank() == 1 && axis == 1 ? 0 : axis,
                                integers.getRank());
  if (!resolved)
    return reason.because("the axis is out of range");
  quantization.axis = *resolved;
  return success();
}

LogicalResult qdq::matchDequantized(Value *value, Dequantized &dequantized,
                                    Reason &reason) {
  Operation *op = value->getDefiningOp();
  if (!op || !isa<onnx::DequantizeLinearOp>(op))
    return reason.because("an operand is not the result of a "
                          "DequantizeLinear");
  dequantized.integers = op->getOperand(0);
  return getQuantization(op, dequantized.q, reason);
}

LogicalResult qdq::matchActivation(Value *value, Dequantized &dequantized,
                                   Reason &reason, unsigned bits) {
  if (failed(matchDequantized(value, dequantized, reason)))
    return failure();
  if (!dequantized.q.isPerTensor())
    return reason.because("an operand has scales of its own for each channel");
  if (getBitWidth(dequantized.q.type) > bits)
    return reason.because("an operand has the type " +
                          getName(dequantized.q.type));
  return success();
}

int64_t qdq::quantize(double value, const Quantization &q) {
  // QuantizeLinear divides floats.
  const float quotient = static_cast<float>(value) / q.scale();
  if (std::isnan(quotient))
    return 0;
  const double low = quant::getLowest(q.type), high = quant::getHighest(q.type);
  return static_cast<int64_t>(
      std::clamp(std::nearbyint(static_cast<double>(quotient)) + q.zeroPoint(),
                 low, high));
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

/// Narrows the range by an activation that doesn't fall; false where \p op is
/// none of a known range.
static bool applyActivation(Operation *op, Group &group) {
  std::optional<double> low, high;
  if (isa<onnx::ReluOp>(op)) {
    low = 0;
  } else if (isa<onnx::ClipOp>(op)) {
    for (unsigned i : {1u, 2u}) {
      if (!op->getOperand(i))
        continue;
      auto bound = getConstantTensor(op->getOperand(i));
      if (!bound || bound->getNumElements() != 1 ||
          bound->getElementType() != ElementType::F32)
        return false;
      (i == 1 ? low : high) = getReals(*bound).front();
    }
    // Where they contradict each other the result is the upper bound.
    if (low && high && *low > *high)
      low = high;
    if ((low && std::isnan(*low)) || (high && std::isnan(*high)))
      return false;
  } else {
    return false;
  }
  // What comes before is limited first, by the range so far then.
  const int64_t min = group.min, max = group.max;
  if (low)
    group.min = std::clamp(quantize(*low, group.q), min, max);
  if (high)
    group.max = std::clamp(quantize(*high, group.q), min, max);
  return true;
}

LogicalResult qdq::matchGroup(Operation *quantize, Group &group,
                              Reason &reason) {
  group.quantize = quantize;
  if (failed(getQuantization(quantize, group.q, reason)))
    return failure();
  if (!group.q.isPerTensor())
    return reason.because("the result has a scale for each channel");
  if (getBitWidth(group.q.type) > 16)
    return reason.because("the result has the type " + getName(group.q.type));
  group.min = quant::getLowest(group.q.type);
  group.max = quant::getHighest(group.q.type);
  Value *value = quantize->getOperand(0);
  while (true) {
    group.source = value->getDefiningOp();
    if (!group.source)
      return success();
    if (!value->hasOneUse())
      return reason.because("the float result has other users");
    if (!applyActivation(group.source, group))
      return success();
    value = group.source->getOperand(0);
  }
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

ConstantAttr qdq::makeIntegers(Context &context, ElementType type,
                               ArrayRef<int64_t> shape,
                               ArrayRef<int64_t> values) {
  const unsigned size = getBitWidth(type) / 8;
  std::vector<char> bytes;
  bytes.reserve(values.size() * size);
  for (int64_t value : values)
    for (unsigned i = 0; i != size; ++i)
      bytes.push_back(static_cast<char>(value >> (8 * i)));
  return ConstantAttr::get(TensorType::get(context, type, shape),
                           ConstantData(std::move(bytes)));
}

Value *qdq::makeZeroPoint(Rewriter &rewriter, ElementType type,
                          int64_t zeroPoint) {
  if (zeroPoint == 0)
    return nullptr;
  return rewriter.constant(
      makeIntegers(rewriter.getContext(), type, {}, zeroPoint));
}

SmallVector<NamedAttr, 3> qdq::makeRange(const Group &group) {
  const ElementType type = group.q.type;
  SmallVector<NamedAttr, 3> attrs;
  attrs.push_back({"zero_point", makeIntegers(group.quantize->getContext(),
                                              type, {}, group.q.zeroPoint())});
  if (group.min != quant::getLowest(type))
    attrs.push_back({"min", IntAttr::get(group.min)});
  if (group.max != quant::getHighest(type))
    attrs.push_back({"max", IntAttr::get(group.max)});
  return attrs;
}

Operation *qdq::createRequantize(Rewriter &rewriter, const Group &group,
                                 Value *sum, Value *bias, unsigned axis,
                                 ArrayRef<float> scales,
                                 ArrayRef<double> numerators,
                                 ArrayRef<double> denominators) {
  SmallVector<double, 3> above(numerators), below = {group.q.scale()};
  append_range(below, denominators);
  SmallVector<NamedAttr, 8> attrs(makeRange(group));
  if (all_equal(scales)) {
    if (!scales.empty())
      above.push_back(scales.front());
  } else {
    attrs.push_back({"channel_scales",
                     ConstantAttr::getFloats(rewriter.getContext(), scales)});
  }
  if (axis != 1)
    attrs.push_back({"axis", IntAttr::get(axis)});
  attrs.push_back({"numerators", FloatsAttr::get(above)});
  attrs.push_back({"denominators", FloatsAttr::get(below)});
  Value *operands[] = {sum, bias};
  return rewriter.createInferred("quant.Requantize",
                                 ArrayRef(operands, bias ? 2 : 1), attrs);
}
