//===- Variadic.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernels.h"
#include "Map.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// Folds fn over all operands, which broadcast, from left to right; finish is
/// applied to the result before it is rounded.
template <typename Types, typename Fn, typename Finish>
static Error fold(KernelContext &ctx, Types types, Fn fn, Finish finish) {
  if (ctx.getNumOperands() == 0)
    return fail("no operands");
  ElementType type = ctx.tensor(0).getElementType();
  Shape shape(ctx.tensor(0).getShape());
  for (const RuntimeValue &operand : ctx.values()) {
    if (operand.getTensor().getElementType() != type)
      return fail("operands of several types");
    Expected<Shape> wider = broadcast(shape, operand.getTensor().getShape());
    if (!wider)
      return wider.takeError();
    shape = std::move(*wider);
  }
  Expected<TensorValue> y = ctx.allocate(type, shape);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(types, type, [&]<typename T>() -> Error {
        using C = Compute<T>;
        std::unique_ptr<C[]> sums(new C[y->getNumElements()]);
        bool first = true;
        for (const RuntimeValue &operand : ctx.values()) {
          const TensorValue &x = operand.getTensor();
          Elements<T> from = x.elements<T>();
          forEachElement<1>(shape, {getBroadcastStrides(x.getShape(), shape)},
                            [&](int64_t i, int64_t ix) {
                              C value = static_cast<C>(from[ix]);
                              sums[i] = first ? value : fn(sums[i], value);
                            });
          first = false;
        }
        T *to = y->mutableData<T>();
        for (int64_t i = 0, e = y->getNumElements(); i != e; ++i)
          to[i] = static_cast<T>(finish(sums[i]));
        return Error::success();
      }))
    return error;
  return ctx.done(std::move(*y));
}

static auto identityOf = [](auto x) { return x; };

// A NaN on either side gives NaN.
Error kernels::max(KernelContext &ctx) {
  return fold(
      ctx, NumericTypes(),
      [](auto a, auto b) { return a != a || a > b ? a : b; }, identityOf);
}

Error kernels::min(KernelContext &ctx) {
  return fold(
      ctx, NumericTypes(),
      [](auto a, auto b) { return a != a || a < b ? a : b; }, identityOf);
}

Error kernels::sum(KernelContext &ctx) {
  return fold(
      ctx, FloatTypes(), [](double a, double b) { return a + b; }, identityOf);
}

Error kernels::mean(KernelContext &ctx) {
  double count = ctx.getNumOperands();
  return fold(
      ctx, FloatTypes(), [](double a, double b) { return a + b; },
      [=](double sum) { return sum / count; });
}

Error kernels::clip(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  for (unsigned i : {1, 2})
    if (ctx.has(i) && ctx.tensor(i).getNumElements() != 1)
      return fail("a limit of shape " + toText(ctx.tensor(i).getShape()) +
                  " where a scalar is expected");
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            std::optional<C> low, high;
            if (ctx.has(1))
              low = static_cast<C>(ctx.tensor(1).elements<T>()[0]);
            if (ctx.has(2))
              high = static_cast<C>(ctx.tensor(2).elements<T>()[0]);
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
              C value = static_cast<C>(from[i]);
              if (low && value < *low)
                value = *low;
              if (high && value > *high)
                value = *high;
              to[i] = static_cast<T>(value);
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::where(KernelContext &ctx) {
  const TensorValue &condition = ctx.tensor(0);
  const TensorValue &x = ctx.tensor(1), &y = ctx.tensor(2);
  Expected<Shape> shape = broadcast(x.getShape(), y.getShape());
  if (shape)
    shape = broadcast(*shape, condition.getShape());
  if (!shape)
    return shape.takeError();
  Expected<TensorValue> z = ctx.allocate(x.getElementType(), *shape);
  if (!z)
    return z.takeError();
  std::array<Shape, 3> strides = {
      getBroadcastStrides(condition.getShape(), *shape),
      getBroadcastStrides(x.getShape(), *shape),
      getBroadcastStrides(y.getShape(), *shape)};
  if (Error error =
          dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
            Elements<bool> cond = condition.elements<bool>();
            Elements<T> yes = x.elements<T>(), no = y.elements<T>();
            T *to = z->mutableData<T>();
            forEachElement(*shape, strides,
                           [&](int64_t i, int64_t ic, int64_t ix, int64_t iy) {
                             if (cond[ic])
                               to[i] = yes[ix];
                             else
                               to[i] = no[iy];
                           });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*z));
}
