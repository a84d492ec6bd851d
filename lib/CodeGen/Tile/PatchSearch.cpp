//===- PatchSearch.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PatchSearch.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

/// Halos add up, so that chains of more calls recompute most of what they
/// compute.
static constexpr unsigned maxChain = 24;
/// Dimensions along which a result is cut: rows alone have long halos.
static constexpr unsigned maxCuts = 2;

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

PatchSearch::PatchSearch(Graph &graph, const TileMachine &machine)
    : machine(machine),
      backing(machine.unit.getMemory(machine.model.getBackingMemory())) {
  for (Value *input : graph.getBody().getArguments())
    addTensor(input, std::nullopt);
  addCalls(graph);
  for (unsigned i = 0; i < graph.getNumOutputs(); ++i) {
    auto it = tensorOf.find(graph.getOutput(i));
    if (it == tensorOf.end())
      continue;
    Tensor &tensor = tensors[it->second];
    tensor.isOutput = true;
    // It is computed where the caller wants it.
    TensorType type = graph.getOutput(i)->getTensorType();
    BufferType own = machine.model.getTensorBuffer(type);
    if (machine.model.getPortBuffer(type) && tile::isInIndexOrder(own))
      tensor.bytes = 0;
  }
}

void PatchSearch::addTensor(Value *value, std::optional<unsigned> producer) {
  TensorType type = value->getTensorType();
  BufferType buffer = machine.model.getTensorBuffer(type);
  Tensor tensor{
      int64_t(alignTo(buffer.getByteSize(), backing.alignment)), producer, {}};
  auto port = machine.model.getPortBuffer(type);
  if (!producer && port) {
    tensor.isLoadable = true;
    if (tile::isInIndexOrder(buffer))
      tensor.bytes = 0;
  }
  tensorOf[value] = tensors.size();
  tensors.push_back(std::move(tensor));
}

/// A call that only gives its operand another shape.
static bool isReshape(const BlockTask::Call &call, const TileModel &model) {
  auto operators = getOperators(*call.kernel);
  if (operators.size() != 1 || call.op->getNumOperands() != 1 ||
      call.op->getNumResults() != 1)
    return false;
  static constexpr StringRef reshapes[] = {"onnx.Reshape", "onnx.Flatten",
                                           "onnx.Squeeze", "onnx.Unsqueeze",
                                           "onnx.Identity"};
  auto isDense = [&](const Value *value) {
    return tile::isInIndexOrder(model.getTensorBuffer(value->getTensorType()));
  };
  return is_contained(reshapes, operators[0]->getName()) &&
         isDense(call.op->getOperand(0)) && isDense(call.op->getResult());
}

void PatchSearch::addCalls(Graph &graph) {
  for (Operation &op : graph.getBody().getOps()) {
    Graph *kernel = isa<tile::CallOp>(op) ? tile::getKernel(&op) : nullptr;
    auto indexing = kernel ? TileIndexing::get(*kernel) : std::nullopt;
    if (!indexing)
      continue;
    unsigned index = calls.size();
    calls.push_back(
        {&op, kernel, std::move(*indexing), machine.model.getTiling(*kernel)});
    const BlockTask::Call &call = calls.back();
    callCycles.push_back(machine.model.getComputeCycles(
        *kernel, call.indexing.getShape(), call.indexing.getReductionSize()));
    for (Value *operand : op.getOperands())
      if (auto it = tensorOf.find(operand); it != tensorOf.end())
        tensors[it->second].users.push_back(index);
    if (isReshape(call, machine.model)) {
      if (auto it = tensorOf.find(op.getOperand(0)); it != tensorOf.end())
        tensorOf[op.getResult()] = unsigned(it->second);
      continue;
    }
    for (Value *result : op.getResults())
      addTensor(result, index);
  }
}

//===----------------------------------------------------------------------===//
// One patch
//===----------------------------------------------------------------------===//

/// The calls can be one block: only the last one's result is used outside of
/// it, and each leaves its own as the next one wants it.
bool PatchSearch::isChain(unsigned first, unsigned last) const {
  for (unsigned c = first; c <= last; ++c) {
    const BlockTask::Call &call = calls[c];
    if (call.op->getNumResults() != 1)
      return false;
    // A reshape is no work outside of a block.
    if (isReshape(call, machine.model))
      return false;
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      const Value *value = call.op->getOperand(i);
      for (unsigned p = first; p < c; ++p)
        if (calls[p].op == value->getDefiningOp() &&
            !canChain(calls[p].tiling.outputs[0], operand))
          return false;
    }
    if (c == last)
      continue;
    const Tensor &tensor = tensors[tensorOf.at(call.op->getResult())];
    if (tensor.isOutput || tensor.users.empty() ||
        any_of(tensor.users, [&](unsigned user) { return user > last; }))
      return false;
  }
  return true;
}

/// Where results move with the loops over tiles, the target computes any part
/// of them.
static bool canCut(const BlockTask &task, const TileBoxes &boxes,
                   const TilePlan &plan) {
  ArrayRef<int64_t> shape = task.getShape();
  for (auto [call, own] : zip_equal(task.calls, boxes.calls))
    for (auto [dim, range] : enumerate(own.outputs[0])) {
      ArrayRef<int64_t> grain = call.tiling.granularity;
      for (unsigned cut = 0; cut < shape.size(); ++cut)
        if (plan.tile[cut] != shape[cut] && !grain.empty() &&
            range.start.getCoefficient(2 * cut + 1) != 0 && grain[dim] != 1)
          return false;
    }
  return true;
}

/// \p tile of the result of \p task, on one core.
static TilePlan getPlan(const BlockTask &task, ArrayRef<int64_t> tile) {
  TilePlan plan;
  plan.tile.assign(tile.begin(), tile.end());
  plan.split.assign(tile.size(), 1);
  return plan;
}

/// The greatest sum of tiles that live together, which the loop's body keeps
/// between the calls, and of what is loaded for it.
int64_t PatchSearch::getScratch(const BlockTask &task, const TileBoxes &boxes,
                                unsigned first, unsigned last) const {
  unsigned numCalls = task.calls.size();
  SmallVector<int64_t, 16> live(numCalls + 1);
  auto add = [&](const TileOperand &operand, ArrayRef<AffineRange> box,
                 unsigned from, unsigned to) {
    auto bytes = getByteSize(operand.element,
                             operand.layout.getNumElements(getSizes(box)));
    for (unsigned step = from; step <= to; ++step)
      live[step] += alignTo(bytes.value_or(INT64_MAX / 64), backing.alignment);
  };
  for (auto [c, call] : enumerate(task.calls)) {
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      auto it = tensorOf.find(call.op->getOperand(i));
      if (it == tensorOf.end())
        continue;
      // Loads come before the first call.
      const Tensor &tensor = tensors[it->second];
      if (tensor.isLoadable && tensor.bytes != 0 &&
          all_of(tensor.users,
                 [&](unsigned u) { return first <= u && u <= last; }))
        add(operand, boxes.calls[c].inputs[i], 0, c + 1);
    }
    if (c + 1 == numCalls)
      continue;
    unsigned until = c + 1;
    for (auto [user, other] : enumerate(task.calls))
      if (is_contained(other.op->getOperands(), call.op->getResult()))
        until = user + 1;
    add(call.tiling.outputs[0], boxes.calls[c].outputs[0], c + 1, until);
  }
  return *std::max_element(live.begin(), live.end());
}

std::optional<Patch> PatchSearch::makePatch(const BlockTask &task,
                                            unsigned first, unsigned last,
                                            ArrayRef<int64_t> tile) const {
  ArrayRef<int64_t> shape = task.getShape();
  TilePlan plan = getPlan(task, tile);
  TileBoxes boxes = getTileBoxes(task, getTileBox(plan, shape));
  if (!canCut(task, boxes, plan))
    return std::nullopt;
  Patch patch{first, last, plan.tile, 1, 0, 0};
  for (auto [dim, extent] : enumerate(shape))
    patch.numTiles *= plan.getCount(dim, extent);
  patch.scratch = getScratch(task, boxes, first, last);
  for (auto [call, own] : zip_equal(task.calls, boxes.calls)) {
    SmallVector<int64_t, 6> sizes = getSizes(own.outputs[0]);
    for (auto [part, extent] : zip_equal(sizes, call.indexing.getShape()))
      part = std::min(part, extent);
    patch.cycles += patch.numTiles *
                    machine.model.getComputeCycles(
                        *call.kernel, sizes, call.indexing.getReductionSize());
  }
  return patch;
}

/// Sizes for cutting \p extent in 2, 3, 4, 5, 6, 8, … parts; the extent first.
static SmallVector<int64_t, 16> getTileSizes(int64_t extent, int64_t grain) {
  SmallVector<int64_t, 16> sizes = {extent};
  for (int64_t count = 2; sizes.back() > grain;
       count += std::max<int64_t>(count / 3, 1)) {
    int64_t size = alignTo(divideCeil(extent, std::min(count, extent)), grain);
    if (size < sizes.back())
      sizes.push_back(size);
  }
  return sizes;
}

/// The ways to compute calls \p first to \p last in tiles, along one dimension
/// or two.
const std::vector<Patch> &PatchSearch::getCandidates(unsigned first,
                                                     unsigned last) {
  auto [it, isNew] = candidates.try_emplace({first, last});
  std::vector<Patch> &found = it->second;
  if (!isNew || !isChain(first, last))
    return found;
  BlockTask task;
  for (unsigned c = first; c <= last; ++c)
    task.calls.push_back(calls[c]);
  ArrayRef<int64_t> shape = task.getShape();
  ArrayRef<int64_t> granularity = task.last().tiling.granularity;
  SmallVector<int64_t, 6> tile(shape);
  auto addFrom = [&](auto &addFrom, unsigned dim, unsigned numCuts) -> void {
    if (dim == shape.size()) {
      if (numCuts)
        if (auto patch = makePatch(task, first, last, tile))
          found.push_back(std::move(*patch));
      return;
    }
    addFrom(addFrom, dim + 1, numCuts);
    int64_t grain = granularity.empty() ? 1 : granularity[dim];
    if (numCuts == maxCuts || grain >= shape[dim] ||
        !task.last().indexing.canCut(dim))
      return;
    auto sizes = getTileSizes(shape[dim], grain);
    for (int64_t size : drop_begin(sizes)) {
      tile[dim] = size;
      addFrom(addFrom, dim + 1, numCuts + 1);
    }
    tile[dim] = shape[dim];
  };
  addFrom(addFrom, 0, 0);
  llvm::stable_sort(found, [](const Patch &a, const Patch &b) {
    return a.cycles < b.cycles;
  });
  return found;
}

SmallVector<Operation *, 8> PatchSearch::getCalls(const Patch &patch) const {
  SmallVector<Operation *, 8> ops;
  for (unsigned c = patch.first; c <= patch.last; ++c)
    ops.push_back(calls[c].op);
  return ops;
}

int64_t PatchSearch::getRecomputed(const Patch &patch) const {
  BlockTask task;
  for (unsigned c = patch.first; c <= patch.last; ++c)
    task.calls.push_back(calls[c]);
  ArrayRef<int64_t> shape = task.getShape();
  TilePlan plan = getPlan(task, patch.tile);
  TileBoxes boxes = getTileBoxes(task, getTileBox(plan, shape));
  int64_t more = 0;
  for (auto [call, own] : zip_equal(task.calls, boxes.calls)) {
    Box full = getFullBox(call.indexing.getShape());
    int64_t computed = -getVolume(full);
    for (int64_t number = 0; number < patch.numTiles; ++number) {
      SmallVector<int64_t, 12> counters(2 * shape.size(), 0);
      int64_t rest = number;
      for (auto [dim, extent] : enumerate(shape)) {
        int64_t count = plan.getCount(dim, extent);
        counters[2 * dim + 1] = rest % count;
        rest /= count;
      }
      computed +=
          getVolume(intersect(evaluate(own.outputs[0], counters), full));
    }
    // Windows that skip rows leave some out.
    more += std::max<int64_t>(computed, 0) * call.indexing.getReductionSize();
  }
  return more;
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

std::vector<PatchSearch::Unit>
PatchSearch::getUnits(ArrayRef<Patch> chosen) const {
  std::vector<Unit> units;
  for (unsigned c = 0; c < calls.size(); ++c) {
    if (!chosen.empty() && chosen.front().first == c) {
      units.push_back({c, chosen.front().last, &chosen.front()});
      c = chosen.front().last;
      chosen = chosen.drop_front();
    } else {
      units.push_back({c, c, nullptr});
    }
  }
  return units;
}

/// What lives while \p unit runs.
int64_t PatchSearch::getLive(const Unit &unit) const {
  int64_t live = unit.patch ? unit.patch->scratch : 0;
  auto isInside = [&](unsigned call) {
    return unit.first <= call && call <= unit.last;
  };
  for (const Tensor &tensor : tensors) {
    if (tensor.producer && *tensor.producer > unit.last)
      continue;
    auto last = std::max_element(tensor.users.begin(), tensor.users.end());
    bool isUsedLater =
        tensor.isOutput || (last != tensor.users.end() && *last > unit.last);
    bool isOwn = tensor.producer && isInside(*tensor.producer);
    // Inside of a patch only tiles of it exist.
    if (isOwn && !isUsedLater && *tensor.producer != unit.last)
      continue;
    bool isUsed = any_of(tensor.users, isInside);
    if (!isUsedLater && !isUsed && !isOwn)
      continue;
    if (tensor.isLoadable) {
      // It is converted when it is needed first, unless tiles are loaded.
      bool begins =
          any_of(tensor.users, [&](unsigned u) { return u <= unit.last; });
      bool isLoaded = unit.patch && all_of(tensor.users, isInside);
      if (!begins || isLoaded)
        continue;
    }
    live += tensor.bytes;
  }
  return live;
}

double PatchSearch::getCycles(const Unit &unit) const {
  return unit.patch ? unit.patch->cycles : callCycles[unit.first];
}

int64_t PatchSearch::getPeak() const {
  int64_t peak = 0;
  for (const Unit &unit : getUnits(patches))
    peak = std::max(peak, getLive(unit));
  return peak;
}

/// Adds the best patch for calls that were part of one, if there is one.
void PatchSearch::addRest(unsigned first, unsigned last, int64_t target,
                          std::vector<Patch> &chosen) {
  const Patch *best = nullptr;
  int64_t least = 0;
  for (unsigned c = first; c <= last; ++c)
    least = std::max(least, getLive({c, c, nullptr}));
  for (const Patch &patch : getCandidates(first, last)) {
    if (least <= target)
      break;
    int64_t live = getLive({first, last, &patch});
    if (live < least) {
      least = live;
      best = &patch;
    }
  }
  if (best)
    chosen.push_back(*best);
}

/// The patches with \p patch in the place of those that it overlaps; what is
/// left of them on both sides becomes patches of its own.
std::vector<Patch> PatchSearch::insert(const Patch &patch, int64_t target) {
  std::vector<Patch> result;
  for (const Patch &old : patches) {
    if (old.last < patch.first || patch.last < old.first) {
      result.push_back(old);
      continue;
    }
    if (old.first < patch.first)
      addRest(old.first, patch.first - 1, target, result);
    if (patch.last < old.last)
      addRest(patch.last + 1, old.last, target, result);
  }
  result.push_back(patch);
  llvm::sort(result,
             [](const Patch &a, const Patch &b) { return a.first < b.first; });
  return result;
}

/// Forms a patch around \p worst, where \p peak bytes are live. Returns whether
/// less are then.
bool PatchSearch::improve(const Unit &worst, int64_t peak, int64_t target) {
  struct Choice {
    std::vector<Patch> patches;
    int64_t peak;
    double cycles;
  };
  std::optional<Choice> best;
  auto isBetter = [&](int64_t newPeak, double cycles) {
    if (!best)
      return newPeak < peak;
    bool fits = newPeak <= target, bestFits = best->peak <= target;
    if (fits != bestFits)
      return fits;
    return fits ? std::pair(cycles, double(newPeak)) <
                      std::pair(best->cycles, double(best->peak))
                : std::pair(double(newPeak), cycles) <
                      std::pair(double(best->peak), best->cycles);
  };
  // Any chain that has calls in common with it.
  unsigned begin = worst.first < maxChain ? 0 : worst.first - maxChain + 1;
  for (unsigned first = begin; first <= worst.last; ++first) {
    unsigned end = std::min<size_t>(calls.size(), first + maxChain);
    for (unsigned last = std::max(first, worst.first); last < end; ++last) {
      const std::vector<Patch> &ways = getCandidates(first, last);
      for (const Patch &patch : ways) {
        // What the change concerns: also the calls of patches that go.
        unsigned lo = first, hi = last;
        for (const Patch &old : patches)
          if (old.first <= last && first <= old.last) {
            lo = std::min(lo, old.first);
            hi = std::max(hi, old.last);
          }
        std::vector<Patch> chosen = insert(patch, target);
        int64_t newPeak = 0;
        double cycles = 0;
        for (const Unit &unit : getUnits(chosen)) {
          cycles += getCycles(unit);
          if (lo <= unit.last && unit.first <= hi)
            newPeak = std::max(newPeak, getLive(unit));
        }
        if (isBetter(newPeak, cycles))
          best = {std::move(chosen), newPeak, cycles};
        // The others cost more.
        if (newPeak <= target)
          break;
      }
    }
  }
  if (!best)
    return false;
  patches = std::move(best->patches);
  return true;
}

bool PatchSearch::lowerPeak(int64_t target) {
  // Every step lowers the worst place, or one of several.
  for (size_t step = 0; step <= 4 * calls.size(); ++step) {
    std::vector<Unit> units = getUnits(patches);
    const Unit *worst = nullptr;
    int64_t peak = target;
    for (const Unit &unit : units)
      if (int64_t live = getLive(unit); live > peak) {
        peak = live;
        worst = &unit;
      }
    if (!worst)
      return true;
    if (!improve(*worst, peak, target))
      return false;
  }
  return false;
}
