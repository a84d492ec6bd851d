//===- Backends.h - The generators of onnc-tblgen ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Each generator is one .cpp that registers itself with
/// llvm::TableGen::Emitter::OptClass under its --gen-* flag. Helpers that they
/// share stand here.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_TBLGEN_BACKENDS_H
#define ONNC_TOOLS_TBLGEN_BACKENDS_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace onnc::tblgen {

/// "kernel_shape" or "auto-pad" → "KernelShape", "AutoPad".
std::string toCamelCase(llvm::StringRef name);

/// A C++ string literal holding \p text, quotes included.
std::string quoted(llvm::StringRef text);

} // namespace onnc::tblgen

#endif // ONNC_TOOLS_TBLGEN_BACKENDS_H
