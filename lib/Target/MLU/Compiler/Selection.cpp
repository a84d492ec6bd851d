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

static Value *createConstant(Builder &builder, ElementType type,
                             ArrayRef<int64_t> shape, std::vector<char> bytes,
                             bool splat) {
  auto tensor = TensorType::get(builder.getContext(), type, shape);
  auto attr = ConstantAttr::get(tensor, ConstantData(std::move(bytes), splat));
  return builder
      .create(ConstantOp::getOperationName(), {}, {tensor}, {{"value", attr}})
      ->getResult();
}

Value *Selection::constant(ArrayRef<float> floats, ArrayRef<int64_t> shape) {
  std::vector<char> bytes(floats.size() * sizeof(float));
  std::memcpy(bytes.data(), floats.data(), bytes.size());
  return createConstant(builder, ElementType::F32, shape, std::move(bytes),
                        /*splat=*/false);
}

/// Elements at, at + stride, … of \p constant, times \p scale.
static void gather(ConstantAttr constant, int64_t at, int64_t stride,
                   float scale, MutableArrayRef<float> row) {
  const ConstantData &data = constant.getData();
  auto read = [&](auto type) {
    using T = decltype(type);
    for (float &value : row) {
      if constexpr (std::is_same_v<T, Half>)
        value = scale * float(Half::fromBits(data.get<uint16_t>(at)));
      else
        value = static_cast<float>(scale * data.get<T>(at));
      at += stride;
    }
  };
  switch (constant.getType().getElementType()) {
  case ElementType::F16:
    return read(Half());
  case ElementType::F32:
    return read(float());
  case ElementType::F64:
    return read(double());
  default:
    llvm_unreachable("refused before");
  }
}

std::vector<float> mlu::readFloats(ConstantAttr constant) {
  std::vector<float> out(*constant.getType().getNumElements());
  gather(constant, 0, 1, 1, out);
  return out;
}

Value *Selection::pack(ConstantAttr source, ArrayRef<int64_t> shape,
                       ArrayRef<int64_t> strides, float scale) {
  bool splat = source.getData().isSplat();
  int64_t columns = splat ? 1 : shape.empty() ? 1 : shape.back(), rows = 1;
  if (!splat && !shape.empty())
    for (int64_t dim : shape.drop_back())
      rows *= dim;
  std::vector<char> bytes(rows * columns * sizeof(Half));
  std::vector<float> row(columns);
  for (int64_t r = 0; r < rows; ++r) {
    int64_t at = 0;
    for (int64_t d = static_cast<int64_t>(shape.size()) - 2, rest = r; rest;
         --d) {
      at += rest % shape[d] * strides[d];
      rest /= shape[d];
    }
    gather(source, at, strides.empty() ? 1 : strides.back(), scale, row);
    convert(row, {reinterpret_cast<Half *>(bytes.data()) + r * columns,
                  static_cast<size_t>(columns)});
  }
  return createConstant(builder, ElementType::F16, shape, std::move(bytes),
                        splat);
}

Value *Selection::reshape(Value *device, ArrayRef<int64_t> shape) {
  auto type = TensorType::get(builder.getContext(), ElementType::F16, shape);
  if (device->getType() == type)
    return device;
  return builder.create(ReshapeOp::getOperationName(), {device}, {type})
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

bool mlu::isOnlyUse(Value *input) {
  for (; input->hasOneUse(); input = input->getDefiningOp()->getOperand(0)) {
    Operation *op = input->getDefiningOp();
    const SelectionRule *rule = op ? findRule(op->getName()) : nullptr;
    if (!rule || !rule->sharesElements)
      return true;
  }
  return false;
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
  auto shape = *getDeviceType(value).getStaticShape();
  SmallVector<int64_t, 6> strides(shape.size());
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0; stride *= shape[d])
    strides[d] = stride;
  if (shape.size() == 4) // N×H×W×C of N×C×H×W.
    strides = {shape[3] * shape[1] * shape[2], shape[2], 1,
               shape[1] * shape[2]};
  Value *device = pack(attr, shape, strides);
  device->setName(value->getName());
  return values[value] = device;
}
