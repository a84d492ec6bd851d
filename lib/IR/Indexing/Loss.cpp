//===- Loss.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Losses: classes are whole. A reduction is weighted, or of what is ignored,
/// so that its parts don't combine.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::loss(const Operation *op) {
  if (op->getString("reduction", "mean") != "none")
    return std::nullopt;
  Indexing indexing = create(op);
  Access target = toAccess(addResultDims(indexing, op));
  Access input = target;
  input.insert(input.begin() + 1, IndexExpr::all());
  indexing.operands[1] = std::move(target);
  if (op->getOperand(2))
    indexing.operands[2] = all(1);
  if (op->getNumResults() > 1 && !op->getResult(1)->getType().isNone())
    indexing.results[1] = input;
  indexing.operands[0] = std::move(input);
  return indexing;
}
