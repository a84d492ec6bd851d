//===- OnnxMl.h - Views of the operators of ai.onnx.ml ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXML_H
#define ONNC_IR_OPS_ONNXML_H

#include "onnc/IR/Builder.h"

#include "onnc/IR/Ops/OnnxMl.h.inc"

#endif // ONNC_IR_OPS_ONNXML_H
