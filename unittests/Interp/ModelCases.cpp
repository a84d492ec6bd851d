//===- ModelCases.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Cases of attention, signals, sampling and losses.
///
//===----------------------------------------------------------------------===//

#include "OperatorCases.h"

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;
using Attrs = SmallVector<NamedAttr, 6>;

constexpr ElementType f32 = ElementType::F32;
constexpr ElementType i32 = ElementType::I32;
constexpr ElementType i64 = ElementType::I64;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static Operation *shrink(OperatorCase &c) {
  return c.make({c.floats(c.shape(0, 4))},
                {c.attr("lambd", 1.5), c.attr("bias", 0.5)});
}

static Operation *swiGLU(OperatorCase &c) {
  Shape shape = c.shape(0, 4);
  return c.make({c.floats(shape), c.floats(shape)});
}

static Operation *bitCast(OperatorCase &c) {
  return c.make({c.data(i32, c.shape(0, 4))}, {c.attr("to", int64_t(12))});
}

static Operation *cumProd(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  return c.make(
      {c.floats(x), c.constant(c.pickAxis(x.size()), true)},
      {c.attr("exclusive", c.pick(0, 1)), c.attr("reverse", c.pick(0, 1))});
}

static Operation *det(OperatorCase &c) {
  Shape x = c.shape(0, 2);
  x.append(2, c.pick(1, 4));
  return c.make({c.floats(x)});
}

static Operation *reverseSequence(OperatorCase &c) {
  Shape x = c.shape(2, 4);
  const int64_t batch = c.pick(0, 1);
  return c.make({c.floats(x), c.ints(i64, {x[batch]}, 0, x[1 - batch])},
                {c.attr("batch_axis", batch), c.attr("time_axis", 1 - batch)});
}

static Operation *centerCropPad(OperatorCase &c) {
  Shape x = c.shape(1, 3, 7), axes, sizes;
  for (unsigned i = 0; i < x.size(); ++i)
    if (c.flip()) {
      axes.push_back(i);
      sizes.push_back(c.pick(1, 7));
    }
  if (axes.empty())
    return nullptr;
  return c.make({c.floats(x), c.constant(sizes)}, {c.attr("axes", axes)});
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

static Operation *attention(OperatorCase &c) {
  const int64_t batch = c.pick(1, 2), keyHeads = c.pick(1, 2),
                heads = keyHeads * c.pick(1, 2), queries = c.pick(1, 3),
                keys = c.pick(1, 4), size = c.pick(1, 3),
                valueSize = c.pick(1, 3);
  const bool packed = c.flip();
  auto operand = [&](int64_t heads, int64_t length, int64_t size) {
    return c.floats(packed ? Shape{batch, length, heads * size}
                           : Shape{batch, heads, length, size});
  };
  SmallVector<Value *, 7> operands = {operand(heads, queries, size),
                                      operand(keyHeads, keys, size),
                                      operand(keyHeads, keys, valueSize)};
  int64_t past = 0;
  const int64_t cache = c.pick(0, 2);
  operands.resize(7, nullptr);
  if (cache == 1) {
    past = c.pick(1, 3);
    operands[4] = c.floats({batch, keyHeads, past, size});
    operands[5] = c.floats({batch, keyHeads, past, valueSize});
  } else if (cache == 2) {
    operands[6] = c.ints(i64, {batch}, 1, keys);
  }
  if (c.flip()) {
    Shape mask = c.broadcastable({batch, heads, queries, 1});
    if (mask.empty())
      mask.push_back(1);
    mask.back() = past + keys;
    operands[3] = c.data(c.flip() ? f32 : ElementType::Bool, mask);
  }
  while (!operands.back())
    operands.pop_back();
  Attrs attrs = {c.attr("is_causal", c.pick(0, 1)),
                 c.attr("q_num_heads", heads), c.attr("kv_num_heads", keyHeads),
                 c.attr("qk_matmul_output_mode", c.pick(0, 3))};
  if (c.flip())
    attrs.push_back(c.attr("softcap", 2.0));
  return c.make(operands, attrs, c.oneOf({1, 3, 4}));
}

static Operation *rotaryEmbedding(OperatorCase &c) {
  const int64_t batch = c.pick(1, 2), heads = c.pick(1, 3),
                length = c.pick(1, 3), pairs = c.pick(1, 2);
  const int64_t size = 2 * pairs + c.pick(0, 1), rows = c.pick(1, 4);
  const bool hasPositions = c.flip();
  const Shape cache =
      hasPositions ? Shape{rows, pairs} : Shape{batch, length, pairs};
  SmallVector<Value *, 4> operands = {
      c.floats(c.flip() ? Shape{batch, heads, length, size}
                        : Shape{batch, length, heads * size}),
      c.floats(cache), c.floats(cache)};
  if (hasPositions)
    operands.push_back(c.ints(i64, {batch, length}, 0, rows - 1));
  return c.make(operands, {c.attr("num_heads", heads),
                           c.attr("rotary_embedding_dim", 2 * pairs),
                           c.attr("interleaved", c.pick(0, 1))});
}

static Operation *linearAttention(OperatorCase &c) {
  const int64_t batch = c.pick(1, 3), keyHeads = c.pick(1, 2),
                heads = keyHeads * c.pick(1, 2), length = c.pick(1, 3),
                size = c.pick(1, 3), valueSize = c.pick(1, 3);
  StringRef rule =
      c.oneOf<StringRef>({"linear", "gated", "delta", "gated_delta"});
  SmallVector<Value *, 6> operands = {
      c.floats({batch, length, heads * size}),
      c.floats({batch, length, keyHeads * size}),
      c.floats({batch, length, keyHeads * valueSize}),
      c.flip() ? c.floats({batch, keyHeads, size, valueSize}) : nullptr,
      rule.starts_with("gated")
          ? c.floats({batch, length, keyHeads * c.oneOf({int64_t(1), size})})
          : nullptr,
      rule.ends_with("delta")
          ? c.floats({batch, length, c.oneOf({int64_t(1), keyHeads})})
          : nullptr};
  return c.make(operands,
                {c.attr("q_num_heads", heads), c.attr("kv_num_heads", keyHeads),
                 c.attr("update_rule", rule)});
}

static Operation *causalConvWithState(OperatorCase &c) {
  const int64_t batch = c.pick(1, 3), channels = c.pick(1, 3),
                kernel = c.pick(1, 3);
  return c.make({c.floats({batch, channels, c.pick(1, 4)}),
                 c.floats({channels, 1, kernel}),
                 c.flip() ? c.floats({channels}) : nullptr,
                 c.flip() ? c.floats({batch, channels, kernel - 1}) : nullptr},
                {c.attr("activation", c.oneOf({"none", "silu"}))});
}

static Operation *tensorScatter(OperatorCase &c) {
  Shape cache = c.shape(2, 4);
  const int64_t axis = c.pick(1, cache.size() - 1);
  Shape update = cache;
  update[axis] = c.pick(1, cache[axis]);
  const bool circular = c.flip();
  return c.make(
      {c.floats(cache), c.floats(update),
       c.ints(i64, {cache[0]}, 0,
              circular ? cache[axis] - 1 : cache[axis] - update[axis])},
      {c.attr("axis", axis), c.attr("mode", circular ? "circular" : "linear")});
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

static Operation *dft(OperatorCase &c) {
  const int64_t inverse = c.pick(0, 1), half = c.pick(0, 1);
  Shape x = c.shape(1, 3);
  const int64_t axis = c.pick(0, x.size() - 1);
  x[axis] = c.pick(2, 6);
  x.push_back(half && !inverse ? 1 : c.pick(1, 2));
  return c.make({c.floats(x),
                 c.flip() ? c.constant(c.pick(1, 7), true) : nullptr,
                 c.constant(axis, true)},
                {c.attr("inverse", inverse), c.attr("onesided", half)});
}

static Operation *stft(OperatorCase &c) {
  const int64_t half = c.pick(0, 1), length = c.pick(1, 5);
  Value *signal =
      c.floats({c.pick(1, 2), length + c.pick(0, 9), half ? 1 : c.pick(1, 2)});
  Value *step = c.constant(c.pick(1, 4), true);
  NamedAttr attr = c.attr("onesided", half);
  if (c.flip())
    return c.make({signal, step, c.floats({length})}, attr);
  return c.make({signal, step, nullptr, c.constant(length, true)}, attr);
}

static Operation *window(OperatorCase &c) {
  return c.make({c.constant(c.pick(1, 9), true)},
                {c.attr("periodic", c.pick(0, 1))});
}

static Operation *melWeightMatrix(OperatorCase &c) {
  auto hertz = [&](double value) {
    return c.constant(makeTensor(f32, {}, [=] { return value; }));
  };
  return c.make({c.constant(c.pick(1, 5), true), c.constant(16, true),
                 c.constant(8000, true), hertz(0), hertz(3800)});
}

//===----------------------------------------------------------------------===//
// Sampling and regions
//===----------------------------------------------------------------------===//

static Operation *gridSample(OperatorCase &c) {
  Shape x = c.shape(3, 4), grid = {x[0]};
  for (unsigned i = 2; i < x.size(); ++i)
    grid.push_back(c.pick(1, 3));
  grid.push_back(x.size() - 2);
  return c.make(
      {c.floats(x), c.floats(grid)},
      {c.attr("align_corners", c.pick(0, 1)),
       c.attr("mode", c.oneOf({"linear", "nearest", "cubic"})),
       c.attr("padding_mode", c.oneOf({"zeros", "border", "reflection"}))});
}

static Operation *affineGrid(OperatorCase &c) {
  const int64_t batch = c.pick(1, 3), rank = c.pick(2, 3);
  Shape size = {batch, c.pick(1, 3)};
  for (int64_t i = 0; i < rank; ++i)
    size.push_back(c.pick(1, 4));
  return c.make({c.floats({batch, rank, rank + 1}), c.constant(size)},
                {c.attr("align_corners", c.pick(0, 1))});
}

static Operation *roiAlign(OperatorCase &c) {
  Shape x = c.shape(4, 4);
  const int64_t count = c.pick(1, 4);
  return c.make({c.floats(x), c.ints(f32, {count, 4}, 0, 5),
                 c.ints(i64, {count}, 0, x[0] - 1)},
                {c.attr("output_height", c.pick(1, 3)),
                 c.attr("output_width", c.pick(1, 3)),
                 c.attr("sampling_ratio", c.pick(0, 2)),
                 c.attr("mode", c.oneOf({"avg", "max"}))});
}

static Operation *maxRoiPool(OperatorCase &c) {
  Shape x = c.shape(4, 4);
  x[0] = 1;
  Value *rois = c.ints(f32, {c.pick(1, 4), 5}, 0, 5);
  for (TensorValue *tensor : {&c.edit(rois).contents, &c.edit(rois).garbage[0],
                              &c.edit(rois).garbage[1]}) {
    float *values = tensor->mutableData<float>();
    for (int64_t i = 0; i < tensor->getNumElements(); i += 5)
      values[i] = 0;
  }
  return c.make({c.floats(x), rois},
                {c.attr("pooled_shape", {c.pick(1, 3), c.pick(1, 3)})});
}

static Operation *deformConv(OperatorCase &c) {
  const int64_t groups = c.pick(1, 2), offsets = c.pick(1, 2),
                channels = 2 * c.pick(1, 2), batch = c.pick(1, 2),
                outputs = groups * c.pick(1, 2);
  const Shape kernel = {c.pick(1, 2), c.pick(1, 2)},
              in = {c.pick(2, 4), c.pick(2, 4)};
  const int64_t height = in[0] - kernel[0] + 1, width = in[1] - kernel[1] + 1,
                points = kernel[0] * kernel[1] * offsets;
  return c.make({c.floats({batch, channels, in[0], in[1]}),
                 c.floats({outputs, channels / groups, kernel[0], kernel[1]}),
                 c.floats({batch, points * 2, height, width}),
                 c.flip() ? c.floats({outputs}) : nullptr,
                 c.flip() ? c.floats({batch, points, height, width}) : nullptr},
                {c.attr("group", groups), c.attr("offset_group", offsets)});
}

static Operation *col2Im(OperatorCase &c) {
  const Shape block = {c.pick(1, 3), c.pick(1, 3)},
              counts = {c.pick(1, 3), c.pick(1, 3)};
  return c.make(
      {c.floats({c.pick(1, 3), c.pick(1, 2) * block[0] * block[1],
                 counts[0] * counts[1]}),
       c.constant({counts[0] + block[0] - 1, counts[1] + block[1] - 1}),
       c.constant(block)});
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

template <bool hasProbabilities> static Operation *loss(OperatorCase &c) {
  Shape x = c.shape(2, 4), target = x;
  target.erase(target.begin() + 1);
  SmallVector<Value *, 3> operands = {c.floats(x),
                                      c.ints(i64, target, 0, x[1] - 1)};
  if (c.flip())
    operands.push_back(c.floats({x[1]}));
  Attrs attrs = {c.attr("reduction", "none")};
  if (c.flip())
    attrs.push_back(c.attr("ignore_index", int64_t(0)));
  return c.make(operands, attrs, hasProbabilities ? c.pick(1, 2) : 1);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

void onnc::addModelCases(StringMap<CaseGenerator> &table) {
  const std::pair<StringRef, CaseGenerator> cases[] = {
      {"onnx.AffineGrid", affineGrid},
      {"onnx.Attention", attention},
      {"onnx.BitCast", bitCast},
      {"onnx.BlackmanWindow", window},
      {"onnx.CausalConvWithState", causalConvWithState},
      {"onnx.CenterCropPad", centerCropPad},
      {"onnx.Col2Im", col2Im},
      {"onnx.CumProd", cumProd},
      {"onnx.DFT", dft},
      {"onnx.DeformConv", deformConv},
      {"onnx.Det", det},
      {"onnx.GridSample", gridSample},
      {"onnx.HammingWindow", window},
      {"onnx.HannWindow", window},
      {"onnx.LinearAttention", linearAttention},
      {"onnx.MaxRoiPool", maxRoiPool},
      {"onnx.MelWeightMatrix", melWeightMatrix},
      {"onnx.NegativeLogLikelihoodLoss", loss<false>},
      {"onnx.ReverseSequence", reverseSequence},
      {"onnx.RoiAlign", roiAlign},
      {"onnx.RotaryEmbedding", rotaryEmbedding},
      {"onnx.STFT", stft},
      {"onnx.Shrink", shrink},
      {"onnx.SoftmaxCrossEntropyLoss", loss<true>},
      {"onnx.SwiGLU", swiGLU},
      {"onnx.TensorScatter", tensorScatter}};
  for (auto [name, generator] : cases)
    table[name] = generator;
}
