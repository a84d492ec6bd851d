//===- Types.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Types.h"
#include "ContextImpl.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

Type ContextImpl::getType(Context &context, TypeKind kind, ElementType element,
                          bool ranked, ArrayRef<DimExpr> shape, Type nested,
                          StringRef space, StringRef layout) {
  FoldingSetNodeID id;
  TypeStorage::profile(id, kind, element, ranked, shape, nested, space, layout);
  std::lock_guard lock(mutex);
  void *position;
  if (TypeStorage *found = types.FindNodeOrInsertPos(id, position))
    return Type(found);
  auto storage = std::make_unique<TypeStorage>();
  storage->context = &context;
  storage->kind = kind;
  storage->element = element;
  storage->ranked = ranked;
  storage->shape.assign(shape.begin(), shape.end());
  storage->nested = nested;
  storage->space = strings.save(space);
  storage->layout = strings.save(layout);
  types.InsertNode(storage.get(), position);
  ownedTypes.push_back(std::move(storage));
  return Type(ownedTypes.back().get());
}

TypeKind Type::getKind() const { return impl->kind; }
Context &Type::getContext() const { return *impl->context; }

NoneType NoneType::get(Context &context) {
  return cast<NoneType>(context.getImpl().getType(context, TypeKind::None));
}
IndexType IndexType::get(Context &context) {
  return cast<IndexType>(context.getImpl().getType(context, TypeKind::Index));
}
TokenType TokenType::get(Context &context) {
  return cast<TokenType>(context.getImpl().getType(context, TypeKind::Token));
}

TensorType TensorType::get(Context &context, ElementType element,
                           ArrayRef<DimExpr> shape) {
  return cast<TensorType>(context.getImpl().getType(context, TypeKind::Tensor,
                                                    element, true, shape));
}

TensorType TensorType::get(Context &context, ElementType element,
                           ArrayRef<int64_t> shape) {
  SmallVector<DimExpr, 6> dims;
  for (int64_t dim : shape)
    dims.push_back(DimExpr::constant(context, dim));
  return get(context, element, dims);
}

TensorType TensorType::getUnranked(Context &context, ElementType element) {
  return cast<TensorType>(
      context.getImpl().getType(context, TypeKind::Tensor, element, false));
}

ElementType TensorType::getElementType() const { return impl->element; }
bool TensorType::hasRank() const { return impl->ranked; }

ArrayRef<DimExpr> TensorType::getShape() const {
  assert(hasRank() && "the shape of a tensor of unknown rank");
  return impl->shape;
}

bool TensorType::isStatic() const {
  return hasRank() &&
         all_of(getShape(), [](DimExpr d) { return d.isConstant(); });
}

std::optional<SmallVector<int64_t, 6>> TensorType::getStaticShape() const {
  if (!isStatic())
    return std::nullopt;
  SmallVector<int64_t, 6> out;
  for (DimExpr dim : getShape())
    out.push_back(*dim.getConstant());
  return out;
}

std::optional<int64_t> TensorType::getNumElements() const {
  auto shape = getStaticShape();
  if (!shape)
    return std::nullopt;
  // An empty tensor is empty however large its other dimensions are.
  if (is_contained(*shape, 0))
    return 0;
  int64_t count = 1;
  for (int64_t dim : *shape)
    if (dim < 0 || MulOverflow(count, dim, count))
      return std::nullopt;
  return count;
}

std::optional<int64_t> TensorType::getByteSize() const {
  auto count = getNumElements();
  if (!count || getElementType() == ElementType::String)
    return std::nullopt;
  return onnc::getByteSize(getElementType(), *count);
}

TensorType TensorType::withElementType(ElementType element) const {
  return hasRank() ? get(getContext(), element, getShape())
                   : getUnranked(getContext(), element);
}

TensorType TensorType::withShape(ArrayRef<DimExpr> shape) const {
  return get(getContext(), getElementType(), shape);
}

SequenceType SequenceType::get(Type element) {
  Context &context = element.getContext();
  return cast<SequenceType>(context.getImpl().getType(
      context, TypeKind::Sequence, ElementType::F32, false, {}, element));
}
Type SequenceType::getElementType() const { return impl->nested; }

OptionalType OptionalType::get(Type element) {
  Context &context = element.getContext();
  return cast<OptionalType>(context.getImpl().getType(
      context, TypeKind::Optional, ElementType::F32, false, {}, element));
}
Type OptionalType::getElementType() const { return impl->nested; }

MapType MapType::get(ElementType key, Type value) {
  Context &context = value.getContext();
  return cast<MapType>(
      context.getImpl().getType(context, TypeKind::Map, key, false, {}, value));
}
ElementType MapType::getKeyType() const { return impl->element; }
Type MapType::getValueType() const { return impl->nested; }

BufferType BufferType::get(Context &context, ElementType element,
                           ArrayRef<int64_t> shape, StringRef space,
                           const Layout &layout) {
  assert(layout.getRank() == shape.size() && "a layout of another rank");
  SmallVector<DimExpr, 6> dims;
  for (int64_t dim : shape)
    dims.push_back(DimExpr::constant(context, dim));
  return cast<BufferType>(context.getImpl().getType(
      context, TypeKind::Buffer, element, true, dims, {}, space,
      layout.isRowMajor() ? "" : layout.str()));
}

BufferType BufferType::get(Context &context, ElementType element,
                           ArrayRef<int64_t> shape, StringRef space) {
  return get(context, element, shape, space, Layout::getRowMajor(shape.size()));
}

ElementType BufferType::getElementType() const { return impl->element; }
unsigned BufferType::getRank() const { return impl->shape.size(); }
StringRef BufferType::getSpace() const { return impl->space; }

SmallVector<int64_t, 6> BufferType::getShape() const {
  SmallVector<int64_t, 6> shape;
  for (DimExpr dim : impl->shape)
    shape.push_back(*dim.getConstant());
  return shape;
}

Layout BufferType::getLayout() const {
  return impl->layout.empty() ? Layout::getRowMajor(getRank())
                              : *Layout::parse(impl->layout, getRank());
}

int64_t BufferType::getByteSize() const {
  return *onnc::getByteSize(getElementType(),
                            getLayout().getNumElements(getShape()));
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printShape(raw_ostream &os, TensorType type, const char *after) {
  if (!type.hasRank()) {
    os << '*' << after;
    return;
  }
  for (auto [i, dim] : enumerate(type.getShape())) {
    if (i && !*after)
      os << 'x';
    // A negative size can't be, but must print as something that parses.
    auto value = dim.getConstant();
    if (dim.isUnknown() || (value && *value >= 0))
      os << dim;
    else
      os << '[' << dim << ']';
    os << after;
  }
}

std::string onnc::shapeToString(TensorType type) {
  std::string out;
  raw_string_ostream os(out);
  printShape(os, type, "");
  return out;
}

void Type::print(raw_ostream &os) const {
  switch (getKind()) {
  case TypeKind::None:
    os << "none";
    return;
  case TypeKind::Index:
    os << "index";
    return;
  case TypeKind::Token:
    os << "token";
    return;
  case TypeKind::Tensor: {
    auto tensor = cast<TensorType>(*this);
    os << "tensor<";
    printShape(os, tensor, "x");
    os << onnc::getName(tensor.getElementType()) << '>';
    return;
  }
  case TypeKind::Sequence:
    os << "sequence<" << impl->nested << '>';
    return;
  case TypeKind::Optional:
    os << "optional<" << impl->nested << '>';
    return;
  case TypeKind::Map:
    os << "map<" << onnc::getName(impl->element) << ", " << impl->nested << '>';
    return;
  case TypeKind::Buffer: {
    auto buffer = cast<BufferType>(*this);
    os << "buffer<";
    for (int64_t dim : buffer.getShape())
      os << dim << 'x';
    os << onnc::getName(buffer.getElementType()) << ", " << buffer.getSpace();
    if (!impl->layout.empty())
      os << ", " << impl->layout;
    os << '>';
    return;
  }
  }
  llvm_unreachable("unknown type kind");
}

std::string Type::str() const {
  std::string out;
  raw_string_ostream os(out);
  print(os);
  return out;
}

raw_ostream &onnc::operator<<(raw_ostream &os, Type type) {
  if (type)
    type.print(os);
  else
    os << "<null type>";
  return os;
}

//===----------------------------------------------------------------------===//
// Unification
//===----------------------------------------------------------------------===//

static std::optional<DimExpr> unifyDims(DimExpr a, DimExpr b) {
  if (a == b || b.isUnknown())
    return a;
  if (a.isUnknown())
    return b;
  auto ca = a.getConstant(), cb = b.getConstant();
  if (ca && cb)
    return std::nullopt;
  // Two expressions over symbols may be equal at run time: keep the first.
  return cb ? b : a;
}

Type onnc::unifyTypes(Type a, Type b) {
  if (a == b)
    return a;
  if (a.getKind() != b.getKind())
    return Type();
  switch (a.getKind()) {
  case TypeKind::Sequence: {
    Type t = unifyTypes(cast<SequenceType>(a).getElementType(),
                        cast<SequenceType>(b).getElementType());
    return t ? SequenceType::get(t) : Type();
  }
  case TypeKind::Optional: {
    Type t = unifyTypes(cast<OptionalType>(a).getElementType(),
                        cast<OptionalType>(b).getElementType());
    return t ? OptionalType::get(t) : Type();
  }
  case TypeKind::Map: {
    auto ma = cast<MapType>(a), mb = cast<MapType>(b);
    if (ma.getKeyType() != mb.getKeyType())
      return Type();
    Type t = unifyTypes(ma.getValueType(), mb.getValueType());
    return t ? MapType::get(ma.getKeyType(), t) : Type();
  }
  case TypeKind::Tensor:
    break;
  default:
    return Type();
  }
  auto ta = cast<TensorType>(a), tb = cast<TensorType>(b);
  if (ta.getElementType() != tb.getElementType())
    return Type();
  if (!ta.hasRank() || !tb.hasRank())
    return ta.hasRank() ? a : b;
  if (ta.getRank() != tb.getRank())
    return Type();
  SmallVector<DimExpr, 6> shape;
  for (auto [da, db] : zip_equal(ta.getShape(), tb.getShape())) {
    auto dim = unifyDims(da, db);
    if (!dim)
      return Type();
    shape.push_back(*dim);
  }
  return ta.withShape(shape);
}
