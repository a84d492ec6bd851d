//===- CopyCode.h - Copies between memories ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_COPYCODE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_COPYCODE_H

#include "CoreCode.h"
#include "DeviceView.h"

namespace onnc::mlu {

/// Copies the elements that \p source and \p target have in common. \p group:
/// the cores that load the same at the same time, a bit each; 0: this one
/// alone. An error where the machine can't: from WRAM other than to device
/// memory, or within device memory.
llvm::Error emitCopy(CoreCode &code, const DeviceView &source,
                     const DeviceView &target, uint32_t group);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_COPYCODE_H
