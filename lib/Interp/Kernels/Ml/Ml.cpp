//===- Ml.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ml.h"
#include "../../Dispatch.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static Expected<TensorValue> getTensor(const KernelContext &ctx, StringRef name,
                                       function_ref<bool(ElementType)> allows) {
  auto constant = ctx.op.getAttrOfType<ConstantAttr>(name);
  if (!constant)
    return fail("'" + name + "' is missing");
  if (!allows(constant.getType().getElementType()))
    return fail("'" + name + "' has elements of type " +
                getName(constant.getType().getElementType()));
  return TensorValue::fromConstant(constant, ctx.getBudget());
}

Expected<std::vector<double>> interp::getRealTensor(const KernelContext &ctx,
                                                    StringRef name) {
  auto tensor =
      getTensor(ctx, name, [](ElementType type) { return isFloat(type); });
  if (!tensor)
    return tensor.takeError();
  return loadReals(*tensor);
}

Expected<std::vector<int64_t>> interp::getIntTensor(const KernelContext &ctx,
                                                    StringRef name) {
  auto tensor =
      getTensor(ctx, name, [](ElementType type) { return isInteger(type); });
  if (!tensor)
    return tensor.takeError();
  return loadInts(*tensor);
}

Expected<std::vector<double>> interp::getReals(const KernelContext &ctx,
                                               StringRef name) {
  const std::string tensor = (name + "_as_tensor").str();
  SmallVector<double, 6> list = ctx.op.getFloats(name);
  if (!ctx.op.getAttr(tensor))
    return std::vector<double>(list.begin(), list.end());
  if (!list.empty())
    return fail("both '" + name + "' and '" + tensor + "' are there");
  return getRealTensor(ctx, tensor);
}

ArrayRef<std::string> interp::getStrings(const Operation &op, StringRef name) {
  auto list = op.getAttrOfType<StringsAttr>(name);
  return list ? list.getValue() : ArrayRef<std::string>();
}

Expected<size_t> interp::getChoice(const Operation &op, StringRef name,
                                   ArrayRef<StringRef> choices) {
  StringRef text = op.getString(name, choices.front());
  const StringRef *it = llvm::find(choices, text);
  if (it == choices.end())
    return fail("'" + name + "' is \"" + text + "\"");
  return it - choices.begin();
}

Error interp::checkSize(StringRef name, size_t size, size_t expected) {
  if (size == expected)
    return Error::success();
  return fail("'" + name + "' has " + Twine(size) + " elements where " +
              Twine(expected) + " are expected");
}

//===----------------------------------------------------------------------===//
// Features and labels
//===----------------------------------------------------------------------===//

Expected<Rows> interp::loadRows(const TensorValue &x) {
  if (x.getRank() != 1 && x.getRank() != 2)
    return fail("the input has shape " + toText(x.getShape()) +
                " where a vector or a matrix is expected");
  return Rows{x.getRank() == 2 ? x.getDim(0) : 1, x.getShape().back(),
              loadReals(x)};
}

Error interp::checkRoom(const KernelContext &ctx, int64_t rows,
                        int64_t columns) {
  return ctx.allocate(ElementType::F64, {rows, columns}).takeError();
}

Expected<Labels> Labels::get(const Operation &op, StringRef ints) {
  Labels labels;
  labels.strings = getStrings(op, "classlabels_strings");
  labels.integers = op.getInts(ints);
  if (labels.strings.empty() == labels.integers.empty())
    return fail("one of 'classlabels_strings' and '" + ints + "' is needed");
  return labels;
}

Expected<TensorValue> Labels::select(KernelContext &ctx,
                                     ArrayRef<int64_t> classes) const {
  const bool isStrings = !strings.empty();
  auto y = ctx.allocate(isStrings ? ElementType::String : ElementType::I64,
                        {int64_t(classes.size())});
  if (!y)
    return y;
  for (size_t i = 0; i != classes.size(); ++i) {
    if (classes[i] < 0)
      continue;
    if (isStrings)
      y->mutableData<std::string>()[i] = strings[classes[i]];
    else
      y->mutableData<int64_t>()[i] = integers[classes[i]];
  }
  return y;
}

MapValue Labels::zip(ArrayRef<RuntimeValue> values) const {
  MapValue map;
  for (size_t i = 0; i != values.size(); ++i) {
    if (!strings.empty())
      map.entries.emplace_back(strings[i], values[i]);
    else
      map.entries.emplace_back(integers[i], values[i]);
  }
  return map;
}

int64_t interp::findLargest(ArrayRef<double> scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

Error interp::finishClasses(KernelContext &ctx, const Labels &labels,
                            ArrayRef<int64_t> classes, ArrayRef<double> scores,
                            int64_t columns) {
  auto y = labels.select(ctx, classes);
  if (!y)
    return y.takeError();
  if (ctx.wants(1)) {
    auto z = storeReals(ctx, ElementType::F32,
                        {int64_t(classes.size()), columns}, scores);
    if (!z)
      return z.takeError();
    ctx.set(1, std::move(*z));
  }
  return ctx.done(std::move(*y));
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

Expected<PostTransform> interp::getPostTransform(const Operation &op) {
  auto choice =
      getChoice(op, "post_transform",
                {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"});
  if (!choice)
    return choice.takeError();
  return static_cast<PostTransform>(*choice);
}

static double logistic(double x) {
  const double e = std::exp(-std::fabs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/// The x below which a share \p p of the standard normal distribution lies, by
/// bisection.
static double probit(double p) {
  if (!(p >= 0 && p <= 1))
    return NAN;
  if (p == 0 || p == 1)
    return p == 0 ? -INFINITY : INFINITY;
  if (p > 0.5)
    return -probit(1 - p);
  double low = -40, high = 0;
  for (int i = 0; i != 64; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle * M_SQRT1_2) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// \p keepsZero: nearly zero counts as e⁻ᵐ times itself instead of e⁰⁻ᵐ.
static void softmax(MutableArrayRef<double> scores, bool keepsZero) {
  if (scores.empty())
    return;
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double &score : scores) {
    score = keepsZero && std::fabs(score) <= 1e-7 ? score * std::exp(-largest)
                                                  : std::exp(score - largest);
    sum += score;
  }
  for (double &score : scores)
    score = sum == 0 ? 0.5 : score / sum;
}

void interp::applyTransform(PostTransform transform,
                            MutableArrayRef<double> scores) {
  switch (transform) {
  case PostTransform::None:
    return;
  case PostTransform::Softmax:
    return softmax(scores, false);
  case PostTransform::SoftmaxZero:
    return softmax(scores, true);
  case PostTransform::Logistic:
    for (double &score : scores)
      score = logistic(score);
    return;
  case PostTransform::Probit:
    for (double &score : scores)
      score = probit(score);
    return;
  }
}
