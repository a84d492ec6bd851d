//===- WindowKernels.cpp - Pooling, depthwise, reductions -----------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"
#include <limits>

namespace onnc::mlu {
namespace {

/// One output pixel, up to BlockSize channels from \p first on.
template <class T>
void windowPixel(const WindowArgs &args, int64_t y, int64_t x, int64_t first,
                 uint64_t n) {
  const TileGeometry &g = args.geometry;
  unsigned size = elemSize(args.type);
  bool depthwise = args.weights != nullptr;
  bool maximum = args.opcode == Opcode::VPMAX;
  T acc[BlockSize], in[BlockSize], w[BlockSize];
  if (args.bias)
    std::memcpy(acc, args.bias + first * 4, n * 4);
  else if (!maximum)
    std::fill_n(acc, n, T(0));
  else if constexpr (std::is_same_v<T, float>)
    std::fill_n(acc, n, -std::numeric_limits<float>::infinity());
  else
    std::fill_n(acc, n, args.type == ElemType::I8 ? -128 : INT32_MIN);

  TapRange ky = g.tapsY(y), kx = g.tapsX(x);
  for (int64_t i = ky.begin; i != ky.end; ++i)
    for (int64_t j = kx.begin; j != kx.end; ++j) {
      loadBlock(args.type,
                args.in + (y * g.strideH - g.padT + i * g.dilH) * g.inRow +
                    (x * g.strideW - g.padL + j * g.dilW) * g.inPix +
                    first * size,
                in, n);
      if (depthwise) {
        loadBlock(args.type,
                  args.weights + ((i * g.kW + j) * g.inC + first) * size, w, n);
        for (uint64_t c = 0; c != n; ++c)
          if constexpr (std::is_same_v<T, float>)
            acc[c] += in[c] * w[c];
          else
            acc[c] = int32_t(uint32_t(acc[c]) +
                             (uint32_t(in[c]) - uint32_t(args.inZero)) *
                                 uint32_t(w[c]));
      } else if (maximum) {
        for (uint64_t c = 0; c != n; ++c)
          acc[c] = larger(acc[c], in[c]);
      } else {
        for (uint64_t c = 0; c != n; ++c)
          acc[c] = addWrap(acc[c], in[c]);
      }
    }
  if constexpr (std::is_same_v<T, float>)
    if (args.opcode == Opcode::VPAVG || args.opcode == Opcode::VPAVGP) {
      int64_t taps =
          args.opcode == Opcode::VPAVGP ? g.kH * g.kW : ky.size() * kx.size();
      for (uint64_t c = 0; c != n; ++c)
        acc[c] = taps ? acc[c] / float(taps) : 0;
    }
  storeBlock(args.result,
             args.out + y * g.outRow + x * g.outPix +
                 first * elemSize(args.result),
             acc, n);
}

/// 16 partial sums and their tree: the order of VSUM and VDOT.
template <class T> class LaneSum {
public:
  void add(const T *values, uint64_t n) {
    for (uint64_t i = 0; i != n; ++i)
      lanes[i % 16] = addWrap(lanes[i % 16], values[i]);
  }
  T total() {
    for (int half = 8; half; half /= 2)
      for (int l = 0; l != half; ++l)
        lanes[l] = addWrap(lanes[l], lanes[l + half]);
    return lanes[0];
  }

private:
  T lanes[16] = {}; // Blocks are multiples of 16 long, so lanes line up.
};

template <class T>
T reduceRow(Opcode opcode, ElemType type, const uint8_t *src, uint64_t n,
            int32_t &best) {
  LaneSum<T> sum;
  T extreme = 0;
  best = 0;
  forBlocks(n, [&](uint64_t at, uint64_t count) {
    T x[BlockSize];
    loadBlock(type, src + at * elemSize(type), x, count);
    if (opcode == Opcode::VSUM)
      return sum.add(x, count);
    for (uint64_t i = 0; i != count; ++i) {
      if (at + i == 0)
        extreme = x[0];
      else if (opcode == Opcode::VMAX)
        extreme = larger(extreme, x[i]);
      else if (opcode == Opcode::VMIN)
        extreme = smaller(extreme, x[i]);
      else if (x[i] > extreme) {
        extreme = x[i];
        best = int32_t(at + i);
      }
    }
  });
  return opcode == Opcode::VSUM ? sum.total() : extreme;
}

template <class T>
void reduceColumns(Opcode opcode, ElemType type, ElemType result, uint8_t *dst,
                   const uint8_t *src, uint64_t rows, uint64_t cols) {
  forBlocks(cols, [&](uint64_t at, uint64_t n) {
    T acc[BlockSize], x[BlockSize];
    std::fill_n(acc, n, T(0));
    for (uint64_t r = 0; r != rows; ++r) {
      loadBlock(type, src + (r * cols + at) * elemSize(type), x, n);
      for (uint64_t c = 0; c != n; ++c)
        if (opcode == Opcode::VCSUM)
          acc[c] = addWrap(acc[c], x[c]);
        else if (r == 0)
          acc[c] = x[c];
        else
          acc[c] = opcode == Opcode::VCMAX ? larger(acc[c], x[c])
                                           : smaller(acc[c], x[c]);
    }
    storeBlock(result, dst + at * elemSize(result), acc, n);
  });
}

} // namespace

void runWindow(const WindowArgs &args) {
  const TileGeometry &g = args.geometry;
  withCompute(args.type, [&](auto tag) {
    for (int64_t y = 0; y != g.outH; ++y)
      for (int64_t x = 0; x != g.outW; ++x)
        forBlocks(uint64_t(g.inC), [&](uint64_t first, uint64_t n) {
          windowPixel<decltype(tag)>(args, y, x, int64_t(first), n);
        });
  });
}

void runReduce(Opcode opcode, ElemType type, ElemType result, uint8_t *dst,
               const uint8_t *src, uint64_t rows, uint64_t cols) {
  bool byColumn = opcode == Opcode::VCSUM || opcode == Opcode::VCMAX ||
                  opcode == Opcode::VCMIN;
  withCompute(type, [&](auto tag) {
    using T = decltype(tag);
    if (byColumn)
      return reduceColumns<T>(opcode, type, result, dst, src, rows, cols);
    for (uint64_t r = 0; r != rows; ++r) {
      int32_t best;
      T value = reduceRow<T>(opcode, type, src + r * cols * elemSize(type),
                             cols, best);
      if (opcode == Opcode::VARGMAX)
        storeBlock(result, dst + r * 4, &best, 1);
      else
        storeBlock(result, dst + r * elemSize(result), &value, 1);
    }
  });
}

void runWindowSum(ElemType type, uint8_t *dst, const uint8_t *src,
                  uint64_t rows, uint64_t cols, int64_t left, int64_t width) {
  unsigned size = elemSize(type);
  int64_t n = int64_t(cols);
  for (uint64_t r = 0; r != rows; ++r)
    for (int64_t c = 0; c != n; ++c) {
      int64_t begin = std::max<int64_t>(0, c - left);
      int64_t end = std::min(n, c - left + width);
      float sum = 0, x;
      for (int64_t j = begin; j < end; ++j) {
        loadBlock(type, src + (int64_t(r) * n + j) * size, &x, 1);
        sum += x;
      }
      storeBlock(type, dst + (int64_t(r) * n + c) * size, &sum, 1);
    }
}

void runDot(ElemType type, ElemType result, uint8_t *dst, const uint8_t *a,
            const uint8_t *b, uint64_t n) {
  unsigned size = elemSize(type);
  withCompute(type, [&](auto tag) {
    using T = decltype(tag);
    LaneSum<T> sum;
    forBlocks(n, [&](uint64_t at, uint64_t count) {
      T x[BlockSize], y[BlockSize];
      loadBlock(type, a + at * size, x, count);
      loadBlock(type, b + at * size, y, count);
      for (uint64_t i = 0; i != count; ++i)
        x[i] = x[i] * y[i]; // INT8 products are small.
      sum.add(x, count);
    });
    T total = sum.total();
    storeBlock(result, dst, &total, 1);
  });
}

} // namespace onnc::mlu
