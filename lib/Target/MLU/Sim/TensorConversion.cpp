//===- TensorConversion.cpp - Host and device layouts ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Elements pass through a number that is either an exact integer or a double,
/// so that 64-bit integers survive. Integers saturate; floating numbers become
/// integers by truncation, NaN becomes 0; FP16 and BF16 are rounded from FP32.
///
//===----------------------------------------------------------------------===//

#include "TensorConversion.h"
#include "../Float16.h"
#include "Elements.h"
#include "llvm/Support/ErrorHandling.h"
#include <limits>

namespace onnc::mlu {
namespace {

struct Number {
  bool isInteger;
  int64_t integer;
  double real;

  static Number of(int64_t v) { return {true, v, 0}; }
  static Number of(double v) { return {false, 0, v}; }

  float asFloat() const { return isInteger ? float(integer) : float(real); }
  double asDouble() const { return isInteger ? double(integer) : real; }
  template <class T> T asInteger() const {
    using Limits = std::numeric_limits<T>;
    if (isInteger) {
      if constexpr (sizeof(T) == 8)
        return std::is_signed_v<T> ? T(integer)
                                   : T(std::max<int64_t>(integer, 0));
      else
        return T(std::clamp<int64_t>(integer, Limits::min(), Limits::max()));
    }
    if (real != real)
      return 0;
    if (real >= double(Limits::max()))
      return Limits::max();
    return real <= double(Limits::min()) ? Limits::min() : T(real);
  }
};

template <class T> T load(const uint8_t *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T> void store(uint8_t *at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

Number loadHost(HostType type, const uint8_t *at) {
  switch (type) {
  case HostType::F32:
    return Number::of(double(load<float>(at)));
  case HostType::F64:
    return Number::of(load<double>(at));
  case HostType::F16:
    return Number::of(double(fromHalf(load<uint16_t>(at))));
  case HostType::BF16:
    return Number::of(
        double(std::bit_cast<float>(uint32_t(load<uint16_t>(at)) << 16)));
  case HostType::Bool:
    return Number::of(int64_t(load<uint8_t>(at) != 0));
  case HostType::U8:
    return Number::of(int64_t(load<uint8_t>(at)));
  case HostType::I8:
    return Number::of(int64_t(load<int8_t>(at)));
  case HostType::U16:
    return Number::of(int64_t(load<uint16_t>(at)));
  case HostType::I16:
    return Number::of(int64_t(load<int16_t>(at)));
  case HostType::U32:
    return Number::of(int64_t(load<uint32_t>(at)));
  case HostType::I32:
    return Number::of(int64_t(load<int32_t>(at)));
  case HostType::U64: // No device type tells the upper half apart.
    return Number::of(
        int64_t(std::min<uint64_t>(load<uint64_t>(at), uint64_t(INT64_MAX))));
  case HostType::I64:
    return Number::of(load<int64_t>(at));
  }
  llvm_unreachable("validated");
}

uint16_t toBFloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if (value != value)
    return 0x7fc0;
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

void storeHost(HostType type, uint8_t *at, const Number &n) {
  switch (type) {
  case HostType::F32:
    return store(at, n.asFloat());
  case HostType::F64:
    return store(at, n.asDouble());
  case HostType::F16:
    return store(at, toHalf(n.asFloat()));
  case HostType::BF16:
    return store(at, toBFloat(n.asFloat()));
  case HostType::Bool:
    return store(at, uint8_t(n.asDouble() != 0));
  case HostType::U8:
    return store(at, n.asInteger<uint8_t>());
  case HostType::I8:
    return store(at, n.asInteger<int8_t>());
  case HostType::U16:
    return store(at, n.asInteger<uint16_t>());
  case HostType::I16:
    return store(at, n.asInteger<int16_t>());
  case HostType::U32:
    return store(at, n.asInteger<uint32_t>());
  case HostType::I32:
    return store(at, n.asInteger<int32_t>());
  case HostType::U64:
    return store(at, n.asInteger<uint64_t>());
  case HostType::I64:
    return store(at, n.asInteger<int64_t>());
  }
  llvm_unreachable("validated");
}

Number loadDevice(ElemType type, const uint8_t *at) {
  switch (type) {
  case ElemType::F16:
    return Number::of(double(fromHalf(load<uint16_t>(at))));
  case ElemType::F32:
    return Number::of(double(load<float>(at)));
  case ElemType::I8:
    return Number::of(int64_t(load<int8_t>(at)));
  case ElemType::I32:
    return Number::of(int64_t(load<int32_t>(at)));
  }
  llvm_unreachable("validated");
}

void storeDevice(ElemType type, uint8_t *at, const Number &n) {
  switch (type) {
  case ElemType::F16:
    return store(at, toHalf(n.asFloat()));
  case ElemType::F32:
    return store(at, n.asFloat());
  case ElemType::I8:
    return store(at, n.asInteger<int8_t>());
  case ElemType::I32:
    return store(at, n.asInteger<int32_t>());
  }
}

/// Calls \p body(host offset, device offset) for every element, the host's in
/// ascending order.
template <class F> void forElements(const TensorDesc &tensor, F body) {
  uint64_t n = tensor.numElements();
  size_t rank = tensor.shape.size();
  unsigned hostSize = hostTypeSize(tensor.hostType);
  std::vector<int64_t> index(rank, 0);
  uint64_t device = tensor.address;
  for (uint64_t i = 0; i != n; ++i) {
    body(i * hostSize, device);
    for (size_t d = rank; d-- != 0;) {
      device += uint64_t(tensor.strides[d]);
      if (++index[d] != tensor.shape[d])
        break;
      device -= uint64_t(tensor.strides[d] * tensor.shape[d]);
      index[d] = 0;
    }
  }
}

} // namespace

void toDevice(const TensorDesc &tensor, const uint8_t *host, uint8_t *memory) {
  if (tensor.hostType == HostType::F32 && tensor.deviceType == ElemType::F16)
    return forElements(tensor, [&](uint64_t from, uint64_t to) {
      store(memory + to, toHalf(load<float>(host + from)));
    });
  forElements(tensor, [&](uint64_t from, uint64_t to) {
    storeDevice(tensor.deviceType, memory + to,
                loadHost(tensor.hostType, host + from));
  });
}

void toHost(const TensorDesc &tensor, const uint8_t *memory, uint8_t *host) {
  forElements(tensor, [&](uint64_t to, uint64_t from) {
    storeHost(tensor.hostType, host + to,
              loadDevice(tensor.deviceType, memory + from));
  });
}

} // namespace onnc::mlu
