//===- SelectWindows.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Convolution and pooling.
///
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/Ops/Windows.h"
#include "onnc/IR/ShapeInference.h"

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
  if (!getWindows(op))
    return "the window doesn't fit its input";
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
  return s.constant(values, {channels}, /*half=*/false);
}

static void selectConv(Operation *op, Selection &s) {
  onnx::ConvOp conv(op);
  Geometry g(op);
  ConstantAttr attr = getConstantValue(conv.getW());
  auto shape = *attr.getType().getStaticShape();
  std::vector<float> from = readFloats(attr), to(from.size());
  int64_t out = shape[0], in = shape[1], taps = shape[2] * shape[3];
  bool depthwise = conv.getGroup() == out && in == 1 && conv.getGroup() > 1;
  for (int64_t o = 0; o < out; ++o)
    for (int64_t c = 0; c < in; ++c)
      for (int64_t t = 0; t < taps; ++t)
        to[depthwise ? t * out + o : (o * taps + t) * in + c] =
            from[(o * in + c) * taps + t];

  auto attrs = g.attrs();
  Value *x = s.get(conv.getX());
  Value *bias = selectBias(conv.getB(), out, s);
  Operation *result;
  TensorType type = s.getDeviceType(conv.getY());
  if (depthwise) {
    Value *w = s.constant(to, {shape[2], shape[3], out}, /*half=*/true);
    result = s.builder.create(DepthwiseOp::getOperationName(), {x, w, bias},
                              {type}, attrs);
  } else {
    Value *w = s.constant(to, {out, shape[2], shape[3], in}, /*half=*/true);
    if (conv.getGroup() != 1)
      attrs.push_back({"group", IntAttr::get(conv.getGroup())});
    result = s.builder.create(ConvOp::getOperationName(), {x, w, bias}, {type},
                              attrs);
  }
  s.set(conv.getY(), result->getResult());
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static Refusal refusePool(Operation *op) {
  if (op->getNumResults() > 1 && op->getResult(1)->hasUses())
    return std::string("the indices of the largest elements aren't supported");
  for (const Use &use : op->getOperandUses())
    if (auto no = refuseValue(use.get(), "the input"))
      return no;
  if (auto no = refuseValue(op->getResult(), "the result"))
    return no;
  if (op->getOperand(0)->getTensorType().getRank() != 4)
    return "only two spatial dimensions are supported, the input is " +
           op->getOperand(0)->getType().str();
  auto windows = getWindows(op);
  if (!windows)
    return std::string("the window doesn't fit its input");
  if (op->getInt("count_include_pad", 0) == 0)
    return std::nullopt;
  // With padding counted, a window that reaches beyond the padding (ceil_mode)
  // has a divisor of its own.
  for (const Window &w : *windows)
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
  TensorType type = s.getDeviceType(op->getResult());
  if (pooled->getType() != type)
    pooled = s.builder.create(ReshapeOp::getOperationName(), {pooled}, {type})
                 ->getResult();
  s.set(op->getResult(), pooled);
}

ArrayRef<SelectionRule> mlu::getWindowRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Conv", refuseConv, selectConv},
      {"onnx.MaxPool", refusePool, selectPool},
      {"onnx.AveragePool", refusePool, selectPool},
      {"onnx.GlobalAveragePool", refuseGlobalPool, selectGlobalPool},
      {"onnx.GlobalMaxPool", refuseGlobalPool, selectGlobalPool},
      {"onnx.ReduceMean", refuseReduceMean, selectReduceMean},
  };
  return rules;
}
