//===- Arena.h - The memories of a plan while it runs -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// With RunOptions::usePlan, storage lies where the module's memory plan says
/// (IR/Allocation.h): each memory is an arena of exactly the planned bytes, and
/// storage that shares bytes really overwrites each other. An arena knows for
/// each of its grains (a power of two of bytes that divides every offset and
/// element in it) which storage wrote it last.
///
/// Iterations of a ForAll run one after another, so one arena serves for the
/// memories of all cores: what is allocated in an iteration is new storage to
/// each of them, which holds nothing of what another one left.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_ARENA_H
#define ONNC_LIB_INTERP_TILE_ARENA_H

#include "Races.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace onnc::interp {

class Arena {
public:
  /// Storage in the arena, by number; with the bit pending while a copy that
  /// hasn't been waited for writes it.
  using Tenant = uint32_t;
  static constexpr Tenant nobody = 0;
  static constexpr Tenant pending = uint32_t(1) << 31;

  /// An error where there is no room for it. Its bytes are poisoned.
  static llvm::Expected<std::unique_ptr<Arena>>
  create(llvm::StringRef name, const MemoryUsage &usage, unsigned grain,
         const MemoryBudgetRef &budget);

  llvm::StringRef getName() const { return name; }
  const MemoryUsage &getUsage() const { return usage; }
  /// Bytes of a grain.
  unsigned getGrain() const { return 1u << grainShift; }
  int64_t getGrainOf(int64_t byte) const { return byte >> grainShift; }
  char *getBytes() { return bytes.mutableData<char>(); }

  /// Checks that the result of \p op, storage of \p size bytes, may lie at
  /// \p offset; \p stays: for the whole run.
  llvm::Expected<Tenant> add(const Operation &op, int64_t offset, int64_t size,
                             bool stays);
  /// "%x", or what the operation is where it has no name.
  std::string describe(Tenant tenant) const;

  Tenant getOwner(int64_t grain) const { return owners[grain]; }
  void setOwner(int64_t grain, Tenant tenant) { owners[grain] = tenant; }

  /// By grain: the accesses from iterations within \p home to what is
  /// allocated there.
  AccessLog &getLog(IterationId home);
  /// The ForAlls in \p iteration so far are over.
  void endLoops(IterationId iteration) { logs.erase(iteration); }

private:
  Arena(llvm::StringRef name, const MemoryUsage &usage, unsigned grainShift)
      : name(name), usage(usage), grainShift(grainShift) {}

  struct Resident {
    int64_t begin, end;
    const Operation *op;
  };

  const std::string name;
  const MemoryUsage usage;
  const unsigned grainShift;
  TensorValue bytes;
  /// By grain.
  TensorValue ownerData;
  Tenant *owners = nullptr;
  /// By tenant, less one.
  std::vector<const Operation *> tenants;
  std::vector<Resident> residents;
  llvm::DenseMap<IterationId, std::unique_ptr<AccessLog>> logs;
};

/// All memories of a module's plan, and who lies where.
class PlannedMemory {
public:
  /// For storage of \p graph; an error where its module has no plan, or one
  /// that can't be.
  static llvm::Expected<std::shared_ptr<PlannedMemory>>
  create(const Graph &graph, const MemoryBudgetRef &budget);

  struct Place {
    Arena *arena;
    int64_t offset;
  };
  /// Where the result of \p op lies; nullopt for storage outside of the plan.
  /// An error where the plan should know it.
  llvm::Expected<std::optional<Place>> getPlace(const Operation &op) const;

  const Graph &getGraph() const { return graph; }
  void endLoops(IterationId iteration);

private:
  explicit PlannedMemory(const Graph &graph) : graph(graph) {}

  const Graph &graph;
  llvm::MapVector<llvm::StringRef, std::unique_ptr<Arena>> arenas;
  /// By the operation whose result it is.
  llvm::DenseMap<const Operation *, int64_t> offsets;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_ARENA_H
