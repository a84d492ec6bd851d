//===- ReductionMakers.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;

static bool isNumber(ElementType type) { return type != ElementType::Bool; }

/// Some axes, as constants have them; null: all.
static Value *pickAxes(ModelBuilder &b, Value *x) {
  Shape axes;
  for (int64_t i = 0, rank = b.rankOf(x); i < rank; ++i)
    if (b.flip())
      axes.push_back(b.flip() ? i : i - rank);
  return axes.empty() ? nullptr : b.ints(axes);
}

static Operation *makeReduce(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  if (!x)
    return nullptr;
  StringRef name =
      b.oneOf<StringRef>({"ReduceSum", "ReduceSum", "ReduceMean", "ReduceMean",
                          "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2",
                          "ReduceSumSquare", "ReduceLogSumExp"});
  // The root is steep near 0.
  if (name == "ReduceL2")
    x = b.clamp(x, 0.25, 100);
  const bool selects = name == "ReduceMax" || name == "ReduceMin";
  return x ? b.make(name, {x, pickAxes(b, x)},
                    {b.attr("keepdims", b.pick(0, 1))}, -1, selects)
           : nullptr;
}

static Operation *makeIntegerReduce(ModelBuilder &b) {
  Value *x = b.anyOf(
      [](ElementType type) {
        return type == ElementType::I32 || type == ElementType::I64;
      },
      1, 4);
  return x ? b.makeExact(b.oneOf({"ReduceSum", "ReduceMax", "ReduceMin",
                                  "ReduceSumSquare", "ReduceL1"}),
                         {x, pickAxes(b, x)},
                         {b.attr("keepdims", b.pick(0, 1))})
           : nullptr;
}

static Operation *makeArgMax(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 1, 4);
  if (!x || !b.isExact(x))
    return nullptr;
  ModelBuilder::Attrs attrs = {b.attr("axis", b.pickAxis(x)),
                               b.attr("keepdims", b.pick(0, 1))};
  if (b.once(3))
    attrs.push_back(b.attr("select_last_index", int64_t(1)));
  return b.makeExact(b.oneOf({"ArgMax", "ArgMin"}), {x}, attrs);
}

static Operation *makeTopK(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 1, 4);
  if (!x || !b.isExact(x))
    return nullptr;
  const int64_t axis = b.pickAxis(x);
  const int64_t size = b.shapeOf(x)[axis < 0 ? axis + b.rankOf(x) : axis];
  return b.makeExact("TopK", {x, b.ints({b.pick(1, size)})},
                     {b.attr("axis", axis), b.attr("largest", b.pick(0, 1))});
}

static Operation *makeCumSum(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  return x ? b.make("CumSum", {x, b.number(ElementType::I64, b.pickAxis(x))},
                    {b.attr("exclusive", b.pick(0, 1)),
                     b.attr("reverse", b.pick(0, 1))})
           : nullptr;
}

static constexpr Maker makers[] = {
    {"ArgMax", makeArgMax},
    {"CumSum", makeCumSum},
    {"IntegerReduce", makeIntegerReduce},
    {"Reduce", makeReduce, 4},
    {"TopK", makeTopK},
};

ArrayRef<Maker> smith::getReductionMakers() { return makers; }
