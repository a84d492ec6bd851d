//===- Multiply.h - Matrix products of doubles ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The kernel that matrix products and convolutions of floats, and of integers
/// whose sums a double holds exactly, share. Blocked and threaded; every
/// element of the result is still the plain sum over k, in order, from 0, each
/// product and sum rounded to double, so that the result has the bits of the
/// naive loops it is tested against.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_MULTIPLY_H
#define ONNC_LIB_INTERP_KERNELS_MULTIPLY_H

#include "../Kernel.h"

namespace onnc::interp {

/// A part of matrix number \c batch.
struct Tile {
  int64_t batch, row, rows, column, columns;
};
/// Writes the tile's elements of a factor to \p to, row-major.
using ReadTile = llvm::function_ref<void(const Tile &, double *to)>;
/// Takes the tile's elements of the product, row-major.
using StoreTile = llvm::function_ref<void(const Tile &, const double *from)>;

/// For each batch the product of an m×k and a k×n matrix. The functions are
/// called from several threads; tiles that are stored don't overlap.
void multiply(const KernelContext &ctx, int64_t batches, int64_t m, int64_t n,
              int64_t k, ReadTile readA, ReadTile readB, StoreTile store);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_MULTIPLY_H
