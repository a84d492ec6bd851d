//===- RandomGraph.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"
#include "onnc/IR/Builder.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

class Generator {
public:
  Generator(Context &context, unsigned seed)
      : context(context), builder(context), random(seed) {}

  RandomGraph generate(unsigned numOperations);

private:
  using Shape = SmallVector<int64_t, 6>;

  /// In [0, bound).
  int64_t pick(int64_t bound) { return random() % bound; }
  bool flip() { return pick(2); }
  Shape shapeOf(Value *value) {
    return *value->getTensorType().getStaticShape();
  }
  /// Multiples of 1/8 in [lo, lo + 4).
  std::vector<float> numbers(int64_t count, float lo = -2);
  Value *floats(ArrayRef<int64_t> shape, float lo = -2);
  Value *ints(ArrayRef<int64_t> values) { return builder.constantInts(values); }
  /// A value, of rank \p rank if it isn't 0; null if there is none.
  Value *anyValue(unsigned rank = 0);
  Operation *make(StringRef name, ArrayRef<Value *> operands,
                  ArrayRef<NamedAttr> attrs = {}) {
    return builder.createInferred(name, operands, attrs);
  }

  Operation *addNoOp(Value *x);
  Operation *addArithmetic(Value *x);
  Operation *addReshape(Value *x);
  Operation *addTranspose(Value *x);
  Operation *addConvolution(Value *x);
  Operation *addMatrixProduct(Value *x);
  Operation *addNormalization(Value *x);
  Operation *addConstantExpression(Value *x);

  Context &context;
  Builder builder;
  std::minstd_rand random;
  SmallVector<Value *, 16> values;
};

} // namespace

std::vector<float> Generator::numbers(int64_t count, float lo) {
  std::vector<float> out(count);
  for (float &value : out)
    value = lo + pick(32) / 8.0f;
  return out;
}

Value *Generator::floats(ArrayRef<int64_t> shape, float lo) {
  TensorType type = TensorType::get(context, ElementType::F32, shape);
  std::vector<float> elements = numbers(*type.getNumElements(), lo);
  std::vector<char> bytes(elements.size() * sizeof(float));
  std::memcpy(bytes.data(), elements.data(), bytes.size());
  return builder.constant(
      ConstantAttr::get(type, ConstantData(std::move(bytes))));
}

Value *Generator::anyValue(unsigned rank) {
  SmallVector<Value *, 16> candidates;
  for (Value *value : values)
    if (!rank || value->getTensorType().getRank() == rank)
      candidates.push_back(value);
  // Recent ones more often, so that operators form chains.
  size_t size = candidates.size();
  return size ? candidates[size - 1 - std::min(pick(size), pick(size))]
              : nullptr;
}

Operation *Generator::addNoOp(Value *x) {
  Shape shape = shapeOf(x);
  SmallVector<int64_t, 6> order;
  for (unsigned i = 0; i < shape.size(); ++i)
    order.push_back(i);
  switch (pick(6)) {
  case 0:
    return make("onnx.Identity", {x});
  case 1:
    return make("onnx.Dropout", {x});
  case 2:
    return make("onnx.Concat", {x}, NamedAttr{"axis", IntAttr::get(0)});
  case 3:
    return make("onnx.Pad", {x, ints(Shape(2 * shape.size(), 0))});
  case 4:
    return make("onnx.Transpose", {x}, NamedAttr{"perm", IntsAttr::get(order)});
  default:
    return make("onnx.Cast", {x}, NamedAttr{"to", IntAttr::get(1)});
  }
}

Operation *Generator::addArithmetic(Value *x) {
  Shape shape = shapeOf(x);
  // Another value, a constant of the same shape, a scalar, one per channel.
  Value *y = nullptr;
  switch (pick(4)) {
  case 0:
    for (Value *value : values)
      if (value->getType() == x->getType())
        y = value;
    break;
  case 1:
    y = floats(shape);
    break;
  case 2:
    y = floats({});
    break;
  default:
    if (shape.size() > 1) {
      Shape channels(shape.size() - 1, 1);
      channels[0] = shape[1];
      y = floats(channels);
    }
  }
  if (!y)
    return make("onnx.Relu", {x});
  static const char *names[] = {"onnx.Add", "onnx.Add", "onnx.Mul", "onnx.Sub",
                                "onnx.Sum"};
  StringRef name = names[pick(std::size(names))];
  return flip() ? make(name, {x, y}) : make(name, {y, x});
}

Operation *Generator::addReshape(Value *x) {
  Shape shape = shapeOf(x);
  switch (pick(4)) {
  case 0:
    return make("onnx.Flatten", {x},
                NamedAttr{"axis", IntAttr::get(pick(shape.size() + 1))});
  case 1:
    if (shape.size() < 5)
      return make("onnx.Unsqueeze", {x, ints({pick(shape.size() + 1)})});
    return make("onnx.Squeeze", {x});
  case 2:
    return make("onnx.Squeeze", {x});
  default: {
    // The first dimensions joined, the rest copied or left to -1.
    if (shape.size() < 2)
      return make("onnx.Reshape", {x, ints({1, -1})});
    Shape joined = {shape[0] * shape[1]};
    for (unsigned i = 2; i < shape.size(); ++i)
      joined.push_back(shape[i]);
    if (flip())
      joined.front() = -1;
    return make("onnx.Reshape", {x, ints(joined)});
  }
  }
}

Operation *Generator::addTranspose(Value *x) {
  SmallVector<int64_t, 6> order;
  for (unsigned i = 0; i < shapeOf(x).size(); ++i)
    order.push_back(i);
  if (order.size() > 1)
    for (unsigned i = 0; i < order.size(); ++i)
      std::swap(order[i], order[pick(order.size())]);
  return flip() ? make("onnx.Transpose", {x})
                : make("onnx.Transpose", {x},
                       NamedAttr{"perm", IntsAttr::get(order)});
}

Operation *Generator::addConvolution(Value *) {
  Value *x = anyValue(4);
  if (!x)
    return nullptr;
  int64_t channels = shapeOf(x)[1], outputs = 1 + pick(3);
  Value *bias = flip() ? floats({outputs}) : nullptr;
  SmallVector<Value *, 4> operands = {x};
  if (flip()) {
    operands.push_back(floats({outputs, channels, 1, 1}));
    if (bias)
      operands.push_back(bias);
    return make("onnx.Conv", operands);
  }
  operands.push_back(floats({channels, outputs, 1, 1}));
  if (bias)
    operands.push_back(bias);
  return make("onnx.ConvTranspose", operands);
}

Operation *Generator::addMatrixProduct(Value *) {
  Value *x = anyValue(2);
  if (!x)
    return nullptr;
  int64_t inner = shapeOf(x)[1], columns = 1 + pick(4);
  if (flip())
    return make("onnx.MatMul", {x, floats({inner, columns})});
  bool transB = flip();
  SmallVector<NamedAttr, 4> attrs = {{"alpha", FloatAttr::get(0.5)},
                                     {"beta", FloatAttr::get(2.0)},
                                     {"transB", IntAttr::get(transB)}};
  Value *w = transB ? floats({columns, inner}) : floats({inner, columns});
  if (flip())
    return make("onnx.Gemm", {x, w}, attrs);
  Value *c = flip() ? floats({columns}) : floats({1, 1});
  return make("onnx.Gemm", {x, w, c}, attrs);
}

Operation *Generator::addNormalization(Value *x) {
  Shape shape = shapeOf(x);
  if (shape.size() < 2)
    return nullptr;
  Value *scale = floats({shape[1]}), *shift = floats({shape[1]});
  Value *mean = floats({shape[1]}), *variance = floats({shape[1]}, 0.5f);
  return make("onnx.BatchNormalization", {x, scale, shift, mean, variance});
}

/// Something to fold, added to \p x.
Operation *Generator::addConstantExpression(Value *x) {
  Shape shape = shapeOf(x);
  Operation *of = make("onnx.Shape", {x});
  Operation *filled = make("onnx.ConstantOfShape", {of->getResult()});
  Operation *sum = make("onnx.Add", {filled->getResult(), floats({})});
  return make("onnx.Mul", {x, sum->getResult()});
}

RandomGraph Generator::generate(unsigned numOperations) {
  RandomGraph out;
  out.module = std::make_unique<Module>(context, "random");
  Graph &graph = out.module->addGraph("main");
  builder.setInsertionPointToEnd(graph.getBody());
  for (Shape shape : {Shape{2, 3, 4, 1}, Shape{3, 5}, Shape{1, 2, 3, 3}}) {
    TensorType type =
        TensorType::get(context, ElementType::F32, ArrayRef<int64_t>(shape));
    std::string name = "x" + std::to_string(values.size());
    values.push_back(graph.getBody().addArgument(type, name));
    out.inputs.push_back(TensorValue::of<float>(
        ElementType::F32, shape, numbers(*type.getNumElements())));
  }
  constexpr Operation *(Generator::*makers[])(Value *) = {
      &Generator::addNoOp,
      &Generator::addArithmetic,
      &Generator::addArithmetic,
      &Generator::addReshape,
      &Generator::addTranspose,
      &Generator::addConvolution,
      &Generator::addMatrixProduct,
      &Generator::addNormalization,
      &Generator::addConstantExpression};
  for (unsigned i = 0; i < numOperations; ++i) {
    Operation *op = (this->*makers[pick(std::size(makers))])(anyValue());
    TensorType type = op ? op->getResult()->getTensorType() : TensorType();
    // Sums of other shapes may have been broadcast; keep things small.
    if (type && type.isStatic() && *type.getNumElements() <= 4096)
      values.push_back(op->getResult());
  }
  SmallVector<Value *, 4> outputs;
  std::vector<std::string> names;
  for (Value *value : values)
    if (!value->isArgument() && !value->hasUses()) {
      outputs.push_back(value);
      names.push_back("y" + std::to_string(names.size()));
    }
  builder.createReturn(outputs);
  graph.setOutputNames(names);
  return out;
}

RandomGraph onnc::makeRandomGraph(Context &context, unsigned seed,
                                  unsigned numOperations) {
  return Generator(context, seed).generate(numOperations);
}
