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

/// The item that \p value, a result, may take over: one whose last user is the
/// value's operation, and nothing but operands that the target names refer to
/// it there. Only one of the same size, so that taking it over never keeps more
/// bytes alive than a buffer of the value's own would.
AllocationItem *Allocator::findInPlaceItem(const Value &value) {
  const Operation &op = *value.getDefiningOp();
  auto request = buffers.getBuffer(value);
  int64_t end = liveness.getPosition(op) + 1;
  SmallVector<unsigned, 2> allowed = buffers.getInPlaceOperands(value);
  auto getItem = [&](unsigned operand) -> AllocationItem * {
    Value *v = op.getOperand(operand);
    auto it = v ? itemOf.find(liveness.getRoot(*v)) : itemOf.end();
    return it == itemOf.end() ? nullptr : &items[it->second];
  };
  for (unsigned candidate : allowed) {
    AllocationItem *item = getItem(candidate);
    if (!item || item->persistent || item->lifespan.upper != end ||
        item->request.memory != request->memory)
      continue;
    int64_t grain = unit.memories[request->memory].alignment;
    if (alignTo(item->request.size, grain) != alignTo(request->size, grain))
      continue;
    bool onlyAllowed = true;
    for (unsigned i = 0; i != op.getNumOperands(); ++i)
      onlyAllowed &= getItem(i) != item || is_contained(allowed, i);
    // Another result of the operation may have taken it over already, and
    // died at once.
    for (Value *sibling : op.getResults())
      onlyAllowed &= sibling->getIndex() >= value.getIndex() ||
                     !itemOf.contains(sibling) ||
                     &items[itemOf.at(sibling)] != item;
    if (onlyAllowed)
      return item;
  }
  return nullptr;
}

void Allocator::addStorage(Value &value) {
  auto request = buffers.getBuffer(value);
  if (!request)
    return;
  assert(request->memory < unit.memories.size() && request->size >= 0 &&
         isPowerOf2_64(request->alignment) &&
         "the target's request is unsound");
  itemOf[&value] = items.size();
  items.push_back({*request, liveness.getLifespan(value), value.getDefiningOp(),
                   &value, "", buffers.isPersistent(value)});
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
  }
}

void Allocator::collect(bool inPlace) {
  for (Operation &op : graph.getBody().getOps()) {
    for (Value *result : op.getResults()) {
      if (liveness.getRoot(*result) != result)
        continue;
      bool mayShare = inPlace && buffers.getBuffer(*result) &&
                      !buffers.isPersistent(*result);
      AllocationItem *item = mayShare ? findInPlaceItem(*result) : nullptr;
      if (!item) {
        addStorage(*result);
        continue;
      }
      itemOf[result] = item - items.data();
      Lifespan own = liveness.getLifespan(*result);
      BufferRequest request = *buffers.getBuffer(*result);
      item->lifespan = item->lifespan.hull(own);
      item->request.size = std::max(item->request.size, request.size);
      item->request.alignment =
          std::max(item->request.alignment, request.alignment);
      ++numInPlace;
    }
    addScratch(op);
  }
}

//===----------------------------------------------------------------------===//
// Where it goes
//===----------------------------------------------------------------------===//

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
        (item.persistent || item.lifespan.contains(time)))
      culprits.push_back(&item);
  llvm::stable_sort(culprits,
                    [](const AllocationItem *a, const AllocationItem *b) {
                      return a->request.size > b->request.size;
                    });
  auto diag = diagnostics.error(DiagID::CodeGenCapacity,
                                culprits.front()->op->getLoc().toDiag());
  diag << "memory '" << memory.name << "' of unit '" << unit.name << "' has "
       << memory.capacity << " bytes but the model needs " << base + plan.peak;
  if (base != 0)
    diag << ", " << base << " of them for persistent data";
  for (const AllocationItem *item : ArrayRef(culprits).take_front(maxNotes))
    diag.attachNote(item->str() + " takes " + Twine(item->request.size) +
                        " bytes",
                    item->op->getLoc().toDiag());
  if (culprits.size() > maxNotes)
    diag.attachNote("and " + Twine(culprits.size() - maxNotes) +
                    " smaller buffers are live at the same time");
  if (base + plan.lowerBound <= memory.capacity)
    diag.attachNote("it may fit: no plan with less was found, but only " +
                    Twine(base + plan.lowerBound) +
                    " bytes are proven to be needed");
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
           item.lifespan,
           item.request.size,
           std::max<int64_t>(item.request.alignment, grain),
           {}});
  return problem;
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
  MemorySolverOptions options;
  options.nodeBudget = searchNodes;
  return base + minimizeMemory(problem, options).plan.peak;
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
      diagnostics.error(DiagID::CodeGenCapacity, item.op->getLoc().toDiag())
          << item.str() << " takes " << item.request.size
          << " bytes, more than the " << memory.capacity << " bytes of memory '"
          << memory.name << "' of unit '" << unit.name << "'";
      continue;
    }
    (item.persistent ? persistent : planned).push_back(&item);
  }
  if (!ok)
    return failure();
  MemoryProblem problem = getProblem(index), all = problem;
  for (AllocationItem *item : persistent)
    all.buffers.push_back({item->str(),
                           item->lifespan,
                           item->request.size,
                           item->request.alignment,
                           {}});
  if (Error error = checkProblem(all))
    return reportError(diagnostics, DiagID::CodeGenCapacity, std::move(error));

  // The rest starts where every alignment is met, and plans as if from 0.
  int64_t base = packPersistent(persistent, memory.alignment);
  for (const Buffer &buffer : problem.buffers)
    base = alignTo(base, buffer.alignment);
  MemorySolverOptions options;
  options.nodeBudget = searchNodes;
  MemorySolution solution = minimizeMemory(problem, options);
  numSearchNodes += solution.numNodes;
  const MemoryPlan &plan = solution.plan;
  if (Error error = validatePlan(problem, plan))
    return reportError(diagnostics, DiagID::CodeGenValidation,
                       std::move(error));
  for (auto [item, offset] : zip_equal(planned, plan.offsets))
    item->offset = base + offset;
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
