//===- Allocator.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Allocator.h"
#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemorySolver.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

std::string AllocationItem::str() const {
  std::string what;
  raw_string_ostream os(what);
  if (!value)
    os << "scratch '" << name << "'";
  else if (!value->getName().empty())
    os << "'%" << value->getName() << "'";
  else
    os << "result " << value->getIndex();
  os << " of '" << op->getName() << "'";
  return what;
}

Allocator::Allocator(Graph &graph, const ProcessingUnit &unit,
                     const BufferModel &buffers)
    : graph(graph), context(graph.getModule().getContext()),
      diagnostics(context.getDiagnostics()), unit(unit), buffers(buffers),
      liveness(graph.getBody(), [&](const Value &value) -> Value * {
        auto operand = buffers.getAliasedOperand(value);
        return operand ? value.getDefiningOp()->getOperand(*operand) : nullptr;
      }) {}

//===----------------------------------------------------------------------===//
// What needs room
//===----------------------------------------------------------------------===//

/// How \p value may lie over \p source, which an operand of its first writer is
/// stored in: as all operands that are allow it.
std::optional<StorageOverlap>
Allocator::getOverlap(const Value &value, const AllocationItem &source) const {
  const Operation *writer = buffers.getFirstWriter(value);
  std::optional<StorageOverlap> overlap;
  for (unsigned i = 0; i != writer->getNumOperands(); ++i) {
    const Value *operand = writer->getOperand(i);
    if (!operand || getItem(*liveness.getRoot(*operand)) != &source)
      continue;
    auto own = buffers.getOverlap(value, i);
    if (own && overlap)
      own = own->intersect(*overlap);
    if (!own)
      return std::nullopt;
    overlap = own;
  }
  return overlap;
}

/// The item that \p value, a result, takes over: one whose last user is the
/// value's first writer. Only one of the same size, so that taking it over
/// never keeps more bytes alive than a buffer of the value's own would; others
/// are noted, to be looked at when the memory is planned.
AllocationItem *Allocator::findSharedItem(const Value &value) {
  const Operation *writer = buffers.getFirstWriter(value);
  BufferRequest request = *buffers.getBuffer(value);
  int64_t end = liveness.getPosition(*writer) + 1;
  int64_t grain = unit.memories[request.memory].alignment;
  SmallVector<SharedItem, 2> others;
  for (const Value *operand : writer->getOperands()) {
    auto it = operand ? itemOf.find(liveness.getRoot(*operand)) : itemOf.end();
    if (it == itemOf.end())
      continue;
    AllocationItem &item = items[it->second];
    if (item.persistent || item.lifespan.upper != end ||
        item.request.memory != request.memory || taken.contains(it->second) ||
        any_of(others, [&](auto &o) { return o.source == it->second; }))
      continue;
    auto overlap = getOverlap(value, item);
    if (!overlap)
      continue;
    if (overlap->allows(0) &&
        alignTo(item.request.size, grain) == alignTo(request.size, grain)) {
      taken.insert(it->second);
      return &item;
    }
    others.push_back({it->second, unsigned(items.size()), *overlap});
  }
  // The value's own item comes next.
  append_range(sharedItems, others);
  return nullptr;
}

/// From its first writer on.
Lifespan Allocator::getLifespan(const Value &root) const {
  Lifespan span = liveness.getLifespan(root);
  if (!root.isArgument())
    span.lower = liveness.getPosition(*buffers.getFirstWriter(root));
  return span;
}

void Allocator::addStorage(Value &value) {
  BufferRequest request = *buffers.getBuffer(value);
  assert(request.memory < unit.memories.size() && request.size >= 0 &&
         isPowerOf2_64(request.alignment) && "the target's request is unsound");
  itemOf[&value] = items.size();
  items.push_back({request, getLifespan(value), value.getDefiningOp(), &value,
                   "", buffers.isPersistent(value)});
}

void Allocator::addScratch(Operation &op) {
  int64_t position = liveness.getPosition(op);
  for (const ScratchRequest &scratch : buffers.getScratch(op)) {
    assert(scratch.buffer.memory < unit.memories.size() &&
           scratch.buffer.size >= 0 &&
           isPowerOf2_64(scratch.buffer.alignment) &&
           "the target's request is unsound");
    items.push_back(
        {scratch.buffer, {position, position + 1}, &op, nullptr, scratch.name});
    items.back().steps = scratch.steps;
    if (scratch.steps)
      numSteps = std::max(numSteps, scratch.steps->upper);
  }
}

/// The lifespan of \p item in steps, of which every operation has the same
/// number.
Lifespan Allocator::getTime(const AllocationItem &item) const {
  int64_t begin = item.lifespan.lower * numSteps;
  if (item.steps)
    return {begin + item.steps->lower, begin + item.steps->upper};
  return {begin, item.lifespan.upper * numSteps};
}

void Allocator::collect(bool inPlace) {
  // Storages in the order in which they are written first.
  DenseMap<const Operation *, SmallVector<Value *, 1>> written;
  for (Operation &op : graph.getBody().getOps())
    for (Value *result : op.getResults())
      if (liveness.getRoot(*result) == result && buffers.getBuffer(*result))
        written[buffers.getFirstWriter(*result)].push_back(result);
  for (Operation &op : graph.getBody().getOps()) {
    for (Value *result : written.lookup(&op)) {
      AllocationItem *item = inPlace && !buffers.isPersistent(*result)
                                 ? findSharedItem(*result)
                                 : nullptr;
      if (!item) {
        addStorage(*result);
        continue;
      }
      itemOf[result] = item - items.data();
      BufferRequest request = *buffers.getBuffer(*result);
      item->lifespan = item->lifespan.hull(getLifespan(*result));
      item->request.size = std::max(item->request.size, request.size);
      item->request.alignment =
          std::max(item->request.alignment, request.alignment);
      ++numInPlace;
    }
    // A result took over what an earlier one could have.
    llvm::erase_if(sharedItems, [&](const SharedItem &shared) {
      return taken.contains(shared.source);
    });
    taken.clear();
    addScratch(op);
  }
}

//===----------------------------------------------------------------------===//
// Where it goes
//===----------------------------------------------------------------------===//

static Diagnostic makeError(const Operation &op, std::string message) {
  return {DiagID::CodeGenCapacity,
          Severity::Error,
          op.getLoc().toDiag(),
          std::move(message),
          {},
          {}};
}

/// Scratch of the tile level, whose size somebody chose.
static bool isBlockScratch(const AllocationItem *item) {
  return !item->value && isa<tile::BlockOp>(*item->op);
}

/// Names the largest of what is live at the worst time, which is what has to
/// become smaller.
void Allocator::reportOverflow(const Memory &memory,
                               const MemoryProblem &problem,
                               const MemoryPlan &plan, int64_t base) {
  constexpr size_t maxNotes = 4;
  int64_t time = findBusiestPoint(problem);
  SmallVector<const AllocationItem *> culprits;
  for (const AllocationItem &item : items)
    if (&unit.memories[item.request.memory] == &memory &&
        (item.persistent || getTime(item).contains(time)))
      culprits.push_back(&item);
  llvm::stable_sort(culprits,
                    [](const AllocationItem *a, const AllocationItem *b) {
                      return a->request.size > b->request.size;
                    });
  std::string message =
      ("memory '" + memory.name + "' of unit '" + unit.name + "' has " +
       Twine(memory.capacity) + " bytes but the model needs " +
       Twine(base + plan.peak))
          .str();
  if (base != 0)
    message += ", " + std::to_string(base) + " of them for persistent data";
  Diagnostic diag = makeError(*culprits.front()->op, message);
  auto addNote = [&](const Twine &text, DiagLocation loc = {}) {
    diag.notes.push_back(
        {diag.id, Severity::Note, std::move(loc), text.str(), {}, {}});
  };
  for (const AllocationItem *item : ArrayRef(culprits).take_front(maxNotes))
    addNote(item->str() + " takes " + Twine(item->request.size) + " bytes",
            item->op->getLoc().toDiag());
  if (culprits.size() > maxNotes)
    addNote("and " + Twine(culprits.size() - maxNotes) +
            " smaller buffers are live at the same time");
  if (base + plan.lowerBound <= memory.capacity)
    addNote("it may fit: no plan with less was found, but only " +
            Twine(base + plan.lowerBound) + " bytes are proven to be needed");
  failFor(memory, any_of(culprits, isBlockScratch), std::move(diag));
}

/// Reports \p diag, unless another pass can be asked for buffers that take less
/// of \p memory.
void Allocator::failFor(const Memory &memory, bool hasScratch,
                        Diagnostic diag) {
  bool isMain = &memory == &unit.memories[buffers.getTensorMemory()];
  StringRef point = isMain ? "form-patches" : "tile";
  if (!(isMain || hasScratch) || (request && request->point != point)) {
    diagnostics.report(std::move(diag));
    return;
  }
  if (!request)
    request =
        RetryRequest{point.str(),
                     isMain ? KnobHint::oneStep("form-patches", "level")
                            : KnobHint::oneStep("tile", "scratch-percent"),
                     diag.message};
  request->errors.push_back(std::move(diag));
}

/// The end of the persistent items, which are packed in order of definition.
static int64_t packPersistent(ArrayRef<AllocationItem *> items, int64_t grain) {
  int64_t end = 0;
  for (AllocationItem *item : items) {
    item->offset =
        alignTo(end, std::max<int64_t>(grain, item->request.alignment));
    end = item->offset + item->request.size;
  }
  return end;
}

MemoryProblem Allocator::getProblem(unsigned memory) const {
  MemoryProblem problem;
  int64_t grain = unit.memories[memory].alignment;
  for (const AllocationItem &item : items)
    if (item.request.memory == memory && !item.persistent)
      problem.buffers.push_back(
          {item.str(),
           getTime(item),
           item.request.size,
           std::max<int64_t>(item.request.alignment, grain),
           {}});
  return problem;
}

Allocator::Solution Allocator::solve(unsigned memory,
                                     int64_t searchNodes) const {
  MemorySolverOptions options;
  options.nodeBudget = searchNodes;
  MemoryProblem problem = getProblem(memory);
  MemorySolution apart = minimizeMemory(problem, options);
  Solution solution{std::move(apart.plan), apart.numNodes};

  // Only where that lowers the peak do results lie over what they don't
  // replace.
  int64_t alignment = 1;
  for (const Buffer &buffer : problem.buffers)
    alignment = std::max(alignment, buffer.alignment);
  DenseMap<unsigned, unsigned> indexOf;
  for (auto [i, item] : enumerate(items))
    if (item.request.memory == memory && !item.persistent)
      indexOf.try_emplace(i, indexOf.size());
  SmallVector<SharingCandidate> candidates;
  for (const SharedItem &shared : sharedItems)
    if (auto distance = shared.overlap.getAligned(alignment);
        distance && items[shared.source].request.memory == memory)
      candidates.push_back(
          {indexOf.at(shared.source), indexOf.at(shared.result), *distance});
  if (candidates.empty())
    return solution;
  SharedPlan together = planShared(problem, candidates);
  if (together.peak < solution.plan.peak) {
    solution.plan.offsets = std::move(together.offsets);
    solution.plan.peak = together.peak;
    solution.numOverlapping = together.numShared;
  }
  solution.plan.lowerBound = std::min(solution.plan.lowerBound,
                                      computeSharedBound(problem, candidates));
  return solution;
}

int64_t Allocator::getPeak(unsigned memory, int64_t searchNodes) const {
  int64_t grain = unit.memories[memory].alignment, base = 0;
  for (const AllocationItem &item : items)
    if (item.request.memory == memory && item.persistent)
      base = alignTo(base, std::max(grain, item.request.alignment)) +
             item.request.size;
  MemoryProblem problem = getProblem(memory);
  for (const Buffer &buffer : problem.buffers)
    base = alignTo(base, buffer.alignment);
  return base + solve(memory, searchNodes).plan.peak;
}

LogicalResult Allocator::planMemory(const Memory &memory, unsigned index,
                                    int64_t searchNodes) {
  SmallVector<AllocationItem *> persistent, planned;
  // What doesn't fit alone would make sums of sizes overflow.
  bool ok = true;
  for (AllocationItem &item : items) {
    if (item.request.memory != index)
      continue;
    if (item.request.size > memory.capacity) {
      ok = false;
      failFor(memory, isBlockScratch(&item),
              makeError(*item.op,
                        (item.str() + " takes " + Twine(item.request.size) +
                         " bytes, more than the " + Twine(memory.capacity) +
                         " bytes of memory '" + memory.name + "' of unit '" +
                         unit.name + "'")
                            .str()));
      continue;
    }
    (item.persistent ? persistent : planned).push_back(&item);
  }
  if (!ok)
    return failure();
  MemoryProblem problem = getProblem(index), all = problem;
  for (AllocationItem *item : persistent)
    all.buffers.push_back({item->str(),
                           getTime(*item),
                           item->request.size,
                           item->request.alignment,
                           {}});
  if (Error error = checkProblem(all))
    return reportError(diagnostics, DiagID::CodeGenCapacity, std::move(error));

  // The rest starts where every alignment is met, and plans as if from 0.
  int64_t base = packPersistent(persistent, memory.alignment);
  for (const Buffer &buffer : problem.buffers)
    base = alignTo(base, buffer.alignment);
  Solution solution = solve(index, searchNodes);
  numSearchNodes += solution.numNodes;
  const MemoryPlan &plan = solution.plan;
  // What lies over others is the target's to allow: validateAllocation asks it.
  if (!solution.numOverlapping)
    if (Error error = validatePlan(problem, plan))
      return reportError(diagnostics, DiagID::CodeGenValidation,
                         std::move(error));
  for (auto [item, offset] : zip_equal(planned, plan.offsets))
    item->offset = base + offset;
  numOverlapping += solution.numOverlapping;
  if (plan.peak > memory.capacity - base) {
    reportOverflow(memory, problem, plan, base);
    return failure();
  }
  auto entry = [](StringRef name, int64_t value) {
    return NamedAttr{name, IntAttr::get(value)};
  };
  SmallVector<NamedAttr, 6> entries{
      entry("size", base + plan.peak), entry("persistent", base),
      entry("peak", plan.peak), entry("lower_bound", plan.lowerBound)};
  if (memory.alignment > 1)
    entries.push_back(entry("alignment", memory.alignment));
  if (memory.perCore || unit.cores == 1)
    entries.push_back({"per_core", BoolAttr::get(true)});
  usage.push_back(
      {context.intern(memory.name), DictAttr::get(context, entries)});
  return success();
}

LogicalResult Allocator::plan(int64_t searchNodes) {
  bool ok = true;
  for (auto [index, memory] : enumerate(unit.memories))
    ok &= succeeded(planMemory(memory, index, searchNodes));
  return success(ok);
}

void Allocator::annotate() {
  DenseMap<const Operation *, SmallVector<NamedAttr, 4>> scratch;
  for (const AllocationItem &item : items)
    if (!item.value)
      scratch[item.op].push_back(
          {context.intern(item.name), IntAttr::get(item.offset)});
  for (Operation &op : graph.getBody().getOps()) {
    SmallVector<int64_t, 4> offsets;
    for (Value *result : op.getResults()) {
      auto it = itemOf.find(liveness.getRoot(*result));
      offsets.push_back(it == itemOf.end() ? -1 : items[it->second].offset);
    }
    op.setAttr(alloc::resultOffsets,
               offsets.empty() ? Attribute() : IntsAttr::get(offsets));
    auto it = scratch.find(&op);
    op.setAttr(alloc::scratchOffsets, it == scratch.end()
                                          ? Attribute()
                                          : DictAttr::get(context, it->second));
  }
  graph.getModule().setAttr(alloc::memoryPlan, DictAttr::get(context, usage));
}
