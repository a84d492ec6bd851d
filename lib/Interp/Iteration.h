//===- Iteration.h - Walking over elements ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Strides, axes, broadcasting, and the loop nests of any depth that kernels
/// share.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_ITERATION_H
#define ONNC_LIB_INTERP_ITERATION_H

#include "Kernel.h"
#include <array>

namespace onnc::interp {

/// Elements between neighbours along each dimension of a row-major tensor.
Shape getStrides(llvm::ArrayRef<int64_t> shape);

/// \p axis in [0, rank) for an ONNX axis in [-rank, rank).
llvm::Expected<unsigned> resolveAxis(int64_t axis, unsigned rank);
/// The same for several; an error where one stands twice.
llvm::Expected<llvm::SmallVector<unsigned, 6>>
resolveAxes(llvm::ArrayRef<int64_t> axes, unsigned rank);

/// Turns an index in [-size, size) into one in [0, size).
llvm::Error normalizeIndex(int64_t &index, int64_t size);

/// A shape as seen by one of its axes.
struct AxisSplit {
  int64_t outer; ///< product of the dimensions before the axis
  int64_t size;  ///< the dimension itself
  int64_t inner; ///< product of those behind it
};
AxisSplit splitAt(llvm::ArrayRef<int64_t> shape, unsigned axis);

/// The product, of a shape whose number of elements is known not to overflow.
int64_t product(llvm::ArrayRef<int64_t> shape);

/// ⌈a / b⌉ for a ≥ 0, b > 0.
inline int64_t divideUp(int64_t a, int64_t b) { return a / b + (a % b != 0); }

/// NumPy's broadcasting of \p a and \p b.
llvm::Expected<Shape> broadcast(llvm::ArrayRef<int64_t> a,
                                llvm::ArrayRef<int64_t> b);
/// Strides that read a tensor of shape \p from as one of shape \p to, which it
/// can be broadcast to: 0 along repeated dimensions.
Shape getBroadcastStrides(llvm::ArrayRef<int64_t> from,
                          llvm::ArrayRef<int64_t> to);
/// An error unless \p from can be broadcast to \p to as it is.
llvm::Error checkBroadcast(llvm::ArrayRef<int64_t> from,
                           llvm::ArrayRef<int64_t> to);

/// Calls fn(i, offsets…) for every element of \p shape in row-major order: i
/// counts, offsets are the sums of index times stride for each of the N stride
/// vectors, started at \p start.
template <size_t N, typename Fn>
void forEachElement(llvm::ArrayRef<int64_t> shape,
                    const std::array<Shape, N> &strides, Fn fn,
                    std::array<int64_t, N> start = {}) {
  for (int64_t dim : shape)
    if (dim == 0)
      return;
  const unsigned rank = shape.size();
  Shape index(rank, 0);
  std::array<int64_t, N> offset = start;
  for (int64_t i = 0;;) {
    const int64_t last = rank ? shape[rank - 1] : 1;
    std::array<int64_t, N> at = offset;
    for (int64_t j = 0; j != last; ++j, ++i) {
      std::apply([&](auto... o) { fn(i, o...); }, at);
      if (rank)
        for (size_t n = 0; n != N; ++n)
          at[n] += strides[n][rank - 1];
    }
    int d = int(rank) - 2;
    for (; d >= 0; --d) {
      for (size_t n = 0; n != N; ++n)
        offset[n] += strides[n][d];
      if (++index[d] != shape[d])
        break;
      for (size_t n = 0; n != N; ++n)
        offset[n] -= strides[n][d] * shape[d];
      index[d] = 0;
    }
    if (d < 0)
      return;
  }
}

/// Calls fn(index) for every multi-index of \p shape in row-major order.
template <typename Fn> void forEachIndex(llvm::ArrayRef<int64_t> shape, Fn fn) {
  for (int64_t dim : shape)
    if (dim == 0)
      return;
  Shape index(shape.size(), 0);
  while (true) {
    fn(llvm::ArrayRef<int64_t>(index));
    int d = int(shape.size()) - 1;
    for (; d >= 0; --d) {
      if (++index[d] != shape[d])
        break;
      index[d] = 0;
    }
    if (d < 0)
      return;
  }
}

/// Calls fn(i) for i in [0, n), on all threads unless the run asks for naive
/// kernels. Calls must not depend on each other.
void parallelFor(const KernelContext &ctx, int64_t n,
                 llvm::function_ref<void(int64_t)> fn);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_ITERATION_H
