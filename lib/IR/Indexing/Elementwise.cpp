//===- Elementwise.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators on corresponding elements, and those that read none.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::broadcast(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  Shape target = getResultShape(op);
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    if (op->getOperand(i))
      indexing.operands[i] = broadcastTo(getOperandShape(op, i), target, dims);
  return indexing;
}

std::optional<Indexing> indexing::identity(const Operation *op) {
  auto indexing = broadcast(op);
  indexing->isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::castLike(const Operation *op) {
  Indexing indexing = create(op);
  indexing.operands[0] = toAccess(addResultDims(indexing, op));
  return indexing;
}

std::optional<Indexing> indexing::trilu(const Operation *op) {
  Indexing indexing = create(op);
  indexing.operands[0] = toAccess(addResultDims(indexing, op));
  if (op->getOperand(1))
    indexing.operands[1] = first(getOperandShape(op, 1).size());
  return indexing;
}

std::optional<Indexing> indexing::dropout(const Operation *op) {
  // What is dropped in training depends on the order of the random numbers.
  if (op->getOperand(2)) {
    ConstantAttr training = getConstantValue(op->getOperand(2));
    auto values = training ? training.getIntValues() : std::nullopt;
    if (!values || values->size() != 1 || values->front())
      return std::nullopt;
  }
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  indexing.operands[0] = access;
  indexing.isDataMovement = op->getNumResults() == 1;
  if (!indexing.isDataMovement)
    indexing.results[1] = access;
  return indexing;
}

std::optional<Indexing> indexing::generate(const Operation *op) {
  Indexing indexing = create(op);
  addResultDims(indexing, op);
  return indexing;
}

std::optional<Indexing> indexing::range(const Operation *op) {
  Indexing indexing = create(op);
  addResultDims(indexing, op);
  for (unsigned i = 0; i < 3; ++i)
    indexing.operands[i] = first(getOperandShape(op, i).size());
  return indexing;
}
