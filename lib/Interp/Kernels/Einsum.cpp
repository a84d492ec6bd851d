//===- Einsum.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// One dimension of the iteration space. Letters are themselves; the
/// dimensions of an ellipsis count -1, -2, … from the last.
using Label = int;

struct Equation {
  /// The labels of the dimensions of every operand and of the result.
  SmallVector<SmallVector<Label, 6>, 4> operands;
  SmallVector<Label, 6> result;
};
} // namespace

/// The labels of \p term for an operand of \p rank, whose ellipsis stands for
/// what the letters leave.
static Expected<SmallVector<Label, 6>> parseTerm(StringRef term,
                                                 unsigned rank) {
  SmallVector<Label, 6> labels;
  const size_t dots = term.find("...");
  const size_t letters = term.size() - (dots == StringRef::npos ? 0 : 3);
  if (dots == StringRef::npos ? letters != rank : letters > rank)
    return fail("term '" + term + "' for an operand of rank " + Twine(rank));
  for (size_t i = 0; i != term.size(); ++i) {
    if (i == dots) {
      for (size_t d = rank - letters; d != 0; --d)
        labels.push_back(-Label(d));
      i += 2;
    } else if (!isAlpha(term[i])) {
      return fail("unexpected '" + Twine(term[i]) + "' in term '" + term + "'");
    } else {
      labels.push_back(term[i]);
    }
  }
  return labels;
}

static Expected<Equation> parseEquation(KernelContext &ctx) {
  std::string text = ctx.op.getString("equation").str();
  erase_if(text, [](char c) { return c == ' '; });
  auto [left, right] = StringRef(text).split("->");
  SmallVector<StringRef, 4> terms;
  left.split(terms, ',');
  if (terms.size() != ctx.getNumOperands())
    return fail("equation '" + Twine(text) + "' for " +
                Twine(ctx.getNumOperands()) + " operands");
  Equation equation;
  std::map<Label, unsigned> counts;
  int ellipsis = 0;
  for (auto [i, term] : enumerate(terms)) {
    auto labels = parseTerm(term, ctx.tensor(i).getRank());
    if (!labels)
      return labels.takeError();
    for (Label label : *labels) {
      ++counts[label];
      ellipsis = std::max(ellipsis, -label);
    }
    equation.operands.push_back(std::move(*labels));
  }
  if (StringRef(text).contains("->")) {
    auto labels =
        parseTerm(right, right.contains("...") ? right.size() - 3 + ellipsis
                                               : right.size());
    if (!labels)
      return labels.takeError();
    equation.result = std::move(*labels);
    for (Label label : equation.result)
      if (!counts.count(label) || count(equation.result, label) != 1)
        return fail("the result of '" + Twine(text) +
                    "' has a dimension twice, or one that no operand has");
    return equation;
  }
  // Without a result: the ellipsis, then letters that stand once, sorted.
  for (int d = ellipsis; d != 0; --d)
    equation.result.push_back(-d);
  for (auto [label, uses] : counts)
    if (label > 0 && uses == 1)
      equation.result.push_back(label);
  return equation;
}

Error kernels::einsum(KernelContext &ctx) {
  if (ctx.getNumOperands() == 0)
    return fail("no operands");
  Expected<Equation> equation = parseEquation(ctx);
  if (!equation)
    return equation.takeError();

  // The iteration space: the result's dimensions, then those summed over.
  SmallVector<Label, 8> space(equation->result.begin(), equation->result.end());
  std::map<Label, int64_t> sizes;
  for (auto [i, labels] : enumerate(equation->operands))
    for (auto [d, label] : enumerate(labels)) {
      const int64_t dim = ctx.tensor(i).getDim(d);
      int64_t &size = sizes.try_emplace(label, 1).first->second;
      if (dim != 1 && size != 1 && dim != size)
        return fail("a dimension has sizes " + Twine(size) + " and " +
                    Twine(dim));
      if (dim != 1)
        size = dim;
      if (!is_contained(space, label))
        space.push_back(label);
    }
  Shape extent, shape;
  for (Label label : space)
    extent.push_back(sizes[label]);
  shape.assign(extent.begin(), extent.begin() + equation->result.size());
  if (Expected<int64_t> count = countElements(extent); !count)
    return count.takeError();
  if (Error error = ctx.countWork(extent))
    return error;

  // A letter that stands twice in an operand walks its diagonal.
  SmallVector<Shape, 4> strides;
  for (auto [i, labels] : enumerate(equation->operands)) {
    Shape own = getStrides(ctx.tensor(i).getShape());
    Shape &walk = strides.emplace_back(space.size(), 0);
    for (auto [d, label] : enumerate(labels))
      if (ctx.tensor(i).getDim(d) != 1)
        walk[find(space, label) - space.begin()] += own[d];
  }

  const ElementType type = ctx.tensor(0).getElementType();
  Expected<TensorValue> y = ctx.allocate(type, shape);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(NumericTypes(), type, [&]<typename T>() -> Error {
        using C = Compute<T>;
        std::vector<C> sums(y->getNumElements(), C(0));
        const int64_t depth =
            product(ArrayRef<int64_t>(extent).drop_front(shape.size()));
        int64_t i = 0;
        forEachIndex(extent, [&](ArrayRef<int64_t> index) {
          C term = 1;
          for (size_t n = 0; n != strides.size(); ++n) {
            int64_t offset = 0;
            for (auto [d, at] : enumerate(index))
              offset += at * strides[n][d];
            const TensorValue &x = ctx.tensor(n);
            term = wrapMul(term, static_cast<C>(x.elements<T>()[offset]));
          }
          C &sum = sums[i++ / depth];
          sum = wrapAdd(sum, term);
        });
        T *to = y->mutableData<T>();
        for (size_t o = 0; o != sums.size(); ++o)
          to[o] = static_cast<T>(sums[o]);
        return Error::success();
      }))
    return error;
  return ctx.done(std::move(*y));
}
