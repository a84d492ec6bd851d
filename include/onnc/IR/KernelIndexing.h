//===- KernelIndexing.h - What a box of a kernel reads ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The indexing of a kernel, a graph of tensor operators without regions: which
/// boxes of its inputs, and of what lies between its operators, boxes of its
/// outputs need. The boxes of the operators' own indexing are followed from the
/// outputs backwards; an operator that states no indexing needs all of its
/// operands. Static shapes only.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_KERNELINDEXING_H
#define ONNC_IR_KERNELINDEXING_H

#include "onnc/IR/Indexing.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

namespace onnc {

/// What computing boxes of a kernel's outputs takes.
struct KernelBoxes {
  /// The iterations of every operator, in the order of
  /// KernelIndexing::getSteps; nullopt where it computes all of its results, or
  /// isn't needed.
  std::vector<std::optional<Box>> iterations;

  /// The elements of \p value that are read, or are an output's box; null where
  /// there are none. Not empty.
  const Box *getBox(const Value *value) const {
    auto it = boxes.find(value);
    return it == boxes.end() ? nullptr : &it->second;
  }

  llvm::DenseMap<const Value *, Box> boxes;
};

class KernelIndexing {
public:
  /// \p kernel must be verified, pass check(), and not change while this lives.
  explicit KernelIndexing(const Graph &kernel);

  /// An error where a value of \p kernel isn't a tensor of static shape.
  static llvm::Error check(const Graph &kernel);

  struct Step {
    const Operation *op;
    std::optional<Indexing> indexing;
  };
  /// The operators in order, constants and the terminator left out.
  llvm::ArrayRef<Step> getSteps() const { return steps; }
  const Graph &getKernel() const { return kernel; }

  /// \p outputs: a box, within the tensor, for each of the kernel's outputs.
  /// \p over restricts the reductions of a kernel of one operator, one range
  /// for each in the order of its indexing; empty: no restriction.
  KernelBoxes getBoxes(llvm::ArrayRef<Box> outputs,
                       llvm::ArrayRef<Range> over = {}) const;

private:
  const Graph &kernel;
  std::vector<Step> steps;
};

/// A restriction to \p over begins the result: what isn't reduced, such as a
/// bias, belongs to it and to no other.
bool beginsReduction(llvm::ArrayRef<Range> over);

/// The sizes of a tensor of static shape.
llvm::SmallVector<int64_t, 6> getStaticShape(const Value *tensor);

} // namespace onnc

#endif // ONNC_IR_KERNELINDEXING_H
