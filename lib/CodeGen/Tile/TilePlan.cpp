//===- TilePlan.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TilePlan.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
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

int64_t TilePlan::getCount(unsigned dim, int64_t extent) const {
  return divideCeil(divideCeil(extent, tile[dim]), split[dim]);
}

unsigned TilePlan::getNumCores() const {
  unsigned cores = 1;
  for (int64_t parts : split)
    cores *= parts;
  return cores;
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

/// A buffer of a plan, and what moves through it.
struct Traffic {
  StringRef space;
  /// Of one instance, and of a row that lies together.
  int64_t bytes, run;
  /// How deep in the loops it is copied: 0 before all of them.
  unsigned depth;
  /// Cores that load the same at the same time.
  int64_t sharers = 1;
  bool isStore = false;
  bool isCopied = true;
};

class PlanSearch {
public:
  PlanSearch(const BlockTask &task, const TileMachine &machine,
             bool doubleBuffer)
      : task(task), machine(machine), doubleBuffer(doubleBuffer),
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
  }

  std::optional<TilePlan> search(tile::BlockOp block);
  std::string why;
  uint64_t numPlans = 0;

private:
  void trySplit(SmallVectorImpl<int64_t> &split, unsigned dim, unsigned cores);
  void tryTiles(ArrayRef<int64_t> split);
  void tryOrders(TilePlan plan);
  bool evaluate(TilePlan &plan);
  SmallVector<Traffic, 8> getTraffic(const TilePlan &plan) const;
  bool fits(ArrayRef<Traffic> traffic, const TilePlan &plan);
  int64_t roundUp(unsigned dim, int64_t size) const {
    return std::min<int64_t>(
        alignTo(std::max<int64_t>(size, 1), granularity[dim]),
        std::max<int64_t>(shape[dim], 1));
  }

  const BlockTask &task;
  const TileMachine &machine;
  const bool doubleBuffer;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t, 6> granularity, maximum;
  SmallVector<int64_t, 6> fixedTile, fixedSplit;
  SmallVector<int64_t, 4> reduction;
  unsigned maxCores = 1;
  std::optional<TilePlan> best;
};

} // namespace

//===----------------------------------------------------------------------===//
// What a plan costs
//===----------------------------------------------------------------------===//

/// Bytes that lie together in a dense tensor of layout \p layout when a box of
/// \p sizes is copied out of \p extents.
static int64_t getRunBytes(const Layout &layout, ArrayRef<int64_t> sizes,
                           ArrayRef<int64_t> extents, ElementType element) {
  int64_t run = 1;
  for (auto block : layout.getBlocks())
    run *= block.size;
  for (unsigned dim : reverse(layout.getOrder())) {
    int64_t blocks = divideCeil(sizes[dim], layout.getBlockSize(dim));
    run *= blocks;
    if (sizes[dim] < extents[dim])
      break;
  }
  return std::max<int64_t>(getByteSize(element, run).value_or(0), 1);
}

static int64_t getBufferBytes(const TileOperand &operand,
                              ArrayRef<int64_t> sizes) {
  return getByteSize(operand.element, operand.layout.getNumElements(sizes))
      .value_or(INT64_MAX / 8);
}

/// Input \p i of a call in a block is a constant of the graph.
static bool isConstant(const BlockTask::Call &call, unsigned i) {
  Value *value = call.op->getOperand(i);
  if (Operation *block = call.op->getParentOp(); block && value->isArgument())
    value = block->getOperand(value->getIndex());
  return bool(getConstantValue(value));
}

/// What moves if dimension d of the tile starts at (its part of the cores, its
/// loop): counters 2d and 2d + 1.
SmallVector<Traffic, 8> PlanSearch::getTraffic(const TilePlan &plan) const {
  AffineBox box;
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    int64_t chunk = plan.getCount(dim, shape[dim]) * plan.tile[dim];
    box.push_back({AffineExpr::dim(2 * dim) * chunk +
                       AffineExpr::dim(2 * dim + 1) * plan.tile[dim],
                   plan.tile[dim]});
  }
  SmallVector<AffineRange, 4> over;
  unsigned counter = 2 * shape.size();
  bool cut = false;
  for (auto [i, size] : enumerate(plan.reduction)) {
    over.push_back({AffineExpr::dim(counter + i) * size, size});
    cut |= size < task.last().indexing.getReductions()[i].extent;
  }
  if (!cut)
    over.clear();
  TileBoxes boxes = getTileBoxes(task, box, over);

  auto describe = [&](const TileOperand &operand, ArrayRef<AffineRange> b,
                      ArrayRef<int64_t> extents) {
    Traffic t;
    t.space = operand.space;
    auto sizes = getSizes(b);
    t.bytes = getBufferBytes(operand, sizes);
    t.run = getRunBytes(operand.layout, sizes, extents, operand.element);
    t.depth = 0;
    for (auto [depth, dim] : enumerate(plan.loops))
      for (const AffineRange &range : b)
        if (range.start.getCoefficient(2 * dim + 1))
          t.depth = depth + 1;
    for (const AffineRange &range : b)
      for (unsigned i = counter; i < counter + over.size(); ++i)
        if (range.start.getCoefficient(i))
          t.depth = plan.loops.size() + 1;
    for (unsigned dim = 0; dim < shape.size(); ++dim)
      if (none_of(b, [&](const AffineRange &range) {
            return range.start.getCoefficient(2 * dim);
          }))
        t.sharers *= plan.split[dim];
    return t;
  };

  SmallVector<Traffic, 8> traffic;
  StringRef backing = machine.model.getBackingMemory();
  for (auto [c, call] : enumerate(task.calls)) {
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      Value *value = call.op->getOperand(i);
      if (task.getProducer(value))
        continue; // Counted where it is computed.
      Traffic t = describe(operand, boxes.calls[c].inputs[i],
                           *value->getTensorType().getStaticShape());
      t.isCopied = !operand.space.empty() &&
                   operand.space != (isConstant(call, i)
                                         ? machine.model.getConstantMemory()
                                         : backing);
      traffic.push_back(t);
    }
    for (auto [i, operand] : enumerate(call.tiling.outputs)) {
      Value *value = call.op->getResult(i);
      Traffic t = describe(operand, boxes.calls[c].outputs[i],
                           *value->getTensorType().getStaticShape());
      bool leaves = &call == &task.last();
      t.isCopied = leaves && !operand.space.empty() && operand.space != backing;
      t.isStore = leaves;
      t.sharers = 1;
      t.depth = plan.loops.size();
      traffic.push_back(t);
    }
    if (task.copies)
      continue;
    auto sizes = getSizes(boxes.calls[c].outputs[0]);
    for (const TileScratch &scratch :
         machine.model.getScratch(*call.kernel, sizes)) {
      Traffic t = {scratch.space, scratch.bytes, scratch.bytes, 0};
      t.isCopied = false;
      traffic.push_back(t);
    }
  }
  if (!over.empty()) {
    // The sum, before the kernel's other operators get it.
    const TileOperand &output = task.last().tiling.outputs[0];
    TileOperand sum = output;
    sum.element = *task.last().tiling.accumulator;
    Traffic t = {output.space, getBufferBytes(sum, plan.tile), 1, 0};
    t.isCopied = false;
    traffic.push_back(t);
  }
  return traffic;
}

bool PlanSearch::fits(ArrayRef<Traffic> traffic, const TilePlan &plan) {
  StringMap<int64_t> used;
  StringRef backing = machine.model.getBackingMemory();
  for (const Traffic &t : traffic) {
    if (t.space.empty() || t.space == backing ||
        t.space == machine.model.getConstantMemory())
      continue;
    const Memory &memory = machine.unit.getMemory(t.space);
    bool doubled = t.isCopied && t.depth > 0;
    int64_t bytes = alignTo(t.bytes, memory.alignment);
    int64_t &sum = used[t.space];
    sum += bytes * (doubled ? plan.instances : 1);
    if (sum > memory.capacity) {
      why = "the smallest tile takes " + std::to_string(sum) +
            " bytes or more of memory '" + memory.name + "', which has " +
            std::to_string(memory.capacity);
      return false;
    }
  }
  return true;
}

/// Whether the plan fits; its cycles are set then.
bool PlanSearch::evaluate(TilePlan &plan) {
  ++numPlans;
  SmallVector<Traffic, 8> traffic = getTraffic(plan);
  plan.instances = doubleBuffer ? 2 : 1;
  if (!fits(traffic, plan)) {
    plan.instances = 1;
    if (!doubleBuffer || !fits(traffic, plan))
      return false;
  }
  SmallVector<int64_t, 6> counts;
  for (unsigned dim : plan.loops)
    counts.push_back(plan.getCount(dim, shape[dim]));
  int64_t reductions = 1,
          reductionSize = task.last().indexing.getReductionSize();
  for (auto [size, dim] :
       zip(plan.reduction, task.last().indexing.getReductions())) {
    reductions *= divideCeil(dim.extent, size);
    reductionSize = 1;
  }
  for (int64_t size : plan.reduction)
    reductionSize *= size;
  int64_t tiles = 1;
  for (int64_t count : counts)
    tiles *= count;

  // Cores whose part begins beyond the end have nothing to do.
  unsigned cores = plan.getNumCores();
  double busy = 1;
  for (auto [dim, extent] : enumerate(shape))
    busy *= double(divideCeil(divideCeil(extent, plan.tile[dim]),
                              plan.getCount(dim, extent)));
  double compute = 0;
  constexpr double cyclesPerStep = 40;
  for (auto [c, call] : enumerate(task.calls)) {
    SmallVector<int64_t, 6> sizes(plan.tile);
    int64_t work = call.indexing.getReductionSize();
    if (&call == &task.last())
      work = reductionSize;
    else
      sizes = getSizes(getTileBoxes(task, toAffine(getFullBox(plan.tile)))
                           .calls[c]
                           .outputs[0]);
    if (!task.copies)
      compute += machine.model.getComputeCycles(*call.kernel, sizes, work);
  }
  compute = (compute + cyclesPerStep) * tiles * reductions;

  double rate = machine.model.getTransferRate();
  const Memory &backing =
      machine.unit.getMemory(machine.model.getBackingMemory());
  double moved = 0, read = 0, fill = 0;
  unsigned copies = 0;
  for (const Traffic &t : traffic) {
    if (!t.isCopied)
      continue;
    int64_t times = 1;
    for (unsigned i = 0; i < std::min<size_t>(t.depth, counts.size()); ++i)
      times *= counts[i];
    if (t.depth > counts.size())
      times *= reductions;
    int64_t bytes = machine.model.getTransferBytes(t.bytes, t.run);
    moved += double(bytes) * times;
    int64_t sharers = machine.model.canMulticast() ? t.sharers : 1;
    read += double(bytes) * times * busy / sharers;
    // What nothing overlaps: the first tile's loads, the last one's store.
    fill += rate ? std::max(bytes / rate,
                            bytes * busy / sharers / backing.bytesPerCycle)
                 : 0;
    copies += times;
  }
  if (rate) {
    double transfer =
        std::max(moved / rate, read / backing.bytesPerCycle) + 20.0 * copies;
    bool overlaps = plan.instances > 1 && tiles * reductions > 1;
    plan.cycles = overlaps ? std::max(compute, transfer - fill) + fill
                           : compute + transfer;
    plan.cycles += 2.0 * backing.latency;
  } else {
    plan.cycles = compute;
  }
  plan.cycles += machine.model.getLaunchCycles(cores);
  return true;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

/// All orders of the loops; what is better than the best so far becomes it.
void PlanSearch::tryOrders(TilePlan plan) {
  plan.loops.clear();
  for (unsigned dim = 0; dim < shape.size(); ++dim)
    if (plan.getCount(dim, shape[dim]) > 1)
      plan.loops.push_back(dim);
  // Beyond three loops only the given order and its rotations are tried.
  bool permute = plan.loops.size() <= 3;
  SmallVector<unsigned, 4> first = plan.loops;
  do {
    if (evaluate(plan) && (!best || plan.cycles < best->cycles))
      best = plan;
    if (!permute)
      std::rotate(plan.loops.begin(), plan.loops.begin() + 1, plan.loops.end());
  } while (permute ? std::next_permutation(plan.loops.begin(), plan.loops.end())
                   : plan.loops != first);
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
  if (!fixedTile.empty())
    return;
  constexpr unsigned patience = 3, maxSteps = 24;
  double bestHere = INFINITY;
  unsigned worse = 0;
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
      std::optional<TilePlan> before = best;
      best.reset();
      tryOrders(smaller);
      bool fit = best.has_value();
      if (fit)
        smaller = *best;
      if (!best || (before && before->cycles <= best->cycles))
        best = before;
      if (!fit) {
        // Of what doesn't fit, prefer the one that takes away most.
        int64_t volume = 1, other = 1;
        for (int64_t size : smaller.tile)
          volume *= size;
        if (next)
          for (int64_t size : next->tile)
            other *= size;
        if (!nextFits && (!next || volume < other))
          next = smaller;
        continue;
      }
      if (!nextFits || smaller.cycles < next->cycles)
        next = smaller;
      nextFits = true;
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

/// All splits of the dimensions from \p dim on over at most \p cores.
void PlanSearch::trySplit(SmallVectorImpl<int64_t> &split, unsigned dim,
                          unsigned cores) {
  if (dim == shape.size()) {
    tryTiles(split);
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
    trySplit(split, dim + 1, cores / parts);
    split.pop_back();
  }
}

std::optional<TilePlan> PlanSearch::search(tile::BlockOp block) {
  maxCores = machine.model.getMaxParallelism();
  if (int64_t parallelism = block.getModelParallelism())
    maxCores = std::min<int64_t>(parallelism, maxCores);
  fixedTile = block.getTile();
  fixedSplit = block.getSplit();
  reduction = block.getReduction();
  auto trySplits = [&] {
    SmallVector<int64_t, 6> split(fixedSplit);
    if (split.empty())
      trySplit(split, 0, maxCores);
    else
      tryTiles(split);
  };
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
  why = search.why;
  numPlans += search.numPlans;
  return plan;
}
