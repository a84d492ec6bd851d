//===- RuntimeFiles.h - The harness' sources, as text -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_BOARD_RUNTIMEFILES_H
#define ONNC_TARGET_CORTEXM_BOARD_RUNTIMEFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace onnc::cortexm {

/// A file of Runtime/, which is part of the library so that programs can be
/// built wherever it is installed.
struct RuntimeFile {
  llvm::StringRef name;
  llvm::StringRef text;
};

llvm::ArrayRef<RuntimeFile> getRuntimeFiles();
/// The text of one that there is.
llvm::StringRef getRuntimeFile(llvm::StringRef name);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_BOARD_RUNTIMEFILES_H
