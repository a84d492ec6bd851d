//===- Program.h - A compiled model that can be run -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What onnc-run runs: an output of a target on its simulator or on the host,
/// or a model in the interpreter. Inputs and outputs are host tensors; layouts
/// and element types of the device are the program's own business.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_PROGRAM_H
#define ONNC_TARGET_PROGRAM_H

#include "onnc/Interp/Compare.h"
#include "onnc/Interp/RuntimeValue.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace onnc {

/// An input or output as the user sees it.
struct ProgramValueInfo {
  std::string name;
  /// As declared by the model ("tensor<1x1x28x28xf32>").
  std::string type;
  /// Of a tensor; nothing for sequences and other types.
  std::optional<ElementType> elementType;
  /// The sizes, -1 where the model leaves one open; nullopt: rank unknown.
  std::optional<llvm::SmallVector<int64_t, 6>> shape;

  /// A tensor of static shape.
  static ProgramValueInfo ofTensor(llvm::StringRef name, ElementType element,
                                   llvm::ArrayRef<int64_t> shape);
  /// For such a tensor: an error that names it where \p value has another
  /// element type or shape.
  llvm::Error checkTensor(const RuntimeValue &value) const;
};

class Program {
public:
  virtual ~Program() = default;

  virtual llvm::ArrayRef<ProgramValueInfo> getInputs() const = 0;
  virtual llvm::ArrayRef<ProgramValueInfo> getOutputs() const = 0;

  /// Runs once. \p inputs in the order of getInputs(); wrong types and shapes
  /// are errors that name the input.
  virtual llvm::Expected<std::vector<RuntimeValue>>
  run(llvm::ArrayRef<RuntimeValue> inputs) = 0;

  /// Runs once for the inputs of each element of \p batch, which isn't empty.
  /// For programs that are expensive to start; by default run() after run().
  virtual llvm::Expected<std::vector<std::vector<RuntimeValue>>>
  runEach(llvm::ArrayRef<std::vector<RuntimeValue>> batch);

  /// How far results may lie from the interpreter's, for the precision that it
  /// computes with.
  virtual Tolerance getTolerance() const { return {1e-5, 1e-4}; }

  /// What the last run cost, for people: cycles, utilisation, bytes, whatever
  /// the machine counts; with \p byOperator also a table by operator. Says
  /// so where nothing is counted.
  virtual void printReport(llvm::raw_ostream &os, bool byOperator) const {
    os << "nothing is counted where this program runs\n";
  }
  /// Records the timelines of the runs to come, for writeTrace(). An error
  /// where there are none.
  virtual llvm::Error enableTrace() {
    return llvm::createStringError("this program records no timeline");
  }
  /// After enableTrace(): the last run's timeline in Chrome's trace format.
  /// Complete events of the category "launch" are those of the blocks, in order
  /// (Report::measure reads them).
  virtual void writeTrace(llvm::raw_ostream &os) const {}
};

} // namespace onnc

#endif // ONNC_TARGET_PROGRAM_H
