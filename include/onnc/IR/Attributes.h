//===- Attributes.h - Compile-time values on operations ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Attributes are immutable values that operations carry. They are
/// reference-counted, so that large constants die with their last user, and
/// compared by structure. Use llvm::isa/cast/dyn_cast.
///
///   unit, true, 3, 0.5, 0.1:f64, "text", tensor<2xf32> (a type), @graph,
///   [1, 2], [0.5, 1.0], ["a", "b"], [1, "mixed"], {a = 1, b = [2]},
///   dense<tensor<2xf32>, [1.0, 2.0]>
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_ATTRIBUTES_H
#define ONNC_IR_ATTRIBUTES_H

#include "onnc/IR/Affine.h"
#include "onnc/IR/Constant.h"
#include "onnc/IR/Types.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/SmallVector.h"

namespace onnc {

enum class AttrKind : uint8_t {
  Unit,
  Bool,
  Int,
  Float,
  String,
  Type,
  Symbol,
  Ints,
  Floats,
  Strings,
  Array,
  Dict,
  Constant,
  Affine,
  Box,
};

/// The base of all attribute storage. One class per kind, in Attributes.cpp.
class AttrStorage : public llvm::ThreadSafeRefCountedBase<AttrStorage> {
public:
  explicit AttrStorage(AttrKind kind) : kind(kind) {}
  virtual ~AttrStorage() = default;
  const AttrKind kind;
};

class Attribute {
public:
  Attribute() = default;
  explicit Attribute(llvm::IntrusiveRefCntPtr<const AttrStorage> impl)
      : impl(std::move(impl)) {}

  explicit operator bool() const { return impl != nullptr; }
  AttrKind getKind() const { return impl->kind; }
  /// Structural equality.
  bool operator==(const Attribute &other) const;

  void print(llvm::raw_ostream &os) const;
  std::string str() const;
  const llvm::IntrusiveRefCntPtr<const AttrStorage> &getImpl() const {
    return impl;
  }
  static bool classof(const Attribute &) { return true; }

protected:
  llvm::IntrusiveRefCntPtr<const AttrStorage> impl;
};

/// A named attribute; names are interned in the Context.
struct NamedAttr {
  llvm::StringRef name;
  Attribute value;
  bool operator==(const NamedAttr &) const = default;
};

#define ONNC_ATTR_CLASS(CLASS, KIND)                                           \
  using Attribute::Attribute;                                                  \
  static bool classof(const Attribute &a) {                                    \
    return a.getKind() == AttrKind::KIND;                                      \
  }

class UnitAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(UnitAttr, Unit)
  static UnitAttr get();
};

class BoolAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(BoolAttr, Bool)
  static BoolAttr get(bool value);
  bool getValue() const;
};

class IntAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(IntAttr, Int)
  static IntAttr get(int64_t value);
  int64_t getValue() const;
};

/// A number that a float holds exactly is printed and parsed as a float (as
/// ONNX's are); others carry the suffix ":f64".
class FloatAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(FloatAttr, Float)
  static FloatAttr get(double value);
  double getValue() const;
};

class StringAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(StringAttr, String)
  static StringAttr get(llvm::StringRef value);
  llvm::StringRef getValue() const;
};

class TypeAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(TypeAttr, Type)
  static TypeAttr get(Type value);
  Type getValue() const;
};

/// The name of a graph of the module.
class SymbolAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(SymbolAttr, Symbol)
  static SymbolAttr get(llvm::StringRef name);
  llvm::StringRef getValue() const;
};

/// Lists of one kind are kept flat. An empty list of any kind is an empty
/// ArrayAttr, so that the text "[]" has one meaning; the getInts, … of
/// Operation know that.
class IntsAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(IntsAttr, Ints)
  static Attribute get(llvm::ArrayRef<int64_t> values);
  llvm::ArrayRef<int64_t> getValue() const;
};

class FloatsAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(FloatsAttr, Floats)
  static Attribute get(llvm::ArrayRef<double> values);
  llvm::ArrayRef<double> getValue() const;
};

class StringsAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(StringsAttr, Strings)
  static Attribute get(llvm::ArrayRef<std::string> values);
  llvm::ArrayRef<std::string> getValue() const;
};

/// A list of attributes. get() returns the flat kinds where all elements are
/// ints, floats or strings.
class ArrayAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(ArrayAttr, Array)
  static Attribute get(llvm::ArrayRef<Attribute> values);
  llvm::ArrayRef<Attribute> getValue() const;
};

/// Sorted by name; get() sorts.
class DictAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(DictAttr, Dict)
  static DictAttr get(Context &context, llvm::ArrayRef<NamedAttr> entries);
  llvm::ArrayRef<NamedAttr> getValue() const;
  Attribute get(llvm::StringRef name) const;
};

/// A constant tensor of static shape.
class ConstantAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(ConstantAttr, Constant)
  /// \p data must have as many bytes (or strings) as \p type takes, or be a
  /// splat.
  static ConstantAttr get(TensorType type, ConstantData data);
  /// A 1-D (or, with \p scalar, 0-D) int64 tensor.
  static ConstantAttr getInts(Context &context, llvm::ArrayRef<int64_t> values,
                              bool scalar = false);
  static ConstantAttr getFloats(Context &context, llvm::ArrayRef<float> values,
                                bool scalar = false);

  TensorType getType() const;
  const ConstantData &getData() const;

  /// The elements as integers, if it is an integer or bool tensor of at most
  /// \p maxElements elements (a guard against unrolling weights).
  std::optional<llvm::SmallVector<int64_t, 6>>
  getIntValues(int64_t maxElements = 4096) const;
};

/// An affine function of index operands: "affine<8*d0 + 1>", where d0 is the
/// first operand of type index.
class AffineAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(AffineAttr, Affine)
  static AffineAttr get(const AffineExpr &value);
  const AffineExpr &getValue() const;
};

/// A box that moves with index operands: "box<0:1, 8*d0 - 3:21>", start and
/// size of each dimension.
class BoxAttr : public Attribute {
public:
  ONNC_ATTR_CLASS(BoxAttr, Box)
  static BoxAttr get(llvm::ArrayRef<AffineRange> value);
  llvm::ArrayRef<AffineRange> getValue() const;
};

#undef ONNC_ATTR_CLASS

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const Attribute &attr);

} // namespace onnc

namespace llvm {
template <typename To>
struct CastInfo<To, onnc::Attribute,
                std::enable_if_t<std::is_base_of_v<onnc::Attribute, To>>>
    : NullableValueCastFailed<To>,
      DefaultDoCastIfPossible<To, const onnc::Attribute &,
                              CastInfo<To, onnc::Attribute>> {
  static bool isPossible(const onnc::Attribute &a) { return To::classof(a); }
  static To doCast(const onnc::Attribute &a) { return To(a.getImpl()); }
};
template <typename To>
struct CastInfo<To, const onnc::Attribute,
                std::enable_if_t<std::is_base_of_v<onnc::Attribute, To>>>
    : CastInfo<To, onnc::Attribute> {};
} // namespace llvm

#endif // ONNC_IR_ATTRIBUTES_H
