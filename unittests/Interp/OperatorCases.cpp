//===- OperatorCases.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorCases.h"
#include "onnc/IR/ShapeInference.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;

constexpr ElementType f32 = ElementType::F32;
constexpr ElementType u8 = ElementType::U8;

//===----------------------------------------------------------------------===//
// Operands and attributes
//===----------------------------------------------------------------------===//

TensorValue onnc::makeTensor(ElementType type, ArrayRef<int64_t> shape,
                             function_ref<double()> next) {
  TensorValue tensor = cantFail(TensorValue::allocate(type, shape));
  withStorage(type, [&]<typename T>() {
    T *to = tensor.mutableData<T>();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      to[i] = static_cast<T>(next());
  });
  return tensor;
}

OperatorCase::OperatorCase(Context &context, unsigned seed)
    : context(context), module(std::make_unique<Module>(context, "case")),
      builder(context), random(seed + 1) {
  random.discard(3);
  builder.setInsertionPointToEnd(module->addGraph("main").getBody());
}

Value *OperatorCase::argument(CaseOperand operand) {
  Value *value = module->getMain()->getBody().addArgument(
      operand.contents.getType(context));
  operands[value] = std::move(operand);
  return value;
}

Value *OperatorCase::data(ElementType type, ArrayRef<int64_t> shape) {
  if (type == ElementType::Bool)
    return ints(type, shape, 0, 1);
  const bool isSigned = type != u8 && type != ElementType::U32;
  auto small = [&] { return (isSigned && flip() ? -1 : 1) * pick(1, 5); };
  auto garbage = [&] { return double(pick(6, 100)); };
  CaseOperand operand{
      makeTensor(type, shape, small),
      {makeTensor(type, shape, garbage), makeTensor(type, shape, garbage)}};
  if (type == f32)
    operand.garbage[0] = makeTensor(type, shape, [] { return NAN; });
  return argument(std::move(operand));
}

Value *OperatorCase::ints(ElementType type, ArrayRef<int64_t> shape, int64_t lo,
                          int64_t hi) {
  auto next = [&] { return double(pick(lo, hi)); };
  return argument(
      {makeTensor(type, shape, next),
       {makeTensor(type, shape, next), makeTensor(type, shape, next)}});
}

Value *OperatorCase::powers(ArrayRef<int64_t> shape) {
  Value *value = floats(shape);
  operands[value].contents = makeTensor(f32, shape, [&] {
    return oneOf({-2.0, -1.0, -0.5, 0.5, 1.0, 2.0});
  });
  return value;
}

Shape OperatorCase::shape(unsigned minRank, unsigned maxRank, int64_t limit) {
  Shape shape(pick(minRank, maxRank), 0);
  for (int64_t &extent : shape)
    extent = pick(1, limit);
  return shape;
}

Shape OperatorCase::broadcastable(ArrayRef<int64_t> target) {
  Shape shape(target.drop_front(pick(0, 2) ? 0 : pick(0, target.size())));
  for (int64_t &extent : shape)
    if (pick(0, 3) == 0)
      extent = 1;
  return shape;
}

NamedAttr OperatorCase::attr(StringRef name, int64_t value) {
  return {context.intern(name), IntAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, StringRef value) {
  return {context.intern(name), StringAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, double value) {
  return {context.intern(name), FloatAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, ArrayRef<int64_t> value) {
  return {context.intern(name), IntsAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, const TensorValue &value) {
  return {context.intern(name), value.toConstant(context)};
}

Operation *OperatorCase::make(ArrayRef<Value *> values,
                              ArrayRef<NamedAttr> attrs, int numResults) {
  return builder.createInferred(name, values, attrs, numResults);
}

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

static CaseGenerator lookUp(StringRef name) {
  static const StringMap<CaseGenerator> table = [] {
    StringMap<CaseGenerator> cases;
    addComputingCases(cases);
    addModelCases(cases);
    addMovingCases(cases);
    return cases;
  }();
  return table.lookup(name);
}

bool OperatorCase::isKnown(StringRef name) { return lookUp(name); }

bool OperatorCase::generate(StringRef operatorName) {
  name = operatorName;
  CaseGenerator generator = lookUp(name);
  op = generator ? generator(*this) : nullptr;
  if (!op)
    return false;
  for (Value *value : op->getOperands()) {
    if (!value || operands.count(value))
      continue;
    // A constant, which other contents may replace where it isn't read.
    TensorValue contents =
        cantFail(TensorValue::fromConstant(getConstantValue(value)));
    operands[value] = {contents, {contents, contents}};
  }
  return true;
}
