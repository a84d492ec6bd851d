//===- Storages.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Storages.h"
#include "../Allocator.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace llvm;
using namespace onnc;
using namespace onnc::spill;

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// Points in time per operation: it runs at the first, what is behind it at the
/// second, what is before the next one at the last.
static constexpr int64_t pointsPerOp = 4;

double MemoryPair::getCopyCycles(int64_t bytes) const {
  return bytes / std::min(getHome().bytesPerCycle, getNext().bytesPerCycle) +
         getHome().latency + getNext().latency;
}

double MemoryPair::getPenalty(double bytes) const {
  double cycles =
      bytes * (1 / getNext().bytesPerCycle - 1 / getHome().bytesPerCycle) +
      getNext().latency - getHome().latency;
  return std::max(cycles, 0.0);
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

namespace {
/// What a block does with one of its operands.
struct BlockUse {
  bool writes = false;
  /// The parts that it writes, unless it may write all.
  bool writesAll = false;
  SmallVector<Part, 1> parts;
  /// Bytes that it reads and writes.
  double bytes = 0;
};
} // namespace

/// The bytes that a computation reads of an input, each multiplication its own
/// element: leaves keep little in registers.
static double getReadBytes(tile::ComputeOp compute, BufferType type) {
  const Graph &kernel = *tile::getKernel(compute);
  auto indexing = TileIndexing::get(kernel);
  double elements = getVolume(getFullBox(type.getShape()));
  if (indexing)
    elements = std::max<double>(
        elements, double(getVolume(getFullBox(indexing->getShape()))) *
                      double(indexing->getReductionSize()));
  return elements * getBitWidth(type.getElementType()) / 8;
}

/// The smallest part of \p argument that \p view is known to lie in.
static std::optional<Part> getPart(const Value *view, const Value *argument) {
  std::optional<Part> part;
  while (view != argument) {
    Operation *op = view->getDefiningOp();
    if (auto cut = dyn_cast<tile::PartOp>(op)) {
      if (part)
        for (auto [sum, offset] : zip_equal(part->offsets, cut.getOffsets()))
          sum += offset;
      else
        part =
            Part{SmallVector<int64_t, 6>(cut.getOffsets()),
                 SmallVector<int64_t, 6>(tile::getBufferType(view).getShape())};
    } else if (!isa<tile::SliceOp>(op) && !isa<tile::PlaceOp>(op)) {
      return std::nullopt;
    }
    view = op->getOperand(0);
  }
  return part;
}

static BlockUse getUse(tile::BlockOp block, unsigned operand) {
  Value *argument = block.getBody().getArgument(operand);
  BlockUse use;
  BufferType type = tile::getBufferType(argument);
  auto isView = [&](Value *buffer) {
    return tile::getView(buffer).storage == argument;
  };
  auto write = [&](const Value *view) {
    use.writes = true;
    if (auto part = getPart(view, argument))
      use.parts.push_back(std::move(*part));
    else
      use.writesAll = true;
  };
  SmallPtrSet<const Graph *, 4> kernels;
  block.getBody().walk([&](Operation *op) {
    if (auto copy = dyn_cast<tile::CopyStartOp>(op)) {
      if (isView(copy.getTarget()))
        write(copy.getTarget());
      if (isView(copy.getTarget()) || isView(copy.getSource()))
        use.bytes = std::max<double>(use.bytes, type.getByteSize());
    } else if (auto compute = dyn_cast<tile::ComputeOp>(op)) {
      for (Value *output : tile::getOutputs(compute))
        if (isView(output)) {
          write(output);
          use.bytes = std::max<double>(use.bytes, type.getByteSize());
        }
      // Pipelined loops hold a computation several times.
      if (any_of(tile::getInputs(compute), isView) &&
          kernels.insert(tile::getKernel(compute)).second)
        use.bytes += getReadBytes(compute, type);
    }
  });
  return use;
}

/// The block that writes all of the only value of \p storage, from nothing but
/// what stays where it is.
static Operation *findProducer(const Storage &storage,
                               const BufferModel &buffers) {
  const StorageAccess &first = storage.accesses.front();
  for (const StorageAccess &access : drop_begin(storage.accesses))
    if (access.writes || access.value != first.value)
      return nullptr;
  auto block = dyn_cast<tile::BlockOp>(first.op);
  if (!block)
    return nullptr;
  for (auto [i, operand] : enumerate(block->getOperands())) {
    if (operand == first.value)
      continue;
    auto request =
        operand->isArgument() ? std::nullopt : buffers.getBuffer(*operand);
    bool isThere = !request || buffers.isPersistent(*operand);
    if (!isThere || getUse(block, i).writes)
      return nullptr;
  }
  return block;
}

namespace {

class Collector {
public:
  Collector(Graph &graph, const MemoryPair &memories,
            const BufferModel &buffers)
      : graph(graph), memories(memories), buffers(buffers),
        allocator(graph, memories.unit, buffers) {
    allocator.collect(/*inPlace=*/true);
  }

  Storages run();

private:
  void addItems();
  void addAccess(Operation &op, Value *root, const BlockUse &use);
  void addOperand(Operation &op, unsigned i);

  Graph &graph;
  const MemoryPair &memories;
  const BufferModel &buffers;
  Allocator allocator;
  Storages found;
  DenseMap<const AllocationItem *, unsigned> storageOf;
};

} // namespace

void Collector::addItems() {
  int64_t grain = memories.getHome().alignment;
  for (const AllocationItem &item : allocator.getItems()) {
    if (item.request.memory != memories.home)
      continue;
    int64_t alignment = std::max(item.request.alignment, grain);
    int64_t size = alignTo(item.request.size, alignment);
    if (item.persistent) {
      found.persistent += size;
    } else if (!item.value) {
      found.transients.push_back({item.lifespan.lower, size, alignment});
    } else {
      storageOf[&item] = found.storages.size();
      found.storages.push_back({size, alignment, {}});
    }
  }
}

void Collector::addAccess(Operation &op, Value *root, const BlockUse &use) {
  auto it = storageOf.find(allocator.getItem(*root));
  if (it == storageOf.end())
    return;
  auto &accesses = found.storages[it->second].accesses;
  auto *same = find_if(accesses, [&](const StorageAccess &access) {
    return access.op == &op && access.value == root;
  });
  if (same == accesses.end()) {
    accesses.push_back({&op, root, allocator.getPosition(op), false, {}, 0});
    same = &accesses.back();
  }
  // An operand that stands twice is written as both say.
  if (use.writes && (use.writesAll || (same->writes && same->written.empty())))
    same->written.clear();
  else
    append_range(same->written, use.parts);
  same->writes |= use.writes;
  same->penalty += buffers.canAccess(memories.next)
                       ? memories.getPenalty(use.bytes)
                       : infinity;
}

void Collector::addOperand(Operation &op, unsigned i) {
  Value *root = allocator.getRoot(*op.getOperand(i));
  // Views do nothing with it.
  if (root->isArgument() || any_of(op.getResults(), [&](const Value *result) {
        return allocator.getRoot(*result) == root;
      }))
    return;
  BlockUse use;
  if (auto block = dyn_cast<tile::BlockOp>(op))
    use = getUse(block, i);
  else if (auto request = buffers.getBuffer(*root))
    use.bytes = request->size;
  addAccess(op, root, use);
}

Storages Collector::run() {
  addItems();
  for (Operation &op : graph.getBody().getOps()) {
    // What is read stands before what takes over from it.
    SmallVector<unsigned> written;
    for (unsigned i = 0; i < op.getNumOperands(); ++i) {
      auto block = dyn_cast<tile::BlockOp>(op);
      if (block && getUse(block, i).writes)
        written.push_back(i);
      else if (op.getOperand(i))
        addOperand(op, i);
    }
    for (unsigned i : written)
      addOperand(op, i);
    for (Value *result : op.getResults())
      if (!isa<tile::AllocOp>(op) && allocator.getRoot(*result) == result)
        if (auto request = buffers.getBuffer(*result))
          addAccess(op, result, {true, true, {}, double(request->size)});
  }
  llvm::erase_if(found.storages,
                 [](const Storage &s) { return s.accesses.empty(); });
  for (Storage &storage : found.storages) {
    storage.producer = findProducer(storage, buffers);
    if (storage.producer)
      storage.producerCycles = storage.producer->getInt(estimatedCyclesAttr, 0);
  }
  return std::move(found);
}

Storages spill::collectStorages(Graph &graph, const MemoryPair &memories,
                                const BufferModel &buffers) {
  return Collector(graph, memories, buffers).run();
}

//===----------------------------------------------------------------------===//
// Ways
//===----------------------------------------------------------------------===//

/// Whether access \p k is the first one of its value.
static bool isFirst(const Storage &storage, unsigned k) {
  return k == 0 || storage.accesses[k].value != storage.accesses[k - 1].value;
}

SmallVector<Step, 4> spill::getSteps(const Storage &storage, const Way &way) {
  SmallVector<Step, 4> steps;
  bool isHome = false, isNext = false;
  for (unsigned k = 0; k < storage.accesses.size(); ++k) {
    bool usesNext = way.elsewhere[k];
    if (!isFirst(storage, k)) {
      Between before = way.between[k - 1];
      bool leaves = before == Between::Leave || (usesNext && !isNext);
      if (leaves && !isNext) {
        steps.push_back({Step::Store, k - 1});
        isNext = true;
      }
      isHome &= before == Between::Stay;
      if (!usesNext && !isHome) {
        steps.push_back(
            {before == Between::Remake ? Step::Remake : Step::Fetch, k});
        isHome = true;
      }
    }
    // What is used there needs no room here.
    isHome &= !usesNext;
    if (storage.accesses[k].writes) {
      isHome = !usesNext;
      isNext = usesNext;
    }
  }
  return steps;
}

SmallVector<Part, 4> spill::getContents(const Storage &storage, unsigned k) {
  SmallVector<Part, 4> parts;
  for (const StorageAccess &access :
       ArrayRef(storage.accesses).take_front(k + 1)) {
    if (access.value != storage.accesses[k].value || !access.writes)
      continue;
    if (access.written.empty())
      return {};
    for (const Part &part : access.written)
      if (!is_contained(parts, part))
        parts.push_back(part);
  }
  return parts;
}

SpillProblem::Alternative spill::describe(const Storage &storage,
                                          const Way &way,
                                          const MemoryPair &memories) {
  SpillProblem::Alternative alternative;
  ArrayRef<StorageAccess> accesses = storage.accesses;
  auto add = [&](int64_t lower, int64_t upper) {
    auto &spans = alternative.residence;
    if (!spans.empty() && spans.back().upper >= lower)
      spans.back().upper = std::max(spans.back().upper, upper);
    else
      spans.push_back({lower, upper});
  };
  SmallVector<Step, 4> steps = getSteps(storage, way);
  for (const Step &step : steps)
    alternative.cost += step.kind == Step::Remake
                            ? storage.producerCycles
                            : memories.getCopyCycles(storage.size);
  for (unsigned k = 0; k < accesses.size(); ++k) {
    if (way.elsewhere[k]) {
      alternative.cost += accesses[k].penalty;
      continue;
    }
    auto hasStep = [&](bool isStore) {
      return any_of(steps, [&](const Step &step) {
        return step.access == k && (step.kind == Step::Store) == isStore;
      });
    };
    int64_t time = accesses[k].position * pointsPerOp;
    add(time - hasStep(/*isStore=*/false), time + 1 + hasStep(true));
    if (k + 1 < accesses.size() && !way.elsewhere[k + 1] &&
        way.between[k] == Between::Stay)
      add(time, accesses[k + 1].position * pointsPerOp);
  }
  return alternative;
}

Lifespan spill::getLifespan(const Transient &transient) {
  int64_t time = transient.position * pointsPerOp;
  return {time, time + 1};
}

std::vector<Way> spill::getWays(const Storage &storage) {
  ArrayRef<StorageAccess> accesses = storage.accesses;
  unsigned n = accesses.size();
  Way stay{BitVector(n), SmallVector<Between, 8>(n - 1, Between::Stay)};
  std::vector<Way> ways = {stay};
  // Between neighbours nothing is gained.
  SmallVector<unsigned> gaps;
  for (unsigned k = 0; k + 1 < n; ++k)
    if (accesses[k + 1].position > accesses[k].position + 1)
      gaps.push_back(k);
  auto leave = [&](ArrayRef<unsigned> chosen) {
    for (Between how : {Between::Leave, Between::Remake}) {
      if (how == Between::Remake && !storage.producer)
        continue;
      Way way = stay;
      for (unsigned gap : chosen)
        way.between[gap] = how;
      ways.push_back(std::move(way));
    }
  };
  // All sets of few gaps, else all that are neighbours.
  constexpr unsigned maxGaps = 4;
  if (gaps.size() <= maxGaps) {
    for (unsigned set = 1; set < 1u << gaps.size(); ++set) {
      SmallVector<unsigned, maxGaps> chosen;
      for (auto [i, gap] : enumerate(gaps))
        if (set >> i & 1)
          chosen.push_back(gap);
      leave(chosen);
    }
  } else {
    for (size_t first = 0; first < gaps.size(); ++first)
      for (size_t last = first; last < gaps.size(); ++last)
        leave(ArrayRef(gaps).slice(first, last - first + 1));
  }
  // Elsewhere up to an access, or from one on.
  auto useNext = [&](unsigned first, unsigned last) {
    Way way = stay;
    for (unsigned k = first; k < last; ++k) {
      if (accesses[k].penalty == infinity)
        return;
      way.elsewhere.set(k);
    }
    ways.push_back(std::move(way));
  };
  for (unsigned k = 0; k < n; ++k) {
    useNext(k, n);
    if (k > 0)
      useNext(0, k);
  }
  return ways;
}
