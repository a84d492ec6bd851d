//===- Detection.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "Taps.h"
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// RoiAlign and MaxRoiPool
//===----------------------------------------------------------------------===//

/// The neighbours that a sample of RoiAlign at \p x reads: none further than an
/// element outside, else the border's.
static Taps getRegionTaps(double x, int64_t size) {
  if (!(x >= -1 && x <= double(size)))
    return {};
  x = std::clamp(x, 0.0, double(size - 1));
  const int64_t low = x;
  const int64_t high = std::min(low + 1, size - 1);
  return {{low, 1 - (x - double(low))}, {high, x - double(low)}};
}

/// Where the samples of bin \p bin lie along a dimension.
static std::vector<Taps> getSamples(double start, double binSize, int64_t bin,
                                    int64_t count, int64_t size) {
  std::vector<Taps> samples;
  for (int64_t i = 0; i != count; ++i)
    samples.push_back(
        getRegionTaps(start + double(bin) * binSize +
                          (double(i) + 0.5) * binSize / double(count),
                      size));
  return samples;
}

Error kernels::roiAlign(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &rois = ctx.tensor(1);
  if (x.getRank() != 4 || rois.getRank() != 2 || rois.getDim(1) != 4 ||
      ctx.tensor(2).getShape() != ArrayRef<int64_t>(rois.getDim(0)))
    return fail("an input of shape " + toText(x.getShape()) +
                " with regions of shapes " + toText(rois.getShape()) + " and " +
                toText(ctx.tensor(2).getShape()));
  const int64_t channels = x.getDim(1), height = x.getDim(2),
                width = x.getDim(3), count = rois.getDim(0);
  const int64_t binsY = ctx.op.getInt("output_height", 1),
                binsX = ctx.op.getInt("output_width", 1);
  const int64_t ratio = ctx.op.getInt("sampling_ratio", 0);
  const double scale = ctx.op.getFloat("spatial_scale", 1);
  const bool halfPixel = ctx.op.getString("coordinate_transformation_mode",
                                          "half_pixel") == "half_pixel";
  const bool takesMax = ctx.op.getString("mode", "avg") == "max";
  Expected<TensorValue> y =
      ctx.allocate(x.getElementType(), {count, channels, binsY, binsX});
  if (!y)
    return y.takeError();
  if (y->getNumElements() == 0)
    return ctx.done(std::move(*y));
  std::vector<double> in = loadReals(x), corners = loadReals(rois), values;
  std::vector<int64_t> instances = loadInts(ctx.tensor(2));
  values.resize(y->getNumElements());
  for (int64_t r = 0; r != count; ++r) {
    if (instances[r] < 0 || instances[r] >= x.getDim(0))
      return fail("a region of instance " + Twine(instances[r]) + " of " +
                  Twine(x.getDim(0)));
    double start[2], binSize[2];
    int64_t samples[2];
    for (int d : {0, 1}) {
      const double shift = halfPixel ? 0.5 : 0;
      start[d] = corners[r * 4 + d] * scale - shift;
      double extent = corners[r * 4 + 2 + d] * scale - shift - start[d];
      if (!halfPixel)
        extent = std::max(extent, 1.0);
      const int64_t bins = d ? binsY : binsX;
      binSize[d] = extent / double(bins);
      const double needed = ratio ? double(ratio) : std::ceil(binSize[d]);
      if (!(needed <= 0x1p20))
        return fail("a region that needs too many samples");
      samples[d] = std::max(needed, 0.0);
    }
    const int64_t taken = samples[0] * samples[1];
    if (double(taken) * double(binsX * binsY) > 0x1p32 ||
        double(samples[0]) * double(binsX) > 0x1p24)
      return fail("a region that needs too many samples");
    if (Error error = ctx.countWork({channels, taken, binsX, binsY, 4}))
      return error;
    std::vector<std::vector<Taps>> columns;
    for (int64_t px = 0; px != binsX; ++px)
      columns.push_back(
          getSamples(start[0], binSize[0], px, samples[0], width));
    for (int64_t py = 0; py != binsY; ++py) {
      const std::vector<Taps> rows =
          getSamples(start[1], binSize[1], py, samples[1], height);
      for (int64_t px = 0; px != binsX; ++px)
        for (int64_t c = 0; c != channels; ++c) {
          const double *plane =
              in.data() + (instances[r] * channels + c) * height * width;
          double sum = 0, largest = taken ? -INFINITY : 0;
          for (const Taps &row : rows)
            for (const Taps &column : columns[px]) {
              double sample = 0,
                     best = row.empty() || column.empty() ? 0 : -INFINITY;
              forEachTap({row, column}, {height, width},
                         [&](int64_t i, double weight) {
                           sample += weight * plane[i];
                           best = std::max(best, weight * plane[i]);
                         });
              sum += sample;
              largest = std::max(largest, best);
            }
          values[((r * channels + c) * binsY + py) * binsX + px] =
              takesMax ? largest : sum / double(std::max<int64_t>(taken, 1));
        }
    }
  }
  return ctx.done(storeReals(ctx, x.getElementType(), y->getShape(), values));
}

Error kernels::maxRoiPool(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &rois = ctx.tensor(1);
  const auto pooled = ctx.op.getInts("pooled_shape");
  if (x.getRank() != 4 || rois.getRank() != 2 || rois.getDim(1) != 5 ||
      pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1)
    return fail("an input of shape " + toText(x.getShape()) +
                " with regions of shape " + toText(rois.getShape()));
  const int64_t channels = x.getDim(1), count = rois.getDim(0);
  const double scale = ctx.op.getFloat("spatial_scale", 1);
  Expected<TensorValue> y =
      ctx.allocate(x.getElementType(), {count, channels, pooled[0], pooled[1]});
  if (!y)
    return y.takeError();
  if (y->getNumElements() == 0)
    return ctx.done(std::move(*y));
  std::vector<double> in = loadReals(x), regions = loadReals(rois), values;
  for (int64_t r = 0; r != count; ++r) {
    const double *region = regions.data() + r * 5;
    const double instance = region[0];
    if (!(instance >= 0 && instance < double(x.getDim(0))))
      return fail("a region of an instance that there isn't");
    // The elements [begin, end) of each bin along height and width.
    SmallVector<std::pair<int64_t, int64_t>, 8> bins[2];
    for (int d : {0, 1}) {
      const double first = std::round(region[d == 0 ? 2 : 1] * scale);
      const double last = std::round(region[d == 0 ? 4 : 3] * scale);
      if (!(std::fabs(first) < 0x1p31 && std::fabs(last) < 0x1p31))
        return fail("a region that is no place in the input");
      const double size = std::max(last - first + 1, 1.0) / double(pooled[d]);
      const double limit = double(x.getDim(2 + d));
      for (int64_t p = 0; p != pooled[d]; ++p)
        bins[d].push_back(
            {std::clamp(std::floor(double(p) * size) + first, 0.0, limit),
             std::clamp(std::ceil(double(p + 1) * size) + first, 0.0, limit)});
    }
    if (Error error = ctx.countWork({channels, pooled[0], pooled[1]}))
      return error;
    for (auto [top, bottom] : bins[0])
      for (auto [left, right] : bins[1])
        if (Error error = ctx.countWork({channels, bottom - top, right - left}))
          return error;
    for (int64_t c = 0; c != channels; ++c) {
      const double *plane = in.data() + (int64_t(instance) * channels + c) *
                                            x.getDim(2) * x.getDim(3);
      for (auto [top, bottom] : bins[0])
        for (auto [left, right] : bins[1]) {
          const bool empty = top >= bottom || left >= right;
          double largest = empty ? 0 : -INFINITY;
          for (int64_t i = top; i < bottom; ++i)
            for (int64_t j = left; j < right; ++j)
              largest = std::max(largest, plane[i * x.getDim(3) + j]);
          values.push_back(largest);
        }
    }
  }
  return ctx.done(storeReals(ctx, x.getElementType(), y->getShape(), values));
}

//===----------------------------------------------------------------------===//
// NonMaxSuppression
//===----------------------------------------------------------------------===//

namespace {
/// In single precision, as the threshold is compared.
struct BoxCorners {
  float x1, y1, x2, y2;

  BoxCorners(Elements<float> from, int64_t at, bool center) {
    float v[4];
    for (int64_t i = 0; i != 4; ++i)
      v[i] = from[at + i];
    if (center) {
      x1 = v[0] - v[2] / 2;
      x2 = v[0] + v[2] / 2;
      y1 = v[1] - v[3] / 2;
      y2 = v[1] + v[3] / 2;
    } else {
      std::tie(y1, y2) = std::minmax(v[0], v[2]);
      std::tie(x1, x2) = std::minmax(v[1], v[3]);
    }
  }
  float getArea() const { return (x2 - x1) * (y2 - y1); }
};
} // namespace

/// Do the boxes share more than the part \p threshold of their union?
static bool overlap(const BoxCorners &a, const BoxCorners &b, float threshold) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (!(width > 0 && height > 0))
    return false;
  const float shared = width * height;
  const float both = a.getArea() + b.getArea() - shared;
  if (!(a.getArea() > 0 && b.getArea() > 0 && both > 0))
    return false;
  return shared / both > threshold;
}

Error kernels::nonMaxSuppression(KernelContext &ctx) {
  const TensorValue &boxes = ctx.tensor(0), &scores = ctx.tensor(1);
  if (boxes.getRank() != 3 || scores.getRank() != 3 || boxes.getDim(2) != 4 ||
      boxes.getDim(0) != scores.getDim(0) ||
      boxes.getDim(1) != scores.getDim(2))
    return fail("boxes of shape " + toText(boxes.getShape()) +
                " with scores of shape " + toText(scores.getShape()));
  int64_t limit = 0;
  if (ctx.has(2)) {
    Expected<int64_t> given = ctx.scalarInt(2);
    if (!given)
      return given.takeError();
    limit = *given;
  }
  float thresholds[2] = {0, 0};
  for (unsigned i : {3, 4}) {
    if (!ctx.has(i))
      continue;
    Expected<double> given = ctx.scalar(i);
    if (!given)
      return given.takeError();
    thresholds[i - 3] = *given;
  }
  const auto [sharing, least] = thresholds;
  const bool center = ctx.op.getInt("center_point_box", 0);
  const int64_t classes = scores.getDim(1), count = boxes.getDim(1);
  Elements<float> score = scores.elements<float>();
  std::vector<int64_t> selected;
  for (int64_t b = 0; b != boxes.getDim(0); ++b) {
    std::vector<BoxCorners> corners;
    for (int64_t i = 0; i != count; ++i)
      corners.emplace_back(boxes.elements<float>(), (b * count + i) * 4,
                           center);
    for (int64_t c = 0; c != classes; ++c) {
      auto scoreOf = [&, first = (b * classes + c) * count](int64_t i) {
        return score[first + i];
      };
      std::vector<int64_t> candidates, kept;
      for (int64_t i = 0; i != count; ++i)
        if (!std::isnan(scoreOf(i)) && (!ctx.has(4) || scoreOf(i) > least))
          candidates.push_back(i);
      llvm::stable_sort(candidates, [&](int64_t i, int64_t j) {
        return scoreOf(i) > scoreOf(j);
      });
      for (int64_t i : candidates) {
        if (int64_t(kept.size()) >= limit)
          break;
        if (Error error = ctx.countWork(int64_t(kept.size())))
          return error;
        if (any_of(kept, [&](int64_t j) {
              return overlap(corners[i], corners[j], sharing);
            }))
          continue;
        kept.push_back(i);
        selected.insert(selected.end(), {b, c, i});
      }
    }
  }
  Expected<TensorValue> y =
      ctx.allocate(ElementType::I64, {int64_t(selected.size()) / 3, 3});
  if (!y)
    return y.takeError();
  std::copy(selected.begin(), selected.end(), y->mutableData<int64_t>());
  return ctx.done(std::move(*y));
}
