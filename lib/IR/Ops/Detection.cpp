//===- Detection.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Sampling, regions and detection.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::gridSample(Operation *op, Types &types) {
  TensorType x = requireTensor(op, 0), grid = requireTensor(op, 1);
  if (!x || !grid ||
      failed(
          requireOneOf(op, "mode", "linear", {"linear", "nearest", "cubic"})) ||
      failed(requireOneOf(op, "padding_mode", "zeros",
                          {"zeros", "border", "reflection"})))
    return failure();
  if (x.hasRank() && x.getRank() < 3)
    return error(op) << "needs an input with batch, channels and spatial "
                        "dimensions, but its rank is "
                     << x.getRank();
  if (x.hasRank() && failed(requireRank(op, 1, x.getRank())))
    return failure();
  if (!x.hasRank() || !grid.hasRank()) {
    addUnranked(op, types, x.getElementType());
    return success();
  }
  if (auto c = grid.getShape().back().getConstant(); c && *c != x.getRank() - 2)
    return error(op) << "needs points of " << x.getRank() - 2
                     << " coordinates, but the grid has " << *c;
  DimExpr batch =
      mergeDims(op, x.getDim(0), grid.getDim(0), "the batch dimensions");
  if (!batch)
    return failure();
  Dims shape = {batch, x.getDim(1)};
  append_range(shape, grid.getShape().drop_front().drop_back());
  return addTensor(op, types, x.getElementType(), shape);
}

LogicalResult infer::affineGrid(Operation *op, Types &types) {
  TensorType theta = requireTensor(op, 0);
  if (!theta || !requireTensor(op, 1) || failed(requireRank(op, 0, 3)) ||
      failed(requireRank(op, 1, 1)))
    return failure();
  auto size = getShapeValueOrUnknown(op->getOperand(1));
  if (!size) {
    addUnranked(op, types, theta.getElementType());
    return success();
  }
  if (size->size() != 4 && size->size() != 5)
    return error(op) << "needs a 'size' of 4 or 5 elements, but it has "
                     << size->size();
  DimExpr batch = (*size)[0], rows = dim(op, size->size() - 2),
          columns = rows + 1;
  if (failed(mergeShape(op, 0, {&batch, &rows, &columns})))
    return failure();
  Dims shape = {batch};
  append_range(shape, ArrayRef(*size).drop_front(2));
  shape.push_back(rows);
  return addTensor(op, types, theta.getElementType(), shape);
}

/// Appends the type of pooled regions: \p regions by channels of operand 0 by
/// \p height by \p width.
static LogicalResult addRegions(Operation *op, Types &types, DimExpr regions,
                                int64_t height, int64_t width) {
  DimExpr any = unknownDim(op), channels = any, rows = any, columns = any;
  TensorType x = requireTensor(op, 0);
  if (!x || failed(mergeShape(op, 0, {&any, &channels, &rows, &columns})))
    return failure();
  if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
    return error(op) << "pools regions to " << height << "x" << width
                     << ", but both must be positive 32-bit numbers";
  return addTensor(op, types, x.getElementType(),
                   {regions, channels, dim(op, height), dim(op, width)});
}

LogicalResult infer::roiAlign(Operation *op, Types &types) {
  DimExpr regions = unknownDim(op), four = dim(op, 4);
  if (!requireTensor(op, 1) || !requireTensor(op, 2) ||
      failed(requireOneOf(op, "mode", "avg", {"avg", "max"})) ||
      failed(requireOneOf(op, "coordinate_transformation_mode", "half_pixel",
                          {"half_pixel", "output_half_pixel"})) ||
      failed(mergeShape(op, 1, {&regions, &four})) ||
      failed(mergeShape(op, 2, {&regions})))
    return failure();
  if (int64_t ratio = op->getInt("sampling_ratio", 0);
      ratio < 0 || ratio > INT32_MAX)
    return error(op) << "'sampling_ratio' is " << ratio
                     << ", but must be a 32-bit number of at least 0";
  return addRegions(op, types, regions, op->getInt("output_height", 1),
                    op->getInt("output_width", 1));
}

LogicalResult infer::maxRoiPool(Operation *op, Types &types) {
  DimExpr regions = unknownDim(op), five = dim(op, 5);
  if (!requireTensor(op, 1) || failed(mergeShape(op, 1, {&regions, &five})))
    return failure();
  auto pooled = op->getInts("pooled_shape");
  if (pooled.size() != 2)
    return error(op) << "needs two entries in 'pooled_shape', but it has "
                     << pooled.size();
  return addRegions(op, types, regions, pooled[0], pooled[1]);
}

LogicalResult infer::nonMaxSuppression(Operation *op, Types &types) {
  DimExpr batch = unknownDim(op), boxes = batch, classes = batch,
          four = dim(op, 4);
  if (!requireTensor(op, 0) || !requireTensor(op, 1) ||
      failed(mergeShape(op, 0, {&batch, &boxes, &four})) ||
      failed(mergeShape(op, 1, {&batch, &classes, &boxes})))
    return failure();
  for (unsigned i : {2, 3, 4})
    if (failed(requireSingle(op, i)))
      return failure();
  if (int64_t center = op->getInt("center_point_box", 0);
      center != 0 && center != 1)
    return error(op) << "'center_point_box' is " << center
                     << ", but must be 0 or 1";
  return addTensor(op, types, ElementType::I64, {unknownDim(op), dim(op, 3)});
}

/// A list of \p count numbers in [\p lo, 2^31), \p fallback each where the
/// attribute is absent; nullopt, with the error reported, if it is no such.
static std::optional<SmallVector<int64_t, 6>>
windowList(Operation *op, StringRef name, size_t count, int64_t lo,
           int64_t fallback) {
  if (!op->hasAttr(name))
    return SmallVector<int64_t, 6>(count, fallback);
  auto values = op->getInts(name);
  if (values.size() == count &&
      all_of(values, [&](int64_t v) { return v >= lo && v <= INT32_MAX; }))
    return values;
  (void)(error(op) << "needs " << count << " numbers of at least " << lo
                   << " and less than 2^31 in '" << name << "'");
  return std::nullopt;
}

LogicalResult infer::maxUnpool(Operation *op, Types &types) {
  TensorType x = requireTensor(op, 0);
  if (!x || !requireTensor(op, 1))
    return failure();
  if (!x.hasRank()) {
    addUnranked(op, types, x.getElementType());
    return success();
  }
  if (x.getRank() < 3)
    return error(op) << "needs an input with batch, channels and spatial "
                        "dimensions, but its rank is "
                     << x.getRank();
  unsigned rank = x.getRank() - 2;
  auto kernel = windowList(op, "kernel_shape", rank, 1, 1),
       strides = windowList(op, "strides", rank, 1, 1),
       pads = windowList(op, "pads", 2 * rank, 0, 0);
  if (!kernel || !strides || !pads)
    return failure();
  Dims indices(x.getShape());
  if (TensorType i = optionalTensor(op, 1); i && i.hasRank())
    if (failed(requireRank(op, 1, x.getRank())) ||
        failed(mergeInto(op, indices, i.getShape(), "sizes of 'X' and 'I'")))
      return failure();
  Dims shape(indices);
  for (unsigned i = 0; i < rank; ++i)
    shape[i + 2] = (shape[i + 2] - 1) * (*strides)[i] +
                   ((*kernel)[i] - (*pads)[i] - (*pads)[i + rank]);
  if (op->getOperand(2)) {
    auto given = getShapeValueOrUnknown(op->getOperand(2));
    if (!given)
      given = unknownDims(op, x.getRank());
    if (given->size() != x.getRank())
      return error(op) << "needs an 'output_shape' of " << x.getRank()
                       << " elements, but it has " << given->size();
    shape = *given;
  }
  return addTensor(op, types, x.getElementType(), shape);
}

LogicalResult infer::deformConv(Operation *op, Types &types) {
  TensorType x = requireTensor(op, 0), w = requireTensor(op, 1),
             offset = requireTensor(op, 2);
  if (!x || !w || !offset)
    return failure();
  if (!x.hasRank()) {
    addUnranked(op, types, x.getElementType());
    return success();
  }
  if (x.getRank() < 3)
    return error(op) << "needs an input with batch, channels and spatial "
                        "dimensions, but its rank is "
                     << x.getRank();
  unsigned rank = x.getRank() - 2;
  auto strides = windowList(op, "strides", rank, 1, 1),
       dilations = windowList(op, "dilations", rank, 1, 1),
       pads = windowList(op, "pads", 2 * rank, 0, 0);
  if (!strides || !dilations || !pads)
    return failure();
  int64_t group = op->getInt("group", 1),
          offsets = op->getInt("offset_group", 1);
  auto channels = x.getDim(1).getConstant();
  if (group < 1 || offsets < 1 || (channels && *channels % group) ||
      (channels && *channels % offsets))
    return error(op) << "can't divide " << x.getDim(1) << " channels into "
                     << group << " groups and " << offsets
                     << " groups of offsets";
  for (unsigned i : {1, 2, 4})
    if (failed(requireRank(op, i, x.getRank())))
      return failure();
  Dims kernel = unknownDims(op, rank);
  if (op->hasAttr("kernel_shape")) {
    auto given = windowList(op, "kernel_shape", rank, 1, 1);
    if (!given)
      return failure();
    for (unsigned i = 0; i < rank; ++i)
      kernel[i] = dim(op, (*given)[i]);
  }
  DimExpr outputs = unknownDim(op);
  if (w.hasRank()) {
    outputs = w.getDim(0);
    if (failed(mergeInto(op, kernel, w.getShape().drop_front(2),
                         "the sizes of kernel and weights")))
      return failure();
    auto perGroup = w.getDim(1).getConstant();
    if (channels && perGroup && *perGroup * group != *channels)
      return error(op) << "has weights for " << *perGroup
                       << " channels per group, but there are "
                       << *channels / group;
  }
  if (failed(mergeShape(op, 3, {&outputs})))
    return failure();
  Dims shape = {x.getDim(0), outputs};
  for (unsigned i = 0; i < rank; ++i) {
    auto k = kernel[i].getConstant();
    if (k && *k > INT32_MAX)
      return error(op) << "has a kernel of " << *k << " elements";
    shape.push_back(k ? (x.getDim(i + 2) + ((*pads)[i] + (*pads)[i + rank] -
                                            (*k - 1) * (*dilations)[i] - 1))
                                .floorDiv((*strides)[i]) +
                            1
                      : unknownDim(op));
    if (auto c = shape.back().getConstant(); c && *c < 1)
      return error(op) << "has no window that fits into spatial dimension " << i
                       << " of size " << x.getDim(i + 2);
  }
  DimExpr points = product(op, kernel) * offsets;
  for (unsigned i : {2, 4}) {
    TensorType type = optionalTensor(op, i);
    if (!type || !type.hasRank())
      continue;
    Dims dims(shape);
    dims[1] = i == 2 ? points * rank : points;
    if (failed(mergeInto(op, dims, type.getShape(),
                         "the sizes of " + operandName(op, i) +
                             " and of the result")))
      return failure();
    for (unsigned d = 2; d < dims.size(); ++d)
      shape[d] = dims[d];
  }
  return addTensor(op, types, x.getElementType(), shape);
}

LogicalResult infer::col2Im(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || !requireTensor(op, 1) || !requireTensor(op, 2) ||
      failed(requireRank(op, 0, 3)) || failed(requireRank(op, 1, 1)) ||
      failed(requireRank(op, 2, 1)))
    return failure();
  auto image = getShapeValueOrUnknown(op->getOperand(1)),
       block = getShapeValueOrUnknown(op->getOperand(2));
  if (!image) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  unsigned rank = image->size();
  if (block && block->size() != rank)
    return error(op) << "has an 'image_shape' of " << rank
                     << " elements, but a 'block_shape' of " << block->size();
  if (!windowList(op, "strides", rank, 1, 1) ||
      !windowList(op, "dilations", rank, 1, 1) ||
      !windowList(op, "pads", 2 * rank, 0, 0))
    return failure();
  Dims shape = unknownDims(op, 2);
  if (in.hasRank()) {
    shape[0] = in.getDim(0);
    auto elements = block ? product(op, *block).getConstant() : std::nullopt;
    auto c = in.getDim(1).getConstant();
    if (elements && (*elements < 1 || (c && *c % *elements)))
      return error(op) << "can't divide " << in.getDim(1)
                       << " rows into blocks "
                       << "of " << *elements << " elements";
    if (elements)
      shape[1] = in.getDim(1).floorDiv(*elements);
  }
  append_range(shape, *image);
  return addTensor(op, types, in.getElementType(), shape);
}
