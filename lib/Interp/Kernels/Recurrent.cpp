//===- Recurrent.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "Multiply.h"
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

// State is kept in double from step to step; what the operator returns is
// rounded.

namespace {
using Activation = std::function<double(double)>;
using Matrix = std::vector<double>;

/// What LSTM, GRU and RNN share.
struct Layer {
  int64_t steps, batch, inputSize, hidden, directions, gates;
  bool batchFirst = false;
  std::string direction;
  /// For each direction those that the operator has.
  std::vector<Activation> activations;
  unsigned activationsPerDirection;
  std::optional<double> clip;
  /// Of each instance.
  std::vector<int64_t> lengths;
  /// [steps × batch × input], [directions × gates·hidden × input],
  /// [directions × gates·hidden × hidden], [directions × 2·gates·hidden],
  /// [directions × batch × hidden].
  Matrix x, w, r, bias, initialH;

  bool isReverse(int64_t d) const { return d == 1 || direction == "reverse"; }
  const Activation &activation(int64_t d, unsigned i) const {
    return activations[d * activationsPerDirection + i];
  }
  double clipped(double value) const {
    return clip ? std::clamp(value, -*clip, *clip) : value;
  }
};

/// The state of one direction: batch × hidden.
struct State {
  Matrix h, c;
};

/// One step of one instance: from the products of input and state with the
/// weights, gate by gate (without biases), to the new state.
using Cell = function_ref<void(int64_t d, int64_t n, const double *fromInput,
                               const double *fromState, State &state)>;
} // namespace

static Expected<Activation> makeActivation(StringRef name, double alpha,
                                           double beta) {
  auto is = [&](StringRef other) { return name.equals_insensitive(other); };
  if (is("Sigmoid"))
    return Activation([](double x) { return 1 / (1 + std::exp(-x)); });
  if (is("Tanh"))
    return Activation([](double x) { return std::tanh(x); });
  if (is("Relu"))
    return Activation([](double x) { return x < 0 ? 0 : x; });
  if (is("Affine"))
    return Activation([=](double x) { return alpha * x + beta; });
  if (is("LeakyRelu"))
    return Activation([=](double x) { return x < 0 ? alpha * x : x; });
  if (is("ThresholdedRelu"))
    return Activation([=](double x) { return x >= alpha ? x : 0; });
  if (is("ScaledTanh"))
    return Activation([=](double x) { return alpha * std::tanh(beta * x); });
  if (is("HardSigmoid"))
    return Activation(
        [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); });
  if (is("Elu"))
    return Activation(
        [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; });
  if (is("Softsign"))
    return Activation([](double x) { return x / (1 + std::fabs(x)); });
  if (is("Softplus"))
    return Activation([](double x) {
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    });
  return fail("unknown activation '" + name + "'");
}

/// ONNX's default alpha and beta of an activation.
static std::pair<double, double> getActivationDefaults(StringRef name) {
  auto is = [&](StringRef other) { return name.equals_insensitive(other); };
  if (is("LeakyRelu"))
    return {0.01f, 0};
  if (is("HardSigmoid"))
    return {0.2f, 0.5};
  return {1, is("ScaledTanh") ? 1 : 0};
}

static Error readActivations(KernelContext &ctx, Layer &layer,
                             ArrayRef<StringRef> defaults) {
  std::vector<std::string> names;
  if (auto given = ctx.op.getAttrOfType<StringsAttr>("activations"))
    names.assign(given.getValue().begin(), given.getValue().end());
  else
    for (int64_t d = 0; d != layer.directions; ++d)
      for (StringRef name : defaults)
        names.push_back(name.str());
  layer.activationsPerDirection = defaults.size();
  if (names.size() != defaults.size() * layer.directions)
    return fail(Twine(names.size()) + " activations where " +
                Twine(defaults.size() * layer.directions) + " are expected");
  SmallVector<double, 6> alphas = ctx.op.getFloats("activation_alpha");
  SmallVector<double, 6> betas = ctx.op.getFloats("activation_beta");
  for (size_t i = 0; i != names.size(); ++i) {
    auto [alpha, beta] = getActivationDefaults(names[i]);
    auto activation =
        makeActivation(names[i], i < alphas.size() ? alphas[i] : alpha,
                       i < betas.size() ? betas[i] : beta);
    if (!activation)
      return activation.takeError();
    layer.activations.push_back(std::move(*activation));
  }
  return Error::success();
}

static Error expectShape(KernelContext &ctx, unsigned i,
                         ArrayRef<int64_t> shape) {
  if (!ctx.has(i) || ctx.tensor(i).getShape() == shape)
    return Error::success();
  return fail("operand '" + ctx.op.getInfo().operands[i].name + "' has shape " +
              toText(ctx.tensor(i).getShape()) + " where " + toText(shape) +
              " is expected");
}

/// Swaps the first two dimensions of rows of \p size elements.
static Matrix swapLeading(const Matrix &from, int64_t first, int64_t second,
                          int64_t size) {
  Matrix to(from.size());
  for (int64_t a = 0; a != first; ++a)
    for (int64_t b = 0; b != second; ++b)
      std::copy_n(from.data() + (a * second + b) * size, size,
                  to.data() + (b * first + a) * size);
  return to;
}

/// Operand \p i, [directions × batch × hidden] or batch first; zeros where it
/// is absent.
static Expected<Matrix> loadState(KernelContext &ctx, unsigned i,
                                  const Layer &layer) {
  const int64_t d = layer.directions, n = layer.batch, h = layer.hidden;
  if (!ctx.has(i))
    return Matrix(d * n * h, 0);
  if (Error error = expectShape(
          ctx, i, layer.batchFirst ? Shape{n, d, h} : Shape{d, n, h}))
    return error;
  Matrix values = loadReals(ctx.tensor(i));
  return layer.batchFirst ? swapLeading(values, n, d, h) : values;
}

static Expected<Layer> getLayer(KernelContext &ctx, int64_t gates,
                                ArrayRef<StringRef> defaultActivations) {
  Layer layer;
  const TensorValue &x = ctx.tensor(0), &w = ctx.tensor(1), &r = ctx.tensor(2);
  if (x.getRank() != 3 || w.getRank() != 3 || r.getRank() != 3)
    return fail("X, W and R must have rank 3");
  layer.batchFirst = ctx.op.getInt("layout", 0);
  layer.steps = x.getDim(layer.batchFirst);
  layer.batch = x.getDim(!layer.batchFirst);
  layer.inputSize = x.getDim(2);
  layer.hidden = r.getDim(2);
  layer.gates = gates;
  layer.direction = ctx.op.getString("direction", "forward").str();
  layer.directions = layer.direction == "bidirectional" ? 2 : 1;
  if (layer.directions == 1 && layer.direction != "forward" &&
      layer.direction != "reverse")
    return fail("unknown direction '" + Twine(layer.direction) + "'");
  if (layer.hidden > INT32_MAX)
    return fail("a hidden size of " + Twine(layer.hidden));
  if (int64_t given = ctx.op.getInt("hidden_size", layer.hidden);
      given != layer.hidden)
    return fail("'hidden_size' is " + Twine(given) + ", but R has shape " +
                toText(r.getShape()));
  const int64_t d = layer.directions, rows = gates * layer.hidden;
  const Shape shapes[] = {{d, rows, layer.inputSize},
                          {d, rows, layer.hidden},
                          {d, 2 * rows},
                          {layer.batch}};
  for (unsigned i : {1, 2, 3, 4})
    if (Error error = expectShape(ctx, i, shapes[i - 1]))
      return error;

  // There may be any number of steps without elements.
  if (Error error = ctx.countWork({d, layer.steps}))
    return error;
  if (Error error = ctx.countWork(
          {d, layer.steps, layer.batch, rows, layer.inputSize + layer.hidden}))
    return error;
  layer.x = loadReals(x);
  if (layer.batchFirst)
    layer.x = swapLeading(layer.x, layer.batch, layer.steps, layer.inputSize);
  layer.w = loadReals(w);
  layer.r = loadReals(r);
  layer.bias = ctx.has(3) ? loadReals(ctx.tensor(3)) : Matrix(d * 2 * rows, 0);
  Expected<Matrix> initial = loadState(ctx, 5, layer);
  if (!initial)
    return initial.takeError();
  layer.initialH = std::move(*initial);
  layer.lengths.assign(layer.batch, layer.steps);
  if (ctx.has(4))
    layer.lengths = loadInts(ctx.tensor(4));
  for (int64_t length : layer.lengths)
    if (length < 0 || length > layer.steps)
      return fail("a sequence of length " + Twine(length) + " among " +
                  Twine(layer.steps) + " steps");
  if (ctx.op.hasAttr("clip"))
    layer.clip = std::fabs(ctx.op.getFloat("clip", 0));
  if (Error error = readActivations(ctx, layer, defaultActivations))
    return error;
  return layer;
}

/// The product of a rows×depth matrix and the transpose of a columns×depth one.
static Matrix multiplyTransposed(KernelContext &ctx, int64_t rows,
                                 int64_t columns, int64_t depth,
                                 const double *a, const double *b) {
  Matrix result(rows * columns);
  multiply(
      ctx, 1, rows, columns, depth,
      [&](const Tile &t, double *to) {
        for (int64_t r = t.row; r != t.row + t.rows; ++r, to += t.columns)
          std::copy_n(a + r * depth + t.column, t.columns, to);
      },
      [&](const Tile &t, double *to) {
        for (int64_t r = t.row; r != t.row + t.rows; ++r)
          for (int64_t c = t.column; c != t.column + t.columns; ++c)
            *to++ = b[c * depth + r];
      },
      [&](const Tile &t, const double *sums) {
        for (int64_t r = t.row; r != t.row + t.rows; ++r, sums += t.columns)
          std::copy_n(sums, t.columns, result.data() + r * columns + t.column);
      });
  return result;
}

/// Runs the cell over all directions and steps and sets results 0 (all hidden
/// states), 1 (the last ones) and, where there is one, 2 (the last cell state).
static Error runLayer(KernelContext &ctx, const Layer &layer,
                      const Matrix &initialC, Cell cell) {
  const int64_t hidden = layer.hidden, batch = layer.batch;
  const int64_t rows = layer.gates * hidden, size = batch * hidden;
  Matrix y(layer.steps * layer.directions * size, 0);
  Matrix lastH, lastC;
  for (int64_t d = 0; d != layer.directions; ++d) {
    State state;
    state.h.assign(layer.initialH.begin() + d * size,
                   layer.initialH.begin() + (d + 1) * size);
    if (!initialC.empty())
      state.c.assign(initialC.begin() + d * size,
                     initialC.begin() + (d + 1) * size);
    const Matrix fromInput = multiplyTransposed(
        ctx, layer.steps * batch, rows, layer.inputSize, layer.x.data(),
        layer.w.data() + d * rows * layer.inputSize);
    for (int64_t step = 0; step != layer.steps; ++step) {
      const Matrix fromState =
          multiplyTransposed(ctx, batch, rows, hidden, state.h.data(),
                             layer.r.data() + d * rows * hidden);
      for (int64_t n = 0; n != batch; ++n) {
        if (step >= layer.lengths[n])
          continue;
        // A reversed sequence starts at its own end.
        const int64_t t =
            layer.isReverse(d) ? layer.lengths[n] - 1 - step : step;
        cell(d, n, fromInput.data() + (t * batch + n) * rows,
             fromState.data() + n * rows, state);
        std::copy_n(state.h.data() + n * hidden, hidden,
                    y.data() +
                        ((t * layer.directions + d) * batch + n) * hidden);
      }
    }
    append_range(lastH, state.h);
    append_range(lastC, state.c);
  }

  const ElementType type = ctx.tensor(0).getElementType();
  const int64_t d = layer.directions;
  auto setState = [&](unsigned i, Matrix values) -> Error {
    if (!ctx.wants(i))
      return Error::success();
    Shape shape = {d, batch, hidden};
    if (layer.batchFirst) {
      values = swapLeading(values, d, batch, hidden);
      std::swap(shape[0], shape[1]);
    }
    Expected<TensorValue> result = storeReals(ctx, type, shape, values);
    if (!result)
      return result.takeError();
    ctx.set(i, std::move(*result));
    return Error::success();
  };
  if (Error error = setState(1, std::move(lastH)))
    return error;
  if (!initialC.empty() || size == 0)
    if (Error error = setState(2, std::move(lastC)))
      return error;
  if (!layer.batchFirst)
    return ctx.done(storeReals(ctx, type, {layer.steps, d, batch, hidden}, y));
  // steps × directions × batch to batch × steps × directions.
  y = swapLeading(y, layer.steps * d, batch, hidden);
  return ctx.done(storeReals(ctx, type, {batch, layer.steps, d, hidden}, y));
}

Error kernels::rnn(KernelContext &ctx) {
  auto layer = getLayer(ctx, 1, {"Tanh"});
  if (!layer)
    return layer.takeError();
  const int64_t hidden = layer->hidden;
  return runLayer(ctx, *layer, {},
                  [&](int64_t d, int64_t n, const double *x, const double *h,
                      State &state) {
                    const double *b = layer->bias.data() + d * 2 * hidden;
                    for (int64_t i = 0; i != hidden; ++i)
                      state.h[n * hidden + i] = layer->activation(d, 0)(
                          layer->clipped(x[i] + h[i] + b[i] + b[hidden + i]));
                  });
}

Error kernels::gru(KernelContext &ctx) {
  auto layer = getLayer(ctx, 3, {"Sigmoid", "Tanh"});
  if (!layer)
    return layer.takeError();
  const int64_t hidden = layer->hidden;
  const bool linearBeforeReset = ctx.op.getInt("linear_before_reset", 0);
  Matrix update(hidden), reset(hidden), scaled(hidden);
  return runLayer(
      ctx, *layer, {},
      [&](int64_t d, int64_t n, const double *x, const double *h,
          State &state) {
        const double *wb = layer->bias.data() + d * 6 * hidden;
        const double *rb = wb + 3 * hidden;
        const Activation &f = layer->activation(d, 0);
        const Activation &g = layer->activation(d, 1);
        double *old = state.h.data() + n * hidden;
        for (int64_t i = 0; i != hidden; ++i) {
          const int64_t r = hidden + i;
          update[i] = f(layer->clipped(x[i] + h[i] + wb[i] + rb[i]));
          reset[i] = f(layer->clipped(x[r] + h[r] + wb[r] + rb[r]));
          scaled[i] = reset[i] * old[i];
        }
        Matrix candidate(hidden);
        const double *weights = layer->r.data() + (d * 3 + 2) * hidden * hidden;
        for (int64_t i = 0; i != hidden; ++i) {
          const int64_t c = 2 * hidden + i;
          double sum = 0;
          if (linearBeforeReset)
            sum = reset[i] * (h[c] + rb[c]);
          else
            sum = std::inner_product(scaled.begin(), scaled.end(),
                                     weights + i * hidden, 0.0) +
                  rb[c];
          candidate[i] = g(layer->clipped(x[c] + wb[c] + sum));
        }
        for (int64_t i = 0; i != hidden; ++i)
          old[i] = (1 - update[i]) * candidate[i] + update[i] * old[i];
      });
}

Error kernels::lstm(KernelContext &ctx) {
  auto layer = getLayer(ctx, 4, {"Sigmoid", "Tanh", "Tanh"});
  if (!layer)
    return layer.takeError();
  const int64_t hidden = layer->hidden;
  auto initialC = loadState(ctx, 6, *layer);
  if (!initialC)
    return initialC.takeError();
  if (Error error = expectShape(ctx, 7, {layer->directions, 3 * hidden}))
    return error;
  Matrix peepholes = ctx.has(7) ? loadReals(ctx.tensor(7))
                                : Matrix(layer->directions * 3 * hidden, 0);
  const bool inputForget = ctx.op.getInt("input_forget", 0);
  return runLayer(
      ctx, *layer, *initialC,
      [&](int64_t d, int64_t n, const double *x, const double *h,
          State &state) {
        const double *wb = layer->bias.data() + d * 8 * hidden;
        const double *rb = wb + 4 * hidden;
        const double *p = peepholes.data() + d * 3 * hidden;
        const Activation &f = layer->activation(d, 0);
        const Activation &g = layer->activation(d, 1);
        const Activation &output = layer->activation(d, 2);
        for (int64_t i = 0; i != hidden; ++i) {
          double &c = state.c[n * hidden + i];
          auto sum = [&](int64_t gate) {
            const int64_t at = gate * hidden + i;
            return x[at] + h[at] + wb[at] + rb[at];
          };
          // Gates in the order i, o, f, c; peepholes i, o, f.
          double in = f(layer->clipped(sum(0) + p[i] * c));
          double forget =
              inputForget ? 1 - in
                          : f(layer->clipped(sum(2) + p[2 * hidden + i] * c));
          c = forget * c + in * g(layer->clipped(sum(3)));
          double out = f(layer->clipped(sum(1) + p[hidden + i] * c));
          state.h[n * hidden + i] = out * output(c);
        }
      });
}
