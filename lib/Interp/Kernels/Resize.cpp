//===- Resize.cpp ---------------------------------------------------------===//
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

// Resampling is separable: along each axis, every element of the result is a
// weighted sum of neighbours. Weights follow ONNX's reference implementation
// (Resize, opset 19).

namespace {
struct ResizeMode {
  StringRef mode, coordinates, nearest;
  double cubicA;
  bool antialias, excludeOutside;
  double extrapolation;
};

/// One axis and what becomes of it.
struct ResizedAxis {
  int64_t input, output;
  double scale;
  double roiStart = 0, roiEnd = 1;
};

/// The neighbours that one element of the result is made of.
struct Taps {
  int64_t first = 0;
  SmallVector<double, 4> weights;
  /// Beyond the region of interest: the extrapolation value.
  bool outside = false;
};
} // namespace

/// Where element \p i of the result lies in the input.
static double getPosition(const ResizeMode &mode, const ResizedAxis &axis,
                          int64_t i) {
  const double width = axis.scale * double(axis.input);
  const double last = double(axis.input - 1);
  if (mode.coordinates == "align_corners")
    return width == 1 ? 0 : double(i) * last / (width - 1);
  if (mode.coordinates == "asymmetric")
    return double(i) / axis.scale;
  // Of Resize-11, whose newer versions lack it.
  if (mode.coordinates == "tf_half_pixel_for_nn")
    return (double(i) + 0.5) / axis.scale;
  if (mode.coordinates == "tf_crop_and_resize") {
    const double size = axis.roiEnd - axis.roiStart;
    return axis.roiStart * last + (width == 1
                                       ? size * last / 2
                                       : double(i) * size * last / (width - 1));
  }
  const double halfPixel = (double(i) + 0.5) / axis.scale - 0.5;
  if (mode.coordinates == "pytorch_half_pixel")
    return width == 1 ? -0.5 : halfPixel;
  if (mode.coordinates == "half_pixel_symmetric") {
    const double adjustment = double(axis.output) / width;
    return double(axis.input) / 2 * (1 - adjustment) + halfPixel;
  }
  return halfPixel;
}

static double cubicWeight(double distance, double a) {
  const double x = std::fabs(distance);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/// Weights of the neighbours from ⌈position⌉ - 1 + \p start on, for a position
/// \p ratio in (0, 1] right of neighbour 0.
static SmallVector<double, 4> getWeights(const ResizeMode &mode,
                                         const ResizedAxis &axis, double ratio,
                                         int64_t &start) {
  if (mode.mode == "nearest") {
    bool right = ratio > 0.5; // round_prefer_floor
    if (mode.nearest == "round_prefer_ceil")
      right = ratio >= 0.5;
    else if (mode.nearest == "floor")
      right = ratio == 1;
    else if (mode.nearest == "ceil")
      right = true;
    // One neighbour alone: the other may not be a number.
    start = right;
    return {1.0};
  }
  // Antialiasing widens the filter where the result is smaller.
  const double scale = mode.antialias ? std::min(axis.scale, 1.0) : 1;
  const double support = mode.mode == "cubic" ? 2 : 1;
  start = int64_t(std::floor(-support / scale)) + 1;
  SmallVector<double, 4> weights;
  double sum = 0;
  for (int64_t i = start; i != 2 - start; ++i) {
    const double distance = (double(i) - ratio) * scale;
    weights.push_back(mode.mode == "cubic"
                          ? cubicWeight(distance, mode.cubicA)
                          : std::max(0.0, 1 - std::fabs(distance)));
    sum += weights.back();
  }
  if (mode.antialias)
    for (double &weight : weights)
      weight /= sum;
  return weights;
}

/// The most neighbours that an element of the result is made of.
static int64_t getMaxTaps(const ResizeMode &mode, const ResizedAxis &axis) {
  const double scale = mode.antialias ? std::min(axis.scale, 1.0) : 1;
  return mode.mode == "nearest" ? 1 : int64_t(4 / std::max(scale, 1e-9)) + 1;
}

static Taps getTaps(const ResizeMode &mode, const ResizedAxis &axis,
                    int64_t i) {
  Taps taps;
  const double position = getPosition(mode, axis, i);
  if (mode.coordinates == "tf_crop_and_resize" &&
      (position < 0 || position > double(axis.input - 1))) {
    taps.outside = true;
    return taps;
  }
  const double left = std::ceil(position) - 1;
  int64_t start;
  taps.weights = getWeights(mode, axis, position - left, start);
  taps.first = int64_t(left) + start;
  if (mode.excludeOutside) {
    double sum = 0;
    for (auto [j, weight] : enumerate(taps.weights)) {
      const int64_t at = taps.first + int64_t(j);
      if (at < 0 || at >= axis.input)
        weight = 0;
      sum += weight;
    }
    for (double &weight : taps.weights)
      weight /= sum;
  }
  return taps;
}

/// Resamples one axis of \p values, of \p shape before.
static std::vector<double> resample(ArrayRef<double> values,
                                    ArrayRef<int64_t> shape, unsigned d,
                                    const ResizeMode &mode,
                                    const ResizedAxis &axis) {
  AxisSplit split = splitAt(shape, d);
  std::vector<double> result(split.outer * axis.output * split.inner);
  for (int64_t j = 0; j != axis.output; ++j) {
    const Taps taps = getTaps(mode, axis, j);
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t i = 0; i != split.inner; ++i) {
        double sum = taps.outside ? mode.extrapolation : 0;
        for (auto [t, weight] : enumerate(taps.weights)) {
          const int64_t at =
              std::clamp<int64_t>(taps.first + int64_t(t), 0, axis.input - 1);
          sum += weight * values[(o * split.size + at) * split.inner + i];
        }
        result[(o * axis.output + j) * split.inner + i] = sum;
      }
  }
  return result;
}

/// Output sizes, scales and regions of all axes.
static Expected<SmallVector<ResizedAxis, 6>> getAxes(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  SmallVector<int64_t, 6> given = ctx.op.getInts("axes");
  if (given.empty())
    for (unsigned i = 0; i != x.getRank(); ++i)
      given.push_back(i);
  auto axes = resolveAxes(given, x.getRank());
  if (!axes)
    return axes.takeError();
  SmallVector<ResizedAxis, 6> result;
  for (int64_t dim : x.getShape())
    result.push_back({dim, dim, 1});

  const size_t count = axes->size();
  const bool hasScales = ctx.has(2) && ctx.tensor(2).getNumElements() != 0;
  const bool hasSizes = ctx.has(3) && ctx.tensor(3).getNumElements() != 0;
  if (hasScales == hasSizes)
    return fail("exactly one of scales and sizes must be given");
  std::vector<double> scales;
  std::vector<int64_t> sizes;
  if (hasScales)
    scales = loadReals(ctx.tensor(2));
  else
    sizes = loadInts(ctx.tensor(3));
  if (std::max(scales.size(), sizes.size()) != count)
    return fail(Twine(std::max(scales.size(), sizes.size())) +
                " scales or sizes for " + Twine(count) + " axes");
  const StringRef policy =
      ctx.op.getString("keep_aspect_ratio_policy", "stretch");
  double common = policy == "not_larger" ? INFINITY : 0;
  for (size_t i = 0; i != count; ++i) {
    ResizedAxis &axis = result[(*axes)[i]];
    if (hasScales) {
      const double size = std::floor(scales[i] * double(axis.input));
      if (!(scales[i] > 0) || size > 0x1p40)
        return fail("a scale is not a positive number, or is too large");
      axis.scale = scales[i];
      axis.output = size;
    } else {
      if (sizes[i] < 0)
        return fail("size " + Twine(sizes[i]) + " is negative");
      axis.output = sizes[i];
      axis.scale = double(axis.output) / double(axis.input);
      common = policy == "not_larger" ? std::min(common, axis.scale)
                                      : std::max(common, axis.scale);
    }
  }
  if (hasSizes && policy != "stretch")
    for (unsigned d : *axes) {
      const double size = std::floor(common * double(result[d].input) + 0.5);
      if (!(size <= 0x1p40))
        return fail("the common scale is too large");
      result[d].scale = common;
      result[d].output = size;
    }
  if (ctx.has(1) && ctx.tensor(1).getNumElements() != 0) {
    const std::vector<double> roi = loadReals(ctx.tensor(1));
    if (roi.size() != 2 * count)
      return fail(Twine(roi.size()) + " ends of regions for " + Twine(count) +
                  " axes");
    for (double end : roi)
      if (!(std::fabs(end) < 0x1p20))
        return fail("an end of the region is out of range");
    for (size_t i = 0; i != count; ++i) {
      result[(*axes)[i]].roiStart = roi[i];
      result[(*axes)[i]].roiEnd = roi[count + i];
    }
  }
  for (const ResizedAxis &axis : result)
    if (axis.input == 0 && axis.output != 0)
      return fail("an empty dimension can't be enlarged");
  return result;
}

Error kernels::resize(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto axes = getAxes(ctx);
  if (!axes)
    return axes.takeError();
  ResizeMode mode{
      ctx.op.getString("mode", "nearest"),
      ctx.op.getString("coordinate_transformation_mode", "half_pixel"),
      ctx.op.getString("nearest_mode", "round_prefer_floor"),
      ctx.op.getFloat("cubic_coeff_a", -0.75),
      ctx.op.getInt("antialias", 0) != 0,
      ctx.op.getInt("exclude_outside", 0) != 0,
      ctx.op.getFloat("extrapolation_value", 0)};
  if (mode.mode != "nearest" && mode.mode != "linear" && mode.mode != "cubic")
    return fail("unknown mode '" + mode.mode + "'");
  for (const ResizedAxis &axis : *axes)
    if (mode.mode != "nearest" && mode.antialias && axis.scale < 1e-6)
      return fail("a scale is too small for antialiasing");
  Shape shape(x.getShape()), result;
  for (const ResizedAxis &axis : *axes)
    result.push_back(axis.output);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), result);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(
          NumericAndBoolTypes(), x.getElementType(),
          [&]<typename T>() -> Error {
            std::vector<double> values = loadReals(x);
            for (auto [d, axis] : enumerate(*axes)) {
              if (axis.output == axis.input && axis.scale == 1 &&
                  axis.roiStart == 0 && axis.roiEnd == 1)
                continue;
              // What is between two axes is a tensor of its own.
              shape[d] = axis.output;
              Expected<int64_t> count = countElements(shape);
              if (!count)
                return count.takeError();
              Expected<TensorValue> room =
                  ctx.allocate(ElementType::F64, shape);
              if (!room)
                return room.takeError();
              if (Error error = ctx.countWork({*count, getMaxTaps(mode, axis)}))
                return error;
              shape[d] = axis.input;
              values = resample(values, shape, d, mode, axis);
              shape[d] = axis.output;
            }
            T *to = y->mutableData<T>();
            for (size_t i = 0; i != values.size(); ++i) {
              if constexpr (std::is_same_v<T, bool>)
                to[i] = values[i] != 0;
              else if constexpr (std::is_integral_v<T>)
                to[i] = truncateTo<T>(values[i]);
              else
                to[i] = static_cast<T>(values[i]);
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
