//===- Random.h - Random numbers of an operation ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_RANDOM_H
#define ONNC_LIB_INTERP_KERNELS_RANDOM_H

#include "../Kernel.h"
#include <random>

namespace onnc::interp {

/// NumPy's Mersenne Twister and its way from 2·32 bits to a double, so that a
/// seed gives what it gives there.
class RandomNumbers {
public:
  explicit RandomNumbers(KernelContext &ctx)
      : generator(static_cast<uint32_t>(ctx.nextSeed())) {}

  /// Evenly of [0, 1).
  double nextUniform() {
    const uint32_t high = generator() >> 5, low = generator() >> 6;
    return (high * 0x1p26 + low) * 0x1p-53;
  }
  /// Of the standard normal distribution.
  double nextNormal();

private:
  std::mt19937 generator;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_RANDOM_H
