//===- ScheduleFile.h - Fusion blocks as JSON -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A schedule file says which layers make a fusion block, on how many cores,
/// and how they are cut; exactly what the attributes of tile.Block say:
///
///   {"blocks": [{"name": "stem",
///                "layers": ["conv1", "pool1"],
///                "model_parallelism": 32,
///                "tile": [1, 64, 8, 112],
///                "split": [1, 1, 14, 1],
///                "reduction": []}]}
///
/// A layer is a call of a kernel, named as its ONNX node is (the first of those
/// that it fused), else as its first result. All but "layers" may be left out.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_SCHEDULEFILE_H
#define ONNC_CODEGEN_SCHEDULEFILE_H

#include "onnc/IR/Ops/Tile.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnc {

struct BlockSchedule {
  std::string name;
  std::vector<std::string> layers;
  int64_t modelParallelism = 0; ///< 0: not said
  std::vector<int64_t> tile, split, reduction;
};

/// The name of a tile.Call in schedules.
std::string getLayerName(const Operation &call);

/// Reads text; errors name the place ("blocks[2].tile[0]: …").
llvm::Expected<std::vector<BlockSchedule>> parseSchedule(llvm::StringRef json);

/// What the blocks of \p graph say, on the tensor level or the tile level.
std::vector<BlockSchedule> getSchedule(const Graph &graph);
void writeSchedule(llvm::ArrayRef<BlockSchedule> blocks, llvm::raw_ostream &os);

} // namespace onnc

#endif // ONNC_CODEGEN_SCHEDULEFILE_H
