//===- MatrixKernels.cpp - Convolutions and matrix products ---------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Convolutions and matrix products. Sixteen output channels are the lanes of a
/// host vector; every lane adds its products in the order that the instruction
/// set states. Products of two FP16 numbers are exact in FP32, so a fused
/// multiply-add rounds as a product and a sum do, and this file alone is
/// compiled with contraction.
///
//===----------------------------------------------------------------------===//

#include "../Float16.h"
#include "Kernels.h"
#include <algorithm>
#include <cstring>
#include <vector>

// Versions for the host's vector units, chosen when the library is loaded.
// Sanitizers start too late for the resolvers.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(ONNC_SANITIZED)
#define ONNC_SIMD_CLONES                                                       \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ONNC_SIMD_CLONES
#endif

namespace onnc::mlu {
namespace {

constexpr int64_t Lanes = 16;
constexpr int64_t Pixels = 7; // Accumulators that fit every host's registers.

typedef float FloatLanes __attribute__((vector_size(64)));
typedef uint32_t IntLanes __attribute__((vector_size(64)));

template <class T> struct LanesOf;
template <> struct LanesOf<float> { using Type = FloatLanes; };
template <> struct LanesOf<uint32_t> { using Type = IntLanes; };

/// The operands of one instruction, widened; strides in elements.
template <class T> struct Widened {
  const T *in;
  int64_t inRow, inPix;
  const T *weights; ///< [tap][channel][lane] of one block of outputs.
};

/// Sums of N neighbouring output pixels whose taps are the same.
template <class T, int N>
__attribute__((always_inline)) inline void
accumulate(const TileGeometry &g, const Widened<T> &w, int64_t y, int64_t x,
           TapRange ky, TapRange kx, T (*sums)[Lanes]) {
  using V = typename LanesOf<T>::Type;
  V acc[N];
  for (int p = 0; p != N; ++p)
    std::memcpy(&acc[p], sums[p], sizeof(V));
  const int64_t step = g.strideW * w.inPix;
  for (int64_t i = ky.begin; i != ky.end; ++i)
    for (int64_t j = kx.begin; j != kx.end; ++j) {
      const T *in = w.in + (y * g.strideH - g.padT + i * g.dilH) * w.inRow +
                    (x * g.strideW - g.padL + j * g.dilW) * w.inPix;
      const T *weights = w.weights + (i * g.kW + j) * g.inC * Lanes;
      for (int64_t c = 0; c != g.inC; ++c, weights += Lanes) {
        V lanes;
        std::memcpy(&lanes, weights, sizeof(V));
        for (int p = 0; p != N; ++p)
          acc[p] += in[p * step + c] * lanes;
      }
    }
  for (int p = 0; p != N; ++p)
    std::memcpy(sums[p], &acc[p], sizeof(V));
}

template <class T>
__attribute__((always_inline)) inline void
accumulateRow(const TileGeometry &g, const Widened<T> &w, int64_t y,
              T (*sums)[Lanes]) {
  TapRange ky = g.tapsY(y);
  for (int64_t x = 0; x < g.outW;) {
    TapRange kx = g.tapsX(x);
    // The range only shifts one way along a row: equal ends, equal between.
    if (x + Pixels <= g.outW && kx.begin == 0 && kx.end == g.kW &&
        g.tapsX(x + Pixels - 1).size() == g.kW) {
      accumulate<T, Pixels>(g, w, y, x, ky, kx, sums + x);
      x += Pixels;
    } else {
      accumulate<T, 1>(g, w, y, x, ky, kx, sums + x);
      ++x;
    }
  }
}

ONNC_SIMD_CLONES void accumulateRowF32(const TileGeometry &g,
                                       const Widened<float> &w, int64_t y,
                                       float (*sums)[Lanes]) {
  accumulateRow(g, w, y, sums);
}

ONNC_SIMD_CLONES void accumulateRowI32(const TileGeometry &g,
                                       const Widened<uint32_t> &w, int64_t y,
                                       uint32_t (*sums)[Lanes]) {
  accumulateRow(g, w, y, sums);
}

void dispatchRow(const TileGeometry &g, const Widened<float> &w, int64_t y,
                 float (*sums)[Lanes]) {
  accumulateRowF32(g, w, y, sums);
}
void dispatchRow(const TileGeometry &g, const Widened<uint32_t> &w, int64_t y,
                 uint32_t (*sums)[Lanes]) {
  accumulateRowI32(g, w, y, sums);
}

ONNC_SIMD_CLONES void widenF16(const uint8_t *src, float *dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    uint16_t half;
    std::memcpy(&half, src + 2 * i, 2);
    dst[i] = fromHalf(half);
  }
}

void widen(const uint8_t *src, float *dst, int64_t n, int32_t) {
  widenF16(src, dst, n);
}
// INT32 arithmetic is modulo 2^32, so unsigned here.
void widen(const uint8_t *src, uint32_t *dst, int64_t n, int32_t zero) {
  for (int64_t i = 0; i < n; ++i)
    dst[i] = uint32_t(int8_t(src[i])) - uint32_t(zero);
}

/// [lane][depth] rows of up to 16 outputs to [depth][lane]; absent lanes are 0.
template <class T>
void packRows(const MatrixArgs &args, int64_t first, int64_t lanes,
              int64_t depth, unsigned size, std::vector<T> &row,
              std::vector<T> &packed) {
  row.resize(size_t(depth));
  packed.assign(size_t(depth * Lanes), 0);
  for (int64_t l = 0; l != lanes; ++l) {
    widen(args.weights + (first + l) * depth * size, row.data(), depth, 0);
    for (int64_t d = 0; d != depth; ++d)
      packed[size_t(d * Lanes + l)] = row[size_t(d)];
  }
}

/// The same from [depth][output].
template <class T>
void packColumns(const MatrixArgs &args, int64_t first, int64_t lanes,
                 int64_t depth, unsigned size, std::vector<T> &packed) {
  packed.assign(size_t(depth * Lanes), 0);
  for (int64_t d = 0; d != depth; ++d)
    widen(args.weights + (d * args.geometry.outC + first) * size,
          &packed[size_t(d * Lanes)], lanes, 0);
}

template <class T>
void loadInit(const MatrixArgs &args, int64_t y, int64_t first, int64_t lanes,
              T (*sums)[Lanes]) {
  const TileGeometry &g = args.geometry;
  for (int64_t x = 0; x != g.outW; ++x) {
    std::fill_n(sums[x], Lanes, T(0));
    if (args.initKind == InitKind::Zero)
      continue;
    int64_t at = first;
    if (args.initKind == InitKind::Partial)
      at += (y * g.outW + x) * g.outC;
    std::memcpy(sums[x], args.init + at * 4, size_t(lanes) * 4);
  }
}

void storeSums(const MatrixArgs &args, int64_t y, int64_t first, int64_t lanes,
               const float (*sums)[Lanes]) {
  const TileGeometry &g = args.geometry;
  unsigned size = elemSize(args.result);
  for (int64_t x = 0; x != g.outW; ++x) {
    uint8_t *out = args.out + y * g.outRow + x * g.outPix + first * size;
    for (int64_t l = 0; l != lanes; ++l) {
      uint16_t half = toHalf(sums[x][l]);
      float value = canonical(sums[x][l]);
      if (args.result == ElemType::F16)
        std::memcpy(out + 2 * l, &half, 2);
      else
        std::memcpy(out + 4 * l, &value, 4);
    }
  }
}

void storeSums(const MatrixArgs &args, int64_t y, int64_t first, int64_t lanes,
               const uint32_t (*sums)[Lanes]) {
  const TileGeometry &g = args.geometry;
  for (int64_t x = 0; x != g.outW; ++x)
    std::memcpy(args.out + y * g.outRow + x * g.outPix + first * 4, sums[x],
                size_t(lanes) * 4);
}

template <class T> void run(const MatrixArgs &args) {
  const TileGeometry &g = args.geometry;
  unsigned size = elemSize(args.type);
  Widened<T> w;
  w.inRow = g.inRow / size;
  w.inPix = g.inPix / size;
  int64_t extent = (g.inH - 1) * w.inRow + (g.inW - 1) * w.inPix + g.inC;
  thread_local std::vector<T> input, packed, row, sumStorage;
  input.resize(size_t(extent));
  widen(args.in, input.data(), extent, args.inZero);
  w.in = input.data();
  sumStorage.resize(size_t(g.outW * Lanes));
  auto *sums = reinterpret_cast<T(*)[Lanes]>(sumStorage.data());
  int64_t depth = g.kH * g.kW * g.inC;
  for (int64_t first = 0; first < g.outC; first += Lanes) {
    int64_t lanes = std::min(Lanes, g.outC - first);
    if (args.transposed)
      packColumns(args, first, lanes, depth, size, packed);
    else
      packRows(args, first, lanes, depth, size, row, packed);
    w.weights = packed.data();
    for (int64_t y = 0; y != g.outH; ++y) {
      loadInit(args, y, first, lanes, sums);
      dispatchRow(g, w, y, sums);
      storeSums(args, y, first, lanes, sums);
    }
  }
}

} // namespace

uint64_t TileGeometry::numTaps() const {
  uint64_t rows = 0, columns = 0;
  for (int64_t y = 0; y != outH; ++y)
    rows += uint64_t(tapsY(y).size());
  for (int64_t x = 0; x != outW; ++x)
    columns += uint64_t(tapsX(x).size());
  return rows * columns;
}

void runMatrix(const MatrixArgs &args) {
  if (args.type == ElemType::I8)
    run<uint32_t>(args);
  else
    run<float>(args);
}

} // namespace onnc::mlu
