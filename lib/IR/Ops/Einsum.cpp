//===- Einsum.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Einsum's equation, as far as shapes need it.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Einsum.h"
#include "InferUtil.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// "ab...c" → "ab.c".
static Expected<std::string> parseTerm(StringRef text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("...")) {
      if (StringRef(out).contains('.'))
        return createStringError("a term has more than one ellipsis");
      out += '.';
      i += 2;
    } else if (isAlpha(text[i])) {
      out += text[i];
    } else if (text[i] != ' ') {
      return createStringError("'" + text.substr(i, 1) +
                               "' isn't a letter or an ellipsis");
    }
  }
  return out;
}

Expected<EinsumEquation> onnc::parseEinsum(StringRef text) {
  EinsumEquation out;
  size_t arrow = text.find("->");
  SmallVector<StringRef> terms;
  text.take_front(arrow).split(terms, ',');
  for (StringRef term : terms) {
    auto parsed = parseTerm(term);
    if (!parsed)
      return parsed.takeError();
    out.inputs.push_back(std::move(*parsed));
  }
  auto occurrences = [&](char c) {
    size_t count = 0;
    for (const std::string &term : out.inputs)
      count += StringRef(term).count(c);
    return count;
  };
  if (arrow == StringRef::npos) {
    // Implicit: the ellipsis, then in alphabetical order what stands once.
    if (occurrences('.'))
      out.output = ".";
    for (char c = 'A'; c <= 'z'; ++c)
      if (isAlpha(c) && occurrences(c) == 1)
        out.output += c;
    return out;
  }
  auto parsed = parseTerm(text.drop_front(arrow + 2));
  if (!parsed)
    return parsed.takeError();
  out.output = std::move(*parsed);
  for (char c : out.output) {
    if (c != '.' && StringRef(out.output).count(c) > 1)
      return createStringError("'" + Twine(c) + "' stands twice in the result");
    if (c != '.' && !occurrences(c))
      return createStringError("'" + Twine(c) + "' stands in no operand");
  }
  return out;
}

LogicalResult infer::einsum(Operation *op, Types &types) {
  TensorType first = requireTensor(op, 0);
  if (!first)
    return failure();
  auto equation = parseEinsum(op->getString("equation"));
  if (!equation)
    return error(op) << "has a malformed 'equation': "
                     << toString(equation.takeError());
  if (equation->inputs.size() != op->getNumOperands())
    return error(op) << "has " << op->getNumOperands()
                     << " operands, but its 'equation' has "
                     << equation->inputs.size() << " terms";
  // Sizes of the letters, and of what the ellipsis stands for.
  DimExpr sizes[128];
  Dims ellipsis;
  bool ellipsisKnown = true;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    TensorType in = requireTensor(op, i);
    if (!in)
      return failure();
    StringRef term = equation->inputs[i];
    bool dots = term.contains('.');
    size_t letters = term.size() - dots;
    if (!in.hasRank()) {
      ellipsisKnown &= !dots;
      continue;
    }
    if (dots ? in.getRank() < letters : in.getRank() != letters)
      return error(op) << "operand #" << i << " has rank " << in.getRank()
                       << ", but its term names " << letters << " dimensions";
    unsigned next = 0;
    for (char c : term) {
      if (c == '.') {
        unsigned count = in.getRank() - letters;
        auto merged =
            broadcastDims(op, ellipsis, in.getShape().slice(next, count));
        if (!merged)
          return failure();
        ellipsis = *merged;
        next += count;
        continue;
      }
      DimExpr &size = sizes[static_cast<unsigned char>(c)];
      DimExpr d = in.getDim(next++);
      auto merged = broadcastDims(op, size ? size : dim(op, 1), d);
      if (!merged)
        return failure();
      size = (*merged)[0];
    }
  }
  // An operand of unknown rank may still stretch a dimension of size 1.
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    if (!optionalTensor(op, i).hasRank())
      for (char c : equation->inputs[i])
        if (DimExpr &size = sizes[static_cast<unsigned char>(c)];
            size && size.getConstant() == 1)
          size = unknownDim(op);
  if (!ellipsisKnown && StringRef(equation->output).contains('.')) {
    addUnranked(op, types, first.getElementType());
    return success();
  }
  Dims shape;
  for (char c : equation->output) {
    if (c == '.') {
      append_range(shape, ellipsis);
      continue;
    }
    DimExpr size = sizes[static_cast<unsigned char>(c)];
    shape.push_back(size ? size : unknownDim(op));
  }
  return addTensor(op, types, first.getElementType(), shape);
}
