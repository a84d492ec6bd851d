//===- QuantizedLinear.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Kernels.h"
#include "Convolution.h"
#include "MatMul.h"
#include "Multiply.h"
#include "Quantize.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

// Sums of products of 8-bit numbers (less their zero points) are integers that
// double holds exactly, so that they are computed by the floats' kernels.

namespace {
/// A quantized operand: its numbers less zero points that are scalar, or one
/// for each index of a dimension.
struct Centered {
  std::vector<double> values;

  Centered(const TensorValue &tensor, ArrayRef<double> zeroPoints,
           AxisSplit split)
      : values(loadReals(tensor)) {
    for (size_t i = 0; i != values.size(); ++i)
      values[i] -=
          zeroPoints[zeroPoints.size() == 1 ? 0 : i / split.inner % split.size];
  }

  auto reader() const {
    return [this](int64_t first, int64_t count, double *to) {
      std::copy_n(values.data() + first, count, to);
    };
  }
};
} // namespace

/// The elements of operand \p i, which are one or \p size in a vector (or, for
/// matrices, in a column or row); \p fallback where it is absent.
static Expected<std::vector<double>>
loadPerAxis(KernelContext &ctx, unsigned i, int64_t size, double fallback) {
  if (!ctx.has(i))
    return std::vector<double>(1, fallback);
  std::vector<double> values = loadReals(ctx.tensor(i));
  if (values.size() == 1 || int64_t(values.size()) == size)
    return values;
  return fail("operand '" + ctx.op.getInfo().operands[i].name + "' has shape " +
              toText(ctx.tensor(i).getShape()) + " where a scalar or " +
              Twine(size) + " elements are expected");
}

static double pick(ArrayRef<double> values, int64_t i) {
  return values[values.size() == 1 ? 0 : i];
}

static int32_t wrapToInt32(double sum) {
  return static_cast<int32_t>(static_cast<int64_t>(sum));
}

namespace {
/// Where ConvInteger and QLinearConv have their operands.
struct ConvOperands {
  unsigned x, w, xZeroPoint, wZeroPoint;
};
} // namespace

/// Convolves and hands every exact sum to store(i, output channel, sum).
static Error
convolveIntegers(KernelContext &ctx, ConvOperands operands,
                 const ConvolutionShapes &s,
                 function_ref<void(int64_t, int64_t, double)> store) {
  const TensorValue &x = ctx.tensor(operands.x), &w = ctx.tensor(operands.w);
  auto xZero = loadPerAxis(ctx, operands.xZeroPoint, 1, 0);
  if (!xZero)
    return xZero.takeError();
  auto wZero = loadPerAxis(ctx, operands.wZeroPoint, s.outputChannels, 0);
  if (!wZero)
    return wZero.takeError();
  Centered input(x, *xZero, splitAt(x.getShape(), 1));
  Centered weights(w, *wZero, splitAt(w.getShape(), 0));
  convolve(ctx, s, input.reader(), weights.reader(),
           [&](int64_t i, double sum) {
             store(i, i / s.outputSize % s.outputChannels, sum);
           });
  return Error::success();
}

Error kernels::convInteger(KernelContext &ctx) {
  auto s = getConvolutionShapes(ctx, ctx.tensor(0).getShape(),
                                ctx.tensor(1).getShape());
  if (!s)
    return s.takeError();
  Expected<TensorValue> y = ctx.allocate(ElementType::I32, s->result);
  if (!y)
    return y.takeError();
  int32_t *to = y->mutableData<int32_t>();
  if (Error error = convolveIntegers(
          ctx, {0, 1, 2, 3}, *s,
          [&](int64_t i, int64_t, double sum) { to[i] = wrapToInt32(sum); }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::qLinearConv(KernelContext &ctx) {
  auto s = getConvolutionShapes(ctx, ctx.tensor(0).getShape(),
                                ctx.tensor(3).getShape());
  if (!s)
    return s.takeError();
  const int64_t channels = s->outputChannels;
  std::vector<double> xScale, wScale, yScale, yZero, bias;
  const std::tuple<unsigned, int64_t, std::vector<double> *> parameters[] = {
      {1, 1, &xScale},
      {4, channels, &wScale},
      {6, 1, &yScale},
      {7, 1, &yZero},
      {8, channels, &bias}};
  for (auto [operand, size, to] : parameters) {
    auto values = loadPerAxis(ctx, operand, size, 0);
    if (!values)
      return values.takeError();
    *to = std::move(*values);
  }
  const ElementType type = ctx.resultType();
  Expected<TensorValue> y = ctx.allocate(type, s->result);
  if (!y)
    return y.takeError();
  uint8_t *to = y->mutableData<uint8_t>(); // int8's bits are the same
  if (Error error = convolveIntegers(
          ctx, {0, 3, 2, 5}, *s, [&](int64_t i, int64_t m, double sum) {
            // The sum times an exact product of scales, rounded once.
            double scale = xScale[0] * pick(wScale, m) / yScale[0];
            double value = (sum + pick(bias, m)) * scale;
            to[i] = static_cast<int32_t>(quantize(value, yZero[0], type));
          }))
    return error;
  return ctx.done(std::move(*y));
}

/// Hands the exact sums of the product of two quantized matrices to store.
static void multiplyCentered(KernelContext &ctx, const MatMulShapes &s,
                             const Centered &a, const Centered &b,
                             StoreTile store) {
  auto reader = [](const Centered &from, ArrayRef<int64_t> starts,
                   int64_t columns) {
    return [&from, starts, columns](const Tile &t, double *to) {
      const double *first = from.values.data() + starts[t.batch];
      for (int64_t r = t.row; r != t.row + t.rows; ++r, to += t.columns)
        std::copy_n(first + r * columns + t.column, t.columns, to);
    };
  };
  multiply(ctx, s.leftStarts.size(), s.m, s.n, s.k,
           reader(a, s.leftStarts, s.k), reader(b, s.rightStarts, s.n), store);
}

/// For the vector of zero points or scales of rows (or columns) of \p shape:
/// the row of each element.
static AxisSplit splitRows(ArrayRef<int64_t> shape) {
  return shape.size() < 2 ? AxisSplit{1, 1, product(shape)}
                          : splitAt(shape, shape.size() - 2);
}
static AxisSplit splitColumns(ArrayRef<int64_t> shape) {
  return shape.size() < 2 ? AxisSplit{1, 1, product(shape)}
                          : splitAt(shape, shape.size() - 1);
}

Error kernels::matMulInteger(KernelContext &ctx) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(1);
  auto s = getMatMulShapes(ctx, a.getShape(), b.getShape());
  if (!s)
    return s.takeError();
  auto aZero = loadPerAxis(ctx, 2, s->m, 0);
  if (!aZero)
    return aZero.takeError();
  auto bZero = loadPerAxis(ctx, 3, s->n, 0);
  if (!bZero)
    return bZero.takeError();
  Expected<TensorValue> y = ctx.allocate(ElementType::I32, s->result);
  if (!y)
    return y.takeError();
  int32_t *to = y->mutableData<int32_t>();
  multiplyCentered(ctx, *s, Centered(a, *aZero, splitRows(a.getShape())),
                   Centered(b, *bZero, splitColumns(b.getShape())),
                   [&](const Tile &t, const double *sums) {
                     for (int64_t r = t.row; r != t.row + t.rows; ++r)
                       for (int64_t c = 0; c != t.columns; ++c)
                         to[(t.batch * s->m + r) * s->n + t.column + c] =
                             wrapToInt32(*sums++);
                   });
  return ctx.done(std::move(*y));
}

Error kernels::qLinearMatMul(KernelContext &ctx) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(3);
  auto s = getMatMulShapes(ctx, a.getShape(), b.getShape());
  if (!s)
    return s.takeError();
  std::vector<double> aScale, aZero, bScale, bZero, yScale, yZero;
  const std::tuple<unsigned, int64_t, std::vector<double> *> parameters[] = {
      {1, s->m, &aScale}, {2, s->m, &aZero},  {4, s->n, &bScale},
      {5, s->n, &bZero},  {6, s->n, &yScale}, {7, s->n, &yZero}};
  for (auto [operand, size, to] : parameters) {
    auto values = loadPerAxis(ctx, operand, size, 0);
    if (!values)
      return values.takeError();
    *to = std::move(*values);
  }
  const ElementType type = ctx.resultType();
  Expected<TensorValue> y = ctx.allocate(type, s->result);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(RealTypes(), type, [&]<typename T>() -> Error {
        T *to = y->mutableData<T>();
        multiplyCentered(ctx, *s, Centered(a, aZero, splitRows(a.getShape())),
                         Centered(b, bZero, splitColumns(b.getShape())),
                         [&](const Tile &t, const double *sums) {
                           for (int64_t r = t.row; r != t.row + t.rows; ++r)
                             for (int64_t c = t.column;
                                  c != t.column + t.columns; ++c) {
                               double scale = pick(aScale, r) *
                                              pick(bScale, c) / pick(yScale, c);
                               double value = *sums++ * scale;
                               T &out = to[(t.batch * s->m + r) * s->n + c];
                               if constexpr (std::is_integral_v<T>)
                                 out = static_cast<T>(static_cast<int32_t>(
                                     quantize(value, pick(yZero, c), type)));
                               else
                                 out = static_cast<T>(value + pick(yZero, c));
                             }
                         });
        return Error::success();
      }))
    return error;
  return ctx.done(std::move(*y));
}
