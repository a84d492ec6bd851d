//===- MovingCases.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Cases of operators that make, pick or move elements.
///
//===----------------------------------------------------------------------===//

#include "OperatorCases.h"

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;
using Attrs = SmallVector<NamedAttr, 6>;

constexpr ElementType f32 = ElementType::F32;
constexpr ElementType i64 = ElementType::I64;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static Operation *constant(OperatorCase &c) {
  return c.make({}, {c.attr("value", makeTensor(f32, c.shape(0, 3), [&] {
                              return c.pick(0, 99);
                            }))});
}

static Operation *constantOfShape(OperatorCase &c) {
  return c.make({c.constant(c.shape(1, 3))});
}

static Operation *eyeLike(OperatorCase &c) {
  return c.make({c.floats(c.shape(2, 2))}, {c.attr("k", c.pick(-2, 2))});
}

static Operation *range(OperatorCase &c) {
  const int64_t start = c.pick(-5, 5), delta = c.pick(1, 3);
  return c.make({c.constant(start, true),
                 c.constant(start + c.pick(0, 20), true),
                 c.constant(delta, true)});
}

//===----------------------------------------------------------------------===//
// Gather and scatter
//===----------------------------------------------------------------------===//

static Operation *gather(OperatorCase &c) {
  Shape data = c.shape(1, 3);
  const int64_t axis = c.pick(0, data.size() - 1), size = data[axis];
  return c.make({c.floats(data), c.ints(i64, c.shape(0, 2), -size, size - 1)},
                {c.attr("axis", axis)});
}

/// The shape of indices that pick along \p axis.
static Shape indicesLike(OperatorCase &c, ArrayRef<int64_t> data) {
  Shape shape;
  for (int64_t extent : data)
    shape.push_back(c.pick(1, extent));
  return shape;
}

static Operation *gatherElements(OperatorCase &c) {
  Shape data = c.shape(1, 3), indices = indicesLike(c, data);
  const int64_t axis = c.pick(0, data.size() - 1), size = data[axis];
  indices[axis] = c.pick(1, 5);
  return c.make({c.floats(data), c.ints(i64, indices, -size, size - 1)},
                {c.attr("axis", axis)});
}

static Operation *scatterElements(OperatorCase &c) {
  Shape data = c.shape(1, 3), indices = indicesLike(c, data);
  const int64_t axis = c.pick(0, data.size() - 1), size = data[axis];
  return c.make(
      {c.floats(data), c.ints(i64, indices, -size, size - 1),
       c.floats(indices)},
      {c.attr("axis", axis),
       c.attr("reduction", c.oneOf({"none", "add", "mul", "max", "min"}))});
}

static Operation *gatherND(OperatorCase &c) {
  const unsigned batch = c.pick(0, 1);
  Shape data = c.shape(1 + batch, 4);
  const int64_t tuple = c.pick(1, data.size() - batch);
  Shape indices(data.begin(), data.begin() + batch);
  append_range(indices, c.shape(0, 2));
  indices.push_back(tuple);
  const int64_t size = *std::min_element(data.begin(), data.end());
  return c.make({c.floats(data), c.ints(i64, indices, -size, size - 1)},
                {c.attr("batch_dims", int64_t(batch))});
}

static Operation *scatterND(OperatorCase &c) {
  Shape data = c.shape(1, 4), indices = c.shape(0, 2);
  const int64_t tuple = c.pick(1, data.size());
  Shape updates = indices;
  append_range(updates, ArrayRef(data).drop_front(tuple));
  indices.push_back(tuple);
  const int64_t size = *std::min_element(data.begin(), data.end());
  return c.make({c.floats(data), c.ints(i64, indices, -size, size - 1),
                 c.floats(updates)},
                {c.attr("reduction", c.oneOf({"none", "add", "max"}))});
}

static Operation *oneHot(OperatorCase &c) {
  Shape indices = c.shape(0, 3);
  return c.make({c.ints(i64, indices, -5, 5), c.constant(c.pick(1, 5), true),
                 c.floats({2})},
                {c.attr("axis", c.pickAxis(indices.size() + 1))});
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

/// \p count elements in another shape.
static Shape factorize(OperatorCase &c, int64_t count) {
  Shape shape;
  while (count > 1) {
    int64_t factor = c.pick(2, count);
    while (count % factor)
      --factor;
    if (factor > 1) {
      shape.push_back(factor);
      count /= factor;
    }
    if (c.pick(0, 3) == 0)
      shape.push_back(1);
  }
  return shape;
}

static Operation *reshape(OperatorCase &c) {
  int64_t count = c.oneOf({6, 12, 24, 30, 36, 60, 64});
  return c.make(
      {c.floats(factorize(c, count)), c.constant(factorize(c, count))});
}

static Operation *flatten(OperatorCase &c) {
  Shape x = c.shape(0, 4);
  return c.make({c.floats(x)}, {c.attr("axis", c.pick(0, x.size()))});
}

static Operation *squeeze(OperatorCase &c) {
  return c.make({c.floats(c.broadcastable(c.shape(1, 4)))});
}

static Operation *unsqueeze(OperatorCase &c) {
  Shape x = c.shape(0, 3);
  return c.make({c.floats(x), c.constant(c.pick(0, x.size()))});
}

static Operation *transpose(OperatorCase &c) {
  Shape x = c.shape(1, 4), perm;
  for (unsigned i = 0; i < x.size(); ++i)
    perm.insert(perm.begin() + c.pick(0, i), i);
  Attrs attrs;
  if (c.pick(0, 3))
    attrs.push_back(c.attr("perm", perm));
  return c.make({c.floats(x)}, attrs);
}

static Operation *expand(OperatorCase &c) {
  Shape target = c.shape(1, 4);
  return c.make({c.floats(c.broadcastable(target)), c.constant(target)});
}

static Operation *tile(OperatorCase &c) {
  Shape x = c.shape(1, 3, 4), repeats;
  for (unsigned i = 0; i < x.size(); ++i)
    repeats.push_back(c.pick(1, 3));
  return c.make({c.floats(x), c.constant(repeats)});
}

static Operation *concat(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  const int64_t axis = c.pick(0, x.size() - 1);
  SmallVector<Value *, 4> operands;
  for (int64_t i = c.pick(1, 4); i > 0; --i) {
    x[axis] = c.pick(1, 4);
    operands.push_back(c.floats(x));
  }
  return c.make(operands, {c.attr("axis", axis)});
}

static Operation *split(OperatorCase &c) {
  Shape x = c.shape(1, 4), sizes;
  const int64_t axis = c.pick(0, x.size() - 1);
  x[axis] = 0;
  for (int64_t i = c.pick(1, 3); i > 0; --i) {
    sizes.push_back(c.pick(1, 4));
    x[axis] += sizes.back();
  }
  return c.make({c.floats(x), c.constant(sizes)}, {c.attr("axis", axis)},
                sizes.size());
}

static Operation *slice(OperatorCase &c) {
  Shape x = c.shape(1, 4, 8), starts, ends, axes, steps;
  for (unsigned i = 0; i < x.size(); ++i) {
    if (c.pick(0, 3) == 0)
      continue;
    axes.push_back(i);
    steps.push_back(c.oneOf({-3, -1, 1, 1, 2}));
    int64_t a = c.pick(0, x[i] - 1), b = c.pick(0, x[i] - 1);
    starts.push_back(steps.back() > 0 ? std::min(a, b) : std::max(a, b));
    ends.push_back(steps.back() > 0 ? std::max(a, b) + 1
                   : std::min(a, b) ? std::min(a, b) - 1
                                    : INT64_MIN);
  }
  return c.make({c.floats(x), c.constant(starts), c.constant(ends),
                 c.constant(axes), c.constant(steps)});
}

static Operation *pad(OperatorCase &c) {
  Shape x = c.shape(1, 3, 7), before, after;
  for (unsigned i = 0; i < x.size(); ++i) {
    before.push_back(c.pick(-1, 3));
    // The same size again: elements are shifted.
    after.push_back(c.flip() ? -before[i] : c.pick(-1, 3));
  }
  Shape pads = before;
  append_range(pads, after);
  return c.make(
      {c.floats(x), c.constant(pads), c.flip() ? c.floats({}) : nullptr},
      {c.attr("mode", c.oneOf({"constant", "reflect", "edge", "wrap"}))});
}

static Operation *depthToSpace(OperatorCase &c) {
  const int64_t block = c.pick(1, 3);
  return c.make(
      {c.floats({c.pick(1, 2), c.pick(1, 3) * block * block, c.pick(1, 3),
                 c.pick(1, 3)})},
      {c.attr("blocksize", block), c.attr("mode", c.oneOf({"DCR", "CRD"}))});
}

static Operation *spaceToDepth(OperatorCase &c) {
  const int64_t block = c.pick(1, 3);
  return c.make({c.floats({c.pick(1, 2), c.pick(1, 3), c.pick(1, 3) * block,
                           c.pick(1, 3) * block})},
                {c.attr("blocksize", block)});
}

static Operation *resize(OperatorCase &c) {
  Shape x = {c.pick(1, 2), c.pick(1, 2), c.pick(2, 9), c.pick(2, 9)};
  Attrs attrs = {
      c.attr("axes", {2, 3}),
      c.attr("mode", c.oneOf({"nearest", "linear", "cubic"})),
      c.attr("coordinate_transformation_mode",
             c.oneOf({"half_pixel", "half_pixel_symmetric",
                      "pytorch_half_pixel", "align_corners", "asymmetric",
                      "tf_half_pixel_for_nn", "tf_crop_and_resize"})),
      c.attr("nearest_mode", c.oneOf({"round_prefer_floor", "round_prefer_ceil",
                                      "floor", "ceil"})),
      c.attr("antialias", int64_t(c.pick(0, 4) == 0)),
      c.attr("exclude_outside", c.pick(0, 1))};
  Value *roi = nullptr;
  if (c.flip())
    roi = c.constant(makeTensor(f32, {4}, [&] { return c.pick(0, 4) / 4.; }));
  if (c.flip()) {
    auto next = [&] { return c.oneOf({0.5, 0.6, 1.0, 1.5, 2.0, 3.0}); };
    return c.make({c.floats(x), roi, c.constant(makeTensor(f32, {2}, next))},
                  attrs);
  }
  attrs.push_back(c.attr("keep_aspect_ratio_policy",
                         c.oneOf({"stretch", "not_larger", "not_smaller"})));
  return c.make(
      {c.floats(x), roi, nullptr, c.constant({c.pick(2, 12), c.pick(2, 12)})},
      attrs);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

void onnc::addMovingCases(StringMap<CaseGenerator> &table) {
  const std::pair<StringRef, CaseGenerator> cases[] = {
      {"onnx.Concat", concat},
      {"onnx.Constant", constant},
      {"onnx.ConstantOfShape", constantOfShape},
      {"onnx.DepthToSpace", depthToSpace},
      {"onnx.Expand", expand},
      {"onnx.EyeLike", eyeLike},
      {"onnx.Flatten", flatten},
      {"onnx.Gather", gather},
      {"onnx.GatherElements", gatherElements},
      {"onnx.GatherND", gatherND},
      {"onnx.OneHot", oneHot},
      {"onnx.Pad", pad},
      {"onnx.Range", range},
      {"onnx.Reshape", reshape},
      {"onnx.Resize", resize},
      {"onnx.ScatterElements", scatterElements},
      {"onnx.ScatterND", scatterND},
      {"onnx.Slice", slice},
      {"onnx.SpaceToDepth", spaceToDepth},
      {"onnx.Split", split},
      {"onnx.Squeeze", squeeze},
      {"onnx.Tile", tile},
      {"onnx.Transpose", transpose},
      {"onnx.Unsqueeze", unsqueeze}};
  for (auto [name, generator] : cases)
    table[name] = generator;
}
