//===- Operators.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"
#include "Requantize.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/IR/Ops/Windows.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static std::optional<std::string> refuseTypes(const Operation &op) {
  auto check = [&](const Value *value) -> std::optional<std::string> {
    if (!value || value->getType().isNone())
      return std::nullopt;
    ElementType type = value->getTensorType().getElementType();
    switch (type) {
    case ElementType::F32:
    case ElementType::I8:
    case ElementType::U8:
    case ElementType::I16:
    case ElementType::U16:
    case ElementType::I32:
    case ElementType::I64:
    case ElementType::Bool:
      break;
    default:
      return "elements of type " + getName(type).str() + " aren't supported";
    }
    if (value->getTensorType().getNumElements() == 0)
      return "tensors without elements aren't supported";
    // Addresses in generated code are of 32 bits.
    if (*value->getTensorType().getByteSize() >= int64_t(1) << 31)
      return "tensors of 2 GB and more aren't supported";
    return std::nullopt;
  };
  for (const Value *value : op.getOperands())
    if (auto reason = check(value))
      return reason;
  for (const Value *value : op.getResults())
    if (auto reason = check(value))
      return reason;
  return std::nullopt;
}

static bool isReal(const Operation &op) {
  return op.getOperand(0)->getTensorType().getElementType() == ElementType::F32;
}

/// ConvInteger and MatMulInteger.
static std::optional<std::string> refuseProduct(const Operation &op) {
  for (unsigned i : {2u, 3u})
    if (op.getOperand(i) && !getConstantOperand(op, i))
      return "zero points have to be known when the model is compiled, and be "
             "one for all channels";
  return std::nullopt;
}

static std::optional<std::string> refusePool(const Operation &op) {
  if (op.getNumResults() > 1)
    return "indices of the largest elements aren't supported";
  auto windows = getWindows(const_cast<Operation *>(&op));
  if (!windows)
    return "its windows aren't known";
  if (op.getName() == "onnx.AveragePool")
    for (const Window &window : *windows)
      if (window.dilation != 1)
        return "dilated windows aren't supported";
  return std::nullopt;
}

static std::optional<std::string> refuseRequantize(const Operation &op) {
  if (findScaling(op))
    return std::nullopt;
  return "there is no multiplication in 64 bits that equals one of its scales "
         "exactly";
}

static std::optional<std::string> refuseSum(const Operation &op) {
  if (findSum(op))
    return std::nullopt;
  return "there are no multipliers of 31 bits that equal its scales exactly";
}

/// The quotients have to fit 62 bits.
static std::optional<std::string> refuseSoftmax(const Operation &op) {
  if (findSoftmaxScale(op))
    return std::nullopt;
  return "the sum of its exponentials takes more than 62 bits";
}

static std::optional<std::string> refuseMovement(const Operation &op) {
  auto indexing = getIndexing(&op);
  for (const auto &access : indexing->operands)
    if (access)
      for (const IndexExpr &expr : *access)
        if (!expr.isExact())
          return "which elements it copies isn't known when the model is "
                 "compiled";
  if (op.getName() == "onnx.Pad" &&
      op.getString("mode", "constant") == "constant" && op.getOperand(2) &&
      !getConstantOperand(op, 2))
    return "the value to pad with has to be known when the model is compiled";
  return std::nullopt;
}

std::optional<std::string> cortexm::getOperatorRefusal(const Operation &op) {
  if (auto reason = refuseTypes(op))
    return reason;
  StringRef name = op.getName();
  auto indexing = getIndexing(&op);
  if (!indexing)
    return "there is no lowering to C for it";
  if (name == "quant.Requantize")
    return refuseRequantize(op);
  if (name == "quant.Sum")
    return refuseSum(op);
  if (name == "quant.Softmax")
    return refuseSoftmax(op);
  if (name == "onnx.ConvInteger" || name == "onnx.MatMulInteger")
    return refuseProduct(op);
  if (name == "onnx.MaxPool" || name == "onnx.AveragePool" ||
      name == "quant.SumPool")
    return refusePool(op);
  if (name == "onnx.BatchNormalization" &&
      (op.getNumResults() > 1 || op.getInt("training_mode", 0)))
    return "training isn't supported";
  if (name == "onnx.QuantizeLinear" || name == "onnx.DequantizeLinear")
    if (op.getInt("block_size", 0))
      return "scales of blocks aren't supported";
  if (indexing->isDataMovement)
    return refuseMovement(op);
  static constexpr StringRef real[] = {"onnx.Conv",
                                       "onnx.Gemm",
                                       "onnx.MatMul",
                                       "onnx.GlobalMaxPool",
                                       "onnx.GlobalAveragePool",
                                       "onnx.ReduceSum",
                                       "onnx.ReduceMean",
                                       "onnx.ReduceMax",
                                       "onnx.ReduceMin",
                                       "onnx.ReduceProd",
                                       "onnx.ReduceL1",
                                       "onnx.ReduceL2",
                                       "onnx.ReduceSumSquare",
                                       "onnx.Softmax",
                                       "onnx.LogSoftmax"};
  if (is_contained(real, name)) {
    if (isReal(op))
      return std::nullopt;
    return "there is no lowering to C for elements of type " +
           getName(op.getOperand(0)->getTensorType().getElementType()).str();
  }
  if (isScalarOperator(op))
    return std::nullopt;
  return "there is no lowering to C for it";
}

/// Whether \p op works on operand \p value element by element.
static bool isElementwise(const Operation &op, const Value *value) {
  if (!isScalarOperator(op))
    return false;
  auto indexing = getIndexing(&op);
  if (!indexing || indexing->results.size() != 1)
    return false;
  bool found = false;
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    if (op.getOperand(i) != value)
      continue;
    found = true;
    const auto &access = indexing->operands[i];
    if (!access || access->size() != indexing->results[0].size())
      return false;
    for (auto [from, to, extent] :
         zip_equal(*access, indexing->results[0], indexing->dims)) {
      auto a = from.getSingleDim(), b = to.getSingleDim();
      // Dimensions of one element may be written either way.
      if (a != b && extent.extent != 1)
        return false;
      if (a && b && from.constant != to.constant)
        return false;
    }
  }
  return found;
}

std::optional<std::string> cortexm::getKernelRefusal(const Graph &kernel) {
  auto ops = getOperators(kernel);
  if (ops.empty())
    return "it computes nothing";
  for (auto [i, op] : enumerate(ops)) {
    if (auto reason = getOperatorRefusal(*op))
      return reason;
    if (i == 0)
      continue;
    if (ops[0]->getName().ends_with("Softmax") ||
        !isElementwise(*op, ops[i - 1]->getResult()))
      return "it isn't computed element by element from what comes before";
  }
  return std::nullopt;
}
