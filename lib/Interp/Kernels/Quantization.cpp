//===- Quantization.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Kernels.h"
#include "Quantize.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

double interp::quantize(double value, double zeroPoint, ElementType type) {
  if (std::isnan(value))
    return 0;
  const int bits = getBitWidth(type);
  const bool isSigned = getKind(type) == ElementKind::SInt;
  const double high = std::ldexp(1.0, isSigned ? bits - 1 : bits) - 1;
  const double low = isSigned ? -high - 1 : 0;
  return std::clamp(std::nearbyint(value) + zeroPoint, low, high);
}

double interp::roundTo(ElementType type, double value) {
  switch (type) {
  case ElementType::F16:
    return Half(value);
  case ElementType::BF16:
    return BFloat16(value);
  case ElementType::F32:
    return static_cast<float>(value);
  default:
    return value;
  }
}

namespace {
/// Which element of a scale belongs to an element of the tensor.
class ScaleIndex {
public:
  /// Checks the shape of operand 1, and that of the zero point against it.
  static Expected<ScaleIndex> create(KernelContext &ctx);

  int64_t operator()(int64_t i) const {
    if (perTensor)
      return 0;
    if (!block)
      return i / inner % size;
    return (i / (inner * size) * blocks + i / inner % size / block) * inner +
           i % inner;
  }

private:
  bool perTensor = true;
  int64_t size = 1, inner = 1;
  /// 0: one scale for each index of the axis.
  int64_t block = 0, blocks = 0;
};
} // namespace

Expected<ScaleIndex> ScaleIndex::create(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &scale = ctx.tensor(1);
  // Scalars may be vectors of one element, each as it likes.
  const bool scalars = scale.getRank() <= 1 && scale.getNumElements() == 1 &&
                       ctx.has(2) && ctx.tensor(2).getRank() <= 1 &&
                       ctx.tensor(2).getNumElements() == 1;
  if (ctx.has(2) && !scalars && ctx.tensor(2).getShape() != scale.getShape())
    return fail("scale of shape " + toText(scale.getShape()) +
                " and zero point of shape " + toText(ctx.tensor(2).getShape()));
  ScaleIndex index;
  const int64_t block = ctx.op.getInt("block_size", 0);
  if (scale.getRank() <= 1 && scale.getNumElements() == 1 && block == 0)
    return index;
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 1), x.getRank());
  if (!axis)
    return axis.takeError();
  AxisSplit split = splitAt(x.getShape(), *axis);
  index.perTensor = false;
  index.size = split.size;
  index.inner = split.inner;
  Shape expected = {split.size};
  if (block < 0)
    return fail("block_size " + Twine(block) + " is negative");
  if (block > 0) {
    index.block = block;
    index.blocks = divideUp(split.size, block);
    expected = Shape(x.getShape());
    expected[*axis] = index.blocks;
  }
  if (scale.getShape() != ArrayRef<int64_t>(expected))
    return fail("a scale of shape " + toText(scale.getShape()) + " where " +
                toText(expected) + " is expected");
  return index;
}

Error kernels::quantizeLinear(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<ScaleIndex> index = ScaleIndex::create(ctx);
  if (!index)
    return index.takeError();
  const ElementType type = ctx.resultType();
  const std::vector<double> scales = loadReals(ctx.tensor(1));
  std::vector<double> zeroPoints(scales.size(), 0);
  if (ctx.has(2))
    zeroPoints = loadReals(ctx.tensor(2));

  // The quotient is rounded to "precision", by default the scale's type.
  ElementType precision = ctx.tensor(1).getElementType();
  if (int64_t number = ctx.op.getInt("precision", 0)) {
    auto given = getElementTypeFromOnnx(number);
    if (!given || !isFloat(*given))
      return fail("precision " + Twine(number) + " is not a float type");
    precision = *given;
  } else if (!isFloat(precision) || precision == ElementType::F8E8M0) {
    precision =
        isFloat(x.getElementType()) ? x.getElementType() : ElementType::F32;
  }
  const OnOverflow onOverflow = ctx.op.getInt("saturate", 1)
                                    ? OnOverflow::Saturate
                                    : OnOverflow::Infinity;

  Expected<TensorValue> y = ctx.allocate(type, x.getShape());
  if (!y)
    return y.takeError();
  if (Error error = dispatch(RealTypes(), type, [&]<typename T>() -> Error {
        const std::vector<double> values = loadReals(x);
        T *to = y->mutableData<T>();
        for (size_t i = 0; i != values.size(); ++i) {
          const int64_t s = (*index)(i);
          double quotient =
              roundTo(precision, roundTo(precision, values[i]) / scales[s]);
          if constexpr (std::is_same_v<T, bool> ||
                        std::is_same_v<T, Float8E8M0>)
            return fail("results of type " + getName(type) +
                        " are not supported");
          else if constexpr (std::is_integral_v<T>)
            to[i] = static_cast<T>(quantize(quotient, zeroPoints[s], type));
          else if constexpr (std::is_floating_point_v<T>)
            to[i] = static_cast<T>(quotient);
          else
            to[i] = T(quotient + zeroPoints[s], onOverflow);
        }
        return Error::success();
      }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::dequantizeLinear(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<ScaleIndex> index = ScaleIndex::create(ctx);
  if (!index)
    return index.takeError();
  const std::vector<double> scales = loadReals(ctx.tensor(1));
  std::vector<double> zeroPoints(scales.size(), 0);
  if (ctx.has(2))
    zeroPoints = loadReals(ctx.tensor(2));
  std::vector<double> values = loadReals(x);
  for (size_t i = 0; i != values.size(); ++i) {
    const int64_t s = (*index)(i);
    values[i] = (values[i] - zeroPoints[s]) * scales[s];
  }
  return ctx.done(storeReals(ctx, ctx.resultType(), x.getShape(), values));
}

Error kernels::dynamicQuantizeLinear(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const std::vector<double> values = loadReals(x);
  // The range includes 0. Every step is rounded to float, as its tensors are.
  double low = 0, high = 0;
  for (double value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const ElementType f32 = ElementType::F32, u8 = ElementType::U8;
  const double scale = roundTo(f32, roundTo(f32, high - low) / 255);
  const double zeroPoint = quantize(roundTo(f32, -low / scale), 0, u8);
  Expected<TensorValue> y = ctx.allocate(u8, x.getShape());
  if (!y)
    return y.takeError();
  Expected<TensorValue> yScale = storeReals(ctx, f32, {}, scale);
  if (!yScale)
    return yScale.takeError();
  Expected<TensorValue> yZeroPoint = ctx.allocate(u8, {});
  if (!yZeroPoint)
    return yZeroPoint.takeError();
  uint8_t *to = y->mutableData<uint8_t>();
  for (size_t i = 0; i != values.size(); ++i)
    to[i] = quantize(roundTo(f32, values[i] / scale), zeroPoint, u8);
  *yZeroPoint->mutableData<uint8_t>() = zeroPoint;
  ctx.set(1, std::move(*yScale));
  ctx.set(2, std::move(*yZeroPoint));
  return ctx.done(std::move(*y));
}
