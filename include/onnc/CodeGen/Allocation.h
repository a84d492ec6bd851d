//===- Allocation.h - Reading what the allocator decided --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_ALLOCATION_H
#define ONNC_CODEGEN_ALLOCATION_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace onnc {

class Module;
class Operation;
class Value;

/// The offset, in bytes, of an operation's result in its memory; nullopt for
/// one without storage, for an argument, and before allocation.
std::optional<int64_t> getOffset(const Value &value);

/// The offset of the scratch buffer \p name of \p op; nullopt where the
/// allocator left none.
std::optional<int64_t> getScratchOffset(const Operation &op,
                                        llvm::StringRef name);

/// How one memory is used, in bytes.
/// The offset of storage of the tile level in its memory, first instance: the
/// result of a tile.Alloc (of a graph or of a block's body), tile.Constant,
/// tile.Input or tile.Reshape, or the argument of a tile.Block. nullopt before
/// allocation. Takes time that grows with the block: ask once per storage.
std::optional<int64_t> getStorageOffset(const Value &storage);

struct MemoryUsage {
  /// What has to be there: the persistent data, which starts at offset 0, and
  /// everything above it.
  int64_t size = 0;
  int64_t persistent = 0;
  /// What all other buffers together take above the persistent data, and a
  /// bound that no plan can go below.
  int64_t peak = 0;
  int64_t lowerBound = 0;
};

/// From the module's plan; nullopt before allocation and for a memory that the
/// unit doesn't have.
std::optional<MemoryUsage> getMemoryUsage(const Module &module,
                                          llvm::StringRef memory);

} // namespace onnc

#endif // ONNC_CODEGEN_ALLOCATION_H
