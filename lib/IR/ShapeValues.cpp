//===- ShapeValues.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Partial data propagation: what is known at compile time of the elements of
/// small integer tensors. Each is an expression of the module's symbols, or
/// unknown; truth values are 0 and 1.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;

using Dims = SmallVector<DimExpr, 6>;
constexpr unsigned maxShapeElements = 64;
constexpr unsigned maxShapeDepth = 64;

/// The number of elements of an integer or bool tensor of rank 0 or 1, if known
/// and small.
static std::optional<unsigned> smallSize(const Value *value) {
  TensorType type = value->getTensorType();
  if (!type || (!isInteger(type.getElementType()) &&
                type.getElementType() != ElementType::Bool))
    return std::nullopt;
  auto count = type.getNumElements();
  if (!count || type.getRank() > 1 || *count > maxShapeElements)
    return std::nullopt;
  return *count;
}

static int64_t clampIndex(int64_t index, int64_t size, int64_t lo, int64_t hi) {
  if (index < 0)
    index = index < -size ? lo : index + size;
  return std::clamp(index, lo, hi);
}

namespace {

/// The elements of one value, and of those that it is computed of.
class ShapeEvaluator {
public:
  std::optional<Dims> get(const Value *value);

private:
  std::optional<Dims> compute(const Value *value);
  std::optional<Dims> computeOnnx(Operation *op, unsigned result);

  std::optional<Dims> shape(Operation *op);
  std::optional<Dims> size(Operation *op);
  std::optional<Dims> constantOfShape(Operation *op);
  std::optional<Dims> concat(Operation *op);
  std::optional<Dims> gather(Operation *op);
  std::optional<Dims> slice(Operation *op);
  std::optional<Dims> split(Operation *op, unsigned result);
  std::optional<Dims> repeat(Operation *op);
  std::optional<Dims> range(Operation *op);
  std::optional<Dims> reduce(Operation *op);
  std::optional<Dims> elementwise(Operation *op);

  DimExpr unknown(Operation *op) const {
    return DimExpr::unknown(op->getContext());
  }
  DimExpr number(Operation *op, int64_t value) const {
    return DimExpr::constant(op->getContext(), value);
  }
  /// The one element of operand \p i, or \p fallback where that is absent;
  /// nullopt where it isn't a known number.
  std::optional<int64_t> getNumber(Operation *op, unsigned i, int64_t fallback);
  /// All elements of operand \p i, which must be known numbers.
  std::optional<SmallVector<int64_t, 6>> getNumbers(Operation *op, unsigned i);

  /// What values share they may share often: each is computed once.
  DenseMap<const Value *, std::optional<Dims>> known;
  unsigned depth = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// A range that holds \p expr; of what is unknown, any number.
static DimRange getRange(Operation *op, DimExpr expr) {
  if (expr.isUnknown())
    return {INT64_MIN, INT64_MAX};
  Module *module = op->getParentModule();
  static const SymbolRanges none;
  return expr.getRange(module ? module->getSymbolRanges() : none);
}

/// Is a < b? nullopt where that isn't known.
static std::optional<bool> isLess(Operation *op, DimExpr a, DimExpr b) {
  if (a.isUnknown() || b.isUnknown())
    return std::nullopt;
  if (a == b)
    return false;
  // Equal symbols cancel.
  DimRange range = getRange(op, b - a);
  if ((b - a).isUnknown())
    return std::nullopt;
  if (range.lo > 0)
    return true;
  return range.hi <= 0 ? std::optional(false) : std::nullopt;
}

static DimExpr toDim(Operation *op, std::optional<bool> truth) {
  return truth ? DimExpr::constant(op->getContext(), *truth)
               : DimExpr::unknown(op->getContext());
}

static std::optional<bool> toTruth(DimExpr dim) {
  auto c = dim.getConstant();
  return c ? std::optional(*c != 0) : std::nullopt;
}

/// The larger of two, or the smaller.
static DimExpr select(Operation *op, DimExpr a, DimExpr b, bool largest) {
  if (auto less = isLess(op, a, b))
    return *less == largest ? b : a;
  return DimExpr::unknown(op->getContext());
}

/// ONNX divides integers towards zero, which is the floor where neither is
/// negative.
static DimExpr divide(Operation *op, DimExpr a, DimExpr b) {
  auto x = a.getConstant(), y = b.getConstant();
  if (x && y && *y != 0 && !(*x == INT64_MIN && *y == -1))
    return DimExpr::constant(op->getContext(), *x / *y);
  bool floors = y && *y > 0 && getRange(op, a).lo >= 0;
  return floors ? a.floorDiv(b) : DimExpr::unknown(op->getContext());
}

/// The remainder, with the sign of b.
static DimExpr modulo(Operation *op, DimExpr a, DimExpr b) {
  auto y = b.getConstant();
  if (!y || *y <= 0 || op->getInt("fmod", 0))
    return DimExpr::unknown(op->getContext());
  return a - a.floorDiv(b) * b;
}

/// Of one operator on the elements \p in of its operands.
static DimExpr computeElement(Operation *op, StringRef name,
                              ArrayRef<DimExpr> in) {
  DimExpr a = in[0], b = in.size() > 1 ? in[1] : in[0];
  auto less = [&](DimExpr x, DimExpr y) { return isLess(op, x, y); };
  auto invert = [](std::optional<bool> truth) {
    return truth ? std::optional(!*truth) : truth;
  };
  auto zero = DimExpr::constant(op->getContext(), 0);
  if (name == "Add")
    return a + b;
  if (name == "Sub")
    return a - b;
  if (name == "Mul")
    return a * b;
  if (name == "Div")
    return divide(op, a, b);
  if (name == "Mod")
    return modulo(op, a, b);
  if (name == "Neg")
    return zero - a;
  if (name == "Abs")
    return select(op, a, zero - a, /*largest=*/true);
  if (name == "Sign")
    return less(zero, a) == true   ? DimExpr::constant(op->getContext(), 1)
           : less(a, zero) == true ? DimExpr::constant(op->getContext(), -1)
           : a == zero             ? zero
                                   : DimExpr::unknown(op->getContext());
  if (name == "Max" || name == "Min") {
    for (DimExpr other : in.drop_front())
      a = select(op, a, other, name == "Max");
    return a;
  }
  if (name == "Less")
    return toDim(op, less(a, b));
  if (name == "Greater")
    return toDim(op, less(b, a));
  if (name == "GreaterOrEqual")
    return toDim(op, invert(less(a, b)));
  if (name == "LessOrEqual")
    return toDim(op, invert(less(b, a)));
  if (name == "Equal") {
    if (!a.isUnknown() && a == b)
      return toDim(op, true);
    const bool differs = less(a, b) == true || less(b, a) == true;
    return toDim(op, differs ? std::optional(false) : std::nullopt);
  }
  if (name == "Not")
    return toDim(op, invert(toTruth(a)));
  if (name == "And" || name == "Or") {
    const bool decides = name == "Or";
    if (toTruth(a) == decides || toTruth(b) == decides)
      return toDim(op, decides);
    return toTruth(a) && toTruth(b) ? toDim(op, !decides)
                                    : DimExpr::unknown(op->getContext());
  }
  if (name == "Where") {
    if (auto truth = toTruth(a))
      return in[*truth ? 1 : 2];
    return in[1] == in[2] ? in[1] : DimExpr::unknown(op->getContext());
  }
  llvm_unreachable("no element-wise operator that is propagated");
}

std::optional<Dims> ShapeEvaluator::elementwise(Operation *op) {
  SmallVector<Dims, 3> operands;
  size_t count = 1;
  for (Value *operand : op->getOperands()) {
    if (!operand)
      return std::nullopt;
    auto elements = get(operand);
    if (!elements) {
      // What doesn't decide needn't be known.
      auto size = smallSize(operand);
      if (!size)
        return std::nullopt;
      elements = Dims(*size, unknown(op));
    }
    if (elements->size() != 1) {
      if (count != 1 && elements->size() != count)
        return std::nullopt;
      count = elements->size();
    }
    operands.push_back(std::move(*elements));
  }
  Dims out;
  for (size_t i = 0; i < count; ++i) {
    SmallVector<DimExpr, 3> in;
    for (const Dims &elements : operands)
      in.push_back(elements[elements.size() == 1 ? 0 : i]);
    out.push_back(computeElement(op, op->getInfo().getShortName(), in));
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::optional<int64_t> ShapeEvaluator::getNumber(Operation *op, unsigned i,
                                                 int64_t fallback) {
  if (!op->getOperand(i))
    return fallback;
  auto elements = get(op->getOperand(i));
  if (!elements || elements->size() != 1)
    return std::nullopt;
  return elements->front().getConstant();
}

std::optional<SmallVector<int64_t, 6>> ShapeEvaluator::getNumbers(Operation *op,
                                                                  unsigned i) {
  auto elements = op->getOperand(i) ? get(op->getOperand(i)) : std::nullopt;
  if (!elements)
    return std::nullopt;
  SmallVector<int64_t, 6> numbers;
  for (DimExpr element : *elements) {
    auto c = element.getConstant();
    if (!c)
      return std::nullopt;
    numbers.push_back(*c);
  }
  return numbers;
}

std::optional<Dims> ShapeEvaluator::shape(Operation *op) {
  TensorType type = op->getOperand(0)->getTensorType();
  if (!type || !type.hasRank())
    return std::nullopt;
  int64_t rank = type.getRank();
  int64_t start = clampIndex(op->getInt("start", 0), rank, 0, rank);
  int64_t end = clampIndex(op->getInt("end", rank), rank, 0, rank);
  Dims out;
  for (int64_t i = start; i < end; ++i)
    out.push_back(type.getDim(i));
  return out;
}

std::optional<Dims> ShapeEvaluator::size(Operation *op) {
  TensorType type = op->getOperand(0)->getTensorType();
  if (!type || !type.hasRank())
    return std::nullopt;
  DimExpr product = number(op, 1);
  for (DimExpr dim : type.getShape())
    product = product * dim;
  return Dims{product};
}

std::optional<Dims> ShapeEvaluator::constantOfShape(Operation *op) {
  auto fill = op->getAttrOfType<ConstantAttr>("value");
  auto ints = fill ? fill.getIntValues(1) : std::nullopt;
  if (!ints || ints->size() != 1)
    return std::nullopt;
  return Dims(*smallSize(op->getResult()), number(op, (*ints)[0]));
}

std::optional<Dims> ShapeEvaluator::concat(Operation *op) {
  Dims out;
  for (Value *operand : op->getOperands()) {
    if (!operand)
      return std::nullopt;
    auto part = get(operand);
    if (!part) {
      auto size = smallSize(operand);
      if (!size)
        return std::nullopt;
      part = Dims(*size, unknown(op));
    }
    append_range(out, *part);
    if (out.size() > maxShapeElements)
      return std::nullopt;
  }
  return out;
}

std::optional<Dims> ShapeEvaluator::gather(Operation *op) {
  auto data = get(op->getOperand(0));
  auto indices = getNumbers(op, 1);
  if (!data || !indices)
    return std::nullopt;
  Dims out;
  for (int64_t i : *indices) {
    int64_t size = data->size();
    if (i < -size || i >= size)
      return std::nullopt;
    out.push_back((*data)[i < 0 ? i + size : i]);
  }
  return out;
}

std::optional<Dims> ShapeEvaluator::slice(Operation *op) {
  auto data = get(op->getOperand(0));
  auto start = getNumber(op, 1, 0), end = getNumber(op, 2, 0),
       step = getNumber(op, 4, 1);
  if (!data || !start || !end || !step || *step == 0)
    return std::nullopt;
  const int64_t size = data->size();
  Dims out;
  if (*step > 0)
    for (int64_t i = clampIndex(*start, size, 0, size),
                 e = clampIndex(*end, size, 0, size);
         i < e; i += std::min<int64_t>(*step, size))
      out.push_back((*data)[i]);
  else
    for (int64_t i = clampIndex(*start, size, -1, size - 1),
                 e = clampIndex(*end, size, -1, size - 1);
         i > e; i += std::max<int64_t>(*step, -size - 1))
      out.push_back((*data)[i]);
  return out;
}

std::optional<Dims> ShapeEvaluator::split(Operation *op, unsigned result) {
  auto data = get(op->getOperand(0));
  if (!data)
    return std::nullopt;
  // The sizes of the parts are those of the results.
  size_t first = 0;
  for (unsigned i = 0; i < result; ++i) {
    auto size = smallSize(op->getResult(i));
    if (!size)
      return std::nullopt;
    first += *size;
  }
  const size_t count = *smallSize(op->getResult(result));
  if (first + count > data->size())
    return std::nullopt;
  return Dims(ArrayRef(*data).slice(first, count));
}

/// Expand and Tile of a vector; a scalar becomes one.
std::optional<Dims> ShapeEvaluator::repeat(Operation *op) {
  auto data = get(op->getOperand(0));
  const unsigned size = *smallSize(op->getResult());
  if (!data || data->empty() || size % data->size())
    return std::nullopt;
  Dims out;
  for (unsigned i = 0; i < size; ++i)
    out.push_back((*data)[i % data->size()]);
  return out;
}

std::optional<Dims> ShapeEvaluator::range(Operation *op) {
  auto start = get(op->getOperand(0));
  auto step = op->getOperand(2) ? get(op->getOperand(2)) : std::nullopt;
  if (!start || !step || start->size() != 1 || step->size() != 1)
    return std::nullopt;
  Dims out;
  for (int64_t i = 0, e = *smallSize(op->getResult()); i < e; ++i)
    out.push_back(start->front() + step->front() * i);
  return out;
}

/// Over a vector's only axis.
std::optional<Dims> ShapeEvaluator::reduce(Operation *op) {
  auto data = get(op->getOperand(0));
  if (!data || data->empty())
    return std::nullopt;
  auto axes = op->getOperand(1) ? getNumbers(op, 1) : SmallVector<int64_t, 6>();
  if (!axes)
    return std::nullopt;
  if (axes->empty() && op->getInt("noop_with_empty_axes", 0))
    return data;
  const StringRef name = op->getInfo().getShortName();
  DimExpr result = data->front();
  for (DimExpr element : ArrayRef(*data).drop_front())
    result = name == "ReduceSum" ? result + element
             : name == "ReduceProd"
                 ? result * element
                 : select(op, result, element, name == "ReduceMax");
  return Dims{result};
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

std::optional<Dims> ShapeEvaluator::computeOnnx(Operation *op,
                                                unsigned result) {
  enum class Kind { Passes, Elementwise, Reduces, Repeats, Other };
  const StringRef name = op->getInfo().getShortName();
  switch (StringSwitch<Kind>(name)
              .Cases("Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape",
                     "Flatten", Kind::Passes)
              .Cases("Add", "Sub", "Mul", "Div", "Mod", Kind::Elementwise)
              .Cases("Neg", "Abs", "Sign", "Max", "Min", Kind::Elementwise)
              .Cases("Less", "Greater", "LessOrEqual", "GreaterOrEqual",
                     "Equal", Kind::Elementwise)
              .Cases("Not", "And", "Or", "Where", Kind::Elementwise)
              .Cases("ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin",
                     Kind::Reduces)
              .Cases("Expand", "Tile", Kind::Repeats)
              .Default(Kind::Other)) {
  case Kind::Passes: {
    auto data = get(op->getOperand(0));
    if (data && name == "Cast" &&
        op->getResult()->getTensorType().getElementType() == ElementType::Bool)
      for (DimExpr &element : *data)
        element = toDim(op, toTruth(element));
    return data;
  }
  case Kind::Elementwise:
    return elementwise(op);
  case Kind::Reduces:
    return reduce(op);
  case Kind::Repeats:
    return repeat(op);
  case Kind::Other:
    break;
  }
  if (name == "Shape")
    return shape(op);
  if (name == "Size")
    return size(op);
  if (name == "ConstantOfShape")
    return constantOfShape(op);
  if (name == "Concat")
    return concat(op);
  if (name == "Gather")
    return gather(op);
  if (name == "Slice")
    return slice(op);
  if (name == "Split")
    return split(op, result);
  if (name == "Range")
    return range(op);
  return std::nullopt;
}

std::optional<Dims> ShapeEvaluator::compute(const Value *value) {
  Operation *op = value->getDefiningOp();
  if (!op || !smallSize(value))
    return std::nullopt;
  if (ConstantAttr constant = getConstantValue(value)) {
    auto ints = constant.getIntValues(maxShapeElements);
    if (!ints)
      return std::nullopt;
    return Dims(map_range(*ints, [&](int64_t v) { return number(op, v); }));
  }
  if (op->getInfo().getDialect() != "onnx" || !op->getOperand(0))
    return std::nullopt;
  unsigned result = 0;
  while (op->getResult(result) != value)
    ++result;
  auto elements = computeOnnx(op, result);
  // Types that contradict what is computed are reported elsewhere.
  return elements && elements->size() == *smallSize(value) ? elements
                                                           : std::nullopt;
}

std::optional<Dims> ShapeEvaluator::get(const Value *value) {
  if (!value || depth == maxShapeDepth)
    return std::nullopt;
  if (auto it = known.find(value); it != known.end())
    return it->second;
  ++depth;
  auto elements = compute(value);
  --depth;
  known[value] = elements;
  return elements;
}

std::optional<Dims> onnc::getShapeValue(const Value *value) {
  return ShapeEvaluator().get(value);
}

std::optional<Dims> onnc::getShapeValueOrUnknown(const Value *value) {
  if (!value)
    return std::nullopt;
  if (auto known = getShapeValue(value))
    return known;
  auto size = smallSize(value);
  if (!size)
    return std::nullopt;
  return Dims(*size, DimExpr::unknown(value->getType().getContext()));
}
