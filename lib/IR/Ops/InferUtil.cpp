//===- InferUtil.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "onnc/Support/FloatFormats.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

std::optional<SmallVector<unsigned, 6>>
onnc::normalizeAxes(ArrayRef<int64_t> axes, unsigned rank) {
  SmallVector<unsigned, 6> out;
  for (int64_t axis : axes) {
    auto a = normalizeAxis(axis, rank);
    if (!a || is_contained(out, *a))
      return std::nullopt;
    out.push_back(*a);
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

std::string infer::operandName(Operation *op, unsigned i) {
  ArrayRef<ValueInfo> infos = op->getInfo().operands;
  if (i + 1 >= infos.size() && !infos.empty() &&
      infos.back().arity == Arity::Variadic)
    return ("'" + infos.back().name + "' #" + Twine(i + 1 - infos.size()))
        .str();
  return i < infos.size() ? ("'" + infos[i].name + "'").str()
                          : ("operand #" + Twine(i)).str();
}

TensorType infer::requireTensor(Operation *op, unsigned i) {
  Value *value = op->getOperand(i);
  if (!value) {
    (void)(error(op) << "needs its operand " << operandName(op, i));
    return TensorType();
  }
  if (TensorType type = value->getTensorType())
    return type;
  (void)(error(op) << operandName(op, i) << " must be a tensor, but is "
                   << value->getType());
  return TensorType();
}

TensorType infer::optionalTensor(Operation *op, unsigned i) {
  Value *value = op->getOperand(i);
  return value ? value->getTensorType() : TensorType();
}

LogicalResult infer::requireRank(Operation *op, unsigned i, unsigned rank) {
  TensorType type = optionalTensor(op, i);
  if (!type || !type.hasRank() || type.getRank() == rank)
    return success();
  return error(op) << operandName(op, i) << " must have rank " << rank
                   << ", but has rank " << type.getRank();
}

LogicalResult infer::requireSingle(Operation *op, unsigned i) {
  TensorType type = optionalTensor(op, i);
  if (!type || !type.hasRank())
    return success();
  for (DimExpr d : type.getShape())
    if (auto c = d.getConstant(); c && *c != 1)
      return error(op) << operandName(op, i)
                       << " must have one element, but its shape is "
                       << shapeToString(type);
  return success();
}

std::optional<SmallVector<int64_t, 6>> infer::constantInts(Value *value) {
  if (!value)
    return std::nullopt;
  if (ConstantAttr constant = getConstantValue(value))
    return constant.getIntValues();
  auto shape = getShapeValue(value);
  if (!shape)
    return std::nullopt;
  SmallVector<int64_t, 6> out;
  for (DimExpr d : *shape) {
    auto c = d.getConstant();
    if (!c)
      return std::nullopt;
    out.push_back(*c);
  }
  return out;
}

std::optional<int64_t> infer::constantInt(Value *value) {
  auto values = constantInts(value);
  return values && values->size() == 1 ? std::optional((*values)[0])
                                       : std::nullopt;
}

std::optional<double> infer::constantFloat(Value *value) {
  ConstantAttr constant = value ? getConstantValue(value) : ConstantAttr();
  if (!constant || constant.getType().getNumElements() != 1)
    return std::nullopt;
  const ConstantData &data = constant.getData();
  switch (constant.getType().getElementType()) {
  case ElementType::F32:
    return data.get<float>(0);
  case ElementType::F64:
    return data.get<double>(0);
  case ElementType::F16:
    return decodeHalf(data.get<uint16_t>(0));
  case ElementType::BF16:
    return decodeBFloat16(data.get<uint16_t>(0));
  default:
    return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

std::string infer::dimsToString(ArrayRef<DimExpr> dims) {
  if (dims.empty())
    return "[]";
  // Unlike in a type, numbers may be negative here.
  return join(map_range(dims,
                        [](DimExpr d) {
                          return d.isConstant() || d.isUnknown()
                                     ? d.str()
                                     : "[" + d.str() + "]";
                        }),
              "x");
}

DimExpr infer::product(Operation *op, ArrayRef<DimExpr> dims) {
  DimExpr out = dim(op, 1);
  for (DimExpr d : dims)
    out = out * d;
  return out;
}

bool infer::isAtLeast(Operation *op, DimExpr expr, int64_t value) {
  if (expr.isUnknown())
    return value <= 0;
  Module *module = op->getParentModule();
  static const SymbolRanges none;
  return expr.getRange(module ? module->getSymbolRanges() : none).lo >= value;
}

DimExpr infer::mergeDims(Operation *op, DimExpr a, DimExpr b,
                         const Twine &what) {
  if (a.isUnknown() || b.isUnknown())
    return a.isUnknown() ? b : a;
  if (!a.isConstant() || !b.isConstant())
    return a.isConstant() ? a : b.isConstant() ? b : a;
  if (a == b)
    return a;
  (void)(error(op) << what << " must agree, but are " << a << " and " << b);
  return DimExpr();
}

LogicalResult infer::mergeInto(Operation *op, Dims &dims,
                               ArrayRef<DimExpr> other, const Twine &what) {
  for (auto [d, o] : zip_equal(dims, other)) {
    d = mergeDims(op, d, o, what);
    if (!d)
      return failure();
  }
  return success();
}

LogicalResult infer::mergeShape(Operation *op, unsigned i,
                                ArrayRef<DimExpr *> dims) {
  TensorType type = optionalTensor(op, i);
  if (!type || !type.hasRank())
    return success();
  if (failed(requireRank(op, i, dims.size())))
    return failure();
  for (auto [have, want] : zip_equal(type.getShape(), dims)) {
    *want = mergeDims(op, *want, have,
                      "sizes that " + operandName(op, i) +
                          " shares with other operands");
    if (!*want)
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

std::optional<unsigned> infer::resolveAxis(Operation *op, int64_t axis,
                                           unsigned rank, StringRef name) {
  auto out = normalizeAxis(axis, rank);
  if (!out)
    (void)(error(op) << "'" << name << "' is " << axis
                     << ", out of range for rank " << rank);
  return out;
}

std::optional<SmallVector<unsigned, 6>>
infer::resolveAxes(Operation *op, ArrayRef<int64_t> axes, unsigned rank,
                   StringRef name) {
  SmallVector<unsigned, 6> out;
  for (int64_t axis : axes) {
    auto a = resolveAxis(op, axis, rank, name);
    if (!a)
      return std::nullopt;
    if (is_contained(out, *a)) {
      (void)(error(op) << "'" << name << "' names dimension " << *a
                       << " twice");
      return std::nullopt;
    }
    out.push_back(*a);
  }
  return out;
}

LogicalResult infer::requireOneOf(Operation *op, StringRef attr,
                                  StringRef fallback,
                                  ArrayRef<StringRef> allowed) {
  StringRef value = op->getString(attr, fallback);
  if (is_contained(allowed, value))
    return success();
  return error(op) << "'" << attr << "' is \"" << value
                   << "\", but must be one of " << join(allowed, ", ");
}

std::optional<ElementType>
infer::elementTypeAttr(Operation *op, StringRef name,
                       std::optional<ElementType> fallback) {
  int64_t number = op->getInt(name, 0);
  if (number == 0 && fallback)
    return fallback;
  std::optional<ElementType> type;
  if (number > 0 && number <= INT32_MAX)
    type = getElementTypeFromOnnx(static_cast<int32_t>(number));
  if (!type)
    (void)(error(op) << "'" << name << "' is " << number
                     << ", which is no element type");
  return type;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

LogicalResult infer::addTensor(Operation *op, Types &types, ElementType element,
                               ArrayRef<DimExpr> shape) {
  if (shape.size() > maxRank)
    return error(op) << "makes a tensor of rank " << shape.size()
                     << ", more than the supported " << maxRank;
  DimExpr elements = dim(op, 1);
  bool empty = false;
  for (DimExpr d : shape) {
    auto c = d.getConstant();
    if (c && *c < 0)
      return error(op) << "makes a tensor with a negative dimension: "
                       << dimsToString(shape);
    empty |= c == 0;
    if (c && !elements.isUnknown())
      elements = elements * *c;
  }
  if (elements.isUnknown() && !empty)
    return error(op) << "makes a tensor with too many elements: "
                     << dimsToString(shape);
  types.push_back(TensorType::get(op->getContext(), element, shape));
  return success();
}

void infer::addUnranked(Operation *op, Types &types, ElementType element) {
  types.push_back(TensorType::getUnranked(op->getContext(), element));
}

LogicalResult infer::addLike(Operation *op, Types &types, TensorType like,
                             ElementType element) {
  types.push_back(like.withElementType(element));
  return success();
}

std::optional<Dims> infer::broadcastDims(Operation *op, ArrayRef<DimExpr> a,
                                         ArrayRef<DimExpr> b) {
  auto out = broadcastShapes(a, b);
  if (!out)
    (void)(error(op) << "can't broadcast " << dimsToString(a) << " with "
                     << dimsToString(b));
  return out;
}

LogicalResult infer::requireBroadcastsTo(Operation *op, unsigned operand,
                                         ArrayRef<DimExpr> to) {
  TensorType type = optionalTensor(op, operand);
  if (!type || !type.hasRank())
    return success();
  ArrayRef<DimExpr> from = type.getShape();
  bool fits = from.size() <= to.size();
  for (unsigned i = 0; fits && i < from.size(); ++i) {
    auto f = from[from.size() - 1 - i].getConstant();
    auto t = to[to.size() - 1 - i].getConstant();
    fits = !f || !t || *f == 1 || *f == *t;
  }
  if (fits)
    return success();
  return error(op) << operandName(op, operand) << " of shape "
                   << dimsToString(from) << " doesn't broadcast to "
                   << dimsToString(to);
}

Type infer::joinTypes(Type a, Type b) {
  if (a == b)
    return a;
  if (a.getKind() != b.getKind())
    return Type();
  if (auto s = dyn_cast<SequenceType>(a)) {
    Type t =
        joinTypes(s.getElementType(), cast<SequenceType>(b).getElementType());
    return t ? SequenceType::get(t) : Type();
  }
  if (auto o = dyn_cast<OptionalType>(a)) {
    Type t =
        joinTypes(o.getElementType(), cast<OptionalType>(b).getElementType());
    return t ? OptionalType::get(t) : Type();
  }
  auto ta = dyn_cast<TensorType>(a), tb = dyn_cast<TensorType>(b);
  if (!ta || ta.getElementType() != tb.getElementType())
    return Type();
  Context &context = a.getContext();
  if (!ta.hasRank() || !tb.hasRank() || ta.getRank() != tb.getRank())
    return TensorType::getUnranked(context, ta.getElementType());
  Dims dims;
  for (auto [da, db] : zip_equal(ta.getShape(), tb.getShape()))
    dims.push_back(da == db ? da : DimExpr::unknown(context));
  return ta.withShape(dims);
}
