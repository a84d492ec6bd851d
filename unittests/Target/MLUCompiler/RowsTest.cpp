//===- RowsTest.cpp - Along dimensions, and moving ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"

using namespace onnc;

namespace {

class Rows : public testing::TestWithParam<unsigned> {
protected:
  MLUGraph g{GetParam()};
};

TEST_P(Rows, SoftmaxAlongAnyAxis) {
  unsigned rank = g.pick(1, 4);
  MLUGraph::Shape shape = g.shape(rank, 9);
  NamedAttr axis{"axis", IntAttr::get(g.pick(0, rank - 1))};
  Value *x = g.input(shape, -8, 8);
  g.check({g.make("Softmax", {x}, axis), g.make("LogSoftmax", {x}, axis)},
          {0x1p-20, 0x1.02p-11});
}

TEST_P(Rows, LayerNormalization) {
  MLUGraph::Shape shape = g.shape(g.oneOf({1, 2, 3}), 5);
  int64_t axis = g.pick(0, shape.size() - 1);
  MLUGraph::Shape inner(shape.begin() + axis, shape.end());
  // Something to normalise.
  shape.back() = inner.back() = g.pick(4, 40);
  Value *bias = g.flip() ? g.weights(inner) : nullptr;
  Value *y =
      g.make("LayerNormalization", {g.input(shape), g.weights(inner), bias},
             {{"axis", IntAttr::get(axis)}, {"epsilon", FloatAttr::get(0.5)}});
  g.check({y}, {0x1p-10, 0x1p-10});
}

TEST_P(Rows, Reductions) {
  unsigned rank = g.pick(1, 4);
  MLUGraph::Shape shape = g.shape(rank, 9);
  // Dimensions that lie together: the last ones, or of images H and W, or C.
  MLUGraph::Shape axes;
  if (rank == 4)
    axes = g.oneOf<MLUGraph::Shape>({{2, 3}, {1}, {2}, {3}, {1, 2, 3}});
  else
    for (int64_t a = g.pick(0, rank - 1); a < rank; ++a)
      axes.push_back(a);
  NamedAttr keep{"keepdims", IntAttr::get(g.pick(0, 1))};
  llvm::SmallVector<Value *, 4> results;
  Value *x = g.input(shape);
  for (const char *name : {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"})
    results.push_back(g.make(name, {x, g.ints(axes)}, keep));
  g.check(results, roundedOnce);
}

TEST_P(Rows, BatchedProducts) {
  MLUGraph::Shape batch = g.shape(g.pick(0, 2), 3);
  int64_t m = g.pick(1, 20), k = g.pick(1, 40), n = g.pick(1, 40);
  MLUGraph::Shape a = batch, b = g.flip() ? batch : MLUGraph::Shape();
  a.append({m, k});
  b.append({k, n});
  Value *y = g.make("MatMul", {g.input(a, -1, 1), g.input(b, -1, 1)});
  if (g.flip())
    y = g.make("Add", {y, g.weights({n})});
  g.check({y}, rounded(2));
}

TEST_P(Rows, GemmOfComputedOperands) {
  int64_t m = g.pick(1, 20), k = g.pick(1, 40), n = g.pick(1, 40);
  bool ta = g.flip(), tb = g.flip();
  auto matrix = [&](bool transposed, int64_t rows, int64_t columns) {
    return g.input(transposed ? MLUGraph::Shape{columns, rows}
                              : MLUGraph::Shape{rows, columns});
  };
  Value *c = g.flip() ? g.input(g.oneOf<MLUGraph::Shape>({{n}, {m, n}, {m, 1}}))
                      : nullptr;
  Value *y = g.make("Gemm", {matrix(ta, m, k), matrix(tb, k, n), c},
                    {{"transA", IntAttr::get(ta)},
                     {"transB", IntAttr::get(tb)},
                     {"alpha", FloatAttr::get(g.oneOf({1.0, 0.5}))},
                     {"beta", FloatAttr::get(g.oneOf({1.0, 2.0}))}});
  g.check({y}, roundedOnce);
}

TEST_P(Rows, Movement) {
  MLUGraph::Shape shape = g.shape(g.pick(2, 4), 9);
  Value *x = g.input(shape);
  llvm::SmallVector<int64_t, 4> order;
  for (size_t i = 0; i < shape.size(); ++i)
    order.insert(order.begin() + g.pick(0, i), i);
  Value *transposed =
      g.make("Transpose", {x}, NamedAttr{"perm", IntsAttr::get(order)});
  int64_t axis = g.pick(0, shape.size() - 1);
  int64_t start = g.pick(0, shape[axis] - 1), step = g.pick(1, 2);
  Value *slice = g.make("Slice", {x, g.ints({start}), g.ints({shape[axis]}),
                                  g.ints({axis}), g.ints({step})});
  MLUGraph::Shape pads(2 * shape.size());
  for (int64_t &pad : pads)
    pad = g.pick(0, 2);
  Value *padded = g.make("Pad", {x, g.ints(pads), g.weights({})});
  g.check({transposed, slice, padded}, {});
}

TEST_P(Rows, Nearest) {
  Value *x = g.input({1, g.pick(1, 20), g.pick(1, 6), g.pick(1, 6)});
  auto shape = MLUGraph::shapeOf(x);
  Value *sizes = g.ints({1, shape[1], shape[2] * g.pick(1, 3), shape[3] * 2});
  Value *y =
      g.make("Resize", {x, nullptr, nullptr, sizes},
             {{"mode", StringAttr::get("nearest")},
              {"coordinate_transformation_mode", StringAttr::get("asymmetric")},
              {"nearest_mode", StringAttr::get("floor")}});
  g.check({y}, {});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rows, testing::Range(0u, 24u));

} // namespace
