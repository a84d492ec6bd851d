//===- Windows.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Convolutions and pooling.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Windows.h"
#include "IndexingUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::indexing;

namespace {
/// The dimensions that all operators with windows have.
struct WindowDims {
  unsigned n, channel;
  /// Per spatial dimension.
  Dims space, kernel;
};
} // namespace

static StringRef getSpaceName(unsigned i, unsigned rank) {
  static constexpr StringLiteral names[] = {"z", "y", "x"};
  return rank <= 3 ? names[i + 3 - rank] : StringLiteral("x");
}

static StringRef getKernelName(unsigned i, unsigned rank) {
  static constexpr StringLiteral names[] = {"kz", "ky", "kx"};
  return rank <= 3 ? names[i + 3 - rank] : StringLiteral("kx");
}

static std::optional<SmallVector<Window, 3>> getOpWindows(const Operation *op) {
  // Reports errors on the operation, but changes nothing.
  return getWindows(const_cast<Operation *>(op));
}

/// Adds batch, channels (\p name) and space of result 0, and makes them its
/// access.
static WindowDims addSpace(Indexing &indexing, const Operation *op,
                           StringRef name) {
  Shape shape = getResultShape(op);
  WindowDims dims;
  dims.n = indexing.addDim("n", shape[0]);
  dims.channel = indexing.addDim(name, shape[1]);
  unsigned rank = shape.size() - 2;
  for (unsigned i = 0; i < rank; ++i)
    dims.space.push_back(indexing.addDim(getSpaceName(i, rank), shape[i + 2]));
  Access access = {IndexExpr::dim(dims.n), IndexExpr::dim(dims.channel)};
  append_range(access, toAccess(dims.space));
  indexing.results[0] = std::move(access);
  return dims;
}

static void addKernel(Indexing &indexing, WindowDims &dims,
                      ArrayRef<Window> windows) {
  for (auto [i, window] : enumerate(windows))
    dims.kernel.push_back(indexing.addDim(getKernelName(i, windows.size()),
                                          window.kernel, /*isReduction=*/true));
}

/// y · stride + ky · dilation - padBegin, for every spatial dimension.
static void appendWindows(Access &access, const WindowDims &dims,
                          ArrayRef<Window> windows) {
  for (auto [i, window] : enumerate(windows)) {
    IndexExpr expr = IndexExpr::dim(dims.space[i], window.stride);
    expr.terms.push_back({dims.kernel[i], window.dilation});
    expr.constant = -window.padBegin;
    access.push_back(std::move(expr));
  }
}

/// Channel \p c of the group that channel \p m of the result belongs to; groups
/// have \p in channels of the operand, \p out of the result.
static IndexExpr getGroupChannel(unsigned m, unsigned c, int64_t groups,
                                 int64_t in, int64_t out) {
  IndexExpr expr;
  if (groups > 1)
    expr.terms.push_back({m, in, std::max<int64_t>(out, 1)});
  expr.terms.push_back({c});
  return expr;
}

/// A convolution whose weights are operand \p weights.
static std::optional<std::pair<Indexing, WindowDims>>
createConv(const Operation *op, unsigned weights) {
  auto windows = getOpWindows(op);
  if (!windows)
    return std::nullopt;
  Indexing indexing = create(op);
  WindowDims dims = addSpace(indexing, op, "m");
  Shape w = getOperandShape(op, weights);
  unsigned c = indexing.addDim("c", w[1], /*isReduction=*/true);
  addKernel(indexing, dims, *windows);
  int64_t groups = op->getInt("group", 1);
  Access x = {IndexExpr::dim(dims.n),
              getGroupChannel(dims.channel, c, groups, w[1], w[0] / groups)};
  appendWindows(x, dims, *windows);
  indexing.operands[0] = std::move(x);
  Access kernel = {IndexExpr::dim(dims.channel), IndexExpr::dim(c)};
  append_range(kernel, toAccess(dims.kernel));
  indexing.operands[weights] = std::move(kernel);
  return std::pair(std::move(indexing), std::move(dims));
}

/// Operand \p i, if it is there, has an element per channel of the result, or
/// one altogether.
static void addChannelOperand(Indexing &indexing, const Operation *op,
                              unsigned i, const WindowDims &dims) {
  if (op->getOperand(i))
    indexing.operands[i] = along(getOperandShape(op, i), dims.channel);
}

static void addBias(Indexing &indexing, const Operation *op,
                    const WindowDims &dims) {
  if (!op->getOperand(2))
    return;
  indexing.operands[2] = Access{IndexExpr::dim(dims.channel)};
  indexing.addend = 2;
}

std::optional<Indexing> indexing::conv(const Operation *op) {
  auto created = createConv(op, 1);
  if (!created)
    return std::nullopt;
  auto &[indexing, dims] = *created;
  addBias(indexing, op, dims);
  indexing.combiner = Combiner::Sum;
  return indexing;
}

std::optional<Indexing> indexing::convInteger(const Operation *op) {
  auto created = createConv(op, 1);
  if (!created)
    return std::nullopt;
  auto &[indexing, dims] = *created;
  addChannelOperand(indexing, op, 2, dims);
  addChannelOperand(indexing, op, 3, dims);
  indexing.combiner = Combiner::Sum;
  return indexing;
}

std::optional<Indexing> indexing::qlinearConv(const Operation *op) {
  auto created = createConv(op, 3);
  if (!created)
    return std::nullopt;
  auto &[indexing, dims] = *created;
  for (unsigned i : {1, 2, 4, 5, 6, 7, 8})
    addChannelOperand(indexing, op, i, dims);
  return indexing;
}

// Output y of a transposed convolution is the sum over all kernel elements ky
// for which y + padBegin - ky · dilation is a multiple of the stride, i ·
// stride, of input i. The highest i is ⌊(y + padBegin) / stride⌋; the lowest
// lies at most ⌊(kernel - 1) · dilation / stride⌋ below. Which kernel elements
// meet which inputs depends on y modulo the stride, so that the kernel can't be
// cut.
std::optional<Indexing> indexing::convTranspose(const Operation *op) {
  auto windows = getOpWindows(op);
  if (!windows)
    return std::nullopt;
  Indexing indexing = create(op);
  WindowDims dims = addSpace(indexing, op, "m");
  Shape w = getOperandShape(op, 1);
  int64_t groups = op->getInt("group", 1);
  unsigned c = indexing.addDim("c", w[0] / groups, /*isReduction=*/true);
  IndexExpr channel =
      getGroupChannel(dims.channel, c, groups, w[0] / groups, w[1]);
  Access x = {IndexExpr::dim(dims.n), channel};
  for (auto [i, window] : enumerate(*windows)) {
    IndexExpr expr = IndexExpr::dim(dims.space[i], 1, window.padBegin);
    expr.divisor = window.stride;
    expr.below = (window.kernel - 1) * window.dilation / window.stride;
    x.push_back(std::move(expr));
  }
  indexing.operands[0] = std::move(x);
  IndexExpr m = IndexExpr::dim(dims.channel);
  if (groups > 1)
    m.modulus = w[1];
  Access kernel = {std::move(channel), std::move(m)};
  kernel.resize(w.size(), IndexExpr::all());
  indexing.operands[1] = std::move(kernel);
  addBias(indexing, op, dims);
  indexing.combiner = Combiner::Sum;
  return indexing;
}

std::optional<Indexing> indexing::pool(const Operation *op) {
  auto windows = getOpWindows(op);
  if (!windows)
    return std::nullopt;
  Indexing indexing = create(op);
  WindowDims dims = addSpace(indexing, op, "c");
  addKernel(indexing, dims, *windows);
  Access x = {IndexExpr::dim(dims.n), IndexExpr::dim(dims.channel)};
  appendWindows(x, dims, *windows);
  indexing.operands[0] = std::move(x);
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    indexing.results[i] = indexing.results[0];
  return indexing;
}

std::optional<Indexing> indexing::maxPool(const Operation *op) {
  auto indexing = pool(op);
  // Maxima of parts don't tell where the maximum is.
  if (indexing && op->getNumResults() == 1)
    indexing->combiner = Combiner::Max;
  return indexing;
}

std::optional<Indexing> indexing::sumPool(const Operation *op) {
  auto indexing = pool(op);
  if (indexing)
    indexing->combiner = Combiner::Sum;
  return indexing;
}

std::optional<Indexing> indexing::globalPool(const Operation *op) {
  Indexing indexing = create(op);
  Shape shape = getOperandShape(op, 0);
  Access x = {IndexExpr::dim(indexing.addDim("n", shape[0])),
              IndexExpr::dim(indexing.addDim("c", shape[1]))};
  indexing.results[0] = x;
  indexing.results[0].resize(shape.size(), IndexExpr::value(0));
  unsigned rank = shape.size() - 2;
  for (unsigned i = 0; i < rank; ++i)
    x.push_back(IndexExpr::dim(indexing.addDim(
        getKernelName(i, rank), shape[i + 2], /*isReduction=*/true)));
  indexing.operands[0] = std::move(x);
  return indexing;
}

std::optional<Indexing> indexing::globalMaxPool(const Operation *op) {
  auto indexing = globalPool(op);
  indexing->combiner = Combiner::Max;
  return indexing;
}
