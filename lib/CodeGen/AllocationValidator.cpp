//===- AllocationValidator.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Knows nothing of live ranges: it runs the operations in their order and
/// keeps, for each value, whether its bytes are still its own.
///
//===----------------------------------------------------------------------===//

#include "ScratchValidator.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "onnc/Machine/Machine.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace onnc;

namespace {

/// Bytes that something owns.
struct Extent {
  unsigned memory;
  int64_t begin;
  int64_t end;

  bool overlaps(const Extent &other) const {
    return memory == other.memory && begin < other.end && other.begin < end &&
           begin != end && other.begin != other.end;
  }
};

/// A value while operations run.
struct Tenant {
  Extent extent;
  /// The operation that wrote over it; null while the bytes are its own.
  const Operation *evictedBy = nullptr;
  /// The value whose storage it is; null for persistent data.
  const Value *owner = nullptr;
};

class AllocationChecker {
public:
  AllocationChecker(Graph &graph, const ProcessingUnit &unit,
                    const BufferModel &buffers)
      : graph(graph), unit(unit), buffers(buffers) {}

  LogicalResult run();

private:
  InFlightDiagnostic complain(const Operation &op) {
    ok = false;
    return op.emitError(DiagID::CodeGenValidation);
  }
  bool checkExtent(const Operation &op, StringRef what,
                   const BufferRequest &request, std::optional<int64_t> offset,
                   Extent &extent);
  void checkPersistent();
  void checkReads(const Operation &op);
  void checkAlias(const Value &result, unsigned operand);
  void checkScratch(const Operation &op, SmallVectorImpl<Extent> &writes);
  bool isView(const Value &value, const Value *result) const;
  /// \p result is null for scratch.
  void evict(const Operation &op, const Extent &extent, const Value *result);
  void checkResults(const Operation &op);
  void checkWrites(const Operation &op, SmallVectorImpl<Extent> &writes);
  void checkUsage();

  Graph &graph;
  const ProcessingUnit &unit;
  const BufferModel &buffers;
  bool ok = true;
  DenseMap<const Value *, Tenant> tenants;
  /// The tenants that own their bytes, in the order of writing.
  std::vector<const Value *> owners;
  /// Other names of a value, and the values that an operation is the first to
  /// write.
  DenseMap<const Value *, SmallVector<const Value *, 2>> views;
  DenseMap<const Operation *, SmallVector<const Value *, 2>> unwritten;
  SmallVector<Extent> persistent;
  /// For each memory, where the highest extent ends.
  SmallVector<int64_t, 4> highest;
};

} // namespace

/// Computes the extent of a buffer; false, with the error reported, where it
/// isn't a part of its memory.
bool AllocationChecker::checkExtent(const Operation &op, StringRef what,
                                    const BufferRequest &request,
                                    std::optional<int64_t> offset,
                                    Extent &extent) {
  if (!offset) {
    complain(op) << "has no offset for " << what;
    return false;
  }
  const Memory &memory = unit.memories[request.memory];
  if (*offset < 0 || *offset > memory.capacity ||
      request.size > memory.capacity - *offset) {
    complain(op) << "has " << what << " at offset " << *offset
                 << ", not inside memory '" << memory.name << "'";
    return false;
  }
  if (*offset % memory.alignment != 0 || *offset % request.alignment != 0)
    complain(op) << "has " << what << " at the misaligned offset " << *offset;
  extent = {request.memory, *offset, *offset + request.size};
  highest[extent.memory] = std::max(highest[extent.memory], extent.end);
  return true;
}

static std::string nameResult(const Value &result) {
  return ("result " + Twine(result.getIndex())).str();
}

void AllocationChecker::checkPersistent() {
  for (const Operation &op : graph.getBody().getOps())
    for (const Value *result : op.getResults()) {
      auto request = buffers.getBuffer(*result);
      Extent extent;
      if (!request || buffers.getAliasedOperand(*result) ||
          !buffers.isPersistent(*result) ||
          !checkExtent(op, nameResult(*result), *request, getOffset(*result),
                       extent))
        continue;
      for (const Extent &other : persistent)
        if (extent.overlaps(other))
          complain(op) << "has persistent data in the place of others";
      persistent.push_back(extent);
      tenants[result] = {extent, nullptr, nullptr};
    }
}

void AllocationChecker::checkReads(const Operation &op) {
  for (const Value *operand : op.getOperands()) {
    auto tenant = operand ? tenants.find(operand) : tenants.end();
    if (tenant != tenants.end() && tenant->second.evictedBy)
      complain(op) << "reads " << nameResult(*operand) << " of '"
                   << operand->getDefiningOp()->getName()
                   << "' after it was overwritten by '"
                   << tenant->second.evictedBy->getName() << "'";
  }
}

void AllocationChecker::checkAlias(const Value &result, unsigned operand) {
  const Operation &op = *result.getDefiningOp();
  const Value *aliased = op.getOperand(operand);
  auto tenant = aliased ? tenants.find(aliased) : tenants.end();
  if (tenant == tenants.end()) {
    if (getOffset(result))
      complain(op) << "has an offset for " << nameResult(result)
                   << " although its operand has no storage";
    return;
  }
  const Tenant copy = tenant->second;
  if (getOffset(result) != copy.extent.begin)
    complain(op) << "has " << nameResult(result)
                 << " elsewhere than the operand that it is";
  auto request = buffers.getBuffer(result);
  if (request && request->size > copy.extent.end - copy.extent.begin)
    complain(op) << "has " << nameResult(result)
                 << " larger than the operand that it is";
  tenants[&result] = copy;
  if (!copy.owner)
    return;
  views[copy.owner].push_back(&result);
  if (is_contained(owners, copy.owner))
    owners.push_back(&result);
}

/// Whether \p value is \p result under another name.
bool AllocationChecker::isView(const Value &value, const Value *result) const {
  return result && tenants.find(&value)->second.owner == result;
}

void AllocationChecker::evict(const Operation &op, const Extent &extent,
                              const Value *result) {
  for (const Extent &other : persistent)
    if (extent.overlaps(other))
      complain(op) << "writes over persistent data";
  for (unsigned i = 0; i != op.getNumOperands(); ++i) {
    auto tenant =
        op.getOperand(i) ? tenants.find(op.getOperand(i)) : tenants.end();
    if (tenant == tenants.end() || isView(*op.getOperand(i), result) ||
        !tenant->second.extent.overlaps(extent))
      continue;
    auto overlap = result ? buffers.getOverlap(*result, i)
                          : std::optional<StorageOverlap>();
    int64_t distance = tenant->second.extent.begin - extent.begin;
    if (!overlap)
      complain(op) << "writes over its operand " << i;
    else if (!overlap->allows(distance))
      complain(op) << "writes over its operand " << i << " from " << distance
                   << " bytes before it on, and not from " << overlap->distance
                   << (overlap->step ? " or more" : "");
  }
  llvm::erase_if(owners, [&](const Value *owner) {
    Tenant &tenant = tenants.find(owner)->second;
    if (!tenant.extent.overlaps(extent))
      return false;
    tenant.evictedBy = &op;
    return true;
  });
}

void AllocationChecker::checkScratch(const Operation &op,
                                     SmallVectorImpl<Extent> &writes) {
  StringSet<> names;
  auto block = dyn_cast<tile::BlockOp>(const_cast<Operation &>(op));
  bool isShared = false;
  for (const ScratchRequest &scratch : buffers.getScratch(op)) {
    if (!names.insert(scratch.name).second)
      complain(op) << "has two scratch buffers '" << scratch.name << "'";
    Extent extent;
    if (!checkExtent(op, "scratch '" + scratch.name + "'", scratch.buffer,
                     getScratchOffset(op, scratch.name), extent))
      continue;
    for (const Extent &other : writes) {
      if (!extent.overlaps(other))
        continue;
      isShared = true;
      if (!block)
        complain(op) << "has scratch '" << scratch.name
                     << "' in the place of another buffer of its own";
    }
    evict(op, extent, nullptr);
    writes.push_back(extent);
  }
  if (block && isShared)
    ok &= succeeded(validateSharedScratch(block, unit));
}

/// Finds where results are. They own nothing until they are written.
void AllocationChecker::checkResults(const Operation &op) {
  for (const Value *result : op.getResults()) {
    auto request = buffers.getBuffer(*result);
    if (auto operand = buffers.getAliasedOperand(*result)) {
      checkAlias(*result, *operand);
      continue;
    }
    if (!request || buffers.isPersistent(*result)) {
      if (!request && getOffset(*result))
        complain(op) << "has an offset for " << nameResult(*result)
                     << ", which needs none";
      continue;
    }
    Extent extent;
    if (!checkExtent(op, nameResult(*result), *request, getOffset(*result),
                     extent))
      continue;
    tenants[result] = {extent, nullptr, result};
    unwritten[buffers.getFirstWriter(*result)].push_back(result);
  }
}

/// What \p op is the first to write.
void AllocationChecker::checkWrites(const Operation &op,
                                    SmallVectorImpl<Extent> &writes) {
  for (const Value *result : unwritten.lookup(&op)) {
    const Extent extent = tenants.find(result)->second.extent;
    for (const Extent &other : writes)
      if (extent.overlaps(other))
        complain(op) << "has " << nameResult(*result)
                     << " in the place of another buffer of its own";
    evict(op, extent, result);
    writes.push_back(extent);
    owners.push_back(result);
    for (const Value *view : views.lookup(result))
      owners.push_back(view);
  }
}

void AllocationChecker::checkUsage() {
  DiagnosticEngine &diagnostics =
      graph.getModule().getContext().getDiagnostics();
  for (auto [memory, end] : zip_equal(unit.memories, highest)) {
    auto usage = getMemoryUsage(graph.getModule(), memory.name);
    bool sound = usage && usage->size == usage->persistent + usage->peak &&
                 usage->size >= end && usage->lowerBound <= usage->peak &&
                 usage->size <= memory.capacity;
    if (sound)
      continue;
    ok = false;
    diagnostics.error(DiagID::CodeGenValidation)
        << "the module's plan doesn't state how memory '" << memory.name
        << "' is used";
  }
}

LogicalResult AllocationChecker::run() {
  highest.assign(unit.memories.size(), 0);
  checkPersistent();
  for (const Operation &op : graph.getBody().getOps()) {
    checkReads(op);
    SmallVector<Extent, 4> writes;
    checkScratch(op, writes);
    checkResults(op);
    checkWrites(op, writes);
  }
  checkUsage();
  return success(ok);
}

LogicalResult onnc::validateAllocation(Module &module, const Machine &machine,
                                       const BufferModel &buffers) {
  // Only such machines and modules are allocated.
  if (machine.units.size() != 1 || !module.getMain()) {
    module.getContext().getDiagnostics().error(DiagID::CodeGenValidation)
        << "a module without a graph 'main' or for several units can't have "
           "been allocated";
    return failure();
  }
  return AllocationChecker(*module.getMain(), machine.units.front(), buffers)
      .run();
}
