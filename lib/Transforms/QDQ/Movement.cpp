//===- Movement.cpp - Operators that only move elements -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What moves, repeats or selects elements does the same to integers as to the
/// floats that they stand for. MaxPool selects, since larger integers stand for
/// larger floats. So a DequantizeLinear goes behind such an operator and a
/// QuantizeLinear before it; both are exact.
///
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include "onnc/IR/Ops/Axes.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

static constexpr StringLiteral movements[] = {
    "onnx.Concat",    "onnx.DepthToSpace", "onnx.Expand",  "onnx.Flatten",
    "onnx.Gather",    "onnx.Identity",     "onnx.MaxPool", "onnx.Pad",
    "onnx.Reshape",   "onnx.Resize",       "onnx.Slice",   "onnx.SpaceToDepth",
    "onnx.Split",     "onnx.Squeeze",      "onnx.Tile",    "onnx.Transpose",
    "onnx.Unsqueeze",
};

ArrayRef<StringLiteral> qdq::getMovements() { return movements; }

/// Does \p op only move elements of operand 0 (Concat: of all operands), also
/// where they are of \p type?
static bool isMovement(Operation *op, ElementType type) {
  if (!is_contained(movements, op->getName()))
    return false;
  if (isa<onnx::MaxPoolOp>(op) && op->getNumResults() > 1 &&
      op->getResult(1)->hasUses())
    return false;
  // Nothing interpolated, and no number of its own beyond the borders.
  if (isa<onnx::ResizeOp>(op) &&
      (op->getString("mode", "nearest") != "nearest" ||
       op->getString("coordinate_transformation_mode") == "tf_crop_and_resize"))
    return false;
  const uint64_t allowed = op->getInfo().operands.front().elementTypes;
  return allowed >> static_cast<unsigned>(type) & 1;
}

/// The operands that are moved.
static unsigned getNumMoved(Operation *op) {
  return isa<onnx::ConcatOp>(op) ? op->getNumOperands() : 1;
}

/// The number that a Pad pads with in place of its own, as a scalar operand;
/// nullopt where it has none in \p q. \p exact: it must stand for the same
/// float.
static std::optional<int64_t> getPadding(Operation *op, const Quantization &q,
                                         bool exact) {
  double real = 0;
  if (Value *value = op->getOperand(2)) {
    auto constant = getConstantTensor(value);
    if (!constant || constant->getNumElements() != 1 ||
        constant->getElementType() != ElementType::F32)
      return std::nullopt;
    real = getReals(*constant).front();
  }
  const int64_t integer = quantize(real, q);
  const float back = static_cast<float>(integer - q.zeroPoint()) * q.scale();
  if (exact && static_cast<double>(back) != real)
    return std::nullopt;
  return integer;
}

/// \p op on other moved operands, with Pad's \p padding of type \p q.
static Operation *moveIntegers(Operation *op, ArrayRef<Value *> moved,
                               std::optional<int64_t> padding,
                               const Quantization &q, Rewriter &rewriter) {
  SmallVector<Value *, 4> operands(op->getOperands());
  std::copy(moved.begin(), moved.end(), operands.begin());
  if (padding) {
    operands.resize(std::max<size_t>(operands.size(), 3));
    operands[2] = rewriter.constant(
        makeIntegers(rewriter.getContext(), q.type, {}, *padding));
  }
  rewriter.setLoc(op->getLoc());
  const int results = isa<onnx::MaxPoolOp>(op) ? 1 : op->getNumResults();
  return rewriter.createInferred(op->getName(), operands, op->getAttrs(),
                                 results);
}

static bool padsWithNumber(Operation *op) {
  return isa<onnx::PadOp>(op) &&
         op->getString("mode", "constant") == "constant";
}

//===----------------------------------------------------------------------===//
// DequantizeLinear
//===----------------------------------------------------------------------===//

/// The axis of the scales behind \p op; nullopt where they don't lie along one
/// any more.
static std::optional<unsigned> moveAxis(Operation *op, const Quantization &q) {
  auto transpose = dyn_cast<onnx::TransposeOp>(op);
  if (!transpose)
    return std::nullopt;
  auto perm = transpose->getInts("perm");
  const unsigned rank = op->getOperand(0)->getTensorType().getRank();
  if (perm.empty())
    return rank - 1 - q.axis;
  auto it = llvm::find(perm, int64_t(q.axis));
  if (it == perm.end())
    return std::nullopt;
  return it - perm.begin();
}

LogicalResult qdq::sinkDequantize(Operation *op, Rewriter &rewriter) {
  Reason ignored;
  SmallVector<Value *, 4> moved;
  Quantization q;
  Operation *first = op->getOperand(0)->getDefiningOp();
  for (unsigned i = 0; i != getNumMoved(op); ++i) {
    Dequantized operand;
    if (!op->getOperand(i) ||
        failed(matchDequantized(op->getOperand(i), operand, ignored)) ||
        (i != 0 && operand.q != q))
      return failure();
    q = operand.q;
    moved.push_back(operand.integers);
  }
  if (!isMovement(op, q.type))
    return failure();
  SmallVector<NamedAttr, 3> attrs(first->getAttrs());
  if (!q.isPerTensor()) {
    auto axis = moveAxis(op, q);
    if (!axis)
      return failure();
    erase_if(attrs, [](const NamedAttr &a) { return a.name == "axis"; });
    attrs.push_back({"axis", IntAttr::get(*axis)});
  }
  std::optional<int64_t> padding;
  if (padsWithNumber(op)) {
    padding = getPadding(op, q, /*exact=*/true);
    if (!padding)
      return failure();
  }
  SmallVector<Value *, 2> scale = {first->getOperand(1), first->getOperand(2)};
  Operation *integers = moveIntegers(op, moved, padding, q, rewriter);
  if (!integers)
    return failure();
  rewriter.setLoc(first->getLoc());
  SmallVector<Value *, 2> results;
  for (Value *result : integers->getResults()) {
    Value *operands[] = {result, scale[0], scale[1]};
    Operation *reals = rewriter.createInferred(
        first->getName(), ArrayRef(operands, scale[1] ? 3 : 2), attrs);
    if (!reals)
      return failure();
    results.push_back(reals->getResult());
  }
  results.resize(op->getNumResults());
  return rewriter.replace(op, results);
}

//===----------------------------------------------------------------------===//
// QuantizeLinear
//===----------------------------------------------------------------------===//

LogicalResult qdq::hoistQuantize(Operation *quantize, Rewriter &rewriter) {
  Operation *op = quantize->getOperand(0)->getDefiningOp();
  Quantization q;
  Reason ignored;
  if (!op || failed(getQuantization(quantize, q, ignored)) ||
      !q.isPerTensor() || !isMovement(op, q.type) ||
      !quantize->getOperand(0)->hasOneUse() || isa<onnx::SplitOp>(op))
    return failure();
  std::optional<int64_t> padding;
  if (padsWithNumber(op)) {
    padding = getPadding(op, q, /*exact=*/false);
    if (!padding)
      return failure();
  }
  // A vector of one scale has an axis that another rank may lack.
  SmallVector<NamedAttr, 3> attrs(quantize->getAttrs());
  erase_if(attrs, [](const NamedAttr &a) { return a.name == "axis"; });
  SmallVector<Value *, 4> moved;
  rewriter.setLoc(quantize->getLoc());
  for (unsigned i = 0; i != getNumMoved(op); ++i) {
    Value *operands[] = {op->getOperand(i), quantize->getOperand(1),
                         quantize->getOperand(2)};
    Operation *integers = rewriter.createInferred(
        quantize->getName(), ArrayRef(operands, operands[2] ? 3 : 2), attrs);
    if (!integers)
      return failure();
    moved.push_back(integers->getResult());
  }
  if (failed(rewriter.replace(quantize,
                              moveIntegers(op, moved, padding, q, rewriter))))
    return failure();
  // At once, so that it is no second user of what it moved.
  if (!op->hasUses())
    rewriter.erase(op);
  return success();
}
