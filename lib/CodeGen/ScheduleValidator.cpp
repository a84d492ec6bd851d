//===- ScheduleValidator.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"

using namespace llvm;
using namespace onnc;

static bool hasEffect(Operation *op) {
  bool found = false;
  op->walk([&](Operation *nested) {
    found |= nested->hasTrait(OpTrait::SideEffect) ||
             nested->hasTrait(OpTrait::NonDeterministic);
  });
  return found;
}

LogicalResult onnc::validateSchedule(ArrayRef<Operation *> before,
                                     Region &region) {
  bool ok = true;
  auto complain = [&](Operation &op) {
    ok = false;
    return op.emitError(DiagID::CodeGenValidation);
  };
  DenseSet<const Operation *> expected(before.begin(), before.end());
  DenseSet<const Operation *> done;
  std::vector<Operation *> effects;
  for (Operation &op : region.getOps()) {
    if (!expected.contains(&op))
      complain(op) << "wasn't there before scheduling";
    for (Value *operand : op.getOperands())
      if (operand && operand->getDefiningOp() &&
          !done.contains(operand->getDefiningOp()))
        complain(op) << "is scheduled before its operand is computed";
    done.insert(&op);
    if (hasEffect(&op))
      effects.push_back(&op);
  }
  for (Operation *op : before)
    if (!done.contains(op))
      complain(*op) << "was lost by scheduling";
  if (!ok)
    return failure();
  if (before.back() != &*std::prev(region.end()))
    complain(*before.back()) << "doesn't end its region any more";
  auto next = effects.begin();
  for (Operation *op : before)
    if (hasEffect(op) && op != *next++)
      complain(*op) << "has an effect and changed places with another such";
  return success(ok);
}
