//===- Losses.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

/// The loss of logarithmic probabilities, of which classes are dimension 1.
static Value *lossOf(FunctionBuilder &f, Value *logProbabilities) {
  Value *x = logProbabilities, *target = f.operand(1);
  auto ignored = f.op->getAttrOfType<IntAttr>("ignore_index");
  Value *isIgnored = nullptr, *zero = f.scalar(0, x);
  if (ignored) {
    isIgnored = f("Equal", {target, f.scalar(ignored.getValue(), target)});
    target = f("Where", {isIgnored, f.scalar(0, target), target});
  }
  Value *picked = f("GatherElements", {x, f.unsqueeze(target, 1)},
                    f.attr("axis", int64_t(1)));
  Value *loss = f("Neg", {f.squeeze(picked, 1)}), *weight = nullptr;
  if (f.has(2)) {
    weight = f("Gather", {f.wide(2), target});
    loss = f("Mul", {loss, weight});
  }
  if (ignored) {
    weight = f("Where", {isIgnored, zero, weight ? weight : f.scalar(1, x)});
    loss = f("Where", {isIgnored, zero, loss});
  }
  StringRef reduction = f.op->getString("reduction", "mean");
  NamedAttr keepDims = f.attr("keepdims", int64_t(0));
  if (reduction == "none")
    return loss;
  if (reduction == "mean" && !weight)
    return f("ReduceMean", {loss}, keepDims);
  Value *sum = f("ReduceSum", {loss}, keepDims);
  return reduction == "sum"
             ? sum
             : f("Div", {sum, f("ReduceSum", {weight}, keepDims)});
}

static Results negativeLogLikelihoodLoss(FunctionBuilder &f) {
  return {f.narrow(lossOf(f, f.wide(0)))};
}

static Results softmaxCrossEntropyLoss(FunctionBuilder &f) {
  Value *x = f("LogSoftmax", {f.wide(0)}, f.attr("axis", int64_t(1)));
  Results results = {f.narrow(lossOf(f, x))};
  if (f.wants(1))
    results.push_back(f.narrow(x));
  return results;
}

ArrayRef<Pattern> functions::getLosses() {
  static constexpr Pattern table[] = {
      {"expand-negative-log-likelihood-loss", "onnx.NegativeLogLikelihoodLoss",
       expand<negativeLogLikelihoodLoss>},
      {"expand-softmax-cross-entropy-loss", "onnx.SoftmaxCrossEntropyLoss",
       expand<softmaxCrossEntropyLoss>},
  };
  return table;
}
