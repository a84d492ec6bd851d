//===- Liveness.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/Liveness.h"
#include "onnc/IR/Operation.h"

using namespace llvm;
using namespace onnc;

void Liveness::define(Value *value, Value *root, int64_t position) {
  roots[value] = root;
  if (root != value)
    return;
  order.push_back(value);
  lifespans[value] = {position, position + 1};
}

Liveness::Liveness(const Region &region, AliasFn getAliased) {
  for (Value *argument : region.getArguments())
    define(argument, argument, 0);
  int64_t position = 0;
  for (const Operation &op : region.getOps()) {
    positions[&op] = position;
    for (Value *operand : op.getOperands())
      if (operand)
        lifespans[getRoot(*operand)].upper = position + 1;
    for (Value *result : op.getResults()) {
      Value *aliased = getAliased ? getAliased(*result) : nullptr;
      define(result, aliased ? getRoot(*aliased) : result, position);
    }
    ++position;
  }
}
