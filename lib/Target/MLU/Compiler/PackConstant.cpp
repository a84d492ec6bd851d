//===- PackConstant.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackConstant.h"
#include "../Float16.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

bool mlu::isPacked(ConstantAttr value, BufferType type) {
  return value.getType().getElementType() == type.getElementType() &&
         !value.getData().isSplat() && type.getLayout().isRowMajor();
}

namespace {

/// FP16 as it is stored.
struct Half {
  uint16_t bits;
};

template <typename To, typename From> To convert(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, Half>) {
    return Half{toHalf(static_cast<float>(value))};
  } else if constexpr (std::is_same_v<To, float>) {
    return static_cast<float>(value);
  } else {
    auto number = static_cast<double>(value);
    using Limits = std::numeric_limits<To>;
    if (std::isnan(number))
      return 0;
    return static_cast<To>(std::clamp(std::nearbyint(number),
                                      static_cast<double>(Limits::min()),
                                      static_cast<double>(Limits::max())));
  }
}

} // namespace

/// Elements in the order of the index, each to where the layout puts it.
template <typename To, typename From>
static void pack(const ConstantData &data, ArrayRef<int64_t> shape,
                 ArrayRef<int64_t> strides, uint8_t *to) {
  int64_t width = shape.empty() ? 1 : shape.back();
  int64_t step = shape.empty() ? 0 : strides.back();
  SmallVector<int64_t, 6> index(shape.size(), 0);
  int64_t row = 0;
  for (size_t i = 0;;) {
    for (int64_t x = 0; x < width; ++x, ++i) {
      To element = convert<To>(data.get<From>(i));
      memcpy(to + (row + x * step) * sizeof(To), &element, sizeof(To));
    }
    size_t dim = shape.empty() ? 0 : shape.size() - 1;
    while (dim) {
      --dim;
      row += strides[dim];
      if (++index[dim] < shape[dim])
        break;
      row -= shape[dim] * strides[dim];
      index[dim] = 0;
      if (!dim)
        return;
    }
    if (shape.size() < 2)
      return;
  }
}

template <typename To>
static bool packAs(ConstantAttr value, ArrayRef<int64_t> shape,
                   ArrayRef<int64_t> strides, uint8_t *to) {
  const ConstantData &data = value.getData();
  switch (value.getType().getElementType()) {
#define CASE(ENUM, TYPE)                                                       \
  case ElementType::ENUM:                                                      \
    pack<To, TYPE>(data, shape, strides, to);                                  \
    return true;
    CASE(F32, float)
    CASE(F64, double)
    CASE(Bool, uint8_t)
    CASE(I8, int8_t)
    CASE(U8, uint8_t)
    CASE(I16, int16_t)
    CASE(I32, int32_t)
    CASE(I64, int64_t)
#undef CASE
  default:
    return false;
  }
}

/// Whether all elements of an int64 constant are int32 numbers.
static bool fitsInt32(ConstantAttr value) {
  const ConstantData &data = value.getData();
  const int64_t count = data.isSplat() ? 1 : *value.getType().getNumElements();
  for (int64_t i = 0; i < count; ++i)
    if (!isInt<32>(data.get<int64_t>(i)))
      return false;
  return true;
}

Expected<std::vector<uint8_t>> mlu::packConstant(ConstantAttr value,
                                                 BufferType type) {
  std::vector<uint8_t> bytes(type.getByteSize());
  auto shape = type.getShape();
  auto strides = type.getLayout().getStrides(shape);
  ConstantAttr source = value;
  if (value.getType().getElementType() == ElementType::F16) {
    // As FP32, which holds all of them.
    const ConstantData &data = value.getData();
    std::vector<float> numbers;
    int64_t count = data.isSplat() ? 1 : *value.getType().getNumElements();
    for (int64_t i = 0; i < count; ++i)
      numbers.push_back(fromHalf(data.get<uint16_t>(i)));
    const char *begin = reinterpret_cast<const char *>(numbers.data());
    source = ConstantAttr::get(
        value.getType().withElementType(ElementType::F32),
        ConstantData(std::vector<char>(begin, begin + count * sizeof(float)),
                     data.isSplat()));
  }
  if (bytes.empty())
    return bytes;
  bool done = false;
  switch (type.getElementType()) {
  case ElementType::F16:
    done = packAs<Half>(source, shape, strides, bytes.data());
    break;
  case ElementType::F32:
    done = packAs<float>(source, shape, strides, bytes.data());
    break;
  case ElementType::I8:
    done = packAs<int8_t>(source, shape, strides, bytes.data());
    break;
  case ElementType::I32:
    if (value.getType().getElementType() == ElementType::I64 &&
        !fitsInt32(value))
      return createStringError("a constant of 64-bit integers has elements "
                               "that 32 bits don't hold");
    done = packAs<int32_t>(source, shape, strides, bytes.data());
    break;
  default:
    break;
  }
  if (done)
    return bytes;
  return createStringError("a constant of type " + value.getType().str() +
                           " can't be stored as " + Type(type).str());
}
