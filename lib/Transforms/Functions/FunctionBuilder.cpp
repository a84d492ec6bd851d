//===- FunctionBuilder.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"
#include "onnc/IR/Context.h"
#include "onnc/Transforms/ConstantElements.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

bool FunctionBuilder::isFloat(unsigned i) const {
  TensorType type = getType(i);
  return type && onnc::isFloat(type.getElementType());
}

Value *FunctionBuilder::operator()(StringRef name, ArrayRef<Value *> operands,
                                   ArrayRef<NamedAttr> attributes) {
  if (failed)
    return nullptr;
  Operation *made =
      rewriter.createInferred(("onnx." + name).str(), operands, attributes, 1);
  failed |= !made;
  return made ? made->getResult() : nullptr;
}

Value *FunctionBuilder::cast(Value *value, ElementType type) {
  if (failed || !value || value->getTensorType().getElementType() == type)
    return value;
  return (*this)("Cast", {value}, attr("to", int64_t(getOnnxNumber(type))));
}

Value *FunctionBuilder::widen(Value *value) {
  if (failed || !value)
    return nullptr;
  ElementType type = value->getTensorType().getElementType();
  return type == ElementType::F16 || type == ElementType::BF16
             ? cast(value, ElementType::F32)
             : value;
}

Value *FunctionBuilder::narrow(Value *value, unsigned like) {
  return cast(value, getType(like).getElementType());
}

Value *FunctionBuilder::scalar(double number, Value *like) {
  if (failed || !like)
    return nullptr;
  auto type = TensorType::get(rewriter.getContext(),
                              like->getTensorType().getElementType(),
                              ArrayRef<int64_t>());
  if (!onnc::isFloat(type.getElementType()))
    return cast(ints(static_cast<int64_t>(number), /*isScalar=*/true),
                type.getElementType());
  if (ConstantAttr constant = roundToConstant(type, number))
    return rewriter.constant(constant);
  // An infinity.
  return cast(rewriter.constant(ConstantAttr::getFloats(
                  rewriter.getContext(), static_cast<float>(number), true)),
              type.getElementType());
}

NamedAttr FunctionBuilder::attr(StringRef name, int64_t value) {
  return {rewriter.getContext().intern(name), IntAttr::get(value)};
}
NamedAttr FunctionBuilder::attr(StringRef name, double value) {
  return {rewriter.getContext().intern(name), FloatAttr::get(value)};
}
NamedAttr FunctionBuilder::attr(StringRef name, ArrayRef<int64_t> value) {
  return {rewriter.getContext().intern(name), IntsAttr::get(value)};
}
NamedAttr FunctionBuilder::copied(StringRef name) {
  return {rewriter.getContext().intern(name), op->getAttr(name)};
}

Value *FunctionBuilder::shape(Value *value, int64_t begin, int64_t end) {
  return (*this)("Shape", {value}, {attr("start", begin), attr("end", end)});
}

Value *FunctionBuilder::dim(Value *value, int64_t index) {
  return squeeze(shape(value, index, index + 1), 0);
}

Value *FunctionBuilder::reshape(Value *value, ArrayRef<int64_t> shape) {
  return (*this)("Reshape", {value, ints(shape)});
}

Value *FunctionBuilder::transpose(Value *value, ArrayRef<int64_t> perm) {
  return (*this)("Transpose", {value}, attr("perm", perm));
}

Value *FunctionBuilder::slice(Value *value, int64_t axis, int64_t begin,
                              int64_t end, int64_t step) {
  return (*this)("Slice",
                 {value, ints(begin), ints(end), ints(axis), ints(step)});
}

Value *FunctionBuilder::unsqueeze(Value *value, ArrayRef<int64_t> axes) {
  return (*this)("Unsqueeze", {value, ints(axes)});
}

Value *FunctionBuilder::squeeze(Value *value, ArrayRef<int64_t> axes) {
  return (*this)("Squeeze", {value, ints(axes)});
}

Value *FunctionBuilder::reduce(StringRef name, Value *value,
                               ArrayRef<int64_t> axes, bool keepDims) {
  return (*this)(name, {value, ints(axes)},
                 attr("keepdims", int64_t(keepDims)));
}
