//===- Attention.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Attention and sequence models. OnnxAttention.td has the meaning of operands.
///
//===----------------------------------------------------------------------===//

#include "Bodies.h"
#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// The sizes that operands and results of an attention share.
struct AttentionDims {
  DimExpr batch, queryHeads, keyHeads, queries, keys, size, valueSize;

  explicit AttentionDims(Operation *op)
      : batch(unknownDim(op)), queryHeads(batch), keyHeads(batch),
        queries(batch), keys(batch), size(batch), valueSize(batch) {}
};
} // namespace

/// The size of a part of \p whole, of which there are \p parts.
static DimExpr partSize(Operation *op, unsigned operand, DimExpr whole,
                        int64_t parts) {
  auto c = whole.getConstant();
  if (!c || *c % parts == 0)
    return whole.floorDiv(parts);
  (void)(error(op) << "can't divide the last dimension of "
                   << operandName(op, operand) << ", " << *c << ", into "
                   << parts << " heads");
  return DimExpr();
}

/// Merges operand \p i, (batch, heads, length, size) or (batch, length, heads ·
/// size), into the dimensions.
static LogicalResult mergeHeads(Operation *op, unsigned i, StringRef headsAttr,
                                DimExpr &batch, DimExpr &heads, DimExpr &length,
                                DimExpr &size) {
  TensorType type = requireTensor(op, i);
  if (!type)
    return failure();
  if (!type.hasRank())
    return success();
  if (type.getRank() == 4)
    return mergeShape(op, i, {&batch, &heads, &length, &size});
  if (type.getRank() != 3)
    return error(op) << operandName(op, i)
                     << " must have rank 3 or 4, but has rank "
                     << type.getRank();
  int64_t count = op->getInt(headsAttr, 0);
  if (count < 1)
    return error(op) << "needs a positive '" << headsAttr
                     << "' for operands of rank 3";
  DimExpr packed = type.getDim(2);
  DimExpr each = partSize(op, i, packed, count);
  if (!each)
    return failure();
  heads = mergeDims(op, heads, dim(op, count), "numbers of heads");
  size = mergeDims(op, size, each, "sizes of heads");
  return success(heads && size &&
                 succeeded(mergeShape(op, i, {&batch, &length, &packed})));
}

/// Fails where the query heads certainly don't come in groups for the keys'.
static LogicalResult checkGroups(Operation *op, const AttentionDims &d) {
  auto query = d.queryHeads.getConstant(), key = d.keyHeads.getConstant();
  if (!query || !key || (*key > 0 && *query % *key == 0) || *query == *key)
    return success();
  return error(op) << "has " << *query << " query heads, no multiple of "
                   << *key << " key heads";
}

LogicalResult infer::attention(Operation *op, Types &types) {
  AttentionDims d(op);
  TensorType q = requireTensor(op, 0), v = requireTensor(op, 2);
  if (!q || !v ||
      failed(mergeHeads(op, 0, "q_num_heads", d.batch, d.queryHeads, d.queries,
                        d.size)) ||
      failed(mergeHeads(op, 1, "kv_num_heads", d.batch, d.keyHeads, d.keys,
                        d.size)) ||
      failed(mergeHeads(op, 2, "kv_num_heads", d.batch, d.keyHeads, d.keys,
                        d.valueSize)) ||
      failed(checkGroups(op, d)))
    return failure();
  DimExpr total = d.keys;
  if (op->getOperand(4) || op->getOperand(5)) {
    if (!op->getOperand(4) || !op->getOperand(5))
      return error(op) << "needs 'past_key' and 'past_value' together";
    if (op->getOperand(6))
      return error(op) << "has past keys and 'nonpad_kv_seqlen', of which "
                          "there can be one";
    DimExpr past = unknownDim(op);
    if (failed(mergeShape(op, 4, {&d.batch, &d.keyHeads, &past, &d.size})) ||
        failed(mergeShape(op, 5, {&d.batch, &d.keyHeads, &past, &d.valueSize})))
      return failure();
    total = past + d.keys;
  }
  if (failed(mergeShape(op, 6, {&d.batch})))
    return failure();
  if (TensorType mask = optionalTensor(op, 3);
      mask && mask.hasRank() && (mask.getRank() < 1 || mask.getRank() > 4))
    return error(op) << "needs a mask of rank 1 to 4, but it has rank "
                     << mask.getRank();
  int64_t mode = op->getInt("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3)
    return error(op) << "'qk_matmul_output_mode' is " << mode
                     << ", but must be 0 to 3";
  if (!elementTypeAttr(op, "softmax_precision", ElementType::F32))
    return failure();

  if (!q.hasRank())
    addUnranked(op, types, q.getElementType());
  else if (failed(q.getRank() == 4 ? addTensor(op, types, q.getElementType(),
                                               {d.batch, d.queryHeads,
                                                d.queries, d.valueSize})
                                   : addTensor(op, types, q.getElementType(),
                                               {d.batch, d.queries,
                                                d.queryHeads * d.valueSize})))
    return failure();
  if (failed(addTensor(op, types, q.getElementType(),
                       {d.batch, d.keyHeads, total, d.size})) ||
      failed(addTensor(op, types, v.getElementType(),
                       {d.batch, d.keyHeads, total, d.valueSize})))
    return failure();
  return addTensor(op, types, q.getElementType(),
                   {d.batch, d.queryHeads, d.queries, total});
}

LogicalResult onnx_preview::verifyFlexAttentionOp(Operation *op) {
  for (unsigned i = 0; i < op->getNumRegions(); ++i) {
    Operation *yield = getYield(op, i);
    if (!yield)
      return failure();
    unsigned needed =
        op->getNumOperands() - std::min(op->getNumOperands(), 3u) + 1;
    if (op->getRegion(i).getNumArguments() != needed ||
        yield->getNumOperands() != 1)
      return op->emitError()
             << "needs a body '" << op->getInfo().regions[i] << "' with "
             << needed << " arguments and one result";
  }
  return success();
}

LogicalResult infer::flexAttention(Operation *op, Types &types) {
  AttentionDims d(op);
  TensorType q = requireTensor(op, 0);
  if (!q || failed(requireRank(op, 0, 4)) || failed(requireRank(op, 1, 4)) ||
      failed(requireRank(op, 2, 4)) ||
      failed(mergeHeads(op, 0, "", d.batch, d.queryHeads, d.queries, d.size)) ||
      failed(mergeHeads(op, 1, "", d.batch, d.keyHeads, d.keys, d.size)) ||
      failed(mergeHeads(op, 2, "", d.batch, d.keyHeads, d.keys, d.valueSize)) ||
      failed(checkGroups(op, d)) || op->getNumRegions() != 2 ||
      failed(onnx_preview::verifyFlexAttentionOp(op)))
    return failure();
  auto precision = elementTypeAttr(op, "softmax_precision",
                                   q.getElementType() == ElementType::F64
                                       ? ElementType::F64
                                       : ElementType::F32);
  if (!precision)
    return failure();
  if (!is_contained({ElementType::F16, ElementType::F32, ElementType::F64,
                     ElementType::BF16},
                    *precision))
    return error(op) << "'softmax_precision' must be a floating-point type";
  Dims scores = {d.batch, d.queryHeads, d.queries, d.keys};
  TensorType tensor = TensorType::get(op->getContext(), *precision, scores);
  for (unsigned r = 0; r < 2; ++r) {
    Region &body = op->getRegion(r);
    if (failed(refineArgument(op, body, 0, tensor)))
      return failure();
    for (unsigned i = 1; i < body.getNumArguments(); ++i)
      if (failed(refineArgument(op, body, i, operandType(op, i + 2))))
        return failure();
    if (failed(inferBody(body)))
      return failure();
    Type given = operandType(getYield(op, r), 0);
    if (!unifyTypes(given, tensor))
      return error(op) << "has a body '" << op->getInfo().regions[r]
                       << "' that turns " << tensor << " into " << given;
  }
  return addTensor(op, types, q.getElementType(),
                   {d.batch, d.queryHeads, d.queries, d.valueSize});
}

LogicalResult infer::rotaryEmbedding(Operation *op, Types &types) {
  TensorType x = requireTensor(op, 0);
  DimExpr batch = unknownDim(op), heads = batch, length = batch, size = batch;
  if (!x || failed(mergeHeads(op, 0, "num_heads", batch, heads, length, size)))
    return failure();
  int64_t rotated = op->getInt("rotary_embedding_dim", 0);
  auto c = size.getConstant();
  if (rotated < 0 || rotated % 2 || (c && rotated > *c))
    return error(op) << "'rotary_embedding_dim' is " << rotated
                     << ", but must be even and at most the size of a head";
  if (c && rotated == 0 && *c % 2)
    return error(op) << "can't rotate heads of the odd size " << *c;
  DimExpr pairs = rotated ? dim(op, rotated / 2) : size.floorDiv(2);
  DimExpr rows = unknownDim(op);
  for (unsigned i : {1, 2})
    if (failed(op->getOperand(3)
                   ? mergeShape(op, i, {&rows, &pairs})
                   : mergeShape(op, i, {&batch, &length, &pairs})))
      return failure();
  if (failed(mergeShape(op, 3, {&batch, &length})))
    return failure();
  types.push_back(x);
  return success();
}

//===----------------------------------------------------------------------===//
// Recurrent states and caches
//===----------------------------------------------------------------------===//

/// \p operand is there where the update rule needs it and nowhere else.
static LogicalResult checkPresence(Operation *op, unsigned operand,
                                   bool needed) {
  if (!op->getOperand(operand) == !needed)
    return success();
  return error(op) << (needed ? "needs " : "can't have ")
                   << operandName(op, operand) << " with the update rule \""
                   << op->getString("update_rule", "gated_delta") << "\"";
}

LogicalResult infer::linearAttention(Operation *op, Types &types) {
  TensorType q = requireTensor(op, 0);
  if (!q || failed(requireOneOf(op, "update_rule", "gated_delta",
                                {"linear", "gated", "delta", "gated_delta"})))
    return failure();
  StringRef rule = op->getString("update_rule", "gated_delta");
  if (failed(checkPresence(op, 4, rule.starts_with("gated"))) ||
      failed(checkPresence(op, 5, rule.ends_with("delta"))))
    return failure();
  for (unsigned i : {0, 1, 2, 4, 5})
    if (failed(requireRank(op, i, 3)))
      return failure();
  AttentionDims d(op);
  if (failed(mergeHeads(op, 0, "q_num_heads", d.batch, d.queryHeads, d.queries,
                        d.size)) ||
      failed(mergeHeads(op, 1, "kv_num_heads", d.batch, d.keyHeads, d.queries,
                        d.size)) ||
      failed(mergeHeads(op, 2, "kv_num_heads", d.batch, d.keyHeads, d.queries,
                        d.valueSize)) ||
      failed(
          mergeShape(op, 3, {&d.batch, &d.keyHeads, &d.size, &d.valueSize})) ||
      failed(checkGroups(op, d)))
    return failure();
  for (unsigned i : {4, 5})
    if (DimExpr any = unknownDim(op);
        failed(mergeShape(op, i, {&d.batch, &d.queries, &any})))
      return failure();
  d.queryHeads = dim(op, op->getInt("q_num_heads", 0));
  d.keyHeads = dim(op, op->getInt("kv_num_heads", 0));
  if (failed(addTensor(op, types, q.getElementType(),
                       {d.batch, d.queries, d.queryHeads * d.valueSize})))
    return failure();
  TensorType past = optionalTensor(op, 3);
  return addTensor(op, types, (past ? past : q).getElementType(),
                   {d.batch, d.keyHeads, d.size, d.valueSize});
}

LogicalResult infer::causalConvWithState(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  DimExpr batch = unknownDim(op), channels = batch, length = batch,
          kernel = batch, one = dim(op, 1);
  if (!in || !requireTensor(op, 1) ||
      failed(
          requireOneOf(op, "activation", "none", {"none", "silu", "swish"})) ||
      failed(mergeShape(op, 0, {&batch, &channels, &length})) ||
      failed(mergeShape(op, 1, {&channels, &one, &kernel})) ||
      failed(mergeShape(op, 2, {&channels})))
    return failure();
  if (kernel.getConstant() == 0)
    return error(op) << "needs a kernel of at least one element";
  DimExpr state = kernel - 1;
  if (failed(mergeShape(op, 3, {&batch, &channels, &state})) ||
      failed(
          addTensor(op, types, in.getElementType(), {batch, channels, length})))
    return failure();
  return addTensor(op, types, in.getElementType(), {batch, channels, state});
}

LogicalResult infer::tensorScatter(Operation *op, Types &types) {
  TensorType cache = requireTensor(op, 0), update = requireTensor(op, 1);
  if (!cache || !update ||
      failed(requireOneOf(op, "mode", "linear", {"linear", "circular"})))
    return failure();
  types.push_back(cache);
  if (!cache.hasRank())
    return success();
  auto axis = resolveAxis(op, op->getInt("axis", -2), cache.getRank());
  if (!axis || failed(requireRank(op, 1, cache.getRank())))
    return failure();
  if (*axis == 0)
    return error(op) << "'axis' can't be the batch dimension";
  for (unsigned i = 0; update.hasRank() && i < cache.getRank(); ++i) {
    auto have = cache.getDim(i).getConstant(),
         want = update.getDim(i).getConstant();
    if (have && want && (i == *axis ? *want > *have : *want != *have))
      return error(op) << "can't write an update of shape "
                       << shapeToString(update) << " into a cache of shape "
                       << shapeToString(cache);
  }
  DimExpr batch = cache.getDim(0);
  return mergeShape(op, 2, {&batch});
}
