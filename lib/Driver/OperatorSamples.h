//===- OperatorSamples.h - Small models of one operator ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Whether something can execute an operator depends on shapes, attributes and
/// which operands are constants, so it is asked with instances: usual ones,
/// that the operator's users would expect to run.
///
/// An operator without samples of its own is tried with operands of one shape,
/// which suits all that work element by element or along an axis.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_DRIVER_OPERATORSAMPLES_H
#define ONNC_LIB_DRIVER_OPERATORSAMPLES_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"
#include <vector>

namespace onnc {

/// The operand or result whose element type names an instance's: the first
/// that has a choice. nullptr where the operator has neither operands nor
/// results.
const ValueInfo *getLeadingValue(const OpInfo &info);

/// The element types that the leading value may have, bit i for ElementType i.
uint64_t getLeadingTypes(const OpInfo &info);

struct OperatorSample {
  /// Imported and verified. Its graph "main" has one operation besides
  /// constants that are its operands, and gives all its results.
  std::unique_ptr<Module> module;
  Operation *op;
};

/// Samples of \p info whose leading value is of type \p type; likelier ones
/// first. First all operands are inputs of the graph but those that say what is
/// to be done (a shape, axes); then all behind the first are constants.
std::vector<OperatorSample> makeSamples(Context &context, const OpInfo &info,
                                        ElementType type);

/// Values for the inputs of \p graph, that of a sample: ones.
llvm::SmallVector<RuntimeValue, 4> makeSampleInputs(const Graph &graph);

} // namespace onnc

#endif // ONNC_LIB_DRIVER_OPERATORSAMPLES_H
