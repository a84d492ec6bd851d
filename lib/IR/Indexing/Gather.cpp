//===- Gather.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators whose indices are data: what they may pick from is whole.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::gather(const Operation *op) {
  Shape data = getOperandShape(op, 0), indices = getOperandShape(op, 1);
  auto axis = getAxis(op, 0, data.size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  ArrayRef<unsigned> all = dims;
  Access picked = toAccess(all.take_front(*axis));
  picked.push_back(IndexExpr::all());
  append_range(picked, toAccess(all.drop_front(*axis + indices.size())));
  indexing.operands[0] = std::move(picked);
  indexing.operands[1] = toAccess(all.slice(*axis, indices.size()));
  return indexing;
}

std::optional<Indexing> indexing::gatherElements(const Operation *op) {
  auto axis = getAxis(op, 0, getOperandShape(op, 0).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  indexing.operands[1] = access;
  access[*axis] = IndexExpr::all();
  indexing.operands[0] = std::move(access);
  return indexing;
}

std::optional<Indexing> indexing::gatherND(const Operation *op) {
  Shape data = getOperandShape(op, 0), indices = getOperandShape(op, 1);
  const unsigned batch = op->getInt("batch_dims", 0), tuple = indices.back();
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  ArrayRef<unsigned> all = dims;
  Access picked = toAccess(all.take_front(batch));
  picked.resize(batch + tuple, IndexExpr::all());
  append_range(picked, toAccess(all.drop_front(indices.size() - 1)));
  indexing.operands[0] = std::move(picked);
  Access tuples = toAccess(all.take_front(indices.size() - 1));
  tuples.push_back(IndexExpr::all());
  indexing.operands[1] = std::move(tuples);
  return indexing;
}

std::optional<Indexing> indexing::scatterElements(const Operation *op) {
  auto axis = getAxis(op, 0, getOperandShape(op, 0).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  indexing.operands[0] = access;
  access[*axis] = IndexExpr::all();
  indexing.operands[1] = access;
  indexing.operands[2] = std::move(access);
  return indexing;
}

std::optional<Indexing> indexing::scatterND(const Operation *op) {
  Shape indices = getOperandShape(op, 1);
  const unsigned tuple = indices.back();
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  indexing.operands[0] = toAccess(dims);
  indexing.operands[1] = all(indices.size());
  Access updates = all(indices.size() - 1);
  append_range(updates, toAccess(ArrayRef(dims).drop_front(tuple)));
  indexing.operands[2] = std::move(updates);
  return indexing;
}

std::optional<Indexing> indexing::oneHot(const Operation *op) {
  auto axis = getAxis(op, -1, getResultShape(op).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  dims.erase(dims.begin() + *axis);
  indexing.operands[0] = toAccess(dims);
  // The depth is the size of the result; it also says what negative indices
  // mean.
  indexing.operands[1] = first(getOperandShape(op, 1).size());
  indexing.operands[2] = all(1);
  return indexing;
}
