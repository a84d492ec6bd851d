//===- Canonicalize.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/Passes.h"
#include "onnc/Transforms/Patterns.h"

using namespace llvm;
using namespace onnc;

namespace {

struct Canonicalize : CanonicalizeBase {
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

void onnc::addCanonicalizationPatterns(PatternSet &patterns) {
  // What is nothing goes before what is something else.
  addNoOpPatterns(patterns);
  addReshapePatterns(patterns);
  addArithmeticPatterns(patterns);
  addControlFlowPatterns(patterns);
}

PassResult Canonicalize::run(Module &module, PassContext &context) const {
  PatternSet patterns(context.getContext());
  addCanonicalizationPatterns(patterns);
  RewriteCounts counts;
  if (failed(applyPatterns(module, patterns, counts)))
    return PassResult::error();
  context.count(applied, counts.applied);
  context.count(removed, counts.removed);
  return PassResult::changedIf(counts.any());
}

std::unique_ptr<Pass> onnc::createCanonicalizePass() {
  return std::make_unique<Canonicalize>();
}
