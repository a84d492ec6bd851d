//===- MovementMakers.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What moves elements: all of it keeps them as they are, but for Resize.
///
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

using Shape = ModelBuilder::Shape;
using Attrs = ModelBuilder::Attrs;

static Value *anyTensor(ModelBuilder &b, unsigned minRank, unsigned maxRank) {
  return b.anyOf([](ElementType) { return true; }, minRank, maxRank);
}

/// \p axis counted from the front.
static int64_t fromFront(int64_t axis, Value *value) {
  return axis < 0 ? axis + ModelBuilder::rankOf(value) : axis;
}

static Operation *makeTranspose(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 5);
  if (!x)
    return nullptr;
  if (b.once(6))
    return b.makeExact("Transpose", {x});
  Shape order;
  for (unsigned i = 0; i < b.rankOf(x); ++i)
    order.insert(order.begin() + b.pick(0, i), i);
  return b.makeExact("Transpose", {x}, {b.attr("perm", order)});
}

static Operation *makeReshape(ModelBuilder &b) {
  Value *x = anyTensor(b, 0, 5);
  if (!x)
    return nullptr;
  Shape shape = b.shapeOf(x);
  // Dimensions are split in two and neighbours joined.
  for (int64_t i = 0, n = b.pick(1, 3); i < n; ++i) {
    if (shape.size() > 1 && b.flip()) {
      const unsigned at = b.pick(0, shape.size() - 2);
      shape[at] *= shape[at + 1];
      shape.erase(shape.begin() + at + 1);
    } else if (shape.size() < 5) {
      const unsigned at = b.pick(0, shape.size());
      int64_t factor = at < shape.size() ? b.pick(1, 4) : 1;
      if (at < shape.size() && shape[at] % factor == 0)
        shape[at] /= factor;
      else
        factor = 1;
      shape.insert(shape.begin() + at, factor);
    }
  }
  if (!shape.empty() && b.once(3))
    shape[b.pick(0, shape.size() - 1)] = -1;
  return b.makeExact("Reshape", {x, b.ints(shape)});
}

/// What exporters write for x.view(x.size(0), -1): the shape is computed.
static Operation *makeReshapeByShape(ModelBuilder &b) {
  Value *x = anyTensor(b, 2, 4);
  if (!x)
    return nullptr;
  Operation *shape = b.makeExact("Shape", {x});
  Operation *first =
      shape ? b.makeExact("Gather", {shape->getResult(), b.ints({0})})
            : nullptr;
  Operation *target =
      first ? b.makeExact("Concat", {first->getResult(), b.ints({-1})},
                          {b.attr("axis", int64_t(0))})
            : nullptr;
  return target ? b.makeExact("Reshape", {x, target->getResult()}) : nullptr;
}

static Operation *makeFlatten(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 5);
  return x ? b.makeExact("Flatten", {x}, {b.attr("axis", b.pickAxis(x))})
           : nullptr;
}

static Operation *makeSqueeze(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 5);
  if (!x)
    return nullptr;
  Shape axes;
  for (auto [i, size] : enumerate(b.shapeOf(x)))
    if (size == 1 && b.flip())
      axes.push_back(i);
  if (axes.empty())
    return b.makeExact("Squeeze", {x});
  return b.makeExact("Squeeze", {x, b.ints(axes)});
}

static Operation *makeUnsqueeze(ModelBuilder &b) {
  Value *x = anyTensor(b, 0, 4);
  return x ? b.makeExact("Unsqueeze", {x, b.ints({b.pick(0, b.rankOf(x))})})
           : nullptr;
}

static Operation *makeConcat(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x);
  SmallVector<Value *, 4> operands = {x};
  for (int64_t i = 0, n = b.pick(1, 3); i < n; ++i) {
    Value *y = b.any([&](Value *v) {
      if (b.typeOf(v) != b.typeOf(x) || b.rankOf(v) != b.rankOf(x))
        return false;
      Shape p = b.shapeOf(v), q = b.shapeOf(x);
      p[fromFront(axis, x)] = q[fromFront(axis, x)];
      return p == q;
    });
    if (b.once(4)) {
      Shape shape = b.shapeOf(x);
      shape[fromFront(axis, x)] = b.pick(1, 4);
      y = b.constant(b.typeOf(x), shape);
    }
    operands.insert(operands.begin() + b.pick(0, operands.size()), y);
  }
  return b.makeExact("Concat", operands, {b.attr("axis", axis)});
}

static Operation *makeSplit(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x), size = b.shapeOf(x)[fromFront(axis, x)];
  if (size < 2)
    return nullptr;
  if (b.flip())
    return b.makeExact(
        "Split", {x}, {b.attr("axis", axis), b.attr("num_outputs", int64_t(2))},
        2);
  const int64_t part = b.pick(1, size - 1);
  return b.makeExact("Split", {x, b.ints({part, size - part})},
                     {b.attr("axis", axis)}, 2);
}

static Operation *makeSlice(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  Shape starts, ends, axes, steps;
  for (auto [i, size] : enumerate(b.shapeOf(x))) {
    if (!b.flip())
      continue;
    int64_t start = b.pick(0, size - 1), end = b.pick(start + 1, size + 1);
    int64_t step = b.pick(1, 3);
    if (b.once(4)) { // backwards
      std::swap(start, end);
      start = std::min(start, size - 1);
      end -= size + 1;
      if (end < -size - 1 || start - (end + size) <= 0)
        end = -size - 1;
      step = -step;
    } else if (b.once(4)) {
      start -= size;
    }
    starts.push_back(start);
    ends.push_back(end);
    axes.push_back(i);
    steps.push_back(step);
  }
  if (axes.empty())
    return nullptr;
  return b.makeExact(
      "Slice", {x, b.ints(starts), b.ints(ends), b.ints(axes), b.ints(steps)});
}

static Operation *makePad(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  if (!x)
    return nullptr;
  Shape shape = b.shapeOf(x), pads(2 * shape.size(), 0);
  const char *mode = b.oneOf({"constant", "constant", "edge", "reflect"});
  for (size_t i = 0; i < pads.size(); ++i)
    if (b.flip())
      pads[i] = std::min<int64_t>(b.pick(0, 3), shape[i % shape.size()] - 1);
  Value *value = nullptr;
  if (StringRef(mode) == "constant") {
    if (b.once(4)) // Negative pads take away.
      for (size_t i = 0; i < shape.size(); ++i)
        if (shape[i] > 2 && b.flip())
          pads[i] = -1;
    if (b.flip())
      value = b.number(b.typeOf(x), b.pick(-4, 4) / 2.0);
  }
  return b.makeExact("Pad", {x, b.ints(pads), value}, {b.attr("mode", mode)});
}

static Operation *makeExpand(ModelBuilder &b) {
  Value *x = anyTensor(b, 0, 4);
  if (!x)
    return nullptr;
  Shape shape = b.shapeOf(x);
  for (int64_t &size : shape)
    if (size == 1 && b.flip())
      size = b.pick(1, 4);
  if (shape.size() < 4 && b.once(3))
    shape.insert(shape.begin(), b.pick(1, 3));
  return b.makeExact("Expand", {x, b.ints(shape)});
}

static Operation *makeTile(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  Shape repeats;
  for (unsigned i = 0; i < b.rankOf(x); ++i)
    repeats.push_back(b.once(3) ? b.pick(2, 3) : 1);
  return b.makeExact("Tile", {x, b.ints(repeats)});
}

/// Integers that index a dimension of \p size from either side.
static Value *makeIndices(ModelBuilder &b, ArrayRef<int64_t> shape,
                          int64_t size) {
  if (b.once(4)) { // computed ones
    Value *x = b.any([&](Value *v) {
      return b.typeOf(v) == ElementType::I64 && b.shapeOf(v) == Shape(shape);
    });
    Operation *mod =
        x ? b.makeExact("Mod", {x, b.number(ElementType::I64, size)}) : nullptr;
    if (mod)
      return mod->getResult();
  }
  return b.constant(b.flip() ? ElementType::I64 : ElementType::I32, shape,
                    -size, size - 1);
}

static Operation *makeGather(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x), size = b.shapeOf(x)[fromFront(axis, x)];
  Shape shape;
  for (int64_t i = 0, n = b.pick(0, 2); i < n; ++i)
    shape.push_back(b.pick(1, 5));
  return b.makeExact("Gather", {x, makeIndices(b, shape, size)},
                     {b.attr("axis", axis)});
}

static Operation *makeGatherElements(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x), size = b.shapeOf(x)[fromFront(axis, x)];
  Shape shape;
  for (int64_t limit : b.shapeOf(x))
    shape.push_back(b.pick(1, limit));
  shape[fromFront(axis, x)] = b.pick(1, 5);
  return b.makeExact("GatherElements", {x, makeIndices(b, shape, size)},
                     {b.attr("axis", axis)});
}

static Operation *makeGatherND(ModelBuilder &b) {
  Value *x = anyTensor(b, 1, 4);
  if (!x)
    return nullptr;
  Shape sizes = b.shapeOf(x);
  const int64_t count = b.pick(1, sizes.size());
  // Indices that suit every dimension they may stand for.
  int64_t size = sizes[0];
  for (int64_t i = 0; i < count; ++i)
    size = std::min(size, sizes[i]);
  Value *indices =
      b.constant(ElementType::I64, {b.pick(1, 5), count}, -size, size - 1);
  return b.makeExact("GatherND", {x, indices});
}

static Operation *makeScatterElements(ModelBuilder &b) {
  Value *x = b.anyFloat(1, 4);
  if (!x)
    return nullptr;
  const int64_t axis = b.pickAxis(x), size = b.shapeOf(x)[fromFront(axis, x)];
  Shape shape = b.shapeOf(x);
  shape[fromFront(axis, x)] = 1; // No element twice.
  return b.makeExact("ScatterElements",
                     {x, b.constant(ElementType::I64, shape, -size, size - 1),
                      b.constant(b.typeOf(x), shape)},
                     {b.attr("axis", axis)});
}

static Operation *makeDepthToSpace(ModelBuilder &b) {
  Value *x = b.any(
      [&](Value *v) { return b.rankOf(v) == 4 && b.shapeOf(v)[1] % 4 == 0; });
  return x ? b.makeExact("DepthToSpace", {x},
                         {b.attr("blocksize", int64_t(2)),
                          b.attr("mode", b.oneOf({"DCR", "CRD"}))})
           : nullptr;
}

static Operation *makeSpaceToDepth(ModelBuilder &b) {
  const int64_t block = b.pick(2, 3);
  Value *x = b.any([&](Value *v) {
    return b.rankOf(v) == 4 && b.shapeOf(v)[2] % block == 0 &&
           b.shapeOf(v)[3] % block == 0;
  });
  return x ? b.makeExact("SpaceToDepth", {x}, {b.attr("blocksize", block)})
           : nullptr;
}

static Operation *makeResize(ModelBuilder &b) {
  Value *x = b.anyOf([](ElementType t) { return t == ElementType::F32; }, 3, 4);
  if (!x)
    return nullptr;
  Shape sizes = b.shapeOf(x);
  SmallVector<float, 4> scales(sizes.size(), 1.0f);
  bool isWhole = true;
  for (size_t i = 2; i < sizes.size(); ++i) {
    scales[i] = b.oneOf({1.0f, 2.0f, 3.0f, 0.5f, 1.5f});
    const float scaled = sizes[i] * scales[i];
    sizes[i] = scaled;
    isWhole &= sizes[i] == scaled;
    if (sizes[i] < 2)
      return nullptr;
  }
  // Where a scaled size isn't whole, ONNX's reference aligns the corner with
  // the fraction, others with the size that is rounded down.
  const char *coordinates = b.oneOf(
      {"half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners"});
  if (!isWhole && StringRef(coordinates) == "align_corners")
    coordinates = "half_pixel";
  const char *mode = b.oneOf({"nearest", "nearest", "linear", "cubic"});
  const bool isNearest = StringRef(mode) == "nearest";
  Attrs attrs = {b.attr("mode", mode),
                 b.attr("coordinate_transformation_mode", coordinates)};
  if (isNearest && b.flip())
    attrs.push_back(b.attr("nearest_mode",
                           b.oneOf({"floor", "ceil", "round_prefer_ceil"})));
  if (b.flip())
    return b.make("Resize", {x, nullptr, nullptr, b.ints(sizes)}, attrs, -1,
                  isNearest);
  return b.make("Resize", {x, nullptr, b.floats(scales)}, attrs, -1, isNearest);
}

static Operation *makeTrilu(ModelBuilder &b) {
  Value *x = anyTensor(b, 2, 4);
  if (!x)
    return nullptr;
  Value *k = b.flip() ? b.number(ElementType::I64, b.pick(-2, 2)) : nullptr;
  return b.makeExact("Trilu", {x, k}, {b.attr("upper", b.pick(0, 1))});
}

static Operation *makeOneHot(ModelBuilder &b) {
  Value *x = b.anyOf([](ElementType t) { return t == ElementType::I64; }, 0, 3);
  return x ? b.makeExact("OneHot",
                         {x, b.number(ElementType::I64, b.pick(2, 6)),
                          b.constant(ElementType::F32, {2})},
                         {b.attr("axis", int64_t(-1))})
           : nullptr;
}

static constexpr Maker makers[] = {
    {"Concat", makeConcat, 4},
    {"DepthToSpace", makeDepthToSpace},
    {"Expand", makeExpand},
    {"Flatten", makeFlatten},
    {"Gather", makeGather, 2},
    {"GatherElements", makeGatherElements},
    {"GatherND", makeGatherND},
    {"OneHot", makeOneHot},
    {"Pad", makePad, 2},
    {"Reshape", makeReshape, 3},
    {"ReshapeByShape", makeReshapeByShape},
    {"Resize", makeResize, 2},
    {"ScatterElements", makeScatterElements},
    {"Slice", makeSlice, 2},
    {"SpaceToDepth", makeSpaceToDepth},
    {"Split", makeSplit},
    {"Squeeze", makeSqueeze},
    {"Tile", makeTile},
    {"Transpose", makeTranspose, 3},
    {"Trilu", makeTrilu},
    {"Unsqueeze", makeUnsqueeze},
};

ArrayRef<Maker> smith::getMovementMakers() { return makers; }
