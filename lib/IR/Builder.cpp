//===- Builder.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Builder.h"
#include "onnc/IR/Ops/Builtin.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/Twine.h"

using namespace llvm;
using namespace onnc;

void Builder::setInsertionPointToStart(Region &r) {
  region = &r;
  point = r.empty() ? nullptr : &*r.begin();
}

void Builder::insert(Operation *op) {
  assert(region && "no insertion point");
  if (point)
    op->insertBefore(point);
  else
    region->push_back(op);
}

Operation *Builder::create(const OpInfo &info, ArrayRef<Value *> operands,
                           ArrayRef<Type> resultTypes,
                           ArrayRef<NamedAttr> attributes,
                           unsigned numRegions) {
  Operation *op = Operation::create(context, loc, info, operands, resultTypes,
                                    attributes, numRegions);
  insert(op);
  return op;
}

Operation *Builder::create(StringRef name, ArrayRef<Value *> operands,
                           ArrayRef<Type> resultTypes,
                           ArrayRef<NamedAttr> attributes,
                           unsigned numRegions) {
  const OpInfo *info = context.lookupOp(name);
  assert(info && "operator isn't registered");
  return create(*info, operands, resultTypes, attributes, numRegions);
}

Operation *Builder::createInferred(StringRef name, ArrayRef<Value *> operands,
                                   ArrayRef<NamedAttr> attributes,
                                   int numResults) {
  const OpInfo *info = context.lookupOp(name);
  assert(info && "operator isn't registered");
  if (numResults < 0)
    numResults = count_if(info->results, [](const ValueInfo &v) {
      return v.arity == Arity::One;
    });
  // Placeholders that inference replaces.
  SmallVector<Type, 2> types(numResults, NoneType::get(context));
  Operation *op = create(*info, operands, types, attributes);
  SmallVector<Type, 2> inferred;
  if (info->inferTypes && failed(info->inferTypes(op, inferred))) {
    op->erase();
    return nullptr;
  }
  assert(inferred.size() >= static_cast<size_t>(numResults) &&
         "an operator with results needs type inference to be built so");
  for (int i = 0; i < numResults; ++i)
    op->getResult(i)->setType(inferred[i]);
  return op;
}

Value *Builder::constant(ConstantAttr value, StringRef name) {
  NamedAttr attr{"value", value};
  Operation *op = create("onnx.Constant", {}, {value.getType()}, {attr});
  op->getResult()->setName(name);
  return op->getResult();
}

Value *Builder::constantInts(ArrayRef<int64_t> values, bool scalar) {
  return constant(ConstantAttr::getInts(context, values, scalar));
}

Operation *Builder::createReturn(ArrayRef<Value *> values) {
  return create(builtin::ReturnOp::getOperationName(), values, {});
}
