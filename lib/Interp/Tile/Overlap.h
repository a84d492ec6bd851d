//===- Overlap.h - Results over their operands ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A plan may let a computation write over what it reads. It is right where
/// going through the output in the order of its layout, and reading what an
/// element is computed from right before the element is written, finds every
/// byte as it was. The interpreter reads all of it first, which hides a
/// distance that is too small; so it is checked.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_OVERLAP_H
#define ONNC_LIB_INTERP_TILE_OVERLAP_H

#include "Storage.h"
#include "onnc/IR/KernelIndexing.h"

namespace onnc::interp {

/// A kernel is to compute \p boxes of \p targets from \p sources, which hold
/// what it reads; \p over as for KernelIndexing::getBoxes. Outputs are computed
/// one after another.
llvm::Error checkOverlap(const KernelIndexing &indexing,
                         llvm::ArrayRef<TileView> sources,
                         llvm::ArrayRef<TileView> targets,
                         llvm::ArrayRef<Box> boxes, llvm::ArrayRef<Range> over);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_OVERLAP_H
