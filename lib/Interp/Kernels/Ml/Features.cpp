//===- Features.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that prepare features.
///
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Iteration.h"
#include "../../Kernels.h"
#include "Ml.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

using FeatureTypes = TypeSet<
    TypeCase<ElementType::F32, float>, TypeCase<ElementType::F64, double>,
    TypeCase<ElementType::I64, int64_t>, TypeCase<ElementType::I32, int32_t>>;

/// The size of the last dimension, which an element's index modulo is its
/// column; 1 for a scalar.
static int64_t getColumns(const TensorValue &x) {
  return x.getRank() ? std::max<int64_t>(x.getShape().back(), 1) : 1;
}

/// An error unless \p list has an element for all columns of \p x or one for
/// each.
static Error checkPerColumn(StringRef name, size_t size, const TensorValue &x) {
  if (size == 1)
    return Error::success();
  return checkSize(name, size, getColumns(x));
}

Error kernels::mlArrayFeatureExtractor(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() == 0)
    return fail("a scalar has no dimension to index");
  const std::vector<int64_t> indices = loadInts(ctx.tensor(1));
  const int64_t columns = x.getShape().back();
  for (int64_t index : indices)
    if (index < 0 || index >= columns)
      return fail("index " + Twine(index) + " is out of range for " +
                  Twine(columns) + " columns");
  Shape shape(x.getShape());
  shape.back() = indices.size();
  const int64_t rows = product(ArrayRef(x.getShape()).drop_back());
  if (shape.size() == 1)
    shape.insert(shape.begin(), 1);
  auto y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    T *to = y->mutableData<T>();
    for (int64_t row = 0; row != rows; ++row)
      for (int64_t index : indices)
        *to++ = x.elements<T>()[row * columns + index];
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

Error kernels::mlBinarizer(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  const double threshold = ctx.op.getFloat("threshold", 0);
  if (Error error = dispatch(
          FeatureTypes(), x.getElementType(), [&]<typename T>() -> Error {
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i)
              y->mutableData<T>()[i] =
                  static_cast<double>(x.elements<T>()[i]) > threshold;
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::mlFeatureVectorizer(KernelContext &ctx) {
  SmallVector<int64_t, 6> sizes = ctx.op.getInts("inputdimensions");
  if (!sizes.empty() && sizes.size() != ctx.getNumOperands())
    return fail("'inputdimensions' has " + Twine(sizes.size()) +
                " elements for " + Twine(ctx.getNumOperands()) + " operands");
  std::vector<Rows> parts;
  int64_t columns = 0;
  for (unsigned i = 0; i != ctx.getNumOperands(); ++i) {
    auto part = loadRows(ctx.tensor(i));
    if (!part)
      return part.takeError();
    if (i && part->count != parts[0].count)
      return fail("operand " + Twine(i) + " has " + Twine(part->count) +
                  " rows where " + Twine(parts[0].count) + " are expected");
    parts.push_back(std::move(*part));
    if (sizes.size() <= i)
      sizes.push_back(parts.back().columns);
    if (sizes[i] < 0 || AddOverflow(columns, sizes[i], columns))
      return fail("'inputdimensions' has " + Twine(sizes[i]));
  }
  const int64_t rows = parts.empty() ? 0 : parts[0].count;
  auto y = ctx.allocate(ElementType::F32, {rows, columns});
  if (!y)
    return y.takeError();
  float *to = y->mutableData<float>();
  for (int64_t row = 0; row != rows; ++row)
    for (unsigned i = 0; i != parts.size(); ++i) {
      ArrayRef<double> from = parts[i][row];
      llvm::copy(from.take_front(sizes[i]), to);
      to += sizes[i];
    }
  return ctx.done(std::move(*y));
}

Error kernels::mlImputer(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  auto impute = [&](StringRef name, const auto &values, auto replaced) {
    if (Error error = checkPerColumn(name, values.size(), x))
      return error;
    const int64_t period = values.size() == 1 ? 1 : getColumns(x);
    return dispatch(
        FeatureTypes(), x.getElementType(), [&]<typename T>() -> Error {
          for (auto value : values)
            if (std::is_integral_v<T> && int64_t(T(value)) != int64_t(value))
              return fail("'" + name +
                          "' has a value that no element can hold");
          for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
            const T element = x.elements<T>()[i];
            const bool isReplaced =
                element == replaced ||
                (element != element && replaced != replaced);
            y->mutableData<T>()[i] =
                isReplaced ? static_cast<T>(values[i % period]) : element;
          }
          return Error::success();
        });
  };
  Error error = isFloat(x.getElementType())
                    ? impute("imputed_value_floats",
                             ctx.op.getFloats("imputed_value_floats"),
                             ctx.op.getFloat("replaced_value_float", 0))
                    : impute("imputed_value_int64s",
                             ctx.op.getInts("imputed_value_int64s"),
                             ctx.op.getInt("replaced_value_int64", 0));
  if (error)
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::mlNormalizer(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  enum Norm { Max, L1, L2 };
  auto norm = getChoice(ctx.op, "norm", {"MAX", "L1", "L2"});
  if (!norm)
    return norm.takeError();
  std::vector<double> y = x->values;
  for (int64_t i = 0; i != x->count; ++i) {
    // Relative to the largest magnitude, so that squares don't overflow.
    double largest = 0, sum = 0;
    for (double value : (*x)[i])
      largest = std::max(largest, std::fabs(value));
    if (largest == 0)
      continue;
    for (double value : (*x)[i]) {
      const double share = std::fabs(value) / largest;
      sum += *norm == L2 ? share * share : share;
    }
    const double divisor = *norm == Max  ? 1
                           : *norm == L1 ? sum
                                         : std::sqrt(sum);
    for (int64_t k = 0; k != x->columns; ++k)
      y[i * x->columns + k] = (*x)[i][k] / largest / divisor;
  }
  return ctx.done(
      storeReals(ctx, ElementType::F32, ctx.tensor(0).getShape(), y));
}

Error kernels::mlScaler(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  SmallVector<double, 6> offset = ctx.op.getFloats("offset");
  SmallVector<double, 6> scale = ctx.op.getFloats("scale");
  if (offset.empty())
    offset.push_back(0);
  if (scale.empty())
    scale.push_back(1);
  if (Error error = checkPerColumn("offset", offset.size(), x))
    return error;
  if (Error error = checkPerColumn("scale", scale.size(), x))
    return error;
  std::vector<double> y = loadReals(x);
  for (size_t i = 0; i != y.size(); ++i)
    y[i] = (y[i] - offset[i % offset.size()]) * scale[i % scale.size()];
  return ctx.done(storeReals(ctx, ElementType::F32, x.getShape(), y));
}

Error kernels::mlOneHotEncoder(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  StringMap<int64_t> words;
  std::map<int64_t, int64_t> numbers;
  int64_t size = 0;
  if (x.isString())
    for (const std::string &word : getStrings(ctx.op, "cats_strings"))
      words[word] = size++;
  else
    for (int64_t number : ctx.op.getInts("cats_int64s"))
      numbers[number] = size++;
  Shape shape(x.getShape());
  shape.push_back(size);
  auto y = ctx.allocate(ElementType::F32, shape);
  if (!y)
    return y.takeError();
  const bool allowsOthers = ctx.op.getInt("zeros", 1) != 0;
  auto encode = [&](const auto &categories, auto key, int64_t i) -> Error {
    auto it = categories.find(key);
    if (it != categories.end())
      y->mutableData<float>()[i * size + it->second] = 1;
    else if (!allowsOthers)
      return fail("element " + Twine(i) + " has no category");
    return Error::success();
  };
  if (Error error = dispatch(
          FeatureTypes() + StringType(), x.getElementType(),
          [&]<typename T>() -> Error {
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
              Error error = [&] {
                if constexpr (std::is_same_v<T, std::string>)
                  return encode(words, StringRef(x.elements<T>()[i]), i);
                else if constexpr (std::is_floating_point_v<T>)
                  return encode(numbers,
                                truncateTo<int64_t>(x.elements<T>()[i]), i);
                else
                  return encode(numbers, int64_t(x.elements<T>()[i]), i);
              }();
              if (error)
                return error;
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
