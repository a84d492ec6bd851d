//===- Linear.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Linear models.
///
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Kernels.h"
#include "Ml.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// x · coefficients[i] + intercepts[i] for each i.
struct LinearModel {
  std::vector<double> coefficients, intercepts;
  int64_t columns, outputs;

  std::vector<double> evaluate(ArrayRef<double> x) const;
};
} // namespace

std::vector<double> LinearModel::evaluate(ArrayRef<double> x) const {
  std::vector<double> scores = intercepts;
  scores.resize(outputs);
  for (int64_t i = 0; i != outputs; ++i)
    for (int64_t k = 0; k != columns; ++k)
      scores[i] += x[k] * coefficients[i * columns + k];
  return scores;
}

static Expected<LinearModel> getModel(const KernelContext &ctx, int64_t columns,
                                      int64_t outputs) {
  SmallVector<double, 6> coefficients = ctx.op.getFloats("coefficients");
  SmallVector<double, 6> intercepts = ctx.op.getFloats("intercepts");
  int64_t expected;
  if (MulOverflow(columns, outputs, expected))
    return fail(Twine(outputs) + " outputs of " + Twine(columns) + " columns");
  if (Error error = checkSize("coefficients", coefficients.size(), expected))
    return error;
  if (columns == 0 && intercepts.empty())
    return fail("there are neither columns nor intercepts");
  if (!intercepts.empty())
    if (Error error = checkSize("intercepts", intercepts.size(), outputs))
      return error;
  return LinearModel{{coefficients.begin(), coefficients.end()},
                     {intercepts.begin(), intercepts.end()},
                     columns,
                     outputs};
}

Error kernels::mlLinearRegressor(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  const int64_t targets = ctx.op.getInt("targets", 1);
  if (targets < 1)
    return fail("'targets' is " + Twine(targets));
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  auto model = getModel(ctx, x->columns, targets);
  if (!model)
    return model.takeError();
  if (Error error = checkRoom(ctx, x->count, targets))
    return error;
  std::vector<double> y;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<double> scores = model->evaluate((*x)[i]);
    applyTransform(*transform, scores);
    y.insert(y.end(), scores.begin(), scores.end());
  }
  return ctx.done(storeReals(ctx, ElementType::F32, {x->count, targets}, y));
}

Error kernels::mlLinearClassifier(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  Expected<Labels> labels = Labels::get(ctx.op, "classlabels_ints");
  if (!labels)
    return labels.takeError();
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  // One row of coefficients decides between two classes, or for or against one.
  const size_t size = ctx.op.getFloats("coefficients").size();
  const bool isSingle = int64_t(size) == x->columns;
  if (isSingle && labels->size() > 2)
    return fail("one row of coefficients for " + Twine(labels->size()) +
                " classes");
  auto model = getModel(ctx, x->columns, isSingle ? 1 : labels->size());
  if (!model)
    return model.takeError();

  if (Error error = checkRoom(ctx, x->count, labels->size()))
    return error;
  const bool addsFirst = model->outputs == 1 && labels->size() == 2;
  std::vector<int64_t> classes;
  std::vector<double> z;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<double> scores = model->evaluate((*x)[i]);
    if (addsFirst)
      scores.insert(scores.begin(), -scores[0]);
    applyTransform(*transform, scores);
    const double threshold = *transform == PostTransform::None ? 0 : 0.5;
    classes.push_back(scores.size() > 1        ? findLargest(scores)
                      : scores[0] >= threshold ? 0
                                               : -1);
    z.insert(z.end(), scores.begin(), scores.end());
  }
  return finishClasses(ctx, *labels, classes, z, model->outputs + addsFirst);
}
