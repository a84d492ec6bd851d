//===- Abacus.h - The Abacus, a toy accelerator -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "onnc/IR/Builder.h"
#include "onnc/Machine/OperatorModel.h"
#include "onnc/Pass/PassRegistry.h"
#include "onnc/Target/Target.h"

// Generated from the records.
#include "abacus/Ops.h.inc"
#include "abacus/Passes.h.inc"

namespace onnc::abacus {

/// Bytes of the only memory.
constexpr int64_t memorySize = 64 << 10;

/// Why \p op can't run; nullopt where it can. The operator model tells it to
/// the partitioner, and the selection relies on it.
std::optional<std::string> getRefusal(const Operation &op);

/// Programs are text, one instruction a line, that starts with this line:
///   CONST <y> <word>...                   weights: the bits of each, decimal
///   INPUT|OUTPUT <name> <y> <dim>...
///   ADD|MUL|MAX <y> <a> <b> <elements of a> <elements of b>
///   MATMUL <y> <a> <b> <M> <K> <N>
/// y, a and b are offsets in bytes, chosen by onnc's allocator.
constexpr llvm::StringLiteral programHeader = "ABACUS 1\n";

/// Writes an allocated module. An error where a port's name can't stand in a
/// program.
llvm::Error emitProgram(const Module &module, llvm::raw_ostream &os);

/// Loads a program into the simulator. The file starts with programHeader and
/// may be hostile otherwise: errors name the line.
llvm::Expected<std::unique_ptr<Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> file,
            const onnc::LoadOptions &);

} // namespace onnc::abacus
