//===- SelectMatrix.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Products of matrices: convolutions whose window is the whole image.
///
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

/// \p flat is a Flatten or Reshape that turns N×C×H×W into N×(C·H·W)? Then the
/// product with weights can read the image where it lies: its tensor, else
/// null.
static Value *getFlattenedImage(Value *flat) {
  Operation *op = flat->getDefiningOp();
  if (!op ||
      (op->getName() != "onnx.Flatten" && op->getName() != "onnx.Reshape"))
    return nullptr;
  Value *image = op->getOperand(0);
  TensorType from = image->getTensorType(), to = flat->getTensorType();
  if (!from || !from.isStatic() || from.getRank() != 4 || to.getRank() != 2 ||
      from.getDim(0) != to.getDim(0) || getConstantValue(image))
    return nullptr;
  return image;
}

/// y = x · w + bias, with w[k][m] and bias[m] given by functions.
static void selectProduct(Value *a, Value *result, int64_t outputs,
                          function_ref<float(int64_t, int64_t)> weight,
                          ArrayRef<float> bias, Selection &s) {
  int64_t rows, h = 1, w = 1, channels;
  Value *x;
  Context &context = s.builder.getContext();
  if (Value *image = getFlattenedImage(a)) {
    x = s.get(image);
    auto shape = getShape(x);
    rows = shape[0], h = shape[1], w = shape[2], channels = shape[3];
  } else {
    // Rows of a matrix lie like pixels of an image one pixel high.
    Value *matrix = s.get(a);
    channels = getRowSize(matrix);
    rows = getNumRows(matrix);
    auto type =
        TensorType::get(context, ElementType::F16, {1, 1, rows, channels});
    x = s.builder.create(ReshapeOp::getOperationName(), {matrix}, {type})
            ->getResult();
  }
  std::vector<float> packed(outputs * h * w * channels);
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t p = 0; p < h * w; ++p)
      for (int64_t c = 0; c < channels; ++c)
        packed[(o * h * w + p) * channels + c] = weight(c * h * w + p, o);
  Value *weights = s.constant(packed, {outputs, h, w, channels}, /*half=*/true);
  Value *biases = s.constant(bias, {outputs}, /*half=*/false);
  auto xShape = getShape(x);
  auto type = TensorType::get(
      context, ElementType::F16,
      {xShape[0], xShape[1] - h + 1, xShape[2] - w + 1, outputs});
  Value *y =
      s.builder
          .create(ConvOp::getOperationName(), {x, weights, biases}, {type},
                  {{"strides", IntsAttr::get({1, 1})},
                   {"dilations", IntsAttr::get({1, 1})},
                   {"pads", IntsAttr::get({0, 0})}})
          ->getResult();
  TensorType wanted = s.getDeviceType(result);
  if (y->getType() != wanted)
    y = s.builder.create(ReshapeOp::getOperationName(), {y}, {wanted})
            ->getResult();
  s.set(result, y);
}

//===----------------------------------------------------------------------===//
// Gemm
//===----------------------------------------------------------------------===//

static Refusal refuseGemm(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  onnx::GemmOp gemm(op);
  if (!getConstantValue(gemm.getB()))
    return std::string("the second matrix must be constant");
  if (gemm.getTransA())
    return std::string("a transposed first matrix isn't supported");
  if (Value *c = gemm.getC()) {
    auto shape = c->getTensorType().getStaticShape();
    bool vector =
        shape && (shape->empty() ||
                  all_of(drop_end(*shape), [](int64_t d) { return d == 1; }));
    if (!getConstantValue(c) || !vector)
      return std::string("the third operand must be a constant vector, one "
                         "element for each column");
  }
  return std::nullopt;
}

static void selectGemm(Operation *op, Selection &s) {
  onnx::GemmOp gemm(op);
  auto shape = *gemm.getB()->getTensorType().getStaticShape();
  bool transposed = gemm.getTransB();
  int64_t outputs = transposed ? shape[0] : shape[1];
  std::vector<float> b = readFloats(getConstantValue(gemm.getB()));
  std::vector<float> bias(outputs);
  float alpha = gemm.getAlpha(), beta = gemm.getBeta();
  if (gemm.getC()) {
    std::vector<float> c = readFloats(getConstantValue(gemm.getC()));
    for (int64_t i = 0; i < outputs; ++i)
      bias[i] = beta * c[c.size() == 1 ? 0 : i];
  }
  selectProduct(
      gemm.getA(), gemm.getY(), outputs,
      [&](int64_t k, int64_t o) {
        return alpha * b[transposed ? o * shape[1] + k : k * outputs + o];
      },
      bias, s);
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

static Refusal refuseMatMul(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  onnx::MatMulOp product(op);
  Value *a = product.getA(), *b = product.getB();
  if (!getConstantValue(b) || b->getTensorType().getRank() != 2)
    return std::string("the second matrix must be constant, of rank 2");
  // Rank 4 would be taken for an image.
  unsigned rank = a->getTensorType().getRank();
  if (rank < 1 || rank == 4)
    return std::string("the first matrix must be of rank 1, 2, 3 or above 4");
  return std::nullopt;
}

static void selectMatMul(Operation *op, Selection &s) {
  onnx::MatMulOp product(op);
  int64_t outputs = *product.getB()->getTensorType().getDim(1).getConstant();
  std::vector<float> b = readFloats(getConstantValue(product.getB()));
  std::vector<float> bias(outputs);
  selectProduct(
      product.getA(), product.getY(), outputs,
      [&](int64_t k, int64_t o) { return b[k * outputs + o]; }, bias, s);
}

ArrayRef<SelectionRule> mlu::getMatrixRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Gemm", refuseGemm, selectGemm},
      {"onnx.MatMul", refuseMatMul, selectMatMul},
  };
  return rules;
}
