//===- Random.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Random.h"
#include "../Dispatch.h"
#include "../Kernels.h"
#include <cmath>
#include <numbers>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

double RandomNumbers::nextNormal() {
  // Box and Muller; 1 - u is never 0.
  const double radius = std::sqrt(-2 * std::log(1 - nextUniform()));
  return radius * std::cos(2 * std::numbers::pi * nextUniform());
}

/// The shape that the attribute or operand 0 gives.
static Shape getShape(KernelContext &ctx) {
  return Shape(ctx.getNumOperands() ? Shape(ctx.tensor(0).getShape())
                                    : Shape(ctx.op.getInts("shape")));
}

/// Result 0: next(random numbers) for every element.
template <typename Fn> static Error generate(KernelContext &ctx, Fn next) {
  Expected<TensorValue> y = ctx.allocate(ctx.resultType(), getShape(ctx));
  if (!y)
    return y.takeError();
  RandomNumbers random(ctx);
  if (Error error = dispatch(
          FloatTypes(), y->getElementType(), [&]<typename T>() -> Error {
            T *to = y->mutableData<T>();
            for (int64_t i = 0, e = y->getNumElements(); i != e; ++i)
              to[i] = static_cast<T>(next(random));
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

static Error generateNormal(KernelContext &ctx) {
  const double mean = ctx.op.getFloat("mean", 0);
  const double scale = ctx.op.getFloat("scale", 1);
  return generate(ctx, [=](RandomNumbers &random) {
    return mean + scale * random.nextNormal();
  });
}

static Error generateUniform(KernelContext &ctx) {
  const double low = ctx.op.getFloat("low", 0);
  const double high = ctx.op.getFloat("high", 1);
  return generate(ctx, [=](RandomNumbers &random) {
    return low + (high - low) * random.nextUniform();
  });
}

Error kernels::randomNormal(KernelContext &ctx) { return generateNormal(ctx); }
Error kernels::randomNormalLike(KernelContext &ctx) {
  return generateNormal(ctx);
}
Error kernels::randomUniform(KernelContext &ctx) {
  return generateUniform(ctx);
}
Error kernels::randomUniformLike(KernelContext &ctx) {
  return generateUniform(ctx);
}

Error kernels::bernoulli(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<TensorValue> y = ctx.allocate(ctx.resultType(), x.getShape());
  if (!y)
    return y.takeError();
  std::vector<double> probabilities = loadReals(x);
  for (double p : probabilities)
    if (!(p >= 0 && p <= 1))
      return fail("a probability is " + Twine(std::to_string(p)) +
                  ", not in [0, 1]");
  RandomNumbers random(ctx);
  if (Error error = dispatch(NumericAndBoolTypes(), y->getElementType(),
                             [&]<typename T>() -> Error {
                               T *to = y->mutableData<T>();
                               for (double p : probabilities)
                                 *to++ =
                                     static_cast<T>(random.nextUniform() < p);
                               return Error::success();
                             }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::multinomial(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const int64_t samples = ctx.op.getInt("sample_size", 1);
  if (x.getRank() != 2 || x.getDim(1) < 1 || samples < 1)
    return fail(Twine(samples) + " samples of an input of shape " +
                toText(x.getShape()));
  const int64_t classes = x.getDim(1);
  Expected<TensorValue> y =
      ctx.allocate(ctx.resultType(), {x.getDim(0), samples});
  if (!y)
    return y.takeError();
  std::vector<double> values = loadReals(x);
  std::vector<int64_t> drawn;
  RandomNumbers random(ctx);
  for (int64_t b = 0; b != x.getDim(0); ++b) {
    // Running sums of the probabilities, up to a factor.
    MutableArrayRef<double> line =
        MutableArrayRef(values).slice(b * classes, classes);
    const double largest = *std::max_element(line.begin(), line.end());
    double sum = 0;
    for (double &v : line)
      v = sum += std::exp(v - largest);
    if (!(sum > 0 && std::isfinite(sum)))
      return fail("instance " + Twine(b) + " has no probabilities");
    for (int64_t i = 0; i != samples; ++i)
      drawn.push_back(std::upper_bound(line.begin(), line.end() - 1,
                                       random.nextUniform() * sum) -
                      line.begin());
  }
  if (Error error = dispatch(
          IntegerTypes(), y->getElementType(), [&]<typename T>() -> Error {
            std::copy(drawn.begin(), drawn.end(), y->mutableData<T>());
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
