//===- ShapeInference.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;

LogicalResult onnc::inferTypes(Operation *op, bool *changed) {
  if (!op->getInfo().inferTypes)
    return success();
  SmallVector<Type, 2> types;
  if (failed(op->getInfo().inferTypes(op, types)))
    return failure();
  for (unsigned i = 0; i < op->getNumResults() && i < types.size(); ++i) {
    Value *result = op->getResult(i);
    if (!types[i] || types[i].isNone() || types[i] == result->getType())
      continue;
    Type unified = result->getType().isNone()
                       ? types[i]
                       : unifyTypes(types[i], result->getType());
    if (!unified)
      return op->emitError(DiagID::InferShape)
             << "has a result of type " << types[i]
             << ", but it is declared as " << result->getType();
    if (unified == result->getType())
      continue;
    result->setType(unified);
    if (changed)
      *changed = true;
  }
  return success();
}

LogicalResult onnc::inferTypes(Module &module) {
  // Operations stand in order, so one sweep carries everything forward; bodies
  // of loops may feed back, so sweep until nothing changes. Types only become
  // more precise, so this ends; the bound guards against a rule that doesn't.
  for (unsigned sweep = 0; sweep < 64; ++sweep) {
    bool changed = false, ok = true;
    module.walk([&](Operation *op) {
      if (ok && failed(inferTypes(op, &changed)))
        ok = false;
    });
    if (!ok)
      return failure();
    if (!changed)
      return success();
  }
  return success();
}

ConstantAttr onnc::getConstantValue(const Value *value) {
  Operation *op = value ? value->getDefiningOp() : nullptr;
  if (!op || !op->hasTrait(OpTrait::ConstantLike))
    return ConstantAttr();
  return op->getAttrOfType<ConstantAttr>("value");
}

std::optional<SmallVector<DimExpr, 6>>
onnc::broadcastShapes(ArrayRef<DimExpr> a, ArrayRef<DimExpr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<DimExpr, 6> out(a);
  size_t lead = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    DimExpr x = a[lead + i], y = b[i];
    auto cx = x.getConstant(), cy = y.getConstant();
    if (x == y || cy == 1)
      continue;
    if (cx == 1)
      out[lead + i] = y;
    else if (cx && cy)
      return std::nullopt;
    else if (cx || cy)
      // The other may be 1 or equal: either way the result is the constant,
      // unless that is 0 or 1, which are handled above or stay themselves.
      out[lead + i] = cx ? x : y;
    else
      out[lead + i] = DimExpr::unknown(x.getContext());
  }
  return out;
}
