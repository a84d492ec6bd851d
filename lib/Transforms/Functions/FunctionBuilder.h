//===- FunctionBuilder.h - Definitions of function operators ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// ONNX defines many operators as functions of others. Their definitions stand
/// in this directory, one function each:
///
///   /// Mish (ONNX 22): x · tanh(ln(1 + exp(x))).
///   static Results mish(FunctionBuilder &f) {
///     Value *x = f.wide(0);
///     return f.narrow(f("Mul", {x, f("Tanh", {f("Softplus", {x})})}));
///   }
///
/// A definition returns the values that stand for the operation's results, or
/// none where it doesn't apply (a size that must be known isn't).
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TRANSFORMS_FUNCTIONS_FUNCTIONBUILDER_H
#define ONNC_LIB_TRANSFORMS_FUNCTIONS_FUNCTIONBUILDER_H

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/Transforms/PatternDriver.h"

namespace onnc::functions {

/// One for each result of the operation; null for one that isn't used.
using Results = llvm::SmallVector<Value *, 4>;

/// Builds what stands for one operation, in front of it.
class FunctionBuilder {
public:
  FunctionBuilder(Operation *op, Rewriter &rewriter)
      : op(op), rewriter(rewriter) {
    rewriter.setInsertionPoint(op);
    rewriter.setLoc(op->getLoc());
  }

  Operation *const op;

  bool has(unsigned i) const { return op->getOperand(i) != nullptr; }
  /// Is result \p i there, and used?
  bool wants(unsigned i) const {
    return i < op->getNumResults() && op->getResult(i)->hasUses();
  }
  Value *operand(unsigned i) const { return op->getOperand(i); }
  TensorType getType(unsigned i) const {
    return operand(i) ? operand(i)->getTensorType() : TensorType();
  }
  bool isFloat(unsigned i) const;

  /// onnx.<name>. Null once anything has failed, as it does where types
  /// contradict each other.
  Value *operator()(llvm::StringRef name, llvm::ArrayRef<Value *> operands,
                    llvm::ArrayRef<NamedAttr> attributes = {});

  /// Floats narrower than 32 bits are computed in f32 and rounded once: the
  /// operand in at least f32, and a value in the type of operand \p like.
  Value *wide(unsigned i) { return widen(operand(i)); }
  Value *widen(Value *value);
  Value *narrow(Value *value, unsigned like = 0);
  Value *cast(Value *value, ElementType type);

  /// A number of \p like's element type.
  Value *scalar(double number, Value *like);
  Value *ints(llvm::ArrayRef<int64_t> values, bool isScalar = false) {
    return rewriter.constantInts(values, isScalar);
  }
  NamedAttr attr(llvm::StringRef name, int64_t value);
  NamedAttr attr(llvm::StringRef name, double value);
  NamedAttr attr(llvm::StringRef name, llvm::ArrayRef<int64_t> value);
  /// The attribute of the operation, under a name of its own. It must be there.
  NamedAttr copied(llvm::StringRef name);

  /// The sizes of dimensions [begin, end) of \p value.
  Value *shape(Value *value, int64_t begin, int64_t end);
  /// \p value's dimension as a scalar.
  Value *dim(Value *value, int64_t index);
  Value *reshape(Value *value, llvm::ArrayRef<int64_t> shape);
  Value *transpose(Value *value, llvm::ArrayRef<int64_t> perm);
  /// Elements [begin, end) of \p axis, every step-th.
  Value *slice(Value *value, int64_t axis, int64_t begin, int64_t end,
               int64_t step = 1);
  Value *unsqueeze(Value *value, llvm::ArrayRef<int64_t> axes);
  Value *squeeze(Value *value, llvm::ArrayRef<int64_t> axes);
  /// A reduction (ReduceSum, …) over \p axes.
  Value *reduce(llvm::StringRef name, Value *value,
                llvm::ArrayRef<int64_t> axes, bool keepDims = true);

private:
  Rewriter &rewriter;
  bool failed = false;
};

using Definition = Results (*)(FunctionBuilder &);

/// A pattern that replaces an operation by its definition.
template <Definition define>
LogicalResult expand(Operation *op, Rewriter &rewriter) {
  FunctionBuilder builder(op, rewriter);
  Results results = define(builder);
  if (results.empty())
    return failure();
  results.resize(op->getNumResults(), nullptr);
  for (auto [i, value] : llvm::enumerate(results)) {
    if (!value && op->getResult(i)->hasUses())
      return failure();
    // What isn't used may be anything.
    if (!value)
      value = op->getResult(i);
  }
  return rewriter.replace(op, results);
}

llvm::ArrayRef<Pattern> getActivations();
llvm::ArrayRef<Pattern> getReductions();
llvm::ArrayRef<Pattern> getNormalizations();
llvm::ArrayRef<Pattern> getLosses();
llvm::ArrayRef<Pattern> getSequenceModels();
llvm::ArrayRef<Pattern> getMovements();

} // namespace onnc::functions

#endif // ONNC_LIB_TRANSFORMS_FUNCTIONS_FUNCTIONBUILDER_H
