//===- MemoryProblemFile.h - Memory problems as CSV files -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The format of MiniMalloc (Moffitt, ASPLOS 2023): a header that names the
/// columns, then one buffer per line. Columns are id, lower, upper and size, in
/// any order, and optionally alignment and offset. Lifespans are half-open.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_MEMORYPROBLEMFILE_H
#define ONNC_CODEGEN_MEMORYPROBLEMFILE_H

#include "onnc/CodeGen/MemoryPlanner.h"
#include "llvm/Support/raw_ostream.h"

namespace onnc {

/// Reads \p text; an offset in it is a fixed one. Errors begin with
/// "fileName:line:". The problem is sound in the sense of checkProblem.
llvm::Expected<MemoryProblem> readMemoryProblem(llvm::StringRef text,
                                                llvm::StringRef fileName);

/// Writes the buffers with the offsets of \p plan.
void writeMemoryPlan(const MemoryProblem &problem, const MemoryPlan &plan,
                     llvm::raw_ostream &os);

} // namespace onnc

#endif // ONNC_CODEGEN_MEMORYPROBLEMFILE_H
