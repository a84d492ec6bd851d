//===- EmitTiles.h - From tile programs to code objects ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The last step: each tile.Block of an allocated module becomes a launch, its
/// loops written out, every core's iterations a program of its own.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_EMITTILES_H
#define ONNC_LIB_TARGET_MLU_COMPILER_EMITTILES_H

#include "onnc/Target/MLU/CodeObject.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc {
class Module;
}

namespace onnc::mlu {

/// Constants of the object may refer to those of \p module, which must outlive
/// it. An error where the module isn't allocated, or holds what the machine
/// can't do, as modules written by hand can.
llvm::Expected<CodeObject> emitTiles(const Module &module,
                                     const MachineParams &machine);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_EMITTILES_H
