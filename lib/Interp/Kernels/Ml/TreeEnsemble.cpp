//===- TreeEnsemble.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Kernels.h"
#include "Forest.h"
#include "Ml.h"
#include <set>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// In the order of TreeEnsemble's numbers.
enum class Aggregation { Average, Sum, Min, Max };
} // namespace

/// Adds the votes for \p row of all trees to \p scores, one for each target.
static void sumVotes(const Forest &forest, ArrayRef<double> row,
                     MutableArrayRef<double> scores) {
  for (unsigned tree = 0; tree != forest.getNumTrees(); ++tree)
    for (auto [target, weight] : forest.find(tree, row))
      scores[target] += weight;
}

/// The least or largest vote for each target that has one.
static void selectVotes(const Forest &forest, ArrayRef<double> row,
                        bool largest, MutableArrayRef<double> scores) {
  std::set<int64_t> seen;
  for (unsigned tree = 0; tree != forest.getNumTrees(); ++tree)
    for (auto [target, weight] : forest.find(tree, row)) {
      double &score = scores[target];
      if (seen.insert(target).second)
        score = weight;
      else
        score = largest ? std::max(score, weight) : std::min(score, weight);
    }
}

/// The regression that both operators do: votes are aggregated, base values are
/// added where there are any, scores are transformed.
static Error regress(KernelContext &ctx, const Forest &forest,
                     Aggregation aggregation, PostTransform transform,
                     ArrayRef<double> base) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  int64_t targets = ctx.op.getInt("n_targets", 0);
  if (!ctx.op.getAttr("n_targets"))
    for (const auto &leaf : forest.getLeaves())
      for (auto [target, weight] : leaf)
        targets = std::max(targets, target + 1);
  if (Error error = forest.check(x->columns, targets))
    return error;
  if (!base.empty())
    if (Error error = checkSize("base_values", base.size(), targets))
      return error;
  auto y = ctx.allocate(ctx.resultType(), {x->count, targets});
  if (!y)
    return y.takeError();
  auto scratch = ctx.allocate(ElementType::F64, {targets});
  if (!scratch)
    return scratch.takeError();
  MutableArrayRef<double> scores(scratch->mutableData<double>(), targets);
  if (Error error =
          dispatch(FloatTypes(), ctx.resultType(), [&]<typename T>() -> Error {
            T *to = y->mutableData<T>();
            for (int64_t i = 0; i != x->count; ++i) {
              std::fill(scores.begin(), scores.end(), 0);
              if (aggregation == Aggregation::Min ||
                  aggregation == Aggregation::Max)
                selectVotes(forest, (*x)[i], aggregation == Aggregation::Max,
                            scores);
              else
                sumVotes(forest, (*x)[i], scores);
              for (int64_t t = 0; t != targets; ++t) {
                if (aggregation == Aggregation::Average)
                  scores[t] /= forest.getNumTrees();
                if (!base.empty())
                  scores[t] += base[t];
              }
              applyTransform(transform, scores);
              for (double score : scores)
                *to++ = static_cast<T>(score);
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::mlTreeEnsemble(KernelContext &ctx) {
  auto forest = Forest::get(ctx);
  if (!forest)
    return forest.takeError();
  const int64_t aggregation = ctx.op.getInt("aggregate_function", 1);
  const int64_t transform = ctx.op.getInt("post_transform", 0);
  if (aggregation < 0 || aggregation > int64_t(Aggregation::Max))
    return fail("'aggregate_function' is " + Twine(aggregation));
  if (transform < 0 || transform > int64_t(PostTransform::Probit))
    return fail("'post_transform' is " + Twine(transform));
  return regress(ctx, *forest, static_cast<Aggregation>(aggregation),
                 static_cast<PostTransform>(transform), {});
}

Error kernels::mlTreeEnsembleRegressor(KernelContext &ctx) {
  auto forest = Forest::getOld(ctx, "target");
  if (!forest)
    return forest.takeError();
  auto base = getReals(ctx, "base_values");
  if (!base)
    return base.takeError();
  static constexpr std::pair<StringLiteral, Aggregation> names[] = {
      {"SUM", Aggregation::Sum},
      {"AVERAGE", Aggregation::Average},
      {"MIN", Aggregation::Min},
      {"MAX", Aggregation::Max}};
  auto choice = getChoice(
      ctx.op, "aggregate_function",
      {names[0].first, names[1].first, names[2].first, names[3].first});
  if (!choice)
    return choice.takeError();
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  return regress(ctx, *forest, names[*choice].second, *transform, *base);
}

/// The only class that leaves vote for; nullopt where there are others.
static std::optional<int64_t> getOnlyTarget(const Forest &forest) {
  std::optional<int64_t> only;
  for (const auto &leaf : forest.getLeaves())
    for (auto [target, weight] : leaf) {
      if (only && *only != target)
        return std::nullopt;
      only = target;
    }
  return only;
}

Error kernels::mlTreeEnsembleClassifier(KernelContext &ctx) {
  auto forest = Forest::getOld(ctx, "class");
  if (!forest)
    return forest.takeError();
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  auto base = getReals(ctx, "base_values");
  if (!base)
    return base.takeError();
  Expected<Labels> labels = Labels::get(ctx.op, "classlabels_int64s");
  if (!labels)
    return labels.takeError();
  Expected<PostTransform> transform = getPostTransform(ctx.op);
  if (!transform)
    return transform.takeError();
  if (Error error = forest->check(x->columns, labels->size()))
    return error;
  const std::optional<int64_t> only =
      labels->size() <= 2 ? getOnlyTarget(*forest) : std::nullopt;
  // Votes for one class of two have one base value, too.
  if (only && base->size() == 1)
    base->resize(labels->size(), base->front());
  if (!base->empty())
    if (Error error = checkSize("base_values", base->size(), labels->size()))
      return error;

  bool isShare = true;
  for (const auto &leaf : forest->getLeaves())
    for (auto [target, weight] : leaf)
      isShare &= weight >= 0;
  isShare = *transform == PostTransform::Probit ||
            (isShare && *transform == PostTransform::None);
  if (Error error = checkRoom(ctx, x->count, labels->size()))
    return error;
  std::vector<int64_t> classes;
  std::vector<double> z;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<double> scores = *base;
    scores.resize(labels->size());
    sumVotes(*forest, (*x)[i], scores);
    if (only || labels->size() == 1) {
      // The votes are for the second class of two, and the first has what they
      // leave: the rest to 1 of shares, else their negation.
      const double score = scores[only.value_or(0)];
      scores = {isShare ? 1 - score : -score, score};
    }
    applyTransform(*transform, scores);
    const int64_t best = findLargest(scores);
    classes.push_back(labels->size() == 1 ? best - 1 : best);
    z.insert(z.end(), scores.begin(), scores.end());
  }
  return finishClasses(ctx, *labels, classes, z,
                       std::max<int64_t>(labels->size(), 2));
}
