//===- DescribeMachine.h - The MLU for generic passes -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_DESCRIBEMACHINE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_DESCRIBEMACHINE_H

#include "onnc/Machine/Machine.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc::mlu {

/// The generic description of \p params; NRAM less what the emitter keeps.
Machine describeMachine(const MachineParams &params);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_DESCRIBEMACHINE_H
