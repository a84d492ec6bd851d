//===- SequenceState.cpp --------------------------------------------------===//
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

/// An error unless operand \p i has the shape \p shape.
static Error checkShape(KernelContext &ctx, unsigned i,
                        ArrayRef<int64_t> shape) {
  if (ctx.tensor(i).getShape() == shape)
    return Error::success();
  return fail("operand '" + ctx.op.getInfo().operands[i].name + "' has shape " +
              toText(ctx.tensor(i).getShape()) + " where " + toText(shape) +
              " is expected");
}

namespace {
/// The sizes of a linear attention.
struct LinearAttentionDims {
  int64_t batch, length, queryHeads, keyHeads, size, valueSize;
};
} // namespace

static Expected<LinearAttentionDims> getDims(KernelContext &ctx) {
  LinearAttentionDims d;
  for (unsigned i : {0, 1, 2})
    if (ctx.tensor(i).getRank() != 3)
      return fail("operand " + Twine(i) + " has rank " +
                  Twine(ctx.tensor(i).getRank()) + ", not 3");
  const TensorValue &q = ctx.tensor(0);
  d.batch = q.getDim(0);
  d.length = q.getDim(1);
  d.queryHeads = ctx.op.getInt("q_num_heads", 0);
  d.keyHeads = ctx.op.getInt("kv_num_heads", 0);
  if (d.keyHeads < 1 || d.queryHeads < 1 || d.queryHeads % d.keyHeads)
    return fail(Twine(d.queryHeads) + " query heads for " + Twine(d.keyHeads) +
                " key heads");
  if (q.getDim(2) % d.queryHeads || ctx.tensor(2).getDim(2) % d.keyHeads)
    return fail("the last dimension is no multiple of the number of heads");
  d.size = q.getDim(2) / d.queryHeads;
  d.valueSize = ctx.tensor(2).getDim(2) / d.keyHeads;
  if (Error error =
          checkShape(ctx, 1, {d.batch, d.length, d.keyHeads * d.size}))
    return error;
  if (Error error =
          checkShape(ctx, 2, {d.batch, d.length, d.keyHeads * d.valueSize}))
    return error;
  if (ctx.has(3))
    if (Error error =
            checkShape(ctx, 3, {d.batch, d.keyHeads, d.size, d.valueSize}))
      return error;
  for (unsigned i : {4, 5}) {
    if (!ctx.has(i))
      continue;
    const TensorValue &x = ctx.tensor(i);
    const int64_t last = x.getRank() ? x.getShape().back() : 0;
    if (last != d.keyHeads && last != (i == 4 ? d.keyHeads * d.size : 1))
      return fail("operand '" + ctx.op.getInfo().operands[i].name +
                  "' has shape " + toText(x.getShape()));
    if (Error error = checkShape(ctx, i, {d.batch, d.length, last}))
      return error;
  }
  return d;
}

/// Each head of each instance has a state, a size × valueSize matrix S; for
/// each position S decays, takes up k ⊗ u, and is read by the group's queries.
Error kernels::linearAttention(KernelContext &ctx) {
  Expected<LinearAttentionDims> dims = getDims(ctx);
  if (!dims)
    return dims.takeError();
  const LinearAttentionDims d = *dims;
  const double given = ctx.op.getFloat("scale", 0);
  const double scale = given != 0 ? given : 1 / std::sqrt(double(d.size));
  const StringRef rule = ctx.op.getString("update_rule", "gated_delta");
  const bool gated = rule.starts_with("gated"), delta = rule.ends_with("delta");
  if (gated != ctx.has(4) || delta != ctx.has(5))
    return fail("the update rule \"" + rule +
                "\" needs other operands than there are");
  std::vector<double> q = loadReals(ctx.tensor(0)),
                      k = loadReals(ctx.tensor(1)),
                      v = loadReals(ctx.tensor(2)), decay, beta;
  int64_t decays = 0, betas = 0; // entries for each position
  if (gated) {
    decay = loadReals(ctx.tensor(4));
    decays = ctx.tensor(4).getDim(2);
  }
  if (delta) {
    beta = loadReals(ctx.tensor(5));
    betas = ctx.tensor(5).getDim(2);
  }
  const Shape stateShape = {d.batch, d.keyHeads, d.size, d.valueSize};
  const Shape shape = {d.batch, d.length, d.queryHeads * d.valueSize};
  Expected<TensorValue> state = ctx.allocate(ctx.resultType(1), stateShape);
  if (!state)
    return state.takeError();
  Expected<TensorValue> result =
      ctx.allocate(ctx.tensor(0).getElementType(), shape);
  if (!result)
    return result.takeError();
  if (state->getNumElements() == 0 || d.length == 0) {
    ctx.set(1, ctx.has(3) ? ctx.value(3) : RuntimeValue(std::move(*state)));
    return ctx.done(std::move(*result));
  }
  const int64_t stateSize = d.size * d.valueSize;
  if (Error error =
          ctx.countWork({d.batch, d.queryHeads, d.length, stateSize, 3}))
    return error;
  std::vector<double> states =
      ctx.has(3) ? loadReals(ctx.tensor(3))
                 : std::vector<double>(d.batch * d.keyHeads * stateSize, 0);
  const int64_t group = d.queryHeads / d.keyHeads;
  std::vector<double> y(d.batch * d.length * d.queryHeads * d.valueSize, 0);

  parallelFor(ctx, d.batch * d.keyHeads, [&](int64_t n) {
    const int64_t b = n / d.keyHeads, h = n % d.keyHeads;
    double *own = states.data() + n * stateSize;
    std::vector<double> update(d.valueSize);
    for (int64_t at = b * d.length, e = at + d.length; at != e; ++at) {
      const double *key = k.data() + (at * d.keyHeads + h) * d.size;
      const double *value = v.data() + (at * d.keyHeads + h) * d.valueSize;
      if (gated)
        for (int64_t i = 0; i != stateSize; ++i)
          own[i] *= std::exp(
              decay[at * decays +
                    (decays == d.keyHeads ? h : h * d.size + i / d.valueSize)]);
      std::copy_n(value, d.valueSize, update.begin());
      if (delta)
        for (int64_t c = 0; c != d.valueSize; ++c) {
          for (int64_t i = 0; i != d.size; ++i)
            update[c] -= own[i * d.valueSize + c] * key[i];
          update[c] *= beta[at * betas + (betas == 1 ? 0 : h)];
        }
      for (int64_t i = 0; i != stateSize; ++i)
        own[i] += key[i / d.valueSize] * update[i % d.valueSize];
      for (int64_t g = h * group; g != (h + 1) * group; ++g) {
        const double *query = q.data() + (at * d.queryHeads + g) * d.size;
        double *out = y.data() + (at * d.queryHeads + g) * d.valueSize;
        for (int64_t c = 0; c != d.valueSize; ++c) {
          for (int64_t i = 0; i != d.size; ++i)
            out[c] += query[i] * own[i * d.valueSize + c];
          out[c] *= scale;
        }
      }
    }
  });
  if (ctx.wants(1)) {
    Expected<TensorValue> present =
        storeReals(ctx, ctx.resultType(1),
                   {d.batch, d.keyHeads, d.size, d.valueSize}, states);
    if (!present)
      return present.takeError();
    ctx.set(1, std::move(*present));
  }
  return ctx.done(storeReals(ctx, ctx.tensor(0).getElementType(),
                             {d.batch, d.length, d.queryHeads * d.valueSize},
                             y));
}

Error kernels::causalConvWithState(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &w = ctx.tensor(1);
  if (x.getRank() != 3 || w.getRank() != 3 || w.getDim(2) < 1)
    return fail("an input of shape " + toText(x.getShape()) +
                " with a kernel of shape " + toText(w.getShape()));
  const int64_t batch = x.getDim(0), channels = x.getDim(1);
  const int64_t length = x.getDim(2), kernel = w.getDim(2), kept = kernel - 1;
  if (Error error = checkShape(ctx, 1, {channels, 1, kernel}))
    return error;
  if (ctx.has(2))
    if (Error error = checkShape(ctx, 2, {channels}))
      return error;
  if (ctx.has(3))
    if (Error error = checkShape(ctx, 3, {batch, channels, kept}))
      return error;
  Expected<TensorValue> state =
      ctx.allocate(x.getElementType(), {batch, channels, kept});
  if (!state)
    return state.takeError();
  if (x.getNumElements() == 0) {
    ctx.set(1, ctx.has(3) ? ctx.value(3) : RuntimeValue(std::move(*state)));
    return ctx.done(ctx.value(0));
  }
  if (Error error = ctx.countWork({x.getNumElements(), kernel}))
    return error;
  std::vector<double> in = loadReals(x), weights = loadReals(w);
  std::vector<double> bias =
      ctx.has(2) ? loadReals(ctx.tensor(2)) : std::vector<double>(channels, 0);
  std::vector<double> past =
      ctx.has(3) ? loadReals(ctx.tensor(3))
                 : std::vector<double>(batch * channels * kept, 0);
  const bool silu = ctx.op.getString("activation", "none") != "none";
  std::vector<double> y(in.size()), line(kept + length);
  for (int64_t row = 0; row != batch * channels; ++row) {
    const double *taps = weights.data() + row % channels * kernel;
    std::copy_n(past.begin() + row * kept, kept, line.begin());
    std::copy_n(in.begin() + row * length, length, line.begin() + kept);
    for (int64_t i = 0; i != length; ++i) {
      double sum = bias[row % channels];
      for (int64_t j = 0; j != kernel; ++j)
        sum += line[i + j] * taps[j];
      y[row * length + i] = silu ? sum / (1 + std::exp(-sum)) : sum;
    }
    std::copy_n(line.begin() + length, kept, past.begin() + row * kept);
  }
  if (ctx.wants(1)) {
    Expected<TensorValue> present =
        storeReals(ctx, x.getElementType(), {batch, channels, kept}, past);
    if (!present)
      return present.takeError();
    ctx.set(1, std::move(*present));
  }
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), y));
}

Error kernels::tensorScatter(KernelContext &ctx) {
  const TensorValue &cache = ctx.tensor(0), &update = ctx.tensor(1);
  Expected<unsigned> axis =
      resolveAxis(ctx.op.getInt("axis", -2), cache.getRank());
  if (!axis)
    return axis.takeError();
  if (*axis == 0)
    return fail("the axis is that of the instances");
  Shape expected(cache.getShape());
  if (update.getRank() == cache.getRank())
    expected[*axis] = update.getDim(*axis);
  const int64_t size = cache.getDim(*axis);
  if (expected != update.getShape() || expected[*axis] > size)
    return fail("an update of shape " + toText(update.getShape()) +
                " for a cache of shape " + toText(cache.getShape()));
  if (cache.getNumElements() == 0)
    return ctx.done(ctx.value(0));
  std::vector<int64_t> starts(cache.getDim(0), 0);
  if (ctx.has(2)) {
    if (Error error = checkShape(ctx, 2, {cache.getDim(0)}))
      return error;
    starts = loadInts(ctx.tensor(2));
  }
  const bool circular = ctx.op.getString("mode", "linear") == "circular";
  const int64_t count = update.getDim(*axis);
  for (int64_t start : starts)
    if (start < 0 || (circular ? start >= size && size : start > size - count))
      return fail("can't write " + Twine(count) + " entries from " +
                  Twine(start) + " on into a cache of " + Twine(size));
  Expected<TensorValue> y =
      ctx.allocate(cache.getElementType(), cache.getShape());
  if (!y)
    return y.takeError();
  const AxisSplit split = splitAt(cache.getShape(), *axis);
  const int64_t perInstance =
      cache.getDim(0) ? split.outer / cache.getDim(0) : 1;
  cantFail(dispatchStorage(cache.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = cache.elements<T>(), news = update.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t i = 0, e = cache.getNumElements(); i != e; ++i)
      to[i] = from[i];
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t j = 0; j != count; ++j) {
        const int64_t at = (starts[o / perInstance] + j) % size;
        for (int64_t i = 0; i != split.inner; ++i)
          to[(o * size + at) * split.inner + i] =
              news[(o * count + j) * split.inner + i];
      }
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}
