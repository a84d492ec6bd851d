//===- TilePasses.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TilePasses.h"

#include "onnc/CodeGen/TilePasses.cpp.inc"

using namespace llvm;
using namespace onnc;

Error onnc::registerTilePasses(PassRegistry &registry,
                               const ProcessingUnit &unit,
                               const TileModel &model) {
  if (registry.lookup(TileBase::getPassInfo().name))
    return createStringError(
        "the passes of the tile level already serve another machine");
  return registerTileLoweringPasses(registry, TileMachine{unit, model});
}
