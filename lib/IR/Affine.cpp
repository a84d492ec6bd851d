//===- Affine.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Affine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

Box onnc::getFullBox(ArrayRef<int64_t> shape) {
  Box box;
  for (int64_t dim : shape)
    box.push_back({0, dim});
  return box;
}

bool onnc::isEmpty(ArrayRef<Range> box) {
  return any_of(box, [](Range r) { return r.empty(); });
}

int64_t onnc::getVolume(ArrayRef<Range> box) {
  int64_t count = 1;
  for (Range range : box)
    count *= range.size();
  return count;
}

Box onnc::intersect(ArrayRef<Range> a, ArrayRef<Range> b) {
  Box box;
  for (auto [ra, rb] : zip_equal(a, b))
    box.push_back(ra.intersect(rb));
  return box;
}

Box onnc::unite(ArrayRef<Range> a, ArrayRef<Range> b) {
  if (isEmpty(a))
    return Box(b);
  if (isEmpty(b))
    return Box(a);
  Box box;
  for (auto [ra, rb] : zip_equal(a, b))
    box.push_back({std::min(ra.lo, rb.lo), std::max(ra.hi, rb.hi)});
  return box;
}

bool onnc::contains(ArrayRef<Range> outer, ArrayRef<Range> inner) {
  return isEmpty(inner) || all_of(zip_equal(outer, inner), [](auto pair) {
           return std::get<0>(pair).contains(std::get<1>(pair));
         });
}

std::string onnc::toString(ArrayRef<Range> box) {
  std::string text;
  raw_string_ostream os(text);
  os << '[';
  interleaveComma(box, os, [&](Range r) { os << r.lo << ':' << r.hi; });
  os << ']';
  return text;
}

//===----------------------------------------------------------------------===//
// Affine expressions
//===----------------------------------------------------------------------===//

AffineExpr::AffineExpr(ArrayRef<int64_t> coefficients, int64_t constant)
    : constant(constant), coefficients(coefficients) {
  normalize();
}

AffineExpr AffineExpr::dim(unsigned i) {
  AffineExpr expr;
  expr.coefficients.resize(i);
  expr.coefficients.push_back(1);
  return expr;
}

void AffineExpr::normalize() {
  while (!coefficients.empty() && !coefficients.back())
    coefficients.pop_back();
}

int64_t AffineExpr::evaluate(ArrayRef<int64_t> dims) const {
  assert(dims.size() >= coefficients.size() && "too few counters");
  int64_t value = constant;
  for (auto [i, coefficient] : enumerate(coefficients))
    value += coefficient * dims[i];
  return value;
}

AffineExpr AffineExpr::substitute(ArrayRef<AffineExpr> dims) const {
  assert(dims.size() >= coefficients.size() && "too few counters");
  AffineExpr result(constant);
  for (auto [i, coefficient] : enumerate(coefficients))
    if (coefficient)
      result = result + dims[i] * coefficient;
  return result;
}

AffineExpr AffineExpr::operator+(const AffineExpr &other) const {
  AffineExpr sum = *this;
  sum.constant += other.constant;
  if (sum.coefficients.size() < other.coefficients.size())
    sum.coefficients.resize(other.coefficients.size());
  for (auto [i, coefficient] : enumerate(other.coefficients))
    sum.coefficients[i] += coefficient;
  sum.normalize();
  return sum;
}

AffineExpr AffineExpr::operator-(const AffineExpr &other) const {
  return *this + other * -1;
}

AffineExpr AffineExpr::operator*(int64_t factor) const {
  AffineExpr product = *this;
  product.constant *= factor;
  for (int64_t &coefficient : product.coefficients)
    coefficient *= factor;
  product.normalize();
  return product;
}

void AffineExpr::print(raw_ostream &os) const {
  bool first = true;
  auto sign = [&](int64_t value) {
    os << (value < 0 ? (first ? "-" : " - ") : (first ? "" : " + "));
    first = false;
    return std::abs(value);
  };
  for (auto [i, coefficient] : enumerate(coefficients)) {
    if (!coefficient)
      continue;
    int64_t magnitude = sign(coefficient);
    if (magnitude != 1)
      os << magnitude << '*';
    os << 'd' << i;
  }
  if (constant || first)
    os << sign(constant);
}

AffineBox onnc::toAffine(ArrayRef<Range> box) {
  AffineBox out;
  for (Range range : box)
    out.push_back({AffineExpr(range.lo), range.size()});
  return out;
}

Box onnc::evaluate(ArrayRef<AffineRange> box, ArrayRef<int64_t> dims) {
  Box out;
  for (const AffineRange &range : box)
    out.push_back(range.evaluate(dims));
  return out;
}

AffineBox onnc::substitute(ArrayRef<AffineRange> box,
                           ArrayRef<AffineExpr> dims) {
  AffineBox out;
  for (const AffineRange &range : box)
    out.push_back({range.start.substitute(dims), range.size});
  return out;
}

SmallVector<int64_t, 6> onnc::getSizes(ArrayRef<AffineRange> box) {
  SmallVector<int64_t, 6> sizes;
  for (const AffineRange &range : box)
    sizes.push_back(range.size);
  return sizes;
}

unsigned onnc::getNumDims(ArrayRef<AffineRange> box) {
  unsigned dims = 0;
  for (const AffineRange &range : box)
    dims = std::max(dims, range.start.getNumDims());
  return dims;
}

void onnc::print(raw_ostream &os, ArrayRef<AffineRange> box) {
  interleaveComma(box, os, [&](const AffineRange &range) {
    range.start.print(os);
    os << ':' << range.size;
  });
}
