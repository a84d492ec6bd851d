//===- BoxEvaluation.h - Computing a part of a kernel -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Computes boxes of a kernel's outputs from no more than the boxes of its
/// inputs that its indexing names, at a cost that goes with the boxes' size.
/// Every operator is restricted to its iterations (lib/Interp/RestrictedOp.h);
/// the elements are those that running the whole kernel gives, bit by bit,
/// where the reductions are whole.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_INTERP_BOXEVALUATION_H
#define ONNC_INTERP_BOXEVALUATION_H

#include "onnc/IR/KernelIndexing.h"
#include "onnc/Interp/Interpreter.h"

namespace onnc {

/// Evaluates one kernel as often as is wanted. Not thread-safe.
class KernelEvaluator {
public:
  /// \p kernel as for KernelIndexing. The observer of \p options isn't called.
  KernelEvaluator(const Graph &kernel, const RunOptions &options = {});
  ~KernelEvaluator();

  const KernelIndexing &getIndexing() const { return indexing; }

  /// Gives the elements \p box, never empty, of input \p input as a tensor of
  /// the input's element type and the box's sizes.
  using LoadInput = llvm::function_ref<llvm::Expected<TensorValue>(
      unsigned input, const Box &box)>;

  /// A tensor of the box's sizes for each of \p outputs. \p over as for
  /// KernelIndexing::getBoxes; the outputs are then partial results, which the
  /// indexing's combiner puts together.
  llvm::Expected<std::vector<TensorValue>>
  evaluate(llvm::ArrayRef<Box> outputs, LoadInput load,
           llvm::ArrayRef<Range> over = {});

private:
  class Impl;
  KernelIndexing indexing;
  std::unique_ptr<Impl> impl;
};

} // namespace onnc

#endif // ONNC_INTERP_BOXEVALUATION_H
