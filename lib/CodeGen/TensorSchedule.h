//===- TensorSchedule.h - Scheduling by the sizes of tensors ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The scheduling problem of a graph of the tensor level, for no machine: the
/// cost model that TensorPasses.td describes.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TENSORSCHEDULE_H
#define ONNC_LIB_CODEGEN_TENSORSCHEDULE_H

#include "RegionTasks.h"
#include "onnc/Support/Diagnostics.h"

namespace onnc {

class Graph;

struct TensorCostOptions {
  bool fuse = true;
  bool inPlace = true;
};

/// nullopt, with the error reported, where the size of a tensor isn't known.
std::optional<RegionTasks> buildTensorTasks(const Graph &graph,
                                            const TensorCostOptions &options);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TENSORSCHEDULE_H
