//===- LoadModule.h - Modules from files ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The one place where onnc-opt turns bytes into a module.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_OPT_LOADMODULE_H
#define ONNC_TOOLS_OPT_LOADMODULE_H

#include "onnc/IR/Module.h"

namespace onnc {

/// Parses and verifies \p text, which stands in \p path from line
/// \p firstLine on. Null, with the errors reported, where it isn't a module.
std::unique_ptr<Module> loadModule(Context &context, llvm::StringRef text,
                                   llvm::StringRef path,
                                   unsigned firstLine = 1);

} // namespace onnc

#endif // ONNC_TOOLS_OPT_LOADMODULE_H
