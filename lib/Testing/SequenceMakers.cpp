//===- SequenceMakers.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Sequences, optional values, strings: each maker begins and ends with tensors
/// of numbers, as nothing else is picked from; and recurrent networks, which
/// run over sequences of another kind.
///
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;
using Attrs = ModelBuilder::Attrs;

static bool isAny(ElementType) { return true; }

/// Tensors of one type in a sequence that loses or gains one, and one of them.
static Operation *makeSequenceAt(ModelBuilder &b) {
  Value *x = b.anyOf(isAny, 0, 4);
  if (!x)
    return nullptr;
  SmallVector<Value *, 4> items = {x};
  for (int64_t i = 0, n = b.pick(1, 2); i < n; ++i)
    items.insert(items.begin() + b.pick(0, items.size()), b.like(x));
  Operation *sequence = b.makeExact("SequenceConstruct", items);
  int64_t size = items.size();
  if (sequence && b.once(3)) {
    sequence = b.makeExact(
        "SequenceErase", {sequence->getResult(),
                          b.number(ElementType::I64, b.pick(-size, size - 1))});
    --size;
  } else if (sequence && b.flip()) {
    sequence = b.makeExact("SequenceInsert",
                           {sequence->getResult(), b.like(x),
                            b.number(ElementType::I64, b.pick(-size, size))});
    ++size;
  }
  if (!sequence)
    return nullptr;
  if (b.once(6))
    return b.makeExact("SequenceLength", {sequence->getResult()});
  return b.makeExact("SequenceAt",
                     {sequence->getResult(),
                      b.number(ElementType::I64, b.pick(-size, size - 1))});
}

/// Parts of a tensor, which are joined again.
static Operation *makeConcatFromSequence(ModelBuilder &b) {
  Value *x = b.anyOf(isAny, 1, 4);
  if (!x)
    return nullptr;
  const int64_t rank = b.rankOf(x), axis = b.pick(0, rank - 1);
  const int64_t size = b.shapeOf(x)[axis];
  SmallVector<Value *, 2> operands = {x};
  Attrs attrs = {b.attr("axis", b.flip() ? axis : axis - rank)};
  bool stacks = false;
  if (size % 2 == 0 && b.flip()) {
    operands.push_back(b.number(ElementType::I64, size / 2));
  } else if (b.flip()) {
    attrs.push_back(b.attr("keepdims", int64_t(0)));
    stacks = true;
  }
  Operation *parts = b.makeExact("SplitToSequence", operands, attrs);
  if (!parts)
    return nullptr;
  Attrs joined = {b.attr("axis", b.pick(0, rank - 1))};
  if (stacks)
    joined.push_back(b.attr("new_axis", int64_t(1)));
  Operation *whole =
      b.makeExact("ConcatFromSequence", {parts->getResult()}, joined);
  if (!whole || whole->getResult()->getTensorType().isStatic())
    return whole;
  // No type says how long a sequence is.
  return b.makeExact("Reshape", {whole->getResult(),
                                 b.ints(b.getActualShape(whole->getResult()))});
}

static Operation *makeOptional(ModelBuilder &b) {
  Value *x = b.anyOf(isAny, 0, 4);
  Operation *optional = x ? b.makeExact("Optional", {x}) : nullptr;
  return optional ? b.makeExact(b.once(4) ? "OptionalHasElement"
                                          : "OptionalGetElement",
                                {optional->getResult()})
                  : nullptr;
}

/// Integers as text, compared with a pattern.
static Operation *makeStrings(ModelBuilder &b) {
  Value *x = b.anyOf(
      [](ElementType type) {
        return type == ElementType::I32 || type == ElementType::I64 ||
               type == ElementType::I8;
      },
      0, 3);
  if (!x)
    x = b.constant(ElementType::I64, {b.pick(1, 6)}, -20, 20);
  const NamedAttr toString =
      b.attr("to", int64_t(getOnnxNumber(ElementType::String)));
  Operation *text = b.makeExact("Cast", {x}, {toString});
  if (text && b.flip())
    text = b.makeExact("StringConcat", {text->getResult(), text->getResult()});
  return text ? b.makeExact("RegexFullMatch", {text->getResult()},
                            {b.attr("pattern",
                                    b.oneOf({"-?[0-9]", "[0-9]+", ".*1.*"}))})
              : nullptr;
}

/// RNN, GRU, LSTM: all directions and layouts, with lengths and states or
/// without.
static Operation *makeRecurrent(ModelBuilder &b) {
  Value *x = b.anyFloat(3, 3);
  if (!x)
    return nullptr;
  const ElementType type = b.typeOf(x);
  const StringRef name = b.oneOf<StringRef>({"RNN", "GRU", "LSTM"});
  const int64_t gates = name == "RNN" ? 1 : name == "GRU" ? 3 : 4;
  const int64_t layout = b.once(3), hidden = b.pick(1, 4);
  const Shape shape = b.shapeOf(x);
  const int64_t steps = shape[layout ? 1 : 0], batch = shape[layout ? 0 : 1];
  const int64_t way = b.pick(0, 2), directions = way == 2 ? 2 : 1;
  static constexpr const char *ways[] = {"forward", "reverse", "bidirectional"};
  Attrs attrs = {b.attr("hidden_size", hidden), b.attr("direction", ways[way])};
  if (layout)
    attrs.push_back(b.attr("layout", int64_t(1)));
  if (name == "GRU" && b.flip())
    attrs.push_back(b.attr("linear_before_reset", int64_t(1)));
  if (name == "LSTM" && b.once(4))
    attrs.push_back(b.attr("input_forget", int64_t(1)));
  if (b.once(4))
    attrs.push_back(b.attr("clip", 1.5));
  SmallVector<Value *, 8> operands = {
      x, b.weights(type, {directions, gates * hidden, shape[2]}, shape[2]),
      b.weights(type, {directions, gates * hidden, hidden}, hidden)};
  operands.push_back(
      b.flip() ? b.constant(type, {directions, 2 * gates * hidden}) : nullptr);
  operands.push_back(b.once(3) ? b.constant(ElementType::I32, {batch}, 1, steps)
                               : nullptr);
  const Shape state = layout ? Shape{batch, directions, hidden}
                             : Shape{directions, batch, hidden};
  operands.push_back(b.flip() ? b.constant(type, state) : nullptr);
  if (name == "LSTM") {
    operands.push_back(b.flip() ? b.constant(type, state) : nullptr);
    operands.push_back(b.flip() ? b.constant(type, {directions, 3 * hidden})
                                : nullptr);
  }
  while (!operands.back())
    operands.pop_back();
  return b.make(name, operands, attrs, b.pick(1, name == "LSTM" ? 3 : 2));
}

ArrayRef<Maker> smith::getSequenceMakers() {
  static constexpr Maker makers[] = {
      {"ConcatFromSequence", makeConcatFromSequence},
      {"Optional", makeOptional},
      {"Recurrent", makeRecurrent},
      {"SequenceAt", makeSequenceAt},
      {"Strings", makeStrings},
  };
  return makers;
}
