//===- QuantizedMakers.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Quantized groups as exporters write them: operands that come from
/// DequantizeLinear, a float operator, QuantizeLinear after it.
///
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;

static bool isF32(ElementType type) { return type == ElementType::F32; }

/// \p x through eight bits, whose scale suits its range; null where a result
/// wasn't acceptable. Not exact, whatever x is: folding may move it by a unit.
static Value *quantize(ModelBuilder &b, Value *x) {
  const double lo = std::min(0.0, b.getMin(x)), hi = std::max(0.0, b.getMax(x));
  const bool isSigned = b.flip();
  const double scale = float(std::max(hi - lo, 0.125) / 255);
  double zero = std::round(-lo / scale);
  if (isSigned)
    zero -= 128;
  Value *scaleValue = b.number(ElementType::F32, scale);
  Value *zeroValue =
      b.number(isSigned ? ElementType::I8 : ElementType::U8, zero);
  Operation *quantized = b.make("QuantizeLinear", {x, scaleValue, zeroValue});
  Operation *real =
      quantized ? b.make("DequantizeLinear",
                         {quantized->getResult(), scaleValue, zeroValue})
                : nullptr;
  return real ? real->getResult() : nullptr;
}

/// Weights of int8: per channel of \p axis, or with one scale.
static Value *quantizedWeights(ModelBuilder &b, ArrayRef<int64_t> shape,
                               int64_t axis, int64_t terms) {
  const bool perChannel = b.flip();
  const double scale = 1.0 / 64 / std::sqrt(double(terms));
  Value *weights = b.constant(ElementType::I8, shape, -127, 127);
  Shape channels = {shape[axis]};
  Value *scales =
      perChannel
          ? b.constant(makeTensor(ElementType::F32, channels,
                                  [&] { return scale * b.pick(1, 4) / 2; }))
          : b.number(ElementType::F32, scale);
  SmallVector<Value *, 3> operands = {weights, scales};
  if (b.flip())
    operands.push_back(
        b.constant(ElementType::I8, perChannel ? channels : Shape{}, 0, 0));
  Operation *real =
      b.make("DequantizeLinear", operands, {b.attr("axis", axis)});
  return real ? real->getResult() : nullptr;
}

/// What the group computes, through QuantizeLinear again, with or without an
/// activation in front.
static Operation *close(ModelBuilder &b, Operation *op) {
  if (op && b.once(3))
    op = b.make("Relu", {op->getResult()});
  Value *result = op ? quantize(b, op->getResult()) : nullptr;
  return result ? result->getDefiningOp() : nullptr;
}

static Operation *makeQuantize(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 1, 4);
  Value *result = x ? quantize(b, x) : nullptr;
  return result ? result->getDefiningOp() : nullptr;
}

static Operation *makeConv(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 4, 4);
  x = x ? quantize(b, x) : nullptr;
  if (!x)
    return nullptr;
  Shape image = b.shapeOf(x);
  const int64_t group = b.once(3) ? image[1] : 1;
  Shape kernel = {b.pick(1, std::min<int64_t>(3, image[2])),
                  b.pick(1, std::min<int64_t>(3, image[3]))};
  Shape shape = {group * b.pick(1, group > 1 ? 2 : 8), image[1] / group,
                 kernel[0], kernel[1]};
  Value *w = quantizedWeights(b, shape, 0, shape[1] * shape[2] * shape[3]);
  if (!w)
    return nullptr;
  Shape pads = {b.pick(0, kernel[0] - 1), b.pick(0, kernel[1] - 1),
                b.pick(0, kernel[0] - 1), b.pick(0, kernel[1] - 1)};
  SmallVector<Value *, 3> operands = {x, w};
  if (b.flip())
    operands.push_back(b.constant(ElementType::F32, {shape[0]}));
  return close(b,
               b.make("Conv", operands,
                      {b.attr("pads", pads), b.attr("group", group),
                       b.attr("strides", Shape{b.pick(1, 2), b.pick(1, 2)})}));
}

static Operation *makeMatMul(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 2, 3);
  x = x ? quantize(b, x) : nullptr;
  if (!x)
    return nullptr;
  const int64_t k = b.shapeOf(x).back();
  Value *w = quantizedWeights(b, {k, b.pick(1, 16)}, 1, k);
  return w ? close(b, b.make("MatMul", {x, w})) : nullptr;
}

static Operation *makeAdd(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 1, 4);
  if (!x)
    return nullptr;
  Value *y = quantize(b, b.like(x));
  x = quantize(b, x);
  return x && y ? close(b, b.make(b.once(3) ? "Mul" : "Add", {x, y})) : nullptr;
}

static Operation *makePool(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 4, 4);
  x = x ? quantize(b, x) : nullptr;
  if (!x)
    return nullptr;
  if (b.once(3))
    return close(b, b.make("GlobalAveragePool", {x}));
  Shape image = b.shapeOf(x);
  Shape kernel = {b.pick(1, std::min<int64_t>(3, image[2])),
                  b.pick(1, std::min<int64_t>(3, image[3]))};
  return close(b, b.make(b.oneOf({"MaxPool", "AveragePool"}), {x},
                         {b.attr("kernel_shape", kernel)}, 1));
}

static constexpr Maker makers[] = {
    {"QDQ", makeQuantize},     {"QDQAdd", makeAdd},   {"QDQConv", makeConv, 2},
    {"QDQMatMul", makeMatMul}, {"QDQPool", makePool},
};

ArrayRef<Maker> smith::getQuantizedMakers() { return makers; }
