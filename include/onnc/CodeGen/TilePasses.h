//===- TilePasses.h - From kernels to tile programs -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The passes that lower tensors to the tile level for a machine, and what they
/// know of it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_TILEPASSES_H
#define ONNC_CODEGEN_TILEPASSES_H

#include "onnc/CodeGen/TileModel.h"
#include "onnc/Machine/Machine.h"
#include "onnc/Machine/OperatorModel.h"
#include "onnc/Pass/PassRegistry.h"

namespace onnc {

/// What is known of the unit; both outlive the passes.
struct TileMachine {
  const ProcessingUnit &unit;
  const TileModel &model;
  /// How much of each memory beside the cores tiles may fill: less than all of
  /// it where buffers that fit by their sizes found no offsets.
  int64_t scratchPercent = 100;
};

/// Where the tile pass leaves its estimate of a block's cycles, for reports: an
/// integer on tile.Block.
constexpr llvm::StringRef estimatedCyclesAttr = "onnc.cycles";

/// Marks the blocks that form-patches makes, a unit attribute of tile.Block:
/// inputs of the program that nothing else uses are loaded tile by tile from
/// where the caller has them (TileModel::getPortBuffer).
constexpr llvm::StringRef patchAttr = "onnc.patch";

} // namespace onnc

#include "onnc/CodeGen/TilePasses.h.inc"

namespace onnc {

/// Adds form-kernels, form-patches, form-blocks and tile. An error where they serve another
/// machine already.
llvm::Error registerTilePasses(PassRegistry &registry,
                               const ProcessingUnit &unit,
                               const TileModel &model);

/// The operator model of a target whose operators are kernels: what a kernel of
/// one operation is refused for, and what it costs.
class TileOperatorModel : public OperatorModel {
public:
  TileOperatorModel(const ProcessingUnit &unit, const TileModel &model)
      : unit(unit), model(model) {}
  std::optional<std::string> getRefusal(const Operation &op) const override;
  OperationCost getCost(const Operation &op) const override;

private:
  const ProcessingUnit &unit;
  const TileModel &model;
};

} // namespace onnc

#endif // ONNC_CODEGEN_TILEPASSES_H
