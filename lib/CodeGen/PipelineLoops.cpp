//===- PipelineLoops.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Two instances of a buffer are as good as one if what an iteration reads of
/// it, the same iteration wrote (isRenewed). Then, with s = i mod 2:
///
///  - a load of tile i + 1 into instance 1 - s may be started as soon as
///    iteration i - 1 is over, provided that nothing in the loop writes what it
///    reads, that iteration i touches the buffer behind its load alone, and
///    that its loads, if it has several, fill elements of their own: all are
///    under way together then, whatever waits stood between them;
///  - a store of tile i from instance s may take until iteration i + 2 writes
///    that again, provided that nothing in the loop touches what it writes, and
///    that iteration i doesn't write the buffer behind it.
///
/// Where both hold of one buffer, the load of i + 1 may meet the store of
/// i - 1, so there are three instances.
///
/// All loops are looked at before any is rewritten: rewriting an inner loop
/// leaves copies in the body of the outer one, which aren't candidates there,
/// and changes nothing that decisions about the outer one depend on.
///
//===----------------------------------------------------------------------===//

#include "TileLoops.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

namespace {

/// Why something stays as it is; nullopt where it needn't.
using Reason = std::optional<std::string>;

/// What an operation of a loop does to a buffer.
struct Access {
  Operation *op;
  /// The operation of the loop's body that \p op is, or is inside of.
  Operation *top;
  Value *view;
  /// The storage that it views, of the graph (not the argument of a block).
  Value *root;
  bool reads;
  bool writes;
};

struct Store {
  CopyStartOp copy;
  /// Tiles of consecutive iterations have no element in common, so the next
  /// may be stored before this one is complete.
  bool mayOverlap;
};

/// A buffer of which the loop gets several instances, and the copies that this
/// is for.
struct Buffer {
  AllocOp alloc;
  SmallVector<CopyStartOp, 2> loads;
  SmallVector<Store, 1> stores;
};

struct LoopPlan {
  ForOp loop;
  SmallVector<Buffer, 4> buffers;
};

/// The options of the pass that bear on decisions.
struct Choice {
  bool loads;
  bool stores;
  bool triple;
};

struct PipelineLoops : PipelineLoopsBase {
  PassResult run(Module &module, PassContext &context) const override;
};

/// Decides what becomes of one loop.
class LoopPlanner {
public:
  using Report = function_ref<void(Operation *copy, const Twine &what,
                                   const Reason &reason)>;

  LoopPlanner(ForOp loop, Choice choice, DenseSet<Operation *> &taken,
              Report report);

  LoopPlan plan();

private:
  struct Candidate {
    SmallVector<CopyStartOp, 2> loads;
    SmallVector<CopyStartOp, 1> stores;
  };

  void collectAccesses();
  MapVector<Operation *, Candidate> findCandidates();
  std::optional<Buffer> planBuffer(AllocOp alloc, const Candidate &candidate);

  Reason refuseBuffer(AllocOp alloc);
  Reason refuseLoads(AllocOp alloc, ArrayRef<CopyStartOp> loads);
  Reason refuseStore(AllocOp alloc, CopyStartOp store);
  bool isRenewed(AllocOp alloc, ArrayRef<PlaceOp> places);
  bool movesWithLoop(ArrayRef<PlaceOp> places);
  bool isOverwrittenFirst(AllocOp alloc, ArrayRef<PlaceOp> places);
  bool isDisjointFromNext(CopyStartOp store);

  bool writes(Value *view) const;
  Operation *getWait(CopyStartOp copy) const;
  Operation *getTop(Operation *op) const;

  ForOp loop;
  Value *counter;
  Choice choice;
  /// Allocations that plans of other loops change.
  DenseSet<Operation *> &taken;
  Report report;
  SmallVector<Access, 16> accesses;
};

} // namespace

//===----------------------------------------------------------------------===//
// What a loop does
//===----------------------------------------------------------------------===//

/// The storage behind \p buffer, seen through the arguments of blocks.
static Value *getRoot(Value *buffer) {
  for (;;) {
    Value *storage = getView(buffer).storage;
    Region *region = storage->getArgumentOf();
    if (!region || !isa_and_present<BlockOp>(region->getParentOp()))
      return storage;
    buffer = region->getParentOp()->getOperand(storage->getIndex());
  }
}

/// The tile.Place that \p view is, or is a slice of.
static PlaceOp getPlace(Value *view) {
  Operation *op = getViewOp(view);
  while (isa_and_present<SliceOp>(op))
    op = getViewOp(op->getOperand(0));
  return dyn_cast_if_present<PlaceOp>(op);
}

static AllocOp getPlacedAlloc(Value *view) {
  PlaceOp place = getPlace(view);
  return place ? AllocOp(place.getStorage()->getDefiningOp()) : AllocOp();
}

static SmallVector<PlaceOp, 4> getPlaces(AllocOp alloc) {
  SmallVector<PlaceOp, 4> places;
  for (Use &use : alloc.getBuffer()->getUses())
    if (auto place = dyn_cast<PlaceOp>(use.getOwner()))
      places.push_back(place);
  return places;
}

static bool isInside(Operation *op, ForOp loop) {
  while (op && op != loop)
    op = op->getParentOp();
  return op;
}

LoopPlanner::LoopPlanner(ForOp loop, Choice choice,
                         DenseSet<Operation *> &taken, Report report)
    : loop(loop), counter(getCounter(loop)), choice(choice), taken(taken),
      report(report) {
  collectAccesses();
}

Operation *LoopPlanner::getTop(Operation *op) const {
  while (op->getParentRegion() != &loop.getBody())
    op = op->getParentOp();
  return op;
}

void LoopPlanner::collectAccesses() {
  loop.getBody().walk([&](Operation *op) {
    if (isa<PlaceOp, SliceOp, PartOp, ReshapeOp, BlockOp>(op))
      return;
    auto add = [&](Value *view, bool reads, bool writes) {
      accesses.push_back({op, getTop(op), view, getRoot(view), reads, writes});
    };
    if (auto copy = dyn_cast<CopyStartOp>(op)) {
      add(copy.getSource(), true, false);
      add(copy.getTarget(), false, true);
    } else if (auto compute = dyn_cast<ComputeOp>(op)) {
      for (Value *view : getInputs(compute))
        add(view, true, false);
      for (Value *view : getOutputs(compute))
        add(view, !compute.getOver().empty(), true);
      for (Value *view : getScratch(compute))
        add(view, false, true);
    } else {
      for (Value *operand : op->getOperands())
        if (operand && isa<BufferType>(operand->getType()))
          add(operand, true, true);
    }
  });
}

/// What \p view may hold of its storage, in the coordinates of that; nullopt
/// where it moves.
static std::optional<Box> getHeld(const BufferView &view) {
  Box held;
  for (auto [origin, extent] : zip_equal(view.origin, view.domain)) {
    if (!origin.isConstant())
      return std::nullopt;
    held.push_back({-origin.getConstant(), extent - origin.getConstant()});
  }
  return held;
}

/// Whether \p a and \p b, which are of one storage, are parts of it that have
/// no element in common.
static bool areDisjoint(Value *a, Value *b) {
  BufferView viewA = getView(a), viewB = getView(b);
  if (viewA.type != viewB.type)
    return false;
  auto heldA = getHeld(viewA), heldB = getHeld(viewB);
  return heldA && heldB && isEmpty(intersect(*heldA, *heldB));
}

bool LoopPlanner::writes(Value *view) const {
  Value *root = getRoot(view);
  return any_of(accesses, [&](const Access &a) {
    return a.writes && a.root == root && !areDisjoint(a.view, view);
  });
}

/// The one wait for \p copy, if it stands in the loop's body.
Operation *LoopPlanner::getWait(CopyStartOp copy) const {
  Value *token = copy.getToken();
  if (!token->hasOneUse())
    return nullptr;
  Operation *user = token->getUses().begin()->getOwner();
  bool isWait =
      isa<CopyWaitOp>(user) && user->getParentRegion() == &loop.getBody();
  return isWait ? user : nullptr;
}

//===----------------------------------------------------------------------===//
// Does an iteration renew a buffer?
//===----------------------------------------------------------------------===//

/// What counter \p index adds to \p expr, a function of \p view's indices.
static int64_t getStep(const BufferView &view, const AffineExpr &expr,
                       Value *index) {
  auto *it = find(view.indices, index);
  return it == view.indices.end()
             ? 0
             : expr.getCoefficient(it - view.indices.begin());
}

/// The same function of the same counters.
static bool isSame(const BufferView &a, const AffineExpr &x,
                   const BufferView &b, const AffineExpr &y) {
  auto same = [&](Value *index) {
    return getStep(a, x, index) == getStep(b, y, index);
  };
  return x.getConstant() == y.getConstant() && all_of(a.indices, same) &&
         all_of(b.indices, same);
}

/// In some dimension all boxes stand at one place, another in each iteration.
/// An element that an earlier iteration left has other coordinates then, so no
/// valid program reads it.
bool LoopPlanner::movesWithLoop(ArrayRef<PlaceOp> places) {
  BufferView first = getView(places.front().getBuffer());
  for (unsigned dim = 0; dim != first.box.size(); ++dim) {
    const AffineExpr &start = first.box[dim].start;
    if (getStep(first, start, counter) != 0 && all_of(places, [&](PlaceOp p) {
          BufferView view = getView(p.getBuffer());
          return isSame(first, start, view, view.box[dim].start);
        }))
      return true;
  }
  return false;
}

/// All boxes are the same, and an iteration begins by writing all of it.
bool LoopPlanner::isOverwrittenFirst(AllocOp alloc, ArrayRef<PlaceOp> places) {
  BufferView first = getView(places.front().getBuffer());
  for (PlaceOp place : places) {
    BufferView view = getView(place.getBuffer());
    if (view.domain != first.domain)
      return false;
    for (auto [a, b] : zip_equal(first.box, view.box))
      if (!isSame(first, a.start, view, b.start))
        return false;
  }
  auto isOfBuffer = [&](const Access &a) {
    return a.root == alloc.getBuffer();
  };
  auto it = find_if(accesses, isOfBuffer);
  if (it == accesses.end() || it->reads || it->op != it->top ||
      !isa_and_present<PlaceOp>(it->view->getDefiningOp()))
    return false;
  if (auto copy = dyn_cast<CopyStartOp>(it->op)) {
    BufferView source = getView(copy.getSource());
    return source.box == toAffine(getFullBox(source.domain));
  }
  return isa<ComputeOp>(it->op);
}

bool LoopPlanner::isRenewed(AllocOp alloc, ArrayRef<PlaceOp> places) {
  return movesWithLoop(places) || isOverwrittenFirst(alloc, places);
}

//===----------------------------------------------------------------------===//
// Which elements do loads fill?
//===----------------------------------------------------------------------===//

/// What a load fills of an instance, by dimension: the positions that are in
/// all of some ranges.
using Filled = SmallVector<SmallVector<AffineRange, 3>, 6>;

/// The ranges are functions of \p indices, which may become more.
static Filled getFilled(CopyStartOp load, SmallVectorImpl<Value *> &indices) {
  auto getDims = [&](const BufferView &view) {
    SmallVector<AffineExpr, 4> dims;
    for (Value *index : view.indices) {
      dims.push_back(AffineExpr::dim(find(indices, index) - indices.begin()));
      if (!is_contained(indices, index))
        indices.push_back(index);
    }
    return dims;
  };
  BufferView source = getView(load.getSource());
  BufferView target = getView(load.getTarget());
  auto sourceDims = getDims(source), targetDims = getDims(target);
  AffineBox sourceBox = substitute(source.box, sourceDims);
  AffineBox targetBox = substitute(target.box, targetDims);
  AffineBox domain = toAffine(getFullBox(target.domain));
  Filled filled;
  for (auto [i, origin] : enumerate(target.origin)) {
    AffineExpr first = origin.substitute(targetDims);
    auto &ranges = filled.emplace_back();
    for (const AffineRange &range : {targetBox[i], domain[i], sourceBox[i]})
      ranges.push_back({range.start - first, range.size});
  }
  return filled;
}

/// No value that both are in, whatever the counters are.
static bool areApart(const AffineRange &a, const AffineRange &b) {
  AffineExpr distance = b.start - a.start;
  return distance.isConstant() && (distance.getConstant() >= a.size ||
                                   -distance.getConstant() >= b.size);
}

/// There is no byte of an instance that both \p a and \p b write.
static bool fillApart(CopyStartOp a, CopyStartOp b) {
  // Packed elements may have a byte in common.
  if (getBitWidth(getBufferType(a.getTarget()).getElementType()) % 8)
    return false;
  SmallVector<Value *, 4> indices;
  Filled filledA = getFilled(a, indices), filledB = getFilled(b, indices);
  for (auto [rangesA, rangesB] : zip_equal(filledA, filledB))
    for (const AffineRange &x : rangesA)
      for (const AffineRange &y : rangesB)
        if (areApart(x, y))
          return true;
  return false;
}

//===----------------------------------------------------------------------===//
// What may be pipelined
//===----------------------------------------------------------------------===//

Reason LoopPlanner::refuseBuffer(AllocOp alloc) {
  if (alloc->hasAttr(singleAttr))
    return "its buffer has room for one instance only (" + singleAttr.str() +
           ")";
  if (alloc.getMultiplicity() > 1 || taken.contains(alloc))
    return "its buffer has several instances already";
  if (isInside(alloc, loop))
    return "its buffer is allocated inside of the loop";
  for (Use &use : alloc.getBuffer()->getUses()) {
    Operation *user = use.getOwner();
    if (!isInside(user, loop))
      return "its buffer is used outside of the loop";
    if (!isa<PlaceOp>(user))
      return "its buffer is used without being placed, by '" +
             user->getName().str() + "'";
  }
  if (!isRenewed(alloc, getPlaces(alloc)))
    return "an iteration may read what an earlier one left in its buffer";
  return std::nullopt;
}

Reason LoopPlanner::refuseLoads(AllocOp alloc, ArrayRef<CopyStartOp> loads) {
  for (Use &use : counter->getUses())
    if (!isIndexed(use.getOwner()))
      return "the loop's counter is used by '" +
             use.getOwner()->getName().str() + "'";
  Operation *loaded = nullptr;
  for (CopyStartOp load : loads) {
    if (writes(load.getSource()))
      return "its source is written in the loop";
    Operation *wait = getWait(load);
    if (!wait)
      return "the wait for it stands elsewhere";
    if (!loaded || loaded->isBefore(wait))
      loaded = wait;
  }
  for (auto [i, load] : enumerate(loads))
    for (CopyStartOp other : loads.take_front(i))
      if (!fillApart(load, other))
        return "its buffer is loaded twice, and both loads may fill the same "
               "elements, or parts of a byte";
  for (const Access &access : accesses) {
    if (access.root != alloc.getBuffer() || is_contained(loads, access.op))
      continue;
    if (access.writes && isa<CopyStartOp>(access.op))
      return "other copies write its buffer";
    if (access.top->isBefore(loaded))
      return "its buffer is used before it is complete";
  }
  return std::nullopt;
}

Reason LoopPlanner::refuseStore(AllocOp alloc, CopyStartOp store) {
  if (!getWait(store))
    return "the wait for it stands elsewhere";
  Value *target = getRoot(store.getTarget());
  for (const Access &access : accesses) {
    if (access.root == target && access.op != store &&
        !areDisjoint(access.view, store.getTarget()))
      return access.writes ? "its target is written elsewhere in the loop"
                           : "its target is read in the loop";
    if (access.root == alloc.getBuffer() && access.writes &&
        store->isBefore(access.top))
      return "its buffer is written again behind it";
  }
  return std::nullopt;
}

bool LoopPlanner::isDisjointFromNext(CopyStartOp store) {
  BufferView target = getView(store.getTarget());
  // Elements of a target that moves don't stay where they are.
  if (getPlace(store.getTarget()))
    return false;
  auto leapsOver = [&](const BufferView &view) {
    return any_of(view.box, [&](const AffineRange &range) {
      int64_t step = getStep(view, range.start, counter);
      return step >= range.size || step <= -range.size;
    });
  };
  return leapsOver(target) || leapsOver(getView(store.getSource()));
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

/// The copies of the body, by the buffer that they would give instances to.
MapVector<Operation *, LoopPlanner::Candidate> LoopPlanner::findCandidates() {
  DenseSet<Value *> computed;
  for (const Access &access : accesses)
    if (access.writes && isa<ComputeOp>(access.op))
      computed.insert(access.root);
  MapVector<Operation *, Candidate> candidates;
  for (Operation &op : loop.getBody().getOps()) {
    auto copy = dyn_cast<CopyStartOp>(op);
    if (!copy)
      continue;
    AllocOp source = getPlacedAlloc(copy.getSource());
    AllocOp target = getPlacedAlloc(copy.getTarget());
    if (source && computed.contains(source.getBuffer()))
      candidates[source].stores.push_back(copy);
    else if (target)
      candidates[target].loads.push_back(copy);
  }
  return candidates;
}

std::optional<Buffer> LoopPlanner::planBuffer(AllocOp alloc,
                                              const Candidate &candidate) {
  Buffer buffer{alloc, {}, {}};
  Reason unfit = refuseBuffer(alloc);
  if (choice.loads && !candidate.loads.empty()) {
    Reason reason = unfit ? unfit : refuseLoads(alloc, candidate.loads);
    if (!reason)
      buffer.loads = candidate.loads;
    else
      for (CopyStartOp load : candidate.loads)
        report(load, "isn't started an iteration ahead", reason);
  }
  if (choice.stores)
    for (CopyStartOp store : candidate.stores) {
      Reason reason = unfit ? unfit : refuseStore(alloc, store);
      if (!reason && !buffer.loads.empty() && !choice.triple)
        reason = "its buffer is loaded an iteration ahead, and both take three "
                 "instances (triple)";
      if (!reason)
        buffer.stores.push_back({store, isDisjointFromNext(store)});
      else
        report(store, "is waited for in its own iteration", reason);
    }
  if (buffer.loads.empty() && buffer.stores.empty())
    return std::nullopt;
  return buffer;
}

LoopPlan LoopPlanner::plan() {
  LoopPlan plan{loop, {}};
  for (auto &[alloc, candidate] : findCandidates())
    if (auto buffer = planBuffer(AllocOp(alloc), candidate)) {
      taken.insert(alloc);
      plan.buffers.push_back(std::move(*buffer));
    }
  return plan;
}

//===----------------------------------------------------------------------===//
// Carrying it out
//===----------------------------------------------------------------------===//

/// Starts \p load in the iteration before. The token of the load that the last
/// iteration starts, of a tile that isn't there, is the loop's last result.
static void startAhead(CopyStartOp load, ForOp loop) {
  Value *counter = getCounter(loop);
  auto copyLoad = [&](Operation *before,
                      function_ref<void(Operation *)> rebind) {
    ValueMap map;
    for (Value *view : {load.getSource(), load.getTarget()})
      map.map(view, cloneView(view, counter, before, rebind));
    Operation *copy = load->clone(map);
    copy->insertBefore(before);
    return copy->getResult();
  };
  Value *first =
      copyLoad(loop, [&](Operation *view) { fixCounter(view, counter, 0); });
  Value *next =
      copyLoad(load, [&](Operation *view) { shiftCounter(view, counter, 1); });
  Value *current = carryToken(loop, first, next);
  current->setName(load.getToken()->getName());
  load.getToken()->replaceAllUsesWith(current);
  Operation *source = getViewOp(load.getSource());
  Operation *target = getViewOp(load.getTarget());
  load->erase();
  eraseIfDead(source);
  eraseIfDead(target);
}

/// Waits for \p store in the iteration behind. The token of the last one is the
/// loop's last result.
static void waitLater(const Store &store, ForOp loop) {
  Use &use = *store.copy.getToken()->getUses().begin();
  Operation *wait = use.getOwner();
  wait->eraseOperand(use.getIndex());
  if (wait->getNumOperands() == 0)
    wait->erase();

  Builder builder(loop);
  builder.setLoc(store.copy->getLoc());
  Value *token = store.copy.getToken();
  Value *first = builder.create<DoneOp>(token->getType()).getToken();
  Value *previous = carryToken(loop, first, token);
  previous->setName(token->getName());
  if (store.mayOverlap)
    builder.setInsertionPointAfter(store.copy);
  else
    builder.setInsertionPoint(store.copy);
  builder.create<CopyWaitOp>(previous);
}

static void pipeline(const LoopPlan &plan) {
  ForOp loop = plan.loop;
  Value *counter = getCounter(loop);
  unsigned numLoads = 0;
  for (const Buffer &buffer : plan.buffers) {
    bool both = !buffer.loads.empty() && !buffer.stores.empty();
    int64_t instances = std::min<int64_t>(both ? 3 : 2, loop.getCount());
    buffer.alloc->setAttr("multiplicity", IntAttr::get(instances));
    for (PlaceOp place : getPlaces(buffer.alloc))
      setSlotToCounter(place, counter);
  }
  for (const Buffer &buffer : plan.buffers)
    for (CopyStartOp load : buffer.loads) {
      startAhead(load, loop);
      ++numLoads;
    }
  for (const Buffer &buffer : plan.buffers)
    for (const Store &store : buffer.stores)
      waitLater(store, loop);

  // What is under way at the end: loads, which the last iteration waits for,
  // then stores.
  SmallVector<Value *, 4> last(loop->getResults());
  Builder builder(loop);
  builder.setInsertionPointAfter(loop);
  Operation *wait = nullptr;
  if (last.size() > numLoads)
    wait = builder.create<CopyWaitOp>(ArrayRef(last).drop_front(numLoads));
  if (numLoads == 0)
    return;
  Operation *behind = wait ? wait : loop->getNextOp();
  int64_t count = loop.getCount() - 1;
  loop->setAttr("count", IntAttr::get(count));
  auto tokens = cloneIteration(loop, count, last, behind);
  for (Value *token : ArrayRef(tokens).take_front(numLoads)) {
    CopyStartOp absent(token->getDefiningOp());
    Operation *source = getViewOp(absent.getSource());
    Operation *target = getViewOp(absent.getTarget());
    absent->erase();
    eraseIfDead(source);
    eraseIfDead(target);
  }
  if (wait)
    wait->setOperands(ArrayRef(tokens).drop_front(numLoads));
  if (count == 1)
    inlineIteration(loop);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The loops of \p region, inner ones before those that they stand in.
static void collectLoops(Region &region, SmallVectorImpl<ForOp> &loops) {
  for (Operation &op : region.getOps()) {
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      collectLoops(op.getRegion(i), loops);
    if (auto loop = dyn_cast<ForOp>(op))
      loops.push_back(loop);
  }
}

PassResult PipelineLoops::run(Module &module, PassContext &context) const {
  SmallVector<ForOp, 16> loops;
  for (const std::unique_ptr<Graph> &graph : module.getGraphs())
    collectLoops(graph->getBody(), loops);

  auto report = [&](Operation *copy, const Twine &what, const Reason &reason) {
    context.count(left);
    if (explain)
      context.getDiagnostics().emit(DiagID::TransformRefused, Severity::Remark,
                                    copy->getLoc().toDiag())
          << "'" << copy->getName() << "' " << what << ": " << *reason;
  };
  SmallVector<LoopPlan, 8> plans;
  DenseSet<Operation *> taken;
  for (ForOp loop : loops) {
    if (loop.getCount() < 2 || loop->getNumOperands() != 0)
      continue;
    LoopPlan plan =
        LoopPlanner(loop, {loads, stores, triple}, taken, report).plan();
    if (!plan.buffers.empty())
      plans.push_back(std::move(plan));
  }
  for (const LoopPlan &plan : plans) {
    for (const Buffer &buffer : plan.buffers) {
      context.count(pipelinedLoads, buffer.loads.size());
      context.count(pipelinedStores, buffer.stores.size());
    }
    pipeline(plan);
  }
  return PassResult::changedIf(!plans.empty());
}

std::unique_ptr<Pass> onnc::createPipelineLoopsPass() {
  return std::make_unique<PipelineLoops>();
}
