//===- MLUPasses.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUPasses.h"

using namespace onnc;

#include "onnc/Target/MLU/MLUPasses.cpp.inc"
