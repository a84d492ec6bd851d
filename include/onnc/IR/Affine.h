//===- Affine.h - Affine expressions and boxes ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Where a tile stands: boxes (products of ranges) in the index space of a
/// tensor, and boxes whose corner is an affine function of loop counters. Both
/// the indexing of operators (Indexing.h) and the tile level are made of them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_AFFINE_H
#define ONNC_IR_AFFINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace llvm {
class raw_ostream;
}

namespace onnc {

/// The integers from lo up to, not including, hi; empty where hi <= lo.
struct Range {
  int64_t lo = 0;
  int64_t hi = 0;

  int64_t size() const { return std::max<int64_t>(hi - lo, 0); }
  bool empty() const { return hi <= lo; }
  bool contains(int64_t i) const { return lo <= i && i < hi; }
  bool contains(Range other) const {
    return other.empty() || (lo <= other.lo && other.hi <= hi);
  }
  Range intersect(Range other) const {
    return {std::max(lo, other.lo), std::min(hi, other.hi)};
  }
  bool operator==(const Range &) const = default;
};

/// One range per dimension, of elements. A box of rank 0 holds one element.
using Box = llvm::SmallVector<Range, 6>;

/// [0, d) in every dimension.
Box getFullBox(llvm::ArrayRef<int64_t> shape);
bool isEmpty(llvm::ArrayRef<Range> box);
/// 0 for an empty box.
int64_t getVolume(llvm::ArrayRef<Range> box);
Box intersect(llvm::ArrayRef<Range> a, llvm::ArrayRef<Range> b);
/// The smallest box that holds both; an empty one adds nothing.
Box unite(llvm::ArrayRef<Range> a, llvm::ArrayRef<Range> b);
bool contains(llvm::ArrayRef<Range> outer, llvm::ArrayRef<Range> inner);
/// "[0:1, 3:7]", lower and upper bounds.
std::string toString(llvm::ArrayRef<Range> box);

/// constant + sum of coefficients[i] · d_i, where d_i is the i-th counter of
/// whoever owns the expression. Coefficients past the end are 0; trailing
/// zeros aren't kept, so that equal functions are equal values.
class AffineExpr {
public:
  AffineExpr() = default;
  AffineExpr(int64_t constant) : constant(constant) {}
  AffineExpr(llvm::ArrayRef<int64_t> coefficients, int64_t constant);
  static AffineExpr dim(unsigned i);

  int64_t getConstant() const { return constant; }
  int64_t getCoefficient(unsigned i) const {
    return i < coefficients.size() ? coefficients[i] : 0;
  }
  /// One more than the last counter that matters.
  unsigned getNumDims() const { return coefficients.size(); }
  bool isConstant() const { return coefficients.empty(); }

  int64_t evaluate(llvm::ArrayRef<int64_t> dims) const;
  /// The expression with d_i replaced by \p dims[i], of which there are at
  /// least getNumDims().
  AffineExpr substitute(llvm::ArrayRef<AffineExpr> dims) const;
  AffineExpr operator+(const AffineExpr &other) const;
  AffineExpr operator-(const AffineExpr &other) const;
  AffineExpr operator*(int64_t factor) const;
  bool operator==(const AffineExpr &) const = default;

  /// "8*d0 + d1 - 3".
  void print(llvm::raw_ostream &os) const;

private:
  void normalize();
  int64_t constant = 0;
  llvm::SmallVector<int64_t, 4> coefficients;
};

/// A range of constant size whose start moves with counters.
struct AffineRange {
  AffineExpr start;
  int64_t size = 0;

  Range evaluate(llvm::ArrayRef<int64_t> dims) const {
    int64_t lo = start.evaluate(dims);
    return {lo, lo + size};
  }
  bool operator==(const AffineRange &) const = default;
};

using AffineBox = llvm::SmallVector<AffineRange, 6>;

AffineBox toAffine(llvm::ArrayRef<Range> box);
Box evaluate(llvm::ArrayRef<AffineRange> box, llvm::ArrayRef<int64_t> dims);
AffineBox substitute(llvm::ArrayRef<AffineRange> box,
                     llvm::ArrayRef<AffineExpr> dims);
llvm::SmallVector<int64_t, 6> getSizes(llvm::ArrayRef<AffineRange> box);
/// One more than the last counter that any start depends on.
unsigned getNumDims(llvm::ArrayRef<AffineRange> box);
/// "0:1, 8*d0 - 3:21": start and size of each dimension.
void print(llvm::raw_ostream &os, llvm::ArrayRef<AffineRange> box);

} // namespace onnc

#endif // ONNC_IR_AFFINE_H
