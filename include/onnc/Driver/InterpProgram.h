//===- InterpProgram.h - A model in the interpreter -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_INTERPPROGRAM_H
#define ONNC_DRIVER_INTERPPROGRAM_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Target/Program.h"

namespace onnc {

/// The graph "main" of \p module, run by the reference interpreter. The module
/// must have one and outlive the program.
std::unique_ptr<Program> createInterpProgram(Module &module,
                                             const RunOptions &options = {});

/// What the user is told of a value of type \p type.
ProgramValueInfo describeValue(llvm::StringRef name, Type type);

} // namespace onnc

#endif // ONNC_DRIVER_INTERPPROGRAM_H
