//===- KernelsTest.cpp - Generated code against the interpreter -----------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"
#include "llvm/Support/Program.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

/// Sums in single precision, in another order.
static constexpr Tolerance sums = {1e-6, 1e-5, 1e-5};
/// Functions of a few units in the last place, after rounding differently.
static constexpr Tolerance functions = {1e-6, 2e-6, 1e-6};
static constexpr Tolerance exact = {};

namespace {
class CortexMKernels : public testing::TestWithParam<int> {};
} // namespace

using Shape = CortexMGraph::Shape;

/// Random attributes of a window over \p space, which it fits.
static SmallVector<NamedAttr, 8> makeWindow(CortexMGraph &g, Shape &space,
                                            Shape &kernel, bool dilate) {
  Shape strides, pads(2 * space.size()), dilations;
  for (unsigned i = 0; i < space.size(); ++i) {
    kernel.push_back(g.pick(1, 4));
    strides.push_back(g.pick(1, 3));
    dilations.push_back(dilate ? g.pick(1, 2) : 1);
    int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    space[i] = extent + g.pick(0, 8);
    pads[i] = g.pick(0, kernel[i] - 1);
    pads[i + space.size()] = g.pick(0, kernel[i] - 1);
  }
  return {{"kernel_shape", IntsAttr::get(kernel)},
          {"strides", IntsAttr::get(strides)},
          {"pads", IntsAttr::get(pads)},
          {"dilations", IntsAttr::get(dilations)}};
}

/// A convolution of \p op and \p type, with its attributes and shapes.
namespace {
struct RandomConv {
  Shape x, w;
  int64_t groups, outputs;
  SmallVector<NamedAttr, 8> attrs;

  explicit RandomConv(CortexMGraph &g) {
    Shape space(g.pick(0, 4) ? 2 : g.oneOf({1, 3})), kernel;
    attrs = makeWindow(g, space, kernel, /*dilate=*/g.flip());
    groups = g.pick(0, 2) ? 1 : g.pick(2, 6);
    bool isDepthwise = groups > 1 && g.flip();
    int64_t in = isDepthwise ? 1 : g.pick(1, 9);
    int64_t out = isDepthwise ? g.oneOf({1, 1, 2}) : g.pick(1, 9);
    outputs = out * groups;
    x = {g.pick(1, 2), in * groups};
    append_range(x, space);
    w = {outputs, in};
    append_range(w, kernel);
    attrs.push_back({"group", IntAttr::get(groups)});
  }
};
} // namespace

static Value *activate(CortexMGraph &g, Value *x) {
  switch (g.pick(0, 4)) {
  case 0:
    return g.make("Relu", {x});
  case 1:
    return g.make("Clip", {x, g.constant(ElementType::F32, {}, -1, -1),
                           g.constant(ElementType::F32, {}, 1, 1)});
  case 2:
    return g.make("Add", {x, g.floats(CortexMGraph::shapeOf(x))});
  case 3:
    return g.make("Sigmoid", {x});
  default:
    return x;
  }
}

TEST_P(CortexMKernels, Conv) {
  CortexMGraph g(GetParam());
  RandomConv conv(g);
  Value *x = g.floats(conv.x);
  // Weights may be computed, too.
  Value *w = g.pick(0, 4) ? g.constant(ElementType::F32, conv.w, -1, 1)
                          : g.floats(conv.w);
  SmallVector<Value *, 3> operands = {x, w};
  if (g.flip())
    operands.push_back(g.constant(ElementType::F32, {conv.outputs}, -1, 1));
  g.check({activate(g, g.make("Conv", operands, conv.attrs))}, sums);
}

TEST_P(CortexMKernels, ConvInteger) {
  CortexMGraph g(GetParam());
  RandomConv conv(g);
  ElementType type = g.oneOf({ElementType::I8, ElementType::U8});
  Value *x = g.bytes(type, conv.x);
  Value *w = g.pick(0, 4) ? g.constant(ElementType::I8, conv.w, -128, 127)
                          : g.bytes(ElementType::U8, conv.w);
  SmallVector<Value *, 4> operands = {x, w};
  int64_t zero = type == ElementType::I8 ? g.pick(-128, 127) : g.pick(0, 255);
  if (g.pick(0, 3))
    operands.push_back(g.scalarValue(type, zero));
  Value *y = g.make("ConvInteger", operands, conv.attrs);
  if (g.pick(0, 3)) {
    int64_t taps = 1;
    for (int64_t size : ArrayRef(conv.w).drop_front())
      taps *= size;
    y = g.requantize(y, conv.outputs, 5000.0 * std::sqrt(double(taps)));
  }
  g.check({y}, exact);
}

TEST_P(CortexMKernels, Products) {
  CortexMGraph g(GetParam());
  int64_t m = g.pick(1, 6), k = g.pick(1, 40), n = g.pick(1, 12);
  if (g.flip()) {
    bool transA = g.flip(), transB = g.flip();
    Value *a = g.floats(transA ? Shape{k, m} : Shape{m, k});
    Shape shape = transB ? Shape{n, k} : Shape{k, n};
    Value *b =
        g.flip() ? g.floats(shape) : g.constant(ElementType::F32, shape, -1, 1);
    SmallVector<Value *, 3> operands = {a, b};
    if (g.flip())
      operands.push_back(g.constant(
          ElementType::F32, g.oneOf({Shape{n}, Shape{m, 1}, Shape{1}}), -1, 1));
    Value *y = g.make("Gemm", operands,
                      {{"transA", IntAttr::get(transA)},
                       {"transB", IntAttr::get(transB)},
                       {"alpha", FloatAttr::get(g.oneOf({1.0, 0.5}))},
                       {"beta", FloatAttr::get(g.oneOf({1.0, 2.0}))}});
    return g.check({activate(g, y)}, sums);
  }
  Shape a = {m, k}, b = {k, n};
  if (g.flip())
    a.insert(a.begin(), g.pick(1, 3));
  if (g.flip())
    b.insert(b.begin(), a.size() == 3 && g.flip() ? a[0] : 1);
  Value *w = g.flip() ? g.floats(b) : g.constant(ElementType::F32, b, -1, 1);
  g.check({activate(g, g.make("MatMul", {g.floats(a), w}))}, sums);
}

TEST_P(CortexMKernels, ProductsOfIntegers) {
  CortexMGraph g(GetParam());
  int64_t m = g.pick(1, 4), k = g.pick(1, 60), n = g.pick(1, 12);
  ElementType type = g.oneOf({ElementType::I8, ElementType::U8});
  Value *b = g.pick(0, 3) ? g.constant(ElementType::I8, {k, n}, -128, 127)
                          : g.bytes(ElementType::I8, {k, n});
  Value *y =
      g.make("MatMulInteger",
             {g.bytes(type, {m, k}), b, g.scalarValue(type, g.pick(0, 127)),
              g.scalarValue(ElementType::I8, g.oneOf({0, 0, 5}))});
  g.check({g.requantize(y, n, 5000.0 * std::sqrt(double(k)))}, exact);
}

TEST_P(CortexMKernels, Pools) {
  CortexMGraph g(GetParam());
  Shape space(g.pick(0, 3) ? 2 : 1), kernel;
  int kind = int(g.pick(0, 5));
  auto attrs = makeWindow(g, space, kernel, /*dilate=*/kind < 2);
  Shape shape = {g.pick(1, 2), g.pick(1, 5)};
  append_range(shape, space);
  NamedAttr ceil = {"ceil_mode", IntAttr::get(g.flip())};
  switch (kind) {
  case 0:
    attrs.push_back(ceil);
    return g.check({g.make("MaxPool", {g.floats(shape)}, attrs)}, exact);
  case 1:
    attrs.push_back(ceil);
    return g.check(
        {g.make("MaxPool",
                {g.bytes(g.oneOf({ElementType::I8, ElementType::U8}), shape)},
                attrs)},
        exact);
  case 2:
    attrs.pop_back();
    attrs.push_back({"count_include_pad", IntAttr::get(g.flip())});
    attrs.push_back(ceil);
    return g.check({g.make("AveragePool", {g.floats(shape)}, attrs)}, sums);
  case 3: {
    attrs.pop_back();
    attrs.push_back({"input_zero_point", IntAttr::get(g.pick(-128, 127))});
    Value *sum =
        g.make("quant.SumPool", {g.bytes(ElementType::I8, shape)}, attrs);
    double count = 1;
    for (int64_t size : kernel)
      count *= double(size);
    return g.check({g.requantize(sum, shape[1], 128 * count)}, exact);
  }
  case 4:
    return g.check({activate(g, g.make(g.oneOf<StringRef>({"GlobalAveragePool",
                                                           "GlobalMaxPool"}),
                                       {g.floats(shape)}))},
                   sums);
  default: {
    StringRef op = g.oneOf<StringRef>({"ReduceSum", "ReduceMean", "ReduceMax",
                                       "ReduceMin", "ReduceProd", "ReduceL1",
                                       "ReduceL2", "ReduceSumSquare"});
    Value *axes = g.ints({g.pick(0, 1), -1});
    return g.check({g.make(op, {g.floats(shape), axes},
                           {{"keepdims", IntAttr::get(g.flip())}})},
                   sums);
  }
  }
}

TEST_P(CortexMKernels, Elementwise) {
  CortexMGraph g(GetParam());
  Shape shape = g.shape(g.pick(1, 4), 6);
  Value *x = g.floats(shape);
  for (int i = 0; i < 3; ++i) {
    if (g.flip()) {
      StringRef unary = g.oneOf<StringRef>(
          {"Relu",      "Sigmoid",  "Tanh", "Exp",         "Abs",
           "Neg",       "Floor",    "Ceil", "Round",       "Erf",
           "Softplus",  "Elu",      "Selu", "HardSigmoid", "HardSwish",
           "LeakyRelu", "Softsign", "Sign", "Celu",        "ThresholdedRelu",
           "Identity"});
      // Steps of a function make a rounding difference before them large.
      bool steps = is_contained(
          {"Floor", "Ceil", "Round", "Sign", "ThresholdedRelu"}, unary);
      if (steps && i)
        continue;
      x = g.make(unary, {x});
      continue;
    }
    Shape other = shape;
    for (int64_t &size : other)
      if (g.pick(0, 2) == 0)
        size = 1;
    Value *y = g.flip() ? g.floats(other)
                        : g.constant(ElementType::F32, other, 0.5, 2);
    x = g.make(g.oneOf<StringRef>({"Add", "Sub", "Mul", "Max", "Min"}),
               g.flip() ? ArrayRef<Value *>{x, y} : ArrayRef<Value *>{y, x});
  }
  g.check({x}, functions);
}

TEST_P(CortexMKernels, Integers) {
  CortexMGraph g(GetParam());
  Shape shape = g.shape(g.pick(1, 4), 6);
  ElementType type = g.oneOf(
      {ElementType::I8, ElementType::I32, ElementType::I64, ElementType::U8});
  double high = type == ElementType::I8 || type == ElementType::U8 ? 127 : 2e9;
  double low = type == ElementType::U8 ? 0 : -high;
  Value *x = g.input(type, shape, low, high),
        *y = g.input(type, {shape.back()}, low, high);
  Value *z = g.make(g.oneOf<StringRef>({"Add", "Sub", "Mul"}), {x, y});
  Value *less =
      g.make(g.oneOf<StringRef>({"Less", "Equal", "GreaterOrEqual"}), {z, x});
  g.check({g.make("Where", {less, x, z}), g.make("Not", {less}),
           g.make("Cast", {less}, {{"to", IntAttr::get(1)}})},
          exact);
}

TEST_P(CortexMKernels, Quantized) {
  CortexMGraph g(GetParam());
  Shape shape = g.shape(g.pick(1, 4), 6);
  ElementType type = g.oneOf({ElementType::I8, ElementType::U8});
  Value *x = g.bytes(type, shape);
  NamedAttr zero = {"zero_point", g.scalar(ElementType::I8, g.pick(-128, 127))};
  switch (g.pick(0, 5)) {
  case 0: {
    Shape other = shape;
    other[0] = g.flip() ? 1 : other[0];
    Value *sum = g.make(
        "quant.Sum", {x, g.bytes(ElementType::I8, other)},
        {{"scales", FloatsAttr::get({double(float(g.real(0.01, 0.2))),
                                     double(float(g.real(-0.2, -0.01)))})},
         {"denominators", FloatsAttr::get({double(float(g.real(0.05, 0.3)))})},
         {"input_zero_points", IntsAttr::get({g.pick(0, 127), g.pick(-9, 9)})},
         zero});
    return g.check({sum}, exact);
  }
  case 1: {
    Value *product = g.make("quant.Mul", {x, g.bytes(ElementType::I8, shape)},
                            {{"a_zero_point", IntAttr::get(g.pick(0, 127))},
                             {"b_zero_point", IntAttr::get(g.pick(-9, 9))}});
    return g.check({product}, exact);
  }
  case 2: {
    Value *table = g.constant(ElementType::U8, {256}, 0, 255);
    ConstantAttr values =
        table->getDefiningOp()->getAttrOfType<ConstantAttr>("value");
    return g.check({g.make("quant.Table", {x}, {{"table", values}})}, exact);
  }
  case 3: {
    std::vector<uint32_t> exponentials;
    for (int i = 0; i < 256; ++i)
      exponentials.push_back(
          uint32_t(std::lround(8388608 * std::exp(-i / 9.))));
    ConstantAttr table =
        TensorValue::of<uint32_t>(ElementType::U32, {256}, exponentials)
            .toConstant(g.getContext());
    return g.check(
        {g.make("quant.Softmax", {x},
                {{"axis", IntAttr::get(g.pick(0, shape.size() - 1))},
                 {"exponentials", table},
                 {"scale", FloatAttr::get(g.oneOf({1.0 / 256, 0.0039f * 1.0}))},
                 zero})},
        exact);
  }
  case 4: {
    Value *scale = g.constant(ElementType::F32, {}, 0.1, 0.3);
    Value *real = g.make("DequantizeLinear", {x, scale});
    return g.check({real}, exact);
  }
  default: {
    Value *real = g.floats(shape);
    Value *scale = g.constant(ElementType::F32, {}, 0.01, 0.03);
    return g.check(
        {g.make("QuantizeLinear",
                {real, scale, g.scalarValue(ElementType::I8, g.pick(-9, 9))})},
        exact);
  }
  }
}

TEST_P(CortexMKernels, Movement) {
  CortexMGraph g(GetParam());
  unsigned rank = unsigned(g.pick(2, 4));
  Shape shape = g.shape(rank, 5);
  ElementType type = g.oneOf({ElementType::F32, ElementType::I8});
  auto input = [&](ArrayRef<int64_t> s) {
    return type == ElementType::F32 ? g.floats(s) : g.bytes(type, s);
  };
  Value *x = input(shape);
  switch (g.pick(0, 8)) {
  case 0: {
    Shape perm;
    for (unsigned i = 0; i < rank; ++i)
      perm.insert(perm.begin() + g.pick(0, i), i);
    return g.check({g.make("Transpose", {x}, {{"perm", IntsAttr::get(perm)}})},
                   exact);
  }
  case 1: {
    Shape other = shape;
    int64_t axis = g.pick(0, rank - 1);
    other[axis] = g.pick(1, 5);
    return g.check({g.make("Concat", {x, input(other), x},
                           {{"axis", IntAttr::get(axis)}})},
                   exact);
  }
  case 2: {
    int64_t axis = g.pick(0, rank - 1), start = g.pick(0, shape[axis] - 1);
    return g.check({g.make("Slice", {x, g.ints({start}), g.ints({99}),
                                     g.ints({axis}), g.ints({g.pick(1, 3)})})},
                   exact);
  }
  case 3: {
    Shape pads;
    for (unsigned i = 0; i < 2 * rank; ++i)
      pads.push_back(g.pick(0, 2));
    SmallVector<Value *, 3> operands = {x, g.ints(pads)};
    if (g.flip())
      operands.push_back(g.constant(type, {}, 1, 1));
    return g.check({g.make("Pad", operands)}, exact);
  }
  case 4: {
    int64_t count = 1;
    for (int64_t size : shape)
      count *= size;
    Value *flat = g.make("Reshape", {x, g.ints({count})});
    Value *matrix = g.make("Reshape", {x, g.ints({shape[0], -1})});
    return g.check({flat, matrix}, exact);
  }
  case 5:
    return g.check({g.make("Tile", {x, g.ints(g.shape(rank, 3))})}, exact);
  case 6: {
    Shape target = shape;
    target.insert(target.begin(), g.pick(1, 3));
    return g.check({g.make("Expand", {x, g.ints(target)})}, exact);
  }
  case 7: {
    int64_t b = g.pick(1, 2);
    Value *y = input({1, 4 * b * b, g.pick(1, 4), g.pick(1, 4)});
    Value *deep = g.make("DepthToSpace", {y}, {{"blocksize", IntAttr::get(b)}});
    return g.check({deep, g.make("SpaceToDepth", {deep},
                                 {{"blocksize", IntAttr::get(b)}})},
                   exact);
  }
  default: {
    int64_t axis = g.pick(0, rank - 1);
    Value *twice = g.make("Concat", {x, x}, {{"axis", IntAttr::get(axis)}});
    Value *half = g.make(
        "Split", {twice},
        {{"axis", IntAttr::get(axis)}, {"num_outputs", IntAttr::get(2)}}, 2);
    return g.check({half, half->getDefiningOp()->getResult(1)}, exact);
  }
  }
}

TEST_P(CortexMKernels, Softmax) {
  CortexMGraph g(GetParam());
  Shape shape = g.shape(g.pick(1, 4), 9);
  g.check(
      {g.make(g.oneOf<StringRef>({"Softmax", "LogSoftmax"}), {g.floats(shape)},
              {{"axis", IntAttr::get(g.pick(0, shape.size() - 1))}})},
      functions);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CortexMKernels, testing::Range(0, 24));

//===----------------------------------------------------------------------===//
// On boards
//===----------------------------------------------------------------------===//

namespace {
class CortexMBoardKernels
    : public testing::TestWithParam<std::tuple<const char *, int>> {
protected:
  void SetUp() override {
    if (!sys::findProgramByName("arm-none-eabi-gcc") ||
        !sys::findProgramByName("qemu-system-arm"))
      GTEST_SKIP() << "arm-none-eabi-gcc or qemu-system-arm isn't installed";
  }
};
} // namespace

/// The instructions of the DSP extension, or what stands for them, in all
/// lengths of runs.
TEST_P(CortexMBoardKernels, EqualTheInterpreter) {
  auto [quadruple, seed] = GetParam();
  CortexMGraph g(1000 + seed);
  RandomConv conv(g);
  conv.x[0] = 1;
  ElementType type = g.oneOf({ElementType::I8, ElementType::U8});
  int64_t zero = type == ElementType::I8 ? g.pick(-128, 127) : g.pick(0, 255);
  Value *y = g.make("ConvInteger",
                    {g.bytes(type, conv.x),
                     g.constant(ElementType::I8, conv.w, -128, 127),
                     g.scalarValue(type, zero)},
                    conv.attrs);
  y = g.requantize(y, conv.outputs, 30000);
  Value *x = g.floats(g.shape(2, 8));
  Value *real = g.make("Tanh", {g.make("Softmax", {x})});
  g.check({y, g.make("Sqrt", {real})}, functions, quadruple, /*onBoard=*/true);
}

INSTANTIATE_TEST_SUITE_P(
    Cores, CortexMBoardKernels,
    testing::Combine(testing::Values("cortex-m0plus", "cortex-m3", "cortex-m4",
                                     "cortex-m7", "cortex-m33", "cortex-m55"),
                     testing::Range(0, 3)));

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

TEST(CortexMKernelsTest, SaysWhatItDoesNotSupport) {
  CortexMGraph g(0);
  Value *x = g.floats({1, 1, 4, 4});
  std::string refusal = g.getRefusal({g.make("Sin", {x})});
  EXPECT_NE(refusal.find("'onnx.Sin'"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("there is no lowering to C for it"), std::string::npos)
      << refusal;
}

TEST(CortexMKernelsTest, RefusesElementTypesThatCDoesNotHave) {
  CortexMGraph g(0);
  Value *x = g.make("Cast", {g.floats({4})}, {{"to", IntAttr::get(10)}});
  std::string refusal = g.getRefusal({x});
  EXPECT_NE(refusal.find("elements of type f16 aren't supported"),
            std::string::npos)
      << refusal;
}
