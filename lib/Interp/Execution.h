//===- Execution.h - One run of the interpreter -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_EXECUTION_H
#define ONNC_LIB_INTERP_EXECUTION_H

#include "Kernel.h"
#include "llvm/ADT/StringMap.h"

namespace onnc::interp {

class PlannedMemory;

/// The sizes that dimension symbols have been found to stand for.
using SymbolValues = llvm::StringMap<int64_t>;

/// Checks \p value against \p type: kind, element type, rank, dimensions.
/// A symbol that has no value in \p symbols yet gets it. The error says what
/// differs, without a subject ("has shape 2x3 where 2x4 is expected").
llvm::Error checkType(const RuntimeValue &value, Type type,
                      SymbolValues &symbols);

/// \p error at \p op; one that a nested operation located stays as it is.
llvm::Error locate(llvm::Error error, const Operation &op,
                   DiagID id = DiagID::InterpRuntime);

/// \p message, which says how a value differs from its type, at \p op.
llvm::Error contradiction(const Operation &op, const llvm::Twine &message);

/// The state of one run: budget, counters, and the symbols' values.
class Execution {
public:
  explicit Execution(const RunOptions &options)
      : options(options),
        budget(std::make_shared<MemoryBudget>(options.byteLimit)) {}

  /// Executes the operations of \p region on \p arguments. Values are dropped
  /// after their last use.
  llvm::Expected<RuntimeValues> runRegion(const Region &region,
                                          RuntimeValues arguments);
  llvm::Expected<RuntimeValues> runOperation(const Operation &op,
                                             llvm::ArrayRef<RuntimeValue>);

  /// Refuses shapes without elements whose other dimensions couldn't be walked
  /// along in the time that the largest tensors take.
  llvm::Error checkExtent(llvm::ArrayRef<int64_t> shape) const;
  llvm::Error countIteration();
  llvm::Error countWork(llvm::ArrayRef<int64_t> factors);
  uint64_t nextSeed() { return options.seed + seedsGiven++; }

  const RunOptions &options;
  const MemoryBudgetRef budget;
  /// Where the storage of tiled programs lies; null: wherever there is room.
  std::shared_ptr<PlannedMemory> memory;
  SymbolValues symbols;

private:
  /// The body of the kernel or fusion block that \p op runs.
  llvm::Expected<RuntimeValues> runCalled(const Operation &op,
                                          llvm::ArrayRef<RuntimeValue>);

  int64_t iterations = 0;
  uint64_t work = 0;
  unsigned callDepth = 0;
  uint64_t seedsGiven = 0;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_EXECUTION_H
