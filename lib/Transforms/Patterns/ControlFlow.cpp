//===- ControlFlow.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/Patterns.h"

using namespace llvm;
using namespace onnc;

/// The branch that a constant condition chooses takes the place of the If.
static LogicalResult inlineKnownBranch(Operation *op, Rewriter &rewriter) {
  auto choice = cast<onnx::IfOp>(op);
  ConstantAttr constant = getConstantValue(choice.getCond());
  auto condition = constant ? constant.getIntValues(1) : std::nullopt;
  if (!condition || condition->size() != 1)
    return failure();
  Region &branch =
      condition->front() ? choice.getThenBranch() : choice.getElseBranch();
  return rewriter.replace(op, branch.inlineBefore(op, choice.getCaptures()));
}

void onnc::addControlFlowPatterns(PatternSet &patterns) {
  static constexpr Pattern table[] = {
      {"inline-known-branch", "onnx.If", inlineKnownBranch},
  };
  patterns.add(table);
}
