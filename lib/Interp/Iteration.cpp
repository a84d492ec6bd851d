//===- Iteration.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Iteration.h"
#include "onnc/IR/Ops/Axes.h"
#include "llvm/Support/Parallel.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

std::string interp::toText(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t dim : shape)
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  return shape.empty() ? "scalar" : text;
}

int64_t interp::product(ArrayRef<int64_t> shape) {
  int64_t result = 1;
  for (int64_t dim : shape)
    result *= dim;
  return result;
}

Shape interp::getStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (unsigned i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

Expected<unsigned> interp::resolveAxis(int64_t axis, unsigned rank) {
  if (std::optional<unsigned> normalized = normalizeAxis(axis, rank))
    return *normalized;
  return fail("axis " + Twine(axis) + " is out of range for rank " +
              Twine(rank));
}

Expected<SmallVector<unsigned, 6>> interp::resolveAxes(ArrayRef<int64_t> axes,
                                                       unsigned rank) {
  if (auto normalized = normalizeAxes(axes, rank))
    return std::move(*normalized);
  return fail("axes " + toText(axes) + " are out of range for rank " +
              Twine(rank) + ", or one is given twice");
}

Error interp::normalizeIndex(int64_t &index, int64_t size) {
  if (index < -size || index >= size)
    return fail("index " + Twine(index) +
                " is out of range for a dimension of size " + Twine(size));
  if (index < 0)
    index += size;
  return Error::success();
}

AxisSplit interp::splitAt(ArrayRef<int64_t> shape, unsigned axis) {
  return {product(shape.take_front(axis)), shape[axis],
          product(shape.drop_front(axis + 1))};
}

Expected<Shape> interp::broadcast(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i != result.size(); ++i) {
    int64_t da = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t db = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1)
      return fail("shapes " + toText(a) + " and " + toText(b) +
                  " can't be broadcast to each other");
    result[result.size() - 1 - i] = da == 1 ? db : da;
  }
  return result;
}

Shape interp::getBroadcastStrides(ArrayRef<int64_t> from,
                                  ArrayRef<int64_t> to) {
  Shape own = getStrides(from);
  Shape strides(to.size(), 0);
  for (size_t i = 0; i != from.size(); ++i)
    if (from[i] != 1)
      strides[to.size() - from.size() + i] = own[i];
  return strides;
}

Error interp::checkBroadcast(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  bool ok = from.size() <= to.size();
  for (size_t i = 0; ok && i != from.size(); ++i)
    ok = from[i] == 1 || from[i] == to[to.size() - from.size() + i];
  if (ok)
    return Error::success();
  return fail("shape " + toText(from) + " can't be broadcast to " + toText(to));
}

void interp::parallelFor(const KernelContext &ctx, int64_t n,
                         function_ref<void(int64_t)> fn) {
  if (ctx.getOptions().naiveKernels || n <= 1) {
    for (int64_t i = 0; i != n; ++i)
      fn(i);
    return;
  }
  llvm::parallelFor(0, n, [&](size_t i) { fn(i); });
}
