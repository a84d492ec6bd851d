//===- Rewrite.h - Spills become copies -------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Carries out how a storage is kept: explicit copies between memories, blocks
/// that run again, buffers in another memory.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SPILL_REWRITE_H
#define ONNC_LIB_CODEGEN_SPILL_REWRITE_H

#include "Storages.h"

namespace onnc::spill {

/// Operations that were added.
struct RewriteCounts {
  unsigned stores = 0, fetches = 0, remakes = 0;
  /// Accesses in the next memory.
  unsigned elsewhere = 0;
};

void applyWay(const Storage &storage, const Way &way,
              const MemoryPair &memories, RewriteCounts &counts);

} // namespace onnc::spill

#endif // ONNC_LIB_CODEGEN_SPILL_REWRITE_H
