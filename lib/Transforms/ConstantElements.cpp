//===- ConstantElements.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/ConstantElements.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Support/FloatFormats.h"
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace onnc;

static bool isWideFloat(ElementType type) {
  return type == ElementType::F16 || type == ElementType::BF16 ||
         type == ElementType::F32 || type == ElementType::F64;
}

/// Element \p i, of a numeric type of 8 bits and more but no float8.
static double readElement(const ConstantData &data, ElementType type,
                          int64_t i) {
  switch (type) {
  case ElementType::F16:
    return decodeHalf(data.get<uint16_t>(i));
  case ElementType::BF16:
    return decodeBFloat16(data.get<uint16_t>(i));
  case ElementType::F32:
    return data.get<float>(i);
  case ElementType::F64:
    return data.get<double>(i);
  case ElementType::I8:
    return data.get<int8_t>(i);
  case ElementType::I16:
    return data.get<int16_t>(i);
  case ElementType::I32:
    return data.get<int32_t>(i);
  case ElementType::I64:
    return data.get<int64_t>(i);
  case ElementType::U8:
    return data.get<uint8_t>(i);
  case ElementType::U16:
    return data.get<uint16_t>(i);
  case ElementType::U32:
    return data.get<uint32_t>(i);
  case ElementType::U64:
    return data.get<uint64_t>(i);
  default:
    llvm_unreachable("checked by the callers");
  }
}

template <typename T> static void writeElement(char *to, T value) {
  support::endian::write<T, llvm::endianness::little>(to, value);
}

/// Rounds \p value and writes it; false where the result isn't finite.
static bool writeRounded(ElementType type, char *to, double value) {
  switch (type) {
  case ElementType::F16: {
    Half rounded(value);
    writeElement<uint16_t>(to, rounded.bits);
    return std::isfinite(static_cast<float>(rounded));
  }
  case ElementType::BF16: {
    BFloat16 rounded(value);
    writeElement<uint16_t>(to, rounded.bits);
    return std::isfinite(static_cast<float>(rounded));
  }
  case ElementType::F32:
    writeElement<float>(to, static_cast<float>(value));
    return std::isfinite(static_cast<float>(value));
  case ElementType::F64:
    writeElement<double>(to, value);
    return std::isfinite(value);
  default:
    llvm_unreachable("not a float of 16 bits and more");
  }
}

std::optional<std::vector<double>> onnc::getFloatElements(const Value *value) {
  ConstantAttr constant = getConstantValue(value);
  if (!constant || !isWideFloat(constant.getType().getElementType()))
    return std::nullopt;
  constexpr int64_t maxSplatElements = int64_t(1) << 26;
  ElementType type = constant.getType().getElementType();
  int64_t count = *constant.getType().getNumElements();
  if (constant.getData().isSplat() && count > maxSplatElements)
    return std::nullopt;
  std::vector<double> elements(count);
  for (auto [i, element] : enumerate(elements))
    element = readElement(constant.getData(), type, i);
  return elements;
}

std::optional<double> onnc::getUniformElement(const Value *value) {
  constexpr int64_t maxElements = 4096;
  ConstantAttr constant = getConstantValue(value);
  if (!constant)
    return std::nullopt;
  ElementType type = constant.getType().getElementType();
  int64_t count = *constant.getType().getNumElements();
  const ConstantData &data = constant.getData();
  bool isNumber =
      isWideFloat(type) || (isInteger(type) && getBitWidth(type) >= 8);
  if (!isNumber || count == 0 || (!data.isSplat() && count > maxElements))
    return std::nullopt;
  size_t size = getBitWidth(type) / 8;
  for (int64_t i = 1; i < count && !data.isSplat(); ++i)
    if (data.getBytes().slice(i * size, size) !=
        data.getBytes().take_front(size))
      return std::nullopt;
  return readElement(data, type, 0);
}

ConstantAttr onnc::roundToConstant(TensorType type, ArrayRef<double> elements) {
  ElementType element = type.getElementType();
  assert(isWideFloat(element) && "not a float of 16 bits and more");
  size_t size = getBitWidth(element) / 8;
  std::vector<char> bytes(elements.size() * size);
  for (auto [i, value] : enumerate(elements))
    if (!writeRounded(element, bytes.data() + i * size, value))
      return ConstantAttr();
  // Each element equals the next.
  bool uniform =
      elements.size() > 1 &&
      !std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size);
  if (uniform)
    bytes.resize(size);
  return ConstantAttr::get(type, ConstantData(std::move(bytes), uniform));
}
