//===- BoardProgram.h - An artifact on an emulated board --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_BOARD_BOARDPROGRAM_H
#define ONNC_TARGET_CORTEXM_BOARD_BOARDPROGRAM_H

#include "onnc/Target/Target.h"
#include "llvm/Support/MemoryBuffer.h"

namespace onnc::cortexm {

/// Builds the artifact whose manifest is \p manifest for the board that
/// \p options names, or else for the default one of its processor.
llvm::Expected<std::unique_ptr<Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> manifest,
            const LoadOptions &options);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_BOARD_BOARDPROGRAM_H
