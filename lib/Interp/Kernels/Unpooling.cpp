//===- Unpooling.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "WindowLists.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Expected<Shape> interp::getList(KernelContext &ctx, StringRef name,
                                size_t count, int64_t lo, int64_t fallback) {
  if (!ctx.op.hasAttr(name))
    return Shape(count, fallback);
  Shape values(ctx.op.getInts(name));
  if (values.size() != count ||
      any_of(values, [&](int64_t v) { return v < lo || v > INT32_MAX; }))
    return fail("'" + name + "' isn't " + Twine(count) +
                " numbers of at least " + Twine(lo));
  return values;
}

Expected<WindowLists> WindowLists::load(KernelContext &ctx, size_t rank) {
  WindowLists w;
  for (auto [name, count, lo, fallback, to] :
       {std::tuple("strides", rank, 1, 1, &w.strides),
        {"dilations", rank, 1, 1, &w.dilations},
        {"pads", 2 * rank, 0, 0, &w.pads}}) {
    Expected<Shape> list = getList(ctx, name, count, lo, fallback);
    if (!list)
      return list.takeError();
    *to = std::move(*list);
  }
  return w;
}

Error kernels::maxUnpool(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &where = ctx.tensor(1);
  if (x.getRank() < 3 || where.getShape() != x.getShape())
    return fail("an input of shape " + toText(x.getShape()) +
                " with indices of shape " + toText(where.getShape()));
  const size_t rank = x.getRank() - 2;
  Expected<WindowLists> w = WindowLists::load(ctx, rank);
  if (!w)
    return w.takeError();
  Expected<Shape> kernel = getList(ctx, "kernel_shape", rank, 1, 1);
  if (!kernel)
    return kernel.takeError();
  Shape pooled(x.getShape());
  // So that nothing overflows.
  if (any_of(pooled, [](int64_t size) { return size > INT32_MAX; }))
    return fail("an input of shape " + toText(x.getShape()) + " is too large");
  for (size_t i = 0; i != rank; ++i)
    pooled[i + 2] = (pooled[i + 2] - 1) * w->strides[i] + (*kernel)[i] -
                    w->pads[i] - w->pads[i + rank];
  Shape shape(pooled);
  if (ctx.has(2)) {
    std::vector<int64_t> given = loadInts(ctx.tensor(2));
    shape.assign(given.begin(), given.end());
    bool fits = shape.size() == pooled.size();
    for (size_t i = 0; fits && i != shape.size(); ++i)
      fits = i < 2 ? shape[i] == pooled[i] : shape[i] >= pooled[i];
    if (!fits)
      return fail("an output of shape " + toText(shape) + " for windows over " +
                  toText(pooled));
  }
  Expected<int64_t> elements = countElements(pooled);
  if (!elements)
    return elements.takeError();
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  const Shape from = getStrides(pooled), to = getStrides(shape);
  std::vector<int64_t> indices = loadInts(where);
  for (int64_t index : indices)
    if (index < 0 || index >= *elements)
      return fail("index " + Twine(index) + " into " + Twine(*elements) +
                  " elements");
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> values = x.elements<T>();
    T *out = y->mutableData<T>();
    for (auto [i, index] : enumerate(indices)) {
      int64_t at = 0;
      for (size_t d = 0; d != pooled.size(); ++d)
        at += index / from[d] % pooled[d] * to[d];
      out[at] = values[i];
    }
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

Error kernels::col2Im(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> image = loadInts(ctx.tensor(1));
  std::vector<int64_t> block = loadInts(ctx.tensor(2));
  const size_t rank = image.size();
  if (x.getRank() != 3 || block.size() != rank || rank == 0)
    return fail("columns of shape " + toText(x.getShape()) +
                " for an image of rank " + Twine(rank) +
                " and blocks of rank " + Twine(block.size()));
  Expected<WindowLists> w = WindowLists::load(ctx, rank);
  if (!w)
    return w.takeError();
  Shape counts;
  for (size_t d = 0; d != rank; ++d) {
    if (image[d] < 0 || image[d] > INT32_MAX || block[d] < 1 ||
        block[d] > INT32_MAX)
      return fail("an image of " + Twine(image[d]) + " with blocks of " +
                  Twine(block[d]));
    const int64_t rest = image[d] + w->pads[d] + w->pads[d + rank] -
                         (block[d] - 1) * w->dilations[d] - 1;
    counts.push_back(rest < 0 ? 0 : rest / w->strides[d] + 1);
  }
  Expected<int64_t> blockSize = countElements(block);
  if (!blockSize)
    return blockSize.takeError();
  Expected<int64_t> columns = countElements(counts);
  if (!columns)
    return columns.takeError();
  if (x.getDim(1) % *blockSize || x.getDim(2) != *columns)
    return fail("columns of shape " + toText(x.getShape()) + " where " +
                Twine(*columns) + " columns of a multiple of " +
                Twine(*blockSize) + " are expected");
  Shape shape = {x.getDim(0), x.getDim(1) / *blockSize};
  append_range(shape, image);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  if (y->getNumElements() == 0)
    return ctx.done(std::move(*y));
  const int64_t planes = shape[0] * shape[1], area = product(image);
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            std::vector<C> sums(area);
            for (int64_t p = 0; p != planes; ++p) {
              std::fill(sums.begin(), sums.end(), C{});
              int64_t in = p * *blockSize * *columns;
              forEachIndex(block, [&](ArrayRef<int64_t> k) {
                forEachIndex(counts, [&](ArrayRef<int64_t> position) {
                  int64_t at = 0;
                  bool inside = true;
                  for (size_t d = 0; d != rank; ++d) {
                    const int64_t i = position[d] * w->strides[d] - w->pads[d] +
                                      k[d] * w->dilations[d];
                    inside &= i >= 0 && i < image[d];
                    at = at * image[d] + i;
                  }
                  if (inside)
                    sums[at] = wrapAdd(sums[at], static_cast<C>(from[in]));
                  ++in;
                });
              });
              for (int64_t i = 0; i != area; ++i)
                to[p * area + i] = static_cast<T>(sums[i]);
            }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
