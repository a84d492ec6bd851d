//===- Normalization.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Normalization: the dimensions that moments are taken over are whole.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::alongAxis(const Operation *op) {
  auto axis = getAxis(op, -1, getOperandShape(op, 0).size());
  return axis ? std::optional(createAlong(op, *axis)) : std::nullopt;
}

std::optional<Indexing>
indexing::meanVarianceNormalization(const Operation *op) {
  auto axes = normalizeAxes(op->getInts("axes", {0, 2, 3}),
                            getOperandShape(op, 0).size());
  return axes ? std::optional(createAlong(op, *axes)) : std::nullopt;
}

std::optional<Indexing> indexing::batchNormalization(const Operation *op) {
  // A batch of scalars counts as one of a single channel.
  unsigned rank = getOperandShape(op, 0).size();
  Dims whole;
  if (op->getInt("training_mode", 0))
    for (unsigned i = 0; i < rank; ++i)
      if (i != 1)
        whole.push_back(i);
  Indexing indexing = createAlong(op, whole);
  Access channel = {rank > 1 ? indexing.results[0][1] : IndexExpr::value(0)};
  for (unsigned i = 1; i < 5; ++i)
    indexing.operands[i] = channel;
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    if (!op->getResult(i)->getType().isNone())
      indexing.results[i] = channel;
  return indexing;
}

/// Moments of \p groupSize channels of an instance.
static Indexing createGroups(const Operation *op, int64_t groupSize) {
  unsigned rank = getOperandShape(op, 0).size();
  Dims whole;
  for (unsigned i = 2; i < rank; ++i)
    whole.push_back(i);
  Indexing indexing = createAlong(op, whole);
  Access channel = {indexing.results[0][1]};
  for (unsigned i : {1, 2})
    indexing.operands[i] = channel;
  // From the group's first channel on; never in place, even where the group is
  // one channel, for there are all of space's elements to read first.
  if (groupSize > 1) {
    IndexExpr &index = (*indexing.operands[0])[1];
    index.terms[0].coefficient = groupSize;
    index.terms[0].divisor = groupSize;
    index.above = groupSize - 1;
  }
  return indexing;
}

std::optional<Indexing> indexing::instanceNormalization(const Operation *op) {
  return createGroups(op, 1);
}

std::optional<Indexing> indexing::groupNormalization(const Operation *op) {
  return createGroups(op,
                      getOperandShape(op, 0)[1] / op->getInt("num_groups", 1));
}

std::optional<Indexing> indexing::layerNormalization(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto axis = getAxis(op, -1, shape.size());
  if (!axis)
    return std::nullopt;
  Dims whole;
  for (unsigned i = *axis; i < shape.size(); ++i)
    whole.push_back(i);
  Indexing indexing = createAlong(op, whole);
  const Access &x = indexing.results[0];
  for (unsigned i = 1; i < op->getNumOperands(); ++i) {
    if (!op->getOperand(i))
      continue;
    // Scale and bias broadcast to X.
    Shape parameter = getOperandShape(op, i);
    Access access;
    for (auto [extent, index, own] :
         zip(ArrayRef(shape).take_back(parameter.size()),
             ArrayRef(x).take_back(parameter.size()), parameter))
      access.push_back(own == extent ? index : IndexExpr::value(0));
    indexing.operands[i] = std::move(access);
  }
  for (unsigned i = 1; i < op->getNumResults(); ++i) {
    if (op->getResult(i)->getType().isNone())
      continue;
    Access moments(x.begin(), x.begin() + *axis);
    moments.resize(shape.size(), IndexExpr::value(0));
    indexing.results[i] = std::move(moments);
  }
  return indexing;
}

std::optional<Indexing> indexing::lrn(const Operation *op) {
  Indexing indexing = createAlong(op, {});
  const int64_t size = op->getInt("size", 1);
  IndexExpr &channel = (*indexing.operands[0])[1];
  channel.below = (size - 1) / 2;
  channel.above = size / 2;
  return indexing;
}
