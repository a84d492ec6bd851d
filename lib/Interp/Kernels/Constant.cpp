//===- Constant.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Error kernels::constant(KernelContext &ctx) {
  auto value = ctx.op.getAttrOfType<ConstantAttr>("value");
  if (!value)
    return fail("no attribute 'value'");
  return ctx.done(TensorValue::fromConstant(value, ctx.getBudget()));
}

Error kernels::identity(KernelContext &ctx) { return ctx.done(ctx.value(0)); }

Error kernels::constantOfShape(KernelContext &ctx) {
  std::vector<int64_t> shape = loadInts(ctx.tensor(0));
  auto value = ctx.op.getAttrOfType<ConstantAttr>("value");
  if (!value)
    return ctx.done(ctx.allocate(ElementType::F32, shape));
  Expected<TensorValue> element =
      TensorValue::fromConstant(value, ctx.getBudget());
  if (!element)
    return element.takeError();
  if (element->getNumElements() != 1)
    return fail("the attribute 'value' has " +
                Twine(element->getNumElements()) + " elements, not one");
  Expected<TensorValue> y = ctx.allocate(element->getElementType(), shape);
  if (!y)
    return y.takeError();
  if (Error error =
          dispatchStorage(y->getElementType(), [&]<typename T>() -> Error {
            std::fill_n(y->mutableData<T>(), y->getNumElements(),
                        element->elements<T>()[0]);
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::eyeLike(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() != 2)
    return fail("the input has rank " + Twine(x.getRank()) + ", not 2");
  Expected<TensorValue> y = ctx.allocate(ctx.resultType(), x.getShape());
  if (!y)
    return y.takeError();
  int64_t k = ctx.op.getInt("k", 0);
  int64_t rows = x.getDim(0), columns = x.getDim(1);
  if (Error error = dispatch(NumericAndBoolTypes(), y->getElementType(),
                             [&]<typename T>() -> Error {
                               T *to = y->mutableData<T>();
                               // k may be any int64: compare, don't add.
                               for (int64_t r = 0; r != rows; ++r)
                                 for (int64_t c = 0; c != columns; ++c)
                                   if (c - r == k)
                                     to[r * columns + c] = static_cast<T>(1);
                               return Error::success();
                             }))
    return error;
  return ctx.done(std::move(*y));
}

/// ⌈(limit - start) / delta⌉, at least 0.
static Expected<int64_t> countSteps(int64_t start, int64_t limit,
                                    int64_t delta) {
  bool up = delta > 0;
  if (up ? start >= limit : start <= limit)
    return 0;
  uint64_t distance = up ? uint64_t(limit) - uint64_t(start)
                         : uint64_t(start) - uint64_t(limit);
  uint64_t step = up ? uint64_t(delta) : -uint64_t(delta);
  uint64_t count = 1 + (distance - 1) / step;
  if (count > uint64_t(INT64_MAX))
    return fail("too many elements");
  return count;
}

Error kernels::range(KernelContext &ctx) {
  for (unsigned i : {0, 1, 2})
    if (ctx.tensor(i).getNumElements() != 1)
      return fail("operand " + Twine(i) + " has shape " +
                  toText(ctx.tensor(i).getShape()) + ", not that of a scalar");
  ElementType type = ctx.tensor(0).getElementType();
  if (isInteger(type)) {
    int64_t start = loadInts(ctx.tensor(0))[0];
    int64_t limit = loadInts(ctx.tensor(1))[0];
    int64_t delta = loadInts(ctx.tensor(2))[0];
    if (delta == 0)
      return fail("delta is 0");
    Expected<int64_t> count = countSteps(start, limit, delta);
    if (!count)
      return count.takeError();
    Expected<TensorValue> y = ctx.allocate(type, {*count});
    if (!y)
      return y.takeError();
    if (Error error =
            dispatch(IntegerTypes(), type, [&]<typename T>() -> Error {
              T *to = y->mutableData<T>();
              for (int64_t i = 0; i != *count; ++i)
                to[i] = static_cast<T>(wrapAdd(start, wrapMul(i, delta)));
              return Error::success();
            }))
      return error;
    return ctx.done(std::move(*y));
  }
  double start = loadReal(ctx.tensor(0), 0);
  double delta = loadReal(ctx.tensor(2), 0);
  double steps = std::ceil((loadReal(ctx.tensor(1), 0) - start) / delta);
  if (delta == 0 || !std::isfinite(steps) || steps > 0x1p62)
    return fail("the number of elements is not finite");
  int64_t count = std::max(steps, 0.0);
  Expected<TensorValue> y = ctx.allocate(type, {count});
  if (!y)
    return y.takeError();
  if (Error error = dispatch(FloatTypes(), type, [&]<typename T>() -> Error {
        T *to = y->mutableData<T>();
        for (int64_t i = 0; i != count; ++i)
          to[i] = static_cast<T>(start + i * delta);
        return Error::success();
      }))
    return error;
  return ctx.done(std::move(*y));
}

static Expected<TensorValue> makeInts(KernelContext &ctx,
                                      ArrayRef<int64_t> shape,
                                      ArrayRef<int64_t> values) {
  Expected<TensorValue> y = ctx.allocate(ElementType::I64, shape);
  if (y)
    std::copy(values.begin(), values.end(), y->mutableData<int64_t>());
  return y;
}

Error kernels::shape(KernelContext &ctx) {
  ArrayRef<int64_t> dims = ctx.tensor(0).getShape();
  int64_t rank = dims.size();
  auto clamp = [&](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  int64_t start = clamp(ctx.op.getInt("start", 0));
  int64_t end = clamp(ctx.op.getInt("end", rank));
  ArrayRef<int64_t> part = dims.slice(start, std::max<int64_t>(end - start, 0));
  return ctx.done(makeInts(ctx, {int64_t(part.size())}, part));
}

Error kernels::size(KernelContext &ctx) {
  return ctx.done(makeInts(ctx, {}, {ctx.tensor(0).getNumElements()}));
}
