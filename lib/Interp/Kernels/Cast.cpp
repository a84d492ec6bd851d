//===- Cast.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cast.h"
#include "../Dispatch.h"
#include "../Kernels.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// What Cast's attributes say about values that the result can't hold.
struct CastMode {
  OnOverflow onOverflow;
  E8M0Rounding rounding;
};
} // namespace

/// The low \p bits of \p value, sign-extended where T is signed.
template <typename T> static T wrapToBits(T value, unsigned bits) {
  unsigned unused = 8 * sizeof(T) - bits;
  return T(T(uint64_t(value) << unused) >> unused);
}

/// \p value as an element of \p type, which is stored as To.
template <typename To, typename From>
static To convertElement(From value, ElementType type, CastMode mode) {
  if constexpr (std::is_same_v<To, bool>) {
    return static_cast<Compute<From>>(value) != 0;
  } else if constexpr (std::is_integral_v<To>) {
    unsigned bits = getBitWidth(type);
    if constexpr (std::is_integral_v<From>) {
      return wrapToBits(static_cast<To>(value), bits);
    } else {
      // Truncated, then as integers are. ONNX leaves values out of range open
      // but for 4 and 2 bits, where its tests wrap so.
      const double wide = static_cast<double>(value);
      return wrapToBits(static_cast<To>(wide >= 0x1p63
                                            ? truncateTo<uint64_t>(wide)
                                            : truncateTo<int64_t>(wide)),
                        bits);
    }
  } else if constexpr (std::is_same_v<To, Float8E8M0>) {
    return Float8E8M0(static_cast<double>(value), mode.onOverflow,
                      mode.rounding);
  } else if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(value);
  } else if constexpr (std::is_integral_v<From>) {
    return To(value, mode.onOverflow);
  } else {
    // Only floats of 16 bits overflow to infinity whatever "saturate" says.
    return To(static_cast<double>(value),
              sizeof(To) == 1 ? mode.onOverflow : OnOverflow::Infinity);
  }
}

/// Python's repr of a float: the fewest digits from which \p roundTrips, in
/// positional notation for exponents from -4 to 15.
static std::string formatFloat(double value,
                               function_ref<bool(double)> roundTrips) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  char digits[40];
  for (int precision = 0; precision != 17; ++precision) {
    std::snprintf(digits, sizeof digits, "%.*e", precision, value);
    if (roundTrips(std::strtod(digits, nullptr)))
      break;
  }
  auto [mantissa, exponentText] = StringRef(digits).split('e');
  int exponent = std::atoi(exponentText.str().c_str());
  std::string text = mantissa.str();
  if (exponent < -4 || exponent >= 16)
    return text + (exponent < 0 ? "e-" : "e+") +
           (std::abs(exponent) < 10 ? "0" : "") +
           std::to_string(std::abs(exponent));
  int decimals = mantissa.contains('.') ? mantissa.split('.').second.size() : 0;
  std::snprintf(digits, sizeof digits, "%.*f", std::max(decimals - exponent, 1),
                value);
  return digits;
}

template <typename From> static std::string toString(From value) {
  if constexpr (std::is_same_v<From, bool>)
    return value ? "True" : "False";
  else if constexpr (std::is_integral_v<From>)
    return std::to_string(value);
  else
    return formatFloat(static_cast<double>(value), [&](double parsed) {
      if constexpr (std::is_same_v<From, Float8E8M0>)
        return parsed == static_cast<double>(value);
      else
        return static_cast<double>(From(parsed)) == static_cast<double>(value);
    });
}

template <typename To>
static Expected<To> parse(StringRef text, ElementType type, CastMode mode) {
  text = text.trim();
  if constexpr (std::is_integral_v<To> && !std::is_same_v<To, bool>) {
    std::conditional_t<std::is_signed_v<To>, int64_t, uint64_t> integer;
    StringRef digits = text;
    digits.consume_front("+");
    if (!digits.getAsInteger(10, integer))
      return convertElement<To>(integer, type, mode);
  }
  double value;
  if (text.equals_insensitive("nan"))
    value = NAN;
  else if (text.trim("+").equals_insensitive("inf") ||
           text.trim("+").equals_insensitive("infinity"))
    value = INFINITY;
  else if (text.equals_insensitive("-inf") ||
           text.equals_insensitive("-infinity"))
    value = -INFINITY;
  else if (text.empty() || !to_float(text, value))
    return fail("'" + text + "' is not a number");
  return convertElement<To>(value, type, mode);
}

Expected<TensorValue>
interp::castTensor(KernelContext &ctx, const TensorValue &x, ElementType type) {
  if (x.getElementType() == type)
    return x;
  CastMode mode{ctx.op.getInt("saturate", 1) ? OnOverflow::Saturate
                                             : OnOverflow::Infinity,
                StringSwitch<E8M0Rounding>(ctx.op.getString("round_mode", "up"))
                    .Case("down", E8M0Rounding::Down)
                    .Case("nearest", E8M0Rounding::Nearest)
                    .Default(E8M0Rounding::Up)};
  Expected<TensorValue> y = ctx.allocate(type, x.getShape());
  if (!y)
    return y;
  const int64_t count = x.getNumElements();
  Error error = [&]() -> Error {
    if (type == ElementType::String)
      return dispatch(RealTypes(), x.getElementType(),
                      [&]<typename From>() -> Error {
                        for (int64_t i = 0; i != count; ++i)
                          y->mutableData<std::string>()[i] =
                              ::toString<From>(x.elements<From>()[i]);
                        return Error::success();
                      });
    return dispatch(RealTypes(), type, [&]<typename To>() -> Error {
      To *to = y->mutableData<To>();
      if (x.isString()) {
        for (int64_t i = 0; i != count; ++i) {
          Expected<To> value =
              parse<To>(x.elements<std::string>()[i], type, mode);
          if (!value)
            return value.takeError();
          to[i] = *value;
        }
        return Error::success();
      }
      return dispatch(RealTypes(), x.getElementType(),
                      [&]<typename From>() -> Error {
                        Elements<From> from = x.elements<From>();
                        for (int64_t i = 0; i != count; ++i)
                          to[i] = convertElement<To>(from[i], type, mode);
                        return Error::success();
                      });
    });
  }();
  if (error)
    return error;
  return y;
}

Error kernels::cast(KernelContext &ctx) {
  return ctx.done(castTensor(ctx, ctx.tensor(0), ctx.resultType()));
}

Error kernels::castLike(KernelContext &ctx) {
  return ctx.done(
      castTensor(ctx, ctx.tensor(0), ctx.tensor(1).getElementType()));
}

Error kernels::bitCast(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const ElementType from = x.getElementType(), to = ctx.resultType();
  const unsigned width = getBitWidth(to);
  if (width != getBitWidth(from) || x.isString())
    return fail("can't read the bits of " + getName(from) + " as " +
                getName(to));
  if (width >= 8)
    return ctx.done(x.withElementType(to));
  // Narrow types stand in whole bytes, sign extended where they are signed.
  Expected<TensorValue> y = ctx.allocate(to, x.getShape());
  if (!y)
    return y.takeError();
  const bool isSigned = getKind(to) == ElementKind::SInt;
  const unsigned shift = 8 - width;
  Elements<uint8_t> bytes = x.elements<uint8_t>();
  uint8_t *out = y->mutableData<uint8_t>();
  for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
    const uint8_t high = bytes[i] << shift;
    out[i] = isSigned ? static_cast<int8_t>(high) >> shift : high >> shift;
  }
  return ctx.done(std::move(*y));
}
