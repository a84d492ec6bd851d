//===- Map.h - Functions of elements ----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Applies a function of numbers to all elements of one tensor, or of two that
/// broadcast. Functions take and return Compute<T>: double for floats.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_MAP_H
#define ONNC_LIB_INTERP_KERNELS_MAP_H

#include "../Dispatch.h"
#include "../Iteration.h"

namespace onnc::interp {

/// Result 0: fn of the elements of operand 0, in the same type.
template <typename Types, typename Fn>
llvm::Error map(KernelContext &ctx, Types types, Fn fn) {
  const TensorValue &x = ctx.tensor(0);
  llvm::Expected<TensorValue> y =
      ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  if (llvm::Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() {
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i)
              to[i] = static_cast<T>(fn(static_cast<Compute<T>>(from[i])));
            return llvm::Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

/// The same for functions of doubles alone.
template <typename Fn> llvm::Error mapFloat(KernelContext &ctx, Fn fn) {
  return map(ctx, FloatTypes(), [&](double x) { return fn(x); });
}

/// Result 0: a bool for each element of operand 0.
template <typename Types, typename Fn>
llvm::Error mapToBool(KernelContext &ctx, Types types, Fn fn) {
  const TensorValue &x = ctx.tensor(0);
  llvm::Expected<TensorValue> y = ctx.allocate(ElementType::Bool, x.getShape());
  if (!y)
    return y.takeError();
  if (llvm::Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() {
            Elements<T> from = x.elements<T>();
            bool *to = y->mutableData<bool>();
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i)
              to[i] = fn(static_cast<Compute<T>>(from[i]));
            return llvm::Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

/// Result 0: fn of the elements of operands 0 and 1, which have one type and
/// broadcast. R: the result's storage type, that of the operands if void.
template <typename R = void, typename Types, typename Fn>
llvm::Error zip(KernelContext &ctx, Types types, Fn fn) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(1);
  if (a.getElementType() != b.getElementType())
    return fail("operands of types " + getName(a.getElementType()) + " and " +
                getName(b.getElementType()));
  llvm::Expected<Shape> shape = broadcast(a.getShape(), b.getShape());
  if (!shape)
    return shape.takeError();
  llvm::Expected<TensorValue> y = ctx.allocate(ctx.resultType(), *shape);
  if (!y)
    return y.takeError();
  std::array<Shape, 2> strides = {getBroadcastStrides(a.getShape(), *shape),
                                  getBroadcastStrides(b.getShape(), *shape)};
  if (llvm::Error error =
          dispatch(types, a.getElementType(), [&]<typename T>() {
            using To = std::conditional_t<std::is_void_v<R>, T, R>;
            using C = Compute<T>;
            Elements<T> x = a.elements<T>(), z = b.elements<T>();
            To *to = y->mutableData<To>();
            forEachElement(*shape, strides,
                           [&](int64_t i, int64_t ia, int64_t ib) {
                             to[i] = static_cast<To>(fn(static_cast<C>(x[ia]),
                                                        static_cast<C>(z[ib])));
                           });
            return llvm::Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_MAP_H
