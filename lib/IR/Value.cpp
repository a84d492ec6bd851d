//===- Value.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Value.h"
#include "onnc/IR/Operation.h"

using namespace llvm;
using namespace onnc;

void Use::link(Value *value) {
  val = value;
  if (!val)
    return;
  next = val->firstUse;
  if (next)
    next->prev = &next;
  prev = &val->firstUse;
  val->firstUse = this;
}

void Use::unlink() {
  if (!val)
    return;
  *prev = next;
  if (next)
    next->prev = prev;
  val = nullptr;
  next = nullptr;
  prev = nullptr;
}

unsigned Use::getIndex() const { return this - owner->getOperandUses().data(); }

Value::~Value() { assert(!firstUse && "a value dies while it is used"); }

Region *Value::getParentRegion() const {
  return isArg ? region : op->getParentRegion();
}

unsigned Value::getNumUses() const {
  return std::distance(getUses().begin(), getUses().end());
}

void Value::replaceAllUsesWith(Value *other) {
  assert(other != this && "a value can't replace itself");
  while (firstUse)
    firstUse->set(other);
}

void Value::replaceUsesWithIf(Value *other, function_ref<bool(Use &)> filter) {
  for (Use *use = firstUse; use;) {
    Use *next = use->getNext();
    if (filter(*use))
      use->set(other);
    use = next;
  }
}
