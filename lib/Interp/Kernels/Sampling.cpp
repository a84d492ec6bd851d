//===- Sampling.cpp -------------------------------------------------------===//
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
#include "WindowLists.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Taps interp::getLinearTaps(double x, int64_t size) {
  Taps taps;
  // Also false for NaN.
  if (!(x > -1 && x < double(size)))
    return taps;
  const double low = std::floor(x);
  for (int64_t i : {0, 1})
    if (int64_t at = int64_t(low) + i; at >= 0 && at < size)
      taps.push_back({at, i ? x - low : 1 - (x - low)});
  return taps;
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

namespace {

enum class Mode { Nearest, Linear, Cubic };
enum class Padding { Zeros, Border, Reflection };

/// How one dimension of the input is sampled.
class GridAxis {
public:
  GridAxis(int64_t size, Mode mode, Padding padding, bool alignCorners)
      : size(size), mode(mode), padding(padding), alignCorners(alignCorners) {}

  /// What is read for a coordinate in [-1, 1].
  Taps getTaps(double normalized) const;

private:
  /// Reflects at the borders until \p x lies between them.
  double reflect(double x) const;
  /// The element that stands at index \p i, maybe outside; -1 for a zero.
  int64_t resolve(int64_t i) const;

  int64_t size;
  Mode mode;
  Padding padding;
  bool alignCorners;
};

} // namespace

double GridAxis::reflect(double x) const {
  const double low = alignCorners ? 0 : -0.5;
  const double range = alignCorners ? double(size - 1) : double(size);
  if (range <= 0)
    return low;
  if (x >= low && x <= low + range)
    return x;
  const double rest = std::fmod(std::fabs(x - low), 2 * range);
  return low + (rest <= range ? rest : 2 * range - rest);
}

int64_t GridAxis::resolve(int64_t i) const {
  if (i >= 0 && i < size)
    return i;
  switch (padding) {
  case Padding::Zeros:
    return -1;
  case Padding::Border:
    return std::clamp<int64_t>(i, 0, size - 1);
  case Padding::Reflection:
    return std::clamp<int64_t>(reflect(double(i)), 0, size - 1);
  }
  llvm_unreachable("all paddings are covered");
}

/// The weights of the elements at -1, 0, 1, 2 for a point at \p x in [0, 1]: R.
/// Keys' cubic convolution with a = -0.75.
static std::array<double, 4> getCubicWeights(double x) {
  constexpr double a = -0.75;
  auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  return {far(x + 1), near(x), near(1 - x), far(2 - x)};
}

Taps GridAxis::getTaps(double normalized) const {
  if (size == 0)
    return {};
  double x = alignCorners ? (normalized + 1) / 2 * double(size - 1)
                          : ((normalized + 1) * double(size) - 1) / 2;
  if (mode == Mode::Nearest)
    x = std::nearbyint(x); // halves to even
  if (padding == Padding::Border)
    x = std::clamp(x, 0.0, double(size - 1));
  else if (padding == Padding::Reflection)
    x = reflect(x);
  // What is no number, or far away, lies outside.
  if (!(std::fabs(x) < 0x1p40))
    x = -100;
  const double low = std::floor(x);
  const int64_t at = low;
  switch (mode) {
  case Mode::Nearest:
    // A reflected coordinate may be a half.
    return {{resolve(std::trunc(x)), 1}};
  case Mode::Linear:
    return {{resolve(at), 1 - (x - low)}, {resolve(at + 1), x - low}};
  case Mode::Cubic:
    break;
  }
  Taps taps;
  for (auto [i, weight] : enumerate(getCubicWeights(x - low)))
    taps.push_back({resolve(at - 1 + int64_t(i)), weight});
  return taps;
}

/// Reads the elements of every point of the grid by the axes' taps:
/// read(input offset, output offset, taps).
template <typename Fn>
static void forEachPoint(KernelContext &ctx, ArrayRef<GridAxis> axes, Fn read) {
  const TensorValue &x = ctx.tensor(0), &grid = ctx.tensor(1);
  const int64_t rank = axes.size(), channels = x.getDim(1);
  const int64_t inputs = product(x.getShape().drop_front(2));
  const int64_t points = product(grid.getShape().drop_front(1).drop_back());
  std::vector<double> coordinates = loadReals(grid);
  std::vector<Taps> taps(rank);
  for (int64_t b = 0; b != x.getDim(0); ++b)
    for (int64_t p = 0; p != points; ++p) {
      // The last coordinate belongs to the first dimension.
      for (int64_t d = 0; d != rank; ++d)
        taps[d] = axes[d].getTaps(
            coordinates[(b * points + p) * rank + rank - 1 - d]);
      for (int64_t c = 0; c != channels; ++c)
        read((b * channels + c) * inputs, (b * channels + c) * points + p,
             ArrayRef<Taps>(taps));
    }
}

/// A sum of T's in a type that holds it, and back.
template <typename T> struct Accumulator {
  using Type = double;
  static T finish(double sum) {
    if constexpr (std::is_same_v<T, bool>)
      return sum != 0;
    else if constexpr (std::is_integral_v<T>)
      return truncateTo<T>(sum);
    else
      return static_cast<T>(sum);
  }
};
template <typename F> struct Accumulator<std::complex<F>> {
  using Type = std::complex<double>;
  static std::complex<F> finish(Type sum) {
    return {static_cast<F>(sum.real()), static_cast<F>(sum.imag())};
  }
};

Error kernels::gridSample(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &grid = ctx.tensor(1);
  if (x.getRank() < 3 || grid.getRank() != x.getRank() ||
      grid.getDim(0) != x.getDim(0) ||
      grid.getShape().back() != int64_t(x.getRank()) - 2)
    return fail("a grid of shape " + toText(grid.getShape()) +
                " for an input of shape " + toText(x.getShape()));
  const StringRef modeName = ctx.op.getString("mode", "linear");
  const Mode mode = modeName == "nearest" ? Mode::Nearest
                    : modeName == "cubic" ? Mode::Cubic
                                          : Mode::Linear;
  const StringRef paddingName = ctx.op.getString("padding_mode", "zeros");
  const Padding padding = paddingName == "border"       ? Padding::Border
                          : paddingName == "reflection" ? Padding::Reflection
                                                        : Padding::Zeros;
  const bool alignCorners = ctx.op.getInt("align_corners", 0);
  ArrayRef<int64_t> inputs = x.getShape().drop_front(2);
  SmallVector<GridAxis, 3> axes;
  for (int64_t size : inputs)
    axes.emplace_back(size, mode, padding, alignCorners);
  Shape shape = {x.getDim(0), x.getDim(1)};
  append_range(shape, grid.getShape().drop_front().drop_back());
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();

  // Each point reads 2 or 4 elements along each dimension.
  SmallVector<int64_t, 8> factors(axes.size(), mode == Mode::Cubic    ? 4
                                               : mode == Mode::Linear ? 2
                                                                      : 1);
  factors.push_back(y->getNumElements());
  if (Error error = ctx.countWork(factors))
    return error;
  if (mode == Mode::Nearest) {
    cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
      Elements<T> from = x.elements<T>();
      T *to = y->mutableData<T>();
      forEachPoint(ctx, axes, [&](int64_t in, int64_t out, auto taps) {
        forEachTap(taps, inputs,
                   [&](int64_t i, double) { to[out] = from[in + i]; });
      });
      return Error::success();
    }));
    return ctx.done(std::move(*y));
  }
  auto types = NumericAndBoolTypes() +
               TypeSet<TypeCase<ElementType::C64, std::complex<float>>,
                       TypeCase<ElementType::C128, std::complex<double>>>();
  if (Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() -> Error {
            using Sum = typename Accumulator<T>::Type;
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            forEachPoint(ctx, axes, [&](int64_t in, int64_t out, auto taps) {
              Sum sum = 0;
              forEachTap(taps, inputs, [&](int64_t i, double weight) {
                sum += weight * static_cast<Sum>(from[in + i]);
              });
              to[out] = Accumulator<T>::finish(sum);
            });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

Error kernels::affineGrid(KernelContext &ctx) {
  const TensorValue &theta = ctx.tensor(0);
  std::vector<int64_t> size = loadInts(ctx.tensor(1));
  const int64_t rank = int64_t(size.size()) - 2;
  if ((rank != 2 && rank != 3) ||
      theta.getShape() != ArrayRef<int64_t>({size[0], rank, rank + 1}))
    return fail("matrices of shape " + toText(theta.getShape()) +
                " for a size of " + Twine(size.size()) + " elements");
  const Shape spatial(size.begin() + 2, size.end());
  Shape shape = {size[0]};
  append_range(shape, spatial);
  shape.push_back(rank);
  Expected<TensorValue> y = ctx.allocate(theta.getElementType(), shape);
  if (!y)
    return y.takeError();
  const bool alignCorners = ctx.op.getInt("align_corners", 0);
  auto coordinate = [&](int64_t i, int64_t extent) {
    const double step =
        2 / double(alignCorners ? std::max<int64_t>(extent - 1, 1) : extent);
    return -1 + (alignCorners ? double(i) : i + 0.5) * step;
  };
  std::vector<double> matrices = loadReals(theta), values;
  values.reserve(y->getNumElements());
  for (int64_t b = 0; b != size[0]; ++b)
    forEachIndex(spatial, [&](ArrayRef<int64_t> index) {
      for (int64_t r = 0; r != rank; ++r) {
        const double *row = matrices.data() + (b * rank + r) * (rank + 1);
        // The first coordinate belongs to the last dimension.
        double sum = row[rank];
        for (int64_t c = 0; c != rank; ++c)
          sum +=
              row[c] * coordinate(index[rank - 1 - c], spatial[rank - 1 - c]);
        values.push_back(sum);
      }
    });
  return ctx.done(storeReals(ctx, theta.getElementType(), shape, values));
}

//===----------------------------------------------------------------------===//
// DeformConv
//===----------------------------------------------------------------------===//

Error kernels::deformConv(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &w = ctx.tensor(1),
                    &offset = ctx.tensor(2);
  if (x.getRank() < 3 || w.getRank() != x.getRank() ||
      offset.getRank() != x.getRank())
    return fail("operands of ranks " + Twine(x.getRank()) + ", " +
                Twine(w.getRank()) + " and " + Twine(offset.getRank()));
  const int64_t rank = x.getRank() - 2;
  const int64_t batch = x.getDim(0), channels = x.getDim(1);
  const int64_t outputs = w.getDim(0), perGroup = w.getDim(1);
  const int64_t groups = ctx.op.getInt("group", 1);
  const int64_t offsetGroups = ctx.op.getInt("offset_group", 1);
  const Shape kernel(w.getShape().drop_front(2));
  const Shape spatial(x.getShape().drop_front(2));
  const int64_t points = product(kernel);
  if (groups < 1 || offsetGroups < 1 || perGroup * groups != channels ||
      outputs % groups || channels % offsetGroups)
    return fail("weights of shape " + toText(w.getShape()) + " for " +
                Twine(channels) + " channels in " + Twine(groups) + " groups");
  Expected<WindowLists> lists = WindowLists::load(ctx, rank);
  if (!lists)
    return lists.takeError();
  const auto &[strides, dilations, pads] = *lists;
  Shape sizes;
  for (int64_t d = 0; d != rank; ++d) {
    if (kernel[d] > INT32_MAX || spatial[d] > INT32_MAX)
      return fail("a window of " + Twine(kernel[d]) + " over " +
                  Twine(spatial[d]) + " elements is too large");
    const int64_t rest = spatial[d] + pads[d] + pads[d + rank] -
                         (kernel[d] - 1) * dilations[d] - 1;
    if (rest < 0 || kernel[d] < 1)
      return fail("no window fits into dimension " + Twine(d));
    sizes.push_back(rest / strides[d] + 1);
  }
  auto expect = [&](unsigned i, int64_t rows) -> Error {
    Shape shape = {batch, rows};
    append_range(shape, sizes);
    if (!ctx.has(i) || ctx.tensor(i).getShape() == ArrayRef<int64_t>(shape))
      return Error::success();
    return fail("operand '" + ctx.op.getInfo().operands[i].name +
                "' has shape " + toText(ctx.tensor(i).getShape()) + " where " +
                toText(shape) + " is expected");
  };
  if (Error error = expect(2, offsetGroups * points * rank))
    return error;
  if (Error error = expect(4, offsetGroups * points))
    return error;
  if (ctx.has(3) && ctx.tensor(3).getShape() != ArrayRef<int64_t>(outputs))
    return fail("a bias of shape " + toText(ctx.tensor(3).getShape()));

  Shape shape = {batch, outputs};
  append_range(shape, sizes);
  Expected<TensorValue> result = ctx.allocate(x.getElementType(), shape);
  if (!result)
    return result.takeError();
  if (result->getNumElements() == 0)
    return ctx.done(std::move(*result));
  if (Error error = ctx.countWork({result->getNumElements(), perGroup, points}))
    return error;
  SmallVector<int64_t, 8> reads(rank, 2);
  reads.append({batch, product(sizes), channels, points});
  if (Error error = ctx.countWork(reads))
    return error;
  std::vector<double> in = loadReals(x), weights = loadReals(w);
  std::vector<double> offsets = loadReals(offset);
  std::vector<double> bias =
      ctx.has(3) ? loadReals(ctx.tensor(3)) : std::vector<double>(outputs, 0);
  std::vector<double> mask =
      ctx.has(4) ? loadReals(ctx.tensor(4)) : std::vector<double>();
  const int64_t area = product(sizes), inputArea = product(spatial);
  std::vector<double> y(batch * outputs * area);
  // All that one output position sees, for each channel and kernel point.
  std::vector<double> seen(channels * points);
  for (int64_t b = 0; b != batch; ++b) {
    int64_t at = 0;
    forEachIndex(sizes, [&](ArrayRef<int64_t> position) {
      int64_t point = 0;
      forEachIndex(kernel, [&](ArrayRef<int64_t> k) {
        for (int64_t g = 0; g != offsetGroups; ++g) {
          const int64_t first = (b * offsetGroups + g) * points + point;
          SmallVector<Taps, 3> taps;
          for (int64_t d = 0; d != rank; ++d)
            taps.push_back(
                getLinearTaps(double(position[d] * strides[d] - pads[d] +
                                     k[d] * dilations[d]) +
                                  offsets[(first * rank + d) * area + at],
                              spatial[d]));
          const double weight = mask.empty() ? 1 : mask[first * area + at];
          const int64_t each = channels / offsetGroups;
          for (int64_t c = g * each; c != (g + 1) * each; ++c) {
            double sum = 0;
            forEachTap(ArrayRef<Taps>(taps), ArrayRef<int64_t>(spatial),
                       [&](int64_t i, double tap) {
                         sum += tap * in[(b * channels + c) * inputArea + i];
                       });
            seen[c * points + point] = sum * weight;
          }
        }
        ++point;
      });
      for (int64_t m = 0; m != outputs; ++m) {
        const int64_t first = m / (outputs / groups) * perGroup * points;
        double sum = bias[m];
        for (int64_t i = 0; i != perGroup * points; ++i)
          sum += weights[m * perGroup * points + i] * seen[first + i];
        y[(b * outputs + m) * area + at] = sum;
      }
      ++at;
    });
  }
  return ctx.done(storeReals(ctx, x.getElementType(), shape, y));
}
