//===- Assembler.h - MLU assembly -------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Code objects as text. The assembler and the disassembler are inverse: the
/// text of a disassembled object assembles to the same object, and prints as
/// the same text.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_ASSEMBLER_H
#define ONNC_TARGET_MLU_ASSEMBLER_H

#include "onnc/Target/MLU/CodeObject.h"

namespace llvm {
class SourceMgr;
}

namespace onnc::mlu {

/// Assembles the main file of \p source. Every error is reported through it,
/// with its place; then there is no object. Labels are resolved; the object
/// is not validated further.
std::optional<CodeObject> assemble(llvm::SourceMgr &source);

struct DisassembleOptions {
  bool showEncoding = false; ///< Each instruction's word in a comment.
  bool constants = true;     ///< Constants' bytes.
};

/// Prints \p object as assembly. Words that don't decode are errors.
llvm::Error disassemble(const CodeObject &object, llvm::raw_ostream &os,
                        const DisassembleOptions &options = {});

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_ASSEMBLER_H
