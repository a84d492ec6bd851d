//===- Arithmetic.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/ConstantElements.h"
#include "onnc/Transforms/Patterns.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

/// Both compute a + b and round once.
static LogicalResult sumToAdd(Operation *op, Rewriter &rewriter) {
  if (op->getNumOperands() != 2)
    return failure();
  return rewriter.replace(
      op, rewriter.create<onnx::AddOp>(op->getOperand(0), op->getOperand(1)));
}

/// Later patterns look for constants on the right only.
static LogicalResult constantToRight(Operation *op, Rewriter &rewriter) {
  Value *left = op->getOperand(0), *right = op->getOperand(1);
  if (!getConstantValue(left) || getConstantValue(right))
    return failure();
  op->setOperands({right, left});
  rewriter.changed(op);
  return success();
}

/// Is `x op value` x, bit for bit? -0 + 0 is 0, so that 0 isn't neutral for the
/// sum of floats, but -0 is.
static bool isNeutral(StringRef op, double value, bool isFloat) {
  bool isZero = value == 0 && (!isFloat || !std::signbit(value));
  return StringSwitch<bool>(op)
      .Cases("onnx.Mul", "onnx.Div", "onnx.Pow", value == 1)
      .Case("onnx.Add", isFloat ? value == 0 && std::signbit(value) : isZero)
      .Case("onnx.Sub", isZero)
      .Default(false);
}

static LogicalResult dropNeutralElement(Operation *op, Rewriter &rewriter) {
  TensorType type = op->getOperand(0)->getTensorType();
  auto element = getUniformElement(op->getOperand(1));
  // The constant may broadcast the other operand to its shape.
  if (!type || !element || type != op->getResult()->getType() ||
      !isNeutral(op->getName(), *element, isFloat(type.getElementType())))
    return failure();
  return rewriter.replace(op, op->getOperand(0));
}

static bool isMatrix(Value *value) {
  TensorType type = value->getTensorType();
  return type && type.hasRank() && type.getRank() == 2;
}

/// Gemm is the product of two matrices that has room for a bias.
static LogicalResult matMulToGemm(Operation *op, Rewriter &rewriter) {
  Value *a = op->getOperand(0), *b = op->getOperand(1);
  if (!isMatrix(a) || !isMatrix(b))
    return failure();
  return rewriter.replace(op, rewriter.create<onnx::GemmOp>(a, b, nullptr));
}

/// Gemm transposes its operands itself.
static LogicalResult foldTransposeIntoGemm(Operation *op, Rewriter &rewriter) {
  static constexpr StringLiteral flags[] = {"transA", "transB"};
  for (unsigned i = 0; i < 2; ++i) {
    auto transpose =
        dyn_cast_or_null<onnx::TransposeOp>(op->getOperand(i)->getDefiningOp());
    if (!transpose || !isMatrix(transpose.getData()))
      continue;
    auto perm = transpose.getPerm();
    if (transpose->hasAttr("perm") && perm.front() != 1)
      continue;
    SmallVector<Value *, 4> operands = op->getOperands();
    operands[i] = transpose.getData();
    SmallVector<NamedAttr, 4> attrs(op->getAttrs());
    attrs.push_back({flags[i], IntAttr::get(!op->getInt(flags[i], 0))});
    return rewriter.replace(
        op, rewriter.createInferred("onnx.Gemm", operands, attrs));
  }
  return failure();
}

void onnc::addArithmeticPatterns(PatternSet &patterns) {
  static constexpr Pattern table[] = {
      {"sum-to-add", "onnx.Sum", sumToAdd},
      {"constant-to-right", "onnx.Add", constantToRight},
      {"constant-to-right", "onnx.Mul", constantToRight},
      {"constant-to-right", "onnx.And", constantToRight},
      {"constant-to-right", "onnx.Or", constantToRight},
      {"constant-to-right", "onnx.Xor", constantToRight},
      {"constant-to-right", "onnx.BitwiseAnd", constantToRight},
      {"constant-to-right", "onnx.BitwiseOr", constantToRight},
      {"constant-to-right", "onnx.BitwiseXor", constantToRight},
      {"constant-to-right", "onnx.Equal", constantToRight},
      {"drop-neutral-element", "onnx.Add", dropNeutralElement},
      {"drop-neutral-element", "onnx.Sub", dropNeutralElement},
      {"drop-neutral-element", "onnx.Mul", dropNeutralElement},
      {"drop-neutral-element", "onnx.Div", dropNeutralElement},
      {"drop-neutral-element", "onnx.Pow", dropNeutralElement},
      {"matmul-to-gemm", "onnx.MatMul", matMulToGemm},
      {"fold-transpose-into-gemm", "onnx.Gemm", foldTransposeIntoGemm},
  };
  patterns.add(table);
}
