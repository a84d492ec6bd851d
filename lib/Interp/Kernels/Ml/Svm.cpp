//===- Svm.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Support vector machines, as in libsvm: Chang and Lin, "LIBSVM: A library for
/// support vector machines", 2011.
///
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Kernels.h"
#include "Ml.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Kernel functions
//===----------------------------------------------------------------------===//

namespace {
class KernelFunction {
public:
  enum Kind { Linear, Poly, Rbf, Sigmoid };

  static Expected<KernelFunction> get(const Operation &op);
  double operator()(ArrayRef<double> a, ArrayRef<double> b) const;

private:
  Kind kind;
  double gamma = 0, offset = 0, degree = 0;
};
} // namespace

static double dot(ArrayRef<double> a, ArrayRef<double> b) {
  double sum = 0;
  for (size_t i = 0; i != a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

Expected<KernelFunction> KernelFunction::get(const Operation &op) {
  KernelFunction function;
  auto kind =
      getChoice(op, "kernel_type", {"LINEAR", "POLY", "RBF", "SIGMOID"});
  if (!kind)
    return kind.takeError();
  function.kind = static_cast<Kind>(*kind);
  SmallVector<double, 6> params = op.getFloats("kernel_params");
  if (params.empty())
    return function;
  if (Error error = checkSize("kernel_params", params.size(), 3))
    return error;
  function.gamma = params[0];
  function.offset = params[1];
  function.degree = std::trunc(params[2]);
  return function;
}

double KernelFunction::operator()(ArrayRef<double> a,
                                  ArrayRef<double> b) const {
  switch (kind) {
  case Linear:
    return dot(a, b);
  case Poly:
    return std::pow(gamma * dot(a, b) + offset, degree);
  case Sigmoid:
    return std::tanh(gamma * dot(a, b) + offset);
  case Rbf:
    double sum = 0;
    for (size_t i = 0; i != a.size(); ++i)
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::exp(-gamma * sum);
  }
  llvm_unreachable("unknown kernel function");
}

//===----------------------------------------------------------------------===//
// Machines
//===----------------------------------------------------------------------===//

namespace {

/// The attributes of both operators.
struct Machine {
  KernelFunction kernel;
  SmallVector<double, 6> vectors, coefficients, rho;
  int64_t columns;

  static Expected<Machine> get(const Operation &op, int64_t columns);
  /// Checks that there are \p count vectors.
  Error checkVectors(int64_t count) const;
  /// The kernel of \p x and each of \p count vectors.
  std::vector<double> evaluate(ArrayRef<double> x, int64_t count) const;
};

/// Decides between pairs of classes: (0, 1), (0, 2), …, (1, 2), ….
class PairwiseClassifier {
public:
  /// For an input of \p rows.
  static Expected<PairwiseClassifier> get(KernelContext &ctx, int64_t rows,
                                          Machine machine, int64_t numClasses);

  /// A score for each pair: positive for the first class.
  std::vector<double> evaluate(ArrayRef<double> x) const;
  /// The class that most pairs decide for.
  int64_t vote(ArrayRef<double> scores) const;
  bool hasProbabilities() const { return !probA.empty(); }
  /// Of the classes, from the scores of the pairs.
  std::vector<double> getProbabilities(ArrayRef<double> scores) const;

private:
  explicit PairwiseClassifier(Machine machine) : machine(std::move(machine)) {}

  Machine machine;
  int64_t numClasses = 0, numVectors = 0;
  /// The vectors of class i are [starts[i], starts[i + 1]).
  std::vector<int64_t> starts;
  SmallVector<double, 6> probA, probB;
};

} // namespace

Expected<Machine> Machine::get(const Operation &op, int64_t columns) {
  auto kernel = KernelFunction::get(op);
  if (!kernel)
    return kernel.takeError();
  Machine machine{*kernel, op.getFloats("support_vectors"),
                  op.getFloats("coefficients"), op.getFloats("rho"), columns};
  if (machine.rho.empty())
    return fail("'rho' is missing");
  if (columns == 0)
    return fail("the input has no columns");
  return machine;
}

Error Machine::checkVectors(int64_t count) const {
  int64_t size;
  if (MulOverflow(count, columns, size))
    return fail(Twine(count) + " support vectors");
  return checkSize("support_vectors", vectors.size(), size);
}

std::vector<double> Machine::evaluate(ArrayRef<double> x, int64_t count) const {
  std::vector<double> values;
  for (int64_t i = 0; i != count; ++i)
    values.push_back(kernel(x, ArrayRef(vectors).slice(i * columns, columns)));
  return values;
}

Expected<PairwiseClassifier> PairwiseClassifier::get(KernelContext &ctx,
                                                     int64_t rows,
                                                     Machine machine,
                                                     int64_t numClasses) {
  PairwiseClassifier result(std::move(machine));
  const Machine &m = result.machine;
  SmallVector<int64_t, 6> counts = ctx.op.getInts("vectors_per_class");
  if (Error error = checkSize("vectors_per_class", counts.size(), numClasses))
    return error;
  if (numClasses < 2)
    return fail("support vectors for one class only");
  int64_t total = 0;
  for (int64_t count : counts) {
    result.starts.push_back(total);
    if (count < 0 || AddOverflow(total, count, total))
      return fail("'vectors_per_class' has " + Twine(count));
  }
  result.starts.push_back(total);
  result.numClasses = numClasses;
  result.numVectors = total;
  const size_t numPairs = numClasses * (numClasses - 1) / 2;
  result.probA = ctx.op.getFloats("prob_a");
  result.probB = ctx.op.getFloats("prob_b");
  if (Error error = m.checkVectors(total))
    return error;
  if (Error error =
          ctx.countWork({rows, total + numClasses * numClasses, m.columns}))
    return error;
  if (Error error = checkSize("coefficients", m.coefficients.size(),
                              size_t(numClasses - 1) * total))
    return error;
  if (Error error = checkSize("rho", m.rho.size(), numPairs))
    return error;
  if (!result.probA.empty())
    if (Error error = checkSize("prob_a", result.probA.size(), numPairs))
      return error;
  if (Error error =
          checkSize("prob_b", result.probB.size(), result.probA.size()))
    return error;
  return result;
}

std::vector<double> PairwiseClassifier::evaluate(ArrayRef<double> x) const {
  const std::vector<double> values = machine.evaluate(x, numVectors);
  // Row r of the coefficients holds, for a vector of class c, what it counts
  // against class r where r < c and against r + 1 otherwise.
  auto sum = [&](int64_t row, int64_t c) {
    double result = 0;
    for (int64_t v = starts[c]; v != starts[c + 1]; ++v)
      result += machine.coefficients[row * numVectors + v] * values[v];
    return result;
  };
  std::vector<double> scores;
  for (int64_t i = 0; i != numClasses; ++i)
    for (int64_t j = i + 1; j != numClasses; ++j)
      scores.push_back(machine.rho[scores.size()] + sum(j - 1, i) + sum(i, j));
  return scores;
}

int64_t PairwiseClassifier::vote(ArrayRef<double> scores) const {
  std::vector<double> votes(numClasses);
  size_t pair = 0;
  for (int64_t i = 0; i != numClasses; ++i)
    for (int64_t j = i + 1; j != numClasses; ++j)
      ++votes[scores[pair++] > 0 ? i : j];
  return findLargest(votes);
}

/// From \p r, row-major with the probability of i against j at (i, j), the
/// probabilities of the classes: method 2 of Wu, Lin and Weng, "Probability
/// estimates for multi-class classification by pairwise coupling", 2004.
static std::vector<double> couple(ArrayRef<double> r, int64_t n) {
  std::vector<double> q(n * n), qp(n), p(n, 1.0 / n);
  for (int64_t i = 0; i != n; ++i)
    for (int64_t j = 0; j != n; ++j) {
      if (i == j)
        continue;
      q[i * n + i] += r[j * n + i] * r[j * n + i];
      q[i * n + j] = -r[j * n + i] * r[i * n + j];
    }
  for (int64_t round = 0; round != std::max<int64_t>(100, n); ++round) {
    double pqp = 0, error = 0;
    for (int64_t i = 0; i != n; ++i) {
      qp[i] = dot(ArrayRef(q).slice(i * n, n), p);
      pqp += p[i] * qp[i];
    }
    for (int64_t i = 0; i != n; ++i)
      error = std::max(error, std::fabs(qp[i] - pqp));
    if (error < 0.005 / n)
      break;
    for (int64_t i = 0; i != n; ++i) {
      const double diff = (pqp - qp[i]) / q[i * n + i];
      const double scale = 1 / (1 + diff);
      p[i] += diff;
      pqp = (pqp + diff * (diff * q[i * n + i] + 2 * qp[i])) * scale * scale;
      for (int64_t j = 0; j != n; ++j) {
        qp[j] = (qp[j] + diff * q[i * n + j]) * scale;
        p[j] *= scale;
      }
    }
  }
  return p;
}

std::vector<double>
PairwiseClassifier::getProbabilities(ArrayRef<double> scores) const {
  std::vector<double> r(numClasses * numClasses);
  size_t pair = 0;
  for (int64_t i = 0; i != numClasses; ++i)
    for (int64_t j = i + 1; j != numClasses; ++j, ++pair) {
      const double p =
          1 / (1 + std::exp(scores[pair] * probA[pair] + probB[pair]));
      r[i * numClasses + j] = std::clamp(p, 1e-7, 1 - 1e-7);
      r[j * numClasses + i] = 1 - r[i * numClasses + j];
    }
  return couple(r, numClasses);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Without support vectors: a row of coefficients for each class.
static Error classifyLinearly(KernelContext &ctx, const Rows &x,
                              const Labels &labels, const Machine &machine,
                              PostTransform transform) {
  int64_t size;
  if (MulOverflow(labels.size(), x.columns, size))
    return fail(Twine(x.columns) + " columns");
  if (Error error =
          checkSize("coefficients", machine.coefficients.size(), size))
    return error;
  std::vector<int64_t> classes;
  std::vector<double> z;
  for (int64_t i = 0; i != x.count; ++i) {
    std::vector<double> scores;
    for (int64_t c = 0; c != labels.size(); ++c)
      scores.push_back(
          machine.rho[0] +
          dot(x[i],
              ArrayRef(machine.coefficients).slice(c * x.columns, x.columns)));
    classes.push_back(scores.size() > 1 ? findLargest(scores)
                      : scores[0] > 0   ? 0
                                        : -1);
    applyTransform(transform, scores);
    z.insert(z.end(), scores.begin(), scores.end());
  }
  return finishClasses(ctx, labels, classes, z, labels.size());
}

Error kernels::mlSvmClassifier(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  Expected<Labels> labels = Labels::get(ctx.op, "classlabels_ints");
  if (!labels)
    return labels.takeError();
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  auto machine = Machine::get(ctx.op, x->columns);
  if (!machine)
    return machine.takeError();
  if (ctx.op.getInts("vectors_per_class").empty())
    return classifyLinearly(ctx, *x, *labels, *machine, *transform);
  auto classifier = PairwiseClassifier::get(ctx, x->count, std::move(*machine),
                                            labels->size());
  if (!classifier)
    return classifier.takeError();

  std::vector<int64_t> classes;
  std::vector<double> z;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<double> scores = classifier->evaluate((*x)[i]);
    classes.push_back(classifier->vote(scores));
    if (classifier->hasProbabilities())
      scores = classifier->getProbabilities(scores);
    else if (scores.size() == 1)
      // The score of the only pair has the place of the second class.
      scores.insert(scores.begin(), *transform == PostTransform::Probit
                                        ? 1 - scores[0]
                                        : -scores[0]);
    applyTransform(*transform, scores);
    z.insert(z.end(), scores.begin(), scores.end());
  }
  const int64_t n = labels->size();
  return finishClasses(
      ctx, *labels, classes, z,
      classifier->hasProbabilities() || n == 2 ? n : n * (n - 1) / 2);
}

Error kernels::mlSvmRegressor(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  auto machine = Machine::get(ctx.op, x->columns);
  if (!machine)
    return machine.takeError();
  const int64_t count = ctx.op.getInt("n_supports", 0);
  if (count < 0)
    return fail("'n_supports' is " + Twine(count));
  if (count)
    if (Error error = machine->checkVectors(count))
      return error;
  if (Error error = checkSize("coefficients", machine->coefficients.size(),
                              count ? count : x->columns))
    return error;
  if (Error error = ctx.countWork({x->count, count, x->columns}))
    return error;
  std::vector<double> y;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<double> terms =
        count ? machine->evaluate((*x)[i], count) : (*x)[i].vec();
    double score = machine->rho[0] + dot(machine->coefficients, terms);
    if (ctx.op.getInt("one_class", 0))
      score = score > 0 ? 1 : -1;
    applyTransform(*transform, score);
    y.push_back(score);
  }
  return ctx.done(storeReals(ctx, ElementType::F32, {x->count, 1}, y));
}
