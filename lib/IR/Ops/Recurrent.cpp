//===- Recurrent.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Recurrent layers. OnnxRecurrent.td has the shapes.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

namespace {
/// The sizes that operands and results of a recurrent layer share.
struct RecurrentDims {
  DimExpr steps, batch, input, directions, hidden;
  unsigned gates;
};
} // namespace

/// Checks W, R and B, whose sizes are multiples of the hidden size.
static LogicalResult checkWeights(Operation *op, RecurrentDims &d) {
  // R alone tells the hidden size without a factor.
  DimExpr any = unknownDim(op);
  if (failed(mergeShape(op, 2, {&d.directions, &any, &d.hidden})))
    return failure();
  DimExpr rows = d.hidden * d.gates;
  DimExpr rowsOfR = rows, biases = d.hidden * (2 * d.gates);
  if (failed(mergeShape(op, 1, {&d.directions, &rows, &d.input})) ||
      failed(mergeShape(op, 2, {&d.directions, &rowsOfR, &d.hidden})) ||
      failed(mergeShape(op, 3, {&d.directions, &biases})))
    return failure();
  return success();
}

static LogicalResult readDims(Operation *op, unsigned gates, bool batchFirst,
                              RecurrentDims &d) {
  if (failed(requireOneOf(op, "direction", "forward",
                          {"forward", "reverse", "bidirectional"})))
    return failure();
  bool both = op->getString("direction", "forward") == "bidirectional";
  d.steps = d.batch = d.input = d.hidden = unknownDim(op);
  d.directions = dim(op, both ? 2 : 1);
  d.gates = gates;
  if (op->hasAttr("hidden_size")) {
    int64_t size = op->getInt("hidden_size", 0);
    if (size < 1 || size > INT32_MAX)
      return error(op) << "'hidden_size' is " << size
                       << ", but must be positive";
    d.hidden = dim(op, size);
  }
  DimExpr &first = batchFirst ? d.batch : d.steps;
  DimExpr &second = batchFirst ? d.steps : d.batch;
  if (failed(mergeShape(op, 0, {&first, &second, &d.input})) ||
      failed(checkWeights(op, d)) || failed(mergeShape(op, 4, {&d.batch})))
    return failure();
  return success();
}

static LogicalResult inferRecurrent(Operation *op, Types &types,
                                    unsigned gates) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || !requireTensor(op, 2))
    return failure();
  int64_t layout = op->getInt("layout", 0);
  if (layout != 0 && layout != 1)
    return error(op) << "'layout' is " << layout << ", but must be 0 or 1";
  RecurrentDims d;
  if (failed(readDims(op, gates, layout == 1, d)))
    return failure();
  SmallVector<DimExpr *, 3> state = {&d.directions, &d.batch, &d.hidden};
  if (layout)
    std::swap(state[0], state[1]);
  if (failed(mergeShape(op, 5, state)))
    return failure();
  if (gates == 4) {
    DimExpr peepholes = d.hidden * 3;
    if (failed(mergeShape(op, 6, state)) ||
        failed(mergeShape(op, 7, {&d.directions, &peepholes})))
      return failure();
  }
  Dims y = layout ? Dims{d.batch, d.steps, d.directions, d.hidden}
                  : Dims{d.steps, d.directions, d.batch, d.hidden};
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    Dims shape = i == 0 ? y : Dims{*state[0], *state[1], *state[2]};
    if (failed(addTensor(op, types, in.getElementType(), shape)))
      return failure();
  }
  return success();
}

LogicalResult infer::lstm(Operation *op, Types &types) {
  return inferRecurrent(op, types, 4);
}
LogicalResult infer::gru(Operation *op, Types &types) {
  return inferRecurrent(op, types, 3);
}
LogicalResult infer::rnn(Operation *op, Types &types) {
  return inferRecurrent(op, types, 1);
}
