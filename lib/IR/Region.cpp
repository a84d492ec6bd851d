//===- Region.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Region.h"
#include "onnc/IR/Module.h"
#include "onnc/IR/Operation.h"

using namespace llvm;
using namespace onnc;

Region::~Region() { clear(); }

Graph *Region::getParentGraph() const {
  if (parentGraph)
    return parentGraph;
  return parentOp ? parentOp->getParentGraph() : nullptr;
}

Value *Region::addArgument(Type type, StringRef name) {
  arguments.push_back(std::make_unique<Value>(type, this, arguments.size()));
  arguments.back()->setName(name);
  return arguments.back().get();
}

void Region::eraseArgument(unsigned i) {
  arguments.erase(arguments.begin() + i);
  for (unsigned j = i; j < arguments.size(); ++j)
    arguments[j]->index = j;
}

Operation *Region::getTerminator() const {
  if (ops.empty())
    return nullptr;
  auto &last = const_cast<Operation &>(ops.back());
  return last.hasTrait(OpTrait::Terminator) ? &last : nullptr;
}

void Region::push_back(Operation *op) {
  assert(!op->parent && "already in a region");
  op->parent = this;
  ops.push_back(*op);
  orderValid = false;
}

void Region::walk(function_ref<void(Operation *)> fn) {
  for (Operation &op : make_early_inc_range(ops))
    op.walk(fn);
}

void Region::cloneInto(Region &target, ValueMap &map) const {
  for (auto &argument : arguments)
    map.map(argument.get(),
            target.addArgument(argument->getType(), argument->getName()));
  for (const Operation &op : ops)
    target.push_back(op.clone(map));
}

SmallVector<Value *, 4> Region::inlineBefore(Operation *before,
                                             ArrayRef<Value *> values) {
  assert(values.size() == arguments.size() && "one value for each argument");
  ValueMap map;
  for (auto [argument, value] : zip_equal(arguments, values))
    map.map(argument.get(), value);
  Operation *terminator = getTerminator();
  for (Operation &op : ops)
    if (&op != terminator)
      op.clone(map)->insertBefore(before);
  SmallVector<Value *, 4> out;
  if (terminator)
    for (Value *value : terminator->getOperands())
      out.push_back(value ? map.lookup(value) : nullptr);
  return out;
}

void Region::dropAllReferences() {
  for (Operation &op : ops) {
    op.setOperands({});
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      op.getRegion(i).dropAllReferences();
  }
}

void Region::clear() {
  dropAllReferences();
  while (!ops.empty())
    delete ops.front().remove();
}

void Region::renumber() const {
  unsigned order = 0;
  for (const Operation &op : ops)
    op.order = order++;
  orderValid = true;
}
