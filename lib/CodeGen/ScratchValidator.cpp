//===- ScratchValidator.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScratchValidator.h"
#include "onnc/CodeGen/TileWalker.h"
#include "onnc/IR/Allocation.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

namespace {

/// One instance of an allocation: the bytes [begin, end) of a memory.
struct Instance {
  Operation *alloc;
  int64_t slot;
  unsigned memory;
  int64_t begin, end;
  /// Something else was written here. Then only what is in the boxes, in the
  /// coordinates of \p placed, is known to be there again.
  Operation *evictedBy = nullptr;
  Box placed = {};
  SmallVector<Box, 2> written = {};

  bool overlaps(const Instance &other) const {
    return alloc != other.alloc && memory == other.memory &&
           begin < other.end && other.begin < end;
  }
};

class ScratchWalker : public TileVisitor {
public:
  ScratchWalker(BlockOp block, const ProcessingUnit &unit);

  Error enterForAll(ForAllOp loop) override;
  Error enterIteration(ForAllOp loop, ArrayRef<int64_t>, int64_t) override;
  Error leaveForAll(ForAllOp loop) override;
  Error startCopy(CopyStartOp copy, const TileView &source,
                  const TileView &target) override;
  Error waitForCopies(CopyWaitOp wait, ArrayRef<int64_t> copies) override;
  Error compute(ComputeOp compute, ArrayRef<TileView> buffers,
                ArrayRef<Range> over) override;

private:
  Instance *find(const TileView &view);
  Error touch(Operation *op, const Instance &instance);
  Error read(Operation *op, const TileView &view);
  Error write(Operation *op, const TileView &view);

  std::vector<Instance> instances;
  DenseMap<Operation *, unsigned> firstOf;
  /// By copy, the buffers that it holds.
  MapVector<int64_t, SmallVector<Instance *, 2>> underWay;
  int64_t numCopies = 0;
  /// Touched in the tile.ForAll that is being walked.
  SetVector<Instance *> touched;
};

} // namespace

ScratchWalker::ScratchWalker(BlockOp block, const ProcessingUnit &unit) {
  for (Operation *alloc : getBlockAllocations(*block.getOperation())) {
    BufferType type = getBufferType(alloc->getResult());
    auto memory = unit.findMemory(type.getSpace());
    auto offset = getStorageOffset(*alloc->getResult());
    if (!memory || !offset)
      continue;
    firstOf[alloc] = instances.size();
    int64_t bytes = type.getByteSize();
    int64_t step = alignTo(bytes, unit.memories[*memory].alignment);
    for (int64_t slot = 0; slot < alloc->getInt("multiplicity", 1); ++slot)
      instances.push_back({alloc, slot, *memory, *offset + slot * step,
                           *offset + slot * step + bytes});
  }
}

Instance *ScratchWalker::find(const TileView &view) {
  // A reshape is its operand.
  Value *storage = view.storage;
  while (isa_and_present<ReshapeOp>(storage->getDefiningOp()))
    storage = getView(storage->getDefiningOp()->getOperand(0)).storage;
  auto it = firstOf.find(storage->getDefiningOp());
  return it == firstOf.end() ? nullptr : &instances[it->second + view.slot];
}

static Error fail(Operation *op, const Twine &what, const Instance &instance) {
  StringRef name = instance.alloc->getResult()->getName();
  return createStringError("'" + op->getName() + "' " + what + " '%" + name +
                           "', which shares bytes with others");
}

/// No copy is under way in the same bytes.
Error ScratchWalker::touch(Operation *op, const Instance &instance) {
  for (const auto &[copy, held] : underWay)
    for (const Instance *other : held)
      if (instance.overlaps(*other))
        return fail(op, "touches, while a copy is under way there,", instance);
  return Error::success();
}

/// Whether \p boxes together cover \p box.
static bool isCovered(const Box &box, ArrayRef<Box> boxes) {
  if (isEmpty(box))
    return true;
  if (boxes.empty())
    return false;
  Box common = intersect(box, boxes.front());
  if (isEmpty(common))
    return isCovered(box, boxes.drop_front());
  // What the first leaves, in slabs on both sides of each dimension.
  Box rest = box;
  for (unsigned dim = 0; dim < box.size(); ++dim) {
    Box below = rest, above = rest;
    below[dim].hi = common[dim].lo;
    above[dim].lo = common[dim].hi;
    if (!isCovered(below, boxes.drop_front()) ||
        !isCovered(above, boxes.drop_front()))
      return false;
    rest[dim] = common[dim];
  }
  return true;
}

Error ScratchWalker::read(Operation *op, const TileView &view) {
  Instance *instance = find(view);
  if (!instance)
    return Error::success();
  touched.insert(instance);
  if (Error error = touch(op, *instance))
    return error;
  if (!instance->evictedBy || isEmpty(view.box) ||
      (view.placed == instance->placed &&
       isCovered(view.box, instance->written)))
    return Error::success();
  return fail(op,
              "reads, after '" + instance->evictedBy->getName() +
                  "' wrote something else there,",
              *instance);
}

Error ScratchWalker::write(Operation *op, const TileView &view) {
  Instance *instance = find(view);
  if (!instance)
    return Error::success();
  touched.insert(instance);
  if (Error error = touch(op, *instance))
    return error;
  for (Instance &other : instances)
    if (instance->overlaps(other)) {
      other.evictedBy = op;
      other.written.clear();
    }
  if (!instance->evictedBy)
    return Error::success();
  if (view.placed != instance->placed)
    instance->written.clear();
  instance->placed = view.placed;
  instance->written.push_back(view.box);
  return Error::success();
}

Error ScratchWalker::startCopy(CopyStartOp copy, const TileView &source,
                               const TileView &target) {
  if (Error error = read(copy, source))
    return error;
  // What the two have in common is written.
  TileView common = target;
  common.box = intersect(target.box, source.box);
  if (Error error = write(copy, common))
    return error;
  for (const TileView *view : {&source, &target})
    if (Instance *instance = find(*view))
      underWay[numCopies].push_back(instance);
  ++numCopies;
  return Error::success();
}

Error ScratchWalker::waitForCopies(CopyWaitOp, ArrayRef<int64_t> copies) {
  for (int64_t copy : copies)
    underWay.erase(copy);
  return Error::success();
}

Error ScratchWalker::compute(ComputeOp compute, ArrayRef<TileView> buffers,
                             ArrayRef<Range> over) {
  size_t numInputs = getKernel(compute)->getNumInputs();
  size_t numScratch = compute.getScratch();
  bool continues =
      any_of(over, [](const Range &range) { return range.lo != 0; });
  for (auto [i, view] : enumerate(buffers))
    if (i < numInputs || (continues && i < buffers.size() - numScratch))
      if (Error error = read(compute, view))
        return error;
  // All at the same time.
  SmallVector<Instance *, 6> own;
  for (const TileView &view : buffers)
    if (Instance *instance = find(view)) {
      for (Instance *other : own)
        if (instance->overlaps(*other))
          return fail(compute, "works on two buffers at once, one of them",
                      *instance);
      own.push_back(instance);
    }
  for (const TileView &view : buffers.drop_front(numInputs))
    if (Error error = write(compute, view))
      return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Parallel iterations
//===----------------------------------------------------------------------===//

static bool isInside(const Operation *op, const Operation *loop) {
  while (op && op != loop)
    op = op->getParentOp();
  return op;
}

Error ScratchWalker::enterForAll(ForAllOp) {
  touched.clear();
  return Error::success();
}

/// Allocations of the body are each iteration's own.
Error ScratchWalker::enterIteration(ForAllOp loop, ArrayRef<int64_t>, int64_t) {
  for (Instance &instance : instances)
    if (isInside(instance.alloc, loop))
      instance.evictedBy = nullptr;
  return Error::success();
}

/// What several iterations use is no place for anything else meanwhile.
Error ScratchWalker::leaveForAll(ForAllOp loop) {
  for (const Instance *common : touched)
    for (const Instance *other : touched)
      if (!isInside(common->alloc, loop) && common->overlaps(*other))
        return fail(loop, "has iterations that all use", *common);
  return Error::success();
}

LogicalResult onnc::validateSharedScratch(BlockOp block,
                                          const ProcessingUnit &unit) {
  ScratchWalker walker(block, unit);
  Error error = walkTiles(block, walker);
  if (!error)
    return success();
  block->emitError(DiagID::CodeGenValidation)
      << "has scratch in the place of other scratch: "
      << toString(std::move(error));
  return failure();
}
