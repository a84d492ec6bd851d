//===- Normalization.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "Random.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// Mean and variance (of the whole population) of some numbers.
struct Moments {
  double mean = 0, variance = 0;

  double getInverseDeviation(double epsilon) const {
    return 1 / std::sqrt(variance + epsilon);
  }
};
} // namespace

/// Of value(0), …, value(count - 1).
template <typename Fn> static Moments getMoments(int64_t count, Fn value) {
  Moments m;
  for (int64_t i = 0; i != count; ++i)
    m.mean += value(i);
  m.mean /= double(count);
  for (int64_t i = 0; i != count; ++i) {
    double difference = value(i) - m.mean;
    m.variance += difference * difference;
  }
  m.variance /= double(count);
  return m;
}

/// An error unless operand \p i is a vector of \p size elements.
static Error checkVector(KernelContext &ctx, unsigned i, int64_t size) {
  if (ctx.tensor(i).getShape() == ArrayRef<int64_t>(size))
    return Error::success();
  return fail("operand '" + ctx.op.getInfo().operands[i].name + "' has shape " +
              toText(ctx.tensor(i).getShape()) + " where " + Twine(size) +
              " is expected");
}

static Error checkRank(KernelContext &ctx, unsigned least) {
  if (ctx.tensor(0).getRank() >= least)
    return Error::success();
  return fail("the input has rank " + Twine(ctx.tensor(0).getRank()) +
              ", which is less than " + Twine(least));
}

Error kernels::batchNormalization(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (Error error = checkRank(ctx, 1))
    return error;
  // A vector is N×C with C = 1 and has no spatial dimensions.
  const int64_t channels = x.getRank() > 1 ? x.getDim(1) : 1;
  const int64_t batch = x.getDim(0);
  const int64_t size =
      x.getRank() > 1 ? product(x.getShape().drop_front(2)) : 1;
  for (unsigned i : {1, 2, 3, 4})
    if (Error error = checkVector(ctx, i, channels))
      return error;
  std::vector<double> values = loadReals(x), scale = loadReals(ctx.tensor(1));
  std::vector<double> bias = loadReals(ctx.tensor(2));
  std::vector<double> mean = loadReals(ctx.tensor(3));
  std::vector<double> variance = loadReals(ctx.tensor(4));
  const double epsilon = ctx.op.getFloat("epsilon", 1e-5f);
  const double momentum = ctx.op.getFloat("momentum", 0.9f);
  const bool training = ctx.op.getInt("training_mode", 0);
  for (int64_t c = 0; c != channels; ++c) {
    auto at = [&](int64_t i) -> double & {
      return values[(i / size * channels + c) * size + i % size];
    };
    Moments moments{mean[c], variance[c]};
    if (training) {
      moments = getMoments(batch * size, at);
      mean[c] = mean[c] * momentum + moments.mean * (1 - momentum);
      variance[c] = variance[c] * momentum + moments.variance * (1 - momentum);
    }
    const double inverse = moments.getInverseDeviation(epsilon);
    for (int64_t i = 0; i != batch * size; ++i)
      at(i) = (at(i) - moments.mean) * inverse * scale[c] + bias[c];
  }
  if (training)
    for (unsigned i : {1, 2}) {
      if (!ctx.wants(i))
        continue;
      Expected<TensorValue> moments =
          storeReals(ctx, ctx.tensor(3).getElementType(), {channels},
                     i == 1 ? mean : variance);
      if (!moments)
        return moments.takeError();
      ctx.set(i, std::move(*moments));
    }
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), values));
}

/// Normalizes groups of channels of each instance of a tensor with elements.
static Error normalizeGroups(KernelContext &ctx, int64_t groups) {
  const TensorValue &x = ctx.tensor(0);
  const int64_t channels = x.getDim(1);
  if (groups <= 0 || channels % groups)
    return fail(Twine(channels) + " channels in " + Twine(groups) + " groups");
  for (unsigned i : {1, 2})
    if (Error error = checkVector(ctx, i, channels))
      return error;
  const int64_t size = product(x.getShape().drop_front(2));
  const int64_t groupSize = channels / groups * size;
  const double epsilon = ctx.op.getFloat("epsilon", 1e-5f);
  std::vector<double> values = loadReals(x), scale = loadReals(ctx.tensor(1));
  std::vector<double> bias = loadReals(ctx.tensor(2));
  for (size_t start = 0; start < values.size(); start += groupSize) {
    Moments moments =
        getMoments(groupSize, [&](int64_t i) { return values[start + i]; });
    const double inverse = moments.getInverseDeviation(epsilon);
    for (int64_t i = start, e = start + groupSize; i != e; ++i) {
      const int64_t c = i / size % channels;
      values[i] = (values[i] - moments.mean) * inverse * scale[c] + bias[c];
    }
  }
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), values));
}

Error kernels::instanceNormalization(KernelContext &ctx) {
  if (Error error = checkRank(ctx, 2))
    return error;
  if (ctx.tensor(0).getNumElements() == 0)
    return ctx.done(ctx.value(0));
  return normalizeGroups(ctx, ctx.tensor(0).getDim(1));
}

Error kernels::groupNormalization(KernelContext &ctx) {
  if (Error error = checkRank(ctx, 2))
    return error;
  if (ctx.tensor(0).getNumElements() == 0)
    return ctx.done(ctx.value(0));
  return normalizeGroups(ctx, ctx.op.getInt("num_groups", 1));
}

/// Normalizes the dimensions from "axis" on; with \p center their mean is
/// subtracted first (LayerNormalization), else not (RMSNormalization).
static Error normalizeTrailing(KernelContext &ctx, bool center) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", -1), x.getRank());
  if (!axis)
    return axis.takeError();
  const double epsilon = ctx.op.getFloat("epsilon", 1e-5f);
  std::vector<double> values = loadReals(x), scale = loadReals(ctx.tensor(1));
  std::vector<double> bias;
  std::array<Shape, 2> strides;
  for (unsigned i : {1, 2}) {
    strides[i - 1] = Shape(x.getRank(), 0);
    if (!ctx.has(i))
      continue;
    if (Error error = checkBroadcast(ctx.tensor(i).getShape(), x.getShape()))
      return error;
    strides[i - 1] =
        getBroadcastStrides(ctx.tensor(i).getShape(), x.getShape());
  }
  bias = ctx.has(2) ? loadReals(ctx.tensor(2)) : std::vector<double>(1, 0);

  Shape statistics(x.getShape());
  std::fill(statistics.begin() + *axis, statistics.end(), 1);
  const int64_t rows = product(x.getShape().take_front(*axis));
  const int64_t size = product(x.getShape().drop_front(*axis));
  std::vector<double> means, inverses;
  for (int64_t row = 0; row != rows && !values.empty(); ++row) {
    double *at = values.data() + row * size;
    Moments moments;
    if (center) {
      moments = getMoments(size, [&](int64_t i) { return at[i]; });
    } else {
      for (int64_t i = 0; i != size; ++i)
        moments.variance += at[i] * at[i];
      moments.variance /= double(size);
    }
    const double inverse = moments.getInverseDeviation(epsilon);
    for (int64_t i = 0; i != size; ++i)
      at[i] = (at[i] - moments.mean) * inverse;
    means.push_back(moments.mean);
    inverses.push_back(inverse);
  }
  forEachElement<2>(x.getShape(), strides,
                    [&](int64_t i, int64_t is, int64_t ib) {
                      values[i] = values[i] * scale[is] + bias[ib];
                    });
  for (unsigned i : {1, 2}) {
    if (!ctx.wants(i))
      continue;
    std::vector<double> &statistic = i == 1 ? means : inverses;
    statistic.resize(product(statistics), NAN); // of no elements
    Expected<TensorValue> result =
        storeReals(ctx, ctx.resultType(i), statistics, statistic);
    if (!result)
      return result.takeError();
    ctx.set(i, std::move(*result));
  }
  return ctx.done(storeReals(ctx, ctx.resultType(), x.getShape(), values));
}

Error kernels::layerNormalization(KernelContext &ctx) {
  return normalizeTrailing(ctx, /*center=*/true);
}

Error kernels::rmsNormalization(KernelContext &ctx) {
  return normalizeTrailing(ctx, /*center=*/false);
}

Error kernels::lrn(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (Error error = checkRank(ctx, 2))
    return error;
  const int64_t size = ctx.op.getInt("size", 1);
  if (size <= 0)
    return fail("size " + Twine(size) + " is not positive");
  const double alpha = ctx.op.getFloat("alpha", 1e-4f);
  const double beta = ctx.op.getFloat("beta", 0.75);
  const double bias = ctx.op.getFloat("bias", 1);
  if (Error error =
          ctx.countWork({x.getNumElements(), std::min(size, x.getDim(1))}))
    return error;
  std::vector<double> values = loadReals(x), result(values.size());
  const int64_t channels = x.getDim(1);
  const int64_t inner = product(x.getShape().drop_front(2));
  for (int64_t i = 0, e = values.size(); i != e; ++i) {
    const int64_t c = i / inner % channels;
    const int64_t first = std::max<int64_t>(c - (size - 1) / 2, 0);
    const int64_t last = size / 2 >= channels - c ? channels - 1 : c + size / 2;
    double sum = 0;
    for (int64_t k = first; k <= last; ++k) {
      double value = values[i + (k - c) * inner];
      sum += value * value;
    }
    result[i] = values[i] / std::pow(bias + alpha / double(size) * sum, beta);
  }
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), result));
}

Error kernels::meanVarianceNormalization(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto axes = resolveAxes(ctx.op.getInts("axes", {0, 2, 3}), x.getRank());
  if (!axes)
    return axes.takeError();
  Shape kept(x.getShape());
  for (unsigned axis : *axes)
    kept[axis] = 1;
  const std::array<Shape, 1> strides = {
      getBroadcastStrides(kept, x.getShape())};
  std::vector<double> values = loadReals(x);
  const size_t groups = product(kept);
  const double count = groups ? double(values.size()) / double(groups) : 0;
  std::vector<double> means(groups, 0), variances(groups, 0);
  forEachElement(x.getShape(), strides,
                 [&](int64_t i, int64_t g) { means[g] += values[i] / count; });
  forEachElement(x.getShape(), strides, [&](int64_t i, int64_t g) {
    variances[g] += (values[i] - means[g]) * (values[i] - means[g]) / count;
  });
  // The constant is that of the function body in ONNX's definition.
  forEachElement(x.getShape(), strides, [&](int64_t i, int64_t g) {
    values[i] = (values[i] - means[g]) / (std::sqrt(variances[g]) + 1e-9);
  });
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), values));
}

Error kernels::dropout(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<TensorValue> mask = ctx.allocate(ElementType::Bool, x.getShape());
  if (!mask)
    return mask.takeError();
  double ratio = 0.5;
  bool training = false;
  if (ctx.has(1)) {
    Expected<double> given = ctx.scalar(1);
    if (!given)
      return given.takeError();
    ratio = *given;
  }
  if (ctx.has(2)) {
    Expected<int64_t> given = ctx.scalarInt(2);
    if (!given)
      return given.takeError();
    training = *given;
  }
  bool *kept = mask->mutableData<bool>();
  if (!training || ratio == 0) {
    std::fill_n(kept, x.getNumElements(), true);
    ctx.set(1, std::move(*mask));
    return ctx.done(ctx.value(0));
  }
  if (!(ratio >= 0 && ratio < 1))
    return fail("the ratio " + Twine(std::to_string(ratio)) +
                " is not in [0, 1)");
  RandomNumbers random(ctx);
  std::vector<double> values = loadReals(x);
  for (size_t i = 0; i != values.size(); ++i) {
    kept[i] = random.nextUniform() >= ratio;
    values[i] = kept[i] ? values[i] / (1 - ratio) : 0;
  }
  ctx.set(1, std::move(*mask));
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), values));
}
