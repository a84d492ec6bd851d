//===- Compare.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Interp/Compare.h"
#include "Dispatch.h"
#include "Iteration.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// Walks two values at once; \c path leads to where it is ("[2].").
class Comparison {
public:
  explicit Comparison(Tolerance tolerance) : tolerance(tolerance) {}

  void compareValues(const RuntimeValue &actual, const RuntimeValue &expected);

  ComparisonResult result;

private:
  void compareTensors(const TensorValue &actual, const TensorValue &expected);
  void compareNested(const RuntimeValue &actual, const RuntimeValue &expected,
                     const Twine &step);
  template <typename T>
  void compareNumbers(const TensorValue &actual, const TensorValue &expected);
  void mismatch(const Twine &what) {
    ++result.mismatches;
    if (result.firstMismatch.empty())
      result.firstMismatch = (path + what).str();
  }

  Tolerance tolerance;
  std::string path;
};
} // namespace

std::string Tolerance::str() const {
  std::string text;
  raw_string_ostream os(text);
  os << llvm::format("%g", absolute);
  if (relative != 0)
    os << llvm::format(" + %g of the expected value", relative);
  if (ofLargest != 0)
    os << llvm::format(" + %g of the largest one", ofLargest);
  return text;
}

template <typename T> static std::string format(T value) {
  if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    std::string text;
    raw_string_ostream(text) << llvm::format("%.9g", double(value));
    return text;
  }
}

template <typename T>
void Comparison::compareNumbers(const TensorValue &actual,
                                const TensorValue &expected) {
  constexpr bool isFloat = isStorageFloat<T>;
  Elements<T> a = actual.elements<T>(), b = expected.elements<T>();
  double largest = 0;
  if (tolerance.ofLargest != 0)
    for (int64_t i = 0, e = expected.getNumElements(); i != e; ++i)
      if (double y = std::fabs(double(static_cast<Compute<T>>(b[i])));
          std::isfinite(y))
        largest = std::max(largest, y);
  for (int64_t i = 0, e = actual.getNumElements(); i != e; ++i) {
    // Integers of 64 bits are compared as such: doubles may hide differences.
    auto x = static_cast<Compute<T>>(a[i]), y = static_cast<Compute<T>>(b[i]);
    if (x == y || (x != x && y != y))
      continue;
    double error = std::fabs(double(x) - double(y));
    if (std::isnan(error))
      error = INFINITY;
    result.maxError = std::max(result.maxError, error);
    const double allowed =
        tolerance.absolute + tolerance.relative * std::fabs(double(y)) +
        tolerance.ofLargest * largest;
    // Infinite only where both are: never within a tolerance.
    if ((isFloat || tolerance.integers) && std::isfinite(error) &&
        error <= allowed)
      continue;
    Shape index;
    Shape strides = getStrides(actual.getShape());
    for (unsigned d = 0; d != actual.getRank(); ++d)
      index.push_back(i / strides[d] % actual.getDim(d));
    std::string at;
    for (int64_t k : index)
      at += (at.empty() ? "" : ", ") + std::to_string(k);
    mismatch("element [" + at + "]: " + format(x) + " where " + format(y) +
             " is expected");
  }
}

void Comparison::compareTensors(const TensorValue &actual,
                                const TensorValue &expected) {
  if (actual.getElementType() != expected.getElementType() ||
      actual.getShape() != expected.getShape())
    return mismatch(RuntimeValue(actual).describe() + " where " +
                    RuntimeValue(expected).describe() + " is expected");
  const int64_t count = actual.getNumElements();
  result.compared += count;
  if (actual.isString()) {
    for (int64_t i = 0; i != count; ++i) {
      const std::string &x = actual.elements<std::string>()[i];
      const std::string &y = expected.elements<std::string>()[i];
      if (x != y)
        mismatch("string " + Twine(i) + ": \"" + x + "\" where \"" + y +
                 "\" is expected");
    }
    return;
  }
  // A complex number is two elements of its half's type.
  auto compareHalves = [&](ElementType half) {
    auto split = [&](const TensorValue &t) {
      Shape shape(t.getShape());
      shape.push_back(2);
      return TensorValue::view(half, shape, t.getBytes().data(),
                               std::make_shared<TensorValue>(t));
    };
    result.compared -= count;
    compareTensors(split(actual), split(expected));
  };
  if (actual.getElementType() == ElementType::C64)
    return compareHalves(ElementType::F32);
  if (actual.getElementType() == ElementType::C128)
    return compareHalves(ElementType::F64);
  cantFail(dispatch(RealTypes(), actual.getElementType(),
                    [&]<typename T>() -> Error {
                      compareNumbers<T>(actual, expected);
                      return Error::success();
                    }));
}

void Comparison::compareNested(const RuntimeValue &actual,
                               const RuntimeValue &expected,
                               const Twine &step) {
  const size_t length = path.size();
  path += step.str();
  compareValues(actual, expected);
  path.resize(length);
}

void Comparison::compareValues(const RuntimeValue &actual,
                               const RuntimeValue &expected) {
  auto different = [&] {
    mismatch(actual.describe() + " where " + expected.describe() +
             " is expected");
  };
  if (actual.getKind() != expected.getKind())
    return different();
  switch (actual.getKind()) {
  case RuntimeValue::Kind::Absent:
    return;
  case RuntimeValue::Kind::Tensor:
    return compareTensors(actual.getTensor(), expected.getTensor());
  case RuntimeValue::Kind::Sequence: {
    auto a = actual.getSequence(), b = expected.getSequence();
    if (a.size() != b.size())
      return different();
    for (size_t i = 0; i != a.size(); ++i)
      compareNested(a[i], b[i], "item " + Twine(i) + ": ");
    return;
  }
  case RuntimeValue::Kind::Optional:
    if (actual.hasOptionalValue() != expected.hasOptionalValue())
      return different();
    if (actual.hasOptionalValue())
      compareValues(actual.getOptionalValue(), expected.getOptionalValue());
    return;
  case RuntimeValue::Kind::Map: {
    const auto &a = actual.getMap().entries, &b = expected.getMap().entries;
    if (a.size() != b.size())
      return different();
    for (size_t i = 0; i != a.size(); ++i) {
      if (a[i].first != b[i].first)
        return mismatch("key " + Twine(i) + " differs");
      compareNested(a[i].second, b[i].second, "entry " + Twine(i) + ": ");
    }
    return;
  }
  }
}

ComparisonResult onnc::compare(const RuntimeValue &actual,
                               const RuntimeValue &expected,
                               Tolerance tolerance) {
  Comparison comparison(tolerance);
  comparison.compareValues(actual, expected);
  return comparison.result;
}
