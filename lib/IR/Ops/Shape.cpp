//===- Shape.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that move elements without picking any.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

//===----------------------------------------------------------------------===//
// Reshape and its kin
//===----------------------------------------------------------------------===//

namespace {
/// What Reshape's operand "shape" asks for.
struct ReshapeTarget {
  /// The result's dimensions, copies filled in, -1 where \c hole is.
  Dims dims;
  /// The dimension to be computed from the others.
  std::optional<unsigned> hole;
  /// Sizes of the input and of the result. Dimensions that are copied stand in
  /// neither, as they cancel each other out even where they aren't known.
  DimExpr have, want;
};
} // namespace

static LogicalResult readTarget(Operation *op, TensorType in,
                                ReshapeTarget &target) {
  bool allowZero = op->getInt("allowzero", 0) != 0;
  Dims rest, known;
  if (in.hasRank())
    rest.assign(in.getShape().begin(), in.getShape().end());
  std::optional<unsigned> unknown;
  unsigned numUnknown = 0;
  for (unsigned i = 0; i < target.dims.size(); ++i) {
    DimExpr &d = target.dims[i];
    auto c = d.getConstant();
    if (c == -1) {
      if (target.hole)
        return error(op) << "has more than one -1 in 'shape'";
      target.hole = i;
    } else if (c && *c < 0) {
      return error(op) << "has a negative size, " << *c << ", in 'shape'";
    } else if (c == 0 && !allowZero) {
      if (in.hasRank() && i >= in.getRank())
        return error(op) << "copies dimension " << i
                         << " of its input, which has rank " << in.getRank();
      d = in.hasRank() ? in.getDim(i) : unknownDim(op);
      if (in.hasRank())
        rest[i] = dim(op, 1);
    } else if (d.isUnknown()) {
      unknown = i;
      ++numUnknown;
    } else {
      known.push_back(d);
    }
  }
  target.have = in.hasRank() ? product(op, rest) : unknownDim(op);
  target.want = product(op, known);
  // A single size that isn't known is as good as a -1.
  if (!target.hole && numUnknown == 1)
    target.hole = unknown;
  else if (numUnknown)
    target.want = unknownDim(op);
  return success();
}

LogicalResult infer::reshape(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  auto given = getShapeValueOrUnknown(op->getOperand(1));
  if (!given) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  ReshapeTarget target;
  target.dims = *given;
  if (failed(readTarget(op, in, target)))
    return failure();
  auto have = target.have.getConstant(), want = target.want.getConstant();
  bool fits = true;
  if (!target.hole) {
    fits = !have || !want || *have == *want;
  } else if (want == 0) {
    fits = !have || *have == 0;
    target.dims[*target.hole] = unknownDim(op);
  } else {
    fits = !have || !want || *have % *want == 0;
    target.dims[*target.hole] = target.have.floorDiv(target.want);
  }
  if (!fits)
    return error(op) << "can't give " << shapeToString(in) << " the shape "
                     << dimsToString(*given);
  return addTensor(op, types, in.getElementType(), target.dims);
}

LogicalResult infer::flatten(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (!in.hasRank())
    return addTensor(op, types, in.getElementType(), unknownDims(op, 2));
  int64_t rank = in.getRank(), axis = op->getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return error(op) << "'axis' is " << axis << ", out of range for rank "
                     << rank;
  if (axis < 0)
    axis += rank;
  return addTensor(op, types, in.getElementType(),
                   {product(op, in.getShape().take_front(axis)),
                    product(op, in.getShape().drop_front(axis))});
}

/// How many axes operand \p i names, if that is known.
static std::optional<unsigned> axisCount(Operation *op, unsigned i) {
  auto values = getShapeValueOrUnknown(op->getOperand(i));
  return values ? std::optional<unsigned>(values->size()) : std::nullopt;
}

LogicalResult infer::squeeze(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  Value *axesValue = op->getOperand(1);
  auto axes = constantInts(axesValue);
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (axesValue && !axes) {
    auto count = axisCount(op, 1);
    if (count && *count > in.getRank())
      return error(op) << "squeezes " << *count << " of " << in.getRank()
                       << " dimensions";
    if (count)
      return addTensor(op, types, in.getElementType(),
                       unknownDims(op, in.getRank() - *count));
    addUnranked(op, types, in.getElementType());
    return success();
  }
  SmallVector<bool, 6> dropped(in.getRank(), false);
  if (axesValue) {
    auto resolved = resolveAxes(op, *axes, in.getRank());
    if (!resolved)
      return failure();
    for (unsigned axis : *resolved) {
      auto c = in.getDim(axis).getConstant();
      if (c && *c != 1)
        return error(op) << "squeezes dimension " << axis << ", whose size is "
                         << *c;
      dropped[axis] = true;
    }
  } else {
    for (unsigned i = 0; i < in.getRank(); ++i) {
      auto c = in.getDim(i).getConstant();
      if (!c) { // It may be 1.
        addUnranked(op, types, in.getElementType());
        return success();
      }
      dropped[i] = *c == 1;
    }
  }
  Dims shape;
  for (unsigned i = 0; i < in.getRank(); ++i)
    if (!dropped[i])
      shape.push_back(in.getDim(i));
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::unsqueeze(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1))
    return failure();
  auto axes = constantInts(op->getOperand(1));
  auto count = axes ? std::optional<unsigned>(axes->size()) : axisCount(op, 1);
  if (!in.hasRank() || !count) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  uint64_t rank = static_cast<uint64_t>(in.getRank()) + *count;
  if (rank > maxRank)
    return error(op) << "makes a tensor of rank " << rank
                     << ", more than the supported " << maxRank;
  if (!axes)
    return addTensor(op, types, in.getElementType(), unknownDims(op, rank));
  auto resolved = resolveAxes(op, *axes, rank);
  if (!resolved)
    return failure();
  Dims shape;
  unsigned next = 0;
  for (unsigned i = 0; i < rank; ++i)
    shape.push_back(is_contained(*resolved, i) ? dim(op, 1)
                                               : in.getDim(next++));
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::transpose(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  auto perm = op->getInts("perm");
  bool given = op->hasAttr("perm");
  // Unlike axes, its entries don't count from the end.
  for (int64_t from : perm)
    if (from < 0)
      return error(op) << "has " << from << " in 'perm'";
  if (!in.hasRank()) {
    if (given && perm.size() <= maxRank)
      return addTensor(op, types, in.getElementType(),
                       unknownDims(op, perm.size()));
    addUnranked(op, types, in.getElementType());
    return success();
  }
  unsigned rank = in.getRank();
  Dims shape;
  if (!given) {
    shape.assign(in.getShape().rbegin(), in.getShape().rend());
  } else {
    if (perm.size() != rank)
      return error(op) << "has " << perm.size()
                       << " entries in 'perm' for rank " << rank;
    auto axes = resolveAxes(op, perm, rank, "perm");
    if (!axes)
      return failure();
    for (unsigned axis : *axes)
      shape.push_back(in.getDim(axis));
  }
  return addTensor(op, types, in.getElementType(), shape);
}

//===----------------------------------------------------------------------===//
// Repetition, concatenation, splitting
//===----------------------------------------------------------------------===//

LogicalResult infer::expand(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  auto target = getShapeValueOrUnknown(op->getOperand(1));
  if (!in.hasRank() || !target) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  for (DimExpr d : *target)
    if (auto c = d.getConstant(); c && *c < 0)
      return error(op) << "has a negative size, " << *c << ", in 'shape'";
  auto shape = broadcastDims(op, in.getShape(), *target);
  return shape ? addTensor(op, types, in.getElementType(), *shape) : failure();
}

LogicalResult infer::tile(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  auto repeats = getShapeValueOrUnknown(op->getOperand(1));
  if (!in.hasRank()) {
    if (repeats)
      return addTensor(op, types, in.getElementType(),
                       unknownDims(op, repeats->size()));
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (!repeats)
    return addTensor(op, types, in.getElementType(),
                     unknownDims(op, in.getRank()));
  if (repeats->size() != in.getRank())
    return error(op) << "has " << repeats->size()
                     << " entries in 'repeats' for rank " << in.getRank();
  Dims shape;
  for (auto [d, r] : zip_equal(in.getShape(), *repeats)) {
    if (auto c = r.getConstant(); c && *c < 0)
      return error(op) << "repeats a dimension " << *c << " times";
    shape.push_back(d * r);
  }
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::concat(Operation *op, Types &types) {
  std::optional<Dims> shape;
  std::optional<unsigned> axis;
  TensorType first;
  bool allRanked = true;
  if (op->getNumOperands() == 0)
    return error(op) << "needs an operand";
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    TensorType in = requireTensor(op, i);
    if (!in)
      return failure();
    if (!first)
      first = in;
    allRanked &= in.hasRank();
    if (!in.hasRank())
      continue;
    if (!shape) {
      axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
      if (!axis)
        return failure();
      shape = Dims(in.getShape());
      continue;
    }
    if (in.getRank() != shape->size())
      return error(op) << "joins tensors of rank " << shape->size() << " and "
                       << in.getRank();
    for (unsigned d = 0; d < shape->size(); ++d) {
      DimExpr &out = (*shape)[d];
      out = d == *axis ? out + in.getDim(d)
                       : mergeDims(op, out, in.getDim(d),
                                   "sizes of dimension " + Twine(d));
      if (!out)
        return failure();
    }
  }
  if (!shape) {
    addUnranked(op, types, first.getElementType());
    return success();
  }
  if (!allRanked)
    (*shape)[*axis] = unknownDim(op);
  return addTensor(op, types, first.getElementType(), *shape);
}

/// The sizes of Split's parts; unknown ones where nothing is known.
static LogicalResult splitSizes(Operation *op, DimExpr whole, Dims &sizes) {
  unsigned parts = op->getNumResults();
  sizes = unknownDims(op, parts);
  if (Value *split = op->getOperand(1)) {
    auto given = getShapeValueOrUnknown(split);
    if (!given)
      return success();
    if (given->size() != parts)
      return error(op) << "has " << given->size() << " sizes in 'split' for "
                       << parts << " results";
    DimExpr sum = dim(op, 0);
    for (DimExpr d : *given) {
      if (auto c = d.getConstant(); c && *c < 0)
        return error(op) << "has a negative size, " << *c << ", in 'split'";
      sum = sum + d;
    }
    auto total = sum.getConstant(), size = whole.getConstant();
    if (total && size && *total != *size)
      return error(op) << "splits a dimension of size " << *size
                       << " into parts of " << *total << " altogether";
    sizes = *given;
    return success();
  }
  if (parts == 0)
    return success();
  DimExpr part = whole.ceilDiv(parts);
  DimExpr last = whole - part * (parts - 1);
  if (auto c = last.getConstant(); c && *c < 0)
    return error(op) << "can't split a dimension of size " << whole << " into "
                     << parts << " parts of size " << part;
  // The last part is smaller where it doesn't divide evenly.
  sizes.assign(parts, part);
  sizes.back() = last;
  return success();
}

LogicalResult infer::split(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (op->hasAttr("num_outputs")) {
    if (op->getOperand(1))
      return error(op) << "has both the operand 'split' and 'num_outputs'";
    if (op->getInt("num_outputs", 0) != op->getNumResults())
      return error(op) << "has " << op->getNumResults()
                       << " results, but 'num_outputs' is "
                       << op->getInt("num_outputs", 0);
  }
  if (!in.hasRank()) {
    for (unsigned i = 0; i < op->getNumResults(); ++i)
      addUnranked(op, types, in.getElementType());
    return success();
  }
  auto axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
  Dims sizes;
  if (!axis || failed(splitSizes(op, in.getDim(*axis), sizes)))
    return failure();
  for (DimExpr size : sizes) {
    Dims shape(in.getShape());
    shape[*axis] = size;
    if (failed(addTensor(op, types, in.getElementType(), shape)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Blocks and borders
//===----------------------------------------------------------------------===//

/// The blocksize, which must be positive and small enough to be squared.
static std::optional<int64_t> blockSize(Operation *op) {
  int64_t size = op->getInt("blocksize", 0);
  if (size >= 1 && size <= INT32_MAX)
    return size;
  (void)(error(op) << "'blocksize' is " << size << ", but must be positive");
  return std::nullopt;
}

/// \p size / \p divisor where that divides evenly.
static DimExpr divideDim(Operation *op, DimExpr size, int64_t divisor,
                         StringRef what) {
  if (auto c = size.getConstant(); c && *c % divisor != 0) {
    (void)(error(op) << "can't divide " << *c << " " << what << " by "
                     << divisor);
    return DimExpr();
  }
  return size.floorDiv(divisor);
}

LogicalResult infer::depthToSpace(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto block = blockSize(op);
  if (!in || !block || failed(requireRank(op, 0, 4)) ||
      failed(requireOneOf(op, "mode", "DCR", {"DCR", "CRD"})))
    return failure();
  if (!in.hasRank())
    return addTensor(op, types, in.getElementType(), unknownDims(op, 4));
  DimExpr channels = divideDim(op, in.getDim(1), *block * *block, "channels");
  if (!channels)
    return failure();
  return addTensor(
      op, types, in.getElementType(),
      {in.getDim(0), channels, in.getDim(2) * *block, in.getDim(3) * *block});
}

LogicalResult infer::spaceToDepth(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto block = blockSize(op);
  if (!in || !block || failed(requireRank(op, 0, 4)))
    return failure();
  if (!in.hasRank())
    return addTensor(op, types, in.getElementType(), unknownDims(op, 4));
  DimExpr h = divideDim(op, in.getDim(2), *block, "rows");
  if (!h)
    return failure();
  DimExpr w = divideDim(op, in.getDim(3), *block, "columns");
  if (!w)
    return failure();
  return addTensor(op, types, in.getElementType(),
                   {in.getDim(0), in.getDim(1) * (*block * *block), h, w});
}

LogicalResult infer::pad(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)) ||
      failed(requireSingle(op, 2)) ||
      failed(requireOneOf(op, "mode", "constant",
                          {"constant", "reflect", "edge", "wrap"})))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  unsigned rank = in.getRank();
  SmallVector<unsigned, 6> axes;
  if (Value *value = op->getOperand(3)) {
    auto given = constantInts(value);
    if (!given)
      return addTensor(op, types, in.getElementType(), unknownDims(op, rank));
    auto resolved = resolveAxes(op, *given, rank);
    if (!resolved)
      return failure();
    axes = *resolved;
  } else {
    axes = to_vector<6>(seq(rank));
  }
  Dims shape(in.getShape());
  auto pads = getShapeValueOrUnknown(op->getOperand(1));
  if (pads && pads->size() != 2 * axes.size())
    return error(op) << "has " << pads->size() << " entries in 'pads' for "
                     << axes.size() << " axes";
  for (unsigned i = 0; i < axes.size(); ++i) {
    DimExpr &d = shape[axes[i]];
    d = pads ? d + (*pads)[i] + (*pads)[i + axes.size()] : unknownDim(op);
    if (auto c = d.getConstant(); c && *c < 0)
      return error(op) << "cuts more off dimension " << axes[i]
                       << " than there is";
  }
  return addTensor(op, types, in.getElementType(), shape);
}

LogicalResult infer::centerCropPad(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || failed(requireRank(op, 1, 1)))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  SmallVector<int64_t, 6> given = op->getInts("axes");
  if (!op->hasAttr("axes"))
    for (unsigned i = 0; i < in.getRank(); ++i)
      given.push_back(i);
  auto axes = resolveAxes(op, given, in.getRank());
  if (!axes)
    return failure();
  auto sizes = getShapeValueOrUnknown(op->getOperand(1));
  if (sizes && sizes->size() != axes->size())
    return error(op) << "has " << sizes->size() << " sizes for " << axes->size()
                     << " axes";
  Dims shape(in.getShape());
  for (auto [i, axis] : enumerate(*axes))
    shape[axis] = sizes ? (*sizes)[i] : unknownDim(op);
  return addTensor(op, types, in.getElementType(), shape);
}
