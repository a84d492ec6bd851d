//===- SelectWindows.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Convolution, pooling, and what runs as a depthwise convolution.
///
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/Ops/Windows.h"
#include "onnc/IR/ShapeInference.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

/// Windows over two spatial dimensions.
static Refusal refuseWindow(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  if (op->getOperand(0)->getTensorType().getRank() != 4)
    return "only two spatial dimensions are supported, the input is " +
           op->getOperand(0)->getType().str();
  auto windows = getWindows(op);
  if (!windows)
    return "the window doesn't fit its input";
  for (const Window &w : *windows)
    if (std::max({w.kernel, w.stride, w.dilation, w.padBegin}) > maxWindowAttr)
      return "kernels, strides, dilations and pads are at most " +
             std::to_string(maxWindowAttr);
  return std::nullopt;
}

namespace {
struct Geometry {
  SmallVector<int64_t, 2> kernel, strides, dilations, pads;
  explicit Geometry(Operation *op) {
    auto windows = *getWindows(op);
    for (const Window &w : windows) {
      kernel.push_back(w.kernel);
      strides.push_back(w.stride);
      dilations.push_back(w.dilation);
      pads.push_back(w.padBegin);
    }
  }
  SmallVector<NamedAttr, 8> attrs() const {
    return {{"strides", IntsAttr::get(strides)},
            {"dilations", IntsAttr::get(dilations)},
            {"pads", IntsAttr::get(pads)}};
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Conv
//===----------------------------------------------------------------------===//

static Refusal refuseConv(Operation *op) {
  if (auto no = refuseWindow(op))
    return no;
  onnx::ConvOp conv(op);
  if (!getConstantValue(conv.getW()))
    return std::string("the weights must be constant");
  if (conv.getB() && !getConstantValue(conv.getB()))
    return std::string("the bias must be constant");
  return std::nullopt;
}

static Value *selectBias(Value *bias, int64_t channels, Selection &s) {
  std::vector<float> values(channels);
  if (bias)
    values = readFloats(getConstantValue(bias));
  return s.constant(values, {channels});
}

static void selectConv(Operation *op, Selection &s) {
  onnx::ConvOp conv(op);
  ConstantAttr weights = getConstantValue(conv.getW());
  auto shape = *weights.getType().getStaticShape();
  int64_t out = shape[0], in = shape[1], h = shape[2], w = shape[3];
  bool depthwise = conv.getGroup() == out && in == 1 && conv.getGroup() > 1;
  auto attrs = Geometry(op).attrs();
  Value *x = s.get(conv.getX());
  Value *bias = selectBias(conv.getB(), out, s);
  Value *packed =
      depthwise ? s.pack(weights, {h, w, out}, {w, 1, h * w})
                : s.pack(weights, {out, h, w, in}, {in * h * w, w, 1, h * w});
  if (!depthwise && conv.getGroup() != 1)
    attrs.push_back({"group", IntAttr::get(conv.getGroup())});
  Operation *result = s.builder.create(
      depthwise ? DepthwiseOp::getOperationName() : ConvOp::getOperationName(),
      {x, packed, bias}, {s.getDeviceType(conv.getY())}, attrs);
  s.set(conv.getY(), result->getResult());
}

//===----------------------------------------------------------------------===//
// BatchNormalization: a depthwise convolution of 1×1
//===----------------------------------------------------------------------===//

static Refusal refuseBatchNormalization(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  onnx::BatchNormalizationOp norm(op);
  if (norm.getTrainingMode())
    return std::string("training mode isn't supported");
  unsigned rank = op->getOperand(0)->getTensorType().getRank();
  if (rank != 2 && rank != 4)
    return std::string("only inputs of rank 2 and 4 are supported");
  for (unsigned i = 1; i < 5; ++i)
    if (!getConstantValue(op->getOperand(i)))
      return std::string("scale, bias and moments must be constant");
  return std::nullopt;
}

static void selectBatchNormalization(Operation *op, Selection &s) {
  std::vector<float> parameters[4];
  for (unsigned i = 0; i < 4; ++i)
    parameters[i] = readFloats(getConstantValue(op->getOperand(i + 1)));
  auto &[scale, bias, mean, variance] = parameters;
  double epsilon = onnx::BatchNormalizationOp(op).getEpsilon();
  for (size_t c = 0; c < scale.size(); ++c) {
    double factor = scale[c] / std::sqrt(variance[c] + epsilon);
    bias[c] = static_cast<float>(bias[c] - mean[c] * factor);
    scale[c] = static_cast<float>(factor);
  }
  Value *x = s.get(op->getOperand(0));
  int64_t channels = scale.size();
  if (getShape(x).size() == 2)
    x = s.reshape(x, {1, getShape(x)[0], 1, channels});
  auto factors = ConstantAttr::getFloats(s.builder.getContext(), scale);
  Value *y = s.builder
                 .create(DepthwiseOp::getOperationName(),
                         {x, s.pack(factors, {1, 1, channels}, {0, 0, 1}),
                          s.constant(bias, {channels})},
                         {x->getType()},
                         {{"strides", IntsAttr::get({1, 1})},
                          {"dilations", IntsAttr::get({1, 1})},
                          {"pads", IntsAttr::get({0, 0})}})
                 ->getResult();
  s.set(op->getResult(),
        s.reshape(y, *s.getDeviceType(op->getResult()).getStaticShape()));
}

//===----------------------------------------------------------------------===//
// Pad: a depthwise convolution of 1×1 by ones, whose input ends early
//===----------------------------------------------------------------------===//

/// Top, left, bottom and right; nullopt where the pads aren't constant, or
/// elsewhere too.
static std::optional<SmallVector<int64_t, 4>> getSpatialPads(Operation *op) {
  auto ints = [](Value *value) {
    ConstantAttr constant = getConstantValue(value);
    return constant ? constant.getIntValues() : std::nullopt;
  };
  auto pads = ints(op->getOperand(1));
  SmallVector<int64_t, 6> axes{0, 1, 2, 3};
  if (Value *given = op->getOperand(3)) {
    auto values = ints(given);
    if (!values)
      return std::nullopt;
    axes = *values;
  }
  if (!pads || pads->size() != 2 * axes.size())
    return std::nullopt;
  SmallVector<int64_t, 4> out(4);
  for (auto [i, pad] : enumerate(*pads)) {
    int64_t axis = axes[i % axes.size()];
    axis =
        axis < 0 ? axis + 2 : axis - 2; // Counted from the first spatial one.
    if (pad && (axis < 0 || pad < 0 || pad > maxWindowAttr))
      return std::nullopt;
    if (pad)
      out[axis + (i < axes.size() ? 0 : 2)] = pad;
  }
  return out;
}

static Refusal refusePad(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  if (op->getOperand(0)->getTensorType().getRank() != 4)
    return std::string("only inputs of rank 4 are supported");
  if (op->getString("mode", "constant") != "constant" ||
      readScalar(op->getOperand(2), 0) != 0.0f)
    return std::string("only padding with zeros is supported");
  if (!getSpatialPads(op))
    return std::string("pads must be constant, not negative, and of the two "
                       "spatial dimensions");
  return std::nullopt;
}

static void selectPad(Operation *op, Selection &s) {
  auto pads = *getSpatialPads(op);
  Value *x = s.get(op->getOperand(0));
  int64_t channels = getShape(x).back();
  auto one = ConstantAttr::getFloats(s.builder.getContext(), {1.0f});
  Operation *result =
      s.builder.create(DepthwiseOp::getOperationName(),
                       {x, s.pack(one, {1, 1, channels}, {0, 0, 0}),
                        selectBias({}, channels, s)},
                       {s.getDeviceType(op->getResult())},
                       {{"strides", IntsAttr::get({1, 1})},
                        {"dilations", IntsAttr::get({1, 1})},
                        {"pads", IntsAttr::get({pads[0], pads[1]})}});
  s.set(op->getResult(), result->getResult());
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static Refusal refusePool(Operation *op) {
  if (op->getNumResults() > 1 && op->getResult(1)->hasUses())
    return std::string("the indices of the largest elements aren't supported");
  if (auto no = refuseWindow(op))
    return no;
  if (op->getInt("count_include_pad", 0) == 0)
    return std::nullopt;
  // With padding counted, a window that reaches beyond the padding (ceil_mode)
  // has a divisor of its own.
  auto windows = *getWindows(op);
  for (const Window &w : windows)
    if ((w.output - 1) * w.stride - w.padBegin + (w.kernel - 1) * w.dilation +
            1 >
        w.input + w.padEnd)
      return std::string("count_include_pad with windows that reach beyond "
                         "the padding (ceil_mode) isn't supported");
  return std::nullopt;
}

static void selectPool(Operation *op, Selection &s) {
  Geometry g(op);
  StringRef kind = op->getName() == "onnx.MaxPool"           ? "max"
                   : op->getInt("count_include_pad", 0) != 0 ? "average_padded"
                                                             : "average";
  auto attrs = g.attrs();
  attrs.push_back({"kind", StringAttr::get(kind)});
  attrs.push_back({"kernel", IntsAttr::get(g.kernel)});
  Operation *pool =
      s.builder.create(PoolOp::getOperationName(), {s.get(op->getOperand(0))},
                       {s.getDeviceType(op->getResult())}, attrs);
  s.set(op->getResult(), pool->getResult());
}

/// One window over all pixels.
static Value *createGlobalPool(Value *x, StringRef kind, Selection &s) {
  auto shape = getShape(x);
  auto type = TensorType::get(s.builder.getContext(), ElementType::F16,
                              {shape[0], 1, 1, shape[3]});
  return s.builder
      .create(PoolOp::getOperationName(), {x}, {type},
              {{"kind", StringAttr::get(kind)},
               {"kernel", IntsAttr::get({shape[1], shape[2]})},
               {"strides", IntsAttr::get({1, 1})},
               {"dilations", IntsAttr::get({1, 1})},
               {"pads", IntsAttr::get({0, 0})}})
      ->getResult();
}

static Refusal refuseGlobalPool(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  if (op->getOperand(0)->getTensorType().getRank() != 4)
    return std::string("only two spatial dimensions are supported");
  return std::nullopt;
}

static void selectGlobalPool(Operation *op, Selection &s) {
  StringRef kind = op->getName() == "onnx.GlobalMaxPool" ? "max" : "average";
  s.set(op->getResult(), createGlobalPool(s.get(op->getOperand(0)), kind, s));
}

/// ReduceMean over exactly the two spatial dimensions.
static Refusal refuseReduceMean(Operation *op) {
  if (auto no = refuseGlobalPool(op))
    return no;
  auto axes = getShapeValue(op->getOperand(1));
  SmallVector<int64_t, 2> known;
  if (axes)
    for (DimExpr axis : *axes)
      if (auto value = axis.getConstant())
        known.push_back(*value < 0 ? *value + 4 : *value);
  llvm::sort(known);
  if (!axes || known != SmallVector<int64_t, 2>{2, 3})
    return std::string("only means over the two spatial dimensions (axes 2 "
                       "and 3 of 4) are supported");
  return std::nullopt;
}

static void selectReduceMean(Operation *op, Selection &s) {
  Value *pooled = createGlobalPool(s.get(op->getOperand(0)), "average", s);
  s.set(op->getResult(),
        s.reshape(pooled, *s.getDeviceType(op->getResult()).getStaticShape()));
}

ArrayRef<SelectionRule> mlu::getWindowRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Conv", refuseConv, selectConv},
      {"onnx.BatchNormalization", refuseBatchNormalization,
       selectBatchNormalization},
      {"onnx.Pad", refusePad, selectPad},
      {"onnx.MaxPool", refusePool, selectPool},
      {"onnx.AveragePool", refusePool, selectPool},
      {"onnx.GlobalAveragePool", refuseGlobalPool, selectGlobalPool},
      {"onnx.GlobalMaxPool", refuseGlobalPool, selectGlobalPool},
      {"onnx.ReduceMean", refuseReduceMean, selectReduceMean},
  };
  return rules;
}
