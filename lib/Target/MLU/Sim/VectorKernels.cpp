//===- VectorKernels.cpp - Element-wise instructions ----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"
#include "SpecialFunctions.h"
#include <type_traits>

namespace onnc::mlu {
namespace {

/// The operation of a vector-vector opcode on widened elements.
template <class T> T applyBinary(Opcode opcode, T x, T y) {
  constexpr bool Float = std::is_same_v<T, float>;
  switch (opcode) {
  case Opcode::VAV:
    return addWrap(x, y);
  case Opcode::VSV:
    if constexpr (Float)
      return x - y;
    else
      return T(uint32_t(x) - uint32_t(y));
  case Opcode::VMV:
    if constexpr (Float)
      return x * y;
    else
      return T(uint32_t(x) * uint32_t(y));
  case Opcode::VDV:
    if constexpr (Float)
      return x / y;
    else
      return y == 0 ? 0 : T(int64_t(x) / int64_t(y));
  case Opcode::VGTM:
    return larger(x, y);
  case Opcode::VLTM:
    return smaller(x, y);
  case Opcode::VGT:
    return x > y;
  case Opcode::VGE:
    return x >= y;
  case Opcode::VE:
    return x == y;
  case Opcode::VAND:
    return x != 0 && y != 0;
  case Opcode::VOR:
    return x != 0 || y != 0;
  case Opcode::VXOR:
    return (x != 0) != (y != 0);
  case Opcode::VPOW:
    if constexpr (Float)
      return float(special::pow(x, y));
    break;
  default:
    break;
  }
  return x;
}

/// Loops over \p n elements; the switch is hoisted out of the loop for the
/// operations that matter for speed.
template <class T>
void binaryBlock(Opcode opcode, T *x, const T *y, uint64_t n) {
  auto loop = [&](auto op) {
    for (uint64_t i = 0; i < n; ++i)
      x[i] = op(x[i], y[i]);
  };
  switch (opcode) {
  case Opcode::VAV:
    return loop([](T a, T b) { return addWrap(a, b); });
  case Opcode::VMV:
    return loop([](T a, T b) { return applyBinary(Opcode::VMV, a, b); });
  case Opcode::VSV:
    return loop([](T a, T b) { return applyBinary(Opcode::VSV, a, b); });
  case Opcode::VGTM:
    return loop([](T a, T b) { return larger(a, b); });
  case Opcode::VLTM:
    return loop([](T a, T b) { return smaller(a, b); });
  default:
    return loop([&](T a, T b) { return applyBinary(opcode, a, b); });
  }
}

/// Fills \p y with the second operand of elements [at, at + n).
template <class T>
void loadSecond(const BinaryArgs &args, uint64_t at, uint64_t n, T *y) {
  unsigned size = elemSize(args.type);
  switch (args.form) {
  case BinaryForm::Vector:
    return loadBlock(args.type, args.b + at * size, y, n);
  case BinaryForm::Cycled:
    for (uint64_t done = 0; done < n;) {
      uint64_t phase = (at + done) % args.period;
      uint64_t run = std::min(n - done, args.period - phase);
      loadBlock(args.type, args.b + phase * size, y + done, run);
      done += run;
    }
    return;
  case BinaryForm::PerRow:
    for (uint64_t done = 0; done < n;) {
      uint64_t row = (at + done) / args.period;
      uint64_t run = std::min(n - done, (row + 1) * args.period - (at + done));
      loadBlock(args.type, args.b + row * size, y + done, 1);
      std::fill_n(y + done + 1, run - 1, y[done]);
      done += run;
    }
    return;
  case BinaryForm::Scalar:
  case BinaryForm::ScalarFirst:
    T scalar;
    if constexpr (std::is_same_v<T, float>)
      scalar = std::bit_cast<float>(args.scalar);
    else
      scalar = args.type == ElemType::I8 ? int8_t(args.scalar)
                                         : int32_t(args.scalar);
    std::fill_n(y, n, scalar);
    return;
  }
}

float applyUnary(Opcode opcode, float x) {
  switch (opcode) {
  case Opcode::VNOT:
    return x == 0;
  case Opcode::VNEG:
    return -x;
  case Opcode::VABS:
    return std::fabs(x);
  case Opcode::VFLOOR:
    return std::floor(x);
  case Opcode::VCEIL:
    return std::ceil(x);
  case Opcode::VROUND:
    return std::nearbyint(x);
  case Opcode::VEXP:
    return float(special::exp(x));
  case Opcode::VLOG:
    return float(special::log(x));
  case Opcode::VSQRT:
    return std::sqrt(x);
  case Opcode::VRSQRT:
    return float(1 / std::sqrt(double(x)));
  case Opcode::VTANH:
    return float(special::tanh(x));
  case Opcode::VSIGM:
    return float(special::sigmoid(x));
  case Opcode::VERF:
    return float(special::erf(x));
  case Opcode::VSIN:
    return float(special::sine(x, 0));
  case Opcode::VCOS:
    return float(special::sine(x, 1));
  case Opcode::VRELU:
    return larger(x, 0.0f);
  default:
    return x;
  }
}

int32_t applyUnary(Opcode opcode, int32_t x) {
  switch (opcode) {
  case Opcode::VNOT:
    return x == 0;
  case Opcode::VNEG:
    return int32_t(0u - uint32_t(x));
  case Opcode::VABS:
    return x < 0 ? int32_t(0u - uint32_t(x)) : x;
  case Opcode::VRELU:
    return larger(x, 0);
  default:
    return x;
  }
}

template <class U>
void transpose(uint8_t *dst, const uint8_t *src, uint64_t rows, uint64_t cols) {
  for (uint64_t r = 0; r != rows; ++r)
    for (uint64_t c = 0; c != cols; ++c)
      std::memcpy(dst + (c * rows + r) * sizeof(U),
                  src + (r * cols + c) * sizeof(U), sizeof(U));
}

/// Integers of the target type that \p value rounds to.
int32_t toInteger(float value, ElemType to, bool truncate) {
  double rounded =
      truncate ? std::trunc(double(value)) : std::nearbyint(double(value));
  return to == ElemType::I8 ? saturate(rounded, -128, 127)
                            : saturate(rounded, INT32_MIN, INT32_MAX);
}

} // namespace

void runBinary(const BinaryArgs &args) {
  unsigned size = elemSize(args.type);
  withCompute(args.type, [&](auto tag) {
    using T = decltype(tag);
    forBlocks(args.n, [&](uint64_t at, uint64_t n) {
      T x[BlockSize], y[BlockSize];
      loadSecond(args, at, n, y);
      // The first operand of a scalar-first form is the scalar, so that the
      // vector is `b` there.
      if (args.form == BinaryForm::ScalarFirst) {
        std::copy_n(y, n, x);
        loadBlock(args.type, args.b + at * size, y, n);
      } else {
        loadBlock(args.type, args.a + at * size, x, n);
      }
      binaryBlock(args.opcode, x, y, n);
      storeBlock(args.type, args.dst + at * size, x, n);
    });
  });
}

void runUnary(Opcode opcode, ElemType type, uint8_t *dst, const uint8_t *a,
              uint64_t n, uint32_t scalar) {
  unsigned size = elemSize(type);
  float slope = std::bit_cast<float>(scalar);
  withCompute(type, [&](auto tag) {
    using T = decltype(tag);
    forBlocks(n, [&](uint64_t at, uint64_t count) {
      T x[BlockSize];
      loadBlock(type, a + at * size, x, count);
      for (uint64_t i = 0; i != count; ++i) {
        if constexpr (std::is_same_v<T, float>)
          if (opcode == Opcode::VLRELU || opcode == Opcode::MMS) {
            bool keep = opcode == Opcode::VLRELU && !(x[i] < 0);
            x[i] = keep ? x[i] : x[i] * slope;
            continue;
          }
        x[i] = applyUnary(opcode, x[i]);
      }
      storeBlock(type, dst + at * size, x, count);
    });
  });
}

void runSelect(ElemType type, uint8_t *dst, const uint8_t *mask,
               const uint8_t *a, const uint8_t *b, uint64_t n) {
  unsigned size = elemSize(type);
  withCompute(type, [&](auto tag) {
    using T = decltype(tag);
    forBlocks(n, [&](uint64_t at, uint64_t count) {
      T m[BlockSize], x[BlockSize], y[BlockSize];
      loadBlock(type, mask + at * size, m, count);
      loadBlock(type, a + at * size, x, count);
      loadBlock(type, b + at * size, y, count);
      for (uint64_t i = 0; i != count; ++i)
        x[i] = m[i] != 0 ? x[i] : y[i];
      storeBlock(type, dst + at * size, x, count);
    });
  });
}

void runRandom(ElemType type, uint8_t *dst, uint64_t n, uint32_t seed) {
  forBlocks(n, [&](uint64_t at, uint64_t count) {
    float values[BlockSize];
    for (uint64_t i = 0; i != count; ++i) {
      uint32_t x = seed + uint32_t(at + i) * 0x9e3779b9u;
      x ^= x >> 16;
      x *= 0x21f0aaadu;
      x ^= x >> 15;
      x *= 0x735a2d97u;
      x ^= x >> 15;
      values[i] = float(x >> 8) * 0x1p-24f;
    }
    storeBlock(type, dst + at * elemSize(type), values, count);
  });
}

void runTranspose(ElemType type, uint8_t *dst, const uint8_t *src,
                  uint64_t rows, uint64_t cols) {
  switch (elemSize(type)) {
  case 1:
    return transpose<uint8_t>(dst, src, rows, cols);
  case 2:
    return transpose<uint16_t>(dst, src, rows, cols);
  default:
    return transpose<uint32_t>(dst, src, rows, cols);
  }
}

void runFill(ElemType type, uint8_t *dst, uint64_t n, uint32_t value) {
  unsigned size = elemSize(type);
  for (uint64_t i = 0; i != n; ++i)
    std::memcpy(dst + i * size, &value, size); // Little-endian: low bits first.
}

void runOuter(ElemType type, ElemType result, uint8_t *dst, const uint8_t *a,
              const uint8_t *b, uint64_t m, uint64_t n) {
  unsigned size = elemSize(type), outSize = elemSize(result);
  withCompute(type, [&](auto tag) {
    using T = decltype(tag);
    for (uint64_t i = 0; i != m; ++i)
      forBlocks(n, [&](uint64_t at, uint64_t count) {
        T x, y[BlockSize];
        loadBlock(type, a + i * size, &x, 1);
        loadBlock(type, b + at * size, y, count);
        for (uint64_t j = 0; j != count; ++j)
          y[j] = applyBinary(Opcode::VMV, x, y[j]);
        storeBlock(result, dst + (i * n + at) * outSize, y, count);
      });
  });
}

void runConvert(ElemType from, ElemType to, bool truncate, uint8_t *dst,
                const uint8_t *src, uint64_t n) {
  unsigned fromSize = elemSize(from), toSize = elemSize(to);
  forBlocks(n, [&](uint64_t at, uint64_t count) {
    float x[BlockSize];
    int32_t i32[BlockSize];
    const uint8_t *in = src + at * fromSize;
    uint8_t *out = dst + at * toSize;
    if (isFloating(from)) {
      loadBlock(from, in, x, count);
      if (isFloating(to))
        return storeBlock(to, out, x, count);
      for (uint64_t i = 0; i != count; ++i)
        i32[i] = toInteger(x[i], to, truncate);
      return storeBlock(to, out, i32, count);
    }
    loadBlock(from, in, i32, count);
    if (isFloating(to)) {
      // INT32 to FP16 rounds once: FP32 holds every integer that FP16 can
      // tell from its neighbours, and saturates to infinity alike.
      for (uint64_t i = 0; i != count; ++i)
        x[i] = float(i32[i]);
      return storeBlock(to, out, x, count);
    }
    if (to == ElemType::I8)
      for (uint64_t i = 0; i != count; ++i)
        i32[i] = std::clamp(i32[i], -128, 127);
    storeBlock(to, out, i32, count);
  });
}

int64_t scaleExactly(int32_t value, const Rational &scale) {
  using Wide = unsigned __int128;
  constexpr int64_t Limit = int64_t(1) << 40;
  Wide product = Wide(value < 0 ? 0u - uint32_t(value) : uint32_t(value)) *
                 scale.num; // Below 2^95.
  auto withSign = [&](int64_t v) { return value < 0 ? -v : v; };
  if (product == 0)
    return 0;
  Wide divisor = scale.den;
  unsigned bits = 0;
  for (Wide rest = product; rest; rest >>= 1)
    ++bits;
  if (scale.exp >= 0) {
    // At least 2^(bits - 1 + exp - 32): far outside every result type.
    if (int64_t(bits) + scale.exp > 100)
      return withSign(Limit);
    product <<= scale.exp;
  } else {
    if (scale.exp < -95)
      return 0; // Below one half.
    divisor <<= -scale.exp;
  }
  Wide quotient = product / divisor, rest = product % divisor;
  if (2 * rest > divisor || (2 * rest == divisor && (quotient & 1)))
    ++quotient;
  return withSign(quotient > Wide(Limit) ? Limit : int64_t(quotient));
}

void runRequantize(int8_t *dst, const uint8_t *src, uint64_t n,
                   llvm::ArrayRef<Rational> scales, int32_t zero) {
  // The double product is off by less than 2^-50 of its size; away from a tie
  // it rounds as the exact one does.
  thread_local std::vector<double> approximate;
  approximate.clear();
  for (const Rational &s : scales)
    approximate.push_back(std::ldexp(double(s.num) / s.den, s.exp));
  uint64_t phase = 0;
  for (uint64_t i = 0; i != n; ++i) {
    int32_t value;
    std::memcpy(&value, src + i * 4, 4);
    double x = value * approximate[phase];
    double rounded = std::nearbyint(x);
    int64_t result;
    if (std::fabs(x) < 0x1p20 && std::fabs(std::fabs(x - rounded) - 0.5) > 1e-8)
      result = int64_t(rounded);
    else
      result = scaleExactly(value, scales[phase]);
    dst[i] = int8_t(std::clamp<int64_t>(result + zero, -128, 127));
    phase = phase + 1 == scales.size() ? 0 : phase + 1;
  }
}

void runQuantize(ElemType from, int8_t *dst, const uint8_t *src, uint64_t n,
                 float scale, int32_t zero) {
  forBlocks(n, [&](uint64_t at, uint64_t count) {
    float x[BlockSize];
    loadBlock(from, src + at * elemSize(from), x, count);
    for (uint64_t i = 0; i != count; ++i) {
      float quotient = x[i] / scale;
      double y = quotient != quotient ? 0 : std::nearbyint(quotient);
      dst[at + i] = int8_t(saturate(y + zero, -128, 127));
    }
  });
}

void runDequantize(ElemType from, ElemType to, uint8_t *dst, const uint8_t *src,
                   uint64_t n, float scale, int32_t zero) {
  forBlocks(n, [&](uint64_t at, uint64_t count) {
    int32_t q[BlockSize];
    float x[BlockSize];
    loadBlock(from, src + at * elemSize(from), q, count);
    for (uint64_t i = 0; i != count; ++i)
      x[i] = float(int64_t(q[i]) - zero) * scale;
    storeBlock(to, dst + at * elemSize(to), x, count);
  });
}

} // namespace onnc::mlu
