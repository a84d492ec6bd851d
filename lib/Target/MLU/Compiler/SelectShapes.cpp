//===- SelectShapes.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Operators that move elements without computing.
///
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

/// N×C×H×W and N×H×W×C are the same bytes?
static bool sameInBothLayouts(const Value *onnxValue) {
  auto shape = *onnxValue->getTensorType().getStaticShape();
  return shape.size() != 4 || shape[1] == 1 || shape[2] * shape[3] == 1;
}

static Value *relayout(Value *device, StringRef to, ArrayRef<int64_t> shape,
                       Selection &s) {
  auto type = TensorType::get(s.builder.getContext(), ElementType::F16, shape);
  return s.builder
      .create(RelayoutOp::getOperationName(), {device}, {type},
              {{"to", StringAttr::get(to)}})
      ->getResult();
}

static void selectReshape(Operation *op, Selection &s) {
  Value *x = op->getOperand(0), *y = op->getResult();
  Value *device = s.get(x);
  if (x->getType() == y->getType())
    return s.set(y, device);
  // ONNX counts elements row-major: images go through N×C×H×W.
  if (!sameInBothLayouts(x))
    device = relayout(device, "nchw", *x->getTensorType().getStaticShape(), s);
  auto shape = *y->getTensorType().getStaticShape();
  if (!sameInBothLayouts(y))
    device = relayout(s.reshape(device, shape), "nhwc",
                      *s.getDeviceType(y).getStaticShape(), s);
  s.set(y, s.reshape(device, *s.getDeviceType(y).getStaticShape()));
}

static void selectIdentity(Operation *op, Selection &s) {
  s.set(op->getResult(), s.get(op->getOperand(0)));
}

static Refusal refuseDropout(Operation *op) {
  if (op->getNumResults() > 1 && op->getResult(1)->hasUses())
    return std::string("the mask isn't supported");
  if (Value *training = op->getOperand(2)) {
    ConstantAttr constant = getConstantValue(training);
    auto values = constant ? constant.getIntValues() : std::nullopt;
    if (!values || values->size() != 1 || values->front())
      return std::string("training mode isn't supported");
  }
  if (auto no = refuseValue(op->getOperand(0), "the input"))
    return no;
  return std::nullopt;
}

static void selectConcat(Operation *op, Selection &s) {
  int64_t rank = op->getResult()->getTensorType().getRank();
  int64_t axis = op->getInt("axis", 0);
  if (axis < 0)
    axis += rank;
  // N, C, H, W stand at 0, 3, 1, 2 on the device.
  static constexpr int64_t deviceAxis[] = {0, 3, 1, 2};
  if (rank == 4)
    axis = deviceAxis[axis];
  SmallVector<Value *, 4> operands;
  for (Value *operand : op->getOperands())
    operands.push_back(s.get(operand));
  Operation *concat = s.builder.create(ConcatOp::getOperationName(), operands,
                                       {s.getDeviceType(op->getResult())},
                                       {{"axis", IntAttr::get(axis)}});
  s.set(op->getResult(), concat->getResult());
}

ArrayRef<SelectionRule> mlu::getShapeRules() {
  constexpr bool shares = true;
  static constexpr SelectionRule rules[] = {
      {"onnx.Reshape", refuseValues, selectReshape, shares},
      {"onnx.Flatten", refuseValues, selectReshape, shares},
      {"onnx.Squeeze", refuseValues, selectReshape, shares},
      {"onnx.Unsqueeze", refuseValues, selectReshape, shares},
      {"onnx.Identity", refuseValues, selectIdentity, shares},
      {"onnx.Dropout", refuseDropout, selectIdentity, shares},
      {"onnx.Concat", refuseValues, selectConcat},
  };
  return rules;
}
