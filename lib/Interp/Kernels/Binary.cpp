//===- Binary.cpp ---------------------------------------------------------===//
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

Error kernels::add(KernelContext &ctx) {
  return zip(ctx, NumericTypes(), [](auto a, auto b) { return wrapAdd(a, b); });
}

Error kernels::sub(KernelContext &ctx) {
  return zip(ctx, NumericTypes(), [](auto a, auto b) { return wrapSub(a, b); });
}

Error kernels::mul(KernelContext &ctx) {
  return zip(ctx, NumericTypes(), [](auto a, auto b) { return wrapMul(a, b); });
}

/// Truncated quotient; the quotient of the smallest number by -1 wraps.
template <typename C> static C divideIntegers(C a, C b) {
  if constexpr (std::is_signed_v<C>)
    if (b == C(-1))
      return wrapSub(C(0), a);
  return C(a / b);
}

Error kernels::div(KernelContext &ctx) {
  bool byZero = false;
  if (Error error = zip(ctx, NumericTypes(), [&]<typename C>(C a, C b) -> C {
        if constexpr (std::is_floating_point_v<C>) {
          return a / b;
        } else {
          if (b == 0) {
            byZero = true;
            return 0;
          }
          return divideIntegers(a, b);
        }
      }))
    return error;
  return byZero ? fail("integer division by zero") : Error::success();
}

Error kernels::mod(KernelContext &ctx) {
  bool truncated = ctx.op.getInt("fmod", 0), byZero = false;
  if (Error error = zip(ctx, NumericTypes(), [&]<typename C>(C a, C b) -> C {
        C rest;
        if constexpr (std::is_floating_point_v<C>) {
          rest = std::fmod(a, b);
        } else {
          if (b == 0) {
            byZero = true;
            return 0;
          }
          rest = wrapSub(a, wrapMul(divideIntegers(a, b), b));
        }
        // The remainder has the sign of a; Python's, that of b.
        if (!truncated && rest != C(0) && (rest < C(0)) != (b < C(0)))
          rest = wrapAdd(rest, b);
        return rest;
      }))
    return error;
  return byZero ? fail("integer division by zero") : Error::success();
}

/// Modulo 2^n. Negative powers are truncated to 0, but for those of 1 and -1.
template <typename C> static C powerOf(C base, int64_t exponent) {
  if (exponent < 0) {
    if (base == C(1))
      return base;
    if (base == C(-1))
      return exponent % 2 ? base : C(1);
    return 0;
  }
  C result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = wrapMul(result, base);
    base = wrapMul(base, base);
  }
  return result;
}

Error kernels::pow(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &y = ctx.tensor(1);
  Expected<Shape> shape = broadcast(x.getShape(), y.getShape());
  if (!shape)
    return shape.takeError();
  Expected<TensorValue> z = ctx.allocate(x.getElementType(), *shape);
  if (!z)
    return z.takeError();
  std::array<Shape, 2> strides = {getBroadcastStrides(x.getShape(), *shape),
                                  getBroadcastStrides(y.getShape(), *shape)};
  bool integerExponent = isInteger(y.getElementType());
  std::vector<double> exponents = loadReals(y);
  std::vector<int64_t> integers;
  if (integerExponent)
    integers = loadInts(y);
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            Elements<T> base = x.elements<T>();
            T *to = z->mutableData<T>();
            forEachElement(*shape, strides,
                           [&](int64_t i, int64_t ix, int64_t iy) {
                             if constexpr (isStorageFloat<T>)
                               to[i] = static_cast<T>(
                                   std::pow(double(base[ix]), exponents[iy]));
                             else if (integerExponent)
                               to[i] = powerOf<T>(base[ix], integers[iy]);
                             else
                               to[i] = truncateTo<T>(
                                   std::pow(double(base[ix]), exponents[iy]));
                           });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*z));
}

Error kernels::bitShift(KernelContext &ctx) {
  StringRef direction = ctx.op.getString("direction");
  if (direction != "LEFT" && direction != "RIGHT")
    return fail("direction '" + direction + "' is neither LEFT nor RIGHT");
  bool left = direction == "LEFT";
  return zip(ctx, UnsignedTypes(), [=]<typename C>(C x, C places) -> C {
    if (places >= C(sizeof(C) * 8))
      return 0;
    return left ? C(uint64_t(x) << places) : C(x >> places);
  });
}

#define BINARY(NAME, TYPES, EXPR)                                              \
  Error kernels::NAME(KernelContext &ctx) {                                    \
    return zip(ctx, TYPES(), []<typename C>(C a, C b) { return C(EXPR); });    \
  }
BINARY(logicalAnd, BoolType, a &&b)
BINARY(logicalOr, BoolType, a || b)
BINARY(logicalXor, BoolType, a != b)
BINARY(bitwiseAnd, IntegerTypes, a &b)
BINARY(bitwiseOr, IntegerTypes, a | b)
BINARY(bitwiseXor, IntegerTypes, a ^ b)
#undef BINARY

#define COMPARISON(NAME, TYPES, OP)                                            \
  Error kernels::NAME(KernelContext &ctx) {                                    \
    return zip<bool>(ctx, TYPES, [](auto a, auto b) { return a OP b; });       \
  }
COMPARISON(equal, NumericAndBoolTypes() + StringType(), ==)
COMPARISON(greater, NumericTypes(), >)
COMPARISON(greaterOrEqual, NumericTypes(), >=)
COMPARISON(less, NumericTypes(), <)
COMPARISON(lessOrEqual, NumericTypes(), <=)
#undef COMPARISON
