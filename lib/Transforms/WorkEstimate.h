//===- WorkEstimate.h - What an operation costs to fold ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_WORKESTIMATE_H
#define ONNC_TRANSFORMS_WORKESTIMATE_H

#include <cstdint>

namespace onnc {

class Operation;

/// Elementary operations, within an order of magnitude and rather too many:
/// each element of the operands and results once, or, for operators that
/// combine many with many, each result with each element of the largest
/// operand.
int64_t estimateWork(const Operation &op);

} // namespace onnc

#endif // ONNC_TRANSFORMS_WORKESTIMATE_H
