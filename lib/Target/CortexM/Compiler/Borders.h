//===- Borders.h - Tensors in the caller's memory ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Inputs are read and outputs written where the caller has them, if that is
/// how the program would lay them out. Both the allocator, which has nothing to
/// place then, and the emitter ask here.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_COMPILER_BORDERS_H
#define ONNC_TARGET_CORTEXM_COMPILER_BORDERS_H

#include "onnc/IR/Ops/Tile.h"
#include <optional>

namespace onnc::cortexm {

/// Elements lie as in the caller's array.
bool isCallersInput(tile::InputOp input);

/// The number of the output of the program that the result of \p alloc, an
/// operation of the graph, is, if it is computed in the caller's array; nullopt
/// where it has room of its own.
std::optional<unsigned> getCallersOutput(const Operation &alloc);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_COMPILER_BORDERS_H
