//===- Allocation.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Allocation.h"
#include "onnc/IR/Module.h"
#include "onnc/IR/Ops/Tile.h"

using namespace llvm;
using namespace onnc;

std::optional<int64_t> onnc::getOffset(const Value &value) {
  if (value.isArgument())
    return std::nullopt;
  SmallVector<int64_t, 6> offsets =
      value.getDefiningOp()->getInts(alloc::resultOffsets);
  if (value.getIndex() >= offsets.size() || offsets[value.getIndex()] < 0)
    return std::nullopt;
  return offsets[value.getIndex()];
}

static std::optional<int64_t> getEntry(DictAttr dict, StringRef name) {
  Attribute entry = dict ? dict.get(name) : Attribute();
  if (auto value = entry ? dyn_cast<IntAttr>(entry) : IntAttr())
    return value.getValue();
  return std::nullopt;
}

std::optional<int64_t> onnc::getScratchOffset(const Operation &op,
                                              StringRef name) {
  return getEntry(op.getAttrOfType<DictAttr>(alloc::scratchOffsets), name);
}

SmallVector<Operation *, 8> onnc::getBlockAllocations(const Operation &block) {
  SmallVector<Operation *, 8> allocations;
  block.getRegion().walk([&](Operation *op) {
    if (isa<tile::AllocOp>(op))
      allocations.push_back(op);
  });
  return allocations;
}

std::optional<int64_t> onnc::getStorageOffset(const Value &storage) {
  if (storage.isArgument()) {
    Operation *block = storage.getParentRegion()->getParentOp();
    if (!block || !isa<tile::BlockOp>(block))
      return std::nullopt;
    Value *operand = block->getOperand(storage.getIndex());
    return operand ? getStorageOffset(*operand) : std::nullopt;
  }
  Operation *op = storage.getDefiningOp();
  Operation *block = op->getParentOp();
  while (block && !isa<tile::BlockOp>(block))
    block = block->getParentOp();
  if (!block)
    return getOffset(storage);
  for (auto [i, alloc] : enumerate(getBlockAllocations(*block)))
    if (alloc == op)
      return getScratchOffset(*block, std::to_string(i));
  return std::nullopt;
}

bool onnc::shareBytes(const Value &a, const Value &b) {
  if (&a == &b)
    return true;
  if (tile::getBufferType(&a).getSpace() != tile::getBufferType(&b).getSpace())
    return false;
  auto getEnd = [](const Value &storage, int64_t begin) {
    const Operation *op = storage.getDefiningOp();
    int64_t instances = op ? op->getInt("multiplicity", 1) : 1;
    return begin + instances * tile::getBufferType(&storage).getByteSize();
  };
  auto atA = getStorageOffset(a), atB = getStorageOffset(b);
  return atA && atB && *atA < getEnd(b, *atB) && *atB < getEnd(a, *atA);
}

std::optional<MemoryUsage> onnc::getMemoryUsage(const Module &module,
                                                StringRef memory) {
  Attribute attr = module.getAttr(alloc::memoryPlan);
  auto plan = attr ? dyn_cast<DictAttr>(attr) : DictAttr();
  Attribute entry = plan ? plan.get(memory) : Attribute();
  auto usage = entry ? dyn_cast<DictAttr>(entry) : DictAttr();
  auto size = getEntry(usage, "size"), peak = getEntry(usage, "peak"),
       persistent = getEntry(usage, "persistent"),
       lowerBound = getEntry(usage, "lower_bound");
  if (!size || !peak || !persistent || !lowerBound)
    return std::nullopt;
  // A hand-written plan may leave out what most memories don't need.
  auto perCore = dyn_cast_if_present<BoolAttr>(usage.get("per_core"));
  return MemoryUsage{*size,
                     *persistent,
                     *peak,
                     *lowerBound,
                     getEntry(usage, "alignment").value_or(1),
                     perCore && perCore.getValue()};
}
