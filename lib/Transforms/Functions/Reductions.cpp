//===- Reductions.cpp -----------------------------------------------------===//
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

/// The reduction \p name of \p value over the operation's axes.
static Value *reduceLike(FunctionBuilder &f, StringRef name, Value *value,
                         std::optional<int64_t> keepDims = std::nullopt) {
  SmallVector<Value *, 2> operands = {value};
  if (f.has(1))
    operands.push_back(f.operand(1));
  NamedAttr attrs[] = {
      f.attr("keepdims", keepDims.value_or(f.op->getInt("keepdims", 1))),
      f.attr("noop_with_empty_axes", f.op->getInt("noop_with_empty_axes", 0))};
  return f(name, operands, attrs);
}

/// ReduceL1: Σ|x|.
static Results reduceL1(FunctionBuilder &f) {
  return {f.narrow(reduceLike(f, "ReduceSum", f("Abs", {f.wide(0)})))};
}

static Value *sumOfSquares(FunctionBuilder &f) {
  Value *x = f.wide(0);
  return reduceLike(f, "ReduceSum", f("Mul", {x, x}));
}

/// ReduceSumSquare: Σx².
static Results reduceSumSquare(FunctionBuilder &f) {
  return {f.narrow(sumOfSquares(f))};
}

/// ReduceL2: √Σx².
static Results reduceL2(FunctionBuilder &f) {
  if (!f.isFloat(0))
    return {};
  return {f.narrow(f("Sqrt", {sumOfSquares(f)}))};
}

/// ReduceLogSum: ln Σx.
static Results reduceLogSum(FunctionBuilder &f) {
  if (!f.isFloat(0))
    return {};
  return {f.narrow(f("Log", {reduceLike(f, "ReduceSum", f.wide(0))}))};
}

/// ReduceLogSumExp: ln Σ exp(x), as m + ln Σ exp(x - m) with the maximum m.
static Results reduceLogSumExp(FunctionBuilder &f) {
  if (!f.isFloat(0))
    return {};
  Value *x = f.wide(0);
  auto largest = [&](std::optional<int64_t> keepDims) {
    Value *m = reduceLike(f, "ReduceMax", x, keepDims);
    return f("Where", {f("IsInf", {m}), f.scalar(0, x), m});
  };
  Value *sum =
      reduceLike(f, "ReduceSum", f("Exp", {f("Sub", {x, largest(1)})}));
  return {f.narrow(f("Add", {f("Log", {sum}), largest(std::nullopt)}))};
}

ArrayRef<Pattern> functions::getReductions() {
  static constexpr Pattern table[] = {
      {"expand-reduce-l1", "onnx.ReduceL1", expand<reduceL1>},
      {"expand-reduce-l2", "onnx.ReduceL2", expand<reduceL2>},
      {"expand-reduce-log-sum", "onnx.ReduceLogSum", expand<reduceLogSum>},
      {"expand-reduce-log-sum-exp", "onnx.ReduceLogSumExp",
       expand<reduceLogSumExp>},
      {"expand-reduce-sum-square", "onnx.ReduceSumSquare",
       expand<reduceSumSquare>},
  };
  return table;
}
