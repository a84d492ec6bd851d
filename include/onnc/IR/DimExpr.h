//===- DimExpr.h - Symbolic dimensions --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The size of one dimension of a tensor, in elements: a polynomial with
/// integer coefficients over atoms, where an atom is a named symbol or a floor
/// division. Expressions are interned in the Context and kept in one canonical
/// form, so that equal handles mean equal sizes. An unknown dimension ("?")
/// is equal to nothing that must be known.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_DIMEXPR_H
#define ONNC_IR_DIMEXPR_H

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace llvm {
class raw_ostream;
}

namespace onnc {

class Context;
struct DimExprStorage;

/// The values a symbol may take: lo ≤ value ≤ hi.
struct DimRange {
  int64_t lo = 0;
  int64_t hi = INT64_MAX;
  bool isBounded() const { return hi != INT64_MAX; }
  bool operator==(const DimRange &) const = default;
};

/// Ranges of symbols by name; a symbol without an entry has DimRange{}.
using SymbolRanges = llvm::StringMap<DimRange>;

/// A handle, as cheap as a pointer; compare with ==. Default-constructed it is
/// null and only good for assigning to.
class DimExpr {
public:
  DimExpr() = default;
  explicit DimExpr(const DimExprStorage *impl) : impl(impl) {}

  static DimExpr constant(Context &context, int64_t value);
  static DimExpr symbol(Context &context, llvm::StringRef name);
  static DimExpr unknown(Context &context);

  explicit operator bool() const { return impl != nullptr; }
  bool operator==(const DimExpr &) const = default;

  bool isUnknown() const;
  bool isConstant() const { return getConstant().has_value(); }
  std::optional<int64_t> getConstant() const;
  /// The symbol's name, if the expression is one symbol alone.
  std::optional<llvm::StringRef> getSymbol() const;

  /// Sums, products and divisions; unknown where an operand is unknown or a
  /// coefficient overflows int64_t. A division by zero is unknown too.
  DimExpr operator+(DimExpr other) const;
  DimExpr operator-(DimExpr other) const;
  DimExpr operator*(DimExpr other) const;
  DimExpr operator+(int64_t other) const;
  DimExpr operator-(int64_t other) const;
  DimExpr operator*(int64_t other) const;
  /// ⌊this / other⌋ and ⌈this / other⌉, where other > 0.
  DimExpr floorDiv(DimExpr other) const;
  DimExpr floorDiv(int64_t other) const;
  DimExpr ceilDiv(int64_t other) const;

  /// The value where every symbol has the value that \p values gives; nullopt
  /// for an unknown, a symbol without value, or overflow.
  std::optional<int64_t> evaluate(const llvm::StringMap<int64_t> &values) const;
  /// The expression with the symbols of \p values replaced.
  DimExpr substitute(const llvm::StringMap<DimExpr> &values) const;
  /// A range that holds every value under \p ranges (interval arithmetic, so
  /// not always the tightest).
  DimRange getRange(const SymbolRanges &ranges) const;

  /// "2*N + floordiv(H + 1, 2)"; "?" for unknown.
  void print(llvm::raw_ostream &os) const;
  std::string str() const;

  Context &getContext() const;
  const DimExprStorage *getImpl() const { return impl; }

private:
  const DimExprStorage *impl = nullptr;
};

inline llvm::hash_code hash_value(DimExpr expr) {
  return llvm::hash_value(expr.getImpl());
}

} // namespace onnc

#endif // ONNC_IR_DIMEXPR_H
