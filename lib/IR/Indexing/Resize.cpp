//===- Resize.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Resize. What a result element reads follows from its position in the input,
/// which is an affine function of its index with real coefficients; the index
/// is the nearest such function with rational ones, found by looking at every
/// element.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

namespace {
/// One axis, as the operator resamples it.
struct ResizedAxis {
  int64_t input, output;
  double scale;
};
} // namespace

/// An operand that isn't there, or is a vector without elements.
static bool isAbsent(const Operation *op, unsigned i) {
  return !op->getOperand(i) || is_contained(getOperandShape(op, i), 0);
}

/// The scale of every dimension; nullopt where it isn't known.
static std::optional<SmallVector<ResizedAxis, 6>>
getResizedAxes(const Operation *op) {
  SmallVector<ResizedAxis, 6> result;
  for (auto [in, out] : zip_equal(getOperandShape(op, 0), getResultShape(op)))
    result.push_back({in, out, in ? double(out) / double(in) : 1});
  auto given = op->getInts("axes");
  if (given.empty())
    for (unsigned i = 0; i < result.size(); ++i)
      given.push_back(i);
  auto axes = normalizeAxes(given, result.size());
  if (!axes)
    return std::nullopt;
  if (!isAbsent(op, 2)) {
    ConstantAttr scales = getConstantValue(op->getOperand(2));
    if (!scales)
      return std::nullopt;
    for (auto [i, axis] : enumerate(*axes))
      result[axis].scale = scales.getData().get<float>(i);
    return result;
  }
  // One scale for all axes, of which the result's sizes are rounded.
  const StringRef policy = op->getString("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch")
    return result;
  auto sizes = getInts(op, 3);
  if (!sizes)
    return std::nullopt;
  double common = policy == "not_larger" ? INFINITY : 0;
  for (auto [i, axis] : enumerate(*axes)) {
    double ratio = double((*sizes)[i]) / double(result[axis].input);
    common = policy == "not_larger" ? std::min(common, ratio)
                                    : std::max(common, ratio);
  }
  for (unsigned axis : *axes)
    result[axis].scale = common;
  return result;
}

/// Where element \p i of the result lies in the input (ONNX, Resize 19);
/// nullopt for coordinates of a region of interest.
static std::optional<double> getPosition(StringRef mode,
                                         const ResizedAxis &axis, int64_t i) {
  const double width = axis.scale * double(axis.input);
  if (mode == "align_corners")
    return width == 1 ? 0 : double(i) * double(axis.input - 1) / (width - 1);
  if (mode == "asymmetric")
    return double(i) / axis.scale;
  if (mode == "tf_half_pixel_for_nn")
    return (double(i) + 0.5) / axis.scale;
  if (mode == "tf_crop_and_resize")
    return std::nullopt;
  const double halfPixel = (double(i) + 0.5) / axis.scale - 0.5;
  if (mode == "pytorch_half_pixel")
    return width == 1 ? -0.5 : halfPixel;
  if (mode == "half_pixel_symmetric")
    return double(axis.input) / 2 * (1 - double(axis.output) / width) +
           halfPixel;
  return halfPixel;
}

/// What an element at \p position reads, before it is clamped to the input.
static Range getNeighbours(const Operation *op, const ResizedAxis &axis,
                           double position) {
  const int64_t left = static_cast<int64_t>(std::ceil(position)) - 1;
  const double ratio = position - double(left);
  const StringRef mode = op->getString("mode", "nearest");
  if (mode == "nearest") {
    const StringRef nearest =
        op->getString("nearest_mode", "round_prefer_floor");
    const bool right = nearest == "floor"               ? ratio == 1
                       : nearest == "ceil"              ? true
                       : nearest == "round_prefer_ceil" ? ratio >= 0.5
                                                        : ratio > 0.5;
    return {left + right, left + right + 1};
  }
  // Antialiasing widens the filter where the result is smaller.
  const double scale =
      op->getInt("antialias", 0) ? std::min(axis.scale, 1.0) : 1;
  const int64_t start =
      static_cast<int64_t>(std::floor(-(mode == "cubic" ? 2 : 1) / scale)) + 1;
  return {left + start, left + 2 - start};
}

namespace {
struct Rational {
  int64_t numerator, denominator;
};
} // namespace

/// The convergents of the continued fraction of \p x > 0 with denominators up
/// to \p limit: the best approximations.
static SmallVector<Rational, 8> getConvergents(double x, int64_t limit) {
  SmallVector<Rational, 8> result;
  Rational last = {1, 0}, previous = {0, 1};
  while (x < 0x1p31) {
    const int64_t whole = static_cast<int64_t>(x);
    const Rational next = {whole * last.numerator + previous.numerator,
                           whole * last.denominator + previous.denominator};
    if (next.denominator > limit)
      break;
    result.push_back(next);
    previous = last;
    last = next;
    if (x - double(whole) < 1e-9)
      break;
    x = 1 / (x - double(whole));
  }
  return result;
}

/// ⌊(slope · i + offset) / denominator⌋, widened to hold \p reads[i] for every
/// i.
static IndexExpr fit(unsigned dim, Rational slope, int64_t offset,
                     ArrayRef<Range> reads) {
  IndexExpr expr = IndexExpr::dim(dim, slope.numerator, offset);
  expr.divisor = slope.denominator;
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (auto [i, range] : enumerate(reads)) {
    const int64_t at = divideFloorSigned(
        slope.numerator * static_cast<int64_t>(i) + offset, slope.denominator);
    low = std::min(low, range.lo - at);
    high = std::max(high, range.hi - 1 - at);
  }
  // Neighbours to one side only are a matter of the offset.
  expr.constant += (low > 0 ? low : high < 0 ? high : 0) * slope.denominator;
  if (low > 0) {
    high -= low;
    low = 0;
  } else if (high < 0) {
    low -= high;
    high = 0;
  }
  expr.below = -low;
  expr.above = high;
  return expr;
}

/// The tightest index of those that the convergents of the slope give.
static IndexExpr getResizedIndex(unsigned dim, double slope,
                                 ArrayRef<Range> reads) {
  IndexExpr best = IndexExpr::all();
  for (Rational r : getConvergents(slope, 64)) {
    if (r.numerator == 0)
      continue;
    for (int64_t offset = 0; offset < r.denominator; ++offset) {
      IndexExpr expr = fit(dim, r, offset, reads);
      if (best.whole || expr.below + expr.above < best.below + best.above)
        best = std::move(expr);
    }
  }
  return best;
}

static IndexExpr getIndex(const Operation *op, const ResizedAxis &axis,
                          unsigned dim) {
  const StringRef coordinates =
      op->getString("coordinate_transformation_mode", "half_pixel");
  constexpr int64_t maxOutput = 1 << 16;
  if (axis.input == 0 || axis.output > maxOutput)
    return IndexExpr::all();
  SmallVector<Range, 0> reads;
  for (int64_t i = 0; i < axis.output; ++i) {
    auto position = getPosition(coordinates, axis, i);
    // A window as wide as the filter of a small scale may be enormous.
    if (!position || !(std::fabs(*position) < 0x1p40) || axis.scale < 1e-6)
      return IndexExpr::all();
    Range range = getNeighbours(op, axis, *position);
    reads.push_back({std::clamp<int64_t>(range.lo, 0, axis.input - 1),
                     std::clamp<int64_t>(range.hi - 1, 0, axis.input - 1) + 1});
  }
  if (reads.size() < 2)
    return IndexExpr::all();
  const double slope = (*getPosition(coordinates, axis, axis.output - 1) -
                        *getPosition(coordinates, axis, 0)) /
                       double(axis.output - 1);
  return getResizedIndex(dim, slope, reads);
}

std::optional<Indexing> indexing::resize(const Operation *op) {
  auto axes = getResizedAxes(op);
  if (!axes)
    return std::nullopt;
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  Access access = toAccess(dims);
  for (auto [index, axis] : zip_equal(access, *axes))
    if (axis.input != axis.output || axis.scale != 1 || !isAbsent(op, 1))
      index = getIndex(op, axis, index.terms[0].dim);
  // What lies beyond a region of interest is a constant; roi is then read.
  const bool crops =
      op->getString("coordinate_transformation_mode") == "tf_crop_and_resize";
  if (crops && !isAbsent(op, 1)) {
    access.assign(access.size(), IndexExpr::all());
    indexing.operands[1] = all(1);
  }
  indexing.isDataMovement =
      op->getString("mode", "nearest") == "nearest" && !crops &&
      all_of(access, [](const IndexExpr &index) { return index.isExact(); });
  indexing.operands[0] = std::move(access);
  return indexing;
}
