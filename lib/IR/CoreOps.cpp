//===- CoreOps.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/CoreOps.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Ops/Builtin.h"

using namespace onnc;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/IR/Ops/Builtin.cpp.inc"

void onnc::registerCoreOps(Context &context) {
  context.registerOps(opTable);
  registerOnnxOps(context);
  registerOnnxMlOps(context);
  registerQuantOps(context);
  registerTileOps(context);
}
