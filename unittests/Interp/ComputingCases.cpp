//===- ComputingCases.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Cases of operators that compute.
///
//===----------------------------------------------------------------------===//

#include "OperatorCases.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;
using Attrs = SmallVector<NamedAttr, 6>;

constexpr ElementType f32 = ElementType::F32;
constexpr ElementType i8 = ElementType::I8;
constexpr ElementType u8 = ElementType::U8;
constexpr ElementType i32 = ElementType::I32;
constexpr ElementType i64 = ElementType::I64;

//===----------------------------------------------------------------------===//
// Elementwise operators
//===----------------------------------------------------------------------===//

template <ElementType type> static Operation *unary(OperatorCase &c) {
  return c.make({c.data(type, c.shape(0, 4))});
}

template <ElementType type, unsigned count = 2>
static Operation *broadcast(OperatorCase &c) {
  Shape target = c.shape(0, 4);
  SmallVector<Value *, 4> operands;
  for (unsigned i = 0; i < count; ++i)
    operands.push_back(c.data(type, c.broadcastable(target)));
  return c.make(operands);
}

static Operation *mod(OperatorCase &c) {
  Shape target = c.shape(1, 3);
  const bool fmod = c.flip();
  ElementType type = fmod ? f32 : i32;
  return c.make({c.data(type, c.broadcastable(target)),
                 c.data(type, c.broadcastable(target))},
                {c.attr("fmod", int64_t(fmod))});
}

static Operation *bitShift(OperatorCase &c) {
  Shape target = c.shape(1, 3);
  return c.make({c.data(ElementType::U32, c.broadcastable(target)),
                 c.data(ElementType::U32, c.broadcastable(target))},
                {c.attr("direction", c.oneOf({"LEFT", "RIGHT"}))});
}

static Operation *prelu(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  return c.make({c.floats(x), c.floats(c.broadcastable(x))});
}

static Operation *clip(OperatorCase &c) {
  auto bound = [&]() -> Value * {
    return c.flip() ? c.floats(c.flip() ? Shape{} : Shape{1}) : nullptr;
  };
  return c.make({c.floats(c.shape(0, 3)), bound(), bound()});
}

static Operation *where(OperatorCase &c) {
  Shape target = c.shape(0, 4);
  return c.make({c.data(ElementType::Bool, c.broadcastable(target)),
                 c.floats(c.broadcastable(target)),
                 c.floats(c.broadcastable(target))});
}

static Operation *cast(OperatorCase &c) {
  return c.make({c.data(i32, c.shape(0, 3))},
                {c.attr("to", c.oneOf({int64_t(1), int64_t(7)}))});
}

static Operation *castLike(OperatorCase &c) {
  return c.make({c.data(i32, c.shape(0, 3)), c.floats(c.shape(0, 3))});
}

static Operation *trilu(OperatorCase &c) {
  return c.make({c.floats(c.shape(2, 4)),
                 c.flip() ? c.ints(i64, Shape{}, -2, 2) : nullptr},
                {c.attr("upper", c.pick(0, 1))});
}

static Operation *dropout(OperatorCase &c) {
  return c.make({c.floats(c.shape(1, 3))}, {}, c.pick(1, 2));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Attributes of windows of rank \p rank; kernels have \p kernel elements.
static Attrs windows(OperatorCase &c, ArrayRef<int64_t> kernel, bool transposed,
                     bool ceilMode) {
  const unsigned rank = kernel.size();
  Shape strides, dilations, pads, outputPadding;
  for (unsigned i = 0; i < rank; ++i) {
    strides.push_back(c.pick(1, 3));
    dilations.push_back(c.pick(1, 2));
    outputPadding.push_back(c.pick(0, strides.back() - 1));
  }
  // A window of nothing but padding has no maximum.
  for (unsigned i = 0; i < 2 * rank; ++i)
    pads.push_back(c.pick(0, kernel[i % rank] - 1));
  Attrs attrs = {c.attr("strides", strides), c.attr("dilations", dilations)};
  if (c.flip())
    attrs.push_back(c.attr("kernel_shape", kernel));
  if (c.flip())
    attrs.push_back(c.attr("pads", pads));
  else
    attrs.push_back(c.attr(
        "auto_pad", c.oneOf({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"})));
  if (transposed && c.flip())
    attrs.push_back(c.attr("output_padding", outputPadding));
  if (ceilMode)
    attrs.push_back(c.attr("ceil_mode", c.pick(0, 1)));
  return attrs;
}

namespace {
struct ConvShapes {
  Shape x, w;
  int64_t groups, outputs;
};
} // namespace

static ConvShapes convShapes(OperatorCase &c, bool transposed) {
  ConvShapes s;
  const unsigned rank = c.pick(1, 2);
  s.groups = c.oneOf({1, 1, 2, 3});
  const int64_t in = c.pick(1, 3), out = c.pick(1, 3);
  s.outputs = out * s.groups;
  s.x = {c.pick(1, 2), in * s.groups};
  if (transposed)
    s.w = {in * s.groups, out};
  else
    s.w = {out * s.groups, in};
  for (unsigned i = 0; i < rank; ++i) {
    s.x.push_back(c.pick(1, 8));
    s.w.push_back(c.pick(1, 3));
  }
  return s;
}

template <bool transposed> static Operation *conv(OperatorCase &c) {
  ConvShapes s = convShapes(c, transposed);
  Attrs attrs = windows(c, ArrayRef(s.w).drop_front(2), transposed, false);
  attrs.push_back(c.attr("group", s.groups));
  SmallVector<Value *, 3> operands = {c.floats(s.x), c.floats(s.w)};
  if (c.flip())
    operands.push_back(c.floats({s.outputs}));
  return c.make(operands, attrs);
}

/// A zero point of one element, as scalar or vector, for \p tensor.
static Value *zeroPoint(OperatorCase &c, ElementType type, Value *tensor) {
  Value *zero = c.data(type, c.flip() ? Shape{} : Shape{1});
  CaseOperand &operand = c.edit(zero);
  c.edit(tensor).zero = withStorage(type, [&]<typename T>() -> int64_t {
    return operand.contents.elements<T>()[0];
  });
  operand.isFactor = false;
  return zero;
}

static Operation *convInteger(OperatorCase &c) {
  ConvShapes s = convShapes(c, false);
  Attrs attrs = windows(c, ArrayRef(s.w).drop_front(2), false, false);
  attrs.push_back(c.attr("group", s.groups));
  Value *x = c.data(u8, s.x), *w = c.data(i8, s.w);
  Value *xZero = c.flip() ? zeroPoint(c, u8, x) : nullptr;
  Value *wZero = nullptr;
  if (c.flip()) {
    wZero = c.data(i8, {s.outputs});
    c.edit(wZero).isFactor = c.edit(w).isFactor = false;
  }
  return c.make({x, w, xZero, wZero}, attrs);
}

static Operation *qlinearConv(OperatorCase &c) {
  ConvShapes s = convShapes(c, false);
  Attrs attrs = windows(c, ArrayRef(s.w).drop_front(2), false, false);
  attrs.push_back(c.attr("group", s.groups));
  const Shape perChannel = c.flip() ? Shape{s.outputs} : Shape{};
  SmallVector<Value *, 9> operands = {
      c.data(u8, s.x), c.floats({}),         c.data(u8, {}),
      c.data(i8, s.w), c.floats(perChannel), c.data(i8, perChannel),
      c.floats({}),    c.data(u8, {})};
  if (c.flip())
    operands.push_back(c.data(i32, {s.outputs}));
  return c.make(operands, attrs);
}

template <ElementType type, bool hasIndices = false>
static Operation *pool(OperatorCase &c) {
  const unsigned rank = c.pick(1, 2);
  Shape x = {c.pick(1, 2), c.pick(1, 3)}, kernel;
  for (unsigned i = 0; i < rank; ++i) {
    x.push_back(c.pick(1, 9));
    kernel.push_back(c.pick(1, 3));
  }
  Attrs attrs = windows(c, kernel, false, true);
  erase_if(attrs, [](NamedAttr a) { return a.name == "kernel_shape"; });
  attrs.push_back(c.attr("kernel_shape", kernel));
  return c.make({c.data(type, x)}, attrs, hasIndices ? c.pick(1, 2) : 1);
}

static Operation *sumPool(OperatorCase &c) {
  Operation *op = pool<u8>(c);
  if (!op)
    return nullptr;
  const int64_t zero = c.pick(0, 9);
  NamedAttr attr = c.attr("input_zero_point", zero);
  op->setAttr(attr.name, attr.value);
  c.edit(op->getOperand(0)).zero = zero;
  return op;
}

static Operation *globalPool(OperatorCase &c) {
  return c.make({c.floats(c.shape(2, 4))});
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

static Operation *gemm(OperatorCase &c) {
  const int64_t m = c.pick(1, 5), n = c.pick(1, 5), k = c.pick(1, 5);
  const int64_t transA = c.pick(0, 1), transB = c.pick(0, 1);
  SmallVector<Value *, 3> operands = {
      c.floats(transA ? Shape{k, m} : Shape{m, k}),
      c.floats(transB ? Shape{n, k} : Shape{k, n})};
  if (c.flip())
    operands.push_back(c.floats(c.broadcastable({m, n})));
  return c.make(operands, {c.attr("transA", transA), c.attr("transB", transB),
                           c.attr("alpha", 2.0), c.attr("beta", 0.5)});
}

/// Shapes that multiply; vectors where \p vectors.
static std::pair<Shape, Shape> matMulShapes(OperatorCase &c, bool vectors) {
  const int64_t k = c.pick(1, 5);
  Shape batch = c.shape(0, 2, 3), a = c.broadcastable(batch),
        b = c.broadcastable(batch);
  a.append({c.pick(1, 5), k});
  b.append({k, c.pick(1, 5)});
  if (vectors && c.pick(0, 3) == 0)
    a = {k};
  if (vectors && c.pick(0, 3) == 0)
    b = {k};
  return {a, b};
}

static Operation *matMul(OperatorCase &c) {
  auto [a, b] = matMulShapes(c, true);
  return c.make({c.floats(a), c.floats(b)});
}

static Operation *matMulInteger(OperatorCase &c) {
  auto [a, b] = matMulShapes(c, true);
  Value *left = c.data(u8, a), *right = c.data(i8, b);
  Value *leftZero = c.flip() ? zeroPoint(c, u8, left) : nullptr;
  Value *rightZero = nullptr;
  if (c.flip()) {
    // Per column, in a vector or a row.
    const int64_t n = b.size() > 1 ? b.back() : 1;
    rightZero = c.data(i8, c.flip() ? Shape{n} : Shape{1, n});
    c.edit(rightZero).isFactor = c.edit(right).isFactor = false;
  }
  return c.make({left, right, leftZero, rightZero});
}

static Operation *qlinearMatMul(OperatorCase &c) {
  auto [a, b] = matMulShapes(c, false);
  const Shape rows = c.flip() ? Shape{a[a.size() - 2]} : Shape{};
  const Shape columns = c.flip() ? Shape{b.back()} : Shape{};
  return c.make({c.data(u8, a), c.floats(rows), c.data(u8, rows), c.data(i8, b),
                 c.floats(columns), c.data(i8, columns), c.floats({}),
                 c.data(u8, {})});
}

static Operation *einsum(OperatorCase &c) {
  StringRef equation = c.oneOf<StringRef>(
      {"ij,jk->ik", "bij,bjk->bik", "ij->ji", "ij->j", "ii->i", "i,j->ij",
       "i,j->i", "...ij,...jk->...ik", "ij,ij->", "bhqd,bhkd->bhqk",
       "a...b->b...a", "ij,jk,kl->il", "...i->..."});
  int64_t sizes[128];
  for (int64_t &size : sizes)
    size = c.pick(1, 4);
  Shape ellipsis = c.shape(0, 2, 3);
  SmallVector<StringRef, 3> terms;
  equation.take_front(equation.find("->")).split(terms, ',');
  SmallVector<Value *, 3> operands;
  for (StringRef term : terms) {
    Shape shape;
    for (size_t i = 0; i < term.size(); ++i)
      if (term[i] == '.') {
        append_range(shape, ellipsis);
        i += 2;
      } else {
        shape.push_back(sizes[unsigned(term[i])]);
      }
    operands.push_back(c.floats(shape));
  }
  return c.make(operands, {c.attr("equation", equation)});
}

//===----------------------------------------------------------------------===//
// Reductions and searches
//===----------------------------------------------------------------------===//

template <bool usePowers> static Operation *reduction(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  SmallVector<Value *, 2> operands = {usePowers ? c.powers(shape)
                                                : c.floats(shape)};
  Shape axes;
  for (unsigned i = 0; i < shape.size(); ++i)
    if (c.flip())
      axes.push_back(c.flip() ? int64_t(i)
                              : int64_t(i) - int64_t(shape.size()));
  if (c.flip())
    operands.push_back(c.constant(axes));
  return c.make(operands, {c.attr("keepdims", c.pick(0, 1)),
                           c.attr("noop_with_empty_axes", c.pick(0, 1))});
}

static Operation *argReduction(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make({c.floats(shape)}, {c.attr("axis", c.pickAxis(shape.size())),
                                    c.attr("keepdims", c.pick(0, 1))});
}

static Operation *cumSum(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make(
      {c.floats(shape), c.constant(c.pickAxis(shape.size()), true)},
      {c.attr("exclusive", c.pick(0, 1)), c.attr("reverse", c.pick(0, 1))});
}

static Operation *topK(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  const int64_t axis = c.pickAxis(shape.size());
  const int64_t size = shape[axis < 0 ? axis + shape.size() : axis];
  return c.make({c.floats(shape), c.constant(c.pick(1, size))},
                {c.attr("axis", axis)});
}

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

static Operation *alongAxis(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make({c.floats(shape)}, {c.attr("axis", c.pickAxis(shape.size()))});
}

static Operation *batchNormalization(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  const int64_t training = c.pick(0, 1);
  const Shape channels = {x.size() > 1 ? x[1] : 1};
  Value *variance = c.floats(channels);
  c.edit(variance).contents =
      makeTensor(f32, channels, [&] { return c.pick(1, 5); });
  return c.make({c.floats(x), c.floats(channels), c.floats(channels),
                 c.floats(channels), variance},
                {c.attr("training_mode", training)}, training ? 3 : 1);
}

static Operation *instanceNormalization(OperatorCase &c) {
  Shape x = c.shape(2, 4);
  return c.make({c.floats(x), c.floats({x[1]}), c.floats({x[1]})});
}

static Operation *groupNormalization(OperatorCase &c) {
  Shape x = c.shape(2, 4);
  const int64_t groups = c.pick(1, 3);
  x[1] *= groups;
  return c.make({c.floats(x), c.floats({x[1]}), c.floats({x[1]})},
                {c.attr("num_groups", groups)});
}

template <bool hasBias> static Operation *layerNormalization(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  const int64_t axis = c.pickAxis(x.size());
  SmallVector<Value *, 3> operands = {c.floats(x),
                                      c.floats(c.broadcastable(x))};
  if (hasBias && c.flip())
    operands.push_back(c.floats(c.broadcastable(x)));
  return c.make(operands, {c.attr("axis", axis)}, hasBias ? c.pick(1, 3) : 1);
}

static Operation *lrn(OperatorCase &c) {
  Shape x = c.shape(2, 4, 7);
  return c.make({c.floats(x)}, {c.attr("size", c.pick(1, 5))});
}

static Operation *meanVarianceNormalization(OperatorCase &c) {
  Shape x = c.shape(3, 4), axes;
  for (unsigned i = 0; i < x.size(); ++i)
    if (c.flip())
      axes.push_back(i);
  return c.make({c.floats(x)}, {c.attr("axes", axes)});
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

template <unsigned gates> static Operation *recurrent(OperatorCase &c) {
  const bool both = c.flip(), batchFirst = c.flip();
  const int64_t steps = c.pick(1, 3), batch = c.pick(1, 4), input = 2,
                hidden = 2, directions = both ? 2 : 1;
  const Shape state = batchFirst ? Shape{batch, directions, hidden}
                                 : Shape{directions, batch, hidden};
  SmallVector<Value *, 8> operands = {
      c.floats(batchFirst ? Shape{batch, steps, input}
                          : Shape{steps, batch, input}),
      c.floats({directions, gates * hidden, input}),
      c.floats({directions, gates * hidden, hidden}),
      c.flip() ? c.floats({directions, 2 * gates * hidden}) : nullptr,
      c.flip() ? c.ints(i32, {batch}, 1, steps) : nullptr,
      c.flip() ? c.floats(state) : nullptr};
  if (gates == 4) {
    operands.push_back(c.flip() ? c.floats(state) : nullptr);
    operands.push_back(c.flip() ? c.floats({directions, 3 * hidden}) : nullptr);
  }
  StringRef direction =
      both ? "bidirectional" : c.oneOf({"forward", "reverse"});
  return c.make(operands,
                {c.attr("hidden_size", hidden), c.attr("direction", direction),
                 c.attr("layout", int64_t(batchFirst))},
                c.pick(1, gates == 4 ? 3 : 2));
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

template <bool quantize> static Operation *quantizeLinear(OperatorCase &c) {
  Shape x = c.shape(1, 4), scale;
  const int64_t axis = c.pick(0, x.size() - 1);
  Attrs attrs = {c.attr("axis", axis)};
  switch (c.pick(0, 2)) {
  case 0:
    break;
  case 1:
    scale = {x[axis]};
    break;
  default:
    const int64_t block = c.pick(1, 3);
    attrs.push_back(c.attr("block_size", block));
    scale = x;
    scale[axis] = (x[axis] + block - 1) / block;
  }
  SmallVector<Value *, 3> operands = {c.data(quantize ? f32 : u8, x),
                                      c.floats(scale)};
  if (c.flip())
    operands.push_back(c.data(u8, scale));
  return c.make(operands, attrs);
}

static NamedAttr quantZeroPoint(OperatorCase &c) {
  return c.attr("zero_point",
                makeTensor(i8, {}, [&] { return c.pick(-9, 9); }));
}

/// A list attribute; one of integers would be another.
static NamedAttr floatsAttr(OperatorCase &c, StringRef name,
                            ArrayRef<double> values) {
  return {c.attr(name, int64_t(0)).name, FloatsAttr::get(values)};
}

static Operation *requantize(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  const int64_t axis = c.pick(0, x.size() - 1);
  Attrs attrs = {quantZeroPoint(c), c.attr("axis", axis),
                 floatsAttr(c, "numerators", {0.5, 3.0})};
  if (c.flip())
    attrs.push_back(c.attr("channel_scales", makeTensor(f32, {x[axis]}, [&] {
                             return c.pick(1, 9) / 4.0;
                           })));
  SmallVector<Value *, 2> operands = {c.data(i32, x)};
  if (c.flip())
    operands.push_back(c.data(i32, {c.flip() ? x[axis] : 1}));
  return c.make(operands, attrs);
}

static Operation *quantSum(OperatorCase &c) {
  Shape target = c.shape(1, 4);
  return c.make({c.data(i8, c.broadcastable(target)),
                 c.data(i8, c.broadcastable(target))},
                {quantZeroPoint(c), floatsAttr(c, "scales", {0.5, -0.25}),
                 c.attr("input_zero_points", {c.pick(-9, 9), c.pick(-9, 9)})});
}

static Operation *quantTable(OperatorCase &c) {
  return c.make({c.data(u8, c.shape(0, 4))},
                {c.attr("table", makeTensor(i8, {256}, [&] {
                          return c.pick(-100, 100);
                        }))});
}

static Operation *quantSoftmax(OperatorCase &c) {
  Shape x = c.shape(1, 4);
  double e = 1 << 20;
  auto next = [&] { return std::floor(e *= 0.97); };
  return c.make(
      {c.data(i8, x)},
      {quantZeroPoint(c), c.attr("axis", c.pickAxis(x.size())),
       c.attr("exponentials", makeTensor(ElementType::U32, {256}, next)),
       c.attr("scale", 0.00390625)});
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

void onnc::addComputingCases(StringMap<CaseGenerator> &table) {
  for (StringRef name :
       {"Abs",         "Neg",       "Sign",       "Exp",
        "Log",         "Sqrt",      "Reciprocal", "Floor",
        "Ceil",        "Round",     "Erf",        "Sin",
        "Cos",         "Tan",       "Asin",       "Acos",
        "Atan",        "Sinh",      "Cosh",       "Asinh",
        "Acosh",       "Atanh",     "Tanh",       "IsNaN",
        "IsInf",       "Relu",      "Sigmoid",    "Softplus",
        "Softsign",    "HardSwish", "Mish",       "LeakyRelu",
        "Elu",         "Selu",      "Celu",       "ThresholdedRelu",
        "HardSigmoid", "Gelu",      "Swish",      "Identity",
        "Shape",       "Size"})
    table[("onnx." + name).str()] = unary<f32>;
  table["onnx.Not"] = unary<ElementType::Bool>;
  table["onnx.BitwiseNot"] = unary<i32>;
  for (StringRef name : {"Add", "Sub", "Mul", "Div", "Pow", "Equal", "Greater",
                         "GreaterOrEqual", "Less", "LessOrEqual"})
    table[("onnx." + name).str()] = broadcast<f32>;
  for (StringRef name : {"And", "Or", "Xor"})
    table[("onnx." + name).str()] = broadcast<ElementType::Bool>;
  for (StringRef name : {"BitwiseAnd", "BitwiseOr", "BitwiseXor"})
    table[("onnx." + name).str()] = broadcast<i32>;
  for (StringRef name : {"Max", "Min", "Mean", "Sum"})
    table[("onnx." + name).str()] = broadcast<f32, 3>;
  for (StringRef name :
       {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1",
        "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"})
    table[("onnx." + name).str()] = reduction<false>;
  for (StringRef name : {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"})
    table[("onnx." + name).str()] = globalPool;
  for (StringRef name : {"Softmax", "LogSoftmax", "Hardmax", "LpNormalization"})
    table[("onnx." + name).str()] = alongAxis;
  const std::pair<StringRef, CaseGenerator> others[] = {
      {"onnx.ArgMax", argReduction},
      {"onnx.ArgMin", argReduction},
      {"onnx.AveragePool", pool<f32>},
      {"onnx.BatchNormalization", batchNormalization},
      {"onnx.BitShift", bitShift},
      {"onnx.Cast", cast},
      {"onnx.CastLike", castLike},
      {"onnx.Clip", clip},
      {"onnx.Conv", conv<false>},
      {"onnx.ConvInteger", convInteger},
      {"onnx.ConvTranspose", conv<true>},
      {"onnx.CumSum", cumSum},
      {"onnx.DequantizeLinear", quantizeLinear<false>},
      {"onnx.Dropout", dropout},
      {"onnx.Einsum", einsum},
      {"onnx.GRU", recurrent<3>},
      {"onnx.Gemm", gemm},
      {"onnx.GroupNormalization", groupNormalization},
      {"onnx.InstanceNormalization", instanceNormalization},
      {"onnx.LRN", lrn},
      {"onnx.LSTM", recurrent<4>},
      {"onnx.LayerNormalization", layerNormalization<true>},
      {"onnx.LpPool", pool<f32>},
      {"onnx.MatMul", matMul},
      {"onnx.MatMulInteger", matMulInteger},
      {"onnx.MaxPool", pool<f32, true>},
      {"onnx.MeanVarianceNormalization", meanVarianceNormalization},
      {"onnx.Mod", mod},
      {"onnx.PRelu", prelu},
      {"onnx.QLinearConv", qlinearConv},
      {"onnx.QLinearMatMul", qlinearMatMul},
      {"onnx.QuantizeLinear", quantizeLinear<true>},
      {"onnx.RMSNormalization", layerNormalization<false>},
      {"onnx.RNN", recurrent<1>},
      {"onnx.ReduceProd", reduction<true>},
      {"onnx.TopK", topK},
      {"onnx.Trilu", trilu},
      {"onnx.Where", where},
      {"quant.Mul", broadcast<i8>},
      {"quant.Requantize", requantize},
      {"quant.Softmax", quantSoftmax},
      {"quant.Sum", quantSum},
      {"quant.SumPool", sumPool},
      {"quant.Table", quantTable}};
  for (auto [name, generator] : others)
    table[name] = generator;
}
