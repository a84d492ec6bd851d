//===- Allocation.h - Where storage lies ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The memory plan as it stands in a module: where the allocator leaves its
/// decisions, for emitters and for the interpreter to read.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_ALLOCATION_H
#define ONNC_IR_ALLOCATION_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace onnc {

class Module;
class Operation;
class Value;

/// The attributes of a plan. On each operation: resultOffsets, one byte offset
/// for each result (-1: no storage), and scratchOffsets, a dictionary from the
/// scratch buffer's name to its offset. On the module: memoryPlan, a dictionary
/// from the memory's name to what getMemoryUsage returns.
namespace alloc {
constexpr llvm::StringRef resultOffsets = "onnc.offsets";
constexpr llvm::StringRef scratchOffsets = "onnc.scratch";
constexpr llvm::StringRef memoryPlan = "onnc.memory_plan";
} // namespace alloc

/// The offset, in bytes, of an operation's result in its memory; nullopt for
/// one without storage, for an argument, and before allocation.
std::optional<int64_t> getOffset(const Value &value);

/// The offset of the scratch buffer \p name of \p op; nullopt where the
/// allocator left none.
std::optional<int64_t> getScratchOffset(const Operation &op,
                                        llvm::StringRef name);

/// The allocations in the body of a tile.Block, in the order of the text. The
/// n-th of them is the block's scratch buffer "n".
llvm::SmallVector<Operation *, 8> getBlockAllocations(const Operation &block);

/// The offset of storage of the tile level in its memory, first instance: the
/// result of a tile.Alloc (of a graph or of a block's body), tile.Constant,
/// tile.Input or tile.Reshape, or the argument of a tile.Block. nullopt before
/// allocation. Takes time that grows with the block: ask once per storage.
std::optional<int64_t> getStorageOffset(const Value &storage);

/// Whether the plan gives two storages, as above, some of the same bytes: code
/// that uses both must not take them for different objects.
bool shareBytes(const Value &a, const Value &b);

/// How one memory is used, in bytes.
struct MemoryUsage {
  /// What has to be there: the persistent data, which starts at offset 0, and
  /// everything above it.
  int64_t size = 0;
  int64_t persistent = 0;
  /// What all other buffers together take above the persistent data, and a
  /// bound that no plan can go below.
  int64_t peak = 0;
  int64_t lowerBound = 0;
  /// Every buffer, and every instance of one, starts at a multiple of it.
  int64_t alignment = 1;
  /// No two cores share the memory: each has one of its own, or there is only
  /// one core.
  bool perCore = false;
};

/// From the module's plan; nullopt before allocation and for a memory that the
/// unit doesn't have.
std::optional<MemoryUsage> getMemoryUsage(const Module &module,
                                          llvm::StringRef memory);

} // namespace onnc

#endif // ONNC_IR_ALLOCATION_H
