//===- ElementwiseMakers.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;
using Attrs = ModelBuilder::Attrs;

constexpr double infinite = HUGE_VAL;

static bool isNumber(ElementType type) { return type != ElementType::Bool; }
static bool isBool(ElementType type) { return type == ElementType::Bool; }

//===----------------------------------------------------------------------===//
// Of one operand
//===----------------------------------------------------------------------===//

namespace {
enum class Nature {
  /// Gives exact results for exact operands.
  Exact,
  /// Rounds, but a small error stays small.
  Continuous,
  /// Jumps: for exact operands only.
  Jumps,
};

struct UnaryOperator {
  StringRef name;
  /// Where it is defined and not too steep.
  double lo = -infinite, hi = infinite;
  Nature nature = Nature::Continuous;
};
} // namespace

static constexpr UnaryOperator unaryOperators[] = {
    {"Abs", -infinite, infinite, Nature::Exact},
    {"Neg", -infinite, infinite, Nature::Exact},
    {"Relu", -infinite, infinite, Nature::Exact},
    {"Identity", -infinite, infinite, Nature::Exact},
    {"Exp", -8, 3},
    {"Log", 0.25, infinite},
    {"Sqrt", 0.125, infinite},
    {"Reciprocal", 0.25, infinite},
    {"Sigmoid"},
    {"Tanh"},
    {"Erf"},
    {"Softplus"},
    {"Softsign"},
    {"Gelu"},
    {"HardSigmoid"},
    {"HardSwish"},
    {"Elu"},
    {"Selu"},
    {"Celu"},
    {"Mish"},
    {"LeakyRelu"},
    {"Sin", -8, 8},
    {"Cos", -8, 8},
    {"Tan", -1, 1},
    {"Asin", -0.875, 0.875},
    {"Acos", -0.875, 0.875},
    {"Atan"},
    {"Sinh", -3, 3},
    {"Cosh", -3, 3},
    {"Asinh"},
    {"Acosh", 1.25, infinite},
    {"Atanh", -0.875, 0.875},
    {"Ceil", -infinite, infinite, Nature::Jumps},
    {"Floor", -infinite, infinite, Nature::Jumps},
    {"Round", -infinite, infinite, Nature::Jumps},
    {"Sign", -infinite, infinite, Nature::Jumps},
    {"ThresholdedRelu", -infinite, infinite, Nature::Jumps},
};

static Operation *makeUnary(ModelBuilder &b) {
  Value *x = b.anyFloat(0, 4);
  const UnaryOperator &op = b.oneOfRange(unaryOperators);
  if (x && op.nature == Nature::Jumps && !b.isExact(x))
    return nullptr;
  x = x ? b.clamp(x, op.lo, op.hi) : nullptr;
  return x ? b.make(op.name, {x}, {}, -1, op.nature != Nature::Continuous)
           : nullptr;
}

static Operation *makeIntegerUnary(ModelBuilder &b) {
  Value *x = b.anyOf(
      [](ElementType type) { return getKind(type) == ElementKind::SInt; }, 0,
      4);
  return x ? b.makeExact(b.oneOf({"Abs", "Neg", "Sign", "Identity"}), {x})
           : nullptr;
}

static Operation *makeClip(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 0, 4);
  if (!x)
    return nullptr;
  Value *lo = b.flip() ? b.number(b.typeOf(x), b.pick(0, 1)) : nullptr;
  Value *hi = b.flip() ? b.number(b.typeOf(x), b.pick(1, 6)) : nullptr;
  return b.makeExact("Clip", {x, lo, hi});
}

static Operation *makeCast(ModelBuilder &b) {
  Value *x = b.anyOf([](ElementType) { return true; }, 0, 4);
  const ElementType to = b.oneOfRange(b.getOptions().types);
  if (!x || (!isFloat(to) && !b.isExact(x)) ||
      (getKind(to) == ElementKind::UInt && b.getMin(x) < 0))
    return nullptr;
  return b.makeExact("Cast", {x}, {b.attr("to", int64_t(getOnnxNumber(to)))});
}

/// In inference nothing is dropped.
static Operation *makeDropout(ModelBuilder &b) {
  Value *x = b.anyFloat(0, 4);
  return x ? b.makeExact("Dropout", {x, b.number(ElementType::F32, 0.25)}, {},
                         1)
           : nullptr;
}

//===----------------------------------------------------------------------===//
// Of several
//===----------------------------------------------------------------------===//

/// A second operand for \p x: an earlier value that broadcasts with it, or a
/// constant.
static Value *getPartner(ModelBuilder &b, Value *x) {
  switch (b.pick(0, 3)) {
  case 0:
    return b.like(x);
  case 1:
    return b.constant(b.typeOf(x), b.broadcastable(b.shapeOf(x)));
  case 2: { // Both are broadcast.
    Shape shape = b.broadcastable(b.shapeOf(x));
    for (auto [i, size] : enumerate(b.shapeOf(x)))
      if (size == 1 && shape.size() == b.rankOf(x) && b.flip())
        shape[i] = b.pick(1, 4);
    return b.constant(b.typeOf(x), shape);
  }
  default: {
    Shape to = b.shapeOf(x);
    Value *y = b.any([&](Value *v) {
      if (v == x || b.typeOf(v) != b.typeOf(x))
        return false;
      Shape from = b.shapeOf(v);
      for (size_t i = 0; i < std::min(from.size(), to.size()); ++i) {
        int64_t p = from[from.size() - 1 - i], q = to[to.size() - 1 - i];
        if (p != q && p != 1 && q != 1)
          return false;
      }
      return true;
    });
    return y ? y : b.like(x);
  }
  }
}

static Operation *makeBinary(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 0, 4);
  if (!x)
    return nullptr;
  Value *y = getPartner(b, x);
  // Integers wrap around: one that is off by one may jump.
  if (isInteger(b.typeOf(x)) && !(b.isExact(x) && b.isExact(y)))
    return nullptr;
  if (b.flip())
    std::swap(x, y);
  return b.makeExact(
      b.oneOf({"Add", "Add", "Add", "Sub", "Mul", "Mul", "Max", "Min"}),
      {x, y});
}

static Operation *makeDiv(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 0, 4);
  if (!x)
    return nullptr;
  const bool isReal = isFloat(b.typeOf(x));
  Value *y = b.clamp(getPartner(b, x), isReal ? 0.25 : 1, infinite);
  return y ? b.make("Div", {x, y}, {}, -1, !isReal) : nullptr;
}

static Operation *makeMod(ModelBuilder &b) {
  Value *x = b.anyOf(isInteger, 0, 4);
  if (!x)
    return nullptr;
  Value *y =
      b.constant(b.typeOf(x), b.broadcastable(b.shapeOf(x)), 1, b.pick(1, 9));
  return b.makeExact("Mod", {x, y}, {b.attr("fmod", b.pick(0, 1))});
}

static Operation *makePow(ModelBuilder &b) {
  Value *x = b.anyFloat(0, 4);
  x = x ? b.clamp(x, 0.25, 4) : nullptr;
  if (!x)
    return nullptr;
  Value *y = b.flip() ? b.number(b.typeOf(x), b.oneOf({2.0, 0.5, 3.0, -1.0}))
                      : b.constant(b.typeOf(x), b.broadcastable(b.shapeOf(x)));
  return b.make("Pow", {x, y});
}

static Operation *makeVariadic(ModelBuilder &b) {
  Value *x = b.anyFloat(0, 4);
  if (!x)
    return nullptr;
  SmallVector<Value *, 4> operands = {x};
  for (int64_t i = 0, n = b.pick(0, 2); i < n; ++i)
    operands.push_back(
        b.flip() ? b.like(x)
                 : b.constant(b.typeOf(x), b.broadcastable(b.shapeOf(x))));
  StringRef name = b.oneOf<StringRef>({"Sum", "Mean", "Max", "Min"});
  return b.make(name, operands, {}, -1, name != "Mean");
}

static Operation *makePRelu(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  return x ? b.makeExact(
                 "PRelu",
                 {x, b.constant(b.typeOf(x), b.broadcastable(b.shapeOf(x)))})
           : nullptr;
}

static Operation *makeCompare(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 0, 4);
  if (!x || !b.isExact(x))
    return nullptr;
  Value *y = getPartner(b, x);
  if (!b.isExact(y))
    return nullptr;
  return b.makeExact(
      b.oneOf({"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"}),
      {x, y});
}

static Operation *makeLogic(ModelBuilder &b) {
  Value *x = b.anyOf(isBool, 0, 4);
  if (!x)
    return nullptr;
  if (b.once(3))
    return b.makeExact("Not", {x});
  return b.makeExact(b.oneOf({"And", "Or", "Xor"}), {x, getPartner(b, x)});
}

static Operation *makeBitwise(ModelBuilder &b) {
  Value *x = b.anyOf(isInteger, 0, 4);
  if (!x)
    return nullptr;
  if (b.once(3))
    return b.makeExact("BitwiseNot", {x});
  return b.makeExact(b.oneOf({"BitwiseAnd", "BitwiseOr", "BitwiseXor"}),
                     {x, getPartner(b, x)});
}

static Operation *makeWhere(ModelBuilder &b) {
  Value *x = b.anyOf(isNumber, 0, 4);
  if (!x)
    return nullptr;
  Shape target = b.shapeOf(x);
  Value *condition = b.any([&](Value *v) {
    return b.typeOf(v) == ElementType::Bool && b.shapeOf(v) == target;
  });
  if (!condition)
    condition = b.constant(ElementType::Bool, b.broadcastable(target));
  return b.makeExact("Where", {condition, x, b.like(x)});
}

static constexpr Maker makers[] = {
    {"Binary", makeBinary, 8}, {"Bitwise", makeBitwise},
    {"Cast", makeCast, 2},     {"Clip", makeClip},
    {"Compare", makeCompare},  {"Div", makeDiv, 2},
    {"Dropout", makeDropout},  {"IntegerUnary", makeIntegerUnary},
    {"Logic", makeLogic},      {"Mod", makeMod},
    {"PRelu", makePRelu},      {"Pow", makePow},
    {"Unary", makeUnary, 8},   {"Variadic", makeVariadic},
    {"Where", makeWhere},
};

ArrayRef<Maker> smith::getElementwiseMakers() { return makers; }
