//===- ProgramEmitter.h - Tile programs as C --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_PROGRAMEMITTER_H
#define ONNC_TARGET_CORTEXM_EMIT_PROGRAMEMITTER_H

#include "../Artifact/Artifact.h"

namespace onnc {
class Module;
}

namespace onnc::cortexm {

/// The artifact of \p module, a tile program whose buffers have places. \p name
/// is what files and symbols are called after. An error where the program holds
/// what there is no code for.
llvm::Expected<ArtifactContents> emitProgram(const Module &module,
                                             llvm::StringRef name,
                                             const Processor &processor);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_PROGRAMEMITTER_H
