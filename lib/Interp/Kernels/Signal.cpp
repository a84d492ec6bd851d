//===- Signal.cpp ---------------------------------------------------------===//
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
#include <numbers>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

using Complex = std::complex<double>;

//===----------------------------------------------------------------------===//
// The transform
//===----------------------------------------------------------------------===//

/// to[k] = Σ from[n · stride] e^(sign 2πi kn / size), by halves as long as the
/// size is even. \p roots: e^(sign 2πi j / N) for j < N, N a multiple of size.
static void transform(const Complex *from, int64_t stride, int64_t size,
                      ArrayRef<Complex> roots, Complex *to) {
  const int64_t step = int64_t(roots.size()) / size;
  if (size % 2 == 0) {
    const int64_t half = size / 2;
    transform(from, 2 * stride, half, roots, to);
    transform(from + stride, 2 * stride, half, roots, to + half);
    for (int64_t k = 0; k != half; ++k) {
      const Complex even = to[k], odd = roots[k * step] * to[k + half];
      to[k] = even + odd;
      to[k + half] = even - odd;
    }
    return;
  }
  for (int64_t k = 0; k != size; ++k) {
    to[k] = 0;
    for (int64_t n = 0; n != size; ++n)
      to[k] += from[n * stride] * roots[k * n % size * step];
  }
}

namespace {
/// A transform of a size, inverse or not (not divided by the size).
class Fourier {
public:
  Fourier(int64_t size, bool inverse) : roots(size), result(size) {
    const double sign = inverse ? 1 : -1;
    for (int64_t j = 0; j != size; ++j)
      roots[j] =
          std::polar(1.0, sign * 2 * std::numbers::pi * double(j) / size);
  }
  ArrayRef<Complex> operator()(ArrayRef<Complex> line) {
    transform(line.data(), 1, line.size(), roots, result.data());
    return result;
  }

private:
  std::vector<Complex> roots, result;
};
} // namespace

/// Counts \p lines transforms of \p size elements. The time is that of the odd
/// factor of the size, squared.
static Error countTransforms(KernelContext &ctx, int64_t lines, int64_t size) {
  const int64_t halvings = countr_zero(uint64_t(size));
  return ctx.countWork({lines, size, (size >> halvings) + halvings});
}

/// The elements of a tensor whose last dimension is real, or real and imaginary
/// part.
static std::vector<Complex> loadComplex(const TensorValue &x, int64_t parts) {
  std::vector<double> values = loadReals(x);
  std::vector<Complex> result(values.size() / parts);
  for (size_t i = 0; i != result.size(); ++i)
    result[i] = {values[i * parts], parts == 2 ? values[i * 2 + 1] : 0};
  return result;
}

static std::vector<double> toParts(ArrayRef<Complex> values) {
  std::vector<double> parts;
  parts.reserve(2 * values.size());
  for (Complex value : values) {
    parts.push_back(value.real());
    parts.push_back(value.imag());
  }
  return parts;
}

Error kernels::dft(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const int64_t parts = x.getRank() < 2 ? 0 : x.getShape().back();
  if (parts != 1 && parts != 2)
    return fail("an input of shape " + toText(x.getShape()) +
                ", whose last dimension isn't 1 or 2");
  Expected<int64_t> given =
      ctx.has(2) ? ctx.scalarInt(2) : Expected<int64_t>(-2);
  if (!given)
    return given.takeError();
  Expected<unsigned> axis = resolveAxis(*given, x.getRank());
  if (!axis)
    return axis.takeError();
  if (*axis + 1 == x.getRank())
    return fail("the axis is the last dimension");
  const bool inverse = ctx.op.getInt("inverse", 0);
  const bool half = ctx.op.getInt("onesided", 0);
  if (half && !inverse && parts == 2)
    return fail("half of a spectrum of a complex input");
  const int64_t have = x.getDim(*axis);
  int64_t size = half && inverse ? 2 * (have - 1) : have;
  if (ctx.has(1)) {
    Expected<int64_t> length = ctx.scalarInt(1);
    if (!length)
      return length.takeError();
    size = *length;
  }
  if (size < 1 || size > (int64_t(1) << 40))
    return fail("a transform of " + Twine(size) + " elements");
  // Room for the roots and for a line.
  if (Expected<TensorValue> room = ctx.allocate(ElementType::C128, {size, 3});
      !room)
    return room.takeError();

  const int64_t made = half && !inverse ? size / 2 + 1 : size;
  const int64_t used = std::min(have, half && inverse ? size / 2 + 1 : size);
  const Shape lines(x.getShape().drop_back());
  const AxisSplit split = splitAt(lines, *axis);
  std::vector<Complex> in = loadComplex(x, parts), line(size);
  Shape shape(lines);
  shape[*axis] = made;
  if (auto room = ctx.allocate(ElementType::C128, shape); !room)
    return room.takeError();
  if (Error error = countTransforms(ctx, split.outer * split.inner, size))
    return error;
  std::vector<Complex> out(product(shape));
  Fourier fourier(size, inverse);
  for (int64_t o = 0; o != split.outer; ++o)
    for (int64_t i = 0; i != split.inner; ++i) {
      std::fill(line.begin(), line.end(), 0);
      for (int64_t j = 0; j != used; ++j) {
        line[j] = in[(o * have + j) * split.inner + i];
        if (half && inverse && j > 0 && j < size - j)
          line[size - j] = std::conj(line[j]);
      }
      ArrayRef<Complex> result = fourier(line);
      for (int64_t j = 0; j != made; ++j)
        out[(o * made + j) * split.inner + i] =
            inverse ? result[j] / double(size) : result[j];
    }
  shape.push_back(half && inverse ? 1 : 2);
  if (shape.back() == 2)
    return ctx.done(storeReals(ctx, x.getElementType(), shape, toParts(out)));
  std::vector<double> reals;
  for (Complex value : out)
    reals.push_back(value.real());
  return ctx.done(storeReals(ctx, x.getElementType(), shape, reals));
}

Error kernels::stft(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const int64_t parts = x.getRank() == 3 ? x.getDim(2) : 1;
  if (x.getRank() < 2 || x.getRank() > 3 || (parts != 1 && parts != 2))
    return fail("a signal of shape " + toText(x.getShape()));
  Expected<int64_t> step = ctx.scalarInt(1);
  if (!step)
    return step.takeError();
  std::vector<double> window;
  if (ctx.has(2)) {
    if (ctx.tensor(2).getRank() != 1)
      return fail("a window of shape " + toText(ctx.tensor(2).getShape()));
    window = loadReals(ctx.tensor(2));
  }
  if (ctx.has(3)) {
    Expected<int64_t> length = ctx.scalarInt(3);
    if (!length)
      return length.takeError();
    if (ctx.has(2) && *length != int64_t(window.size()))
      return fail("frames of " + Twine(*length) +
                  " elements with a window of " + Twine(window.size()));
    if (*length > x.getDim(1) || *length < 0)
      return fail("frames of " + Twine(*length) + " of a signal of " +
                  Twine(x.getDim(1)) + " elements");
    window.resize(*length, 1);
  }
  const int64_t length = window.size(), samples = x.getDim(1);
  if (*step < 1 || length < 1 || length > samples)
    return fail("frames of " + Twine(length) + ", " + Twine(*step) +
                " apart, of a signal of " + Twine(samples) + " elements");
  const bool half = ctx.op.getInt("onesided", 1);
  if (half && parts == 2)
    return fail("half of a spectrum of a complex signal");
  const int64_t frames = (samples - length) / *step + 1;
  const int64_t made = half ? length / 2 + 1 : length;
  Expected<TensorValue> y =
      ctx.allocate(x.getElementType(), {x.getDim(0), frames, made, 2});
  if (!y)
    return y.takeError();
  if (Error error = countTransforms(ctx, x.getDim(0) * frames, length))
    return error;
  std::vector<Complex> in = loadComplex(x, parts), line(length), out;
  Fourier fourier(length, /*inverse=*/false);
  for (int64_t b = 0; b != x.getDim(0); ++b)
    for (int64_t f = 0; f != frames; ++f) {
      for (int64_t j = 0; j != length; ++j)
        line[j] = in[b * samples + f * *step + j] * window[j];
      append_range(out, fourier(line).take_front(made));
    }
  return ctx.done(
      storeReals(ctx, x.getElementType(), y->getShape(), toParts(out)));
}

//===----------------------------------------------------------------------===//
// Constants of signal processing
//===----------------------------------------------------------------------===//

/// A tensor of \p values in any numeric type; for integers, truncated.
static Expected<TensorValue> storeNumbers(KernelContext &ctx,
                                          ArrayRef<int64_t> shape,
                                          ArrayRef<double> values) {
  Expected<TensorValue> y = ctx.allocate(ctx.resultType(), shape);
  if (!y)
    return y;
  if (Error error = dispatch(NumericTypes(), y->getElementType(),
                             [&]<typename T>() -> Error {
                               T *to = y->mutableData<T>();
                               for (size_t i = 0; i != values.size(); ++i)
                                 if constexpr (isStorageFloat<T>)
                                   to[i] = static_cast<T>(values[i]);
                                 else
                                   to[i] = truncateTo<T>(values[i]);
                               return Error::success();
                             }))
    return error;
  return y;
}

/// Σ coefficients[j] cos(2πjn / N) for each n, N being the size, or one less
/// where the window isn't periodic.
static Error makeWindow(KernelContext &ctx, ArrayRef<double> coefficients) {
  Expected<int64_t> size = ctx.scalarInt(0);
  if (!size)
    return size.takeError();
  // Refuses what can't be allocated before anything is computed.
  Expected<TensorValue> room = ctx.allocate(ElementType::F64, {*size});
  if (!room)
    return room.takeError();
  const int64_t period =
      std::max<int64_t>(*size - (ctx.op.getInt("periodic", 1) ? 0 : 1), 1);
  std::vector<double> values(*size, 0);
  for (int64_t n = 0; n != *size; ++n)
    for (auto [j, coefficient] : enumerate(coefficients))
      values[n] += coefficient * std::cos(2 * std::numbers::pi * double(j) *
                                          double(n) / double(period));
  return ctx.done(storeNumbers(ctx, {*size}, values));
}

Error kernels::hannWindow(KernelContext &ctx) {
  return makeWindow(ctx, {0.5, -0.5});
}
Error kernels::hammingWindow(KernelContext &ctx) {
  return makeWindow(ctx, {25.0 / 46, -21.0 / 46});
}
Error kernels::blackmanWindow(KernelContext &ctx) {
  return makeWindow(ctx, {0.42, -0.5, 0.08});
}

Error kernels::melWeightMatrix(KernelContext &ctx) {
  int64_t numbers[3];
  for (unsigned i : {0, 1, 2}) {
    Expected<int64_t> given = ctx.scalarInt(i);
    if (!given)
      return given.takeError();
    if (*given < 1)
      return fail("operand " + Twine(i) + " is " + Twine(*given) +
                  ", not positive");
    numbers[i] = *given;
  }
  const auto [bins, length, rate] = numbers;
  double edges[2];
  for (unsigned i : {0, 1}) {
    Expected<double> given = ctx.scalar(3 + i);
    if (!given)
      return given.takeError();
    if (!(*given >= 0 && std::isfinite(*given)))
      return fail("an edge is no frequency");
    edges[i] = 2595 * std::log10(1 + *given / 700);
  }
  const int64_t rows = length / 2 + 1;
  Expected<TensorValue> room = ctx.allocate(ElementType::F64, {rows, bins});
  if (!room)
    return room.takeError();
  // Where the bins begin, in rows.
  std::vector<int64_t> starts;
  const double step = (edges[1] - edges[0]) / double(bins + 2);
  for (int64_t i = 0; i != bins + 2; ++i) {
    const double hertz =
        700 * (std::pow(10, (double(i) * step + edges[0]) / 2595) - 1);
    const double row = std::floor((double(length) + 1) * hertz / double(rate));
    if (!(row >= 0 && row < double(rows)))
      return fail("the upper edge lies above half the sample rate");
    starts.push_back(row);
  }
  std::vector<double> y(rows * bins, 0);
  for (int64_t i = 0; i != bins; ++i) {
    const int64_t low = starts[i], middle = starts[i + 1], high = starts[i + 2];
    if (low == middle)
      y[middle * bins + i] = 1;
    for (int64_t row = low; row <= middle && low != middle; ++row)
      y[row * bins + i] = double(row - low) / double(middle - low);
    for (int64_t row = middle; row < high; ++row)
      y[row * bins + i] = double(high - row) / double(high - middle);
  }
  return ctx.done(storeNumbers(ctx, {rows, bins}, y));
}
