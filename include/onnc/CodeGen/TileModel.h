//===- TileModel.h - What a target says of tiles ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A target's answers to the passes that lower kernels to the tile level
/// (form-kernels, form-blocks, tile): what it can compute as a leaf, where
/// operands have to be for that, and what it costs. The passes choose tiles,
/// splits over cores, copies and loops from these answers, the operators'
/// indexing and the machine description alone.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILEMODEL_H
#define ONNC_CODEGEN_TILEMODEL_H

#include "onnc/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace onnc {

class Graph;

/// How an operand of a kernel lies where a tile of it is computed.
struct TileOperand {
  /// A memory of the unit. Tensors are copied there, box by box; if they lie in
  /// it as a whole (the backing memory, or the constants' memory) they are read
  /// and written where they are. Empty: a kernel takes them from any memory, as
  /// one with a single address space does, and nothing is copied.
  llvm::StringRef space;
  ElementType element;
  Layout layout;
  /// The parts of a box that hang over the tensor must exist and hold this
  /// value: padding made explicit, so that code needs no borders.
  std::optional<double> fill;
  /// The target can do without, too: for an operand that another kernel of the
  /// block computes, which nothing fills. Else the two can't be in one block.
  bool isFillOptional = false;
};

/// What a target demands of the tiles of a kernel.
struct KernelTiling {
  /// As many as the kernel has inputs and outputs.
  llvm::SmallVector<TileOperand, 4> inputs;
  llvm::SmallVector<TileOperand, 1> outputs;
  /// The layout of constant operands in the backing memory, in which the
  /// compiler stores them ready for use; by input.
  llvm::SmallVector<Layout, 4> constantLayouts;
  /// Sizes of a tile of output 0 are multiples of these, one per dimension (or
  /// what is left at the end); the extent itself: not to be cut. Empty: all 1.
  llvm::SmallVector<int64_t, 6> granularity;
  /// Sizes that tiles shouldn't exceed (what a unit's registers hold); empty:
  /// no such limit.
  llvm::SmallVector<int64_t, 6> maximum;
  /// Reductions can be cut (tile.Compute's "over"), with partial results of
  /// this type; nullopt: they can't.
  std::optional<ElementType> accumulator;
};

struct TileScratch {
  /// Bytes in a memory of the unit, as a row-major buffer of u8.
  llvm::StringRef space;
  int64_t bytes;
};

/// In which order the code of a kernel with one output accesses memory, where
/// the output and an input are used where they lie.
enum class LeafOrder : uint8_t {
  /// Nothing is known.
  Unknown,
  /// An element of the output is written once, after all elements of the input
  /// at its own place that are needed for it were read.
  Element,
  /// As Element; and elements that are equal in the dimension that is innermost
  /// in memory are written in the order in which they lie, each after all that
  /// is needed for it was read.
  Lane,
  /// The same for all elements.
  Storage,
};

class TileModel {
public:
  virtual ~TileModel() = default;

  /// The memory that whole tensors live in.
  virtual llvm::StringRef getBackingMemory() const = 0;
  /// The memory that constants are kept in: the backing memory, or one that can
  /// only be read (flash).
  virtual llvm::StringRef getConstantMemory() const {
    return getBackingMemory();
  }
  /// What tile.ForAll runs over: "core", "thread".
  virtual llvm::StringRef getParallelUnit() const = 0;
  /// Cores or threads at most.
  virtual unsigned getMaxParallelism() const = 0;

  /// How a tensor that isn't a constant lies in the backing memory; its space
  /// is the backing memory.
  virtual BufferType getTensorBuffer(TensorType type) const = 0;

  /// How the caller of the program has an input or output, in memory of its
  /// own, from which tiles can be loaded as from the backing memory. nullopt:
  /// in the backing memory, as any tensor.
  virtual std::optional<BufferType> getPortBuffer(TensorType type) const {
    return std::nullopt;
  }

  /// Why \p kernel can't be computed ("pads of 5 dimensions aren't supported");
  /// nullopt where it can. Also decides what is fused: a kernel grows while it
  /// isn't refused.
  virtual std::optional<std::string> getRefusal(const Graph &kernel) const = 0;

  // Only for kernels without refusal ------------------------------------------

  virtual KernelTiling getTiling(const Graph &kernel) const = 0;

  /// Working storage for a tile of the given sizes of output 0.
  virtual llvm::SmallVector<TileScratch, 2>
  getScratch(const Graph &kernel, llvm::ArrayRef<int64_t> tile) const {
    return {};
  }

  /// Whether the code of a tile reads and writes tensors that lie in larger
  /// buffers as well: its strides are those of the buffer (tile.Part). Asked
  /// where operands are used in the backing memory; copies always can.
  virtual bool canUseParts(const Graph &kernel) const { return false; }

  /// How input \p input is read while the output is written. \p source, \p
  /// result: their storage.
  virtual LeafOrder getLeafOrder(const Graph &kernel, unsigned input,
                                 BufferType source, BufferType result) const {
    return LeafOrder::Unknown;
  }

  /// Cycles of one core for a tile of the given sizes of output 0. \p
  /// reduction: iterations of the reductions that the tile makes; all of them,
  /// where they aren't cut.
  virtual double getComputeCycles(const Graph &kernel,
                                  llvm::ArrayRef<int64_t> tile,
                                  int64_t reduction) const = 0;
  /// Bytes per cycle that one core moves between the backing memory and others
  /// (together they get what the machine description says of that memory);
  /// 0: copies cost nothing beside computing.
  virtual double getTransferRate() const { return 0; }
  /// Bytes that a transfer of \p bytes takes of the backing memory, where rows
  /// of \p run bytes lie together.
  virtual int64_t getTransferBytes(int64_t bytes, int64_t run) const {
    return bytes;
  }
  /// What all cores of a block load alike is read from the backing memory once.
  virtual bool canMulticast() const { return false; }
  /// Cycles to launch a block on \p parallelism cores, and for them to meet.
  virtual double getLaunchCycles(unsigned parallelism) const = 0;
  virtual double getBarrierCycles(unsigned parallelism) const = 0;
};

} // namespace onnc

#endif // ONNC_CODEGEN_TILEMODEL_H
