//===- NetworkTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

class Network : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};

  /// A random layer on \p x; \p skip is an earlier value.
  Value *addLayer(Value *x, Value *skip);
};

Value *Network::addLayer(Value *x, Value *skip) {
  MLUGraph::Shape shape = MLUGraph::shapeOf(x);
  bool image = shape.size() == 4;
  switch (g.pick(0, 8)) {
  case 0:
    return image ? g.make("Conv", {x, g.weights({4, shape[1], 1, 1}, -.5, .5)})
                 : g.make("MatMul", {x, g.weights({shape.back(), 6}, -.5, .5)});
  case 1:
    return g.make("Relu", {x});
  case 2:
    return g.make("Identity", {x});
  case 3:
    return g.make("Sigmoid", {x});
  case 4:
    return MLUGraph::shapeOf(skip) == shape ? g.make("Add", {x, skip})
                                            : g.make("Tanh", {x});
  case 5:
    return image ? g.make("Flatten", {x}) : g.make("Dropout", {x});
  case 6:
    return g.make("Mul", {x, g.weights({1}, -1, 1)});
  case 7:
    return image ? g.make("MaxPool", {x},
                          NamedAttr{"kernel_shape", IntsAttr::get({1, 1})})
                 : g.make("Reshape", {x, g.ints({-1, shape.back()})});
  default:
    return g.make("LeakyRelu", {x});
  }
}

TEST_P(Network, AnyValueAsOutput) {
  // What one value's consumers do to it (fused activations, shared storage)
  // must not show in another.
  llvm::SmallVector<Value *, 16> values{
      g.flip() ? g.input({1, 3, g.pick(1, 4), g.pick(1, 4)})
               : g.input({g.pick(1, 4), 5})};
  for (int64_t i = 0; i < 10; ++i) {
    Value *x = values[values.size() - 1 - g.pick(0, values.size() - 1) / 2];
    values.push_back(addLayer(x, values[g.pick(0, values.size() - 1)]));
  }
  llvm::SmallVector<Value *, 16> outputs{values.back()};
  for (Value *value : values)
    if (g.pick(0, 3) == 0)
      outputs.push_back(value);
  // Ten layers round, each what the ones before left.
  g.check(outputs, rounded(10));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Network, testing::Range(0u, 150u));

TEST(Activation, OthersSeeWhatCameBefore) {
  // Identity and Flatten share storage with the convolution's result.
  MLUGraph g(0);
  Value *x = g.input({1, 3, 1, 1});
  Value *conv = g.make("Conv", {x, g.weights({4, 3, 1, 1})});
  Value *same = g.make("Relu", {g.make("Identity", {conv})});
  Value *flat = g.make("Neg", {g.make("Flatten", {conv})});
  g.check({same, flat, conv}, roundedOnce);
}

} // namespace
