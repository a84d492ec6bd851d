//===- DimExpr.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/DimExpr.h"
#include "ContextImpl.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

std::string DimTerm::key() const {
  std::string out;
  for (const DimAtom *factor : factors) {
    if (!out.empty())
      out += '*';
    out += factor->text;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Interning
//===----------------------------------------------------------------------===//

using Terms = SmallVector<DimTerm, 2>;

static std::string termsToString(ArrayRef<DimTerm> terms) {
  if (terms.empty())
    return "0";
  std::string out;
  raw_string_ostream os(out);
  for (const DimTerm &term : terms) {
    // The magnitude as unsigned: -INT64_MIN doesn't fit.
    uint64_t magnitude = term.coefficient < 0
                             ? -static_cast<uint64_t>(term.coefficient)
                             : term.coefficient;
    if (out.empty())
      os << (term.coefficient < 0 ? "-" : "");
    else
      os << (term.coefficient < 0 ? " - " : " + ");
    if (term.isConstant() || magnitude != 1)
      os << magnitude << (term.isConstant() ? "" : "*");
    os << term.key();
  }
  return out;
}

/// Expressions of more characters than this aren't worth knowing: they come from
/// chains of operators, each of which rounds a size that the one before rounded,
/// and can double with each.
static constexpr size_t maxText = 2048;

static DimExpr intern(Context &context, Terms terms) {
  // Merge equal products, drop zeros, sort; the constant goes last.
  std::map<std::string, DimTerm> merged;
  for (DimTerm &term : terms) {
    llvm::sort(term.factors, [](const DimAtom *a, const DimAtom *b) {
      return a->text < b->text;
    });
    auto [it, isNew] = merged.try_emplace(term.key(), term);
    if (!isNew && AddOverflow(it->second.coefficient, term.coefficient,
                              it->second.coefficient))
      return DimExpr::unknown(context);
  }
  Terms sorted;
  for (auto &[key, term] : merged)
    if (term.coefficient != 0 && !term.isConstant())
      sorted.push_back(term);
  if (auto it = merged.find(""); it != merged.end() && it->second.coefficient)
    sorted.push_back(it->second);

  std::string text = termsToString(sorted);
  // A symbol may have any name.
  const bool isAtom = sorted.size() == 1 && sorted[0].factors.size() == 1;
  if (text.size() > maxText && !isAtom)
    return DimExpr::unknown(context);
  ContextImpl &impl = context.getImpl();
  std::lock_guard lock(impl.mutex);
  auto &slot = impl.dims[text];
  if (!slot)
    slot.reset(new DimExprStorage{&context, false, std::move(sorted), text});
  return DimExpr(slot.get());
}

static const DimAtom *internAtom(Context &context, DimAtom atom) {
  ContextImpl &impl = context.getImpl();
  std::lock_guard lock(impl.mutex);
  auto &slot = impl.atoms[atom.text];
  if (!slot)
    slot = std::make_unique<DimAtom>(std::move(atom));
  return slot.get();
}

DimExpr DimExpr::constant(Context &context, int64_t value) {
  return intern(context, {DimTerm{value, {}}});
}

DimExpr DimExpr::symbol(Context &context, StringRef name) {
  bool plain = !name.empty() && (isAlpha(name[0]) || name[0] == '_') &&
               all_of(name, [](char c) { return isAlnum(c) || c == '_'; }) &&
               name != "floordiv";
  std::string text;
  if (plain) {
    text = name.str();
  } else {
    raw_string_ostream os(text);
    os << '"';
    printEscapedString(name, os);
    os << '"';
  }
  DimAtom atom{std::move(text), true, context.intern(name), {}, {}};
  return intern(context, {DimTerm{1, {internAtom(context, std::move(atom))}}});
}

DimExpr DimExpr::unknown(Context &context) {
  ContextImpl &impl = context.getImpl();
  std::lock_guard lock(impl.mutex);
  auto &slot = impl.dims["?"];
  if (!slot)
    slot.reset(new DimExprStorage{&context, true, {}, "?"});
  return DimExpr(slot.get());
}

Context &DimExpr::getContext() const { return *impl->context; }
bool DimExpr::isUnknown() const { return impl->unknown; }

std::optional<int64_t> DimExpr::getConstant() const {
  if (impl->unknown)
    return std::nullopt;
  if (impl->terms.empty())
    return 0;
  if (impl->terms.size() == 1 && impl->terms[0].isConstant())
    return impl->terms[0].coefficient;
  return std::nullopt;
}

std::optional<StringRef> DimExpr::getSymbol() const {
  if (impl->terms.size() != 1)
    return std::nullopt;
  const DimTerm &term = impl->terms[0];
  if (term.coefficient != 1 || term.factors.size() != 1 ||
      !term.factors[0]->isSymbol)
    return std::nullopt;
  return term.factors[0]->name;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Products of more terms than this aren't worth knowing.
static constexpr size_t maxTerms = 64;

DimExpr DimExpr::operator+(DimExpr other) const {
  Context &context = getContext();
  if (isUnknown() || other.isUnknown())
    return unknown(context);
  Terms terms(impl->terms);
  terms.append(other.impl->terms.begin(), other.impl->terms.end());
  if (terms.size() > maxTerms)
    return unknown(context);
  return intern(context, std::move(terms));
}

DimExpr DimExpr::operator*(DimExpr other) const {
  Context &context = getContext();
  // Nothing times anything is nothing, even where the thing is unknown.
  if (getConstant() == 0 || other.getConstant() == 0)
    return constant(context, 0);
  if (isUnknown() || other.isUnknown() ||
      impl->terms.size() * other.impl->terms.size() > maxTerms)
    return unknown(context);
  Terms terms;
  for (const DimTerm &a : impl->terms) {
    for (const DimTerm &b : other.impl->terms) {
      DimTerm product = a;
      if (MulOverflow(a.coefficient, b.coefficient, product.coefficient) ||
          a.factors.size() + b.factors.size() > maxTerms)
        return unknown(context);
      append_range(product.factors, b.factors);
      terms.push_back(std::move(product));
    }
  }
  return intern(context, std::move(terms));
}

DimExpr DimExpr::operator+(int64_t other) const {
  return *this + constant(getContext(), other);
}
DimExpr DimExpr::operator*(int64_t other) const {
  return *this * constant(getContext(), other);
}
DimExpr DimExpr::operator-(DimExpr other) const { return *this + other * -1; }
DimExpr DimExpr::operator-(int64_t other) const {
  return *this - constant(getContext(), other);
}

/// The quotient where the monomial \p divisor divides every term of \p terms.
static std::optional<Terms> divideExactly(ArrayRef<DimTerm> terms,
                                          const DimTerm &divisor) {
  Terms out;
  for (DimTerm term : terms) {
    if (term.coefficient % divisor.coefficient)
      return std::nullopt;
    term.coefficient /= divisor.coefficient;
    for (const DimAtom *factor : divisor.factors) {
      auto it = find(term.factors, factor);
      if (it == term.factors.end())
        return std::nullopt;
      term.factors.erase(it);
    }
    out.push_back(std::move(term));
  }
  return out;
}

DimExpr DimExpr::floorDiv(DimExpr other) const {
  Context &context = getContext();
  if (isUnknown() || other.isUnknown() || other.getConstant() == 0)
    return unknown(context);
  if (auto a = getConstant(), b = other.getConstant(); a && b) {
    if (*a == INT64_MIN && *b == -1)
      return unknown(context);
    int64_t q = *a / *b;
    if (*a % *b && ((*a < 0) != (*b < 0)))
      --q;
    return constant(context, q);
  }
  if (other.impl->terms.size() == 1 && other.impl->terms[0].coefficient > 0)
    if (auto exact = divideExactly(impl->terms, other.impl->terms[0]))
      return intern(context, std::move(*exact));
  if (*this == other)
    return constant(context, 1);
  if (auto c = other.getConstant(); c && *c > 0) {
    // ⌊(c·q + r) / c⌋ = q + ⌊r / c⌋.
    Terms quotient, rest;
    for (const DimTerm &term : impl->terms) {
      DimTerm whole = term, part = term;
      whole.coefficient = term.coefficient / *c;
      part.coefficient = term.coefficient % *c;
      if (term.isConstant() && part.coefficient < 0) {
        part.coefficient += *c;
        --whole.coefficient;
      }
      quotient.push_back(whole);
      rest.push_back(part);
    }
    DimExpr q = intern(context, std::move(quotient));
    DimExpr r = intern(context, std::move(rest));
    if (q.getConstant() != 0)
      return q + r.floorDiv(other);
  }
  if (str().size() + other.str().size() > maxText)
    return unknown(context);
  DimAtom atom{"floordiv(" + str() + ", " + other.str() + ")", false, "", *this,
               other};
  return intern(context, {DimTerm{1, {internAtom(context, std::move(atom))}}});
}

DimExpr DimExpr::floorDiv(int64_t other) const {
  return floorDiv(constant(getContext(), other));
}

DimExpr DimExpr::ceilDiv(int64_t other) const {
  return (*this + (other - 1)).floorDiv(other);
}

DimExpr DimExpr::substitute(const StringMap<DimExpr> &values) const {
  if (isUnknown())
    return *this;
  Context &context = getContext();
  DimExpr sum = constant(context, 0);
  for (const DimTerm &term : impl->terms) {
    DimExpr product = constant(context, term.coefficient);
    for (const DimAtom *factor : term.factors) {
      if (!factor->isSymbol) {
        product = product * factor->numerator.substitute(values).floorDiv(
                                factor->divisor.substitute(values));
        continue;
      }
      auto it = values.find(factor->name);
      product = product * (it != values.end() ? it->second
                                              : symbol(context, factor->name));
    }
    sum = sum + product;
  }
  return sum;
}

std::optional<int64_t>
DimExpr::evaluate(const StringMap<int64_t> &values) const {
  StringMap<DimExpr> exprs;
  for (const auto &entry : values)
    exprs[entry.first()] = constant(getContext(), entry.second);
  return substitute(exprs).getConstant();
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

/// INT64_MIN and INT64_MAX stand for minus and plus infinity.
static int64_t addSaturating(int64_t a, int64_t b) {
  int64_t out;
  if (AddOverflow(a, b, out))
    return a < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

static int64_t mulSaturating(int64_t a, int64_t b) {
  int64_t out;
  if (MulOverflow(a, b, out))
    return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
  return out;
}

static DimRange mulRanges(DimRange a, DimRange b) {
  int64_t c[] = {mulSaturating(a.lo, b.lo), mulSaturating(a.lo, b.hi),
                 mulSaturating(a.hi, b.lo), mulSaturating(a.hi, b.hi)};
  return {*std::min_element(c, c + 4), *std::max_element(c, c + 4)};
}

static int64_t floorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static DimRange rangeOf(const DimAtom &atom, const SymbolRanges &ranges) {
  if (atom.isSymbol)
    return ranges.lookup(atom.name);
  DimRange n = atom.numerator.getRange(ranges);
  DimRange d = atom.divisor.getRange(ranges);
  if (d.lo <= 0)
    return {INT64_MIN, INT64_MAX};
  auto divide = [](int64_t a, int64_t b) {
    return a == INT64_MIN || a == INT64_MAX ? a : floorDivide(a, b);
  };
  return {divide(n.lo, n.lo < 0 ? d.lo : d.hi),
          divide(n.hi, n.hi < 0 ? d.hi : d.lo)};
}

DimRange DimExpr::getRange(const SymbolRanges &ranges) const {
  if (isUnknown())
    return {0, INT64_MAX};
  DimRange sum{0, 0};
  for (const DimTerm &term : impl->terms) {
    DimRange product{term.coefficient, term.coefficient};
    for (const DimAtom *factor : term.factors)
      product = mulRanges(product, rangeOf(*factor, ranges));
    sum.lo = addSaturating(sum.lo, product.lo);
    sum.hi = addSaturating(sum.hi, product.hi);
  }
  return sum;
}

void DimExpr::print(raw_ostream &os) const { os << impl->text; }
std::string DimExpr::str() const { return impl->text; }

raw_ostream &onnc::operator<<(raw_ostream &os, DimExpr expr) {
  expr.print(os);
  return os;
}
