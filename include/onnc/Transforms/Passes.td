//===- Passes.td - Target-neutral rewrites --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PASSES_TD
#define ONNC_TRANSFORMS_PASSES_TD

include "onnc/Pass/PassBase.td"

def Transforms : PassGroup<"Transforms">;

def EliminateCommonSubexpressions
    : Pass<"eliminate-common-subexpressions", Transforms> {
  let summary = "Computes what several operations compute only once";
  let description = [{
    Two operations of one region are the same if operator, operands,
    attributes and result types are; the second is replaced by the first.
    Operations with effects, random results or bodies are left alone. The
    operands of a commutative operator may be swapped if there are two of
    them: a longer sum depends on its order.
  }];
  let statistics = [Statistic<"eliminated", "operations replaced by another">];
}

def EliminateDeadCode : Pass<"eliminate-dead-code", Transforms> {
  let summary = "Removes operations whose results nobody uses";
  let description = [{
    Operations with an effect stay, and those whose bodies have one.
  }];
  let statistics = [Statistic<"removed", "operations removed">];
}

def InferTypes : Pass<"infer-types", Transforms> {
  let summary = "Infers the types of all values to a fixpoint";
  let description = [{
    Types only become more precise: an inferred type is unified with the one
    that stands there. Operands that contradict an operator, or a result's
    declared type, are errors.
  }];
  let statistics = [Statistic<"refined", "values whose type became known better">];
}

#endif // ONNC_TRANSFORMS_PASSES_TD
