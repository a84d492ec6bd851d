//===- BufferModel.h - What the allocator asks a target ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// How values of selected operations are stored: what the generic scheduler
/// and allocator must know of a target's operators. Whole tensors live in one
/// memory of the unit; scratch buffers live in the scratchpads for the time of
/// one operation. Sizes are in bytes.
///
/// Only operations at the top of a graph are asked about: arguments have no
/// storage (a target loads inputs by an operation of its own), and what the
/// bodies of an operation need is that operation's scratch.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_BUFFERMODEL_H
#define ONNC_CODEGEN_BUFFERMODEL_H

#include "onnc/Analysis/Lifespan.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace onnc {

class Operation;
class Value;

struct BufferRequest {
  /// Index into ProcessingUnit::memories.
  unsigned memory = 0;
  int64_t size = 0;
  /// A power of two; the memory's own alignment holds as well.
  int64_t alignment = 1;
};

/// A buffer that exists while its operation runs.
struct ScratchRequest {
  std::string name;
  BufferRequest buffer;
  /// The steps of the operation in which it is live, counted from 0: those that
  /// have none in common may share bytes. nullopt: all steps.
  std::optional<Lifespan> steps = {};
};

/// Where a result may lie over an operand's bytes: its first byte is as many
/// bytes before the operand's first byte as allows() accepts.
struct StorageOverlap {
  /// In bytes, not negative; 0: in place.
  int64_t distance = 0;
  /// Greater distances are as good, where they are this many bytes more, or a
  /// multiple; 0: none is.
  int64_t step = 0;

  bool allows(int64_t bytes) const {
    return step ? bytes >= distance && (bytes - distance) % step == 0
                : bytes == distance;
  }
  /// The least distance that is accepted and a multiple of \p alignment, a
  /// power of two.
  std::optional<int64_t> getAligned(int64_t alignment) const;
  /// What both accept; nullopt: nothing that is found easily.
  std::optional<StorageOverlap> intersect(const StorageOverlap &other) const;
};

class BufferModel {
public:
  virtual ~BufferModel() = default;

  /// The memory that whole tensors live in, which orders are chosen for: an
  /// index into ProcessingUnit::memories.
  virtual unsigned getTensorMemory() const { return 0; }

  /// The storage of a value that an operation defines; nullopt where it needs
  /// none (a host tensor, a token).
  virtual std::optional<BufferRequest> getBuffer(const Value &value) const = 0;

  /// The operand whose storage result \p value is, entirely and without copy
  /// (a reshape); nullopt where it has storage of its own.
  virtual std::optional<unsigned> getAliasedOperand(const Value &value) const {
    return std::nullopt;
  }

  /// From this operation on the storage of \p value, which isn't an alias, is
  /// the value's: the one that defines it or, where that only names storage,
  /// the first one that writes it.
  virtual const Operation *getFirstWriter(const Value &value) const;

  /// How the storage of \p value may overlap that of operand \p operand of
  /// getFirstWriter(value), where nobody needs the operand afterwards: the
  /// operation overwrites no byte of it that it still has to read through that
  /// operand. nullopt: not at all.
  virtual std::optional<StorageOverlap> getOverlap(const Value &value,
                                                   unsigned operand) const {
    return std::nullopt;
  }

  /// Operations read and write buffers in \p memory, which the tensor memory
  /// spills to, where they lie; otherwise they are copied back first. Copies of
  /// whole buffers between the two the target can always emit.
  virtual bool canAccess(unsigned memory) const { return false; }

  /// The value's bytes are there before the program starts and stay for good
  /// (weights): its storage is never shared.
  virtual bool isPersistent(const Value &value) const { return false; }

  virtual llvm::SmallVector<ScratchRequest, 4>
  getScratch(const Operation &op) const {
    return {};
  }
};

} // namespace onnc

#endif // ONNC_CODEGEN_BUFFERMODEL_H
