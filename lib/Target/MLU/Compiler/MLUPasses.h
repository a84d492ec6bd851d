//===- MLUPasses.h - The MLU's passes ---------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_MLUPASSES_H
#define ONNC_TARGET_MLU_COMPILER_MLUPASSES_H

#include "onnc/Pass/PassRegistry.h"
#include "onnc/Target/MLU/Machine.h"

#include "onnc/Target/MLU/MLUPasses.h.inc"

#endif // ONNC_TARGET_MLU_COMPILER_MLUPASSES_H
