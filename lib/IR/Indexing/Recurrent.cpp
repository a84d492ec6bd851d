//===- Recurrent.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Recurrent layers: instances and directions are independent of each other,
/// steps and the elements of the state are not.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::recurrent(const Operation *op) {
  Indexing indexing = create(op);
  const bool batchFirst = op->getInt("layout", 0);
  Shape x = getOperandShape(op, 0);
  const IndexExpr d =
      IndexExpr::dim(indexing.addDim("d", getOperandShape(op, 1)[0]));
  const IndexExpr n = IndexExpr::dim(indexing.addDim("n", x[!batchFirst]));
  const IndexExpr whole = IndexExpr::all();

  indexing.operands[0] =
      batchFirst ? Access{n, whole, whole} : Access{whole, n, whole};
  const Access state = batchFirst ? Access{n, d, whole} : Access{d, n, whole};
  const Access byOperand[] = {
      {d, whole, whole}, {d, whole, whole}, {d, whole}, {n}, state, state,
      {d, whole}};
  for (unsigned i = 1; i < op->getNumOperands(); ++i)
    if (op->getOperand(i))
      indexing.operands[i] = byOperand[i - 1];
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    if (!op->getResult(i)->getType().isNone())
      indexing.results[i] = state;
  if (!op->getResult(0)->getType().isNone())
    indexing.results[0] =
        batchFirst ? Access{n, whole, d, whole} : Access{whole, d, n, whole};
  return indexing;
}
