//===- Divergence.h - Where a compiled program goes astray ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_DIVERGENCE_H
#define ONNC_DRIVER_DIVERGENCE_H

#include "onnc/Driver/Runner.h"

namespace onnc {

/// Compiles \p module again with every value of the tensor level as an output,
/// runs it and the interpreter on \p inputs, and names the first value that
/// differs on \p os. Says so where none does (then operations that were fused
/// must be to blame).
LogicalResult locateDivergence(const Module &module,
                               const TargetRegistry &targets,
                               const RunConfig &config,
                               llvm::ArrayRef<RuntimeValue> inputs,
                               Tolerance tolerance, llvm::raw_ostream &os);

} // namespace onnc

#endif // ONNC_DRIVER_DIVERGENCE_H
