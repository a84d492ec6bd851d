//===- Pipelines.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/Pipelines.h"

using namespace onnc;

std::string onnc::getOptimizationPipeline(unsigned level,
                                          QuantizedGroups quantized) {
  std::string text = "infer-types";
  if (level == 0)
    return text;
  // Constants that are folded first would be floats.
  if (quantized == QuantizedGroups::Fold)
    text += ",fold-qdq";
  // Each may give the others something to do: a folded shape makes a Reshape
  // simpler, types better known make shapes constant.
  text += ",fixpoint{max=8}(canonicalize,fold-constants,infer-types)";
  // Before a BatchNormalization the Add belongs to its product, and after it
  // too, once the two are one.
  if (level >= 2)
    text += ",fuse-bias,fold-batch-normalization,fuse-bias,canonicalize";
  return text + ",eliminate-common-subexpressions,eliminate-dead-code";
}
