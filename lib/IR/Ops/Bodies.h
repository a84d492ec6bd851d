//===- Bodies.h - Inference into the bodies of operators --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IR_OPS_BODIES_H
#define ONNC_LIB_IR_OPS_BODIES_H

#include "InferUtil.h"

namespace onnc::infer {

/// What the body \p index hands out; null, with the error reported, where it
/// has no terminator.
Operation *getYield(Operation *op, unsigned index);

/// Infers all types inside the body, nested bodies by their owners' inference.
LogicalResult inferBody(Region &body);

/// What a body's argument declared as \p declared (none: as nothing) knows of a
/// value of type \p type; null where they contradict each other. An optional
/// takes its element, too.
Type meet(Type declared, Type type);

/// Gives the body's argument \p i the type \p type, as far as it is declared.
LogicalResult refineArgument(Operation *op, Region &body, unsigned i,
                             Type type);

/// None where the operand is absent.
Type operandType(Operation *op, unsigned i);

} // namespace onnc::infer

#endif // ONNC_LIB_IR_OPS_BODIES_H
