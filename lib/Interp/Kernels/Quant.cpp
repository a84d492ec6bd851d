//===- Quant.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The integer operators of quantized models, by their definition.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Quant.h"
#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// Calls fn with the storage type of quantized numbers of \p type.
template <typename Fn> static auto dispatchQuantized(ElementType type, Fn fn) {
  switch (type) {
  case ElementType::I8:
    return fn.template operator()<int8_t>();
  case ElementType::U8:
    return fn.template operator()<uint8_t>();
  case ElementType::I16:
    return fn.template operator()<int16_t>();
  case ElementType::U16:
    return fn.template operator()<uint16_t>();
  default:
    llvm_unreachable("the verifier admits 8 and 16 bits only");
  }
}

static int32_t wrapToInt32(int64_t value) {
  return static_cast<int32_t>(static_cast<uint32_t>(value));
}

/// Which element of a vector along an axis belongs to each element.
static Expected<AxisSplit> splitAlong(const TensorValue &x, int64_t axis,
                                      bool perTensor) {
  if (perTensor)
    return AxisSplit{1, 1, std::max<int64_t>(x.getNumElements(), 1)};
  Expected<unsigned> resolved = resolveAxis(axis, x.getRank());
  if (!resolved)
    return resolved.takeError();
  return splitAt(x.getShape(), *resolved);
}

Error kernels::quantRequantize(KernelContext &ctx) {
  const TensorValue &acc = ctx.tensor(0);
  const std::vector<RationalScale> scales = quant::getScales(ctx.op);
  std::vector<int64_t> bias = {0};
  if (ctx.has(1))
    bias = loadInts(ctx.tensor(1));
  auto split = splitAlong(acc, ctx.op.getInt("axis", 1),
                          scales.size() == 1 && bias.size() == 1);
  if (!split)
    return split.takeError();
  for (size_t size : {scales.size(), bias.size()})
    if (size != 1 && int64_t(size) != split->size)
      return fail("scales or bias of " + Twine(size) + " elements where " +
                  Twine(split->size) + " are expected");

  const quant::ResultRange range = quant::getResultRange(ctx.op);
  Expected<TensorValue> y = ctx.allocate(range.type, acc.getShape());
  if (!y)
    return y.takeError();
  dispatchQuantized(range.type, [&]<typename T>() {
    Elements<int32_t> from = acc.elements<int32_t>();
    T *to = y->mutableData<T>();
    for (int64_t i = 0, e = acc.getNumElements(); i != e; ++i) {
      const int64_t c = i / split->inner % split->size;
      const int32_t sum = wrapToInt32(from[i] + bias[bias.size() == 1 ? 0 : c]);
      to[i] = static_cast<T>(
          range.finish(scales[scales.size() == 1 ? 0 : c].apply(sum)));
    }
  });
  return ctx.done(std::move(*y));
}

Error kernels::quantSum(KernelContext &ctx) {
  Shape shape;
  for (const RuntimeValue &operand : ctx.values()) {
    auto both = broadcast(shape, operand.getTensor().getShape());
    if (!both)
      return both.takeError();
    shape = std::move(*both);
  }
  // Each operand, less its zero point, written out in the result's shape.
  const auto zeroPoints = ctx.op.getInts("input_zero_points");
  const unsigned count = ctx.getNumOperands();
  std::vector<int32_t> values(product(shape) * count);
  for (unsigned n = 0; n != count; ++n) {
    const std::vector<int64_t> from = loadInts(ctx.tensor(n));
    forEachElement<1>(shape,
                      {getBroadcastStrides(ctx.tensor(n).getShape(), shape)},
                      [&](int64_t i, int64_t at) {
                        values[i * count + n] = from[at] - zeroPoints[n];
                      });
  }

  const quant::ResultRange range = quant::getResultRange(ctx.op);
  const RationalSum sum = quant::getSum(ctx.op);
  Expected<TensorValue> y = ctx.allocate(range.type, shape);
  if (!y)
    return y.takeError();
  dispatchQuantized(range.type, [&]<typename T>() {
    T *to = y->mutableData<T>();
    for (int64_t i = 0, e = y->getNumElements(); i != e; ++i)
      to[i] = static_cast<T>(
          range.finish(sum.apply(ArrayRef(values).slice(i * count, count))));
  });
  return ctx.done(std::move(*y));
}

Error kernels::quantMul(KernelContext &ctx) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(1);
  auto shape = broadcast(a.getShape(), b.getShape());
  if (!shape)
    return shape.takeError();
  Expected<TensorValue> y = ctx.allocate(ElementType::I32, *shape);
  if (!y)
    return y.takeError();
  const std::vector<int64_t> left = loadInts(a), right = loadInts(b);
  const int64_t aZero = ctx.op.getInt("a_zero_point", 0);
  const int64_t bZero = ctx.op.getInt("b_zero_point", 0);
  int32_t *to = y->mutableData<int32_t>();
  forEachElement<2>(*shape,
                    {getBroadcastStrides(a.getShape(), *shape),
                     getBroadcastStrides(b.getShape(), *shape)},
                    [&](int64_t i, int64_t ia, int64_t ib) {
                      to[i] =
                          wrapToInt32((left[ia] - aZero) * (right[ib] - bZero));
                    });
  return ctx.done(std::move(*y));
}

Error kernels::quantTable(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const ConstantData &table =
      ctx.op.getAttrOfType<ConstantAttr>("table").getData();
  const ElementType type = ctx.resultType();
  const int64_t lowest = quant::getLowest(x.getElementType());
  Expected<TensorValue> y = ctx.allocate(type, x.getShape());
  if (!y)
    return y.takeError();
  const std::vector<int64_t> from = loadInts(x);
  dispatchQuantized(type, [&]<typename T>() {
    T *to = y->mutableData<T>();
    for (size_t i = 0; i != from.size(); ++i)
      to[i] = table.get<T>(from[i] - lowest);
  });
  return ctx.done(std::move(*y));
}

/// Softmax of one line, in place.
static Error applySoftmax(MutableArrayRef<int64_t> line,
                          const ConstantData &exponentials,
                          const RationalScale &scale,
                          const quant::ResultRange &range) {
  const int64_t largest = *llvm::max_element(line);
  UInt128 sum = 0;
  for (int64_t &x : line)
    sum += x = exponentials.get<uint32_t>(largest - x);
  const UInt128 limit = (UInt128(1) << 95) / scale.getNumerator();
  if (sum > UINT64_MAX || sum >= limit)
    return fail("the sum of the exponentials exceeds 64 bits");
  for (int64_t &x : line)
    x = range.finish(roundQuotient(Int128(x) * scale.getDenominator(),
                                   sum * scale.getNumerator(),
                                   -scale.getExponent()));
  return Error::success();
}

Error kernels::quantSoftmax(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", -1), x.getRank());
  if (!axis)
    return axis.takeError();
  const AxisSplit split = splitAt(x.getShape(), *axis);
  const quant::ResultRange range = quant::getResultRange(ctx.op);
  const RationalScale scale = *RationalScale::get(ctx.op.getFloat("scale", 1));
  const ConstantData &exponentials =
      ctx.op.getAttrOfType<ConstantAttr>("exponentials").getData();

  std::vector<int64_t> values = loadInts(x), line(split.size);
  if (!values.empty())
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t i = 0; i != split.inner; ++i) {
        int64_t *first = values.data() + o * split.size * split.inner + i;
        for (int64_t j = 0; j != split.size; ++j)
          line[j] = first[j * split.inner];
        if (Error error = applySoftmax(line, exponentials, scale, range))
          return error;
        for (int64_t j = 0; j != split.size; ++j)
          first[j * split.inner] = line[j];
      }
  Expected<TensorValue> y = ctx.allocate(range.type, x.getShape());
  if (!y)
    return y.takeError();
  dispatchQuantized(range.type, [&]<typename T>() {
    std::copy(values.begin(), values.end(), y->mutableData<T>());
  });
  return ctx.done(std::move(*y));
}
