//===- Multiply.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Multiply.h"
#include "../Iteration.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

// Compiled with -ffp-contract=off: a fused multiply-add would round doubles
// once less than the naive loops do.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__)
#if !defined(__has_feature)
#define ONNC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#elif !__has_feature(address_sanitizer)
#define ONNC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef ONNC_CLONES
#define ONNC_CLONES
#endif

namespace {
/// Rows and columns that the innermost kernel keeps in registers.
constexpr int64_t kernelRows = 6, kernelColumns = 8;
/// A task's part of the product, and the length of the sums between two
/// visits to it; sized for a second-level cache.
constexpr int64_t taskRows = 96, taskColumns = 128, sumLength = 256;

using Row = double __attribute__((vector_size(kernelColumns * sizeof(double))));
} // namespace

/// Adds to \p c (rows \p stride apart) the product of \p a (k columns of
/// kernelRows elements) and \p b (k rows of kernelColumns elements).
ONNC_CLONES
static void multiplyBlock(const double *a, const double *b, double *c,
                          int64_t stride, int64_t k) {
  Row sums[kernelRows];
  for (int i = 0; i != kernelRows; ++i)
    std::memcpy(&sums[i], c + i * stride, sizeof(Row));
  for (int64_t p = 0; p != k; ++p) {
    Row right;
    std::memcpy(&right, b + p * kernelColumns, sizeof(Row));
#pragma GCC unroll 6
    for (int i = 0; i != kernelRows; ++i)
      sums[i] += a[p * kernelRows + i] * right;
  }
  for (int i = 0; i != kernelRows; ++i)
    std::memcpy(c + i * stride, &sums[i], sizeof(Row));
}

/// Rows×k as panels of kernelRows rows, each panel column by column; rows that
/// are missing are zero.
static void packRows(const double *tile, int64_t rows, int64_t k, double *to) {
  for (int64_t panel = 0; panel < rows; panel += kernelRows)
    for (int64_t p = 0; p != k; ++p)
      for (int64_t i = panel; i != panel + kernelRows; ++i)
        *to++ = i < rows ? tile[i * k + p] : 0;
}

/// k×columns as panels of kernelColumns columns, each panel row by row.
static void packColumns(const double *tile, int64_t k, int64_t columns,
                        double *to) {
  for (int64_t panel = 0; panel < columns; panel += kernelColumns)
    for (int64_t p = 0; p != k; ++p)
      for (int64_t j = panel; j != panel + kernelColumns; ++j)
        *to++ = j < columns ? tile[p * columns + j] : 0;
}

void interp::multiply(const KernelContext &ctx, int64_t batches, int64_t m,
                      int64_t n, int64_t k, ReadTile readA, ReadTile readB,
                      StoreTile store) {
  const int64_t rowTasks = divideUp(m, taskRows);
  const int64_t columnTasks = divideUp(n, taskColumns);
  const int64_t tasks = batches * rowTasks * columnTasks;
  parallelFor(ctx, tasks, [&](int64_t task) {
    const int64_t batch = task / (rowTasks * columnTasks);
    const int64_t row = task / columnTasks % rowTasks * taskRows;
    const int64_t column = task % columnTasks * taskColumns;
    const int64_t rows = std::min(taskRows, m - row);
    const int64_t columns = std::min(taskColumns, n - column);
    const int64_t longest = std::min(sumLength, k);
    const int64_t paddedRows = divideUp(rows, kernelRows) * kernelRows;
    const int64_t paddedColumns =
        divideUp(columns, kernelColumns) * kernelColumns;
    std::vector<double> a(paddedRows * longest), b(paddedColumns * longest);
    std::vector<double> tile(std::max({rows, columns, int64_t(1)}) * longest);
    std::vector<double> sums(paddedRows * paddedColumns);
    for (int64_t from = 0; from < k; from += sumLength) {
      const int64_t length = std::min(sumLength, k - from);
      readA({batch, row, rows, from, length}, tile.data());
      packRows(tile.data(), rows, length, a.data());
      readB({batch, from, length, column, columns}, tile.data());
      packColumns(tile.data(), length, columns, b.data());
      for (int64_t j = 0; j < columns; j += kernelColumns)
        for (int64_t i = 0; i < rows; i += kernelRows)
          multiplyBlock(a.data() + i * length, b.data() + j * length,
                        sums.data() + i * paddedColumns + j, paddedColumns,
                        length);
    }
    for (int64_t i = 1; i < rows; ++i)
      std::copy_n(sums.data() + i * paddedColumns, columns,
                  sums.data() + i * columns);
    store({batch, row, rows, column, columns}, sums.data());
  });
}
