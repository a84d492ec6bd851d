//===- Pipelines.h - Which passes, in which order ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PIPELINES_H
#define ONNC_TRANSFORMS_PIPELINES_H

#include <string>

namespace onnc {

/// What becomes of the operators between DequantizeLinear and QuantizeLinear.
enum class QuantizedGroups {
  /// They stay: for targets without integer units.
  Keep,
  Fold,
};

/// The target-neutral optimizations of -O<level>, as pipeline text that targets
/// put in front of their own. Higher levels than the last are the last.
///
///   0  types are inferred; nothing is rewritten
///   1  rewrites whose results are bit-equal
///   2  and those that round differently (see each pass): fewer operations
///
/// Before all others, and from level 1 on, quantized groups become integer
/// operators (fold-qdq) where \p quantized asks for it.
std::string
getOptimizationPipeline(unsigned level,
                        QuantizedGroups quantized = QuantizedGroups::Keep);

} // namespace onnc

#endif // ONNC_TRANSFORMS_PIPELINES_H
