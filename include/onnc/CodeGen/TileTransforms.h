//===- TileTransforms.h - Rewrites of the tile level ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// TileTransforms.td is the list; the generated part has their base classes
/// and registerTileTransformsPasses.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILETRANSFORMS_H
#define ONNC_CODEGEN_TILETRANSFORMS_H

#include "onnc/Pass/PassRegistry.h"

#include "onnc/CodeGen/TileTransforms.h.inc"

namespace onnc {

/// The attribute (unit) of a tile.Alloc that has room for one instance only.
inline constexpr llvm::StringLiteral singleAttr = "onnc.single";

} // namespace onnc

#endif // ONNC_CODEGEN_TILETRANSFORMS_H
