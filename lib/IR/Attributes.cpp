//===- Attributes.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Attributes.h"
#include "onnc/IR/Context.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace onnc;

namespace {
template <AttrKind K, typename T> struct Storage : AttrStorage {
  explicit Storage(T value) : AttrStorage(K), value(std::move(value)) {}
  T value;
};
struct ConstantValue {
  TensorType type;
  ConstantData data;
  bool operator==(const ConstantValue &) const = default;
};

using UnitStorage = Storage<AttrKind::Unit, char>;
using BoolStorage = Storage<AttrKind::Bool, bool>;
using IntStorage = Storage<AttrKind::Int, int64_t>;
using FloatStorage = Storage<AttrKind::Float, double>;
using StringStorage = Storage<AttrKind::String, std::string>;
using TypeAttrStorage = Storage<AttrKind::Type, Type>;
using SymbolStorage = Storage<AttrKind::Symbol, std::string>;
using IntsStorage = Storage<AttrKind::Ints, SmallVector<int64_t, 4>>;
using FloatsStorage = Storage<AttrKind::Floats, SmallVector<double, 4>>;
using StringsStorage = Storage<AttrKind::Strings, std::vector<std::string>>;
using ArrayStorage = Storage<AttrKind::Array, std::vector<Attribute>>;
using DictStorage = Storage<AttrKind::Dict, std::vector<NamedAttr>>;
using ConstantStorage = Storage<AttrKind::Constant, ConstantValue>;
using AffineStorage = Storage<AttrKind::Affine, AffineExpr>;
using BoxStorage = Storage<AttrKind::Box, AffineBox>;
} // namespace

template <typename S> static const S &as(const Attribute &attr) {
  return *static_cast<const S *>(attr.getImpl().get());
}

template <typename S, typename AttrT, typename... Args>
static AttrT make(Args &&...args) {
  return AttrT(IntrusiveRefCntPtr<const AttrStorage>(
      new S(std::forward<Args>(args)...)));
}

/// Bitwise, so that a NaN equals itself and -0 differs from 0.
static bool sameDouble(double a, double b) {
  return bit_cast<uint64_t>(a) == bit_cast<uint64_t>(b);
}

bool Attribute::operator==(const Attribute &other) const {
  if (impl == other.impl)
    return true;
  if (!impl || !other.impl || getKind() != other.getKind())
    return false;
#define COMPARE(KIND, STORAGE)                                                 \
  case AttrKind::KIND:                                                         \
    return as<STORAGE>(*this).value == as<STORAGE>(other).value;
  switch (getKind()) {
    COMPARE(Unit, UnitStorage)
    COMPARE(Bool, BoolStorage)
    COMPARE(Int, IntStorage)
    COMPARE(String, StringStorage)
    COMPARE(Type, TypeAttrStorage)
    COMPARE(Symbol, SymbolStorage)
    COMPARE(Ints, IntsStorage)
    COMPARE(Strings, StringsStorage)
    COMPARE(Array, ArrayStorage)
    COMPARE(Dict, DictStorage)
    COMPARE(Constant, ConstantStorage)
    COMPARE(Affine, AffineStorage)
    COMPARE(Box, BoxStorage)
  case AttrKind::Float:
    return sameDouble(as<FloatStorage>(*this).value,
                      as<FloatStorage>(other).value);
  case AttrKind::Floats:
    return equal(as<FloatsStorage>(*this).value, as<FloatsStorage>(other).value,
                 sameDouble);
  }
#undef COMPARE
  llvm_unreachable("unknown attribute kind");
}

UnitAttr UnitAttr::get() { return make<UnitStorage, UnitAttr>('\0'); }
BoolAttr BoolAttr::get(bool value) {
  return make<BoolStorage, BoolAttr>(value);
}
bool BoolAttr::getValue() const { return as<BoolStorage>(*this).value; }
IntAttr IntAttr::get(int64_t value) { return make<IntStorage, IntAttr>(value); }
int64_t IntAttr::getValue() const { return as<IntStorage>(*this).value; }
FloatAttr FloatAttr::get(double value) {
  return make<FloatStorage, FloatAttr>(value);
}
double FloatAttr::getValue() const { return as<FloatStorage>(*this).value; }
StringAttr StringAttr::get(StringRef value) {
  return make<StringStorage, StringAttr>(value.str());
}
StringRef StringAttr::getValue() const {
  return as<StringStorage>(*this).value;
}
TypeAttr TypeAttr::get(Type value) {
  return make<TypeAttrStorage, TypeAttr>(value);
}
Type TypeAttr::getValue() const { return as<TypeAttrStorage>(*this).value; }
SymbolAttr SymbolAttr::get(StringRef name) {
  return make<SymbolStorage, SymbolAttr>(name.str());
}
StringRef SymbolAttr::getValue() const {
  return as<SymbolStorage>(*this).value;
}

static Attribute emptyArray() {
  return make<ArrayStorage, ArrayAttr>(std::vector<Attribute>());
}

Attribute IntsAttr::get(ArrayRef<int64_t> values) {
  if (values.empty())
    return emptyArray();
  return make<IntsStorage, IntsAttr>(SmallVector<int64_t, 4>(values));
}
ArrayRef<int64_t> IntsAttr::getValue() const {
  return as<IntsStorage>(*this).value;
}
Attribute FloatsAttr::get(ArrayRef<double> values) {
  if (values.empty())
    return emptyArray();
  return make<FloatsStorage, FloatsAttr>(SmallVector<double, 4>(values));
}
ArrayRef<double> FloatsAttr::getValue() const {
  return as<FloatsStorage>(*this).value;
}
Attribute StringsAttr::get(ArrayRef<std::string> values) {
  if (values.empty())
    return emptyArray();
  return make<StringsStorage, StringsAttr>(values.vec());
}
ArrayRef<std::string> StringsAttr::getValue() const {
  return as<StringsStorage>(*this).value;
}

Attribute ArrayAttr::get(ArrayRef<Attribute> values) {
  auto allAre = [&](AttrKind kind) {
    return !values.empty() && all_of(values, [&](const Attribute &a) {
      return a.getKind() == kind;
    });
  };
  if (allAre(AttrKind::Int)) {
    SmallVector<int64_t, 4> ints;
    for (const Attribute &a : values)
      ints.push_back(cast<IntAttr>(a).getValue());
    return IntsAttr::get(ints);
  }
  if (allAre(AttrKind::Float)) {
    SmallVector<double, 4> floats;
    for (const Attribute &a : values)
      floats.push_back(cast<FloatAttr>(a).getValue());
    return FloatsAttr::get(floats);
  }
  if (allAre(AttrKind::String)) {
    std::vector<std::string> strings;
    for (const Attribute &a : values)
      strings.push_back(cast<StringAttr>(a).getValue().str());
    return StringsAttr::get(strings);
  }
  return make<ArrayStorage, ArrayAttr>(values.vec());
}
ArrayRef<Attribute> ArrayAttr::getValue() const {
  return as<ArrayStorage>(*this).value;
}

DictAttr DictAttr::get(Context &context, ArrayRef<NamedAttr> entries) {
  std::vector<NamedAttr> sorted;
  for (const NamedAttr &entry : entries)
    sorted.push_back({context.intern(entry.name), entry.value});
  llvm::stable_sort(sorted, [](const NamedAttr &a, const NamedAttr &b) {
    return a.name < b.name;
  });
  return make<DictStorage, DictAttr>(std::move(sorted));
}
ArrayRef<NamedAttr> DictAttr::getValue() const {
  return as<DictStorage>(*this).value;
}
Attribute DictAttr::get(StringRef name) const {
  for (const NamedAttr &entry : getValue())
    if (entry.name == name)
      return entry.value;
  return Attribute();
}

ConstantAttr ConstantAttr::get(TensorType type, ConstantData data) {
  assert(type.getNumElements() && "a constant needs a static shape");
  assert(
      (type.getElementType() == ElementType::String || data.isSplat() ||
       static_cast<int64_t>(data.getBytes().size()) == *type.getByteSize()) &&
      "a constant of the wrong size");
  return make<ConstantStorage, ConstantAttr>(
      ConstantValue{type, std::move(data)});
}

template <typename T> static ConstantData copyToData(ArrayRef<T> values) {
  std::vector<char> bytes(values.size() * sizeof(T));
  for (auto [i, value] : enumerate(values))
    support::endian::write<T, llvm::endianness::little>(
        bytes.data() + i * sizeof(T), value);
  return ConstantData(std::move(bytes));
}

ConstantAttr ConstantAttr::getInts(Context &context, ArrayRef<int64_t> values,
                                   bool scalar) {
  assert((!scalar || values.size() == 1) && "a scalar has one element");
  SmallVector<int64_t, 1> shape;
  if (!scalar)
    shape.push_back(values.size());
  return get(TensorType::get(context, ElementType::I64, shape),
             copyToData(values));
}

ConstantAttr ConstantAttr::getFloats(Context &context, ArrayRef<float> values,
                                     bool scalar) {
  assert((!scalar || values.size() == 1) && "a scalar has one element");
  SmallVector<int64_t, 1> shape;
  if (!scalar)
    shape.push_back(values.size());
  return get(TensorType::get(context, ElementType::F32, shape),
             copyToData(values));
}

TensorType ConstantAttr::getType() const {
  return as<ConstantStorage>(*this).value.type;
}
const ConstantData &ConstantAttr::getData() const {
  return as<ConstantStorage>(*this).value.data;
}

std::optional<SmallVector<int64_t, 6>>
ConstantAttr::getIntValues(int64_t maxElements) const {
  auto count = getType().getNumElements();
  if (!count || *count > maxElements)
    return std::nullopt;
  const ConstantData &data = getData();
  SmallVector<int64_t, 6> out;
  for (int64_t i = 0; i < *count; ++i) {
    switch (getType().getElementType()) {
    case ElementType::Bool:
    case ElementType::U8:
      out.push_back(data.get<uint8_t>(i));
      break;
    case ElementType::I8:
      out.push_back(data.get<int8_t>(i));
      break;
    case ElementType::U16:
      out.push_back(data.get<uint16_t>(i));
      break;
    case ElementType::I16:
      out.push_back(data.get<int16_t>(i));
      break;
    case ElementType::U32:
      out.push_back(data.get<uint32_t>(i));
      break;
    case ElementType::I32:
      out.push_back(data.get<int32_t>(i));
      break;
    case ElementType::I64:
    case ElementType::U64:
      out.push_back(data.get<int64_t>(i));
      break;
    default:
      return std::nullopt;
    }
  }
  return out;
}

std::string Attribute::str() const {
  std::string out;
  raw_string_ostream os(out);
  print(os);
  return out;
}

raw_ostream &onnc::operator<<(raw_ostream &os, const Attribute &attr) {
  if (attr)
    attr.print(os);
  else
    os << "<null attribute>";
  return os;
}

AffineAttr AffineAttr::get(const AffineExpr &value) {
  return make<AffineStorage, AffineAttr>(value);
}
const AffineExpr &AffineAttr::getValue() const {
  return as<AffineStorage>(*this).value;
}

BoxAttr BoxAttr::get(ArrayRef<AffineRange> value) {
  return make<BoxStorage, BoxAttr>(AffineBox(value));
}
ArrayRef<AffineRange> BoxAttr::getValue() const {
  return as<BoxStorage>(*this).value;
}
