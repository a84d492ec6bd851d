//===- Matrix.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Products of matrices.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"
#include "onnc/IR/Ops/Einsum.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::gemm(const Operation *op) {
  Indexing indexing = create(op);
  bool transA = op->getInt("transA", 0), transB = op->getInt("transB", 0);
  Shape a = getOperandShape(op, 0), shape = getResultShape(op);
  unsigned m = indexing.addDim("m", shape[0]);
  unsigned n = indexing.addDim("n", shape[1]);
  unsigned k = indexing.addDim("k", a[!transA], /*isReduction=*/true);
  indexing.results[0] = toAccess({m, n});
  indexing.operands[0] = transA ? toAccess({k, m}) : toAccess({m, k});
  indexing.operands[1] = transB ? toAccess({n, k}) : toAccess({k, n});
  if (op->getOperand(2)) {
    indexing.operands[2] = broadcastTo(getOperandShape(op, 2), shape, {m, n});
    indexing.addend = 2;
  }
  indexing.combiner = Combiner::Sum;
  return indexing;
}

namespace {
/// What is behind the batch; a vector has no rows (left) or columns (right).
struct ProductDims {
  std::optional<unsigned> m, n;
};
} // namespace

/// numpy.matmul of operands \p a and \p b.
static ProductDims addProduct(Indexing &indexing, const Operation *op,
                              unsigned a, unsigned b) {
  static constexpr StringLiteral names[] = {"b0", "b1", "b2", "b3"};
  Shape left = getOperandShape(op, a), right = getOperandShape(op, b);
  Shape shape = getResultShape(op);
  ProductDims dims;
  unsigned numBatch =
      shape.size() - (left.size() > 1 ? 1 : 0) - (right.size() > 1 ? 1 : 0);
  Dims batch;
  for (unsigned i = 0; i < numBatch; ++i)
    batch.push_back(indexing.addDim(
        i < std::size(names) ? StringRef(names[i]) : "b", shape[i]));
  indexing.results[0] = toAccess(batch);
  if (left.size() > 1) {
    dims.m = indexing.addDim("m", left[left.size() - 2]);
    indexing.results[0].push_back(IndexExpr::dim(*dims.m));
  }
  if (right.size() > 1) {
    dims.n = indexing.addDim("n", right.back());
    indexing.results[0].push_back(IndexExpr::dim(*dims.n));
  }
  unsigned k = indexing.addDim("k", left.back(), /*isReduction=*/true);
  auto getBatch = [&](ArrayRef<int64_t> operand) {
    return operand.size() < 2
               ? Access()
               : broadcastTo(operand.drop_back(2),
                             ArrayRef(shape).take_front(numBatch), batch);
  };
  Access l = getBatch(left), r = getBatch(right);
  if (dims.m)
    l.push_back(IndexExpr::dim(*dims.m));
  l.push_back(IndexExpr::dim(k));
  r.push_back(IndexExpr::dim(k));
  if (dims.n)
    r.push_back(IndexExpr::dim(*dims.n));
  indexing.operands[a] = std::move(l);
  indexing.operands[b] = std::move(r);
  return dims;
}

std::optional<Indexing> indexing::matMul(const Operation *op) {
  Indexing indexing = create(op);
  addProduct(indexing, op, 0, 1);
  indexing.combiner = Combiner::Sum;
  return indexing;
}

/// Scales or zero points: one, or one for each index of \p dim (in a vector, or
/// in a row or column of a matrix).
static void addParameters(Indexing &indexing, const Operation *op, unsigned i,
                          std::optional<unsigned> dim) {
  if (!op->getOperand(i))
    return;
  Access access;
  for (int64_t extent : getOperandShape(op, i))
    access.push_back(extent == 1 || !dim ? IndexExpr::value(0)
                                         : IndexExpr::dim(*dim));
  indexing.operands[i] = std::move(access);
}

std::optional<Indexing> indexing::matMulInteger(const Operation *op) {
  Indexing indexing = create(op);
  auto [m, n] = addProduct(indexing, op, 0, 1);
  addParameters(indexing, op, 2, m);
  addParameters(indexing, op, 3, n);
  indexing.combiner = Combiner::Sum;
  return indexing;
}

std::optional<Indexing> indexing::qlinearMatMul(const Operation *op) {
  Indexing indexing = create(op);
  auto [m, n] = addProduct(indexing, op, 0, 3);
  for (unsigned i : {1, 2})
    addParameters(indexing, op, i, m);
  for (unsigned i : {4, 5, 6, 7})
    addParameters(indexing, op, i, n);
  return indexing;
}

namespace {
/// Where the dimensions of Einsum's operands get their sizes.
struct EinsumSizes {
  int64_t letters[128] = {};
  Shape ellipsis;
};
} // namespace

/// How many dimensions the ellipsis of \p term stands for in rank \p rank.
static unsigned getEllipsisRank(StringRef term, unsigned rank) {
  return term.contains('.') ? rank - (term.size() - 1) : 0;
}

static EinsumSizes getEinsumSizes(const Operation *op,
                                  const EinsumEquation &equation) {
  EinsumSizes sizes;
  for (auto [i, input] : enumerate(equation.inputs)) {
    Shape shape = getOperandShape(op, i);
    unsigned next = 0, dots = getEllipsisRank(input, shape.size());
    if (dots > sizes.ellipsis.size())
      sizes.ellipsis.insert(sizes.ellipsis.begin(),
                            dots - sizes.ellipsis.size(), 1);
    for (char c : input) {
      if (c != '.') {
        int64_t &size = sizes.letters[unsigned(c)];
        size = size > 1 ? size : shape[next];
        ++next;
        continue;
      }
      for (unsigned d = sizes.ellipsis.size() - dots; d < sizes.ellipsis.size();
           ++d, ++next)
        if (shape[next] != 1)
          sizes.ellipsis[d] = shape[next];
    }
  }
  return sizes;
}

static StringRef getLetterName(char c) {
  static constexpr StringLiteral letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz";
  return letters.substr(c - 'A', 1);
}

std::optional<Indexing> indexing::einsum(const Operation *op) {
  auto equation = parseEinsum(op->getString("equation"));
  if (!equation) {
    consumeError(equation.takeError());
    return std::nullopt;
  }
  Indexing indexing = create(op);
  EinsumSizes sizes = getEinsumSizes(op, *equation);
  std::optional<unsigned> letters[128];
  Dims ellipsis;
  auto addTerm = [&](StringRef term, bool isReduction) {
    for (char c : term)
      if (c != '.') {
        if (!letters[unsigned(c)])
          letters[unsigned(c)] = indexing.addDim(
              getLetterName(c), sizes.letters[unsigned(c)], isReduction);
      } else if (ellipsis.empty()) {
        for (int64_t size : sizes.ellipsis)
          ellipsis.push_back(indexing.addDim("...", size, isReduction));
      }
  };
  addTerm(equation->output, /*isReduction=*/false);
  for (StringRef input : equation->inputs)
    addTerm(input, /*isReduction=*/true);

  // Dimensions of size 1 broadcast.
  auto getIndex = [&](unsigned dim, int64_t size) {
    return size == indexing.dims[dim].extent ? IndexExpr::dim(dim)
                                             : IndexExpr::value(0);
  };
  auto getAccess = [&](StringRef term, ArrayRef<int64_t> shape) {
    unsigned dots = getEllipsisRank(term, shape.size());
    Access access;
    for (char c : term)
      if (c != '.')
        access.push_back(getIndex(*letters[unsigned(c)], shape[access.size()]));
      else
        for (unsigned dim : ArrayRef(ellipsis).take_back(dots))
          access.push_back(getIndex(dim, shape[access.size()]));
    return access;
  };
  for (auto [i, input] : enumerate(equation->inputs))
    indexing.operands[i] = getAccess(input, getOperandShape(op, i));
  indexing.results[0] = getAccess(equation->output, getResultShape(op));
  indexing.combiner = Combiner::Sum;
  return indexing;
}
