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

/// result = a · (scale · w) + bias.
static void selectProduct(Value *a, Value *result, const Weights &w,
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
  s.set(result, s.reshape(y, *s.getDeviceType(result).getStaticShape()));
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
  ConstantAttr b = getConstantValue(gemm.getB());
  auto shape = *b.getType().getStaticShape();
  Weights w = gemm.getTransB() ? Weights{b, shape[0], 1, shape[1]}
                               : Weights{b, shape[1], shape[1], 1};
  std::vector<float> bias(w.columns);
  if (gemm.getC()) {
    std::vector<float> c = readFloats(getConstantValue(gemm.getC()));
    for (auto [i, value] : enumerate(bias))
      value = float(gemm.getBeta()) * c[c.size() == 1 ? 0 : i];
  }
  selectProduct(gemm.getA(), gemm.getY(), w, gemm.getAlpha(), bias, s);
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
  selectProduct(product.getA(), product.getY(), {b, columns, columns, 1}, 1,
                bias, s);
}

ArrayRef<SelectionRule> mlu::getMatrixRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Gemm", refuseGemm, selectGemm},
      {"onnx.MatMul", refuseMatMul, selectMatMul},
  };
  return rules;
}
