//===- Quantize.h - Rounding to quantized types -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_QUANTIZE_H
#define ONNC_LIB_INTERP_KERNELS_QUANTIZE_H

#include "../Iteration.h"

namespace onnc::interp {

/// saturate(round(value) + zeroPoint) in the integer type \p type, halves
/// rounded to even; 0 for NaN.
double quantize(double value, double zeroPoint, ElementType type);

/// \p value rounded to a float type of at least 16 bits; unchanged for others.
double roundTo(ElementType type, double value);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_QUANTIZE_H
