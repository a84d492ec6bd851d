//===- FoldQDQ.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QDQ/QDQ.h"
#include "onnc/IR/Context.h"
#include "onnc/Transforms/Passes.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

namespace {

struct FoldQDQ : FoldQDQBase {
  PassResult run(Module &module, PassContext &context) const override;
};

struct NamedRule {
  StringLiteral op;
  Rule fold;
};

} // namespace

static constexpr NamedRule rules[] = {
    {"onnx.Conv", foldProduct},
    {"onnx.Gemm", foldProduct},
    {"onnx.MatMul", foldProduct},
    {"onnx.Add", foldSum},
    {"onnx.Sub", foldSum},
    {"onnx.Sum", foldSum},
    {"onnx.Mul", foldMul},
    {"onnx.AveragePool", foldAverage},
    {"onnx.GlobalAveragePool", foldAverage},
    {"onnx.ReduceMean", foldAverage},
    {"onnx.Softmax", foldSoftmax},
};

/// Folds what \p quantize quantizes, by a table where one tensor alone decides
/// each element, else by the rule of the operator.
static LogicalResult foldGroup(Operation *quantize, Rewriter *rewriter,
                               Reason &reason) {
  if (succeeded(foldTable(quantize, rewriter, reason)))
    return success();
  Group group;
  Reason own;
  if (failed(matchGroup(quantize, group, own))) {
    reason = own;
    return failure();
  }
  if (!group.source)
    return reason.because("it depends on a float that is not quantized");
  for (const NamedRule &rule : rules)
    if (group.source->getName() == rule.op) {
      if (succeeded(rule.fold(group, rewriter, own)))
        return success();
      return reason.because("'" + group.source->getName() + "': " + own.str());
    }
  return failure();
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

static LogicalResult foldQuantize(Operation *op, Rewriter &rewriter) {
  Reason ignored;
  return foldGroup(op, &rewriter, ignored);
}

static LogicalResult foldQLinearOp(Operation *op, Rewriter &rewriter) {
  Reason ignored;
  return foldQLinear(op, &rewriter, ignored);
}

//===----------------------------------------------------------------------===//
// Explanations
//===----------------------------------------------------------------------===//

/// Is \p value computed from quantized numbers?
static bool dependsOnDequantized(Value *value, SmallPtrSetImpl<Value *> &seen) {
  SmallVector<Value *, 16> worklist = {value};
  while (!worklist.empty()) {
    Value *next = worklist.pop_back_val();
    Operation *op = next->getDefiningOp();
    if (!op || !seen.insert(next).second)
      continue;
    if (isa<onnx::DequantizeLinearOp>(op) &&
        !getConstantTensor(op->getOperand(0)))
      return true;
    // Integers again.
    if (isa<onnx::QuantizeLinearOp>(op))
      continue;
    for (Value *operand : op->getOperands())
      if (operand)
        worklist.push_back(operand);
  }
  return false;
}

/// Why \p op is still there; empty where it is no group, but the model's end.
static std::string getReason(Operation *op) {
  Reason reason;
  if (isa<onnx::QLinearConvOp>(op) || isa<onnx::QLinearMatMulOp>(op))
    return failed(foldQLinear(op, nullptr, reason)) ? reason.str().str() : "";
  SmallPtrSet<Value *, 16> seen;
  if (!isa<onnx::QuantizeLinearOp>(op) ||
      !dependsOnDequantized(op->getOperand(0), seen))
    return "";
  return failed(foldGroup(op, nullptr, reason)) ? reason.str().str() : "";
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

PassResult FoldQDQ::run(Module &module, PassContext &context) const {
  static constexpr Pattern table[] = {
      {"fold-qdq-group", "onnx.QuantizeLinear", foldQuantize},
      {"hoist-quantize", "onnx.QuantizeLinear", hoistQuantize},
      {"fold-qlinear-conv", "onnx.QLinearConv", foldQLinearOp},
      {"fold-qlinear-mat-mul", "onnx.QLinearMatMul", foldQLinearOp},
  };
  // One for each operator that a DequantizeLinear goes behind.
  SmallVector<Pattern, 20> sinks;
  for (StringLiteral name : getMovements())
    sinks.push_back({"sink-dequantize", name, sinkDequantize});
  PatternSet patterns(context.getContext());
  patterns.add(table);
  patterns.add(sinks);
  RewriteCounts counts;
  if (failed(applyPatterns(module, patterns, counts)))
    return PassResult::error();
  context.count(applied, counts.applied);
  context.count(removed, counts.removed);

  module.walk([&](Operation *op) {
    std::string why = getReason(op);
    if (why.empty())
      return;
    context.count(left);
    if (explain)
      context.getDiagnostics().emit(DiagID::TransformRefused, Severity::Remark,
                                    op->getLoc().toDiag())
          << "'" << op->getName() << "' stays: " << why;
  });
  return PassResult::changedIf(counts.any());
}

std::unique_ptr<Pass> onnc::createFoldQDQPass() {
  return std::make_unique<FoldQDQ>();
}
