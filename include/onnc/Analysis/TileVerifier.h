//===- TileVerifier.h - The rules of the tile level -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The rules between operations of a tiled program (docs/TileIR.md), as far as
/// they can be decided without running it. Reports nothing that isn't wrong:
/// what is undecided here the interpreter finds when the program runs.
///
/// Decided for all iterations:
///  - a token has one use, which waits for it or hands it on, in the region
///    that defines it or at the end of a loop's body;
///  - a copy that outlives an iteration needs no storage of that iteration;
///  - constants aren't written; partial results are in a wide type.
///
/// Decided at points, that is, with values for the counters of the loops around
/// an operation: at all points where there are at most 64, else at those that
/// take the first, second, last but one and last value of each counter, or as
/// many of these as 64 allow:
///  - slices lie in their source, and what a computation reads (followed
///  through
///    its kernel's indexing) in the boxes of its operands;
///  - nothing touches the target, or writes the source, of a copy that hasn't
///    been waited for: those of the same iteration and those that a loop's
///    tokens stand for, any number of iterations back;
///  - of neighbouring iterations of a ForAll, and of the first and last,
///  neither
///    writes what the other reads or writes, with the first and last values of
///    the counters of loops inside.
///
/// Boxes are affine functions of the counters, so most mistakes show at these
/// points. Left to the interpreter is what storage holds (rule 3), elements
/// that are seen under two shapes at the same time (tile.Reshape), and mistakes
/// at other points.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_ANALYSIS_TILEVERIFIER_H
#define ONNC_ANALYSIS_TILEVERIFIER_H

#include "onnc/IR/Module.h"
#include "llvm/Support/LogicalResult.h"

namespace onnc {

/// \p module must be verified. Reports each violation at its operation (once
/// for each operation and rule); fails if there were any.
llvm::LogicalResult verifyTiles(Module &module);

} // namespace onnc

#endif // ONNC_ANALYSIS_TILEVERIFIER_H
