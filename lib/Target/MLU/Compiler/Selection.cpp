//===- Selection.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Support/FloatFormats.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

const SelectionRule *mlu::findRule(StringRef onnxOp) {
  for (auto rules : {getWindowRules(), getMatrixRules(), getElementwiseRules(),
                     getShapeRules()})
    for (const SelectionRule &rule : rules)
      if (rule.onnxOp == onnxOp)
        return &rule;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::vector<float> mlu::readFloats(ConstantAttr constant) {
  const ConstantData &data = constant.getData();
  std::vector<float> out(*constant.getType().getNumElements());
  for (auto [i, value] : enumerate(out)) {
    switch (constant.getType().getElementType()) {
    case ElementType::F16:
      value = Half::fromBits(data.get<uint16_t>(i));
      break;
    case ElementType::F32:
      value = data.get<float>(i);
      break;
    case ElementType::F64:
      value = static_cast<float>(data.get<double>(i));
      break;
    default:
      llvm_unreachable("refused before");
    }
  }
  return out;
}

static bool isFloatConstant(const Value *value) {
  ConstantAttr constant = getConstantValue(value);
  if (!constant)
    return false;
  ElementType type = constant.getType().getElementType();
  return type == ElementType::F16 || type == ElementType::F32 ||
         type == ElementType::F64;
}

std::optional<float> mlu::readScalar(Value *value, float fallback) {
  if (!value)
    return fallback;
  if (!isFloatConstant(value) || value->getTensorType().getNumElements() != 1)
    return std::nullopt;
  return readFloats(getConstantValue(value))[0];
}

Value *Selection::constant(ArrayRef<float> floats, ArrayRef<int64_t> shape,
                           bool half) {
  std::vector<char> bytes(floats.size() * (half ? 2 : 4));
  if (half) {
    std::vector<Half> halves(floats.size());
    convert(floats, halves);
    std::memcpy(bytes.data(), halves.data(), bytes.size());
  } else {
    std::memcpy(bytes.data(), floats.data(), bytes.size());
  }
  auto type = TensorType::get(
      builder.getContext(), half ? ElementType::F16 : ElementType::F32, shape);
  auto attr = ConstantAttr::get(type, ConstantData(std::move(bytes)));
  return builder
      .create(ConstantOp::getOperationName(), {}, {type}, {{"value", attr}})
      ->getResult();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Refusal mlu::refuseValue(const Value *value, StringRef what) {
  if (!value)
    return (what + " is absent").str();
  TensorType type = value->getTensorType();
  if (!type)
    return (what + " is no tensor").str();
  ElementType element = type.getElementType();
  if (element != ElementType::F32 && element != ElementType::F16 &&
      element != ElementType::F64)
    return (what + " has the element type " + getName(element) +
            "; only floating-point tensors run here")
        .str();
  if (!type.getNumElements())
    return (what + " has the type " + type.str() +
            "; shapes must be known (fix them with --shape)")
        .str();
  if (*type.getNumElements() == 0)
    return (what + " is empty").str();
  return std::nullopt;
}

Refusal mlu::refuseValues(Operation *op) {
  for (const Use &use : op->getOperandUses())
    if (use.get() && !getConstantValue(use.get()))
      if (auto no = refuseValue(use.get(),
                                "operand " + std::to_string(use.getIndex())))
        return no;
  for (Value *result : op->getResults())
    if (auto no =
            refuseValue(result, "result " + std::to_string(result->getIndex())))
      return no;
  return std::nullopt;
}

TensorType Selection::getDeviceType(Value *value) {
  auto shape = *value->getTensorType().getStaticShape();
  if (shape.size() == 4)
    shape = {shape[0], shape[2], shape[3], shape[1]};
  return TensorType::get(builder.getContext(), ElementType::F16, shape);
}

void Selection::set(Value *onnxValue, Value *device) {
  assert(device->getType() == getDeviceType(onnxValue) &&
         "a device tensor of another shape");
  if (device->getName().empty())
    device->setName(onnxValue->getName());
  values[onnxValue] = device;
}

Value *Selection::get(Value *value) {
  if (Value *known = values.lookup(value))
    return known;
  ConstantAttr attr = getConstantValue(value);
  assert(attr && "operations stand in order, so all but constants are known");
  std::vector<float> floats = readFloats(attr);
  TensorType type = getDeviceType(value);
  auto shape = *type.getStaticShape();
  if (shape.size() == 4) {
    // From N×C×H×W to N×H×W×C.
    std::vector<float> moved(floats.size());
    int64_t n = shape[0], pixels = shape[1] * shape[2], c = shape[3];
    for (int64_t i = 0; i < n; ++i)
      for (int64_t p = 0; p < pixels; ++p)
        for (int64_t k = 0; k < c; ++k)
          moved[(i * pixels + p) * c + k] = floats[(i * c + k) * pixels + p];
    floats = std::move(moved);
  }
  Value *device = constant(floats, shape, /*half=*/true);
  device->setName(value->getName());
  return values[value] = device;
}
