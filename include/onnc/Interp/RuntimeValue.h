//===- RuntimeValue.h - What values are at run time -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The values that the interpreter computes with: tensors, sequences, optionals
/// and maps. All are handles to shared, immutable contents: copies are cheap,
/// and a tensor may be a view of a constant of the IR, which it keeps alive.
///
/// Elements are stored row-major in the host's byte order, one after another at
/// the type's size; types narrower than a byte take a whole byte each, sign
/// extended where they are signed (so no kernel knows of packing). Data may
/// have any alignment: read it through Elements.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_INTERP_RUNTIMEVALUE_H
#define ONNC_INTERP_RUNTIMEVALUE_H

#include "onnc/IR/Attributes.h"
#include "onnc/IR/Types.h"
#include "onnc/Support/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace onnc {

using Shape = llvm::SmallVector<int64_t, 6>;

/// Counts the bytes of the tensors that live, and refuses those that would
/// exceed a limit. Shared by the tensors that it counts; thread-safe.
class MemoryBudget {
public:
  /// Tensors that may live at the same time: even those without elements take
  /// a few hundred bytes.
  static constexpr int64_t maxTensors = int64_t(1) << 26;

  explicit MemoryBudget(int64_t limit) : limit(limit) {}

  int64_t getLimit() const { return limit; }
  int64_t getLive() const { return live; }
  int64_t getPeak() const { return peak; }

  /// Counts a tensor of \p bytes. False, with nothing counted, where a limit
  /// would be exceeded.
  bool take(int64_t bytes);
  void giveBack(int64_t bytes) {
    live -= bytes;
    --tensors;
  }

private:
  const int64_t limit;
  std::atomic<int64_t> live = 0;
  std::atomic<int64_t> tensors = 0;
  std::atomic<int64_t> peak = 0;
};
using MemoryBudgetRef = std::shared_ptr<MemoryBudget>;

/// The product of \p shape; an error where a dimension is negative or the
/// product (of the dimensions other than 0) overflows.
llvm::Expected<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// Bytes that one element takes in a tensor value; for strings, those of the
/// std::string itself.
unsigned getElementSize(ElementType type);

/// Read access to elements at any alignment. T is the type's storage type
/// (TensorValue::elements).
template <typename T> class Elements {
public:
  explicit Elements(const char *data) : data(data) {}
  T operator[](int64_t i) const {
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    return value;
  }

private:
  const char *data;
};
/// Any non-zero byte is true.
template <> inline bool Elements<bool>::operator[](int64_t i) const {
  return data[i] != 0;
}
template <> class Elements<std::string> {
public:
  explicit Elements(const char *data)
      : data(reinterpret_cast<const std::string *>(data)) {}
  const std::string &operator[](int64_t i) const { return data[i]; }

private:
  const std::string *data;
};

class TensorValue {
public:
  TensorValue() = default;

  /// A tensor of zeros (or empty strings) that may be written until it is
  /// shared. An error where the shape is invalid or \p budget is exceeded.
  static llvm::Expected<TensorValue>
  allocate(ElementType type, llvm::ArrayRef<int64_t> shape,
           const MemoryBudgetRef &budget = nullptr);
  /// Views \p data, which \p owner keeps alive; it must hold as many bytes as
  /// the shape takes.
  static TensorValue view(ElementType type, llvm::ArrayRef<int64_t> shape,
                          const char *data, std::shared_ptr<const void> owner);
  /// Copies \p values, whose number is that of the shape. For tests and small
  /// tensors: asserts that there is memory.
  template <typename T>
  static TensorValue of(ElementType type, llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<T> values);

  /// The value of a constant. Views its bytes where they stand as a tensor's
  /// do; splats and types narrower than a byte are written out.
  static llvm::Expected<TensorValue>
  fromConstant(ConstantAttr constant, const MemoryBudgetRef &budget = nullptr);
  ConstantAttr toConstant(Context &context) const;
  /// The bytes as ConstantData and ONNX's raw_data have them (types narrower
  /// than a byte packed). Not for strings.
  std::vector<char> packBytes() const;
  /// The inverse. An error where \p bytes has another size than the shape
  /// takes.
  static llvm::Expected<TensorValue>
  fromPackedBytes(ElementType type, llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<char> bytes,
                  const MemoryBudgetRef &budget = nullptr);

  ElementType getElementType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  unsigned getRank() const { return shape.size(); }
  int64_t getDim(unsigned i) const { return shape[i]; }
  int64_t getNumElements() const { return count; }
  bool isString() const { return type == ElementType::String; }
  TensorType getType(Context &context) const {
    return TensorType::get(context, type, llvm::ArrayRef<int64_t>(shape));
  }

  /// All bytes; not for strings.
  llvm::ArrayRef<char> getBytes() const {
    return {data, static_cast<size_t>(count * getElementSize(type))};
  }
  /// T is a storage type of the element type's size: float, Half, int8_t (for
  /// 4-bit integers too), …, std::string.
  template <typename T> Elements<T> elements() const {
    return Elements<T>(data);
  }
  /// For who allocated the tensor, before anyone else holds it.
  template <typename T> T *mutableData() {
    assert(writable && storage.use_count() == 1 && "tensor is shared");
    assert(sizeof(T) == getElementSize(type) && "wrong storage type");
    return reinterpret_cast<T *>(const_cast<char *>(data));
  }

  /// Counts what the strings hold against the budget that the tensor was
  /// allocated with, too, for as long as it lives. For who has written them; an
  /// error where the budget is exceeded. Nothing for other tensors.
  llvm::Error countStrings();

  /// The same elements under another shape of as many elements.
  TensorValue withShape(llvm::ArrayRef<int64_t> newShape) const;
  /// The same bytes as another type of the same element size.
  TensorValue withElementType(ElementType newType) const;

private:
  ElementType type = ElementType::F32;
  bool writable = false;
  Shape shape;
  int64_t count = 0;
  const char *data = nullptr;
  std::shared_ptr<const void> storage;
};

class RuntimeValue;

/// Keys are int64_t (for any integer type) or strings (ai.onnx.ml).
struct MapValue {
  using Key = std::variant<int64_t, std::string>;
  std::vector<std::pair<Key, RuntimeValue>> entries;
};

class RuntimeValue {
public:
  enum class Kind : uint8_t { Absent, Tensor, Sequence, Optional, Map };

  /// Absent: what an operand is where an optional one isn't given.
  RuntimeValue() = default;
  RuntimeValue(TensorValue tensor) : contents(std::move(tensor)) {}
  static RuntimeValue sequence(std::vector<RuntimeValue> elements);
  /// An optional that holds \p value, which is not itself Absent.
  static RuntimeValue some(RuntimeValue value);
  static RuntimeValue none();
  static RuntimeValue map(MapValue entries);

  Kind getKind() const { return static_cast<Kind>(contents.index()); }
  explicit operator bool() const { return getKind() != Kind::Absent; }
  bool isTensor() const { return getKind() == Kind::Tensor; }
  bool isSequence() const { return getKind() == Kind::Sequence; }
  bool isOptional() const { return getKind() == Kind::Optional; }
  bool isMap() const { return getKind() == Kind::Map; }

  /// Each only for its kind.
  const TensorValue &getTensor() const {
    return std::get<TensorValue>(contents);
  }
  llvm::ArrayRef<RuntimeValue> getSequence() const;
  bool hasOptionalValue() const;
  const RuntimeValue &getOptionalValue() const;
  const MapValue &getMap() const;

  /// "tensor<2x3xf32>", "seq(3)", "optional(none)": for messages.
  std::string describe() const;

private:
  struct SequenceContents {
    std::shared_ptr<const std::vector<RuntimeValue>> elements;
  };
  struct OptionalContents {
    std::shared_ptr<const RuntimeValue> value;
  };
  struct MapContents {
    std::shared_ptr<const MapValue> map;
  };
  /// In the order of Kind.
  std::variant<std::monostate, TensorValue, SequenceContents, OptionalContents,
               MapContents>
      contents;
};

template <typename T>
TensorValue TensorValue::of(ElementType type, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<T> values) {
  TensorValue result = llvm::cantFail(allocate(type, shape));
  assert(result.count == static_cast<int64_t>(values.size()) &&
         "values don't fill the shape");
  std::copy(values.begin(), values.end(), result.mutableData<T>());
  return result;
}

} // namespace onnc

#endif // ONNC_INTERP_RUNTIMEVALUE_H
