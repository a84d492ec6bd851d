//===- ScratchLifespans.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScratchLifespans.h"
#include "TileLoops.h"
#include "onnc/IR/Allocation.h"
#include "llvm/ADT/DenseSet.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

namespace {

/// What an operation does to one allocation.
struct Access {
  Operation *op;
  Value *view;
  bool reads;
  /// It writes all elements: nothing that was there before is read behind it.
  bool renews;
};

/// The lifespan of one allocation.
class LifespanFinder {
public:
  using Steps = DenseMap<const Operation *, Lifespan>;

  LifespanFinder(AllocOp alloc, const Steps &steps)
      : alloc(alloc), steps(steps) {}

  Lifespan find();

private:
  void collectUses(Value *buffer);
  void collectAccess(Operation *user, unsigned operand, Value *view);
  void holdUntilWaited(Value *token);
  bool isLiveBefore(Region &region, bool isLiveBehind);
  bool isLiveBefore(Operation &loop, bool isLiveBehind);
  bool movesWith(ForOp loop) const;
  bool writesAll(Value *view) const;
  void add(const Operation *op) {
    Lifespan own = steps.at(op);
    lifespan = lifespan ? lifespan->hull(own) : own;
  }

  AllocOp alloc;
  const Steps &steps;
  std::optional<Lifespan> lifespan;
  /// By operation, those of one operation together.
  DenseMap<const Operation *, SmallVector<Access, 2>> accesses;
  /// Around accesses, inside of the allocation's region.
  DenseSet<const Operation *> loops;
  DenseSet<const Value *> followed;
};

} // namespace

static bool isInside(const Operation *op, const Operation *loop) {
  while (op && op != loop)
    op = op->getParentOp();
  return op;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

/// The view is all of the storage.
bool LifespanFinder::writesAll(Value *view) const {
  Operation *op = getViewOp(view);
  return alloc.getMultiplicity() == 1 &&
         (view == alloc.getBuffer() ||
          (isa_and_present<PlaceOp>(op) &&
           op->getOperand(0) == alloc.getBuffer()));
}

void LifespanFinder::collectAccess(Operation *user, unsigned operand,
                                   Value *view) {
  Access access{user, view, /*reads=*/true, /*renews=*/false};
  if (auto copy = dyn_cast<CopyStartOp>(user)) {
    access.reads = operand == 0;
    BufferView source = getView(copy.getSource());
    access.renews = operand == 1 && writesAll(view) &&
                    source.box == toAffine(getFullBox(source.domain));
    holdUntilWaited(copy.getToken());
  } else if (auto compute = dyn_cast<ComputeOp>(user)) {
    size_t numInputs = getInputs(compute).size();
    size_t numBuffers = getBuffers(compute).size();
    bool isScratch = operand + getScratch(compute).size() >= numBuffers;
    access.reads =
        operand < numInputs || (!isScratch && !compute.getOver().empty());
    access.renews = !access.reads && (isScratch || writesAll(view));
  }
  accesses[user].push_back(access);
  add(user);
  for (Operation *parent = user->getParentOp();
       parent != alloc->getParentOp() && loops.insert(parent).second;)
    parent = parent->getParentOp();
}

void LifespanFinder::collectUses(Value *buffer) {
  for (const Use &use : buffer->getUses()) {
    Operation *user = use.getOwner();
    if (isa<PlaceOp, SliceOp, PartOp, ReshapeOp>(user))
      collectUses(user->getResult());
    else
      collectAccess(user, use.getIndex(), buffer);
  }
}

/// A copy under way accesses its buffers in all steps until it is waited for,
/// and in all of a loop that hands its token on.
void LifespanFinder::holdUntilWaited(Value *token) {
  if (!followed.insert(token).second)
    return;
  for (const Use &use : token->getUses()) {
    Operation *user = use.getOwner();
    add(user);
    Operation *loop =
        user->hasTrait(OpTrait::Terminator) ? user->getParentOp() : user;
    if (!isa<ForOp>(loop))
      continue;
    add(loop);
    holdUntilWaited(loop->getRegion().getArgument(use.getIndex() + 1));
    holdUntilWaited(loop->getResult(use.getIndex()));
  }
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// In some dimension the storage stands at one place in all of an iteration,
/// and elsewhere in every other.
bool LifespanFinder::movesWith(ForOp loop) const {
  Value *counter = getCounter(loop);
  SmallVector<BufferView, 4> views;
  for (const auto &[op, own] : accesses)
    if (isInside(op, loop))
      for (const Access &access : own) {
        views.push_back(getView(access.view));
        if (views.back().storage != alloc.getBuffer())
          return false;
      }
  // The part of a counter in a view's origin.
  auto getStep = [](const BufferView &view, unsigned dim, Value *index) {
    auto *it = llvm::find(view.indices, index);
    return it == view.indices.end()
               ? 0
               : view.origin[dim].getCoefficient(it - view.indices.begin());
  };
  const BufferView &first = views.front();
  for (unsigned dim = 0; dim < first.origin.size(); ++dim) {
    int64_t step = getStep(first, dim, counter);
    if (step != 0 && all_of(views, [&](const BufferView &view) {
          // Whatever else moves it stands outside of the loop.
          bool isFixed = all_of(view.indices, [&](Value *index) {
            return index == counter || getStep(view, dim, index) == 0 ||
                   !isInside(index->getArgumentOf()->getParentOp(), loop);
          });
          bool isSame =
              view.domain == first.domain &&
              view.origin[dim].getConstant() == first.origin[dim].getConstant();
          for (const BufferView *v : {&view, &first})
            for (Value *index : v->indices)
              isSame &= getStep(view, dim, index) == getStep(first, dim, index);
          return isFixed && isSame;
        }))
      return true;
  }
  return false;
}

bool LifespanFinder::isLiveBefore(Operation &loop, bool isLiveBehind) {
  Region &body = loop.getRegion();
  bool isLive = isLiveBefore(body, isLiveBehind);
  auto sequential = dyn_cast<ForOp>(loop);
  if (!sequential) {
    add(&loop);
    return isLive;
  }
  if (isLive && !movesWith(sequential)) {
    add(&loop);
    // What the last iteration leaves is like what each leaves to the next.
    isLiveBefore(body, /*isLiveBehind=*/true);
  }
  return isLive;
}

bool LifespanFinder::isLiveBefore(Region &region, bool isLiveBehind) {
  bool isLive = isLiveBehind;
  for (Operation &op : reverse(region.getOps())) {
    if (loops.contains(&op)) {
      isLive = isLiveBefore(op, isLive);
      continue;
    }
    auto it = accesses.find(&op);
    if (it == accesses.end())
      continue;
    auto reads = [](const Access &access) { return access.reads; };
    auto renews = [](const Access &access) { return access.renews; };
    isLive =
        any_of(it->second, reads) || (isLive && none_of(it->second, renews));
  }
  return isLive;
}

Lifespan LifespanFinder::find() {
  collectUses(alloc.getBuffer());
  if (!lifespan) {
    int64_t step = steps.at(alloc).lower;
    return {step, step + 1};
  }
  isLiveBefore(*alloc->getParentRegion(), /*isLiveBehind=*/false);
  return *lifespan;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Numbers the operations of \p region from \p next on.
static void numberSteps(Region &region, LifespanFinder::Steps &steps,
                        int64_t &next) {
  for (Operation &op : region.getOps()) {
    int64_t begin = next++;
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      numberSteps(op.getRegion(i), steps, next);
    if (op.getNumRegions())
      ++next;
    steps[&op] = {begin, next};
  }
}

SmallVector<Lifespan, 8> onnc::getScratchLifespans(BlockOp block) {
  LifespanFinder::Steps steps;
  int64_t next = 0;
  numberSteps(block.getBody(), steps, next);
  SmallVector<Lifespan, 8> lifespans;
  for (Operation *alloc : getBlockAllocations(*block.getOperation()))
    lifespans.push_back(LifespanFinder(AllocOp(alloc), steps).find());
  return lifespans;
}
