//===- Reduction.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that reduce whole dimensions, or search along one.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

/// The axes that a reduction reduces; nullopt where they aren't known.
static std::optional<Dims> getReducedAxes(const Operation *op, unsigned rank) {
  Dims axes;
  SmallVector<int64_t, 6> given;
  if (op->getOperand(1)) {
    auto values = getInts(op, 1);
    if (!values)
      return std::nullopt;
    given = *values;
  }
  if (!given.empty())
    return normalizeAxes(given, rank);
  if (!op->getInt("noop_with_empty_axes", 0))
    for (unsigned i = 0; i < rank; ++i)
      axes.push_back(i);
  return axes;
}

std::optional<Indexing> indexing::reduction(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto axes = getReducedAxes(op, shape.size());
  if (!axes)
    return std::nullopt;
  static constexpr StringLiteral reduced[] = {"r0", "r1", "r2", "r3",
                                              "r4", "r5", "r6", "r7"};
  Indexing indexing = create(op);
  const bool keep = op->getInt("keepdims", 1);
  Access data;
  for (auto [i, extent] : enumerate(shape)) {
    bool isReduced = is_contained(*axes, i);
    unsigned name = std::min<unsigned>(i, std::size(reduced) - 1);
    unsigned dim =
        indexing.addDim(isReduced ? StringRef(reduced[name]) : getDimName(i),
                        extent, isReduced);
    data.push_back(IndexExpr::dim(dim));
    if (!isReduced)
      indexing.results[0].push_back(IndexExpr::dim(dim));
    else if (keep)
      indexing.results[0].push_back(IndexExpr::value(0));
  }
  indexing.operands[0] = std::move(data);
  return indexing;
}

static std::optional<Indexing> reduceWith(const Operation *op,
                                          Combiner combiner) {
  auto indexing = reduction(op);
  if (indexing)
    indexing->combiner = combiner;
  return indexing;
}

std::optional<Indexing> indexing::sumReduction(const Operation *op) {
  return reduceWith(op, Combiner::Sum);
}
std::optional<Indexing> indexing::productReduction(const Operation *op) {
  return reduceWith(op, Combiner::Product);
}
std::optional<Indexing> indexing::maxReduction(const Operation *op) {
  return reduceWith(op, Combiner::Max);
}
std::optional<Indexing> indexing::minReduction(const Operation *op) {
  return reduceWith(op, Combiner::Min);
}

std::optional<Indexing> indexing::argReduction(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto axis = getAxis(op, 0, shape.size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = createAlong(op, *axis);
  Access &result = indexing.results[0];
  if (op->getInt("keepdims", 1))
    result[*axis] = IndexExpr::value(0);
  else
    result.erase(result.begin() + *axis);
  return indexing;
}

std::optional<Indexing> indexing::cumSum(const Operation *op) {
  auto axis = getInts(op, 1);
  if (!axis || axis->size() != 1)
    return std::nullopt;
  auto axes = normalizeAxes(*axis, getOperandShape(op, 0).size());
  return axes ? std::optional(createAlong(op, *axes)) : std::nullopt;
}

std::optional<Indexing> indexing::topK(const Operation *op) {
  auto axis = getAxis(op, -1, getOperandShape(op, 0).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = createAlong(op, *axis);
  indexing.results[1] = indexing.results[0];
  // K is the size of the results, which is known.
  return indexing;
}
