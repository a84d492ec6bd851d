//===- ElementType.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/ElementType.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

namespace {
struct Entry {
  const char *name;
  unsigned bits;
  ElementKind kind;
  int32_t onnx;
  const char *onnxName;
};
} // namespace

static constexpr Entry table[] = {
#define ELEMENT_TYPE(ENUM, NAME, BITS, KIND, ONNX, ONNX_NAME)                  \
  {NAME, BITS, ElementKind::KIND, ONNX, ONNX_NAME},
#include "onnc/Support/ElementTypes.def"
};

static const Entry &entry(ElementType type) {
  return table[static_cast<unsigned>(type)];
}

StringRef onnc::getName(ElementType type) { return entry(type).name; }
StringRef onnc::getOnnxName(ElementType type) { return entry(type).onnxName; }
int32_t onnc::getOnnxNumber(ElementType type) { return entry(type).onnx; }
ElementKind onnc::getKind(ElementType type) { return entry(type).kind; }
unsigned onnc::getBitWidth(ElementType type) { return entry(type).bits; }

std::optional<ElementType> onnc::parseElementType(StringRef name) {
  return StringSwitch<std::optional<ElementType>>(name)
#define ELEMENT_TYPE(ENUM, NAME, BITS, KIND, ONNX, ONNX_NAME)                  \
  .Case(NAME, ElementType::ENUM)
#include "onnc/Support/ElementTypes.def"
      .Default(std::nullopt);
}

std::optional<ElementType> onnc::getElementTypeFromOnnx(int32_t number) {
  switch (number) {
#define ELEMENT_TYPE(ENUM, NAME, BITS, KIND, ONNX, ONNX_NAME)                  \
  case ONNX:                                                                   \
    return ElementType::ENUM;
#include "onnc/Support/ElementTypes.def"
  default:
    return std::nullopt;
  }
}

std::optional<int64_t> onnc::getByteSize(ElementType type, int64_t count) {
  int64_t bits;
  if (MulOverflow<int64_t>(count, getBitWidth(type), bits) ||
      AddOverflow<int64_t>(bits, 7, bits))
    return std::nullopt;
  return bits / 8;
}
