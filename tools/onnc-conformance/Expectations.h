//===- Expectations.h - What node tests may do ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_CONFORMANCE_EXPECTATIONS_H
#define ONNC_TOOLS_CONFORMANCE_EXPECTATIONS_H

#include "onnc/Interp/Compare.h"
#include "llvm/ADT/StringSet.h"

namespace onnc {

/// Why nothing is expected of models with the operator \p name ("Add",
/// "ai.onnx.ml.Scaler"); "" where they must pass. Skips.def.
llvm::StringRef getOperatorSkip(llvm::StringRef name);

/// Why nothing is expected of the test \p name where it runs on the target of
/// \p quadruple; "" where it must pass. Skips.def.
llvm::StringRef getTargetSkip(llvm::StringRef quadruple, llvm::StringRef name);

/// For the results of a model of \p operators ("onnx.Add"): the largest
/// tolerance that one of them has in Tolerances.def, at least that of ONNX's
/// test runner.
Tolerance getTolerance(const llvm::StringSet<> &operators);

/// What either of both allows.
Tolerance join(const Tolerance &a, const Tolerance &b);

/// Are the results random, so that they can't be compared?
bool isRandom(const llvm::StringSet<> &operators);

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_EXPECTATIONS_H
