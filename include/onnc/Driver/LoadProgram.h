//===- LoadProgram.h - From a compiled module to what runs ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_LOADPROGRAM_H
#define ONNC_DRIVER_LOADPROGRAM_H

#include "onnc/Driver/Compiler.h"

namespace onnc {

/// Emits \p module, which has gone through the pipeline of \p compiler's
/// target, in that target's default form, and loads it again. Files that this
/// takes are gone when it returns. Null, with the errors reported, where that
/// fails or such programs can't be run here.
std::unique_ptr<Program> loadProgram(Compiler &compiler, const Module &module,
                                     const TargetRegistry &targets,
                                     const LoadOptions &options);

} // namespace onnc

#endif // ONNC_DRIVER_LOADPROGRAM_H
