//===- Verifier.h - Is this IR well-formed? ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Verifier.cpp opens with the list of all invariants.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_VERIFIER_H
#define ONNC_IR_VERIFIER_H

#include "llvm/Support/LogicalResult.h"

namespace onnc {

class Module;
class Operation;

/// Checks every invariant of the module; reports each violation as a
/// diagnostic at its operation.
llvm::LogicalResult verify(Module &module);

} // namespace onnc

#endif // ONNC_IR_VERIFIER_H
