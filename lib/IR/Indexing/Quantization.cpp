//===- Quantization.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Quantization with scales per tensor, per index of an axis, or per block.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::quantizeLinear(const Operation *op) {
  Indexing indexing = create(op);
  Shape shape = getResultShape(op), scale = getOperandShape(op, 1);
  Dims dims = addResultDims(indexing, op);
  indexing.operands[0] = toAccess(dims);
  int64_t axis = op->getInt("axis", 1);
  // The default means channels, which a vector hasn't.
  if (shape.size() == 1 && axis == 1)
    axis = 0;
  auto normalized = normalizeAxis(axis, shape.size());
  const int64_t block = op->getInt("block_size", 0);
  const bool perTensor =
      block == 0 && (scale.empty() || (scale.size() == 1 && scale[0] == 1));
  if (!normalized && !perTensor)
    return std::nullopt;
  for (unsigned i : {1, 2}) {
    if (!op->getOperand(i))
      continue;
    if (perTensor) {
      indexing.operands[i] = first(getOperandShape(op, i).size());
      continue;
    }
    Access access = {IndexExpr::dim(dims[*normalized])};
    if (block > 0) {
      access = toAccess(dims);
      access[*normalized].divisor = block;
    }
    indexing.operands[i] = std::move(access);
  }
  return indexing;
}

std::optional<Indexing> indexing::requantize(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  indexing.operands[0] = toAccess(dims);
  if (!op->getOperand(1))
    return indexing;
  Shape bias = getOperandShape(op, 1);
  auto axis = getAxis(op, 1, dims.size());
  if (!axis && bias.size() == 1 && bias[0] != 1)
    return std::nullopt;
  indexing.operands[1] = along(bias, axis ? dims[*axis] : 0);
  return indexing;
}
