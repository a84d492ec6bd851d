//===- Types.h - The types of values ----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Types are immutable and interned in the Context; a handle is as cheap as a
/// pointer and equal handles mean equal types. Use llvm::isa/cast/dyn_cast.
///
///   none                      an optional operand that isn't there
///   index                     a loop counter or size on the tile level
///   token                     an asynchronous operation to be waited for
///   tensor<1x[N]x?xf32>       rank known; dimensions are DimExprs
///   tensor<*xf32>             rank unknown
///   sequence<T>, optional<T>, map<i64, T>
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_TYPES_H
#define ONNC_IR_TYPES_H

#include "onnc/IR/DimExpr.h"
#include "onnc/IR/Layout.h"
#include "onnc/Support/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Casting.h"

namespace onnc {

class Context;
struct TypeStorage;

enum class TypeKind : uint8_t {
  None,
  Index,
  Token,
  Tensor,
  Sequence,
  Optional,
  Map,
  Buffer,
};

class Type {
public:
  Type() = default;
  explicit Type(const TypeStorage *impl) : impl(impl) {}

  explicit operator bool() const { return impl != nullptr; }
  bool operator==(const Type &) const = default;

  TypeKind getKind() const;
  bool isNone() const { return getKind() == TypeKind::None; }
  Context &getContext() const;

  void print(llvm::raw_ostream &os) const;
  std::string str() const;

  const TypeStorage *getImpl() const { return impl; }
  static bool classof(Type) { return true; }

protected:
  const TypeStorage *impl = nullptr;
};

class NoneType : public Type {
public:
  using Type::Type;
  static NoneType get(Context &context);
  static bool classof(Type t) { return t.getKind() == TypeKind::None; }
};

class IndexType : public Type {
public:
  using Type::Type;
  static IndexType get(Context &context);
  static bool classof(Type t) { return t.getKind() == TypeKind::Index; }
};

class TokenType : public Type {
public:
  using Type::Type;
  static TokenType get(Context &context);
  static bool classof(Type t) { return t.getKind() == TypeKind::Token; }
};

/// Element type and, where the rank is known, one DimExpr per dimension,
/// outermost first (row-major).
class TensorType : public Type {
public:
  using Type::Type;
  static TensorType get(Context &context, ElementType element,
                        llvm::ArrayRef<DimExpr> shape);
  static TensorType get(Context &context, ElementType element,
                        llvm::ArrayRef<int64_t> shape);
  static TensorType get(Context &context, ElementType element,
                        std::initializer_list<int64_t> shape) {
    return get(context, element, llvm::ArrayRef<int64_t>(shape));
  }
  static TensorType getUnranked(Context &context, ElementType element);

  ElementType getElementType() const;
  bool hasRank() const;
  /// Only where hasRank().
  llvm::ArrayRef<DimExpr> getShape() const;
  unsigned getRank() const { return getShape().size(); }
  DimExpr getDim(unsigned i) const { return getShape()[i]; }

  /// Every dimension is a constant.
  bool isStatic() const;
  /// The sizes, if all are constants.
  std::optional<llvm::SmallVector<int64_t, 6>> getStaticShape() const;
  /// Elements and packed bytes, if static and within int64_t; strings have no
  /// byte size.
  std::optional<int64_t> getNumElements() const;
  std::optional<int64_t> getByteSize() const;

  TensorType withElementType(ElementType element) const;
  TensorType withShape(llvm::ArrayRef<DimExpr> shape) const;

  static bool classof(Type t) { return t.getKind() == TypeKind::Tensor; }
};

class SequenceType : public Type {
public:
  using Type::Type;
  static SequenceType get(Type element);
  Type getElementType() const;
  static bool classof(Type t) { return t.getKind() == TypeKind::Sequence; }
};

class OptionalType : public Type {
public:
  using Type::Type;
  static OptionalType get(Type element);
  Type getElementType() const;
  static bool classof(Type t) { return t.getKind() == TypeKind::Optional; }
};

/// Keys are an integer type or string (ai.onnx.ml).
class MapType : public Type {
public:
  using Type::Type;
  static MapType get(ElementType key, Type value);
  ElementType getKeyType() const;
  Type getValueType() const;
  static bool classof(Type t) { return t.getKind() == TypeKind::Map; }
};

/// "buffer<1x64x56x56xf16, nram, acdb>": storage of the tile level, in a memory
/// space that the machine names, with the layout that the tag says (row-major
/// where there is none). Dense: no bytes between elements but a layout's
/// padding.
class BufferType : public Type {
public:
  using Type::Type;
  static BufferType get(Context &context, ElementType element,
                        llvm::ArrayRef<int64_t> shape, llvm::StringRef space,
                        const Layout &layout);
  /// Row-major.
  static BufferType get(Context &context, ElementType element,
                        llvm::ArrayRef<int64_t> shape, llvm::StringRef space);

  ElementType getElementType() const;
  llvm::SmallVector<int64_t, 6> getShape() const;
  unsigned getRank() const;
  llvm::StringRef getSpace() const;
  Layout getLayout() const;
  /// Bytes of one instance, a layout's padding included.
  int64_t getByteSize() const;

  static bool classof(Type t) { return t.getKind() == TypeKind::Buffer; }
};

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, Type type);
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, DimExpr expr);

inline llvm::hash_code hash_value(Type type) {
  return llvm::hash_value(type.getImpl());
}

/// The shape as the user writes it: "1x3x[N]x?"; "*" for an unknown rank; ""
/// for a scalar.
std::string shapeToString(TensorType type);

/// The most precise type that both \p a and \p b allow, or a null type where
/// they contradict each other. Unknown gives way to known, a symbol to a
/// constant.
Type unifyTypes(Type a, Type b);

} // namespace onnc

namespace llvm {
// isa/cast/dyn_cast on type handles, which are values.
template <typename To>
struct CastInfo<To, onnc::Type,
                std::enable_if_t<std::is_base_of_v<onnc::Type, To>>>
    : NullableValueCastFailed<To>,
      DefaultDoCastIfPossible<To, onnc::Type, CastInfo<To, onnc::Type>> {
  static bool isPossible(onnc::Type t) { return To::classof(t); }
  static To doCast(onnc::Type t) { return To(t.getImpl()); }
};
template <typename To>
struct CastInfo<To, const onnc::Type,
                std::enable_if_t<std::is_base_of_v<onnc::Type, To>>>
    : CastInfo<To, onnc::Type> {};
} // namespace llvm

#endif // ONNC_IR_TYPES_H
