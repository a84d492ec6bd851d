//===- Elements.h - The code of an element of a tensor ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Emits the expression of an element of any tensor of a kernel, or of a
/// vector of neighbours, at given coordinates. It follows the graph backwards:
/// elementwise operators by their formula, data movement by its indexing,
/// reductions by a loop, inputs by a load.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_EMIT_ELEMENTS_H
#define ONNC_LIB_TARGET_X86_EMIT_ELEMENTS_H

#include "Builder.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>

namespace onnc::x86 {

/// The formula of an elementwise operator. Operands are scalars or vectors of
/// the operator's types, null where absent.
IRValue *emitFormula(LeafBuilder &b, const Operation &op,
                     llvm::ArrayRef<IRValue *> operands);
/// e^x.
IRValue *emitExp(LeafBuilder &b, IRValue *x);
/// The larger, or smaller; NaN where the first is NaN.
IRValue *emitMax(LeafBuilder &b, IRValue *x, IRValue *y);
IRValue *emitMin(LeafBuilder &b, IRValue *x, IRValue *y);

class ElementEmitter {
public:
  ElementEmitter(LeafBuilder &b) : b(b) {}

  /// What the kernel's inputs are.
  void setInput(const Value *input, Operand operand) {
    inputs[input] = std::move(operand);
  }
  const Operand &getInput(const Value *input) const {
    return inputs.find(input)->second;
  }
  bool isInput(const Value *value) const { return inputs.count(value); }

  /// \p value, at whatever coordinates it is asked for, is \p emitted.
  void bind(const Value *value, IRValue *emitted) { bound[value] = emitted; }

  using RowFormula = std::function<IRValue *(llvm::ArrayRef<Coord>)>;
  /// \p value is computed by \p formula.
  void define(const Value *value, RowFormula formula) {
    defined[value] = std::move(formula);
  }

  IRValue *emit(const Value *value, llvm::ArrayRef<Coord> coords);

private:
  IRValue *emitConstant(const Operation &op);
  IRValue *emitIndexed(const Operation &op, const Indexing &indexing,
                       llvm::ArrayRef<Coord> coords);
  IRValue *emitElementwise(const Operation &op, const Indexing &indexing,
                           llvm::ArrayRef<Coord> iteration);
  IRValue *emitMovement(const Operation &op, const Indexing &indexing,
                        llvm::ArrayRef<Coord> iteration);
  IRValue *emitReduction(const Operation &op, const Indexing &indexing,
                         Coords iteration);
  IRValue *emitIteration(const Operation &op, const Indexing &indexing,
                         llvm::ArrayRef<Coord> iteration);
  Coord emitIndex(const IndexExpr &expr, llvm::ArrayRef<Coord> iteration);
  IRValue *emitInside(const Operation &op, unsigned operand,
                      const Indexing &indexing, llvm::ArrayRef<Coord> coords);
  IRValue *emitLanes(const Value *value, llvm::ArrayRef<Coord> coords);

  LeafBuilder &b;
  llvm::DenseMap<const Value *, Operand> inputs;
  llvm::DenseMap<const Value *, IRValue *> bound;
  llvm::DenseMap<const Value *, RowFormula> defined;
};

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_EMIT_ELEMENTS_H
