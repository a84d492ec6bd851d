//===- Reduction.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// The dimensions to reduce, and the result's shape.
struct ReducedShape {
  Shape shape;
  /// Strides that lead each element of the input to its result.
  Shape strides;
  /// Elements that make one result.
  int64_t count = 1;
};
} // namespace

static Expected<ReducedShape> getReducedShape(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const unsigned rank = x.getRank();
  std::vector<int64_t> given;
  if (ctx.has(1))
    given = loadInts(ctx.tensor(1));
  auto axes = resolveAxes(given, rank);
  if (!axes)
    return axes.takeError();
  bool all = axes->empty() && !ctx.op.getInt("noop_with_empty_axes", 0);

  ReducedShape result;
  Shape kept; // with 1 for every reduced dimension
  for (unsigned i = 0; i != rank; ++i) {
    bool reduced = all || is_contained(*axes, i);
    kept.push_back(reduced ? 1 : x.getDim(i));
    if (reduced)
      result.count *= x.getDim(i);
    if (!reduced || ctx.op.getInt("keepdims", 1))
      result.shape.push_back(kept.back());
  }
  result.strides = getBroadcastStrides(kept, x.getShape());
  return result;
}

/// Starts every result with init<C>(), adds the elements in row-major order by
/// step(sum, x), and rounds finish(sum, number of elements).
template <typename Types, typename Init, typename Step, typename Finish>
static Error reduce(KernelContext &ctx, Types types, Init init, Step step,
                    Finish finish) {
  const TensorValue &x = ctx.tensor(0);
  Expected<ReducedShape> reduced = getReducedShape(ctx);
  if (!reduced)
    return reduced.takeError();
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), reduced->shape);
  if (!y)
    return y.takeError();
  if (Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            const int64_t results = y->getNumElements();
            std::unique_ptr<C[]> sums(new C[results]);
            std::fill_n(sums.get(), results, init.template operator()<C>());
            Elements<T> from = x.elements<T>();
            forEachElement<1>(
                x.getShape(), {reduced->strides}, [&](int64_t i, int64_t o) {
                  sums[o] = step(sums[o], static_cast<C>(from[i]));
                });
            T *to = y->mutableData<T>();
            for (int64_t i = 0; i != results; ++i)
              to[i] = static_cast<T>(finish(sums[i], reduced->count));
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

static const auto zero = []<typename C>() { return C(0); };
static const auto addSquare = [](auto sum, auto x) {
  return wrapAdd(sum, wrapMul(x, x));
};
static const auto addTo = [](auto sum, auto x) { return wrapAdd(sum, x); };
static const auto asIs = [](auto sum, int64_t) { return sum; };

/// A function of doubles for every type; its value for integers is truncated.
template <typename Fn> static auto finishWith(Fn fn) {
  return [=]<typename C>(C sum, int64_t) -> C {
    if constexpr (std::is_integral_v<C>)
      return truncateTo<C>(fn(static_cast<double>(sum)));
    else
      return fn(sum);
  };
}

Error kernels::reduceSum(KernelContext &ctx) {
  return reduce(ctx, NumericTypes(), zero, addTo, asIs);
}

Error kernels::reduceMean(KernelContext &ctx) {
  bool byZero = false;
  if (Error error = reduce(ctx, NumericTypes(), zero, addTo,
                           [&]<typename C>(C sum, int64_t count) -> C {
                             if constexpr (std::is_integral_v<C>) {
                               byZero |= count == 0;
                               // A signed count keeps the sign of the sum.
                               if (count == 0)
                                 return C(0);
                               if constexpr (std::is_signed_v<C>)
                                 return C(int64_t(sum) / count);
                               else
                                 return C(uint64_t(sum) / uint64_t(count));
                             } else {
                               return sum / double(count);
                             }
                           }))
    return error;
  return byZero ? fail("the mean of no integers") : Error::success();
}

Error kernels::reduceProd(KernelContext &ctx) {
  return reduce(
      ctx, NumericTypes(), []<typename C>() { return C(1); },
      [](auto product, auto x) { return wrapMul(product, x); }, asIs);
}

// NaN is both the largest and the smallest. The extremum of nothing is the
// other end of the type.
Error kernels::reduceMax(KernelContext &ctx) {
  return reduce(
      ctx, NumericAndBoolTypes(),
      []<typename C>() {
        if constexpr (std::is_floating_point_v<C>)
          return -std::numeric_limits<C>::infinity();
        else
          return std::numeric_limits<C>::lowest();
      },
      [](auto a, auto x) { return a != a || a > x ? a : x; }, asIs);
}

Error kernels::reduceMin(KernelContext &ctx) {
  return reduce(
      ctx, NumericAndBoolTypes(),
      []<typename C>() {
        if constexpr (std::is_floating_point_v<C>)
          return std::numeric_limits<C>::infinity();
        else
          return std::numeric_limits<C>::max();
      },
      [](auto a, auto x) { return a != a || a < x ? a : x; }, asIs);
}

Error kernels::reduceL1(KernelContext &ctx) {
  return reduce(
      ctx, NumericTypes(), zero,
      []<typename C>(C sum, C x) {
        return x < C(0) ? wrapSub(sum, x) : wrapAdd(sum, x);
      },
      asIs);
}

Error kernels::reduceL2(KernelContext &ctx) {
  return reduce(ctx, NumericTypes(), zero, addSquare,
                finishWith([](double x) { return std::sqrt(x); }));
}

Error kernels::reduceSumSquare(KernelContext &ctx) {
  return reduce(ctx, NumericTypes(), zero, addSquare, asIs);
}

Error kernels::reduceLogSum(KernelContext &ctx) {
  return reduce(ctx, NumericTypes(), zero, addTo,
                finishWith([](double x) { return std::log(x); }));
}

Error kernels::reduceLogSumExp(KernelContext &ctx) {
  // max + ln Σ exp(x - max), which doesn't overflow.
  const TensorValue &x = ctx.tensor(0);
  Expected<ReducedShape> reduced = getReducedShape(ctx);
  if (!reduced)
    return reduced.takeError();
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), reduced->shape);
  if (!y)
    return y.takeError();
  std::vector<double> values = loadReals(x);
  std::vector<double> largest(y->getNumElements(), -INFINITY);
  std::vector<double> sums(y->getNumElements(), 0);
  forEachElement<1>(x.getShape(), {reduced->strides},
                    [&](int64_t i, int64_t o) {
                      largest[o] = std::fmax(largest[o], values[i]);
                    });
  // Of infinities the difference is not a number: shift by finite ones only.
  for (double &value : largest)
    if (std::isinf(value))
      value = 0;
  forEachElement<1>(x.getShape(), {reduced->strides},
                    [&](int64_t i, int64_t o) {
                      sums[o] += std::exp(values[i] - largest[o]);
                    });
  if (Error error = dispatch(NumericTypes(), x.getElementType(),
                             [&]<typename T>() -> Error {
                               T *to = y->mutableData<T>();
                               for (size_t i = 0; i != sums.size(); ++i) {
                                 double result = largest[i] + std::log(sums[i]);
                                 if constexpr (std::is_integral_v<T>)
                                   to[i] = truncateTo<T>(result);
                                 else
                                   to[i] = static_cast<T>(result);
                               }
                               return Error::success();
                             }))
    return error;
  return ctx.done(std::move(*y));
}
