//===- Pooling.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Kernels.h"
#include "Convolution.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// For each window of result element \p index calls fn(offset) for the elements
/// of the channel that it covers. Returns how many positions of the window lie
/// in the input or its declared padding.
template <typename Fn>
static int64_t forEachInWindow(ArrayRef<Window> windows,
                               ArrayRef<int64_t> index, Fn fn) {
  Shape kernel;
  for (const Window &w : windows)
    kernel.push_back(w.kernel);
  int64_t padded = 0;
  forEachIndex(kernel, [&](ArrayRef<int64_t> k) {
    int64_t offset = 0;
    bool inInput = true, inPadding = true;
    for (auto [d, w] : enumerate(windows)) {
      int64_t at = index[d] * w.stride + k[d] * w.dilation - w.padBegin;
      inInput &= at >= 0 && at < w.input;
      inPadding &= at < w.input + w.padEnd; // ceil_mode may go beyond
      offset = offset * w.input + at;
    }
    padded += inPadding;
    if (inInput)
      fn(offset);
  });
  return padded;
}

/// Counts the elements of all windows for the result \p y.
static Error countWindows(KernelContext &ctx, ArrayRef<Window> windows,
                          const TensorValue &y) {
  SmallVector<int64_t, 4> factors = {y.getNumElements()};
  for (const Window &w : windows)
    factors.push_back(w.kernel);
  return ctx.countWork(factors);
}

/// Result 0: for every window a fold over its elements, in double.
/// step(sum, x); finish(sum, elements, padded positions). R: the result's
/// storage type, that of the operand if void.
template <typename R = void, typename Types, typename Step, typename Finish>
static Error pool(KernelContext &ctx, Types types, double init, Step step,
                  Finish finish) {
  const TensorValue &x = ctx.tensor(0);
  auto windows = resolveWindows(ctx, x.getShape());
  if (!windows)
    return windows.takeError();
  Shape shape = getWindowedShape(x.getShape(), x.getDim(1), *windows);
  Expected<TensorValue> y = ctx.allocate(ctx.resultType(), shape);
  if (!y)
    return y.takeError();
  if (Error error = countWindows(ctx, *windows, *y))
    return error;
  const int64_t channelSize = product(x.getShape().drop_front(2));
  const Shape spatial(ArrayRef<int64_t>(shape).drop_front(2));
  const int64_t resultSize = product(spatial);
  if (Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() -> Error {
            using To = std::conditional_t<std::is_void_v<R>, T, R>;
            Elements<T> from = x.elements<T>();
            To *to = y->mutableData<To>();
            parallelFor(ctx, x.getDim(0) * x.getDim(1), [&](int64_t channel) {
              int64_t i = channel * resultSize;
              forEachIndex(spatial, [&](ArrayRef<int64_t> index) {
                double sum = init;
                int64_t count = 0;
                int64_t padded =
                    forEachInWindow(*windows, index, [&](int64_t offset) {
                      sum =
                          step(sum, static_cast<double>(
                                        from[channel * channelSize + offset]));
                      ++count;
                    });
                to[i++] = static_cast<To>(finish(sum, count, padded));
              });
            });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::averagePool(KernelContext &ctx) {
  bool includePad = ctx.op.getInt("count_include_pad", 0);
  return pool(
      ctx, FloatTypes(), 0, [](double sum, double x) { return sum + x; },
      [=](double sum, int64_t count, int64_t padded) {
        return sum / double(includePad ? padded : count);
      });
}

Error kernels::quantSumPool(KernelContext &ctx) {
  // Integers that double holds exactly.
  const double zero = ctx.op.getInt("input_zero_point", 0);
  return pool<int32_t>(
      ctx, NumericTypes(), 0,
      [=](double sum, double x) { return sum + (x - zero); },
      [](double sum, int64_t, int64_t) {
        return static_cast<uint32_t>(static_cast<int64_t>(sum));
      });
}

Error kernels::lpPool(KernelContext &ctx) {
  double p = ctx.op.getInt("p", 2);
  return pool(
      ctx, FloatTypes(), 0,
      [=](double sum, double x) { return sum + std::pow(std::fabs(x), p); },
      [=](double sum, int64_t, int64_t) { return std::pow(sum, 1 / p); });
}

/// The offset within the tensor that MaxPool's "storage_order" 1 gives to the
/// element at row-major \p offset: spatial dimensions column-major.
static int64_t toColumnMajor(int64_t offset, ArrayRef<Window> windows,
                             int64_t channelSize) {
  int64_t rest = offset % channelSize, result = 0;
  int64_t stride = channelSize;
  for (const Window &w : reverse(windows)) {
    stride /= w.input;
    result += rest % w.input * stride;
    rest /= w.input;
  }
  return offset / channelSize * channelSize + result;
}

Error kernels::maxPool(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto windows = resolveWindows(ctx, x.getShape());
  if (!windows)
    return windows.takeError();
  Shape shape = getWindowedShape(x.getShape(), x.getDim(1), *windows);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  if (Error error = countWindows(ctx, *windows, *y))
    return error;
  Expected<TensorValue> indices =
      ctx.allocate(ElementType::I64, ctx.wants(1) ? shape : Shape{0});
  if (!indices)
    return indices.takeError();
  const bool columnMajor = ctx.op.getInt("storage_order", 0);
  const int64_t channelSize = product(x.getShape().drop_front(2));
  const Shape spatial(ArrayRef<int64_t>(shape).drop_front(2));
  const int64_t resultSize = product(spatial);
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            int64_t *where =
                ctx.wants(1) ? indices->mutableData<int64_t>() : nullptr;
            parallelFor(ctx, x.getDim(0) * x.getDim(1), [&](int64_t channel) {
              int64_t i = channel * resultSize;
              forEachIndex(spatial, [&](ArrayRef<int64_t> index) {
                // Padding loses against every element.
                int64_t best = -1;
                C largest = std::numeric_limits<C>::has_infinity
                                ? -std::numeric_limits<C>::infinity()
                                : std::numeric_limits<C>::lowest();
                forEachInWindow(*windows, index, [&](int64_t offset) {
                  offset += channel * channelSize;
                  C value = static_cast<C>(from[offset]);
                  if (best < 0 || value > largest ||
                      (value != value && largest == largest)) {
                    best = offset;
                    largest = value;
                  }
                });
                to[i] = static_cast<T>(largest);
                if (where)
                  where[i] = best < 0 || !columnMajor
                                 ? best
                                 : toColumnMajor(best, *windows, channelSize);
                ++i;
              });
            });
            return Error::success();
          }))
    return error;
  ctx.set(0, std::move(*y));
  ctx.set(1, std::move(*indices));
  return Error::success();
}

/// Folds each channel to one element.
template <typename Step, typename Finish>
static Error globalPool(KernelContext &ctx, double init, Step step,
                        Finish finish) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() < 2)
    return fail("an input of rank " + Twine(x.getRank()) + " has no channels");
  Shape shape(x.getRank(), 1);
  shape[0] = x.getDim(0);
  shape[1] = x.getDim(1);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  const int64_t size = product(x.getShape().drop_front(2));
  if (Error error = dispatch(
          FloatTypes(), x.getElementType(), [&]<typename T>() -> Error {
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            for (int64_t c = 0, e = y->getNumElements(); c != e; ++c) {
              double sum = init;
              for (int64_t i = 0; i != size; ++i)
                sum = step(sum, static_cast<double>(from[c * size + i]));
              to[c] = static_cast<T>(finish(sum, size));
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::globalAveragePool(KernelContext &ctx) {
  return globalPool(
      ctx, 0, [](double sum, double x) { return sum + x; },
      [](double sum, int64_t count) { return sum / double(count); });
}

Error kernels::globalMaxPool(KernelContext &ctx) {
  return globalPool(
      ctx, -INFINITY,
      [](double a, double x) { return a != a || a > x ? a : x; },
      [](double largest, int64_t) { return largest; });
}

Error kernels::globalLpPool(KernelContext &ctx) {
  double p = ctx.op.getInt("p", 2);
  return globalPool(
      ctx, 0,
      [=](double sum, double x) { return sum + std::pow(std::fabs(x), p); },
      [=](double sum, int64_t) { return std::pow(sum, 1 / p); });
}
