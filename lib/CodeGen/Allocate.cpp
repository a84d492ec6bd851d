//===- Allocate.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SingleUnit.h"
#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemorySolver.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

class AllocatePass : public AllocateBase {
public:
  using AllocateBase::AllocateBase;
  PassResult run(Module &module, PassContext &context) const override;
};

/// Something that needs room in a memory: the storage of values that share it,
/// or scratch.
struct Item {
  BufferRequest request;
  Lifespan lifespan;
  /// The operation that defines it.
  Operation *op;
  /// The first of the values; null for scratch.
  Value *value;
  /// Scratch's own name.
  std::string name;
  bool persistent = false;
  int64_t offset = 0;

  /// For messages.
  std::string str() const;
};

/// Plans the memories of one unit for one graph.
class Allocator {
public:
  Allocator(Graph &graph, const ProcessingUnit &unit,
            const BufferModel &buffers);

  void collect(bool inPlace);
  /// Visits at most \p searchNodes nodes of search trees for each memory.
  LogicalResult plan(int64_t searchNodes);
  /// Leaves offsets on the operations and the plan on the module.
  void annotate();

  unsigned getNumItems() const { return items.size(); }
  unsigned getNumInPlace() const { return numInPlace; }
  int64_t getNumSearchNodes() const { return numSearchNodes; }

private:
  void addStorage(Value &value);
  void addScratch(Operation &op);
  Item *findInPlaceItem(const Value &value);
  LogicalResult planMemory(const Memory &memory, unsigned index,
                           int64_t searchNodes);
  void reportOverflow(const Memory &memory, const MemoryProblem &problem,
                      const MemoryPlan &plan, int64_t base);

  Graph &graph;
  Context &context;
  DiagnosticEngine &diagnostics;
  const ProcessingUnit &unit;
  const BufferModel &buffers;
  Liveness liveness;
  /// In order of definition.
  std::vector<Item> items;
  /// From the root of values that share storage to their item.
  DenseMap<const Value *, unsigned> itemOf;
  unsigned numInPlace = 0;
  int64_t numSearchNodes = 0;
  /// The entries of the module's plan.
  SmallVector<NamedAttr, 4> usage;
};

} // namespace

std::string Item::str() const {
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
Item *Allocator::findInPlaceItem(const Value &value) {
  const Operation &op = *value.getDefiningOp();
  auto request = buffers.getBuffer(value);
  int64_t end = liveness.getPosition(op) + 1;
  SmallVector<unsigned, 2> allowed = buffers.getInPlaceOperands(value);
  auto getItem = [&](unsigned operand) -> Item * {
    Value *v = op.getOperand(operand);
    auto it = v ? itemOf.find(liveness.getRoot(*v)) : itemOf.end();
    return it == itemOf.end() ? nullptr : &items[it->second];
  };
  for (unsigned candidate : allowed) {
    Item *item = getItem(candidate);
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
      Item *item = mayShare ? findInPlaceItem(*result) : nullptr;
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
  SmallVector<const Item *> culprits;
  for (const Item &item : items)
    if (&unit.memories[item.request.memory] == &memory &&
        (item.persistent || item.lifespan.contains(time)))
      culprits.push_back(&item);
  llvm::stable_sort(culprits, [](const Item *a, const Item *b) {
    return a->request.size > b->request.size;
  });
  auto diag = diagnostics.error(DiagID::CodeGenCapacity,
                                culprits.front()->op->getLoc().toDiag());
  diag << "memory '" << memory.name << "' of unit '" << unit.name << "' has "
       << memory.capacity << " bytes but the model needs " << base + plan.peak;
  if (base != 0)
    diag << ", " << base << " of them for persistent data";
  for (const Item *item : ArrayRef(culprits).take_front(maxNotes))
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
static int64_t packPersistent(ArrayRef<Item *> items, int64_t grain) {
  int64_t end = 0;
  for (Item *item : items) {
    item->offset =
        alignTo(end, std::max<int64_t>(grain, item->request.alignment));
    end = item->offset + item->request.size;
  }
  return end;
}

LogicalResult Allocator::planMemory(const Memory &memory, unsigned index,
                                    int64_t searchNodes) {
  SmallVector<Item *> persistent, planned;
  MemoryProblem problem;
  // What doesn't fit alone would make sums of sizes overflow.
  bool ok = true;
  int64_t grain = memory.alignment;
  for (Item &item : items) {
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
    int64_t alignment = std::max<int64_t>(item.request.alignment, grain);
    problem.buffers.push_back(
        {item.str(), item.lifespan, item.request.size, alignment, {}});
    (item.persistent ? persistent : planned).push_back(&item);
  }
  if (!ok)
    return failure();
  if (Error error = checkProblem(problem))
    return reportError(diagnostics, DiagID::CodeGenCapacity, std::move(error));

  // The rest starts where every alignment is met, and plans as if from 0.
  int64_t base = packPersistent(persistent, grain);
  problem.buffers.clear();
  for (Item *item : planned) {
    int64_t alignment = std::max<int64_t>(item->request.alignment, grain);
    problem.buffers.push_back(
        {item->str(), item->lifespan, item->request.size, alignment, {}});
    base = alignTo(base, alignment);
  }
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
  usage.push_back(
      {context.intern(memory.name),
       DictAttr::get(context,
                     {entry("size", base + plan.peak),
                      entry("persistent", base), entry("peak", plan.peak),
                      entry("lower_bound", plan.lowerBound)})});
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
  for (const Item &item : items)
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

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The only graph of a compiled model, less the kernels that it computes; null,
/// with the error reported.
static Graph *getOnlyGraph(Module &module, DiagnosticEngine &diagnostics) {
  DenseSet<const Graph *> kernels;
  module.walk([&](Operation *op) {
    if (op->hasAttr("kernel"))
      kernels.insert(tile::getKernel(op));
  });
  for (const auto &graph : module.getGraphs())
    if (graph->getName() != "main" && !kernels.contains(graph.get())) {
      diagnostics.error(DiagID::CodeGenUnsupported)
          << "only the graph 'main' can be allocated, and there is '"
          << graph->getName() << "'; functions have to be inlined before";
      return nullptr;
    }
  if (!module.getMain())
    diagnostics.error(DiagID::CodeGenUnsupported)
        << "there is no graph 'main' to allocate";
  return module.getMain();
}

PassResult AllocatePass::run(Module &module, PassContext &context) const {
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  const ProcessingUnit *unit = getSingleUnit(parameter.machine, diagnostics);
  Graph *graph = unit ? getOnlyGraph(module, diagnostics) : nullptr;
  if (!graph)
    return PassResult::error();
  Allocator allocator(*graph, *unit, parameter.buffers);
  allocator.collect(inPlace);
  if (failed(allocator.plan(AllocateBase::searchNodes)))
    return PassResult::error();
  allocator.annotate();
  context.count(buffers, allocator.getNumItems());
  context.count(AllocateBase::inPlaceResults, allocator.getNumInPlace());
  context.count(AllocateBase::visitedNodes, allocator.getNumSearchNodes());
  if (failed(validateAllocation(module, parameter.machine, parameter.buffers)))
    return PassResult::error();
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createAllocatePass(const MachineModel &parameter) {
  return std::make_unique<AllocatePass>(parameter);
}
