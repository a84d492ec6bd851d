//===- IndexingUtil.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"
#include "../Ops/InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

indexing::Shape indexing::getShape(const Value *value) {
  Shape shape;
  for (DimExpr d : value->getTensorType().getShape())
    shape.push_back(*d.getConstant());
  return shape;
}

indexing::Shape indexing::getOperandShape(const Operation *op, unsigned i) {
  return getShape(op->getOperand(i));
}

indexing::Shape indexing::getResultShape(const Operation *op, unsigned i) {
  return getShape(op->getResult(i));
}

Indexing indexing::create(const Operation *op) {
  Indexing indexing;
  indexing.operands.resize(op->getNumOperands());
  indexing.results.resize(op->getNumResults());
  return indexing;
}

StringRef indexing::getDimName(unsigned i) {
  static constexpr StringLiteral names[] = {"d0", "d1", "d2", "d3",
                                            "d4", "d5", "d6", "d7"};
  return i < std::size(names) ? names[i] : StringLiteral("d");
}

indexing::Dims indexing::addDims(Indexing &indexing, ArrayRef<int64_t> shape) {
  Dims dims;
  for (auto [i, extent] : enumerate(shape))
    dims.push_back(indexing.addDim(getDimName(i), extent));
  return dims;
}

indexing::Dims indexing::addResultDims(Indexing &indexing,
                                       const Operation *op) {
  Dims dims = addDims(indexing, getResultShape(op));
  indexing.results[0] = toAccess(dims);
  return dims;
}

Access indexing::toAccess(ArrayRef<unsigned> dims) {
  Access access;
  for (unsigned dim : dims)
    access.push_back(IndexExpr::dim(dim));
  return access;
}

Access indexing::first(unsigned rank) {
  return Access(rank, IndexExpr::value(0));
}

Access indexing::all(unsigned rank) { return Access(rank, IndexExpr::all()); }

Access indexing::broadcastTo(ArrayRef<int64_t> shape, ArrayRef<int64_t> target,
                             ArrayRef<unsigned> dims) {
  // A tensor of one element may have more dimensions than the result (a bound
  // of Clip).
  unsigned extra = shape.size() - std::min(shape.size(), target.size());
  unsigned offset = target.size() + extra - shape.size();
  Access access = first(extra);
  for (auto [i, extent] : enumerate(shape.drop_front(extra)))
    access.push_back(extent == target[offset + i]
                         ? IndexExpr::dim(dims[offset + i])
                         : IndexExpr::value(0));
  return access;
}

Access indexing::along(ArrayRef<int64_t> shape, unsigned dim) {
  return shape.size() == 1 && shape[0] != 1 ? Access{IndexExpr::dim(dim)}
                                            : first(shape.size());
}

std::optional<unsigned> indexing::getAxis(const Operation *op, int64_t fallback,
                                          unsigned rank) {
  return normalizeAxis(op->getInt("axis", fallback), rank);
}

std::optional<SmallVector<int64_t, 6>> indexing::getInts(const Operation *op,
                                                         unsigned i) {
  return infer::constantInts(op->getOperand(i));
}

Indexing indexing::createAlong(const Operation *op, ArrayRef<unsigned> whole) {
  Indexing indexing = create(op);
  Shape shape = getOperandShape(op, 0);
  Access access;
  for (auto [i, extent] : enumerate(shape))
    access.push_back(is_contained(whole, i) ? IndexExpr::all()
                                            : IndexExpr::dim(indexing.addDim(
                                                  getDimName(i), extent)));
  indexing.operands[0] = access;
  indexing.results[0] = access;
  return indexing;
}
