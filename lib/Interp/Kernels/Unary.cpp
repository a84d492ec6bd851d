//===- Unary.cpp ----------------------------------------------------------===//
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

Error kernels::abs(KernelContext &ctx) {
  return map(ctx, NumericTypes(), []<typename C>(C x) {
    if constexpr (std::is_unsigned_v<C>)
      return x;
    else if constexpr (std::is_floating_point_v<C>)
      return std::fabs(x);
    else
      return x < 0 ? wrapSub(C(0), x) : x;
  });
}

Error kernels::neg(KernelContext &ctx) {
  return map(ctx, NumericTypes(), []<typename C>(C x) {
    if constexpr (std::is_floating_point_v<C>)
      return -x;
    else
      return wrapSub(C(0), x);
  });
}

Error kernels::sign(KernelContext &ctx) {
  return map(ctx, NumericTypes(), []<typename C>(C x) {
    if (x > C(0))
      return C(1);
    if constexpr (!std::is_unsigned_v<C>)
      if (x < C(0))
        return C(-1);
    // Zero is its own sign, and NaN stays NaN.
    return x;
  });
}

Error kernels::bitwiseNot(KernelContext &ctx) {
  return map(ctx, IntegerTypes(), []<typename C>(C x) { return C(~x); });
}

Error kernels::logicalNot(KernelContext &ctx) {
  return mapToBool(ctx, BoolType(), [](bool x) { return !x; });
}

Error kernels::erf(KernelContext &ctx) {
  return map(ctx, NumericTypes(), []<typename C>(C x) {
    if constexpr (std::is_floating_point_v<C>)
      return std::erf(x);
    else
      return truncateTo<C>(std::erf(double(x)));
  });
}

Error kernels::isNaN(KernelContext &ctx) {
  return mapToBool(ctx, FloatTypes() + Float8Types(),
                   [](double x) { return std::isnan(x); });
}

Error kernels::isInf(KernelContext &ctx) {
  bool negative = ctx.op.getInt("detect_negative", 1);
  bool positive = ctx.op.getInt("detect_positive", 1);
  return mapToBool(ctx, FloatTypes() + Float8Types(), [&](double x) {
    return std::isinf(x) && (x > 0 ? positive : negative);
  });
}

/// Halves to even, whatever the floating-point environment.
static double roundToEven(double x) {
  double rounded = std::round(x);
  if (std::fabs(x - std::trunc(x)) == 0.5)
    rounded = 2 * std::round(x / 2);
  return std::copysign(rounded, x);
}

Error kernels::round(KernelContext &ctx) { return mapFloat(ctx, roundToEven); }

#define UNARY(NAME, EXPR)                                                      \
  Error kernels::NAME(KernelContext &ctx) {                                    \
    return mapFloat(ctx, [](double x) { return EXPR; });                       \
  }
UNARY(exp, std::exp(x))
UNARY(log, std::log(x))
UNARY(sqrt, std::sqrt(x))
UNARY(reciprocal, 1 / x)
UNARY(floor, std::floor(x))
UNARY(ceil, std::ceil(x))
UNARY(sin, std::sin(x))
UNARY(cos, std::cos(x))
UNARY(tan, std::tan(x))
UNARY(asin, std::asin(x))
UNARY(acos, std::acos(x))
UNARY(atan, std::atan(x))
UNARY(sinh, std::sinh(x))
UNARY(cosh, std::cosh(x))
UNARY(asinh, std::asinh(x))
UNARY(acosh, std::acosh(x))
UNARY(atanh, std::atanh(x))
UNARY(tanh, std::tanh(x))
#undef UNARY
