//===- OnnxOps.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The table of the ONNX operators.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "onnc/IR/CoreOps.h"
#include "onnc/IR/Ops/Onnx.h"

using namespace onnc;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/IR/Ops/Onnx.cpp.inc"

void onnc::registerOnnxOps(Context &context) { context.registerOps(opTable); }
