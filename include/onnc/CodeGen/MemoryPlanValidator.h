//===- MemoryPlanValidator.h - Is this plan right? --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Checks a memory plan by looking at every pair of buffers that are live at
/// the same time. Shares no code with the planner.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_MEMORYPLANVALIDATOR_H
#define ONNC_CODEGEN_MEMORYPLANVALIDATOR_H

#include "llvm/Support/Error.h"

namespace onnc {

struct MemoryPlan;
struct MemoryProblem;

/// The first thing that is wrong with \p plan as a solution of \p problem: a
/// buffer without offset, outside the memory, misaligned or not where it is
/// fixed, two that share bytes at one time, a peak or lower bound that can't
/// be.
llvm::Error validatePlan(const MemoryProblem &problem, const MemoryPlan &plan);

} // namespace onnc

#endif // ONNC_CODEGEN_MEMORYPLANVALIDATOR_H
