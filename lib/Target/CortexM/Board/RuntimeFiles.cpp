//===- RuntimeFiles.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFiles.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

ArrayRef<RuntimeFile> cortexm::getRuntimeFiles() {
  static constexpr RuntimeFile files[] = {
#define RUNTIME_FILE(NAME, TEXT) {NAME, TEXT},
#include "onnc/Target/CortexM/RuntimeFiles.inc"
  };
  return files;
}

StringRef cortexm::getRuntimeFile(StringRef name) {
  return find_if(getRuntimeFiles(), [&](const RuntimeFile &file) {
           return file.name == name;
         })->text;
}
