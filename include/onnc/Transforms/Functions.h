//===- Functions.h - Operators that ONNX defines by others ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_FUNCTIONS_H
#define ONNC_TRANSFORMS_FUNCTIONS_H

#include "onnc/IR/OpInfo.h"

namespace onnc {

/// Has expand-functions a definition of the operator? It may not apply to
/// every instance.
bool isFunction(const OpInfo &info);

} // namespace onnc

#endif // ONNC_TRANSFORMS_FUNCTIONS_H
