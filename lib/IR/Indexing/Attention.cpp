//===- Attention.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Attention and sequence models: instances, heads and queries are independent
/// of each other; keys, and the elements of a state, are not.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

static bool isWanted(const Operation *op, unsigned i) {
  return i < op->getNumResults() && !op->getResult(i)->getType().isNone();
}

std::optional<Indexing> indexing::attention(const Operation *op) {
  Indexing indexing = create(op);
  Shape q = getOperandShape(op, 0), y = getResultShape(op);
  const bool packed = q.size() == 3;
  const IndexExpr whole = IndexExpr::all();
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", q[0]));
  const int64_t heads = packed ? 0 : q[1],
                keyHeads = packed ? 0 : getOperandShape(op, 1)[1];
  // Packed heads can't be told apart by an index of the last dimension.
  IndexExpr h = whole, keyHead = whole;
  if (!packed) {
    const unsigned dim = indexing.addDim("h", heads);
    h = IndexExpr::dim(dim);
    keyHead = h;
    keyHead.terms[0].divisor = heads / keyHeads;
  }
  const IndexExpr i = IndexExpr::dim(indexing.addDim("q", q[packed ? 1 : 2]));
  const Access queries = packed ? Access{n, i, whole} : Access{n, h, i, whole};
  const Access keys =
      packed ? Access{n, whole, whole} : Access{n, keyHead, whole, whole};
  indexing.operands[0] = queries;
  indexing.operands[1] = keys;
  indexing.operands[2] = keys;
  if (op->getOperand(3)) {
    Shape mask = getOperandShape(op, 3);
    const Access target = {n, h, i, whole};
    Access access;
    for (auto [k, extent] : enumerate(mask))
      access.push_back(extent == 1 ? IndexExpr::value(0)
                                   : target[4 - mask.size() + k]);
    access.back() = whole;
    indexing.operands[3] = std::move(access);
  }
  for (unsigned past : {4, 5})
    if (op->getOperand(past))
      indexing.operands[past] = {n, keyHead, whole, whole};
  if (op->getOperand(6))
    indexing.operands[6] = {n};

  indexing.results[0] = queries;
  // A key head belongs to several query heads.
  const Access present = {n, heads == keyHeads ? h : whole, whole, whole};
  for (unsigned i : {1, 2})
    if (isWanted(op, i))
      indexing.results[i] = present;
  if (isWanted(op, 3))
    indexing.results[3] = {n, h, i, whole};
  if ((isWanted(op, 1) || isWanted(op, 2)) && heads != keyHeads)
    indexing.operands[1] = indexing.operands[2] = {n, whole, whole, whole};
  return indexing;
}

std::optional<Indexing> indexing::rotaryEmbedding(const Operation *op) {
  Shape x = getOperandShape(op, 0);
  const unsigned last = x.size() - 1;
  Indexing indexing = createAlong(op, {last});
  const Access &all = indexing.results[0];
  const IndexExpr n = all[0], position = all[last - 1];
  if (op->getOperand(3))
    indexing.operands[3] = {n, position};
  const Access cache = op->getOperand(3)
                           ? Access{IndexExpr::all(), IndexExpr::all()}
                           : Access{n, position, IndexExpr::all()};
  indexing.operands[1] = indexing.operands[2] = cache;
  return indexing;
}

std::optional<Indexing> indexing::linearAttention(const Operation *op) {
  Indexing indexing = create(op);
  const IndexExpr n =
      IndexExpr::dim(indexing.addDim("n", getOperandShape(op, 0)[0]));
  auto whole = [&](unsigned rank) {
    Access access = all(rank);
    access[0] = n;
    return access;
  };
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    if (op->getOperand(i))
      indexing.operands[i] = whole(i == 3 ? 4 : 3);
  indexing.results[0] = whole(3);
  if (isWanted(op, 1))
    indexing.results[1] = whole(4);
  return indexing;
}

std::optional<Indexing> indexing::causalConvWithState(const Operation *op) {
  Indexing indexing = createAlong(op, {2u});
  const IndexExpr channel = indexing.results[0][1];
  indexing.operands[1] = {channel, IndexExpr::all(), IndexExpr::all()};
  if (op->getOperand(2))
    indexing.operands[2] = {channel};
  if (op->getOperand(3))
    indexing.operands[3] = indexing.results[0];
  if (isWanted(op, 1))
    indexing.results[1] = indexing.results[0];
  return indexing;
}

std::optional<Indexing> indexing::tensorScatter(const Operation *op) {
  auto axis = getAxis(op, -2, getOperandShape(op, 0).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  indexing.operands[0] = access;
  if (op->getOperand(2))
    indexing.operands[2] = {access[0]};
  access[*axis] = IndexExpr::all();
  indexing.operands[1] = std::move(access);
  return indexing;
}
