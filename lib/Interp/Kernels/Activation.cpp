//===- Activation.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernels.h"
#include "Map.h"
#include <cmath>
#include <numbers>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

static double sigmoidOf(double x) { return 1 / (1 + std::exp(-x)); }

/// ln(1 + exp(x)) without overflow.
static double softplusOf(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

static double clamp01(double x) {
  return x != x ? x : std::max(0.0, std::min(1.0, x));
}

Error kernels::relu(KernelContext &ctx) {
  // Written so that NaN stays NaN.
  return map(ctx, NumericTypes(),
             []<typename C>(C x) { return x < C(0) ? C(0) : x; });
}

Error kernels::sigmoid(KernelContext &ctx) { return mapFloat(ctx, sigmoidOf); }

Error kernels::softplus(KernelContext &ctx) {
  return mapFloat(ctx, softplusOf);
}

Error kernels::softsign(KernelContext &ctx) {
  return mapFloat(ctx, [](double x) { return x / (1 + std::fabs(x)); });
}

Error kernels::hardSwish(KernelContext &ctx) {
  return mapFloat(ctx, [](double x) { return x * clamp01(x / 6 + 0.5); });
}

Error kernels::mish(KernelContext &ctx) {
  return mapFloat(ctx, [](double x) { return x * std::tanh(softplusOf(x)); });
}

Error kernels::leakyRelu(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 0.01f);
  return mapFloat(ctx, [=](double x) { return x < 0 ? alpha * x : x; });
}

Error kernels::thresholdedRelu(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 1);
  return mapFloat(ctx, [=](double x) { return x <= alpha ? 0 : x; });
}

Error kernels::elu(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 1);
  return mapFloat(ctx,
                  [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; });
}

Error kernels::selu(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 1.67326319217681884765625);
  double gamma = ctx.op.getFloat("gamma", 1.05070102214813232421875);
  return mapFloat(ctx, [=](double x) {
    return gamma * (x <= 0 ? alpha * std::expm1(x) : x);
  });
}

Error kernels::celu(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 1);
  return mapFloat(
      ctx, [=](double x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; });
}

Error kernels::hardSigmoid(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 0.2f);
  double beta = ctx.op.getFloat("beta", 0.5);
  return mapFloat(ctx, [=](double x) { return clamp01(alpha * x + beta); });
}

Error kernels::gelu(KernelContext &ctx) {
  if (ctx.op.getString("approximate", "none") == "tanh")
    return mapFloat(ctx, [](double x) {
      double inner =
          std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
      return 0.5 * x * (1 + std::tanh(inner));
    });
  return mapFloat(ctx, [](double x) {
    return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
  });
}

Error kernels::swish(KernelContext &ctx) {
  double alpha = ctx.op.getFloat("alpha", 1);
  return mapFloat(ctx, [=](double x) { return x * sigmoidOf(alpha * x); });
}

Error kernels::swiGLU(KernelContext &ctx) {
  if (ctx.tensor(0).getShape() != ctx.tensor(1).getShape())
    return fail("operands of shapes " + toText(ctx.tensor(0).getShape()) +
                " and " + toText(ctx.tensor(1).getShape()));
  double alpha = ctx.op.getFloat("alpha", 1);
  return zip(ctx, FloatTypes(),
             [=](double a, double b) { return a * sigmoidOf(alpha * a) * b; });
}

Error kernels::shrink(KernelContext &ctx) {
  const double bias = ctx.op.getFloat("bias", 0);
  const double lambd = ctx.op.getFloat("lambd", 0.5);
  return map(ctx, NumericTypes(), [=]<typename C>(C x) -> C {
    const double value = static_cast<double>(x);
    const double result = value < -lambd  ? value + bias
                          : value > lambd ? value - bias
                                          : 0;
    if constexpr (std::is_integral_v<C>)
      return truncateTo<C>(result);
    else
      return result;
  });
}

Error kernels::prelu(KernelContext &ctx) {
  if (Error error =
          checkBroadcast(ctx.tensor(1).getShape(), ctx.tensor(0).getShape()))
    return error;
  return zip(ctx, NumericTypes(), []<typename C>(C x, C slope) {
    return x < C(0) ? wrapMul(x, slope) : x;
  });
}
