//===- Passes.h - Passes that serve every machine ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Passes.td is the list. A target adds them, bound to what it says of its
/// machine, in its Target::registerPasses.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_PASSES_H
#define ONNC_CODEGEN_PASSES_H

#include "onnc/CodeGen/MachineModel.h"
#include "onnc/Pass/PassRegistry.h"

#include "onnc/CodeGen/Passes.h.inc"

namespace onnc {

/// Adds partition, schedule and allocate for \p machine, and the validators
/// that --verify-each runs. The arguments must outlive the registry, which can
/// hold these passes for one machine only.
llvm::Error registerCodeGenPasses(PassRegistry &registry,
                                  const Machine &machine,
                                  const OperatorModel &operators,
                                  const BufferModel &buffers);

} // namespace onnc

#endif // ONNC_CODEGEN_PASSES_H
