//===- Signal.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Fourier transforms: a line of elements is transformed as a whole.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::dft(const Operation *op) {
  Shape in = getOperandShape(op, 0);
  int64_t axis = -2;
  if (op->getOperand(2)) {
    auto given = getInts(op, 2);
    if (!given || given->size() != 1)
      return std::nullopt;
    axis = given->front();
  }
  auto at = normalizeAxis(axis, in.size());
  if (!at)
    return std::nullopt;
  Indexing indexing =
      createAlong(op, {*at, static_cast<unsigned>(in.size() - 1)});
  for (unsigned i : {1, 2})
    if (op->getOperand(i))
      indexing.operands[i] = first(getOperandShape(op, i).size());
  return indexing;
}

std::optional<Indexing> indexing::stft(const Operation *op) {
  auto step = getInts(op, 1);
  if (!step || step->size() != 1)
    return std::nullopt;
  Shape y = getResultShape(op), signal = getOperandShape(op, 0);
  int64_t length = 0;
  if (op->getOperand(2)) {
    length = getOperandShape(op, 2)[0];
  } else {
    auto given = getInts(op, 3);
    if (!given || given->size() != 1)
      return std::nullopt;
    length = given->front();
  }
  Indexing indexing = create(op);
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", y[0]));
  const unsigned frame = indexing.addDim("f", y[1]);
  IndexExpr samples = IndexExpr::dim(frame, step->front());
  samples.above = length - 1;
  Access access = {n, samples};
  access.resize(signal.size(), IndexExpr::all());
  indexing.operands[0] = std::move(access);
  for (unsigned i : {1, 3})
    if (op->getOperand(i))
      indexing.operands[i] = first(getOperandShape(op, i).size());
  if (op->getOperand(2))
    indexing.operands[2] = all(1);
  indexing.results[0] = {n, IndexExpr::dim(frame), IndexExpr::all(),
                         IndexExpr::all()};
  return indexing;
}

std::optional<Indexing> indexing::fromParameters(const Operation *op) {
  Indexing indexing = create(op);
  addResultDims(indexing, op);
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    indexing.operands[i] = first(getOperandShape(op, i).size());
  return indexing;
}
