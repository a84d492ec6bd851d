//===- TileLoops.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileLoops.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

Operation *tile::getViewOp(Value *view) {
  Operation *op = view->getDefiningOp();
  return isa_and_present<PlaceOp, SliceOp, PartOp, ReshapeOp>(op) ? op
                                                                  : nullptr;
}

//===----------------------------------------------------------------------===//
// Counters
//===----------------------------------------------------------------------===//

bool tile::isIndexed(Operation *op) {
  return isa<PlaceOp, SliceOp, ComputeOp>(op);
}

/// Lets d0, d1, … of \p op, an indexed operation, be what \p replace makes of
/// its index operands: functions of \p indices, the new ones.
static void rebindIndices(
    Operation *op,
    function_ref<AffineExpr(Value *, SmallVectorImpl<Value *> &indices)>
        replace) {
  SmallVector<Value *, 4> operands;
  SmallVector<Value *, 4> indices;
  SmallVector<AffineExpr, 4> dims;
  for (Value *operand : op->getOperands())
    if (isa<IndexType>(operand->getType()))
      dims.push_back(replace(operand, indices));
    else
      operands.push_back(operand);
  append_range(operands, indices);
  op->setOperands(operands);
  for (NamedAttr attr : SmallVector<NamedAttr, 4>(op->getAttrs()))
    if (auto box = dyn_cast<BoxAttr>(attr.value))
      op->setAttr(attr.name, BoxAttr::get(substitute(box.getValue(), dims)));
    else if (auto expr = dyn_cast<AffineAttr>(attr.value))
      op->setAttr(attr.name, AffineAttr::get(expr.getValue().substitute(dims)));
}

void tile::shiftCounter(Operation *op, Value *counter, int64_t distance) {
  rebindIndices(op, [&](Value *index, SmallVectorImpl<Value *> &indices) {
    indices.push_back(index);
    return AffineExpr::dim(indices.size() - 1) +
           (index == counter ? distance : 0);
  });
}

void tile::fixCounter(Operation *op, Value *counter, int64_t value) {
  rebindIndices(op, [&](Value *index, SmallVectorImpl<Value *> &indices) {
    if (index == counter)
      return AffineExpr(value);
    indices.push_back(index);
    return AffineExpr::dim(indices.size() - 1);
  });
  auto place = dyn_cast<PlaceOp>(op);
  if (!place || !place.getSlot().isConstant())
    return;
  AllocOp alloc(place.getStorage()->getDefiningOp());
  int64_t slot = mod(place.getSlot().getConstant(), alloc.getMultiplicity());
  place->setAttr("slot", slot ? Attribute(AffineAttr::get(slot)) : Attribute());
}

void tile::setSlotToCounter(PlaceOp place, Value *counter) {
  SmallVector<Value *, 4> indices = place.getIndices();
  unsigned i = find(indices, counter) - indices.begin();
  if (i == indices.size())
    place->addOperand(counter);
  place->setAttr("slot", AffineAttr::get(AffineExpr::dim(i)));
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

static bool dependsOn(Value *view, Value *counter) {
  Operation *op = getViewOp(view);
  return op && (is_contained(op->getOperands(), counter) ||
                dependsOn(op->getOperand(0), counter));
}

Value *tile::cloneView(Value *view, Value *counter, Operation *before,
                       function_ref<void(Operation *)> rebind) {
  Operation *op = getViewOp(view);
  Region *body = counter->getArgumentOf();
  if (!op || op->getParentRegion() != body ||
      (before->getParentRegion() == body && !dependsOn(view, counter)))
    return view;
  ValueMap map;
  Value *source = op->getOperand(0);
  map.map(source, cloneView(source, counter, before, rebind));
  Operation *copy = op->clone(map);
  copy->insertBefore(before);
  if (isa<PlaceOp, SliceOp>(copy))
    rebind(copy);
  return copy->getResult();
}

void tile::eraseIfDead(Operation *view) {
  while (view && !view->hasUses()) {
    Operation *source = getViewOp(view->getOperand(0));
    view->erase();
    view = source;
  }
}

//===----------------------------------------------------------------------===//
// Iterations
//===----------------------------------------------------------------------===//

Value *tile::carryToken(ForOp loop, Value *initial, Value *next) {
  Type type = initial->getType();
  loop->addOperand(initial);
  loop->addResult(type);
  loop.getBody().getTerminator()->addOperand(next);
  return loop.getBody().addArgument(type);
}

SmallVector<Value *, 4> tile::cloneIteration(ForOp loop, int64_t i,
                                             ArrayRef<Value *> tokens,
                                             Operation *before) {
  Value *counter = getCounter(loop);
  SmallVector<Value *, 4> arguments{counter};
  append_range(arguments, tokens);
  Operation *previous = before->getPrevOp();
  auto results = loop.getBody().inlineBefore(before, arguments);
  Operation *op =
      previous ? previous->getNextOp() : &*before->getParentRegion()->begin();
  for (; op != before; op = op->getNextOp())
    op->walk([&](Operation *inner) {
      if (isIndexed(inner) && is_contained(inner->getOperands(), counter))
        fixCounter(inner, counter, i);
    });
  return results;
}

/// Removes \p done and the wait for it, if that is one.
static void eraseDone(DoneOp done) {
  Value *token = done.getToken();
  if (!token->hasOneUse())
    return;
  Use &use = *token->getUses().begin();
  Operation *wait = use.getOwner();
  if (!isa<CopyWaitOp>(wait))
    return;
  wait->eraseOperand(use.getIndex());
  if (wait->getNumOperands() == 0)
    wait->erase();
  done->erase();
}

void tile::inlineIteration(ForOp loop) {
  SmallVector<Value *, 4> tokens = loop.getTokens();
  loop->replaceWith(cloneIteration(loop, 0, tokens, loop));
  for (Value *token : tokens)
    if (auto done = dyn_cast_if_present<DoneOp>(token->getDefiningOp()))
      eraseDone(done);
}
