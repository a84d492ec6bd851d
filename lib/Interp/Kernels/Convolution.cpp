//===- Convolution.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Convolution.h"
#include "../Dispatch.h"
#include "../Kernels.h"
#include "Multiply.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Expected<SmallVector<Window, 3>>
interp::resolveWindows(KernelContext &ctx, ArrayRef<int64_t> input,
                       ArrayRef<int64_t> kernel) {
  if (input.size() < 2)
    return fail("an input of rank " + Twine(input.size()) +
                " has no spatial dimensions");
  auto declared = ctx.op.getInts("kernel_shape");
  if (!kernel.empty() && !declared.empty() &&
      ArrayRef<int64_t>(declared) != kernel)
    return fail("weights with a kernel of " + toText(kernel) +
                ", but 'kernel_shape' is " + toText(declared));
  // The helper of inference only reads the operation and reports on it.
  auto *op = const_cast<Operation *>(&ctx.op);
  auto windows = getWindows(op, input.drop_front(2), kernel);
  if (!windows)
    return fail("no window fits the spatial dimensions of shape " +
                toText(input));
  return std::move(*windows);
}

Shape interp::getWindowedShape(ArrayRef<int64_t> input, int64_t channels,
                               ArrayRef<Window> windows) {
  Shape shape = {input[0], channels};
  for (const Window &window : windows)
    shape.push_back(window.output);
  return shape;
}

Expected<ConvolutionShapes> interp::getConvolutionShapes(KernelContext &ctx,
                                                         ArrayRef<int64_t> x,
                                                         ArrayRef<int64_t> w) {
  ConvolutionShapes s;
  s.groups = ctx.op.getInt("group", 1);
  bool fits = x.size() == w.size() && x.size() >= 2 && s.groups > 0;
  if (fits) {
    s.batch = x[0];
    s.channels = x[1];
    s.outputChannels = w[0];
    fits = s.channels % s.groups == 0 && s.outputChannels % s.groups == 0 &&
           w[1] == s.channels / s.groups;
  }
  if (!fits)
    return fail("weights of shape " + toText(w) + " in " + Twine(s.groups) +
                " groups don't fit an input of shape " + toText(x));
  auto windows = resolveWindows(ctx, x, w.drop_front(2));
  if (!windows)
    return windows.takeError();
  s.windows = std::move(*windows);
  s.result = getWindowedShape(x, s.outputChannels, s.windows);
  if (Expected<int64_t> count = countElements(s.result); !count)
    return count.takeError();
  s.inputSize = product(x.drop_front(2));
  s.kernelSize = product(w.drop_front(2));
  s.outputSize = product(ArrayRef<int64_t>(s.result).drop_front(2));
  if (Error error =
          ctx.countWork({product(s.result), s.groupChannels(), s.kernelSize}))
    return error;
  return s;
}

/// The input's offset that kernel position \p k reads for output position
/// \p o, -1 where it is padding.
static int64_t getInputOffset(ArrayRef<Window> windows, ArrayRef<int64_t> o,
                              ArrayRef<int64_t> k) {
  int64_t offset = 0;
  for (auto [i, w] : enumerate(windows)) {
    int64_t at = o[i] * w.stride - w.padBegin + k[i] * w.dilation;
    if (at < 0 || at >= w.input)
      return -1;
    offset = offset * w.input + at;
  }
  return offset;
}

static Shape getKernel(ArrayRef<Window> windows) {
  Shape shape;
  for (const Window &w : windows)
    shape.push_back(w.kernel);
  return shape;
}

void interp::convolveNaive(const ConvolutionShapes &s, LoadElement loadX,
                           LoadElement loadW, StoreSum store) {
  Shape kernel = getKernel(s.windows);
  int64_t y = 0;
  forEachIndex(s.result, [&](ArrayRef<int64_t> index) {
    const int64_t n = index[0], m = index[1], group = m / s.groupOutputs();
    double sum = 0;
    for (int64_t c = 0; c != s.groupChannels(); ++c) {
      const int64_t x =
          (n * s.channels + group * s.groupChannels() + c) * s.inputSize;
      int64_t w = (m * s.groupChannels() + c) * s.kernelSize;
      forEachIndex(kernel, [&](ArrayRef<int64_t> k) {
        int64_t offset = getInputOffset(s.windows, index.drop_front(2), k);
        double value = offset < 0 ? 0.0 : loadX(x + offset);
        sum += value * loadW(w++);
      });
    }
    store(y++, sum);
  });
}

void interp::convolveBlocked(const KernelContext &ctx,
                             const ConvolutionShapes &s, LoadElements loadX,
                             LoadElements loadW, StoreSum store) {
  if (s.batch == 0 || s.outputChannels == 0 || s.outputSize == 0)
    return;
  // Per image and group: weights, M/g × (C/g·kernel), times the input's
  // columns, (C/g·kernel) × output positions.
  const int64_t depth = s.groupChannels() * s.kernelSize;
  Shape kernel = getKernel(s.windows), outputs;
  for (const Window &w : s.windows)
    outputs.push_back(w.output);
  const Shape kernelStrides = getStrides(kernel);
  const Shape outputStrides = getStrides(outputs);
  const unsigned rank = s.windows.size();

  auto readWeights = [&](const Tile &t, double *to) {
    const int64_t group = t.batch % s.groups;
    for (int64_t r = t.row; r != t.row + t.rows; ++r, to += t.columns)
      loadW((group * s.groupOutputs() + r) * depth + t.column, t.columns, to);
  };
  auto readColumns = [&](const Tile &t, double *to) {
    const int64_t firstChannel = t.batch / s.groups * s.channels +
                                 t.batch % s.groups * s.groupChannels();
    Shape o(rank), k(rank);
    std::vector<double> line;
    for (int64_t r = t.row; r != t.row + t.rows; ++r, to += t.columns) {
      for (unsigned d = 0; d != rank; ++d)
        k[d] = r % s.kernelSize / kernelStrides[d] % kernel[d];
      const int64_t x = (firstChannel + r / s.kernelSize) * s.inputSize;
      // Runs of output positions along the last dimension.
      for (int64_t c = 0; c < t.columns;) {
        for (unsigned d = 0; d != rank; ++d)
          o[d] = (t.column + c) / outputStrides[d] % outputs[d];
        if (rank == 0) {
          loadX(x, 1, to + c++);
          continue;
        }
        const Window &last = s.windows.back();
        const int64_t run = std::min(last.output - o[rank - 1], t.columns - c);
        // Those [begin, end) of the run that read the input, not padding.
        const int64_t shift = k[rank - 1] * last.dilation - last.padBegin;
        const int64_t first = o[rank - 1];
        auto clampToRun = [&](int64_t position) {
          return std::clamp<int64_t>(position - first, 0, run);
        };
        int64_t begin =
            clampToRun(shift >= 0 ? 0 : divideUp(-shift, last.stride));
        int64_t end = clampToRun(
            shift >= last.input ? 0
                                : divideUp(last.input - shift, last.stride));
        end = std::max(begin, end);
        o[rank - 1] = first + begin;
        int64_t offset = begin == end ? -1 : getInputOffset(s.windows, o, k);
        if (offset < 0)
          begin = end = run; // another dimension is in the padding
        std::fill(to + c, to + c + begin, 0.0);
        if (begin != end && last.stride == 1) {
          loadX(x + offset, end - begin, to + c + begin);
        } else if (begin != end) {
          line.resize((end - begin - 1) * last.stride + 1);
          loadX(x + offset, line.size(), line.data());
          for (int64_t i = begin; i != end; ++i)
            to[c + i] = line[(i - begin) * last.stride];
        }
        std::fill(to + c + end, to + c + run, 0.0);
        c += run;
      }
    }
  };
  multiply(ctx, s.batch * s.groups, s.groupOutputs(), s.outputSize, depth,
           readWeights, readColumns, [&](const Tile &t, const double *sums) {
             for (int64_t r = t.row; r != t.row + t.rows; ++r)
               for (int64_t c = t.column; c != t.column + t.columns; ++c)
                 store((t.batch * s.groupOutputs() + r) * s.outputSize + c,
                       *sums++);
           });
}

void interp::convolve(const KernelContext &ctx, const ConvolutionShapes &s,
                      LoadElements loadX, LoadElements loadW, StoreSum store) {
  if (!ctx.getOptions().naiveKernels)
    return convolveBlocked(ctx, s, loadX, loadW, store);
  auto loadOne = [](LoadElements load) {
    return [=](int64_t i) {
      double value;
      load(i, 1, &value);
      return value;
    };
  };
  convolveNaive(s, loadOne(loadX), loadOne(loadW), store);
}

/// An error unless the bias is absent or a vector of \p channels.
static Error checkBias(KernelContext &ctx, unsigned operand, int64_t channels) {
  if (!ctx.has(operand) ||
      ctx.tensor(operand).getShape() == ArrayRef<int64_t>(channels))
    return Error::success();
  return fail("a bias of shape " + toText(ctx.tensor(operand).getShape()) +
              " for " + Twine(channels) + " channels");
}

template <typename T> static auto loadFrom(Elements<T> from) {
  return [=](int64_t first, int64_t count, double *to) {
    for (int64_t i = 0; i != count; ++i)
      to[i] = static_cast<double>(from[first + i]);
  };
}

Error kernels::conv(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &w = ctx.tensor(1);
  auto s = getConvolutionShapes(ctx, x.getShape(), w.getShape());
  if (!s)
    return s.takeError();
  if (Error error = checkBias(ctx, 2, s->outputChannels))
    return error;
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), s->result);
  if (!y)
    return y.takeError();
  std::vector<double> bias(s->outputChannels, 0);
  if (ctx.has(2))
    bias = loadReals(ctx.tensor(2));
  if (Error error = dispatch(
          FloatTypes(), x.getElementType(), [&]<typename T>() -> Error {
            T *to = y->mutableData<T>();
            convolve(ctx, *s, loadFrom(x.elements<T>()),
                     loadFrom(w.elements<T>()), [&](int64_t i, double sum) {
                       int64_t m = i / s->outputSize % s->outputChannels;
                       to[i] = static_cast<T>(sum + bias[m]);
                     });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::convTranspose(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &w = ctx.tensor(1);
  const int64_t groups = ctx.op.getInt("group", 1);
  if (x.getRank() != w.getRank() || x.getRank() < 2 || groups <= 0 ||
      w.getDim(0) != x.getDim(1) || x.getDim(1) % groups)
    return fail("weights of shape " + toText(w.getShape()) + " in " +
                Twine(groups) + " groups don't fit an input of shape " +
                toText(x.getShape()));
  auto windows = resolveWindows(ctx, x.getShape(), w.getShape().drop_front(2));
  if (!windows)
    return windows.takeError();
  const int64_t groupChannels = x.getDim(1) / groups;
  const int64_t groupOutputs = w.getDim(1);
  int64_t outputChannels;
  if (MulOverflow(groupOutputs, groups, outputChannels))
    return fail("the number of output channels overflows");
  if (Error error = checkBias(ctx, 2, outputChannels))
    return error;
  Shape shape = getWindowedShape(x.getShape(), outputChannels, *windows);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  Expected<TensorValue> buffer = ctx.allocate(ElementType::F64, shape);
  if (!buffer)
    return buffer.takeError();

  // Each element of the input adds its multiple of the kernel to the output:
  // results are sums over input channels, then input and kernel positions.
  Shape input(x.getShape().drop_front(2)), kernel = getKernel(*windows);
  const int64_t inputSize = product(input), kernelSize = product(kernel);
  const int64_t outputSize = product(ArrayRef<int64_t>(shape).drop_front(2));
  if (Error error =
          ctx.countWork({x.getNumElements(), groupOutputs, kernelSize}))
    return error;
  std::vector<double> weights = loadReals(w);
  double *sums = buffer->mutableData<double>();
  auto addChannel = [&](int64_t n, int64_t c, int64_t m, auto elements) {
    const int64_t group = c / groupChannels;
    double *to =
        sums + (n * outputChannels + group * groupOutputs + m) * outputSize;
    const double *weight = weights.data() + (c * groupOutputs + m) * kernelSize;
    int64_t from = (n * x.getDim(1) + c) * inputSize;
    forEachIndex(input, [&](ArrayRef<int64_t> i) {
      const double value = static_cast<double>(elements[from++]);
      int64_t position = 0;
      forEachIndex(kernel, [&](ArrayRef<int64_t> k) {
        int64_t offset = 0;
        bool inside = true;
        for (auto [d, window] : enumerate(*windows)) {
          int64_t at =
              i[d] * window.stride + k[d] * window.dilation - window.padBegin;
          inside &= at >= 0 && at < window.output;
          offset = offset * window.output + at;
        }
        if (inside)
          to[offset] += value * weight[position];
        ++position;
      });
    });
  };
  if (Error error = dispatch(
          FloatTypes(), x.getElementType(), [&]<typename T>() -> Error {
            parallelFor(ctx, x.getDim(0) * outputChannels, [&](int64_t task) {
              const int64_t n = task / outputChannels;
              const int64_t m = task % outputChannels;
              const int64_t group = m / groupOutputs;
              for (int64_t c = 0; c != groupChannels; ++c)
                addChannel(n, group * groupChannels + c, m % groupOutputs,
                           x.elements<T>());
            });
            std::vector<double> bias(outputChannels, 0);
            if (ctx.has(2))
              bias = loadReals(ctx.tensor(2));
            T *to = y->mutableData<T>();
            for (int64_t i = 0, e = y->getNumElements(); i != e; ++i)
              to[i] = static_cast<T>(sums[i] +
                                     bias[i / outputSize % outputChannels]);
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
