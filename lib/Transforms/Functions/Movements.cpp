//===- Movements.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"
#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

/// CenterCropPad: Pad with the differences of the sizes, which must be known;
/// negative pads crop.
static Results centerCropPad(FunctionBuilder &f) {
  TensorType from = f.getType(0);
  TensorType to = f.op->getResult()->getTensorType();
  auto have = from ? from.getStaticShape() : std::nullopt;
  auto want = to ? to.getStaticShape() : std::nullopt;
  if (!have || !want)
    return {};
  SmallVector<int64_t, 12> pads;
  for (auto [h, w] : zip_equal(*have, *want))
    pads.push_back((w - h) / 2);
  for (auto [i, h] : enumerate(*have))
    pads.push_back((*want)[i] - h - pads[i]);
  return {f("Pad", {f.operand(0), f.ints(pads)})};
}

/// AffineGrid: the matrices times the points of the grid, whose size must be
/// known.
static Results affineGrid(FunctionBuilder &f) {
  auto size = getShapeValue(f.operand(1));
  if (!size || (size->size() != 4 && size->size() != 5))
    return {};
  SmallVector<int64_t, 4> extents;
  for (DimExpr dim : ArrayRef(*size).drop_front(2)) {
    auto c = dim.getConstant();
    if (!c || *c < 1)
      return {};
    extents.push_back(*c);
  }
  Value *theta = f.wide(0);
  const bool align = f.op->getInt("align_corners", 0);
  const int64_t rank = extents.size();
  SmallVector<int64_t, 4> all(extents);
  all.push_back(1);
  // The coordinates along each dimension, the last one's first, and 1.
  SmallVector<Value *, 4> coordinates;
  for (int64_t d = rank - 1; d >= 0; --d) {
    const int64_t extent = extents[d];
    const double step =
        2.0 / double(align ? std::max<int64_t>(extent - 1, 1) : extent);
    Value *i = f.cast(
        f("Range", {f.ints(0, true), f.ints(extent, true), f.ints(1, true)}),
        theta->getTensorType().getElementType());
    Value *line = f("Add", {f("Mul", {i, f.scalar(step, i)}),
                            f.scalar(align ? -1 : -1 + step / 2, i)});
    SmallVector<int64_t, 4> shape(rank + 1, 1);
    shape[d] = extent;
    coordinates.push_back(f("Expand", {f.reshape(line, shape), f.ints(all)}));
  }
  coordinates.push_back(f("Expand", {f.scalar(1, theta), f.ints(all)}));
  Value *points = f("Concat", coordinates, f.attr("axis", rank));
  points = f.reshape(points, {-1, rank + 1});
  // (points × rank + 1) · (rank + 1 × rank), for each instance.
  Value *grid = f("MatMul", {points, f.transpose(theta, {0, 2, 1})});
  SmallVector<int64_t, 6> shape = {0};
  append_range(shape, extents);
  shape.push_back(rank);
  // 0 copies the batch; the rank differs, so that it is dimension 0 alone.
  return {f.narrow(f.reshape(grid, shape))};
}

/// Bernoulli: is an even random number less than the probability?
static Results bernoulli(FunctionBuilder &f) {
  SmallVector<NamedAttr, 1> seed;
  if (f.op->hasAttr("seed"))
    seed.push_back(f.copied("seed"));
  Value *x = f.operand(0);
  Value *less = f("Less", {f("RandomUniformLike", {x}, seed), x});
  return {f.cast(less, f.op->getResult()->getTensorType().getElementType())};
}

ArrayRef<Pattern> functions::getMovements() {
  static constexpr Pattern table[] = {
      {"expand-affine-grid", "onnx.AffineGrid", expand<affineGrid>},
      {"expand-bernoulli", "onnx.Bernoulli", expand<bernoulli>},
      {"expand-center-crop-pad", "onnx.CenterCropPad", expand<centerCropPad>},
  };
  return table;
}
