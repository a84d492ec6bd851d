//===- Kernels.h - What instructions compute --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What matrix and vector instructions compute, over host memory. Callers have
/// checked every range, alignment and overlap. The order of floating-point
/// additions is part of the instruction set (MLUInstr.td), so results don't
/// depend on the host's vector width; this directory is compiled without
/// contraction, but for MatrixKernels.cpp, where all products are exact.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_KERNELS_H
#define ONNC_LIB_TARGET_MLU_SIM_KERNELS_H

#include "onnc/Target/MLU/ISA.h"

namespace onnc::mlu {

/// Half-open range of window taps that fall inside the tile.
struct TapRange {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

/// Geometry of windows over a tile. Strides are in bytes, never 0.
struct TileGeometry {
  int64_t inH, inW, inC, inRow, inPix;
  int64_t outH, outW, outC, outRow, outPix;
  int64_t kH, kW, strideH, strideW, dilH, dilW, padT, padL;

  static TapRange taps(int64_t out, int64_t stride, int64_t pad, int64_t dil,
                       int64_t k, int64_t in) {
    int64_t origin = out * stride - pad;
    int64_t begin = origin >= 0 ? 0 : (-origin + dil - 1) / dil;
    int64_t end = origin >= in ? 0 : (in - origin + dil - 1) / dil;
    begin = begin > k ? k : begin;
    end = end > k ? k : end;
    return {begin, end < begin ? begin : end};
  }
  TapRange tapsY(int64_t y) const {
    return taps(y, strideH, padT, dilH, kH, inH);
  }
  TapRange tapsX(int64_t x) const {
    return taps(x, strideW, padL, dilW, kW, inW);
  }
  /// Taps inside the tile, over all output pixels.
  uint64_t numTaps() const;
};

/// What the accumulators start from.
enum class InitKind : uint8_t {
  Zero,
  Bias,   ///< One value per output channel.
  Partial ///< One value per output element, dense.
};

struct MatrixArgs {
  TileGeometry geometry;
  ElemType type, result;
  InitKind initKind = InitKind::Zero;
  bool transposed = false; ///< Weights [in][out] instead of [out][taps][in].
  int32_t inZero = 0;
  const uint8_t *in, *weights, *init = nullptr;
  uint8_t *out;
};
void runMatrix(const MatrixArgs &args);

struct WindowArgs {
  TileGeometry geometry;
  Opcode opcode;
  ElemType type, result;
  int32_t inZero = 0;
  const uint8_t *in, *weights = nullptr, *bias = nullptr;
  uint8_t *out;
};
void runWindow(const WindowArgs &args);

/// The operand shapes of the binary forms.
enum class BinaryForm : uint8_t { Vector, Cycled, PerRow, Scalar, ScalarFirst };

struct BinaryArgs {
  Opcode opcode; ///< The vector-vector form.
  BinaryForm form;
  ElemType type;
  const uint8_t *a, *b = nullptr;
  uint8_t *dst;
  uint64_t n, period = 1; ///< Cycled: m; PerRow: cols.
  uint32_t scalar = 0;
};
void runBinary(const BinaryArgs &args);

void runUnary(Opcode opcode, ElemType type, uint8_t *dst, const uint8_t *a,
              uint64_t n, uint32_t scalar);
void runSelect(ElemType type, uint8_t *dst, const uint8_t *mask,
               const uint8_t *a, const uint8_t *b, uint64_t n);
void runRandom(ElemType type, uint8_t *dst, uint64_t n, uint32_t seed);
void runTranspose(ElemType type, uint8_t *dst, const uint8_t *src,
                  uint64_t rows, uint64_t cols);
void runFill(ElemType type, uint8_t *dst, uint64_t n, uint32_t value);
void runOuter(ElemType type, ElemType result, uint8_t *dst, const uint8_t *a,
              const uint8_t *b, uint64_t m, uint64_t n);

/// Row and column reductions and VWSUM (whose window is [c - left, c - left +
/// width)).
void runReduce(Opcode opcode, ElemType type, ElemType result, uint8_t *dst,
               const uint8_t *src, uint64_t rows, uint64_t cols);
void runWindowSum(ElemType type, uint8_t *dst, const uint8_t *src,
                  uint64_t rows, uint64_t cols, int64_t left, int64_t width);
void runDot(ElemType type, ElemType result, uint8_t *dst, const uint8_t *a,
            const uint8_t *b, uint64_t n);

void runConvert(ElemType from, ElemType to, bool truncate, uint8_t *dst,
                const uint8_t *src, uint64_t n);

/// num / den * 2^exp.
struct Rational {
  uint64_t num;
  uint32_t den;
  int32_t exp;
};
/// \p value times \p scale, rounded halves to even; exact, saturated to +-2^40.
int64_t scaleExactly(int32_t value, const Rational &scale);
/// Entry i mod m of \p scales for element i.
void runRequantize(int8_t *dst, const uint8_t *src, uint64_t n,
                   llvm::ArrayRef<Rational> scales, int32_t zero);
void runQuantize(ElemType from, int8_t *dst, const uint8_t *src, uint64_t n,
                 float scale, int32_t zero);
void runDequantize(ElemType from, ElemType to, uint8_t *dst, const uint8_t *src,
                   uint64_t n, float scale, int32_t zero);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_KERNELS_H
