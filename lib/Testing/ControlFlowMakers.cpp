//===- ControlFlowMakers.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators with bodies. A body is a chain of operators that keep shapes, so
/// that what goes around a loop stays what it is; it uses its arguments,
/// captured values, and constants of its own.
///
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Attrs = ModelBuilder::Attrs;
using Values = SmallVector<Value *, 4>;

/// A value of \p value's type that a few operators of a body compute from
/// \p value and, sometimes, from those of \p others that have its type.
static Value *makeChain(ModelBuilder &b, Builder &body, Value *value,
                        ArrayRef<Value *> others) {
  for (int64_t i = 0, n = b.pick(1, 3); i < n; ++i) {
    Values fitting;
    for (Value *other : others)
      if (other->getType() == value->getType())
        fitting.push_back(other);
    Operation *op = nullptr;
    if (!fitting.empty() && b.flip())
      op = body.createInferred(
          b.oneOf({"onnx.Add", "onnx.Sub", "onnx.Max", "onnx.Min"}),
          {value, fitting[b.pick(0, fitting.size() - 1)]});
    else if (b.once(3))
      op = body.createInferred("onnx.Mul",
                               {value, body.constant(ConstantAttr::getFloats(
                                           body.getContext(), {0.5f}, true))});
    else
      op = body.createInferred(
          b.oneOf({"onnx.Relu", "onnx.Neg", "onnx.Abs", "onnx.Tanh",
                   "onnx.Identity", "onnx.Sigmoid"}),
          {value});
    value = op->getResult();
  }
  return value;
}

static bool isF32(ElementType type) { return type == ElementType::F32; }

/// A value to compute with in a body, and with luck another one of its type.
static Values pickCaptures(ModelBuilder &b, Value *x) {
  Values captures;
  if (Value *other =
          b.any([&](Value *v) { return v->getType() == x->getType(); });
      other && !b.once(3))
    captures.push_back(other);
  return captures;
}

/// Arguments of \p region for \p values.
static Values addArguments(Region &region, ArrayRef<Value *> values) {
  Values arguments;
  for (Value *value : values)
    arguments.push_back(region.addArgument(value->getType()));
  return arguments;
}

/// A bool, computed where that doesn't depend on a rounding.
static Value *pickCondition(ModelBuilder &b) {
  Value *x =
      b.any([&](Value *v) { return b.isExact(v) && isF32(b.typeOf(v)); });
  if (!x || b.once(3))
    return b.number(ElementType::Bool, b.flip());
  Operation *most =
      b.makeExact("ReduceMax", {x}, {b.attr("keepdims", int64_t(0))});
  Operation *greater =
      most ? b.makeExact("Greater",
                         {most->getResult(), b.number(ElementType::F32, 1)})
           : nullptr;
  return greater ? greater->getResult() : nullptr;
}

static Operation *makeIf(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 0, 4);
  Value *condition = x ? pickCondition(b) : nullptr;
  if (!condition)
    return nullptr;
  Values operands = {condition, x};
  append_range(operands, pickCaptures(b, x));
  const int64_t numResults = b.pick(1, 2);
  return b.makeWithBodies(
      "If", operands, {}, numResults,
      [&](Builder &body, Region &region, unsigned) {
        Values arguments =
            addArguments(region, ArrayRef(operands).drop_front());
        Values results;
        for (int64_t i = 0; i < numResults; ++i)
          results.push_back(makeChain(b, body, arguments[0], arguments));
        return results;
      });
}

/// Loop-carried values, one of which is stacked, too; ended by the count, by
/// the condition, or by both.
static Operation *makeLoop(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 0, 3);
  if (!x)
    return nullptr;
  Values captures = pickCaptures(b, x);
  const int64_t trips = b.pick(1, 4), stops = b.once(3) ? b.pick(0, 3) : 9;
  Values operands = {b.number(ElementType::I64, trips),
                     b.flip() ? b.number(ElementType::Bool, 1) : nullptr, x};
  append_range(operands, captures);
  const bool stacks = b.flip();
  return b.makeWithBodies(
      "Loop", operands, {b.attr("num_captures", int64_t(captures.size()))},
      stacks ? 2 : 1, [&](Builder &body, Region &region, unsigned) {
        Context &context = body.getContext();
        Value *iteration = region.addArgument(
            TensorType::get(context, ElementType::I64, ArrayRef<int64_t>()));
        region.addArgument(
            TensorType::get(context, ElementType::Bool, ArrayRef<int64_t>()));
        Values arguments =
            addArguments(region, ArrayRef(operands).drop_front(2));
        Value *limit =
            body.constant(ConstantAttr::getInts(context, {stops}, true));
        Operation *goesOn =
            body.createInferred("onnx.Less", {iteration, limit});
        Values results = {goesOn->getResult(),
                          makeChain(b, body, arguments[0], arguments)};
        if (stacks)
          results.push_back(makeChain(b, body, arguments[0], arguments));
        return results;
      });
}

/// A state and slices of a tensor along an axis, from either end.
static Operation *makeScan(ModelBuilder &b) {
  Value *x = b.anyOf(isF32, 1, 4);
  if (!x)
    return nullptr;
  const int64_t rank = b.rankOf(x), axis = b.pick(0, rank - 1);
  ModelBuilder::Shape slice = b.shapeOf(x);
  slice.erase(slice.begin() + axis);
  Value *state = b.constant(ElementType::F32, slice);
  Values captures = pickCaptures(b, state);
  Values operands = {state, x};
  append_range(operands, captures);
  Attrs attrs = {b.attr("num_scan_inputs", int64_t(1)),
                 b.attr("num_captures", int64_t(captures.size()))};
  if (axis)
    attrs.push_back(b.attr("scan_input_axes",
                           ArrayRef<int64_t>{b.flip() ? axis : axis - rank}));
  const int64_t backwards = 1;
  if (b.flip())
    attrs.push_back(b.attr("scan_input_directions", ArrayRef(backwards)));
  if (b.once(3))
    attrs.push_back(b.attr("scan_output_directions", ArrayRef(backwards)));
  return b.makeWithBodies(
      "Scan", operands, attrs, 2, [&](Builder &body, Region &region, unsigned) {
        Values arguments = {region.addArgument(state->getType()),
                            region.addArgument(TensorType::get(
                                body.getContext(), ElementType::F32,
                                ArrayRef<int64_t>(slice)))};
        append_range(arguments, addArguments(region, captures));
        Operation *sum =
            body.createInferred("onnx.Add", {arguments[0], arguments[1]});
        return Values{makeChain(b, body, sum->getResult(), arguments),
                      makeChain(b, body, arguments[1], arguments)};
      });
}

ArrayRef<Maker> smith::getControlFlowMakers() {
  static constexpr Maker makers[] = {
      {"If", makeIf}, {"Loop", makeLoop}, {"Scan", makeScan}};
  return makers;
}
