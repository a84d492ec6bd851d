//===- OnnxMlOps.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The table of the operators of ai.onnx.ml.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "onnc/IR/CoreOps.h"
#include "onnc/IR/Ops/OnnxMl.h"

using namespace onnc;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/IR/Ops/OnnxMl.cpp.inc"

void onnc::registerOnnxMlOps(Context &context) { context.registerOps(opTable); }
