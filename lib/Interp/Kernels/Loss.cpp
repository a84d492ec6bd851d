//===- Loss.cpp -----------------------------------------------------------===//
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

/// Result 0: the loss of logarithmic probabilities, whose classes are dimension
/// 1 of \p shape.
static Error setLoss(KernelContext &ctx, ArrayRef<int64_t> shape,
                     ArrayRef<double> logProbabilities) {
  const TensorValue &targets = ctx.tensor(1);
  Shape expected(shape);
  expected.erase(expected.begin() + 1);
  if (targets.getShape() != ArrayRef<int64_t>(expected))
    return fail("targets of shape " + toText(targets.getShape()) +
                " for an input of shape " + toText(shape));
  const AxisSplit split = splitAt(shape, 1);
  std::vector<double> weights;
  if (ctx.has(2)) {
    if (ctx.tensor(2).getShape() != ArrayRef<int64_t>(split.size))
      return fail("weights of shape " + toText(ctx.tensor(2).getShape()) +
                  " for " + Twine(split.size) + " classes");
    weights = loadReals(ctx.tensor(2));
  }
  const auto ignored = ctx.op.getAttrOfType<IntAttr>("ignore_index");
  std::vector<int64_t> classes = loadInts(targets);
  std::vector<double> losses(classes.size(), 0);
  double sum = 0, weight = 0;
  for (auto [i, target] : enumerate(classes)) {
    if (ignored && target == ignored.getValue())
      continue;
    if (target < 0 || target >= split.size)
      return fail("target " + Twine(target) + " of " + Twine(split.size) +
                  " classes");
    const int64_t outer = i / split.inner, inner = i % split.inner;
    const double own = weights.empty() ? 1 : weights[target];
    losses[i] =
        -own *
        logProbabilities[(outer * split.size + target) * split.inner + inner];
    sum += losses[i];
    weight += own;
  }
  const ElementType type = ctx.tensor(0).getElementType();
  const StringRef reduction = ctx.op.getString("reduction", "mean");
  if (reduction == "none")
    return ctx.done(storeReals(ctx, type, expected, losses));
  return ctx.done(
      storeReals(ctx, type, {}, reduction == "sum" ? sum : sum / weight));
}

static Error checkRank(const TensorValue &x) {
  if (x.getRank() >= 2)
    return Error::success();
  return fail("an input of shape " + toText(x.getShape()) +
              " without a dimension of classes");
}

Error kernels::negativeLogLikelihoodLoss(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (Error error = checkRank(x))
    return error;
  return setLoss(ctx, x.getShape(), loadReals(x));
}

Error kernels::softmaxCrossEntropyLoss(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (Error error = checkRank(x))
    return error;
  const AxisSplit split = splitAt(x.getShape(), 1);
  std::vector<double> values = loadReals(x);
  for (int64_t o = 0; o != split.outer && !values.empty(); ++o)
    for (int64_t i = 0; i != split.inner; ++i) {
      double *first = values.data() + o * split.size * split.inner + i;
      double largest = -INFINITY, sum = 0;
      for (int64_t j = 0; j != split.size; ++j)
        largest = std::max(largest, first[j * split.inner]);
      for (int64_t j = 0; j != split.size; ++j)
        sum += std::exp(first[j * split.inner] - largest);
      for (int64_t j = 0; j != split.size; ++j)
        first[j * split.inner] -= largest + std::log(sum);
    }
  if (ctx.wants(1)) {
    Expected<TensorValue> probabilities =
        storeReals(ctx, x.getElementType(), x.getShape(), values);
    if (!probabilities)
      return probabilities.takeError();
    ctx.set(1, std::move(*probabilities));
  }
  return setLoss(ctx, x.getShape(), values);
}
