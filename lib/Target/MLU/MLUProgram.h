//===- MLUProgram.h - A code object as a program ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_MLUPROGRAM_H
#define ONNC_TARGET_MLU_MLUPROGRAM_H

#include "onnc/Target/Target.h"
#include "llvm/Support/MemoryBuffer.h"

namespace onnc::mlu {

/// Loads a code object into the simulator.
llvm::Expected<std::unique_ptr<onnc::Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> file, const LoadOptions &);

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_MLUPROGRAM_H
