//===- Dispatch.h - From element types to C++ types -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Storage types of element types, and the dispatch of templated lambdas over
/// sets of them, so that nothing is written per type by hand:
///
///   return dispatch(NumericTypes(), x.getElementType(),
///                   [&]<typename T>() -> llvm::Error { … });
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_DISPATCH_H
#define ONNC_LIB_INTERP_DISPATCH_H

#include "Kernel.h"
#include "onnc/Support/FloatFormats.h"
#include <complex>

namespace onnc::interp {

/// The element type \p E is stored as \p T.
template <ElementType E, typename T> struct TypeCase {
  static constexpr ElementType element = E;
  using Storage = T;
};
template <typename... Cases> struct TypeSet {};
template <typename... A, typename... B>
TypeSet<A..., B...> operator+(TypeSet<A...>, TypeSet<B...>) {
  return {};
}

using FloatTypes = TypeSet<
    TypeCase<ElementType::F32, float>, TypeCase<ElementType::F64, double>,
    TypeCase<ElementType::F16, Half>, TypeCase<ElementType::BF16, BFloat16>>;
using UnsignedTypes = TypeSet<
    TypeCase<ElementType::U8, uint8_t>, TypeCase<ElementType::U16, uint16_t>,
    TypeCase<ElementType::U32, uint32_t>, TypeCase<ElementType::U64, uint64_t>>;
using SignedTypes = TypeSet<
    TypeCase<ElementType::I8, int8_t>, TypeCase<ElementType::I16, int16_t>,
    TypeCase<ElementType::I32, int32_t>, TypeCase<ElementType::I64, int64_t>>;
using BoolType = TypeSet<TypeCase<ElementType::Bool, bool>>;
using StringType = TypeSet<TypeCase<ElementType::String, std::string>>;
/// In whole bytes, as tensor values keep them.
using SubByteTypes = TypeSet<
    TypeCase<ElementType::I4, int8_t>, TypeCase<ElementType::U4, uint8_t>,
    TypeCase<ElementType::I2, int8_t>, TypeCase<ElementType::U2, uint8_t>,
    TypeCase<ElementType::F4E2M1, Float4E2M1>>;
using Float8Types = TypeSet<TypeCase<ElementType::F8E4M3FN, Float8E4M3FN>,
                            TypeCase<ElementType::F8E4M3FNUZ, Float8E4M3FNUZ>,
                            TypeCase<ElementType::F8E5M2, Float8E5M2>,
                            TypeCase<ElementType::F8E5M2FNUZ, Float8E5M2FNUZ>,
                            TypeCase<ElementType::F8E8M0, Float8E8M0>>;

using IntegerTypes = decltype(SignedTypes() + UnsignedTypes());
using NumericTypes = decltype(FloatTypes() + IntegerTypes());
using NumericAndBoolTypes = decltype(NumericTypes() + BoolType());
/// All that have a value on the number line.
using RealTypes =
    decltype(NumericAndBoolTypes() + SubByteTypes() + Float8Types());

/// Runs fn<T>() for the storage type T of \p type; an error where \p type is
/// not in the set.
template <typename... Cases, typename Fn>
llvm::Error dispatch(TypeSet<Cases...>, ElementType type, Fn &&fn) {
  std::optional<llvm::Error> result;
  ((type == Cases::element
        ? (void)result.emplace(
              fn.template operator()<typename Cases::Storage>())
        : (void)0),
   ...);
  if (result)
    return std::move(*result);
  return fail("elements of type " + getName(type) + " are not supported");
}

/// 16 bytes that are moved and never looked into.
struct Bits128 {
  uint64_t words[2];
};

/// Runs fn<T>() for a type T that elements of \p type can be copied as, bit for
/// bit: an unsigned integer of their size, Bits128, or std::string.
template <typename Fn> llvm::Error dispatchStorage(ElementType type, Fn &&fn) {
  if (type == ElementType::String)
    return fn.template operator()<std::string>();
  switch (getElementSize(type)) {
  case 1:
    return fn.template operator()<uint8_t>();
  case 2:
    return fn.template operator()<uint16_t>();
  case 4:
    return fn.template operator()<uint32_t>();
  case 8:
    return fn.template operator()<uint64_t>();
  default:
    return fn.template operator()<Bits128>();
  }
}

template <typename T>
constexpr bool isStorageFloat =
    !std::is_integral_v<T> && std::is_convertible_v<T, double>;

/// What an operator computes in: double for every float, so that rounding to
/// the result's type is the only rounding there is up to f32; integers in their
/// own type.
template <typename T>
using Compute = std::conditional_t<isStorageFloat<T>, double, T>;

/// Integer arithmetic modulo 2^n.
template <typename T> T wrapAdd(T a, T b) {
  return T(uint64_t(a) + uint64_t(b));
}
template <typename T> T wrapSub(T a, T b) {
  return T(uint64_t(a) - uint64_t(b));
}
template <typename T> T wrapMul(T a, T b) {
  return T(uint64_t(a) * uint64_t(b));
}
template <> inline double wrapAdd(double a, double b) { return a + b; }
template <> inline double wrapSub(double a, double b) { return a - b; }
template <> inline double wrapMul(double a, double b) { return a * b; }

/// \p value, truncated towards zero, in the integer type T; the nearest value
/// that T has where it is out of range, 0 for NaN.
template <typename T> T truncateTo(double value) {
  static_assert(std::is_integral_v<T>);
  if (value != value)
    return 0;
  // Both bounds are powers of two (or zero), which doubles hold exactly.
  constexpr int digits = std::numeric_limits<T>::digits;
  const double bound = 2.0 * double(uint64_t(1) << (digits - 1));
  if (value >= bound)
    return std::numeric_limits<T>::max();
  if (value < double(std::numeric_limits<T>::min()))
    return std::numeric_limits<T>::min();
  return static_cast<T>(value);
}

/// Element \p i of a tensor of any of RealTypes, for kernels where speed
/// doesn't matter. Exact but for 64-bit integers beyond 2^53.
double loadReal(const TensorValue &tensor, int64_t i);

/// All elements of a tensor of RealTypes.
std::vector<double> loadReals(const TensorValue &tensor);

/// All elements of an integer or bool tensor; uint64 reinterpreted.
std::vector<int64_t> loadInts(const TensorValue &tensor);

/// A tensor of \p values, each rounded to the float type \p type.
llvm::Expected<TensorValue> storeReals(KernelContext &ctx, ElementType type,
                                       llvm::ArrayRef<int64_t> shape,
                                       llvm::ArrayRef<double> values);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_DISPATCH_H
