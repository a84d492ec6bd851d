//===- Detection.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Sampling and regions: where samples lie is data, so that what they may lie
/// in is whole.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::gridSample(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  Access x = all(dims.size());
  x[0] = IndexExpr::dim(dims[0]);
  x[1] = IndexExpr::dim(dims[1]);
  indexing.operands[0] = std::move(x);
  dims.erase(dims.begin() + 1);
  Access grid = toAccess(dims);
  grid.push_back(IndexExpr::all());
  indexing.operands[1] = std::move(grid);
  return indexing;
}

std::optional<Indexing> indexing::affineGrid(const Operation *op) {
  Shape grid = getResultShape(op);
  Indexing indexing = create(op);
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", grid[0]));
  indexing.operands[0] = {n, IndexExpr::all(), IndexExpr::all()};
  indexing.operands[1] = all(1);
  indexing.results[0] = all(grid.size());
  indexing.results[0][0] = n;
  return indexing;
}

std::optional<Indexing> indexing::regions(const Operation *op) {
  Shape y = getResultShape(op);
  Indexing indexing = create(op);
  const IndexExpr whole = IndexExpr::all();
  const IndexExpr r = IndexExpr::dim(indexing.addDim("r", y[0]));
  const IndexExpr c = IndexExpr::dim(indexing.addDim("c", y[1]));
  indexing.operands[0] = {whole, c, whole, whole};
  indexing.operands[1] = {r, whole};
  if (op->getNumOperands() > 2)
    indexing.operands[2] = {r};
  indexing.results[0] = {r, c, whole, whole};
  return indexing;
}

std::optional<Indexing> indexing::deformConv(const Operation *op) {
  Shape y = getResultShape(op);
  Indexing indexing = create(op);
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", y[0]));
  const IndexExpr m = IndexExpr::dim(indexing.addDim("m", y[1]));
  Access instance = all(y.size()), channel = instance;
  instance[0] = n;
  channel[0] = m;
  for (unsigned i : {0, 2, 4})
    if (op->getOperand(i))
      indexing.operands[i] = instance;
  indexing.operands[1] = std::move(channel);
  if (op->getOperand(3))
    indexing.operands[3] = {m};
  indexing.results[0] = std::move(instance);
  indexing.results[0][1] = m;
  return indexing;
}

std::optional<Indexing> indexing::col2Im(const Operation *op) {
  Shape y = getResultShape(op);
  Indexing indexing = create(op);
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", y[0]));
  indexing.operands[0] = {n, IndexExpr::all(), IndexExpr::all()};
  indexing.operands[1] = all(1);
  indexing.operands[2] = all(1);
  indexing.results[0] = all(y.size());
  indexing.results[0][0] = n;
  return indexing;
}

std::optional<Indexing> indexing::centerCropPad(const Operation *op) {
  Shape from = getOperandShape(op, 0), to = getResultShape(op);
  Indexing indexing = create(op);
  Access access;
  for (auto [i, dim] : enumerate(addResultDims(indexing, op)))
    access.push_back(IndexExpr::dim(
        dim, 1,
        from[i] > to[i] ? (from[i] - to[i]) / 2 : -((to[i] - from[i]) / 2)));
  indexing.operands[0] = std::move(access);
  indexing.operands[1] = all(1);
  return indexing;
}

std::optional<Indexing> indexing::det(const Operation *op) {
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  access.resize(access.size() + 2, IndexExpr::all());
  indexing.operands[0] = std::move(access);
  return indexing;
}

std::optional<Indexing> indexing::reverseSequence(const Operation *op) {
  const unsigned rank = getOperandShape(op, 0).size();
  auto batch = normalizeAxis(op->getInt("batch_axis", 1), rank);
  auto time = normalizeAxis(op->getInt("time_axis", 0), rank);
  if (!batch || !time)
    return std::nullopt;
  Indexing indexing = createAlong(op, *time);
  indexing.operands[1] = {indexing.results[0][*batch]};
  return indexing;
}
