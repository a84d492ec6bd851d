//===- TileBufferModel.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TileBufferModel.h"
#include "BlockOverlap.h"
#include "ScratchLifespans.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Ops/Tile.h"

using namespace llvm;
using namespace onnc;

static BufferRequest getRequest(const ProcessingUnit &unit, BufferType type,
                                int64_t multiplicity) {
  unsigned memory = *unit.findMemory(type.getSpace());
  int64_t alignment = unit.memories[memory].alignment;
  int64_t size = type.getByteSize();
  if (multiplicity > 1)
    size = int64_t(alignTo(size, alignment)) * (multiplicity - 1) + size;
  return {memory, size, alignment};
}

std::optional<BufferRequest>
TileBufferModel::getBuffer(const Value &value) const {
  if (value.isArgument())
    return std::nullopt;
  Operation *op = value.getDefiningOp();
  // A host tensor: what counts is the buffer that stands for it.
  if (isa<tile::OutputOp>(op))
    return getBuffer(*op->getOperand(0));
  auto type = dyn_cast<BufferType>(value.getType());
  if (!type || !unit.findMemory(type.getSpace()))
    return std::nullopt;
  return getRequest(unit, type, op->getInt("multiplicity", 1));
}

std::optional<unsigned>
TileBufferModel::getAliasedOperand(const Value &value) const {
  Operation *op = value.getDefiningOp();
  if (op && (isa<tile::ReshapeOp>(op) || isa<tile::OutputOp>(op)))
    return 0;
  return std::nullopt;
}

bool TileBufferModel::isPersistent(const Value &value) const {
  Operation *op = value.getDefiningOp();
  return op && (isa<tile::ConstantOp>(op) || isa<tile::InputOp>(op));
}

SmallVector<ScratchRequest, 4>
TileBufferModel::getScratch(const Operation &op) const {
  SmallVector<ScratchRequest, 4> requests;
  auto block = dyn_cast<tile::BlockOp>(const_cast<Operation &>(op));
  if (!block)
    return requests;
  auto lifespans = getScratchLifespans(block);
  for (auto [i, alloc] : enumerate(getBlockAllocations(op))) {
    BufferType type = tile::getBufferType(alloc->getResult());
    if (unit.findMemory(type.getSpace()))
      requests.push_back(
          {std::to_string(i),
           getRequest(unit, type, alloc->getInt("multiplicity", 1)),
           lifespans[i]});
  }
  return requests;
}

//===----------------------------------------------------------------------===//
// Shared storage
//===----------------------------------------------------------------------===//

/// The first operation before \p first that touches the bytes of \p value; \p
/// first where there is none. null: the region's end.
static const Operation *findFirstUser(const BufferModel &buffers,
                                      const Value &value,
                                      const Operation *first) {
  for (const Use &use : value.getUses()) {
    const Operation *user = use.getOwner();
    bool isAlias = false;
    for (const Value *result : user->getResults())
      if (buffers.getAliasedOperand(*result) == use.getIndex()) {
        isAlias = true;
        first = findFirstUser(buffers, *result, first);
      }
    if (!isAlias && !user->hasTrait(OpTrait::Terminator) &&
        (!first || user->isBefore(first)))
      first = user;
  }
  return first;
}

const Operation *TileBufferModel::getFirstWriter(const Value &value) const {
  const Operation *op = value.getDefiningOp();
  if (!isa<tile::AllocOp>(const_cast<Operation *>(op)))
    return op;
  const Operation *first = findFirstUser(*this, value, nullptr);
  return first ? first : op;
}

std::optional<StorageOverlap>
TileBufferModel::getOverlap(const Value &value, unsigned operand) const {
  auto getRoot = [&](const Value *v) {
    while (!v->isArgument()) {
      auto aliased = getAliasedOperand(*v);
      if (!aliased)
        break;
      v = v->getDefiningOp()->getOperand(*aliased);
    }
    return v;
  };
  auto block =
      dyn_cast<tile::BlockOp>(const_cast<Operation *>(getFirstWriter(value)));
  if (!block || block->getNumResults() || value.getDefiningOp() == block)
    return std::nullopt;
  auto source = dyn_cast<BufferType>(block->getOperand(operand)->getType());
  auto result = dyn_cast<BufferType>(value.getType());
  if (!source || !result || source.getSpace() != result.getSpace())
    return std::nullopt;
  // Under two names the block might write one and read the other.
  std::optional<unsigned> index;
  const Value *root = getRoot(block->getOperand(operand));
  for (auto [i, own] : enumerate(block->getOperands())) {
    const Value *other = getRoot(own);
    if (other == &value && index)
      return std::nullopt;
    if (other == &value)
      index = i;
    if (other == root && i != operand)
      return std::nullopt;
  }
  if (!index || root == &value)
    return std::nullopt;
  return getBlockOverlap(block, *index, operand, tiles);
}
