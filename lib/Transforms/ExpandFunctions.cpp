//===- ExpandFunctions.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions/FunctionBuilder.h"
#include "onnc/IR/Context.h"
#include "onnc/Transforms/Functions.h"
#include "onnc/Transforms/Passes.h"
#include <array>

using namespace llvm;
using namespace onnc;

namespace {

struct ExpandFunctions : ExpandFunctionsBase {
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

static std::array<ArrayRef<Pattern>, 6> getDefinitions() {
  return {functions::getActivations(),    functions::getReductions(),
          functions::getNormalizations(), functions::getLosses(),
          functions::getSequenceModels(), functions::getMovements()};
}

bool onnc::isFunction(const OpInfo &info) {
  return any_of(getDefinitions(), [&](ArrayRef<Pattern> table) {
    return any_of(table, [&](const Pattern &p) { return p.op == info.name; });
  });
}

PassResult ExpandFunctions::run(Module &module, PassContext &context) const {
  PatternSet patterns(context.getContext());
  for (ArrayRef<Pattern> table : getDefinitions())
    patterns.add(table);
  RewriteCounts counts;
  if (failed(applyPatterns(module, patterns, counts)))
    return PassResult::error();
  context.count(applied, counts.applied);
  context.count(removed, counts.removed);
  return PassResult::changedIf(counts.any());
}

std::unique_ptr<Pass> onnc::createExpandFunctionsPass() {
  return std::make_unique<ExpandFunctions>();
}
