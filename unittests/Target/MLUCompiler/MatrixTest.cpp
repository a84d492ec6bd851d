//===- MatrixTest.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

class Matrix : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};
};

TEST_P(Matrix, Gemm) {
  int64_t m = g.pick(1, 9), k = g.pick(1, 200), n = g.pick(1, 70);
  bool transposed = g.flip();
  Value *b = transposed ? g.weights({n, k}) : g.weights({k, n});
  // The third operand: what sums start from, or added in a second step.
  bool added = g.pick(0, 2) == 0;
  auto shape = added ? g.oneOf<MLUGraph::Shape>({{m, n}, {n}, {1, n}, {}})
                     : g.oneOf<MLUGraph::Shape>({{n}, {1, n}, {1}, {}, {1, 1}});
  Value *c = added ? g.input(shape) : g.flip() ? g.weights(shape) : nullptr;
  // Powers of two, so that scaled weights round no further.
  Value *y = g.make("Gemm", {g.input({m, k}), b, c},
                    {{"transB", IntAttr::get(transposed)},
                     {"alpha", FloatAttr::get(g.oneOf({1.0, 0.5, -2.0}))},
                     {"beta", FloatAttr::get(g.oneOf({1.0, 0.25}))}});
  if (g.flip())
    y = g.make("Relu", {y});
  g.check({y}, added ? rounded(2) : roundedOnce);
}

TEST_P(Matrix, MatMul) {
  MLUGraph::Shape shape = g.shape(g.oneOf({1, 2, 3, 5}), 5);
  shape.back() = g.pick(1, 100);
  Value *y = g.make("MatMul",
                    {g.input(shape), g.weights({shape.back(), g.pick(1, 40)})});
  g.check({y}, roundedOnce);
}

TEST_P(Matrix, FlattenedImage) {
  MLUGraph::Shape shape = g.shape(4, 6);
  int64_t k = shape[1] * shape[2] * shape[3], n = g.pick(1, 40);
  Value *x = g.input(shape);
  Value *flat = g.flip() ? g.make("Flatten", {x})
                         : g.make("Reshape", {x, g.ints({shape[0], -1})});
  Value *y = g.flip() ? g.make("MatMul", {flat, g.weights({k, n})})
                      : g.make("Gemm", {flat, g.weights({n, k})},
                               NamedAttr{"transB", IntAttr::get(1)});
  // Sometimes the flattened tensor itself is wanted too.
  llvm::SmallVector<Value *, 2> outputs{y};
  if (g.flip())
    outputs.push_back(flat);
  g.check(outputs, roundedOnce);
}

TEST_P(Matrix, ManyRows) {
  // Rows that don't fit a scratchpad at once.
  Value *x = g.input({g.pick(200, 400), g.pick(100, 200)}, -1, 1);
  Value *y = g.make("MatMul",
                    {x, g.weights({MLUGraph::shapeOf(x)[1], g.pick(1, 20)})});
  g.check({y}, roundedOnce);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Matrix, testing::Range(0u, 24u));

} // namespace
