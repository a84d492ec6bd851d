//===- OperatorCases.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorCases.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;
using Attrs = SmallVector<NamedAttr, 6>;
using Generator = Operation *(*)(OperatorCase &);

constexpr ElementType f32 = ElementType::F32;
constexpr ElementType i8 = ElementType::I8;
constexpr ElementType u8 = ElementType::U8;
constexpr ElementType i32 = ElementType::I32;
constexpr ElementType i64 = ElementType::I64;

//===----------------------------------------------------------------------===//
// Operands and attributes
//===----------------------------------------------------------------------===//

TensorValue onnc::makeTensor(ElementType type, ArrayRef<int64_t> shape,
                             function_ref<double()> next) {
  TensorValue tensor = cantFail(TensorValue::allocate(type, shape));
  withStorage(type, [&]<typename T>() {
    T *to = tensor.mutableData<T>();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      to[i] = static_cast<T>(next());
  });
  return tensor;
}

OperatorCase::OperatorCase(Context &context, unsigned seed)
    : context(context), module(std::make_unique<Module>(context, "case")),
      builder(context), random(seed + 1) {
  random.discard(3);
  builder.setInsertionPointToEnd(module->addGraph("main").getBody());
}

Value *OperatorCase::argument(CaseOperand operand) {
  Value *value = module->getMain()->getBody().addArgument(
      operand.contents.getType(context));
  operands[value] = std::move(operand);
  return value;
}

Value *OperatorCase::data(ElementType type, ArrayRef<int64_t> shape) {
  if (type == ElementType::Bool)
    return ints(type, shape, 0, 1);
  const bool isSigned = type != u8 && type != ElementType::U32;
  auto small = [&] { return (isSigned && flip() ? -1 : 1) * pick(1, 5); };
  auto garbage = [&] { return double(pick(6, 100)); };
  CaseOperand operand{
      makeTensor(type, shape, small),
      {makeTensor(type, shape, garbage), makeTensor(type, shape, garbage)}};
  if (type == f32)
    operand.garbage[0] = makeTensor(type, shape, [] { return NAN; });
  return argument(std::move(operand));
}

Value *OperatorCase::ints(ElementType type, ArrayRef<int64_t> shape, int64_t lo,
                          int64_t hi) {
  auto next = [&] { return double(pick(lo, hi)); };
  return argument(
      {makeTensor(type, shape, next),
       {makeTensor(type, shape, next), makeTensor(type, shape, next)}});
}

Value *OperatorCase::powers(ArrayRef<int64_t> shape) {
  Value *value = floats(shape);
  operands[value].contents = makeTensor(f32, shape, [&] {
    return oneOf({-2.0, -1.0, -0.5, 0.5, 1.0, 2.0});
  });
  return value;
}

Shape OperatorCase::shape(unsigned minRank, unsigned maxRank, int64_t limit) {
  Shape shape(pick(minRank, maxRank), 0);
  for (int64_t &extent : shape)
    extent = pick(1, limit);
  return shape;
}

Shape OperatorCase::broadcastable(ArrayRef<int64_t> target) {
  Shape shape(target.drop_front(pick(0, 2) ? 0 : pick(0, target.size())));
  for (int64_t &extent : shape)
    if (pick(0, 3) == 0)
      extent = 1;
  return shape;
}

NamedAttr OperatorCase::attr(StringRef name, int64_t value) {
  return {context.intern(name), IntAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, StringRef value) {
  return {context.intern(name), StringAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, double value) {
  return {context.intern(name), FloatAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, ArrayRef<int64_t> value) {
  return {context.intern(name), IntsAttr::get(value)};
}
NamedAttr OperatorCase::attr(StringRef name, const TensorValue &value) {
  return {context.intern(name), value.toConstant(context)};
}

Operation *OperatorCase::make(ArrayRef<Value *> values,
                              ArrayRef<NamedAttr> attrs, int numResults) {
  return builder.createInferred(name, values, attrs, numResults);
}

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

/// An axis of a tensor of rank \p rank.
static int64_t pickAxis(OperatorCase &c, size_t rank) {
  return c.pick(-int64_t(rank), int64_t(rank) - 1);
}

static Operation *argReduction(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make({c.floats(shape)}, {c.attr("axis", pickAxis(c, shape.size())),
                                    c.attr("keepdims", c.pick(0, 1))});
}

static Operation *cumSum(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make(
      {c.floats(shape), c.constant(pickAxis(c, shape.size()), true)},
      {c.attr("exclusive", c.pick(0, 1)), c.attr("reverse", c.pick(0, 1))});
}

static Operation *topK(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  const int64_t axis = pickAxis(c, shape.size());
  const int64_t size = shape[axis < 0 ? axis + shape.size() : axis];
  return c.make({c.floats(shape), c.constant(c.pick(1, size))},
                {c.attr("axis", axis)});
}

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

static Operation *alongAxis(OperatorCase &c) {
  Shape shape = c.shape(1, 4);
  return c.make({c.floats(shape)}, {c.attr("axis", pickAxis(c, shape.size()))});
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
  const int64_t axis = pickAxis(c, x.size());
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
                {c.attr("axis", pickAxis(c, indices.size() + 1))});
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
  Shape x = c.shape(1, 4), pads;
  for (unsigned i = 0; i < 2 * x.size(); ++i)
    pads.push_back(c.pick(-1, 3));
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
      c.attr(
          "coordinate_transformation_mode",
          c.oneOf({"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                   "align_corners", "asymmetric", "tf_crop_and_resize"})),
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
      {quantZeroPoint(c), c.attr("axis", pickAxis(c, x.size())),
       c.attr("exponentials", makeTensor(ElementType::U32, {256}, next)),
       c.attr("scale", 0.00390625)});
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static StringMap<Generator> makeTable() {
  StringMap<Generator> table;
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
  const std::pair<StringRef, Generator> others[] = {
      {"onnx.ArgMax", argReduction},
      {"onnx.ArgMin", argReduction},
      {"onnx.AveragePool", pool<f32>},
      {"onnx.BatchNormalization", batchNormalization},
      {"onnx.BitShift", bitShift},
      {"onnx.Cast", cast},
      {"onnx.CastLike", castLike},
      {"onnx.Clip", clip},
      {"onnx.Concat", concat},
      {"onnx.Constant", constant},
      {"onnx.ConstantOfShape", constantOfShape},
      {"onnx.Conv", conv<false>},
      {"onnx.ConvInteger", convInteger},
      {"onnx.ConvTranspose", conv<true>},
      {"onnx.CumSum", cumSum},
      {"onnx.DepthToSpace", depthToSpace},
      {"onnx.DequantizeLinear", quantizeLinear<false>},
      {"onnx.Dropout", dropout},
      {"onnx.Einsum", einsum},
      {"onnx.Expand", expand},
      {"onnx.EyeLike", eyeLike},
      {"onnx.Flatten", flatten},
      {"onnx.GRU", recurrent<3>},
      {"onnx.Gather", gather},
      {"onnx.GatherElements", gatherElements},
      {"onnx.GatherND", gatherND},
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
      {"onnx.OneHot", oneHot},
      {"onnx.PRelu", prelu},
      {"onnx.Pad", pad},
      {"onnx.QLinearConv", qlinearConv},
      {"onnx.QLinearMatMul", qlinearMatMul},
      {"onnx.QuantizeLinear", quantizeLinear<true>},
      {"onnx.RMSNormalization", layerNormalization<false>},
      {"onnx.RNN", recurrent<1>},
      {"onnx.Range", range},
      {"onnx.ReduceProd", reduction<true>},
      {"onnx.Reshape", reshape},
      {"onnx.Resize", resize},
      {"onnx.ScatterElements", scatterElements},
      {"onnx.ScatterND", scatterND},
      {"onnx.Slice", slice},
      {"onnx.SpaceToDepth", spaceToDepth},
      {"onnx.Split", split},
      {"onnx.Squeeze", squeeze},
      {"onnx.Tile", tile},
      {"onnx.TopK", topK},
      {"onnx.Transpose", transpose},
      {"onnx.Trilu", trilu},
      {"onnx.Unsqueeze", unsqueeze},
      {"onnx.Where", where},
      {"quant.Mul", broadcast<i8>},
      {"quant.Requantize", requantize},
      {"quant.Softmax", quantSoftmax},
      {"quant.Sum", quantSum},
      {"quant.SumPool", sumPool},
      {"quant.Table", quantTable}};
  for (auto [name, generator] : others)
    table[name] = generator;
  return table;
}

static Generator lookUp(StringRef name) {
  static const StringMap<Generator> table = makeTable();
  return table.lookup(name);
}

bool OperatorCase::isKnown(StringRef name) { return lookUp(name); }

bool OperatorCase::generate(StringRef operatorName) {
  name = operatorName;
  Generator generator = lookUp(name);
  op = generator ? generator(*this) : nullptr;
  if (!op)
    return false;
  for (Value *value : op->getOperands()) {
    if (!value || operands.count(value))
      continue;
    // A constant, which other contents may replace where it isn't read.
    TensorValue contents =
        cantFail(TensorValue::fromConstant(getConstantValue(value)));
    operands[value] = {contents, {contents, contents}};
  }
  return true;
}
