//===- Normalizations.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"
#include "onnc/IR/Ops/Axes.h"
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

/// The operation's axis, -1 by default, of operand 0.
static std::optional<int64_t> getAxis(FunctionBuilder &f) {
  TensorType type = f.getType(0);
  if (!type || !type.hasRank())
    return std::nullopt;
  return normalizeAxis(f.op->getInt("axis", -1), type.getRank());
}

/// x less its maximum along \p axis.
static Value *shiftByMaximum(FunctionBuilder &f, Value *x, int64_t axis) {
  return f("Sub", {x, f.reduce("ReduceMax", x, axis)});
}

/// Softmax: exp(x - max) over its sum.
static Results softmax(FunctionBuilder &f) {
  auto axis = getAxis(f);
  if (!axis)
    return {};
  Value *e = f("Exp", {shiftByMaximum(f, f.wide(0), *axis)});
  return {f.narrow(f("Div", {e, f.reduce("ReduceSum", e, *axis)}))};
}

/// LogSoftmax: x - max - ln Σ exp(x - max).
static Results logSoftmax(FunctionBuilder &f) {
  auto axis = getAxis(f);
  if (!axis)
    return {};
  Value *x = shiftByMaximum(f, f.wide(0), *axis);
  Value *sum = f.reduce("ReduceSum", f("Exp", {x}), *axis);
  return {f.narrow(f("Sub", {x, f("Log", {sum})}))};
}

/// LpNormalization: x over its norm; 0 where that is 0.
static Results lpNormalization(FunctionBuilder &f) {
  auto axis = getAxis(f);
  if (!axis)
    return {};
  Value *x = f.wide(0);
  const bool absolute = f.op->getInt("p", 2) == 1;
  Value *norm =
      f.reduce("ReduceSum", absolute ? f("Abs", {x}) : f("Mul", {x, x}), *axis);
  if (!absolute)
    norm = f("Sqrt", {norm});
  return {f.narrow(f("Where", {f("Equal", {norm, f.scalar(0, x)}),
                               f.scalar(0, x), f("Div", {x, norm})}))};
}

namespace {
struct Moments {
  Value *mean;
  /// x - mean, and the mean of its square.
  Value *centered, *variance;
};
} // namespace

static Moments getMoments(FunctionBuilder &f, Value *x,
                          ArrayRef<int64_t> axes) {
  Value *mean = f.reduce("ReduceMean", x, axes);
  Value *centered = f("Sub", {x, mean});
  return {mean, centered,
          f.reduce("ReduceMean", f("Mul", {centered, centered}), axes)};
}

/// 1 / √(variance + epsilon)
static Value *inverseDeviation(FunctionBuilder &f, Value *variance) {
  Value *epsilon = f.scalar(f.op->getFloat("epsilon", 1e-5f), variance);
  return f("Reciprocal", {f("Sqrt", {f("Add", {variance, epsilon})})});
}

/// MeanVarianceNormalization (ONNX 13): (x - mean) / (√variance + 1e-9).
static Results meanVarianceNormalization(FunctionBuilder &f) {
  Value *x = f.wide(0);
  Moments m = getMoments(f, x, f.op->getInts("axes", {0, 2, 3}));
  Value *deviation = f("Add", {f("Sqrt", {m.variance}), f.scalar(1e-9, x)});
  return {f.narrow(f("Div", {m.centered, deviation}))};
}

/// The axes from "axis" on; empty where the rank isn't known.
static SmallVector<int64_t, 6> getTrailingAxes(FunctionBuilder &f) {
  SmallVector<int64_t, 6> axes;
  if (auto axis = getAxis(f))
    for (int64_t i = *axis; i < f.getType(0).getRank(); ++i)
      axes.push_back(i);
  return axes;
}

/// LayerNormalization: (x - mean) / √(variance + epsilon) · Scale + B over the
/// dimensions from axis on.
static Results layerNormalization(FunctionBuilder &f) {
  SmallVector<int64_t, 6> axes = getTrailingAxes(f);
  if (axes.empty())
    return {};
  Value *x = f.wide(0);
  Moments m = getMoments(f, x, axes);
  Value *inverse = inverseDeviation(f, m.variance);
  Value *y = f("Mul", {f("Mul", {m.centered, inverse}), f.wide(1)});
  if (f.has(2))
    y = f("Add", {y, f.wide(2)});
  Results results = {f.narrow(y)};
  for (auto [i, value] : {std::pair(1u, m.mean), {2u, inverse}})
    if (f.wants(i))
      results.resize(i, nullptr),
          results.push_back(f.cast(
              value, f.op->getResult(i)->getTensorType().getElementType()));
  return results;
}

/// RMSNormalization: x / √(mean of x² + epsilon) · scale.
static Results rmsNormalization(FunctionBuilder &f) {
  SmallVector<int64_t, 6> axes = getTrailingAxes(f);
  if (axes.empty())
    return {};
  Value *x = f.wide(0);
  Value *square = f.reduce("ReduceMean", f("Mul", {x, x}), axes);
  Value *y = f("Mul", {x, inverseDeviation(f, square)});
  return {
      f.narrow(f("Mul", {f.cast(y, f.wide(1)->getTensorType().getElementType()),
                         f.wide(1)}),
               1)};
}

/// GroupNormalization: as LayerNormalization for each group of channels, with
/// parameters of the channels.
static Results groupNormalization(FunctionBuilder &f) {
  TensorType type = f.getType(0);
  if (!type || !type.hasRank())
    return {};
  Value *x = f.wide(0);
  Value *groups = f.reshape(x, {0, f.op->getInt("num_groups", 1), -1});
  Moments m = getMoments(f, groups, 2);
  Value *y = f("Mul", {m.centered, inverseDeviation(f, m.variance)});
  y = f("Reshape", {y, f("Shape", {x})});
  SmallVector<int64_t, 6> spatial(type.getRank() - 2);
  std::iota(spatial.begin(), spatial.end(), 1);
  auto perChannel = [&](unsigned i) {
    return spatial.empty() ? f.wide(i) : f.unsqueeze(f.wide(i), spatial);
  };
  y = f("Mul", {y, perChannel(1)});
  return {f.narrow(f("Add", {y, perChannel(2)}))};
}

ArrayRef<Pattern> functions::getNormalizations() {
  static constexpr Pattern table[] = {
      {"expand-group-normalization", "onnx.GroupNormalization",
       expand<groupNormalization>},
      {"expand-layer-normalization", "onnx.LayerNormalization",
       expand<layerNormalization>},
      {"expand-log-softmax", "onnx.LogSoftmax", expand<logSoftmax>},
      {"expand-lp-normalization", "onnx.LpNormalization",
       expand<lpNormalization>},
      {"expand-mean-variance-normalization", "onnx.MeanVarianceNormalization",
       expand<meanVarianceNormalization>},
      {"expand-rmsnormalization", "onnx.RMSNormalization",
       expand<rmsNormalization>},
      {"expand-softmax", "onnx.Softmax", expand<softmax>},
  };
  return table;
}
