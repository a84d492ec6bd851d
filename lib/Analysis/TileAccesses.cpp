//===- TileAccesses.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileAccesses.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

/// Through the arguments of blocks to what is outside of them.
static Value *getRootStorage(Value *storage) {
  while (storage->isArgument()) {
    Operation *block = storage->getArgumentOf()->getParentOp();
    if (!isa_and_present<tile::BlockOp>(block))
      break;
    storage = tile::getView(block->getOperand(storage->getIndex())).storage;
  }
  return storage;
}

static SmallVector<int64_t, 4> getValues(ArrayRef<Value *> counters,
                                         const Point &point) {
  SmallVector<int64_t, 4> values;
  for (const Value *counter : counters)
    values.push_back(point.lookup(counter));
  return values;
}

PlacedBuffer TileAccessAnalysis::getPlace(Value *buffer,
                                          const Point &point) const {
  tile::BufferView view = tile::getView(buffer);
  const auto values = getValues(view.indices, point);
  PlacedBuffer place;
  place.buffer = buffer;
  place.root = getRootStorage(view.storage);
  place.type = view.type;
  place.box = evaluate(view.box, values);
  place.domain = view.domain;
  for (const AffineExpr &origin : view.origin)
    place.origin.push_back(origin.evaluate(values));
  if (auto alloc = dyn_cast_if_present<tile::AllocOp>(
          const_cast<Operation *>(place.root->getDefiningOp()))) {
    const int64_t slot = view.slot.evaluate(values);
    const int64_t instances = alloc.getMultiplicity();
    place.slot = slot - divideFloorSigned(slot, instances) * instances;
  }
  return place;
}

bool onnc::overlap(const TileAccess &a, const TileAccess &b) {
  if (a.place.root != b.place.root || a.place.type != b.place.type ||
      a.place.slot != b.place.slot)
    return false;
  for (unsigned d = 0; d < a.box.size(); ++d) {
    const int64_t shift = a.place.origin[d] - b.place.origin[d];
    if (a.box[d].intersect({b.box[d].lo + shift, b.box[d].hi + shift}).empty())
      return false;
  }
  return true;
}

void TileAccessAnalysis::addCompute(tile::ComputeOp op, const Point &point,
                                    SmallVectorImpl<TileAccess> &accesses) {
  const Graph *kernel = tile::getKernel(op);
  auto [it, isNew] = kernels.try_emplace(kernel);
  if (isNew) {
    if (Error error = KernelIndexing::check(*kernel))
      consumeError(std::move(error));
    else
      it->second = std::make_unique<KernelIndexing>(*kernel);
  }
  if (!it->second)
    return;
  const Box over =
      evaluate(op.getOver(), getValues(tile::getIndices(op), point));
  std::vector<Box> boxes;
  for (Value *output : tile::getOutputs(op)) {
    PlacedBuffer place = getPlace(output, point);
    boxes.push_back(place.getElements());
    if (!beginsReduction(over))
      accesses.push_back({place, boxes.back(), false});
    accesses.push_back({place, boxes.back(), true});
  }
  if (all_of(boxes, [](const Box &box) { return isEmpty(box); }))
    return;
  const KernelBoxes needed = it->second->getBoxes(boxes, over);
  for (auto [i, input] : enumerate(tile::getInputs(op)))
    if (const Box *box = needed.getBox(kernel->getInput(i)))
      accesses.push_back({getPlace(input, point), *box, false});
  for (Value *scratch : tile::getScratch(op)) {
    PlacedBuffer place = getPlace(scratch, point);
    accesses.push_back({place, place.box, true});
  }
}

SmallVector<TileAccess, 6> TileAccessAnalysis::getAccesses(const Operation &op,
                                                           const Point &point) {
  SmallVector<TileAccess, 6> accesses;
  if (isa<tile::ComputeOp>(op)) {
    addCompute(tile::ComputeOp(const_cast<Operation *>(&op)), point, accesses);
  } else if (isa<tile::CopyStartOp>(op)) {
    PlacedBuffer source = getPlace(op.getOperand(0), point);
    PlacedBuffer target = getPlace(op.getOperand(1), point);
    Box box = intersect(source.getElements(), target.getElements());
    accesses.push_back({source, box, false});
    accesses.push_back({target, op.hasAttr("fill") ? target.box : box, true});
  } else if (isa<tile::OutputOp>(op)) {
    PlacedBuffer place = getPlace(op.getOperand(0), point);
    accesses.push_back({place, place.box, false});
  }
  erase_if(accesses, [](const TileAccess &a) { return isEmpty(a.box); });
  return accesses;
}
