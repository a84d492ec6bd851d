//===- RestrictedOp.h - An operator over a part of itself -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// How the interpreter computes a box of an operator's iterations with the
/// kernels that compute all of it:
///
///  - what only moves elements is copied element by element;
///  - windows slide over the part of the input that they need, with pads where
///    they hang over the whole input's border;
///  - operators that treat every index alike (elementwise ones, products,
///    reductions, normalisations) run on slices of their operands;
///  - any other runs on operands of full size, which are zero where nothing is
///    known, and the box is cut out of its results.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_RESTRICTEDOP_H
#define ONNC_LIB_INTERP_RESTRICTEDOP_H

#include "Execution.h"
#include "TensorBox.h"
#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/Ops/Windows.h"

namespace onnc::interp {

class OperatorRestrictor {
public:
  OperatorRestrictor(Context &context, const RunOptions &options);

  /// What is known of every operand: nullopt where the operation lacks it, or
  /// the restriction leaves it out.
  using Operands = llvm::ArrayRef<std::optional<TensorBox>>;
  using Results = std::vector<TensorBox>;

  /// The results of \p op, at least the boxes that \p wanted names: null for a
  /// result that isn't wanted. \p iteration: nullopt for all.
  llvm::Expected<Results> run(const KernelIndexing::Step &step,
                              const std::optional<Box> &iteration,
                              Operands operands,
                              llvm::ArrayRef<const Box *> wanted);

  /// The value of an operation that has no operands.
  llvm::Expected<TensorBox> runConstant(const Operation &op);

  const MemoryBudgetRef &getBudget() const { return execution.budget; }

private:
  struct Request {
    const Operation &op;
    const Indexing &indexing;
    const Box &iteration;
    Operands operands;
    llvm::ArrayRef<const Box *> wanted;

    /// What is wanted of operand \p i.
    Box getOperandBox(unsigned i) const;
    Box getResultBox(unsigned i) const;
  };
  /// nullopt where a way isn't one for this operator.
  using Attempt = llvm::Expected<std::optional<Results>>;
  Attempt moveElements(const Request &request);
  Attempt runWindows(const Request &request);
  Attempt runSliced(const Request &request);
  llvm::Expected<Results> runWhole(const Operation &op, Operands operands,
                                   llvm::ArrayRef<const Box *> wanted);

  /// A range of output channels whose groups a convolution by itself has.
  struct Segment {
    Range outputs;
    Range inputs;
    int64_t groups;
  };
  static llvm::SmallVector<Segment, 3> cutGroups(Range outputs, Range inputs,
                                                 int64_t outputChannels,
                                                 int64_t inputChannels,
                                                 int64_t groups);
  llvm::Expected<TensorValue> runWindowSegment(const Request &request,
                                               llvm::ArrayRef<Window> windows,
                                               const Segment &segment,
                                               bool &applies);

  /// Runs \p op with other attributes on operands of other shapes.
  llvm::Expected<RuntimeValues>
  runVariant(const Operation &op, llvm::ArrayRef<NamedAttr> overrides,
             llvm::ArrayRef<RuntimeValue> operands);

  const RunOptions options;
  Execution execution;
  /// Holds the variants, whose tensors have no rank, by what they differ in.
  Module variants;
  Graph &graph;
  llvm::StringMap<Operation *> variantOf;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_RESTRICTEDOP_H
