//===- Gather.cpp
//-----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that pick or replace elements, less Slice.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

//===----------------------------------------------------------------------===//
// Gather and scatter
//===----------------------------------------------------------------------===//

LogicalResult infer::gather(Operation *op, Types &types) {
  TensorType data = requireTensor(op, 0), indices = requireTensor(op, 1);
  if (!data || !indices)
    return failure();
  if (!data.hasRank()) {
    addUnranked(op, types, data.getElementType());
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", 0), data.getRank());
  if (!axis)
    return failure();
  if (!indices.hasRank()) {
    addUnranked(op, types, data.getElementType());
    return success();
  }
  Dims shape(data.getShape().take_front(*axis));
  append_range(shape, indices.getShape());
  append_range(shape, data.getShape().drop_front(*axis + 1));
  return addTensor(op, types, data.getElementType(), shape);
}

/// Fails where two operands have different known ranks.
static LogicalResult requireSameRank(Operation *op, unsigned a, unsigned b) {
  TensorType ta = optionalTensor(op, a), tb = optionalTensor(op, b);
  if (!ta || !tb || !ta.hasRank() || !tb.hasRank() ||
      ta.getRank() == tb.getRank())
    return success();
  return error(op) << operandName(op, a) << " and " << operandName(op, b)
                   << " must have the same rank, but have " << ta.getRank()
                   << " and " << tb.getRank();
}

static LogicalResult checkAxis(Operation *op, TensorType type) {
  if (type.hasRank() && !resolveAxis(op, op->getInt("axis", 0), type.getRank()))
    return failure();
  return success();
}

LogicalResult infer::gatherElements(Operation *op, Types &types) {
  TensorType data = requireTensor(op, 0), indices = requireTensor(op, 1);
  if (!data || !indices || failed(checkAxis(op, data)) ||
      failed(requireSameRank(op, 0, 1)))
    return failure();
  return addLike(op, types, indices, data.getElementType());
}

static LogicalResult checkReduction(Operation *op) {
  return requireOneOf(op, "reduction", "none",
                      {"none", "add", "mul", "max", "min"});
}

LogicalResult infer::scatterElements(Operation *op, Types &types) {
  TensorType data = requireTensor(op, 0), indices = requireTensor(op, 1),
             updates = requireTensor(op, 2);
  if (!data || !indices || !updates || failed(checkAxis(op, data)) ||
      failed(requireSameRank(op, 0, 1)) || failed(requireSameRank(op, 1, 2)) ||
      failed(checkReduction(op)))
    return failure();
  if (indices.hasRank() && updates.hasRank()) {
    Dims dims(indices.getShape());
    if (failed(mergeInto(op, dims, updates.getShape(),
                         "sizes of 'indices' and 'updates'")))
      return failure();
  }
  types.push_back(data);
  return success();
}

/// How many dimensions of the data, behind \p batch ones, an index tuple of
/// \p indices selects; 0 where it isn't known.
static LogicalResult tupleSize(Operation *op, TensorType data,
                               TensorType indices, int64_t batch,
                               unsigned &size) {
  size = 0;
  if (!indices.hasRank())
    return success();
  if (indices.getRank() == 0)
    return error(op) << "needs 'indices' of at least one dimension";
  auto last = indices.getShape().back().getConstant();
  if (!last)
    return success();
  if (*last < 1 || (data.hasRank() && *last > data.getRank() - batch))
    return error(op) << "has index tuples of size " << *last
                     << (data.hasRank() ? " for rank " : "")
                     << (data.hasRank() ? Twine(data.getRank() - batch).str()
                                        : "");
  size = *last;
  return success();
}

LogicalResult infer::gatherND(Operation *op, Types &types) {
  TensorType data = requireTensor(op, 0), indices = requireTensor(op, 1);
  if (!data || !indices)
    return failure();
  int64_t batch = op->getInt("batch_dims", 0);
  for (TensorType type : {data, indices})
    if (batch < 0 || (type.hasRank() && batch >= type.getRank()))
      return error(op) << "'batch_dims' is " << batch << ", out of range";
  unsigned size;
  if (failed(tupleSize(op, data, indices, batch, size)))
    return failure();
  if (!data.hasRank() || !indices.hasRank() || size == 0) {
    addUnranked(op, types, data.getElementType());
    return success();
  }
  Dims shape(indices.getShape().drop_back());
  for (int64_t i = 0; i < batch; ++i) {
    shape[i] = mergeDims(op, shape[i], data.getDim(i), "batch dimensions");
    if (!shape[i])
      return failure();
  }
  append_range(shape, data.getShape().drop_front(batch + size));
  return addTensor(op, types, data.getElementType(), shape);
}

LogicalResult infer::scatterND(Operation *op, Types &types) {
  TensorType data = requireTensor(op, 0), indices = requireTensor(op, 1),
             updates = requireTensor(op, 2);
  unsigned size;
  if (!data || !indices || !updates || failed(checkReduction(op)) ||
      failed(tupleSize(op, data, indices, 0, size)))
    return failure();
  if (size && data.hasRank() && updates.hasRank()) {
    Dims dims(indices.getShape().drop_back());
    append_range(dims, data.getShape().drop_front(size));
    if (failed(requireRank(op, 2, dims.size())) ||
        failed(mergeInto(op, dims, updates.getShape(), "sizes of 'updates'")))
      return failure();
  }
  types.push_back(data);
  return success();
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

LogicalResult infer::where(Operation *op, Types &types) {
  TensorType condition = requireTensor(op, 0), x = requireTensor(op, 1),
             y = requireTensor(op, 2);
  if (!condition || !x || !y)
    return failure();
  if (!condition.hasRank() || !x.hasRank() || !y.hasRank()) {
    addUnranked(op, types, x.getElementType());
    return success();
  }
  auto shape = broadcastDims(op, x.getShape(), y.getShape());
  if (shape)
    shape = broadcastDims(op, *shape, condition.getShape());
  return shape ? addTensor(op, types, x.getElementType(), *shape) : failure();
}

LogicalResult infer::nonZero(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  // Implementations disagree on a scalar: a row without or with an entry.
  bool known = in.hasRank() && in.getRank() > 0;
  DimExpr rank = known ? dim(op, in.getRank()) : unknownDim(op);
  return addTensor(op, types, ElementType::I64, {rank, unknownDim(op)});
}

LogicalResult infer::oneHot(Operation *op, Types &types) {
  TensorType indices = requireTensor(op, 0), values = requireTensor(op, 2);
  if (!indices || !values || !requireTensor(op, 1) ||
      failed(requireSingle(op, 1)) || failed(requireRank(op, 2, 1)))
    return failure();
  if (values.hasRank())
    if (auto c = values.getDim(0).getConstant(); c && *c != 2)
      return error(op) << "needs two 'values', but has " << *c;
  if (!indices.hasRank()) {
    addUnranked(op, types, values.getElementType());
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", -1), indices.getRank() + 1);
  if (!axis)
    return failure();
  auto known = getShapeValue(op->getOperand(1));
  DimExpr depth = known && known->size() == 1 ? (*known)[0] : unknownDim(op);
  // The depth may be a float, for historical reasons.
  if (auto f = constantFloat(op->getOperand(1)); f && *f >= 0 && *f < 9e18)
    depth = dim(op, static_cast<int64_t>(*f));
  Dims shape(indices.getShape());
  shape.insert(shape.begin() + *axis, depth);
  return addTensor(op, types, values.getElementType(), shape);
}

LogicalResult infer::topK(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireSingle(op, 1)))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    addUnranked(op, types, ElementType::I64);
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", -1), in.getRank());
  if (!axis)
    return failure();
  auto k = getShapeValue(op->getOperand(1));
  Dims shape(in.getShape());
  DimExpr size = k && k->size() == 1 ? (*k)[0] : unknownDim(op);
  auto want = size.getConstant(), have = shape[*axis].getConstant();
  if (want && (*want < 0 || (have && *want > *have)))
    return error(op) << "takes " << *want << " elements of dimension " << *axis
                     << (have ? ", which has " + Twine(*have).str()
                              : std::string());
  shape[*axis] = size;
  if (failed(addTensor(op, types, in.getElementType(), shape)))
    return failure();
  return addTensor(op, types, ElementType::I64, shape);
}

LogicalResult infer::argReduction(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, ElementType::I64);
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
  if (!axis)
    return failure();
  Dims shape(in.getShape());
  if (op->getInt("keepdims", 1))
    shape[*axis] = dim(op, 1);
  else
    shape.erase(shape.begin() + *axis);
  return addTensor(op, types, ElementType::I64, shape);
}

LogicalResult infer::cumSum(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireSingle(op, 1)))
    return failure();
  if (auto axis = constantInt(op->getOperand(1)))
    if (in.hasRank() && !resolveAxis(op, *axis, in.getRank()))
      return failure();
  types.push_back(in);
  return success();
}

LogicalResult infer::trilu(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireSingle(op, 1)))
    return failure();
  if (in.hasRank() && in.getRank() < 2)
    return error(op) << "needs matrices, but its input has rank "
                     << in.getRank();
  types.push_back(in);
  return success();
}

LogicalResult infer::compress(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  if (!op->hasAttr("axis"))
    return addTensor(op, types, in.getElementType(), {unknownDim(op)});
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
  if (!axis)
    return failure();
  Dims shape(in.getShape());
  shape[*axis] = unknownDim(op);
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::unique(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  DimExpr count = unknownDim(op), all = unknownDim(op);
  if (!op->hasAttr("axis")) {
    if (in.hasRank())
      all = product(op, in.getShape());
    if (failed(addTensor(op, types, in.getElementType(), {count})))
      return failure();
  } else if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
  } else {
    auto axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
    if (!axis)
      return failure();
    Dims shape(in.getShape());
    all = shape[*axis];
    shape[*axis] = count;
    if (failed(addTensor(op, types, in.getElementType(), shape)))
      return failure();
  }
  for (DimExpr size : {count, all, count})
    if (failed(addTensor(op, types, ElementType::I64, {size})))
      return failure();
  return success();
}

LogicalResult infer::reverseSequence(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  if (in.hasRank()) {
    auto batch = resolveAxis(op, op->getInt("batch_axis", 1), in.getRank(),
                             "batch_axis");
    auto time =
        resolveAxis(op, op->getInt("time_axis", 0), in.getRank(), "time_axis");
    if (!batch || !time)
      return failure();
    if (*batch == *time)
      return error(op) << "'batch_axis' and 'time_axis' are both " << *batch;
    DimExpr size = in.getDim(*batch);
    if (failed(mergeShape(op, 1, {&size})))
      return failure();
  }
  types.push_back(in);
  return success();
}
