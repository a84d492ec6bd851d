//===- Numbers.h - Tensors of any type as numbers ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_NUMBERS_H
#define ONNC_TESTING_NUMBERS_H

#include "onnc/Interp/RuntimeValue.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <random>

namespace onnc::smith {

/// The same sequence on any host: std::mt19937_64 without the distributions,
/// which libraries implement differently.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}
  /// In [lo, hi].
  int64_t pick(int64_t lo, int64_t hi) {
    return lo + int64_t(engine() % uint64_t(hi - lo + 1));
  }

private:
  std::mt19937_64 engine;
};

/// Can elements of \p type be made from numbers and read as such?
bool isNumeric(ElementType type);

/// A tensor of what next() gives, rounded to \p type, which is numeric.
TensorValue makeTensor(ElementType type, llvm::ArrayRef<int64_t> shape,
                       llvm::function_ref<double()> next);

/// The elements of \p tensor, whose type is numeric.
std::vector<double> getNumbers(const TensorValue &tensor);

/// Multiples of 1/8 in [lo, hi], or integers where \p type is one; in [0, 1] of
/// a bool, not below 0 where it is unsigned.
TensorValue makeRandomTensor(Random &random, ElementType type,
                             llvm::ArrayRef<int64_t> shape, double lo,
                             double hi);

} // namespace onnc::smith

#endif // ONNC_TESTING_NUMBERS_H
