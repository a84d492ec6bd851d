//===- Gather.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Kernels.h"
#include "Strided.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Error kernels::slice(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> starts = loadInts(ctx.tensor(1));
  std::vector<int64_t> ends = loadInts(ctx.tensor(2));
  std::vector<int64_t> axes, steps(starts.size(), 1);
  for (size_t i = 0; i != starts.size(); ++i)
    axes.push_back(i);
  if (ctx.has(3))
    axes = loadInts(ctx.tensor(3));
  if (ctx.has(4))
    steps = loadInts(ctx.tensor(4));
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    return fail("starts, ends, axes and steps have different sizes");
  auto normalized = resolveAxes(axes, x.getRank());
  if (!normalized)
    return normalized.takeError();

  Shape shape(x.getShape()), strides = getStrides(x.getShape());
  int64_t first = 0;
  for (auto [i, axis] : enumerate(*normalized)) {
    const int64_t size = x.getDim(axis);
    // No dimension is so long that the smallest step differs from the next.
    int64_t step = std::max(steps[i], -INT64_MAX);
    if (step == 0)
      return fail("a step is 0");
    int64_t start = starts[i] < 0 ? starts[i] + size : starts[i];
    int64_t end = ends[i] < 0 ? ends[i] + size : ends[i];
    int64_t count = 0;
    if (step > 0) {
      start = std::clamp<int64_t>(start, 0, size);
      end = std::clamp<int64_t>(end, 0, size);
      if (start < end)
        count = 1 + (end - start - 1) / step;
    } else {
      start = std::clamp<int64_t>(start, -1, size - 1);
      end = std::clamp<int64_t>(end, -1, size - 1);
      if (start > end)
        count = 1 + (start - end - 1) / -step;
    }
    shape[axis] = count;
    if (count > 0)
      first += start * strides[axis];
    // With one element the step is never taken, and may be huge.
    strides[axis] = count > 1 ? strides[axis] * step : 0;
  }
  return ctx.done(copyStrided(ctx, x, shape, strides, first));
}

Error kernels::gather(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  std::vector<int64_t> indices = loadInts(ctx.tensor(1));
  AxisSplit split = splitAt(x.getShape(), *axis);
  for (int64_t &index : indices)
    if (Error error = normalizeIndex(index, split.size))
      return error;
  Shape shape(x.getShape().take_front(*axis));
  append_range(shape, ctx.tensor(1).getShape());
  append_range(shape, x.getShape().drop_front(*axis + 1));
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t index : indices)
        for (int64_t i = 0; i != split.inner; ++i)
          *to++ = from[(o * split.size + index) * split.inner + i];
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

Error kernels::gatherElements(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &where = ctx.tensor(1);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  if (where.getRank() != x.getRank())
    return fail("indices of rank " + Twine(where.getRank()) +
                " for data of rank " + Twine(x.getRank()));
  for (unsigned i = 0; i != x.getRank(); ++i)
    if (i != *axis && where.getDim(i) > x.getDim(i))
      return fail("indices of shape " + toText(where.getShape()) +
                  " exceed data of shape " + toText(x.getShape()));
  std::vector<int64_t> indices = loadInts(where);
  for (int64_t &index : indices)
    if (Error error = normalizeIndex(index, x.getDim(*axis)))
      return error;
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), where.getShape());
  if (!y)
    return y.takeError();
  Shape strides = getStrides(x.getShape());
  int64_t along = strides[*axis];
  strides[*axis] = 0;
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    forEachElement<1>(where.getShape(), {strides},
                      [&](int64_t i, int64_t offset) {
                        to[i] = from[offset + indices[i] * along];
                      });
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

Error kernels::gatherND(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &where = ctx.tensor(1);
  int64_t batchDims = ctx.op.getInt("batch_dims", 0);
  if (where.getRank() == 0)
    return fail("the indices are a scalar");
  int64_t tuple = where.getShape().back();
  int64_t rank = x.getRank();
  if (batchDims < 0 || batchDims >= int64_t(where.getRank()) || tuple < 1 ||
      batchDims > rank || tuple > rank - batchDims)
    return fail("tuples of " + Twine(tuple) + " indices with " +
                Twine(batchDims) + " batch dimensions for data of rank " +
                Twine(rank));
  if (x.getShape().take_front(batchDims) !=
      where.getShape().take_front(batchDims))
    return fail("batch dimensions of data of shape " + toText(x.getShape()) +
                " and indices of shape " + toText(where.getShape()) +
                " differ");
  Shape shape(where.getShape().drop_back());
  ArrayRef<int64_t> slice = x.getShape().drop_front(batchDims + tuple);
  append_range(shape, slice);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();

  std::vector<int64_t> indices = loadInts(where);
  Shape strides = getStrides(x.getShape());
  const int64_t sliceSize = product(slice);
  const int64_t batches = product(x.getShape().take_front(batchDims));
  const int64_t tuples = indices.size() / tuple;
  const int64_t batchSize = product(x.getShape().drop_front(batchDims));
  std::vector<int64_t> offsets(tuples);
  for (int64_t t = 0; t != tuples; ++t) {
    offsets[t] = t / (tuples / batches) * batchSize;
    for (int64_t d = 0; d != tuple; ++d) {
      int64_t &index = indices[t * tuple + d];
      if (Error error = normalizeIndex(index, x.getDim(batchDims + d)))
        return error;
      offsets[t] += index * strides[batchDims + d];
    }
  }
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t offset : offsets)
      for (int64_t i = 0; i != sliceSize; ++i)
        *to++ = from[offset + i];
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}
