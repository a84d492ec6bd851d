//===- Allocation.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Allocation.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/IR/Module.h"

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
  return MemoryUsage{*size, *persistent, *peak, *lowerBound};
}
