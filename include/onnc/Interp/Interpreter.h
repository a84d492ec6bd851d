//===- Interpreter.h - Reference execution of the IR ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Executes graphs of operators one after another, by their definitions. It is
/// the oracle that every target is compared with, and folds constants.
///
/// Floating-point elements of every type are widened to double, an operator
/// computes in double (sums in the order of the elements), and its result is
/// rounded once to the result's type. Integers wrap. The same inputs give the
/// same bytes on any number of threads.
///
/// An input or a model can't make it crash or run forever: what goes wrong at
/// run time, or exceeds a limit of RunOptions, is an InterpError at the
/// operation.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_INTERP_INTERPRETER_H
#define ONNC_INTERP_INTERPRETER_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"
#include "onnc/Support/Diagnostics.h"
#include <chrono>
#include <functional>

namespace onnc {

/// An error of a run: a diagnostic in the making.
class InterpError : public llvm::ErrorInfo<InterpError> {
public:
  static char ID;
  InterpError(DiagID id, DiagLocation location, std::string message)
      : id(id), location(std::move(location)), text(std::move(message)) {}

  DiagID getID() const { return id; }
  const DiagLocation &getLocation() const { return location; }
  /// Without the location.
  llvm::StringRef getMessage() const { return text; }

  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  DiagID id;
  DiagLocation location;
  std::string text;
};

/// A value doesn't have the type that was declared or inferred for it: either
/// the model promised something else, or inference is wrong.
class ContradictionError
    : public llvm::ErrorInfo<ContradictionError, InterpError> {
public:
  static char ID;
  using ErrorInfo::ErrorInfo;
};

/// Reports errors of a run, at their operations where they name one. Returns
/// failure if there was one.
LogicalResult reportRunError(DiagnosticEngine &engine, llvm::Error error);

/// What an observer learns of one executed operation.
struct OperationEvent {
  const Operation &op;
  llvm::ArrayRef<RuntimeValue> operands;
  llvm::ArrayRef<RuntimeValue> results;
  /// Spent in the kernel, bodies included.
  std::chrono::nanoseconds time;
};

struct RunOptions {
  /// Bytes of all computed tensors that may live at the same time.
  int64_t byteLimit = int64_t(16) << 30;
  /// Iterations that all loops of a run may make together.
  int64_t maxIterations = int64_t(1) << 28;
  /// Elementary steps (a product added to a sum, a comparison, an element
  /// written) that all kernels of a run may take together: sizes that fit into
  /// memory can still ask for years of work.
  int64_t maxWork = int64_t(1) << 44;
  /// Where random operators without a seed of their own start from.
  uint64_t seed = 0;
  /// Plain loops in place of the blocked, threaded kernels, which compute the
  /// same bits.
  bool naiveKernels = false;
  /// Check tiled programs as they run: what is read was written for the same
  /// coordinates and has arrived, parallel iterations don't get into each
  /// other's way (docs/TileIR.md, rules 2 to 4). Bounds are always checked.
  bool checkTiles = true;
  /// Storage of tiled programs lies where the memory plan of the module says:
  /// each memory is one arena of the planned size, whose bytes storage shares
  /// and overwrites. What is read of it must be its own (checkTiles), and what
  /// the plan doesn't place has memory of its own. An error without a plan.
  bool usePlan = false;
  /// Called after every operation, those of bodies included, inner ones first.
  std::function<void(const OperationEvent &)> observer;
};

using RuntimeValues = llvm::SmallVector<RuntimeValue, 4>;

/// Runs \p graph, whose IR is verified, on \p inputs in the order of its
/// arguments. They are checked against the declared types: kinds, element
/// types, ranks, dimensions, one value per symbol, and the symbols' ranges.
llvm::Expected<RuntimeValues> run(const Graph &graph,
                                  llvm::ArrayRef<RuntimeValue> inputs,
                                  const RunOptions &options = {});

/// Executes one operation on \p operands (one for each of its own; Absent
/// where an optional one is missing). For folding constants.
llvm::Expected<RuntimeValues> evaluate(const Operation &op,
                                       llvm::ArrayRef<RuntimeValue> operands,
                                       const RunOptions &options = {});

/// Is there a kernel for the operator?
bool isInterpretable(const OpInfo &info);

/// The names of all operators that have a kernel ("onnx.Add"), sorted.
std::vector<llvm::StringRef> getInterpretableOperators();

} // namespace onnc

#endif // ONNC_INTERP_INTERPRETER_H
