//===- Taps.h - Interpolation between elements ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_TAPS_H
#define ONNC_LIB_INTERP_KERNELS_TAPS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace onnc::interp {

/// An index along a dimension and the weight of the element there; -1 stands
/// for a zero beside the tensor.
struct Tap {
  int64_t index;
  double weight;
};
/// What is read along one dimension.
using Taps = llvm::SmallVector<Tap, 4>;

/// The two neighbours of \p x along a dimension of \p size that has zeros
/// beside it.
Taps getLinearTaps(double x, int64_t size);

/// Calls fn(offset, weight) for every element that \p taps, one for each
/// dimension of \p shape, read.
template <typename Fn>
void forEachTap(llvm::ArrayRef<Taps> taps, llvm::ArrayRef<int64_t> shape, Fn fn,
                int64_t offset = 0, double weight = 1) {
  if (taps.empty()) {
    fn(offset, weight);
    return;
  }
  for (const Tap &tap : taps.front())
    if (tap.index >= 0)
      forEachTap(taps.drop_front(), shape.drop_front(), fn,
                 offset * shape.front() + tap.index, weight * tap.weight);
}

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_TAPS_H
