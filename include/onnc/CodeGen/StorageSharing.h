//===- StorageSharing.h - Buffers that lie over others -----------*- C++ -*===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Which results lie over the operand that dies as they are written, and where
/// all buffers then go, apart from any IR. A result and its source stay at a
/// fixed distance: chains of them are placed as one, a shape that is as high at
/// each point in time as what is live of it. Deterministic.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_STORAGESHARING_H
#define ONNC_CODEGEN_STORAGESHARING_H

#include "onnc/CodeGen/MemoryPlanner.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace onnc {

/// Buffer \c result may begin \c distance bytes before buffer \c source, whose
/// lifespan ends during the operation that begins the result's.
struct SharingCandidate {
  unsigned source, result;
  /// Not negative, and a multiple of every alignment of the problem.
  int64_t distance;
};

struct SharedPlan {
  /// One for each buffer.
  std::vector<int64_t> offsets;
  int64_t peak = 0;
  /// The number of candidates that are followed.
  unsigned numShared = 0;
};

/// Plans \p problem, none of whose buffers has a fixed offset, by heuristics. A
/// buffer follows one candidate at most, and is followed by one. Time grows
/// with the square of the number of buffers, and up to a limit with that of
/// choices among candidates.
SharedPlan planShared(const MemoryProblem &problem,
                      llvm::ArrayRef<SharingCandidate> candidates);

/// No plan has a smaller peak, whichever of the candidates it follows.
int64_t computeSharedBound(const MemoryProblem &problem,
                           llvm::ArrayRef<SharingCandidate> candidates);

} // namespace onnc

#endif // ONNC_CODEGEN_STORAGESHARING_H
