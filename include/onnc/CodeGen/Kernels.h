//===- Kernels.h - Kernels: graphs that are computed as one -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Makes kernels of operations, and derives from the indexing of a kernel's
/// operators what a box of its results needs of its inputs. docs/TileIR.md says
/// what a kernel is.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_KERNELS_H
#define ONNC_CODEGEN_KERNELS_H

#include "onnc/IR/KernelIndexing.h"

namespace onnc {

class Operation;
class Value;

/// Whether operand \p operand of \p op belongs into a kernel rather than among
/// its inputs: a constant that is a parameter (a shape, axes), a scalar, or
/// what a quantized operator is scaled by.
bool isKernelParameter(const Operation &op, unsigned operand);

/// Operations of one region made a kernel.
struct KernelOutline {
  Graph *graph;
  /// The operations' values that are the kernel's inputs and outputs, in order:
  /// outputs are what others than \p ops use, or all results of the last.
  llvm::SmallVector<Value *, 4> inputs;
  llvm::SmallVector<Value *, 1> outputs;
};

/// Adds a graph \p name to \p module (of the same context) that computes \p
/// ops, which stand in the order of their region. The operations stay.
KernelOutline outlineKernel(Module &module, llvm::StringRef name,
                            llvm::ArrayRef<Operation *> ops);

/// "conv_add_relu", from the operators' names.
std::string getKernelName(llvm::ArrayRef<Operation *> ops);

/// The operators of a kernel in order, less constants and the terminator.
llvm::SmallVector<Operation *, 4> getOperators(const Graph &kernel);

/// The boxes of a kernel as functions of loop counters: what tile loops are
/// made from, as KernelIndexing is what they are checked with.
class TileIndexing {
public:
  /// nullopt where the kernel isn't of static shapes, or an operator's indexing
  /// isn't known; \p unknown is then set to that operator, if it isn't null.
  static std::optional<TileIndexing> get(const Graph &kernel,
                                         const Operation **unknown = nullptr);

  /// The boxes, not clipped: those of the inputs that box \p box of output 0
  /// takes, and those of all outputs that come out beside it.
  struct Boxes {
    llvm::SmallVector<AffineBox, 4> inputs;
    llvm::SmallVector<AffineBox, 1> outputs;
  };
  /// \p over: of the reductions of a kernel of one operator; empty: all.
  Boxes getBoxes(llvm::ArrayRef<AffineRange> box,
                 llvm::ArrayRef<AffineRange> over = {}) const;

  /// Whether output 0 can be cut along dimension \p dim.
  bool canCut(unsigned dim) const;
  /// The shape of output 0.
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  /// The reductions of the only operator, in the order of its indexing; empty
  /// where there are several operators, or partial results don't combine.
  llvm::ArrayRef<IterationDim> getReductions() const { return reductions; }
  /// Iterations of the largest reduction of any operator: work per element.
  int64_t getReductionSize() const { return reductionSize; }

private:
  explicit TileIndexing(const Graph &kernel) : indexing(kernel) {}

  KernelIndexing indexing;
  llvm::SmallVector<int64_t, 6> shape;
  llvm::SmallVector<IterationDim, 4> reductions;
  int64_t reductionSize = 1;
};

} // namespace onnc

#endif // ONNC_CODEGEN_KERNELS_H
