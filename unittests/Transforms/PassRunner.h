//===- PassRunner.h - Passes before and after -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TRANSFORMS_PASSRUNNER_H
#define ONNC_UNITTESTS_TRANSFORMS_PASSRUNNER_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassRegistry.h"

namespace onnc {

/// Runs \p pipeline, of passes of lib/Transforms, on \p module, verified after
/// each pass.
LogicalResult runPasses(Module &module, llvm::StringRef pipeline);

/// Runs \p pipeline on a copy of \p module and both through the interpreter.
/// Returns how their outputs differ, or what went wrong; "" where they agree.
std::string comparePasses(Module &module, llvm::StringRef pipeline,
                          llvm::ArrayRef<RuntimeValue> inputs,
                          Tolerance tolerance = {});

/// The number of operations named \p name, bodies included.
unsigned countOperations(Module &module, llvm::StringRef name);

/// All text of \p module.
std::string toText(const Module &module);

} // namespace onnc

#endif // ONNC_UNITTESTS_TRANSFORMS_PASSRUNNER_H
