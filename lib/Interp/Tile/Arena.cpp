//===- Arena.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arena.h"
#include "../Kernel.h"
#include "Storage.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// One memory
//===----------------------------------------------------------------------===//

Expected<std::unique_ptr<Arena>> Arena::create(StringRef name,
                                               const MemoryUsage &usage,
                                               unsigned grain,
                                               const MemoryBudgetRef &budget) {
  std::unique_ptr<Arena> arena(new Arena(name, usage, Log2_32(grain)));
  auto bytes = TensorValue::allocate(ElementType::U8, {usage.size}, budget);
  if (!bytes)
    return bytes.takeError();
  auto owners = TensorValue::allocate(
      ElementType::U32, {int64_t(divideCeil(usage.size, grain))}, budget);
  if (!owners)
    return owners.takeError();
  arena->bytes = std::move(*bytes);
  arena->ownerData = std::move(*owners);
  arena->owners = arena->ownerData.mutableData<Tenant>();
  // Not a number in every floating-point type.
  std::memset(arena->getBytes(), 0xff, usage.size);
  return arena;
}

std::string Arena::describe(Tenant tenant) const {
  if (tenant == nobody)
    return "nothing";
  return describeStorage(*tenants[(tenant & ~pending) - 1]);
}

static std::string describeBytes(int64_t begin, int64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

Expected<Arena::Tenant> Arena::add(const Operation &op, int64_t offset,
                                   int64_t size, bool stays) {
  auto refuse = [&](const Twine &why) {
    return fail("has " + describeStorage(op) + " at offset " + Twine(offset) +
                " of '" + name + "', " + why);
  };
  if (offset < 0 || size > usage.size || offset > usage.size - size)
    return refuse("which ends at " + Twine(usage.size) + "; it takes " +
                  Twine(size) + " bytes");
  if (offset % usage.alignment)
    return refuse("which isn't a multiple of " + Twine(usage.alignment));
  const int64_t end = offset + size;
  for (const Resident &other : residents)
    if (offset < other.end && other.begin < end)
      return refuse("over " + describeStorage(*other.op) + ", which stays in " +
                    describeBytes(other.begin, other.end));
  if (stays && size)
    residents.push_back({offset, end, &op});
  if (tenants.size() + 1 >= pending)
    return fail("more storage is allocated than the interpreter counts");
  tenants.push_back(&op);
  return tenants.size();
}

AccessLog &Arena::getLog(IterationId home) {
  // All cores see one shared memory.
  auto &log = logs[usage.perCore ? home : IterationTree::root];
  if (!log)
    log = std::make_unique<AccessLog>(divideCeil(usage.size, getGrain()));
  return *log;
}

//===----------------------------------------------------------------------===//
// A plan
//===----------------------------------------------------------------------===//

/// Does every instance of what \p op allocates at \p offset consist of whole
/// grains, and so does every element?
static bool isMadeOfGrains(const Operation &op, int64_t offset,
                           int64_t alignment, unsigned grain) {
  BufferType type = tile::getBufferType(op.getResult());
  return offset % grain == 0 &&
         getBitWidth(type.getElementType()) / 8 % grain == 0 &&
         getBitWidth(type.getElementType()) >= 8 &&
         (op.getInt("multiplicity", 1) == 1 ||
          alignTo(type.getByteSize(), alignment) % grain == 0);
}

Expected<std::shared_ptr<PlannedMemory>>
PlannedMemory::create(const Graph &graph, const MemoryBudgetRef &budget) {
  const Module &module = graph.getModule();
  if (!module.getAttr(alloc::memoryPlan))
    return fail("the module has no memory plan: it has to go through the pass "
                "'allocate' before its plan can be used");
  std::shared_ptr<PlannedMemory> memory(new PlannedMemory(graph));
  struct Space {
    MemoryUsage usage;
    unsigned grain = 16;
  };
  MapVector<StringRef, Space> spaces;
  Error error = Error::success();
  const_cast<Graph &>(graph).getBody().walk([&](Operation *op) {
    if (error || !definesStorage(*op))
      return;
    BufferType type = tile::getBufferType(op->getResult());
    auto offset = getStorageOffset(*op->getResult());
    if (offset)
      memory->offsets[op] = *offset;
    auto usage = getMemoryUsage(module, type.getSpace());
    if (!usage)
      return;
    if (usage->size < 0 || usage->alignment < 1 ||
        !isPowerOf2_64(usage->alignment)) {
      error = fail("the module's plan of memory '" + type.getSpace() +
                   "' isn't one: it takes " + Twine(usage->size) +
                   " bytes at an alignment of " + Twine(usage->alignment));
      return;
    }
    Space &space = spaces[type.getSpace()];
    space.usage = *usage;
    while (offset && space.grain > 1 &&
           !isMadeOfGrains(*op, *offset, usage->alignment, space.grain))
      space.grain /= 2;
  });
  if (error)
    return error;
  for (const auto &[name, space] : spaces) {
    auto arena = Arena::create(name, space.usage, space.grain, budget);
    if (!arena)
      return arena.takeError();
    memory->arenas[name] = std::move(*arena);
  }
  return memory;
}

Expected<std::optional<PlannedMemory::Place>>
PlannedMemory::getPlace(const Operation &op) const {
  StringRef space = tile::getBufferType(op.getResult()).getSpace();
  auto arena = arenas.find(space);
  auto offset = offsets.find(&op);
  if (offset == offsets.end()) {
    // The offsets of an operation say of each result whether it has one.
    if (arena == arenas.end() || op.hasAttr(alloc::resultOffsets))
      return std::nullopt;
    return fail("has no offset for " + describeStorage(op) + " in '" + space +
                "', a memory of the plan");
  }
  if (arena == arenas.end())
    return fail("has an offset for " + describeStorage(op) + " in '" + space +
                "', of which the module's plan says nothing");
  return Place{arena->second.get(), offset->second};
}

void PlannedMemory::endLoops(IterationId iteration) {
  for (const auto &[name, arena] : arenas)
    arena->endLoops(iteration);
}
