//===- Operators.h - Which operators have code ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_OPERATORS_H
#define ONNC_TARGET_CORTEXM_EMIT_OPERATORS_H

#include "onnc/CodeGen/TileModel.h"
#include "onnc/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>

namespace onnc {
class Graph;
}

namespace onnc::cortexm {

/// Why there is no code for \p op; nullopt where there is.
std::optional<std::string> getOperatorRefusal(const Operation &op);
/// The same for operators computed together: the first may be any, the others
/// work on its result element by element.
std::optional<std::string> getKernelRefusal(const Graph &kernel);

/// TileModel::getLeafOrder.
LeafOrder getLeafOrder(const Graph &kernel, unsigned input, BufferType source,
                       BufferType result);

/// An operator whose result's elements depend on one element of each operand.
bool isScalarOperator(const Operation &op);
/// The operator as an expression of C: \p operands are variables or literals,
/// "" where one is absent. Empty where there is no such expression.
std::string getScalarExpression(const Operation &op,
                                llvm::ArrayRef<std::string> operands);

/// The one number that operand \p i of \p op is, as a constant; nullopt where
/// it is absent or isn't one.
std::optional<double> getConstantOperand(const Operation &op, unsigned i);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_OPERATORS_H
