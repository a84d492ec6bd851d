//===- CoreOps.h - The operators of the core --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Registers the operators that every context knows: builtin, ONNX (ai.onnx and
/// ai.onnx.ml), and the integer operators of quantized models.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_COREOPS_H
#define ONNC_IR_COREOPS_H

namespace onnc {

class Context;

/// Called by Context's constructor.
void registerCoreOps(Context &context);
/// Parts of it.
void registerOnnxOps(Context &context);
void registerOnnxMlOps(Context &context);
void registerQuantOps(Context &context);
void registerTileOps(Context &context);

} // namespace onnc

#endif // ONNC_IR_COREOPS_H
