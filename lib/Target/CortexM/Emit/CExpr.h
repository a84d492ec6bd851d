//===- CExpr.h - Integer expressions of generated code ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_CEXPR_H
#define ONNC_TARGET_CORTEXM_EMIT_CEXPR_H

#include "onnc/IR/Affine.h"
#include <string>
#include <vector>

namespace onnc::cortexm {

/// constant + Σ coefficient · term, where a term is a variable, or any other
/// expression of C that needs no parentheses in a product. What is known when
/// the code is written is folded, so that the text stays readable.
class CExpr {
public:
  CExpr(int64_t constant = 0) : constant(constant) {}
  static CExpr term(std::string text) {
    CExpr expr;
    expr.terms.push_back({std::move(text), 1});
    return expr;
  }

  bool isConstant() const { return terms.empty(); }
  int64_t getConstant() const { return constant; }
  /// Only a variable or a number, which need no parentheses anywhere.
  bool isSimple() const;

  CExpr operator+(const CExpr &other) const;
  CExpr operator-(const CExpr &other) const { return *this + other * -1; }
  CExpr operator*(int64_t factor) const;
  bool operator==(const CExpr &other) const {
    return terms == other.terms && constant == other.constant;
  }

  /// "20 * y + ky - 41".
  std::string str() const;
  /// The same in parentheses where it isn't simple.
  std::string atom() const;

private:
  int64_t constant = 0;
  std::vector<std::pair<std::string, int64_t>> terms;
};

/// max(a, b) and min(a, b), by the helper functions of that name where they
/// aren't constants.
CExpr getMax(const CExpr &a, const CExpr &b);
CExpr getMin(const CExpr &a, const CExpr &b);
/// ⌊a / divisor⌋ and a mod \p modulus of a number that isn't negative.
CExpr getQuotient(const CExpr &a, int64_t divisor);
CExpr getRemainder(const CExpr &a, int64_t modulus);

/// \p expr with \p dims for its dimensions.
CExpr toCExpr(const AffineExpr &expr, llvm::ArrayRef<CExpr> dims);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_CEXPR_H
