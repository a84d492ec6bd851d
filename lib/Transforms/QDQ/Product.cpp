//===- Product.cpp - Convolutions and matrix products ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Conv, Gemm, MatMul, QLinearConv and QLinearMatMul become ConvInteger or
/// MatMulInteger and a Requantize. Sums must fit 32 bits for every input.
///
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

namespace {

/// x · w + bias with everything known that it takes to rewrite it.
struct Product {
  /// The operation that is replaced, for its location.
  Operation *source = nullptr;
  Value *x = nullptr;
  Quantization xq;
  /// One scale, or one for each output channel.
  Quantization wq;
  /// Constant weights: the integers less their zero points where those fit, in
  /// the order that the integer operator wants.
  ConstantAttr weights;
  /// Other weights, and whether they must be transposed.
  Value *w = nullptr;
  bool transposeW = false, transposeX = false;
  /// Of constant weights, the largest |sum| of a channel for any input,
  /// without the bias.
  std::vector<double> bounds;

  /// In units of the product's scale; empty where there is none.
  std::vector<int64_t> bias;
  /// A bias that isn't constant, of QLinearConv.
  Value *biasOperand = nullptr;

  bool isConv = false;
  /// Of the result.
  unsigned channelAxis = 1;
  SmallVector<NamedAttr, 6> attrs;

  double getScale(int64_t channel) const {
    return double(xq.scale()) * wq.scales[wq.isPerTensor() ? 0 : channel];
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Which output channel each weight belongs to: index / inner % count.
struct ChannelLayout {
  int64_t inner, count;
};

/// Constant weights, centered where the results fit 8 signed bits; else as
/// they are, and the zero points stay operands. \p layout: of \p tensor.
static LogicalResult readWeights(const TensorValue &tensor,
                                 ChannelLayout layout, bool transpose,
                                 Product &product, Reason &reason) {
  if (getBitWidth(tensor.getElementType()) != 8)
    return reason.because("the weights have the type " +
                          getName(tensor.getElementType()));
  std::vector<int64_t> values = getIntegers(tensor);
  Quantization &wq = product.wq;
  if (!wq.isPerTensor() && int64_t(wq.scales.size()) != layout.count)
    return reason.because("the weights' scales are not those of the output "
                          "channels");
  const Quantization &xq = product.xq;
  const int64_t largestInput =
      std::max(quant::getHighest(xq.type) - xq.zeroPoint(),
               xq.zeroPoint() - quant::getLowest(xq.type));
  product.bounds.assign(layout.count, 0);
  bool fits = true;
  std::vector<int64_t> centered(values.size());
  for (size_t i = 0; i != values.size(); ++i) {
    const int64_t c = i / layout.inner % layout.count;
    centered[i] = values[i] - wq.zeroPoints[wq.isPerTensor() ? 0 : c];
    fits &= centered[i] >= INT8_MIN && centered[i] <= INT8_MAX;
    product.bounds[c] += double(std::abs(centered[i])) * double(largestInput);
  }
  ElementType type = tensor.getElementType();
  if (fits) {
    values = std::move(centered);
    type = ElementType::I8;
    wq.zeroPoints.assign(wq.zeroPoints.size(), 0);
  }
  SmallVector<int64_t, 4> shape(tensor.getShape());
  if (transpose) {
    std::vector<int64_t> swapped(values.size());
    for (int64_t r = 0; r != shape[0]; ++r)
      for (int64_t c = 0; c != shape[1]; ++c)
        swapped[c * shape[0] + r] = values[r * shape[1] + c];
    values = std::move(swapped);
    std::swap(shape[0], shape[1]);
  }
  product.weights =
      makeIntegers(product.source->getContext(), type, shape, values);
  return success();
}

/// Weights that are computed: 8 bits, one scale, sums of \p depth products.
static LogicalResult checkComputedWeights(const Dequantized &w, DimExpr depth,
                                          Reason &reason) {
  if (!w.q.isPerTensor() || getBitWidth(w.q.type) != 8)
    return reason.because("the second factor is not of 8 bits with one scale");
  auto count = depth.getConstant();
  if (!count || *count > INT32_MAX / (255 * 255))
    return reason.because("the sum may exceed 32 bits");
  return success();
}

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

/// The bias in units of the product's scale. Integers whose scale is that one,
/// but for the float's rounding, stay as they are; others are rounded to the
/// grid if that moves no result by more than 2^-8 of its unit.
static LogicalResult readBias(Value *value, int64_t channels,
                              const Group &group, Product &product,
                              Reason &reason) {
  constexpr double gridTolerance = 0x1p-22, unitTolerance = 0x1p-8;
  std::vector<double> reals;
  std::vector<int64_t> integers;
  Dequantized dequantized;
  Reason ignored;
  if (succeeded(matchDequantized(value, dequantized, ignored))) {
    auto tensor = getConstantTensor(dequantized.integers);
    if (!tensor)
      return reason.because("the bias is not constant");
    integers = getIntegers(*tensor);
    const Quantization &q = dequantized.q;
    if (!q.isPerTensor() && q.scales.size() != integers.size())
      return reason.because("the bias is not one number for each channel");
    bool onGrid = true;
    for (auto [i, integer] : enumerate(integers)) {
      const size_t c = q.isPerTensor() ? 0 : i;
      integer -= q.zeroPoints[c];
      reals.push_back(double(integer) * q.scales[c]);
      const double grid = product.getScale(i);
      onGrid &= std::fabs(q.scales[c] - grid) <= gridTolerance * grid;
    }
    if (!onGrid)
      integers.clear();
  } else {
    auto tensor = getConstantTensor(value);
    if (!tensor || tensor->getElementType() != ElementType::F32)
      return reason.because("the bias is not constant");
    reals = getReals(*tensor);
  }
  if (reals.size() == 1 && channels != 1) {
    reals.resize(channels, reals.front());
    // With one scale for all it is on every channel's grid only if they agree.
    if (!integers.empty() && product.wq.isPerTensor())
      integers.resize(channels, integers.front());
    else
      integers.clear();
  }
  if (int64_t(reals.size()) != channels)
    return reason.because("the bias is not one number for each channel");
  if (integers.empty())
    for (auto [c, real] : enumerate(reals)) {
      const double exact = real / product.getScale(c);
      const double rounded = std::nearbyint(exact);
      if (!(std::fabs(rounded) <= INT32_MAX))
        return reason.because("the bias exceeds 32 bits");
      if (std::fabs(rounded - exact) * product.getScale(c) >
          unitTolerance * group.q.scale())
        return reason.because("the bias lies between the steps of the "
                              "product's scale");
      integers.push_back(static_cast<int64_t>(rounded));
    }
  product.bias = std::move(integers);
  return success();
}

/// Do sums of constant weights fit 32 bits?
static LogicalResult checkBounds(const Product &product, Reason &reason) {
  for (auto [c, bound] : enumerate(product.bounds)) {
    const double bias =
        product.bias.empty() ? 0 : std::abs(double(product.bias[c]));
    if (bound + bias > INT32_MAX)
      return reason.because("the sum may exceed 32 bits");
  }
  for (int64_t bias : product.bias)
    if (bias < INT32_MIN || bias > INT32_MAX)
      return reason.because("the bias exceeds 32 bits");
  return success();
}

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

static LogicalResult matchConv(const Group &group, Product &product,
                               Reason &reason) {
  Operation *op = group.source;
  Dequantized w;
  if (failed(matchDequantized(op->getOperand(1), w, reason)))
    return failure();
  auto weights = getConstantTensor(w.integers);
  if (!weights || weights->getRank() < 3)
    return reason.because("the weights are not constant");
  if (!w.q.isPerTensor() && w.q.axis != 0)
    return reason.because("the weights' scales are not those of the output "
                          "channels");
  product.isConv = true;
  product.wq = w.q;
  product.attrs.assign(op->getAttrs().begin(), op->getAttrs().end());
  const int64_t channels = weights->getDim(0);
  if (channels == 0 || weights->getNumElements() == 0)
    return reason.because("the weights are empty");
  if (failed(readWeights(*weights,
                         {weights->getNumElements() / channels, channels},
                         false, product, reason)))
    return failure();
  Value *bias = op->getOperand(2);
  return bias ? readBias(bias, channels, group, product, reason) : success();
}

/// The second factor of a Gemm or MatMul; \p transposed: as Gemm's transB.
static LogicalResult matchMatrix(Value *value, bool transposed,
                                 unsigned resultRank, Product &product,
                                 int64_t &columns, Reason &reason) {
  Dequantized w;
  if (failed(matchDequantized(value, w, reason)))
    return failure();
  product.wq = w.q;
  product.channelAxis = resultRank - 1;
  auto weights = getConstantTensor(w.integers);
  TensorType type = w.integers->getTensorType();
  if (!type.hasRank() || type.getRank() < 2)
    return reason.because("the second factor is not a matrix");
  if (!weights || weights->getRank() != 2) {
    product.w = w.integers;
    product.transposeW = transposed;
    columns = -1;
    return checkComputedWeights(
        w, type.getDim(type.getRank() - (transposed ? 1 : 2)), reason);
  }
  if (!w.q.isPerTensor() && w.q.axis != (transposed ? 0u : 1u))
    return reason.because("the weights' scales are not those of the columns");
  if (weights->getNumElements() == 0)
    return reason.because("the weights are empty");
  columns = weights->getDim(transposed ? 0 : 1);
  return readWeights(*weights, {transposed ? weights->getDim(1) : 1, columns},
                     transposed, product, reason);
}

static LogicalResult matchGemm(const Group &group, Product &product,
                               Reason &reason) {
  auto op = cast<onnx::GemmOp>(group.source);
  if (op.getAlpha() != 1 || (op.getC() && op.getBeta() != 1))
    return reason.because("alpha or beta is not 1");
  product.transposeX = op.getTransA();
  int64_t columns;
  if (failed(
          matchMatrix(op.getB(), op.getTransB(), 2, product, columns, reason)))
    return failure();
  if (!op.getC())
    return success();
  if (columns < 0)
    return reason.because("a bias needs constant weights");
  TensorType type = op.getC()->getTensorType();
  if (type.hasRank() && type.getRank() == 2 &&
      type.getDim(0).getConstant() != 1)
    return reason.because("the bias is not one number for each column");
  return readBias(op.getC(), columns, group, product, reason);
}

static LogicalResult matchMatMul(const Group &group, Product &product,
                                 Reason &reason) {
  Operation *op = group.source;
  TensorType type = op->getResult()->getTensorType();
  TensorType x = op->getOperand(0)->getTensorType();
  if (!type.hasRank() || !x.hasRank() || x.getRank() < 2)
    return reason.because("a factor is a vector, or its rank is not known");
  int64_t columns;
  return matchMatrix(op->getOperand(1), false, type.getRank(), product, columns,
                     reason);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// The zero points of the weights as an operand; null where they are 0.
static Value *makeWeightZeroPoint(Rewriter &rewriter, const Product &product,
                                  ElementType type) {
  ArrayRef<int64_t> zeros = product.wq.zeroPoints;
  if (all_of(zeros, [](int64_t zero) { return zero == 0; }))
    return nullptr;
  if (product.wq.isPerTensor())
    return makeZeroPoint(rewriter, type, zeros.front());
  const int64_t count = zeros.size();
  return rewriter.constant(
      makeIntegers(rewriter.getContext(), type, count, zeros));
}

static Value *transpose(Rewriter &rewriter, Value *matrix) {
  Operation *op = rewriter.createInferred("onnx.Transpose", matrix,
                                          {{"perm", IntsAttr::get({1, 0})}});
  return op ? op->getResult() : nullptr;
}

static LogicalResult rewriteProduct(const Group &group, const Product &product,
                                    Rewriter &rewriter) {
  rewriter.setLoc(product.source->getLoc());
  Value *x = product.x;
  Value *w = product.weights ? rewriter.constant(product.weights) : product.w;
  if (product.transposeX)
    x = transpose(rewriter, x);
  if (product.transposeW)
    w = transpose(rewriter, w);
  if (!x || !w)
    return failure();
  const ElementType wType = w->getTensorType().getElementType();
  Value *operands[] = {
      x, w, makeZeroPoint(rewriter, product.xq.type, product.xq.zeroPoint()),
      makeWeightZeroPoint(rewriter, product, wType)};
  unsigned numOperands = operands[3] ? 4 : operands[2] ? 3 : 2;
  Operation *sum = rewriter.createInferred(
      product.isConv ? "onnx.ConvInteger" : "onnx.MatMulInteger",
      ArrayRef(operands, numOperands), product.attrs);
  if (!sum)
    return failure();
  Value *bias = product.biasOperand;
  if (any_of(product.bias, [](int64_t b) { return b != 0; })) {
    const int64_t count = product.bias.size();
    bias = rewriter.constant(makeIntegers(
        rewriter.getContext(), ElementType::I32, count, product.bias));
  }
  return rewriter.replace(
      group.quantize, createRequantize(rewriter, group, sum->getResult(), bias,
                                       product.channelAxis, product.wq.scales,
                                       product.xq.scale()));
}

LogicalResult qdq::foldProduct(const Group &group, Rewriter *rewriter,
                               Reason &reason) {
  Product product;
  product.source = group.source;
  Dequantized x;
  if (failed(matchActivation(group.source->getOperand(0), x, reason)))
    return failure();
  product.x = x.integers;
  product.xq = x.q;
  LogicalResult matched =
      isa<onnx::ConvOp>(group.source)   ? matchConv(group, product, reason)
      : isa<onnx::GemmOp>(group.source) ? matchGemm(group, product, reason)
                                        : matchMatMul(group, product, reason);
  if (failed(matched) || failed(checkBounds(product, reason)))
    return failure();
  return rewriter ? rewriteProduct(group, product, *rewriter) : success();
}

//===----------------------------------------------------------------------===//
// QLinearConv and QLinearMatMul
//===----------------------------------------------------------------------===//

/// Scales and zero points that are operands \p scale and \p zero.
static LogicalResult readOperands(Operation *op, unsigned scale, unsigned zero,
                                  ElementType type, Quantization &q,
                                  Reason &reason) {
  auto scales = getConstantTensor(op->getOperand(scale));
  auto zeros = getConstantTensor(op->getOperand(zero));
  if (!scales || scales->getElementType() != ElementType::F32 || !zeros)
    return reason.because("scales and zero points are not constant floats and "
                          "integers");
  q.type = type;
  for (double s : getReals(*scales)) {
    if (!(s > 0) || std::isinf(s))
      return reason.because("a scale is not positive and finite");
    q.scales.push_back(s);
  }
  q.zeroPoints = getIntegers(*zeros);
  if (q.zeroPoints.size() == 1 && !q.scales.empty())
    q.zeroPoints.resize(q.scales.size(), q.zeroPoints.front());
  if (q.scales.size() == 1 && !q.zeroPoints.empty())
    q.scales.resize(q.zeroPoints.size(), q.scales.front());
  if (q.scales.empty() || q.scales.size() != q.zeroPoints.size())
    return reason.because("scales and zero points differ in number");
  return success();
}

LogicalResult qdq::foldQLinear(Operation *op, Rewriter *rewriter,
                               Reason &reason) {
  const bool isConv = isa<onnx::QLinearConvOp>(op);
  auto typeOf = [&](Value *v) { return v->getTensorType().getElementType(); };
  Group group;
  group.quantize = group.source = op;
  Product product;
  product.source = op;
  product.x = op->getOperand(0);
  product.isConv = isConv;
  for (Value *value : {op->getOperand(0), op->getOperand(3), op->getResult()})
    if (typeOf(value) != ElementType::I8 && typeOf(value) != ElementType::U8)
      return reason.because("numbers of type " + getName(typeOf(value)) +
                            " are not folded");
  if (failed(readOperands(op, 1, 2, typeOf(op->getOperand(0)), product.xq,
                          reason)) ||
      failed(readOperands(op, 4, 5, typeOf(op->getOperand(3)), product.wq,
                          reason)) ||
      failed(readOperands(op, 6, 7, typeOf(op->getResult()), group.q, reason)))
    return failure();
  if (!product.xq.isPerTensor() || !group.q.isPerTensor())
    return reason.because("an operand or the result has several scales");
  group.min = quant::getLowest(group.q.type);
  group.max = quant::getHighest(group.q.type);

  auto weights = getConstantTensor(op->getOperand(3));
  TensorType type = op->getResult()->getTensorType();
  if (!weights || weights->getNumElements() == 0 ||
      (isConv && weights->getRank() < 3))
    return reason.because("the weights are not constant");
  if (isConv) {
    const int64_t channels = weights->getDim(0);
    product.attrs.assign(op->getAttrs().begin(), op->getAttrs().end());
    if (failed(readWeights(*weights,
                           {weights->getNumElements() / channels, channels},
                           false, product, reason)))
      return failure();
  } else {
    if (weights->getRank() != 2 || !type.hasRank() || type.getRank() < 2)
      return reason.because("a factor is a vector, or its rank is not known");
    product.channelAxis = type.getRank() - 1;
    if (failed(readWeights(*weights, {1, weights->getDim(1)}, false, product,
                           reason)))
      return failure();
  }
  // Its bias is in units of the product already.
  if (isConv && op->getOperand(8)) {
    if (auto bias = getConstantTensor(op->getOperand(8)))
      product.bias = getIntegers(*bias);
    else
      product.biasOperand = op->getOperand(8);
    if (!product.bias.empty() && product.bias.size() != product.bounds.size())
      return reason.because("the bias is not one number for each channel");
  }
  if (failed(checkBounds(product, reason)))
    return failure();
  return rewriter ? rewriteProduct(group, product, *rewriter) : success();
}
