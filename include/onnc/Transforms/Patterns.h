//===- Patterns.h - Patterns for every pass ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The patterns of canonicalize, by subject, for passes and targets that want
/// some of them in a set with their own. All of them are bit-exact.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PATTERNS_H
#define ONNC_TRANSFORMS_PATTERNS_H

#include "onnc/Transforms/PatternDriver.h"

namespace onnc {

/// Operations that give back their operand.
void addNoOpPatterns(PatternSet &patterns);
/// Flatten, Squeeze, Unsqueeze, Reshape and Transpose: one operation for
/// several, and Reshape for whatever only renames dimensions.
void addReshapePatterns(PatternSet &patterns);
/// One form of arithmetic: constants to the right, neutral elements removed,
/// Gemm for products of two matrices.
void addArithmeticPatterns(PatternSet &patterns);
/// An If whose condition is a constant becomes its branch.
void addControlFlowPatterns(PatternSet &patterns);

/// All of the above.
void addCanonicalizationPatterns(PatternSet &patterns);

/// A Reshape of \p value to \p type, whose shape is a constant; null where
/// more than one dimension of \p type isn't one.
Operation *createReshape(Builder &builder, Value *value, TensorType type);

} // namespace onnc

#endif // ONNC_TRANSFORMS_PATTERNS_H
