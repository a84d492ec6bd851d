//===- NeuralMakers.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;
using Attrs = ModelBuilder::Attrs;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

static int64_t getVolume(ArrayRef<int64_t> shape) {
  int64_t volume = 1;
  for (int64_t size : shape)
    volume *= size;
  return volume;
}

/// A kernel that fits \p x, which has at least one dimension after two.
static Shape pickKernel(ModelBuilder &b, Value *x) {
  Shape kernel, shape = b.shapeOf(x);
  for (int64_t size : ArrayRef(shape).drop_front(2))
    kernel.push_back(b.pick(1, std::min<int64_t>(size, b.once(5) ? 5 : 3)));
  return kernel;
}

/// Strides, dilations and padding of windows of size \p kernel over \p x.
static Attrs pickWindows(ModelBuilder &b, Value *x, ArrayRef<int64_t> kernel) {
  Shape strides, dilations, pads(2 * kernel.size());
  for (size_t i = 0; i < kernel.size(); ++i) {
    const int64_t size = b.shapeOf(x)[i + 2];
    strides.push_back(b.flip() ? b.pick(1, 3) : 1);
    int64_t dilation = b.once(4) ? b.pick(1, 2) : 1;
    if (dilation * (kernel[i] - 1) + 1 > size)
      dilation = 1;
    dilations.push_back(dilation);
    // A window of nothing but padding has no maximum.
    pads[i] = b.pick(0, kernel[i] - 1);
    pads[i + kernel.size()] = b.pick(0, kernel[i] - 1);
  }
  Attrs attrs = {b.attr("strides", strides)};
  if (any_of(dilations, [](int64_t d) { return d != 1; }))
    attrs.push_back(b.attr("dilations", dilations));
  if (b.once(4))
    attrs.push_back(
        b.attr("auto_pad", b.oneOf({"VALID", "SAME_UPPER", "SAME_LOWER"})));
  else if (!b.once(3))
    attrs.push_back(b.attr("pads", pads));
  return attrs;
}

static Operation *makeConv(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  if (!x)
    return nullptr;
  const int64_t channels = b.shapeOf(x)[1];
  int64_t group = 1;
  if (b.once(3))
    group = channels;
  else if (channels % 2 == 0 && b.once(4))
    group = 2;
  const int64_t outputs = group * b.pick(1, group > 1 ? 3 : 12);
  Shape kernel = pickKernel(b, x), shape = {outputs, channels / group};
  Attrs attrs = pickWindows(b, x, kernel);
  attrs.push_back(b.attr("group", group));
  if (b.flip())
    attrs.push_back(b.attr("kernel_shape", kernel));
  append_range(shape, kernel);
  const int64_t terms = getVolume(kernel) * (channels / group);
  SmallVector<Value *, 3> operands = {x, b.weights(b.typeOf(x), shape, terms)};
  if (b.flip())
    operands.push_back(b.constant(b.typeOf(x), {outputs}));
  return b.make("Conv", operands, attrs);
}

static Operation *makeConvTranspose(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  if (!x)
    return nullptr;
  const int64_t channels = b.shapeOf(x)[1];
  const int64_t group = b.once(4) ? channels : 1;
  const int64_t outputs = b.pick(1, 6);
  Shape kernel = pickKernel(b, x), shape = {channels, outputs}, strides, pads;
  for (size_t i = 0; i < kernel.size(); ++i)
    strides.push_back(b.pick(1, 2));
  // Of an image of one element and without strides, pads leave at least one.
  for (int i = 0; i < 2; ++i)
    for (int64_t size : kernel)
      pads.push_back(b.pick(0, (size - 1) / 2));
  append_range(shape, kernel);
  SmallVector<Value *, 3> operands = {
      x, b.weights(b.typeOf(x), shape, getVolume(kernel) * (channels / group))};
  if (b.flip())
    operands.push_back(b.constant(b.typeOf(x), {outputs * group}));
  return b.make("ConvTranspose", operands,
                {b.attr("group", group), b.attr("strides", strides),
                 b.attr("pads", pads)});
}

static Operation *makePool(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  if (!x)
    return nullptr;
  Shape kernel = pickKernel(b, x);
  Attrs attrs = pickWindows(b, x, kernel);
  attrs.push_back(b.attr("kernel_shape", kernel));
  if (b.once(4))
    attrs.push_back(b.attr("ceil_mode", int64_t(1)));
  if (b.flip())
    return b.makeExact("MaxPool", {x}, attrs, 1);
  if (b.flip())
    attrs.push_back(b.attr("count_include_pad", int64_t(1)));
  return b.make("AveragePool", {x}, attrs);
}

static Operation *makeGlobalPool(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  return x ? b.make(b.oneOf({"GlobalAveragePool", "GlobalMaxPool"}), {x})
           : nullptr;
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

static Operation *makeGemm(ModelBuilder &b) {
  Value *x = b.anyFloat(2, 2);
  if (!x)
    return nullptr;
  const int64_t transA = b.once(4), transB = b.flip();
  const int64_t k = b.shapeOf(x)[transA ? 0 : 1];
  const int64_t m = b.shapeOf(x)[transA ? 1 : 0], n = b.pick(1, 24);
  SmallVector<Value *, 3> operands = {
      x, b.weights(b.typeOf(x), transB ? Shape{n, k} : Shape{k, n}, k)};
  if (b.flip())
    operands.push_back(b.constant(b.typeOf(x), b.broadcastable({m, n})));
  Attrs attrs = {b.attr("transA", transA), b.attr("transB", transB)};
  if (b.once(3))
    attrs.push_back(b.attr("alpha", 0.5));
  if (b.once(3))
    attrs.push_back(b.attr("beta", 2.0));
  return b.make("Gemm", operands, attrs);
}

static Operation *makeMatMul(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  if (!x)
    return nullptr;
  const int64_t k = b.shapeOf(x).back();
  // Two computed matrices, as in attention, or weights.
  Value *y = b.any([&](Value *v) {
    return b.typeOf(v) == b.typeOf(x) && b.rankOf(v) >= 2 &&
           b.shapeOf(v)[b.rankOf(v) - 2] == k &&
           (b.rankOf(v) == 2 || b.rankOf(x) == 2);
  });
  if (!y || !b.once(3))
    y = b.weights(b.typeOf(x), b.once(8) ? Shape{k} : Shape{k, b.pick(1, 24)},
                  k);
  return b.make("MatMul", {x, y});
}

/// Scores of queries and keys, and what they select: softmax(q kᵀ) v.
static Operation *makeAttention(ModelBuilder &b) {
  Value *q = b.anyFloat(2, 3);
  if (!q)
    return nullptr;
  Value *k = b.like(q), *v = b.like(q);
  Shape order;
  for (unsigned i = 0; i < b.rankOf(q); ++i)
    order.push_back(i);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  Operation *transposed =
      b.makeExact("Transpose", {k}, {b.attr("perm", order)});
  Operation *scores =
      transposed ? b.make("MatMul", {q, transposed->getResult()}) : nullptr;
  Operation *scaled =
      scores ? b.make("Mul", {scores->getResult(), b.number(b.typeOf(q), 0.25)})
             : nullptr;
  Operation *weights =
      scaled ? b.make("Softmax", {scaled->getResult()}) : nullptr;
  return weights ? b.make("MatMul", {weights->getResult(), v}) : nullptr;
}

static Operation *makeEinsum(ModelBuilder &b) {
  Value *x = b.anyFloat(2, 2);
  if (!x)
    return nullptr;
  const int64_t k = b.shapeOf(x)[1], n = b.pick(1, 8);
  switch (b.pick(0, 2)) {
  case 0:
    return b.make("Einsum", {x, b.weights(b.typeOf(x), {n, k}, k)},
                  {b.attr("equation", "ij,kj->ik")});
  case 1:
    return b.make("Einsum", {x}, {b.attr("equation", "ij->ji")});
  default:
    return b.make("Einsum", {x, b.like(x)}, {b.attr("equation", "ij,ij->i")});
  }
}

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

/// Large enough that rows of equal elements don't blow errors up.
static NamedAttr pickEpsilon(ModelBuilder &b) {
  return b.attr("epsilon", b.oneOf({0.125, 0.25, 1.0}));
}

static Operation *makeSoftmax(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  return x ? b.make(b.once(3) ? "LogSoftmax" : "Softmax", {x},
                    {b.attr("axis", b.pickAxis(x))})
           : nullptr;
}

static Operation *makeBatchNormalization(ModelBuilder &b) {
  Value *x = b.anyFloat(2, 4);
  if (!x)
    return nullptr;
  const ElementType type = b.typeOf(x);
  const int64_t channels = b.shapeOf(x)[1];
  return b.make("BatchNormalization",
                {x, b.constant(type, {channels}), b.constant(type, {channels}),
                 b.constant(type, {channels}),
                 b.constant(type, {channels}, 0.25, 4)},
                {}, 1);
}

static Operation *makeLayerNormalization(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x);
  Shape shape = b.shapeOf(x);
  shape.erase(shape.begin(),
              shape.begin() + (axis < 0 ? axis + b.rankOf(x) : axis));
  SmallVector<Value *, 3> operands = {x, b.constant(b.typeOf(x), shape)};
  Attrs attrs = {b.attr("axis", axis), pickEpsilon(b)};
  if (b.once(3))
    return b.make("RMSNormalization", operands, attrs);
  if (b.flip())
    operands.push_back(b.constant(b.typeOf(x), shape));
  return b.make("LayerNormalization", operands, attrs, 1);
}

static Operation *makeInstanceNormalization(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  if (!x)
    return nullptr;
  const int64_t channels = b.shapeOf(x)[1];
  SmallVector<Value *, 3> operands = {x, b.constant(b.typeOf(x), {channels}),
                                      b.constant(b.typeOf(x), {channels})};
  if (channels % 2 == 0 && b.flip())
    return b.make("GroupNormalization", operands,
                  {b.attr("num_groups", int64_t(2)), pickEpsilon(b)});
  return b.make("InstanceNormalization", operands, {pickEpsilon(b)});
}

static Operation *makeLRN(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 4);
  return x ? b.make(
                 "LRN", {x},
                 {b.attr("size", 2 * b.pick(0, 2) + 1), b.attr("alpha", 0.5)})
           : nullptr;
}

static constexpr Maker makers[] = {
    {"Attention", makeAttention},
    {"BatchNormalization", makeBatchNormalization, 2},
    {"Conv", makeConv, 8},
    {"ConvTranspose", makeConvTranspose, 2},
    {"Einsum", makeEinsum},
    {"Gemm", makeGemm, 3},
    {"GlobalPool", makeGlobalPool},
    {"InstanceNormalization", makeInstanceNormalization},
    {"LRN", makeLRN},
    {"LayerNormalization", makeLayerNormalization, 2},
    {"MatMul", makeMatMul, 3},
    {"Pool", makePool, 4},
    {"Softmax", makeSoftmax, 2},
};

ArrayRef<Maker> smith::getNeuralMakers() { return makers; }
