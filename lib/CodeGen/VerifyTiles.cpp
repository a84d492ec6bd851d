//===- VerifyTiles.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/TileVerifier.h"
#include "onnc/CodeGen/TileTransforms.h"

using namespace llvm;
using namespace onnc;

namespace {
class VerifyTiles : public VerifyTilesBase {
public:
  PassResult run(Module &module, PassContext &context) const override {
    if (failed(verifyTiles(module)))
      return PassResult::error();
    return PassResult::unchanged();
  }
};
} // namespace

std::unique_ptr<Pass> onnc::createVerifyTilesPass() {
  return std::make_unique<VerifyTiles>();
}
