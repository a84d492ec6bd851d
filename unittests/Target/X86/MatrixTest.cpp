//===- MatrixTest.cpp
//--------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"

using namespace onnc;

namespace {

class MatricesOnX86 : public testing::TestWithParam<unsigned> {
protected:
  X86Graph g{GetParam()};
  Value *operand(X86Graph::Shape shape) {
    return g.flip() ? g.weights(shape) : g.input(shape);
  }
};

TEST_P(MatricesOnX86, Gemm) {
  int64_t m = g.oneOf({1, 3, 14, 50}), n = g.oneOf({1, 10, 16, 40, 130}),
          k = g.oneOf({1, 7, 64, 300, 520});
  bool transA = g.flip(), transB = g.flip();
  Value *a = g.input(transA ? X86Graph::Shape{k, m} : X86Graph::Shape{m, k});
  Value *b = operand(transB ? X86Graph::Shape{n, k} : X86Graph::Shape{k, n});
  Value *c = nullptr;
  if (g.flip())
    c = operand(g.oneOf<X86Graph::Shape>({{n}, {m, n}, {m, 1}, {1}}));
  Value *y = g.make("Gemm", {a, b, c},
                    {{"transA", IntAttr::get(transA)},
                     {"transB", IntAttr::get(transB)},
                     {"alpha", FloatAttr::get(g.oneOf({1.0, 0.5}))},
                     {"beta", FloatAttr::get(g.oneOf({1.0, 2.0}))}});
  g.check({g.flip() ? g.make("Relu", {y}) : y});
}

TEST_P(MatricesOnX86, MatMul) {
  int64_t m = g.pick(1, 40), n = g.pick(1, 70), k = g.pick(1, 80);
  X86Graph::Shape a = {m, k}, b = {k, n};
  if (g.flip())
    a.insert(a.begin(), g.pick(1, 3));
  if (g.flip()) {
    b.insert(b.begin(), a.size() > 2 ? a[0] : 2);
    if (g.flip()) {
      b.insert(b.begin(), 2);
    }
  }
  Value *y = g.make("MatMul", {g.input(a), operand(b)});
  g.check({g.flip() ? g.make("Add", {y, g.weights({n})}) : y});
}

TEST_P(MatricesOnX86, Vectors) {
  int64_t n = g.pick(1, 40), k = g.pick(1, 80);
  bool left = g.flip();
  Value *a = g.input(left ? X86Graph::Shape{k} : X86Graph::Shape{n, k});
  Value *b = operand(left ? X86Graph::Shape{k, n} : X86Graph::Shape{k});
  g.check({g.make("MatMul", {a, b})});
}

TEST_P(MatricesOnX86, Heads) {
  // As attention has them: batches that lie in blocks where images would.
  int64_t heads = g.oneOf({2, 16, 20}), m = g.pick(1, 20), k = g.pick(1, 30);
  Value *a = g.input({1, heads, m, k}), *b = g.input({1, heads, k, m});
  g.check({g.make("MatMul", {a, b})});
}

TEST(ConstantsOnX86, OfOneElement) {
  // A constant of one element is a part of the code, not an input of it.
  X86Graph g(0);
  Value *x = g.input({1, 50});
  g.check({g.make("Gemm", {x, g.weights({1, 1})},
                  NamedAttr{"transA", IntAttr::get(1)})});
}

INSTANTIATE_TEST_SUITE_P(Random, MatricesOnX86, testing::Range(0u, 8u));

} // namespace
