//===- AsmParser.h - Text to IR ---------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Parses the textual form that Module::print writes (docs/IR.md has the
/// grammar).
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_ASMPARSER_H
#define ONNC_IR_ASMPARSER_H

#include "onnc/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

namespace onnc {

/// Parses and verifies \p text. Errors are reported with line, column and
/// caret; null then. \p fileName is for messages; a module that refers to a
/// side file of constants names it relative to \p directory.
std::unique_ptr<Module> parseModule(Context &context, llvm::StringRef text,
                                    llvm::StringRef fileName,
                                    llvm::StringRef directory = ".");

/// Reads and parses a file ("-": standard input).
std::unique_ptr<Module> parseModuleFile(Context &context, llvm::StringRef path);

/// Parses one attribute ("[1, 1]"); null, with the error reported, if it isn't
/// one. For defaults in operator records and pass options.
Attribute parseAttribute(Context &context, llvm::StringRef text);
/// The same for a type.
Type parseType(Context &context, llvm::StringRef text);

} // namespace onnc

#endif // ONNC_IR_ASMPARSER_H
