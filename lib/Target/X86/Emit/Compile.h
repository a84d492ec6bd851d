//===- Compile.h - From LLVM IR to machine code -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_EMIT_COMPILE_H
#define ONNC_LIB_TARGET_X86_EMIT_COMPILE_H

#include "Program.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

namespace onnc::x86 {

using ObjectFile = llvm::SmallVector<char, 0>;

/// Optimizes and compiles every module, on as many threads as there are, to
/// relocatable objects.
llvm::Expected<std::vector<ObjectFile>> compileProgram(IRProgram &program,
                                                       const Processor &cpu);

/// The modules as text, one behind the other, optimized.
llvm::Error printProgram(IRProgram &program, const Processor &cpu,
                         llvm::raw_ostream &os);

/// An object that defines \p symbol as the bytes of the file \p path, in a
/// section of read-only data.
llvm::Expected<ObjectFile> wrapFile(llvm::StringRef symbol,
                                    llvm::StringRef path);

/// An object with \p text, zero-terminated, in a section that stays in the
/// linked file.
llvm::Expected<ObjectFile> wrapText(llvm::StringRef section,
                                    llvm::StringRef text);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_EMIT_COMPILE_H
