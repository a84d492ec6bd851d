//===- Target.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/Target.h"

using namespace llvm;
using namespace onnc;

Error Target::emitDirectory(const Module &, StringRef kind, StringRef) const {
  return createStringError("'" + kind + "' is no directory");
}
