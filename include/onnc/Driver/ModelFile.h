//===- ModelFile.h - Models in files ----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A model is an ONNX file or the IR as text; contents tell, not names.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_MODELFILE_H
#define ONNC_DRIVER_MODELFILE_H

#include "onnc/IR/Module.h"
#include "onnc/Import/ONNX/Import.h"

namespace onnc {

/// Reads either kind ("-": standard input). Null, with the errors reported,
/// where it can't be read.
std::unique_ptr<Module> loadModel(Context &context, llvm::StringRef path,
                                  const ImportOptions &options = {});

/// The same from \p bytes, which stand in \p path ("-": standard input) from
/// line \p firstLine on: places in text are counted from there, and files that
/// the model refers to are looked for beside it.
std::unique_ptr<Module> readModel(Context &context, llvm::StringRef bytes,
                                  llvm::StringRef path, unsigned firstLine = 1);

} // namespace onnc

#endif // ONNC_DRIVER_MODELFILE_H
