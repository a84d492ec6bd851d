//===- Abacus.h - The Abacus, a toy accelerator -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#pragma once

#include "onnc/IR/Builder.h"
#include "onnc/Machine/OperatorModel.h"
#include "onnc/Pass/PassRegistry.h"
#include "onnc/Target/Program.h"

// What is generated from the records stands in onnc's namespace for operators,
// and in the group's for passes.
#include "abacus/Ops.h.inc"
#include "abacus/Passes.h.inc"

namespace abacus {

/// Why \p op can't run; nullopt where it can. The operator model tells it to
/// the partitioner, and the selection relies on it.
std::optional<std::string> getRefusal(const onnc::Operation &op);

/// Programs are text, one instruction a line, that starts with this line:
///   CONST <offset> <value>…              weights
///   INPUT|OUTPUT <name> <offset> <rank> <dim>…
///   ADD|MUL|MAX <y> <a> <b> <elements of a> <elements of b>
///   MATMUL <y> <a> <b> <M> <K> <N>
/// Offsets count bytes, and are what onnc's allocator chose.
constexpr llvm::StringLiteral programHeader = "ABACUS 1\n";

llvm::Error emitProgram(const onnc::Module &module, llvm::raw_ostream &os);

/// The simulator.
llvm::Expected<std::unique_ptr<onnc::Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> file);

constexpr int64_t memorySize = 64 << 10;

} // namespace abacus
