//===- CExpr.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CExpr.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

bool CExpr::isSimple() const {
  if (terms.empty())
    return constant >= 0;
  return terms.size() == 1 && constant == 0 && terms[0].second == 1;
}

CExpr CExpr::operator+(const CExpr &other) const {
  CExpr sum = *this;
  sum.constant += other.constant;
  for (const auto &[text, coefficient] : other.terms) {
    auto it =
        find_if(sum.terms, [&](const auto &t) { return t.first == text; });
    if (it == sum.terms.end())
      sum.terms.push_back({text, coefficient});
    else if ((it->second += coefficient) == 0)
      sum.terms.erase(it);
  }
  return sum;
}

CExpr CExpr::operator*(int64_t factor) const {
  if (factor == 0)
    return 0;
  CExpr product = *this;
  product.constant *= factor;
  for (auto &term : product.terms)
    term.second *= factor;
  return product;
}

std::string CExpr::str() const {
  std::string text;
  auto add = [&](bool negative, const std::string &magnitude) {
    if (text.empty())
      text = (negative ? "-" : "") + magnitude;
    else
      text += (negative ? " - " : " + ") + magnitude;
  };
  // What is added first: a leading minus is harder to read.
  for (bool negative : {false, true})
    for (const auto &[name, coefficient] : terms) {
      if ((coefficient < 0) != negative)
        continue;
      int64_t factor = std::abs(coefficient);
      add(negative, factor == 1 ? name : std::to_string(factor) + " * " + name);
    }
  if (constant != 0 || text.empty())
    add(constant < 0, std::to_string(std::abs(constant)));
  return text;
}

std::string CExpr::atom() const {
  return isSimple() ? str() : "(" + str() + ")";
}

static CExpr call(StringRef function, const CExpr &a, const CExpr &b) {
  return CExpr::term((function + "(" + a.str() + ", " + b.str() + ")").str());
}

CExpr cortexm::getMax(const CExpr &a, const CExpr &b) {
  CExpr distance = a - b;
  if (distance.isConstant())
    return distance.getConstant() >= 0 ? a : b;
  return call("max_i32", a, b);
}

CExpr cortexm::getMin(const CExpr &a, const CExpr &b) {
  CExpr distance = a - b;
  if (distance.isConstant())
    return distance.getConstant() <= 0 ? a : b;
  return call("min_i32", a, b);
}

CExpr cortexm::getQuotient(const CExpr &a, int64_t divisor) {
  if (divisor == 1)
    return a;
  if (a.isConstant())
    return a.getConstant() / divisor;
  return CExpr::term("(" + a.atom() + " / " + std::to_string(divisor) + ")");
}

CExpr cortexm::getRemainder(const CExpr &a, int64_t modulus) {
  if (a.isConstant())
    return a.getConstant() % modulus;
  return CExpr::term("(" + a.atom() + " % " + std::to_string(modulus) + ")");
}

CExpr cortexm::toCExpr(const AffineExpr &expr, ArrayRef<CExpr> dims) {
  CExpr sum = expr.getConstant();
  for (unsigned i = 0; i < expr.getNumDims(); ++i)
    sum = sum + dims[i] * expr.getCoefficient(i);
  return sum;
}
