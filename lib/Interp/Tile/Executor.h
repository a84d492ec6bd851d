//===- Executor.h - Executes tiled programs ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The tile level by its definition (docs/TileIR.md): operations take effect in
/// the order of the text, iterations of ForAlls one after another, copies when
/// they are waited for. Breaking a rule is an error (Checker.h).
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_EXECUTOR_H
#define ONNC_LIB_INTERP_TILE_EXECUTOR_H

#include "../Execution.h"
#include "Checker.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/Interp/BoxEvaluation.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace onnc::interp {

/// Does \p op work on buffers, tokens or counters? Not fusion blocks and calls
/// on tensors.
bool isTileLevel(const Operation &op);

/// The buffers and tokens of one region of tensors.
class TileExecutor {
public:
  explicit TileExecutor(Execution &execution)
      : execution(execution), memory(execution.memory.get()),
        checker(execution.options.checkTiles) {}

  /// Executes \p op, which isTileLevel. Of \p operands and results only tensors
  /// are there, the others are kept here.
  llvm::Expected<RuntimeValues> run(const Operation &op,
                                    llvm::ArrayRef<RuntimeValue> operands);
  /// Puts what is there before the program starts into the memories of the
  /// plan: constants, and those of the \p arguments of \p region that stay.
  llvm::Error preload(const Region &region,
                      llvm::ArrayRef<RuntimeValue> arguments);
  /// An error where a copy hasn't been waited for.
  llvm::Error finish() { return endScope(0, nullptr); }

private:
  using Token = int64_t;

  /// The operations of a body in which there are no tensors. The tokens that it
  /// returns.
  llvm::Expected<std::vector<Token>> runBody(const Region &region);
  llvm::Error runBodyOperation(const Operation &op);

  llvm::Error alloc(const Operation &op);
  llvm::Error constant(const Operation &op);
  llvm::Error input(const Operation &op, const TensorValue &tensor);
  llvm::Expected<TensorValue> output(const Operation &op);
  llvm::Error place(const Operation &op);
  llvm::Error slice(const Operation &op);
  llvm::Error part(const Operation &op);
  llvm::Error reshape(const Operation &op);
  llvm::Error block(const Operation &op);
  llvm::Error loop(const Operation &op);
  llvm::Error forAll(const Operation &op);
  llvm::Error copyStart(const Operation &op);
  llvm::Error copyWait(const Operation &op);
  llvm::Error compute(const Operation &op);

  /// Copies that were started since \p firstCopy must have been waited for
  /// where the scope ends, all of them or, with \p body, those of storage that
  /// is allocated in it.
  llvm::Error endScope(int64_t firstCopy, const Region *body);
  llvm::Expected<std::shared_ptr<TileStorage>>
  allocate(const Operation &op, TileStorage::Contents contents,
           int64_t multiplicity = 1);
  /// Gives \p storage its place in the plan; false where it has none.
  llvm::Expected<bool> settle(const Operation &op, TileStorage &storage);
  /// An error where the plan has \p value, which is the operand of its
  /// operation, elsewhere than that.
  llvm::Error checkAlias(const Value &value, const TileView &operand) const;
  /// The whole of \p storage as the value \p value.
  void define(const Value *value, std::shared_ptr<TileStorage> storage);
  TileView getView(const Operation &op, unsigned operand) const;
  std::shared_ptr<const DenseArray> getArray(BufferType type);
  std::vector<int64_t> getCounters(llvm::ArrayRef<Value *> values) const;

  llvm::Expected<TensorValue> load(const TileView &view, const Box &box,
                                   ElementType type);
  llvm::Error store(const TileView &view, const Box &box,
                    const TensorValue &tensor);
  llvm::Expected<KernelEvaluator *> getEvaluator(const Graph &kernel);

  /// \p error at \p op, with the values of the counters.
  llvm::Error locateTile(llvm::Error error, const Operation &op) const;

  Execution &execution;
  /// Null: all storage has memory of its own.
  PlannedMemory *const memory;
  TileChecker checker;
  int64_t nextCopy = 0;
  llvm::DenseMap<const Value *, TileView> views;
  llvm::DenseMap<const Value *, Token> tokens;
  /// Innermost last.
  llvm::SmallVector<std::pair<const Value *, int64_t>, 8> counters;
  llvm::DenseMap<const Operation *, std::shared_ptr<TileStorage>> constants;
  /// The inputs that were put into memory before the program started.
  llvm::SmallPtrSet<const Operation *, 4> preloaded;
  llvm::DenseMap<const void *, std::shared_ptr<const DenseArray>> arrays;
  llvm::DenseMap<const Graph *, std::unique_ptr<KernelEvaluator>> evaluators;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_EXECUTOR_H
