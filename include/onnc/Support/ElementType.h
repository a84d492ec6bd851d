//===- ElementType.h - What a tensor holds ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The element types of tensors and their sizes. ElementTypes.def is the table.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_ELEMENTTYPE_H
#define ONNC_SUPPORT_ELEMENTTYPE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace onnc {

enum class ElementType : uint8_t {
#define ELEMENT_TYPE(ENUM, NAME, BITS, KIND, ONNX, ONNX_NAME) ENUM,
#include "onnc/Support/ElementTypes.def"
};

enum class ElementKind : uint8_t { Float, SInt, UInt, Bool, Complex, String };

/// The text form, e.g. "f32".
llvm::StringRef getName(ElementType type);
std::optional<ElementType> parseElementType(llvm::StringRef name);
/// The name in ONNX type strings: "float" in "tensor(float)".
llvm::StringRef getOnnxName(ElementType type);
/// TensorProto.DataType's number, and back.
int32_t getOnnxNumber(ElementType type);
std::optional<ElementType> getElementTypeFromOnnx(int32_t number);

ElementKind getKind(ElementType type);
/// Bits of one element; 0 for strings.
unsigned getBitWidth(ElementType type);

inline bool isFloat(ElementType type) {
  return getKind(type) == ElementKind::Float;
}
/// Signed or unsigned integer; bool isn't one.
inline bool isInteger(ElementType type) {
  return getKind(type) == ElementKind::SInt ||
         getKind(type) == ElementKind::UInt;
}

/// Bytes that \p count elements take when packed; nullopt where that overflows
/// an int64_t. \p count must not be negative; strings take none.
std::optional<int64_t> getByteSize(ElementType type, int64_t count);

} // namespace onnc

#endif // ONNC_SUPPORT_ELEMENTTYPE_H
