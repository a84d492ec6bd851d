//===- Movement.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that move elements without computing any.
///
//===----------------------------------------------------------------------===//

#include "IndexingUtil.h"
#include "onnc/IR/ShapeInference.h"
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

std::optional<Indexing> indexing::transpose(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  Access access(dims.size());
  auto perm = op->getInts("perm");
  for (unsigned i = 0; i < dims.size(); ++i) {
    auto from = op->hasAttr("perm") ? normalizeAxis(perm[i], dims.size())
                                    : dims.size() - 1 - i;
    if (!from)
      return std::nullopt;
    access[*from] = IndexExpr::dim(dims[i]);
  }
  indexing.operands[0] = std::move(access);
  indexing.isDataMovement = true;
  return indexing;
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// The index along an operand's dimension of size \p extent, row-major stride
/// \p stride, where the result's dimensions \p dims of \p shape hold the same
/// elements: ⌊row-major index / stride⌋ mod extent.
static IndexExpr getReshapedIndex(ArrayRef<unsigned> dims,
                                  ArrayRef<int64_t> shape, int64_t stride,
                                  int64_t extent) {
  IndexExpr expr;
  int64_t rest = getVolume(getFullBox(shape)), common = stride, last = 0;
  for (auto [dim, size] : zip_equal(dims, shape)) {
    rest /= size;
    // Whole turns of the dimension don't matter.
    if (size == 1 || rest % (stride * extent) == 0)
      continue;
    expr.terms.push_back({dim, rest});
    common = std::gcd(common, rest);
    last += (size - 1) * rest;
    // What follows counts up to less than this dimension's step, and so never
    // makes the next multiple of the stride.
    if (stride % rest == 0)
      break;
  }
  for (IndexTerm &term : expr.terms)
    term.coefficient /= common;
  expr.divisor = stride / common;
  if (last / common / expr.divisor >= extent)
    expr.modulus = extent;
  // ⌊(28·a + b) / 7⌋ reads better as 4·a + ⌊b / 7⌋.
  MutableArrayRef<IndexTerm> outer =
      MutableArrayRef(expr.terms).drop_back(expr.terms.empty() ? 0 : 1);
  if (!outer.empty() && expr.terms.back().coefficient == 1 &&
      all_of(outer, [&](const IndexTerm &term) {
        return term.coefficient % expr.divisor == 0;
      })) {
    for (IndexTerm &term : outer)
      term.coefficient /= expr.divisor;
    expr.terms.back().divisor = std::exchange(expr.divisor, 1);
  }
  return expr;
}

std::optional<Indexing> indexing::reshape(const Operation *op) {
  Shape in = getOperandShape(op, 0), out = getResultShape(op);
  // The shape may be known only at run time, and be another.
  const int64_t count = getVolume(getFullBox(in));
  if (count != getVolume(getFullBox(out)))
    return std::nullopt;
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  indexing.isDataMovement = true;
  if (count == 0) {
    indexing.operands[0] = first(in.size());
    return indexing;
  }
  // Dimensions are matched in the least groups of equal products.
  Access access;
  size_t i = 0, j = 0;
  while (j < in.size()) {
    if (i < out.size() && in[j] == out[i]) {
      access.push_back(IndexExpr::dim(dims[i++]));
      ++j;
    } else if (in[j] == 1) {
      access.push_back(IndexExpr::value(0));
      ++j;
    } else if (out[i] == 1) {
      ++i;
    } else {
      size_t firstIn = j, firstOut = i;
      int64_t have = in[j++], want = out[i++];
      while (have != want)
        if (have < want)
          have *= in[j++];
        else
          want *= out[i++];
      for (; firstIn < j; ++firstIn) {
        have /= in[firstIn];
        access.push_back(getReshapedIndex(
            ArrayRef(dims).slice(firstOut, i - firstOut),
            ArrayRef(out).slice(firstOut, i - firstOut), have, in[firstIn]));
      }
    }
  }
  indexing.operands[0] = std::move(access);
  return indexing;
}

//===----------------------------------------------------------------------===//
// Repetition, concatenation, splitting
//===----------------------------------------------------------------------===//

std::optional<Indexing> indexing::expand(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  indexing.operands[0] =
      broadcastTo(getOperandShape(op, 0), getResultShape(op), dims);
  indexing.isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::tile(const Operation *op) {
  Indexing indexing = create(op);
  Dims dims = addResultDims(indexing, op);
  Access access = toAccess(dims);
  for (auto [index, in, out] :
       zip_equal(access, getOperandShape(op, 0), getResultShape(op)))
    if (in == 1)
      index = IndexExpr::value(0);
    else if (in != out)
      index.modulus = in;
  indexing.operands[0] = std::move(access);
  indexing.isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::concat(const Operation *op) {
  auto axis = getAxis(op, 0, getResultShape(op).size());
  if (!axis)
    return std::nullopt;
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    indexing.operands[i] = access;
    access[*axis].constant -= getOperandShape(op, i)[*axis];
  }
  indexing.isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::split(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto axis = getAxis(op, 0, shape.size());
  if (!axis)
    return std::nullopt;
  // An iteration is an element of the operand, and belongs to one result.
  Indexing indexing = create(op);
  Access access = toAccess(addDims(indexing, shape));
  indexing.operands[0] = access;
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    indexing.results[i] = access;
    access[*axis].constant -= getResultShape(op, i)[*axis];
  }
  indexing.isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::slice(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto starts = getInts(op, 1), axes = getInts(op, 3), steps = getInts(op, 4);
  if (!starts || (op->getOperand(3) && !axes) || (op->getOperand(4) && !steps))
    return std::nullopt;
  if (!axes) {
    axes.emplace();
    for (unsigned i = 0; i < starts->size(); ++i)
      axes->push_back(i);
  }
  auto sliced = normalizeAxes(*axes, shape.size());
  if (!sliced)
    return std::nullopt;
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  for (auto [i, axis] : enumerate(*sliced)) {
    int64_t size = shape[axis], start = (*starts)[i];
    int64_t step = steps ? (*steps)[i] : 1;
    if (start < 0)
      start = start < -size ? -1 : start + size;
    start = step < 0 ? std::clamp<int64_t>(start, -1, size - 1)
                     : std::clamp<int64_t>(start, 0, size);
    // A step beyond the dimension is never taken, whatever its size.
    access[axis].terms[0].coefficient = std::clamp(step, -size, size);
    access[axis].constant = start;
  }
  indexing.operands[0] = std::move(access);
  indexing.isDataMovement = true;
  return indexing;
}

//===----------------------------------------------------------------------===//
// Borders and blocks
//===----------------------------------------------------------------------===//

/// What index \p index - \p before of a dimension of \p size elements is in a
/// border that repeats them. Negative pads remove elements first.
static IndexExpr getPaddedIndex(unsigned dim, StringRef mode, int64_t size,
                                int64_t before, int64_t after) {
  IndexExpr expr = IndexExpr::dim(dim, 1, -before);
  if (before <= 0 && after <= 0)
    return expr;
  const int64_t kept =
      size + std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0);
  before = std::max<int64_t>(before, 0);
  after = std::max<int64_t>(after, 0);
  if (mode == "wrap" && kept == size) {
    expr.modulus = size;
  } else if (mode == "edge") {
    expr.below = after;
    expr.above = before;
  } else if (mode == "reflect" && std::max(before, after) < kept) {
    // A mirror image of what is at the border, once.
    expr.below = 2 * after;
    expr.above = 2 * before;
  } else {
    return IndexExpr::all();
  }
  return expr;
}

std::optional<Indexing> indexing::pad(const Operation *op) {
  Shape shape = getOperandShape(op, 0);
  auto pads = getInts(op, 1), axes = getInts(op, 3);
  if (!pads || (op->getOperand(3) && !axes))
    return std::nullopt;
  if (!axes) {
    axes.emplace();
    for (unsigned i = 0; i < shape.size(); ++i)
      axes->push_back(i);
  }
  auto padded = normalizeAxes(*axes, shape.size());
  if (!padded)
    return std::nullopt;
  const StringRef mode = op->getString("mode", "constant");
  Indexing indexing = create(op);
  Access access = toAccess(addResultDims(indexing, op));
  for (auto [i, axis] : enumerate(*padded)) {
    int64_t before = (*pads)[i], after = (*pads)[i + padded->size()];
    if (mode == "constant")
      access[axis].constant = -before;
    else
      access[axis] = getPaddedIndex(access[axis].terms[0].dim, mode,
                                    shape[axis], before, after);
  }
  indexing.isDataMovement =
      all_of(access, [](const IndexExpr &index) { return index.isExact(); });
  // A constant that isn't known is an operand to read.
  if (op->getOperand(2) && mode == "constant" &&
      !getConstantValue(op->getOperand(2))) {
    indexing.operands[2] = first(getOperandShape(op, 2).size());
    indexing.isDataMovement = false;
  }
  indexing.operands[0] = std::move(access);
  return indexing;
}

std::optional<Indexing> indexing::depthToSpace(const Operation *op) {
  const int64_t block = op->getInt("blocksize", 1);
  Indexing indexing = create(op);
  Shape shape = getResultShape(op);
  Dims dims = addResultDims(indexing, op);
  // The place in the block, row and column, is part of the input's channel:
  // before the result's channels or behind them.
  const bool before = op->getString("mode", "DCR") == "DCR";
  const int64_t scale = before ? shape[1] : 1;
  IndexExpr channel = IndexExpr::dim(dims[1], before ? 1 : block * block);
  channel.terms.push_back({dims[2], scale * block, 1, block});
  channel.terms.push_back({dims[3], scale, 1, block});
  Access access = toAccess(dims);
  access[1] = std::move(channel);
  access[2].divisor = block;
  access[3].divisor = block;
  indexing.operands[0] = std::move(access);
  indexing.isDataMovement = true;
  return indexing;
}

std::optional<Indexing> indexing::spaceToDepth(const Operation *op) {
  const int64_t block = op->getInt("blocksize", 1);
  Indexing indexing = create(op);
  const int64_t channels = getOperandShape(op, 0)[1];
  Dims dims = addResultDims(indexing, op);
  Access access = toAccess(dims);
  access[1].modulus = channels;
  access[2].terms[0].coefficient = block;
  access[2].terms.push_back({dims[1], 1, block * channels});
  access[3].terms[0].coefficient = block;
  access[3].terms.push_back({dims[1], 1, channels, block});
  indexing.operands[0] = std::move(access);
  indexing.isDataMovement = true;
  return indexing;
}
