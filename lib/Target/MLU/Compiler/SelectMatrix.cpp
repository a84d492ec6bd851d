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

namespace {
/// A constant matrix: element (k, m) of the product's right side stands at
/// k · rowStride + m · columnStride of \c source.
struct Weights {
  ConstantAttr source;
  int64_t columns, rowStride, columnStride;
};
} // namespace

/// a · (scale · w) + bias, of \p result's type.
static Value *selectProduct(Value *a, Value *result, const Weights &w,
                            float scale, ArrayRef<float> bias, Selection &s) {
  Value *image = getFlattenedImage(a), *x = s.get(image ? image : a);
  if (!image) // Rows of a matrix lie like those of an image one pixel wide.
    x = s.reshape(x, {1, getNumRows(x), 1, getRowSize(x)});
  auto shape = getShape(x);
  int64_t h = image ? shape[1] : 1, width = image ? shape[2] : 1;
  // The flattened image counts channels first.
  Value *weights = s.pack(w.source, {w.columns, h, width, shape[3]},
                          {w.columnStride, width * w.rowStride, w.rowStride,
                           h * width * w.rowStride},
                          scale);
  Value *biases = s.constant(bias, {w.columns});
  auto type = TensorType::get(
      s.builder.getContext(), ElementType::F16,
      {shape[0], shape[1] - h + 1, shape[2] - width + 1, w.columns});
  Value *y =
      s.builder
          .create(ConvOp::getOperationName(), {x, weights, biases}, {type},
                  {{"strides", IntsAttr::get({1, 1})},
                   {"dilations", IntsAttr::get({1, 1})},
                   {"pads", IntsAttr::get({0, 0})}})
          ->getResult();
  return s.reshape(y, *s.getDeviceType(result).getStaticShape());
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
    if (auto no = refuseValue(c, "the third operand"))
      return no;
    if (!canSpread(gemm.getY(), c))
      return "the third operand must have the result's shape, one element for "
             "each column, or one, not " +
             c->getType().str();
  }
  return std::nullopt;
}

/// The elements of \p c, if it is a constant that the matrix unit can start
/// its sums from: one for each column.
static std::optional<std::vector<float>> getBias(Value *c, int64_t columns) {
  if (!c)
    return std::vector<float>(columns);
  ConstantAttr constant = getConstantValue(c);
  if (!constant)
    return std::nullopt;
  if (*constant.getType().getNumElements() == 1)
    return std::vector<float>(columns, *readScalar(c, 0));
  auto shape = *constant.getType().getStaticShape();
  if (shape.back() != columns || (shape.size() == 2 && shape[0] != 1))
    return std::nullopt;
  return readFloats(constant);
}

static void selectGemm(Operation *op, Selection &s) {
  onnx::GemmOp gemm(op);
  ConstantAttr b = getConstantValue(gemm.getB());
  auto shape = *b.getType().getStaticShape();
  Weights w = gemm.getTransB() ? Weights{b, shape[0], 1, shape[1]}
                               : Weights{b, shape[1], shape[1], 1};
  double beta = gemm.getBeta();
  auto bias = getBias(gemm.getC(), w.columns);
  std::vector<float> scaled(w.columns);
  if (bias)
    for (auto [to, from] : zip_equal(scaled, *bias))
      to = static_cast<float>(beta * from);
  Value *y =
      selectProduct(gemm.getA(), gemm.getY(), w, gemm.getAlpha(), scaled, s);
  if (!bias) {
    Value *c = spread(gemm.getY(), gemm.getC(), s);
    if (beta != 1)
      c = s.builder
              .create(UnaryOp::getOperationName(), {c}, {c->getType()},
                      {{"activation", StringAttr::get("Linear")},
                       {"alpha", FloatAttr::get(beta)}})
              ->getResult();
    y = s.builder
            .create(BinaryOp::getOperationName(), {y, c}, {y->getType()},
                    {{"kind", StringAttr::get("Add")}})
            ->getResult();
  }
  s.set(gemm.getY(), y);
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
  ConstantAttr b = getConstantValue(product.getB());
  int64_t columns = *b.getType().getDim(1).getConstant();
  std::vector<float> bias(columns);
  s.set(product.getY(), selectProduct(product.getA(), product.getY(),
                                      {b, columns, columns, 1}, 1, bias, s));
}

ArrayRef<SelectionRule> mlu::getMatrixRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Gemm", refuseGemm, selectGemm},
      {"onnx.MatMul", refuseMatMul, selectMatMul},
  };
  return rules;
}
