//===- Program.h - LLVM IR of a tile program --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Turns an allocated program of the tile level into LLVM modules: one with the
/// entries and the blocks' loops, and others with the leaves, each of which can
/// be compiled by a thread of its own.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_EMIT_PROGRAM_H
#define ONNC_LIB_TARGET_X86_EMIT_PROGRAM_H

#include "../Processor.h"
#include "onnc/IR/Module.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace onnc::x86 {

/// A module and the context that owns its types.
struct IRModule {
  IRModule(llvm::StringRef name);
  IRModule(IRModule &&);
  ~IRModule();

  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

/// Constants, as the program wants them in memory.
struct Weights {
  struct Piece {
    int64_t offset;
    ConstantAttr value;
    BufferType type;
  };
  std::vector<Piece> pieces;
  int64_t bytes = 0;

  /// Adds a constant once, and returns its offset.
  int64_t add(ConstantAttr value, BufferType type);
  /// All of it, laid out and padded with zeros.
  std::vector<char> pack() const;
};

struct IRProgram {
  /// What all global symbols start with, an identifier of C.
  std::string prefix;
  std::vector<IRModule> modules;
  Weights weights;
  /// Where inputs and intermediate tensors live, and what each thread has for
  /// itself, in bytes.
  int64_t arenaBytes = 0;
  int64_t localBytes = 0;
};

/// The symbol of the weights, which the program declares.
std::string getWeightsSymbol(const IRProgram &program);

/// \p module must be allocated. \p leafModules: into how many modules leaves
/// are divided at most.
llvm::Expected<IRProgram> emitProgram(const Module &module,
                                      const Processor &processor,
                                      unsigned leafModules);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_EMIT_PROGRAM_H
