//===- OperatorModel.h - Which operations a unit can run, and at what cost -*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A target answers two questions about each operation on a unit: can it run
/// there, and if not, why; and what does it cost. Partitioning, fusion and
/// scheduling ask only through this interface.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_MACHINE_OPERATORMODEL_H
#define ONNC_MACHINE_OPERATORMODEL_H

#include <cstdint>
#include <optional>
#include <string>

namespace onnc {

class Operation;

struct OperationCost {
  /// Time in cycles of the unit's clock, from the shapes of the operands.
  double cycles = 0;
  /// Multiply-accumulates (or elements, for what multiplies nothing).
  double work = 0;
  /// Bytes to and from the unit's main memory if nothing stays on chip.
  double bytes = 0;
};

class OperatorModel {
public:
  virtual ~OperatorModel() = default;

  /// Why \p op can't run on the unit, for the user ("kernels of rank 3 aren't
  /// supported"); nullopt where it can. An operation that can't has an
  /// infinite cost.
  virtual std::optional<std::string> getRefusal(const Operation &op) const = 0;

  /// Only for an operation without refusal.
  virtual OperationCost getCost(const Operation &op) const = 0;
};

} // namespace onnc

#endif // ONNC_MACHINE_OPERATORMODEL_H
