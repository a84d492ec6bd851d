//===- TensorPasses.h - Memory of the tensor level --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// TensorPasses.td is the list; the generated part has their base classes and
/// registerTensorMemoryPasses.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TENSORPASSES_H
#define ONNC_CODEGEN_TENSORPASSES_H

#include "onnc/Pass/PassRegistry.h"

#include "onnc/CodeGen/TensorPasses.h.inc"

#endif // ONNC_CODEGEN_TENSORPASSES_H
