//===- Passes.h - Target-neutral rewrites -----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Passes.td is the list; the generated part has their base classes and
/// registerTransformsPasses.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PASSES_H
#define ONNC_TRANSFORMS_PASSES_H

#include "onnc/Pass/PassRegistry.h"

#include "onnc/Transforms/Passes.h.inc"

#endif // ONNC_TRANSFORMS_PASSES_H
