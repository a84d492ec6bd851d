//===- InferTypes.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/Passes.h"

using namespace llvm;
using namespace onnc;

namespace {

struct InferTypes : InferTypesBase {
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

/// The types of all results, in order.
static SmallVector<Type> collectTypes(Module &module) {
  SmallVector<Type> types;
  module.walk(
      [&](Operation *op) { append_range(types, op->getResultTypes()); });
  return types;
}

PassResult InferTypes::run(Module &module, PassContext &context) const {
  SmallVector<Type> before = collectTypes(module);
  if (failed(inferTypes(module)))
    return PassResult::error();
  unsigned numRefined = 0;
  for (auto [a, b] : zip_equal(before, collectTypes(module)))
    numRefined += a != b;
  context.count(refined, numRefined);
  return PassResult::changedIf(numRefined != 0);
}

std::unique_ptr<Pass> onnc::createInferTypesPass() {
  return std::make_unique<InferTypes>();
}
