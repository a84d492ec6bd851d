//===- Bodies.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bodies.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

Operation *infer::getYield(Operation *op, unsigned index) {
  Operation *yield = index < op->getNumRegions()
                         ? op->getRegion(index).getTerminator()
                         : nullptr;
  if (!yield)
    (void)(error(op) << "has a body that doesn't end in a terminator");
  return yield;
}

LogicalResult infer::inferBody(Region &body) {
  for (Operation &op : body.getOps())
    if (failed(onnc::inferTypes(&op)))
      return failure();
  return success();
}

Type infer::meet(Type declared, Type type) {
  if (declared.isNone())
    return type;
  auto optional = dyn_cast<OptionalType>(declared);
  if (optional && !isa<OptionalType>(type)) {
    Type inner = unifyTypes(optional.getElementType(), type);
    return inner ? OptionalType::get(inner) : Type();
  }
  return unifyTypes(declared, type);
}

LogicalResult infer::refineArgument(Operation *op, Region &body, unsigned i,
                                    Type type) {
  Value *argument = body.getArgument(i);
  Type met = meet(argument->getType(), type);
  if (!met)
    return error(op) << "hands a value of type " << type
                     << " to its body's argument " << i << " of type "
                     << argument->getType();
  argument->setType(met);
  return success();
}

Type infer::operandType(Operation *op, unsigned i) {
  Value *value = op->getOperand(i);
  return value ? value->getType() : Type(NoneType::get(op->getContext()));
}
