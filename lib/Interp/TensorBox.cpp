//===- TensorBox.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorBox.h"
#include "Dispatch.h"
#include "Iteration.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Shape interp::getShape(ArrayRef<Range> box) {
  Shape shape;
  for (Range range : box)
    shape.push_back(range.size());
  return shape;
}

char *interp::getMutableBytes(TensorValue &tensor) {
  char *bytes = nullptr;
  cantFail(dispatchStorage(tensor.getElementType(), [&]<typename T>() {
    bytes = reinterpret_cast<char *>(tensor.mutableData<T>());
    return Error::success();
  }));
  return bytes;
}

void interp::copyBox(const TensorBox &from, TensorBox &to,
                     ArrayRef<Range> region) {
  assert(!from.tensor.isString() && "strings aren't bytes");
  if (isEmpty(region) || &from.tensor == &to.tensor)
    return;
  const int64_t size = getElementSize(from.tensor.getElementType());
  const Shape fromStrides = getStrides(from.tensor.getShape());
  const Shape toStrides = getStrides(to.tensor.getShape());
  std::array<int64_t, 2> start = {0, 0};
  for (auto [i, range] : enumerate(region)) {
    start[0] += (range.lo - from.box[i].lo) * fromStrides[i];
    start[1] += (range.lo - to.box[i].lo) * toStrides[i];
  }
  // Rows of the innermost dimension are contiguous on both sides.
  const int64_t row = region.empty() ? 1 : region.back().size();
  ArrayRef<Range> outer = region.empty() ? region : region.drop_back();
  const char *source = from.tensor.getBytes().data();
  char *target = getMutableBytes(to.tensor);
  auto cut = [&](const Shape &strides) {
    return Shape(ArrayRef<int64_t>(strides).take_front(outer.size()));
  };
  forEachElement<2>(
      getShape(outer), {cut(fromStrides), cut(toStrides)},
      [&](int64_t, int64_t at, int64_t toAt) {
        std::memcpy(target + toAt * size, source + at * size, row * size);
      },
      start);
}

Expected<TensorValue> interp::slice(const TensorBox &from, ArrayRef<Range> box,
                                    const MemoryBudgetRef &budget) {
  if (!contains(from.box, box))
    return fail("the elements " + toString(box) + " are wanted where " +
                toString(from.box) + " are known");
  if (ArrayRef<Range>(from.box) == box)
    return from.tensor;
  auto result = TensorValue::allocate(from.tensor.getElementType(),
                                      getShape(box), budget);
  if (!result)
    return result.takeError();
  TensorBox to = {std::move(*result), Box(box)};
  copyBox(from, to, box);
  return std::move(to.tensor);
}

/// \p value as an integer of \p type, rounded to nearest even and saturated;
/// not a number is 0.
template <typename T> static T saturate(double value, ElementType type) {
  const unsigned bits = getBitWidth(type);
  constexpr bool isSigned = std::is_signed_v<T>;
  const double hi = std::ldexp(1.0, isSigned ? bits - 1 : bits);
  const double lo = isSigned ? -hi : 0;
  if (value != value)
    return 0;
  value = std::nearbyint(value);
  if (value >= hi)
    return static_cast<T>(isSigned ? maxIntN(bits) : maxUIntN(bits));
  return value <= lo ? static_cast<T>(lo) : static_cast<T>(value);
}

template <typename T> static T fromReal(double value, ElementType type) {
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else if constexpr (std::is_integral_v<T>)
    return saturate<T>(value, type);
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(value);
  else if constexpr (std::is_same_v<T, Float8E8M0>)
    return T(value, OnOverflow::Saturate, E8M0Rounding::Nearest);
  else
    return T(value,
             sizeof(T) == 1 ? OnOverflow::Saturate : OnOverflow::Infinity);
}

Expected<TensorValue> interp::convertElements(const TensorValue &tensor,
                                              ElementType type,
                                              const MemoryBudgetRef &budget) {
  if (tensor.getElementType() == type)
    return tensor;
  auto result = TensorValue::allocate(type, tensor.getShape(), budget);
  if (!result)
    return result;
  const int64_t count = tensor.getNumElements();
  // The two that nearly every program has; F16C converts them.
  if (tensor.getElementType() == ElementType::F16 && type == ElementType::F32) {
    Elements<Half> from = tensor.elements<Half>();
    float *to = result->mutableData<float>();
    for (int64_t i = 0; i != count; ++i)
      to[i] = from[i];
    return result;
  }
  if (tensor.getElementType() == ElementType::F32 && type == ElementType::F16) {
    Elements<float> from = tensor.elements<float>();
    Half *to = result->mutableData<Half>();
    for (int64_t i = 0; i != count; ++i)
      to[i] = Half(from[i]);
    return result;
  }
  // What has no real value, strings and complex numbers, isn't converted.
  if (Error error =
          dispatch(RealTypes(), tensor.getElementType(),
                   []<typename From>() -> Error { return Error::success(); }))
    return error;
  std::vector<double> wide = loadReals(tensor);
  if (Error error = dispatch(RealTypes(), type, [&]<typename To>() -> Error {
        To *to = result->mutableData<To>();
        for (int64_t i = 0; i != count; ++i)
          to[i] = fromReal<To>(wide[i], type);
        return Error::success();
      }))
    return error;
  return result;
}
