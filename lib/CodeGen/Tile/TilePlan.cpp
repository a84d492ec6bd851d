//===- TilePlan.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TilePlan.h"
#include "TileCost.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

const BlockTask::Call *BlockTask::getProducer(const Value *value) const {
  for (const Call &call : calls)
    if (value->getDefiningOp() == call.op)
      return &call;
  return nullptr;
}

bool onnc::canChain(const TileOperand &made, const TileOperand &wanted) {
  return (!wanted.fill || wanted.isFillOptional) &&
         made.space == wanted.space && made.element == wanted.element &&
         made.layout.str() == wanted.layout.str();
}

int64_t TilePlan::getCount(unsigned dim, int64_t extent) const {
  return divideCeil(divideCeil(extent, tile[dim]), split[dim]);
}

unsigned TilePlan::getNumCores() const {
  unsigned cores = 1;
  for (int64_t parts : split)
    cores *= parts;
  return cores;
}

AffineBox onnc::getTileBox(const TilePlan &plan, ArrayRef<int64_t> shape) {
  AffineBox box;
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    int64_t chunk = plan.getCount(dim, shape[dim]) * plan.tile[dim];
    box.push_back({AffineExpr::dim(2 * dim) * chunk +
                       AffineExpr::dim(2 * dim + 1) * plan.tile[dim],
                   plan.tile[dim]});
  }
  return box;
}

AffineBox onnc::getTileReductions(const TilePlan &plan, unsigned rank) {
  AffineBox over;
  for (auto [i, size] : enumerate(plan.reduction))
    over.push_back({AffineExpr::dim(2 * rank + i) * size, size});
  return over;
}

TileBoxes onnc::getTileBoxes(const BlockTask &task, ArrayRef<AffineRange> box,
                             ArrayRef<AffineRange> over) {
  TileBoxes boxes;
  boxes.calls.resize(task.calls.size());
  DenseMap<const Value *, AffineBox> needed;
  needed[task.last().op->getResult(0)] = AffineBox(box);
  for (unsigned c = task.calls.size(); c-- > 0;) {
    const BlockTask::Call &call = task.calls[c];
    auto it = needed.find(call.op->getResult(0));
    AffineBox own = it != needed.end()
                        ? it->second
                        : toAffine(getFullBox(call.indexing.getShape()));
    boxes.calls[c] = call.indexing.getBoxes(own, over);
    for (auto [i, input] : enumerate(boxes.calls[c].inputs)) {
      Value *value = call.op->getOperand(i);
      if (!task.getProducer(value))
        continue;
      // Two users: the first decides where the tile stands, the other has to
      // find its own within.
      auto [place, isNew] = needed.try_emplace(value, input);
      if (!isNew)
        for (auto [a, b, extent] :
             zip_equal(place->second, input,
                       *value->getTensorType().getStaticShape())) {
          AffineExpr distance = b.start - a.start;
          int64_t offset = distance.getConstant();
          if (!distance.isConstant()) {
            a = {AffineExpr(0), extent};
            continue;
          }
          int64_t lo = std::min<int64_t>(0, offset);
          a = {a.start + AffineExpr(lo),
               std::max(a.size, offset + b.size) - lo};
        }
    }
  }
  return boxes;
}

namespace {

class PlanSearch {
public:
  PlanSearch(const BlockTask &task, const TileMachine &machine,
             bool doubleBuffer)
      : task(task), machine(machine), cost(task, machine, doubleBuffer),
        shape(task.getShape()) {
    const KernelTiling &tiling = task.last().tiling;
    for (auto [dim, extent] : enumerate(shape)) {
      int64_t grain =
          dim < tiling.granularity.size() ? tiling.granularity[dim] : 1;
      if (!task.last().indexing.canCut(dim))
        grain = extent;
      granularity.push_back(
          std::clamp<int64_t>(grain, 1, std::max<int64_t>(extent, 1)));
      int64_t most = dim < tiling.maximum.size() ? tiling.maximum[dim] : extent;
      maximum.push_back(std::max(most, granularity.back()));
    }
    auto liesAnywhere = [](const TileOperand &operand) {
      return operand.space.empty();
    };
    gains = machine.model.getMaxParallelism() > 1 ||
            any_of(task.calls, [&](const BlockTask::Call &call) {
              return !all_of(call.tiling.inputs, liesAnywhere) ||
                     !all_of(call.tiling.outputs, liesAnywhere);
            });
  }

  std::optional<TilePlan> search(tile::BlockOp block);
  std::string getReason() const { return cost.why; }
  uint64_t numPlans = 0;

private:
  void addSplits(SmallVectorImpl<int64_t> &split, unsigned dim, unsigned cores);
  void trySplits();
  void tryTiles(ArrayRef<int64_t> split);
  std::optional<TilePlan> tryOrders(TilePlan plan);
  int64_t roundUp(unsigned dim, int64_t size) const {
    return std::min<int64_t>(
        alignTo(std::max<int64_t>(size, 1), granularity[dim]),
        std::max<int64_t>(shape[dim], 1));
  }

  const BlockTask &task;
  const TileMachine &machine;
  TileCost cost;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t, 6> granularity, maximum;
  SmallVector<int64_t, 6> fixedTile, fixedSplit;
  SmallVector<int64_t, 4> reduction;
  /// Smaller tiles may be better: something lies beside the cores.
  bool gains;
  std::vector<SmallVector<int64_t, 6>> splits;
  std::optional<TilePlan> best;
};

} // namespace

/// The best order of the loops for the tiles of \p plan, if they fit; if it is
/// better than the best plan so far it becomes that.
std::optional<TilePlan> PlanSearch::tryOrders(TilePlan plan) {
  plan.loops.clear();
  for (unsigned dim = 0; dim < shape.size(); ++dim)
    if (plan.getCount(dim, shape[dim]) > 1)
      plan.loops.push_back(dim);
  TileMeasure measure = cost.measure(plan);
  // Beyond three loops only the given order and its rotations are tried.
  bool permute = plan.loops.size() <= 3;
  SmallVector<unsigned, 4> first = plan.loops;
  std::optional<TilePlan> found;
  do {
    ++numPlans;
    if (cost.evaluate(plan, measure) && (!found || plan.cycles < found->cycles))
      found = plan;
    if (!permute)
      std::rotate(plan.loops.begin(), plan.loops.begin() + 1, plan.loops.end());
  } while (permute ? std::next_permutation(plan.loops.begin(), plan.loops.end())
                   : plan.loops != first);
  if (found && (!best || found->cycles < best->cycles))
    best = found;
  return found;
}

/// Tiles for one split: from whole parts downwards, always along the dimension
/// that makes the better plan, until smaller ones don't help any more.
void PlanSearch::tryTiles(ArrayRef<int64_t> split) {
  TilePlan plan;
  plan.split.assign(split.begin(), split.end());
  plan.reduction = reduction;
  for (auto [dim, extent] : enumerate(shape)) {
    int64_t size = roundUp(dim, divideCeil(extent, split[dim]));
    size = std::min(size, maximum[dim]);
    plan.tile.push_back(fixedTile.empty() ? size : fixedTile[dim]);
  }
  tryOrders(plan);
  if (!fixedTile.empty() || !gains)
    return;
  constexpr unsigned patience = 3, maxSteps = 24;
  double bestHere = INFINITY;
  unsigned worse = 0;
  auto getTileVolume = [](const TilePlan &p) {
    return getVolume(getFullBox(p.tile));
  };
  for (unsigned step = 0; step < maxSteps && worse < patience; ++step) {
    std::optional<TilePlan> next;
    bool nextFits = false;
    for (unsigned dim = 0; dim < shape.size(); ++dim) {
      if (plan.tile[dim] <= granularity[dim])
        continue;
      int64_t part = divideCeil(shape[dim], plan.split[dim]);
      int64_t count = divideCeil(part, plan.tile[dim]);
      TilePlan smaller = plan;
      // The next count that gives another size.
      do {
        ++count;
        smaller.tile[dim] = roundUp(dim, divideCeil(part, count));
      } while (smaller.tile[dim] == plan.tile[dim]);
      // Of what doesn't fit, the one that takes away most is the way on.
      auto found = tryOrders(smaller);
      if (found ? !nextFits || found->cycles < next->cycles
                : !nextFits &&
                      (!next || getTileVolume(smaller) < getTileVolume(*next)))
        next = found ? *found : smaller;
      nextFits |= found.has_value();
    }
    if (!next)
      return;
    plan = *next;
    if (!nextFits)
      continue;
    worse = plan.cycles < bestHere ? 0 : worse + 1;
    bestHere = std::min(bestHere, plan.cycles);
  }
}

/// Lists the splits of the dimensions from \p dim on over at most \p cores.
void PlanSearch::addSplits(SmallVectorImpl<int64_t> &split, unsigned dim,
                           unsigned cores) {
  if (dim == shape.size()) {
    splits.emplace_back(split.begin(), split.end());
    return;
  }
  int64_t units = divideCeil(shape[dim], granularity[dim]);
  int64_t last = 0;
  for (int64_t parts = 1; parts <= std::min<int64_t>(cores, units); ++parts) {
    // Of all that give the same largest part, the fewest.
    int64_t largest = divideCeil(units, parts);
    if (largest == last)
      continue;
    last = largest;
    split.push_back(parts);
    addSplits(split, dim + 1, cores / parts);
    split.pop_back();
  }
  if (!units) {
    split.push_back(1);
    addSplits(split, dim + 1, cores);
    split.pop_back();
  }
}

/// The splits, the most promising first, until none can be better than what was
/// found.
void PlanSearch::trySplits() {
  std::vector<std::pair<double, const SmallVector<int64_t, 6> *>> order;
  for (const auto &split : splits)
    order.emplace_back(cost.getLowerBound(split), &split);
  llvm::stable_sort(order, llvm::less_first());
  for (auto [bound, split] : order) {
    if (best && bound >= best->cycles)
      return;
    tryTiles(*split);
  }
}

std::optional<TilePlan> PlanSearch::search(tile::BlockOp block) {
  unsigned cores = machine.model.getMaxParallelism();
  if (int64_t parallelism = block.getModelParallelism())
    cores = std::min<int64_t>(parallelism, cores);
  fixedTile = block.getTile();
  reduction = block.getReduction();
  SmallVector<int64_t, 6> split(block.getSplit());
  if (split.empty())
    addSplits(split, 0, cores);
  else
    splits.push_back(split);
  trySplits();
  // Nothing fits with whole reductions: cut the longest, by halves.
  const BlockTask::Call &last = task.last();
  ArrayRef<IterationDim> dims = last.indexing.getReductions();
  if (best || !reduction.empty() || dims.empty() || task.calls.size() > 1 ||
      !last.tiling.accumulator)
    return best;
  for (const IterationDim &dim : dims)
    reduction.push_back(dim.extent);
  auto *longest = std::max_element(reduction.begin(), reduction.end());
  while (!best && *longest > 1) {
    *longest = divideCeil(*longest, 2);
    trySplits();
  }
  return best;
}

std::optional<TilePlan> onnc::findTilePlan(const BlockTask &task,
                                           tile::BlockOp block,
                                           const TileMachine &machine,
                                           bool doubleBuffer, std::string &why,
                                           uint64_t &numPlans) {
  PlanSearch search(task, machine, doubleBuffer);
  auto plan = search.search(block);
  why = search.getReason();
  numPlans += search.numPlans;
  return plan;
}
