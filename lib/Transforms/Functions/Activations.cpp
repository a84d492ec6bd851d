//===- Activations.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"
#include <cmath>
#include <numbers>

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

/// The attribute \p name of the operation as a number of \p like's type.
static Value *parameter(FunctionBuilder &f, StringRef name, double fallback,
                        Value *like) {
  return f.scalar(f.op->getFloat(name, double(float(fallback))), like);
}

/// \p a where x < 0, else \p b; x where that isn't a number.
static Value *whereNegative(FunctionBuilder &f, Value *x, Value *a, Value *b) {
  return f("Where", {f("Less", {x, f.scalar(0, x)}), a, b});
}

/// Softplus: ln(1 + exp(x)), without overflow: max(x, 0) + ln(1 + exp(-|x|)).
static Results softplus(FunctionBuilder &f) {
  Value *x = f.wide(0);
  Value *rest = f("Exp", {f("Neg", {f("Abs", {x})})});
  Value *log = f("Log", {f("Add", {rest, f.scalar(1, x)})});
  return {f.narrow(f("Add", {f("Max", {x, f.scalar(0, x)}), log}))};
}

/// Softsign: x / (1 + |x|).
static Results softsign(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(f("Div", {x, f("Add", {f("Abs", {x}), f.scalar(1, x)})}))};
}

static Value *hardSigmoidOf(FunctionBuilder &f, Value *x, Value *alpha,
                            Value *beta) {
  Value *line = f("Add", {f("Mul", {x, alpha}), beta});
  return f("Max", {f("Min", {line, f.scalar(1, x)}), f.scalar(0, x)});
}

/// HardSigmoid: max(0, min(1, alpha x + beta)).
static Results hardSigmoid(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(hardSigmoidOf(f, x, parameter(f, "alpha", 0.2, x),
                                 parameter(f, "beta", 0.5, x)))};
}

/// HardSwish: x HardSigmoid(x) with alpha = 1/6, beta = 0.5.
static Results hardSwish(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(f("Mul", {x, hardSigmoidOf(f, x, f.scalar(1.0 / 6, x),
                                              f.scalar(0.5, x))}))};
}

/// Mish: x tanh(softplus(x)).
static Results mish(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(f("Mul", {x, f("Tanh", {f("Softplus", {x})})}))};
}

/// LeakyRelu: x, alpha x where that is negative.
static Results leakyRelu(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(
      whereNegative(f, x, f("Mul", {x, parameter(f, "alpha", 0.01, x)}), x))};
}

/// ThresholdedRelu: x, 0 up to alpha.
static Results thresholdedRelu(FunctionBuilder &f) {
  Value *x = f.wide(0), *alpha = parameter(f, "alpha", 1, x);
  return {
      f.narrow(f("Where", {f("LessOrEqual", {x, alpha}), f.scalar(0, x), x}))};
}

/// alpha (exp(x) - 1)
static Value *scaledExp(FunctionBuilder &f, Value *x, Value *alpha) {
  return f("Mul", {alpha, f("Sub", {f("Exp", {x}), f.scalar(1, x)})});
}

/// Elu: x, alpha (exp(x) - 1) where that is negative.
static Results elu(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(
      whereNegative(f, x, scaledExp(f, x, parameter(f, "alpha", 1, x)), x))};
}

/// Celu: x, alpha (exp(x / alpha) - 1) where that is negative.
static Results celu(FunctionBuilder &f) {
  Value *x = f.wide(0), *alpha = parameter(f, "alpha", 1, x);
  return {f.narrow(
      whereNegative(f, x, scaledExp(f, f("Div", {x, alpha}), alpha), x))};
}

/// Selu: gamma x, gamma alpha (exp(x) - 1) where that is negative.
static Results selu(FunctionBuilder &f) {
  Value *x = f.wide(0);
  Value *alpha = parameter(f, "alpha", 1.67326319217681884765625, x);
  Value *gamma = parameter(f, "gamma", 1.05070102214813232421875, x);
  return {f.narrow(
      f("Mul", {gamma, whereNegative(f, x, scaledExp(f, x, alpha), x)}))};
}

/// Gelu: x Φ(x), by erf or as approximated by tanh.
static Results gelu(FunctionBuilder &f) {
  Value *x = f.wide(0);
  Value *phi;
  if (f.op->getString("approximate", "none") == "tanh") {
    Value *cube = f("Mul", {f("Mul", {x, x}), x});
    Value *inner = f("Add", {x, f("Mul", {f.scalar(0.044715, x), cube})});
    phi = f("Tanh",
            {f("Mul", {f.scalar(std::sqrt(2 / std::numbers::pi), x), inner})});
  } else {
    phi = f("Erf", {f("Mul", {x, f.scalar(1 / std::numbers::sqrt2, x)})});
  }
  Value *half = f("Mul", {x, f.scalar(0.5, x)});
  return {f.narrow(f("Mul", {half, f("Add", {phi, f.scalar(1, x)})}))};
}

static Value *swishOf(FunctionBuilder &f, Value *x) {
  Value *scaled = f("Mul", {x, parameter(f, "alpha", 1, x)});
  return f("Mul", {x, f("Sigmoid", {scaled})});
}

/// Swish: x sigmoid(alpha x).
static Results swish(FunctionBuilder &f) {
  return {f.narrow(swishOf(f, f.wide(0)))};
}

/// SwiGLU: Swish(A) B.
static Results swiGLU(FunctionBuilder &f) {
  return {f.narrow(f("Mul", {swishOf(f, f.wide(0)), f.wide(1)}))};
}

/// Shrink: x ± bias beyond ±lambd, 0 in between.
static Results shrink(FunctionBuilder &f) {
  // Of integers the sum is truncated.
  if (!f.isFloat(0))
    return {};
  Value *x = f.wide(0), *bias = parameter(f, "bias", 0, x);
  const double lambd = f.op->getFloat("lambd", 0.5);
  Value *right = f("Where", {f("Greater", {x, f.scalar(lambd, x)}),
                             f("Sub", {x, bias}), f.scalar(0, x)});
  return {f.narrow(f("Where", {f("Less", {x, f.scalar(-lambd, x)}),
                               f("Add", {x, bias}), right}))};
}

/// PRelu: x, slope x where that is negative.
static Results prelu(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return {f.narrow(whereNegative(f, x, f("Mul", {x, f.wide(1)}), x))};
}

/// Clip: min(max(x, least), most).
static Results clip(FunctionBuilder &f) {
  Value *x = f.operand(0);
  if (f.has(1))
    x = f("Max", {x, f.operand(1)});
  if (f.has(2))
    x = f("Min", {x, f.operand(2)});
  return {x};
}

/// GreaterOrEqual and LessOrEqual: one of two.
static Results greaterOrEqual(FunctionBuilder &f) {
  Value *operands[] = {f.operand(0), f.operand(1)};
  return {f("Or", {f("Greater", operands), f("Equal", operands)})};
}
static Results lessOrEqual(FunctionBuilder &f) {
  Value *operands[] = {f.operand(0), f.operand(1)};
  return {f("Or", {f("Less", operands), f("Equal", operands)})};
}

/// CastLike: Cast to the type of the other.
static Results castLike(FunctionBuilder &f) {
  SmallVector<NamedAttr, 3> attrs(f.op->getAttrs());
  attrs.push_back(
      f.attr("to", int64_t(getOnnxNumber(f.getType(1).getElementType()))));
  return {f("Cast", {f.operand(0)}, attrs)};
}

ArrayRef<Pattern> functions::getActivations() {
  static constexpr Pattern table[] = {
      {"expand-cast-like", "onnx.CastLike", expand<castLike>},
      {"expand-celu", "onnx.Celu", expand<celu>},
      {"expand-clip", "onnx.Clip", expand<clip>},
      {"expand-elu", "onnx.Elu", expand<elu>},
      {"expand-gelu", "onnx.Gelu", expand<gelu>},
      {"expand-greater-or-equal", "onnx.GreaterOrEqual",
       expand<greaterOrEqual>},
      {"expand-hard-sigmoid", "onnx.HardSigmoid", expand<hardSigmoid>},
      {"expand-hard-swish", "onnx.HardSwish", expand<hardSwish>},
      {"expand-leaky-relu", "onnx.LeakyRelu", expand<leakyRelu>},
      {"expand-less-or-equal", "onnx.LessOrEqual", expand<lessOrEqual>},
      {"expand-mish", "onnx.Mish", expand<mish>},
      {"expand-prelu", "onnx.PRelu", expand<prelu>},
      {"expand-selu", "onnx.Selu", expand<selu>},
      {"expand-shrink", "onnx.Shrink", expand<shrink>},
      {"expand-softplus", "onnx.Softplus", expand<softplus>},
      {"expand-softsign", "onnx.Softsign", expand<softsign>},
      {"expand-swi-glu", "onnx.SwiGLU", expand<swiGLU>},
      {"expand-swish", "onnx.Swish", expand<swish>},
      {"expand-thresholded-relu", "onnx.ThresholdedRelu",
       expand<thresholdedRelu>},
  };
  return table;
}
