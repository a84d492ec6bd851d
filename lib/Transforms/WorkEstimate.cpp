//===- WorkEstimate.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WorkEstimate.h"
#include "onnc/IR/Operation.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

static uint64_t getNumElements(const Value *value) {
  TensorType type = value ? value->getTensorType() : TensorType();
  return type ? type.getNumElements().value_or(0) : 0;
}

int64_t onnc::estimateWork(const Operation &op) {
  bool combines =
      StringSwitch<bool>(op.getInfo().getShortName())
          .Cases("Conv", "ConvTranspose", "ConvInteger", "QLinearConv", true)
          .Cases("MatMulInteger", "QLinearMatMul", "Einsum", true)
          .Cases("LSTM", "GRU", "RNN", "NonMaxSuppression", "Det", true)
          .Default(false);
  uint64_t results = 0, operands = 0, largest = 1;
  for (const Value *result : op.getResults())
    results = SaturatingAdd(results, getNumElements(result));
  for (const Value *operand : op.getOperands()) {
    operands = SaturatingAdd(operands, getNumElements(operand));
    largest = std::max(largest, getNumElements(operand));
  }
  StringRef name = op.getInfo().getShortName();
  if (name == "MatMul" || name == "Gemm") {
    // The inner dimension: each element of A meets a row of the result.
    TensorType a = op.getOperand(0)->getTensorType();
    auto inner = a && a.hasRank() && a.getRank() && !op.getInt("transA", 0)
                     ? a.getShape().back().getConstant()
                     : std::nullopt;
    if (inner)
      largest = *inner;
    combines = true;
  }
  uint64_t work = combines ? SaturatingMultiply(results, largest)
                           : SaturatingAdd(results, operands);
  return std::min<uint64_t>(work, INT64_MAX);
}
