//===- Kernel.h - What a kernel is given ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A kernel computes one operation by its definition. The interpreter has
/// checked that required operands are present and of the record's element
/// types; ranks, dimensions and contents are for the kernel to check. It says
/// what is wrong with fail("…"); the interpreter adds operator and location.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNEL_H
#define ONNC_LIB_INTERP_KERNEL_H

#include "onnc/Interp/Interpreter.h"

namespace onnc::interp {

class Execution;

inline llvm::Error fail(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// "2x3", "scalar".
std::string toText(llvm::ArrayRef<int64_t> shape);

class KernelContext {
public:
  KernelContext(Execution &execution, const Operation &op,
                llvm::ArrayRef<RuntimeValue> operands)
      : op(op), execution(execution), operands(operands),
        results(op.getNumResults()) {}

  const Operation &op;

  unsigned getNumOperands() const { return operands.size(); }
  bool has(unsigned i) const { return i < operands.size() && operands[i]; }
  const RuntimeValue &value(unsigned i) const { return operands[i]; }
  llvm::ArrayRef<RuntimeValue> values() const { return operands; }
  /// Operand \p i, which must be present.
  const TensorValue &tensor(unsigned i) const {
    return operands[i].getTensor();
  }
  /// The one element of operand \p i as a double or integer; an error if it
  /// hasn't exactly one.
  llvm::Expected<double> scalar(unsigned i) const;
  llvm::Expected<int64_t> scalarInt(unsigned i) const;

  bool wants(unsigned i) const { return i < results.size(); }
  /// The element type of result \p i, which inference always knows.
  ElementType resultType(unsigned i = 0) const;
  void set(unsigned i, RuntimeValue value) {
    if (wants(i))
      results[i] = std::move(value);
  }
  /// Sets result 0; for `return ctx.done(…)`.
  llvm::Error done(RuntimeValue value) {
    set(0, std::move(value));
    return llvm::Error::success();
  }
  llvm::Error done(TensorValue value) {
    return done(RuntimeValue(std::move(value)));
  }
  /// Sets result 0 unless it is an error.
  llvm::Error done(llvm::Expected<TensorValue> value) {
    if (!value)
      return value.takeError();
    return done(std::move(*value));
  }
  llvm::MutableArrayRef<RuntimeValue> getResults() { return results; }

  /// Counted against the run's budget.
  llvm::Expected<TensorValue> allocate(ElementType type,
                                       llvm::ArrayRef<int64_t> shape) const;
  const MemoryBudgetRef &getBudget() const;

  /// The size that \p dim stands for in this run; nullopt where it holds symbols
  /// that haven't been met.
  std::optional<int64_t> evaluate(DimExpr dim) const;
  /// Runs a region of the operation.
  llvm::Expected<RuntimeValues> callRegion(unsigned i,
                                           llvm::ArrayRef<RuntimeValue> args);
  /// Counts one iteration of a loop; an error beyond the run's limit.
  llvm::Error countIteration();
  /// Counts steps, the product of \p factors, that the kernel is about to take;
  /// an error beyond the run's limit. For kernels that take more of them than
  /// there are elements of operands and results.
  llvm::Error countWork(llvm::ArrayRef<int64_t> factors);
  /// A seed for this execution of the operation: from its "seed" attribute if
  /// it has one, else from the run's.
  uint64_t nextSeed();

  const RunOptions &getOptions() const;

private:
  Execution &execution;
  llvm::ArrayRef<RuntimeValue> operands;
  llvm::SmallVector<RuntimeValue, 4> results;
};

using Kernel = llvm::Error (*)(KernelContext &);

/// One line of Kernels.def.
struct KernelEntry {
  llvm::StringRef name;
  Kernel kernel;
  /// Takes nothing but tensors, which the interpreter then checks.
  bool tensorsOnly;
};

/// Null if there is none.
const KernelEntry *lookupKernel(llvm::StringRef operatorName);
llvm::ArrayRef<KernelEntry> getKernels();

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNEL_H
