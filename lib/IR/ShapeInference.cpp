//===- ShapeInference.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Context.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;

LogicalResult onnc::inferTypes(Operation *op, bool *changed) {
  if (!op->getInfo().inferTypes)
    return success();
  SmallVector<Type, 2> types;
  if (failed(op->getInfo().inferTypes(op, types)))
    return failure();
  for (unsigned i = 0; i < op->getNumResults() && i < types.size(); ++i) {
    Value *result = op->getResult(i);
    if (!types[i] || types[i].isNone() || types[i] == result->getType())
      continue;
    Type unified = result->getType().isNone()
                       ? types[i]
                       : unifyTypes(types[i], result->getType());
    if (!unified)
      return op->emitError(DiagID::InferShape)
             << "has a result of type " << types[i]
             << ", but it is declared as " << result->getType();
    if (unified == result->getType())
      continue;
    result->setType(unified);
    if (changed)
      *changed = true;
  }
  return success();
}

LogicalResult onnc::inferTypes(Module &module) {
  // Operations stand in order, so one sweep carries everything forward; bodies
  // of loops may feed back, so sweep until nothing changes. Types only become
  // more precise, so this ends; the bound guards against a rule that doesn't.
  for (unsigned sweep = 0; sweep < 64; ++sweep) {
    bool changed = false, ok = true;
    module.walk([&](Operation *op) {
      if (ok && failed(inferTypes(op, &changed)))
        ok = false;
    });
    if (!ok)
      return failure();
    if (!changed)
      return success();
  }
  return success();
}

ConstantAttr onnc::getConstantValue(const Value *value) {
  Operation *op = value ? value->getDefiningOp() : nullptr;
  if (!op || !op->hasTrait(OpTrait::ConstantLike))
    return ConstantAttr();
  return op->getAttrOfType<ConstantAttr>("value");
}

std::optional<SmallVector<DimExpr, 6>>
onnc::broadcastShapes(ArrayRef<DimExpr> a, ArrayRef<DimExpr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<DimExpr, 6> out(a);
  size_t lead = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    DimExpr x = a[lead + i], y = b[i];
    auto cx = x.getConstant(), cy = y.getConstant();
    if (x == y || cy == 1)
      continue;
    if (cx == 1)
      out[lead + i] = y;
    else if (cx && cy)
      return std::nullopt;
    else if (cx || cy)
      // The other may be 1 or equal: either way the result is the constant,
      // unless that is 0 or 1, which are handled above or stay themselves.
      out[lead + i] = cx ? x : y;
    else
      out[lead + i] = DimExpr::unknown(x.getContext());
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Partial data propagation
//===----------------------------------------------------------------------===//

using Dims = SmallVector<DimExpr, 6>;
constexpr unsigned maxShapeElements = 64;
constexpr unsigned maxShapeDepth = 64;

static std::optional<Dims> shapeValue(const Value *value, unsigned depth);

/// The number of elements of a rank 0 or 1 tensor, if known and small.
static std::optional<unsigned> smallSize(const Value *value) {
  TensorType type = value->getTensorType();
  if (!type || !isInteger(type.getElementType()))
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

static std::optional<Dims> sliceValue(Operation *op, const Dims &data,
                                      unsigned depth) {
  auto number = [&](unsigned i, int64_t fallback) -> std::optional<int64_t> {
    if (!op->getOperand(i))
      return fallback;
    auto v = shapeValue(op->getOperand(i), depth);
    if (!v || v->size() != 1)
      return std::nullopt;
    return (*v)[0].getConstant();
  };
  int64_t size = data.size();
  auto start = number(1, 0), end = number(2, 0), step = number(4, 1);
  if (!start || !end || !step || *step == 0)
    return std::nullopt;
  Dims out;
  if (*step > 0)
    for (int64_t i = clampIndex(*start, size, 0, size),
                 e = clampIndex(*end, size, 0, size);
         i < e; i += std::min<int64_t>(*step, size))
      out.push_back(data[i]);
  else
    for (int64_t i = clampIndex(*start, size, -1, size - 1),
                 e = clampIndex(*end, size, -1, size - 1);
         i > e; i += std::max<int64_t>(*step, -size - 1))
      out.push_back(data[i]);
  return out;
}

static std::optional<Dims> gatherValue(Operation *op, const Dims &data,
                                       unsigned depth) {
  auto indices = shapeValue(op->getOperand(1), depth);
  if (!indices)
    return std::nullopt;
  Dims out;
  for (DimExpr index : *indices) {
    auto i = index.getConstant();
    int64_t size = data.size();
    if (!i || *i < -size || *i >= size)
      return std::nullopt;
    out.push_back(data[*i < 0 ? *i + size : *i]);
  }
  return out;
}

static std::optional<Dims> concatValue(Operation *op, unsigned depth) {
  Dims out;
  for (Value *operand : op->getOperands()) {
    if (!operand)
      return std::nullopt;
    auto part = shapeValue(operand, depth);
    if (!part) {
      auto size = smallSize(operand);
      if (!size)
        return std::nullopt;
      part = Dims(*size, DimExpr::unknown(op->getContext()));
    }
    append_range(out, *part);
    if (out.size() > maxShapeElements)
      return std::nullopt;
  }
  return out;
}

static std::optional<Dims> arithmeticValue(Operation *op, StringRef name,
                                           unsigned depth) {
  auto a = shapeValue(op->getOperand(0), depth);
  auto b = shapeValue(op->getOperand(1), depth);
  if (!a || !b || (a->size() != b->size() && a->size() != 1 && b->size() != 1))
    return std::nullopt;
  Dims out;
  size_t count = a->empty() || b->empty() ? 0 : std::max(a->size(), b->size());
  for (size_t i = 0; i < count; ++i) {
    DimExpr x = (*a)[a->size() == 1 ? 0 : i];
    DimExpr y = (*b)[b->size() == 1 ? 0 : i];
    if (name == "Add")
      out.push_back(x + y);
    else if (name == "Sub")
      out.push_back(x - y);
    else if (name == "Mul")
      out.push_back(x * y);
    else {
      // ONNX divides integers towards zero; that is the floor where neither
      // is negative, as for sizes.
      auto cx = x.getConstant(), cy = y.getConstant();
      bool safe = cy && *cy > 0 && (!cx || *cx >= 0);
      out.push_back(safe ? x.floorDiv(y) : DimExpr::unknown(op->getContext()));
    }
  }
  return out;
}

static std::optional<Dims> shapeOfValue(Operation *op) {
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

static std::optional<Dims> shapeValue(const Value *value, unsigned depth) {
  if (!value || depth == 0)
    return std::nullopt;
  Operation *op = value->getDefiningOp();
  if (!op || !smallSize(value))
    return std::nullopt;
  Context &context = op->getContext();
  if (ConstantAttr constant = getConstantValue(value)) {
    auto ints = constant.getIntValues(maxShapeElements);
    if (!ints)
      return std::nullopt;
    return Dims(map_range(
        *ints, [&](int64_t v) { return DimExpr::constant(context, v); }));
  }
  StringRef name = op->getName();
  if (!name.consume_front("onnx.") || !op->getOperand(0))
    return std::nullopt;
  --depth;
  if (name == "Shape")
    return shapeOfValue(op);
  if (name == "Size") {
    TensorType type = op->getOperand(0)->getTensorType();
    if (!type || !type.hasRank())
      return std::nullopt;
    DimExpr product = DimExpr::constant(context, 1);
    for (DimExpr dim : type.getShape())
      product = product * dim;
    return Dims{product};
  }
  if (name == "Concat")
    return concatValue(op, depth);
  if (name == "Add" || name == "Sub" || name == "Mul" || name == "Div")
    return op->getNumOperands() == 2 ? arithmeticValue(op, name, depth)
                                     : std::nullopt;
  if (name == "ConstantOfShape") {
    auto fill = op->getAttrOfType<ConstantAttr>("value");
    auto ints = fill ? fill.getIntValues(1) : std::nullopt;
    if (!ints)
      return std::nullopt;
    return Dims(*smallSize(value), DimExpr::constant(context, (*ints)[0]));
  }
  bool passes =
      StringSwitch<bool>(name)
          .Cases("Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape", true)
          .Cases("Gather", "Slice", true)
          .Default(false);
  if (!passes)
    return std::nullopt;
  auto data = shapeValue(op->getOperand(0), depth);
  if (!data)
    return std::nullopt;
  if (name == "Gather")
    return gatherValue(op, *data, depth);
  if (name == "Slice")
    return sliceValue(op, *data, depth);
  return data;
}

std::optional<Dims> onnc::getShapeValue(const Value *value) {
  return shapeValue(value, maxShapeDepth);
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
