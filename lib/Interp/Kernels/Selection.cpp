//===- Selection.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include <numeric>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Compress
//===----------------------------------------------------------------------===//

/// The slices \p picked of \p axis.
static Expected<TensorValue> takeSlices(KernelContext &ctx,
                                        const TensorValue &x, unsigned axis,
                                        ArrayRef<int64_t> picked) {
  const AxisSplit split = splitAt(x.getShape(), axis);
  Shape shape(x.getShape());
  shape[axis] = picked.size();
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y;
  if (y->getNumElements() == 0)
    return y;
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t j : picked)
        for (int64_t i = 0; i != split.inner; ++i)
          *to++ = from[(o * split.size + j) * split.inner + i];
    return Error::success();
  }));
  return y;
}

/// Operand 0 and its axis; without the attribute the flattened operand and its
/// only one.
static Expected<std::pair<TensorValue, unsigned>> getLines(KernelContext &ctx) {
  TensorValue x = ctx.tensor(0);
  if (!ctx.op.hasAttr("axis"))
    return std::pair(x.withShape({x.getNumElements()}), 0u);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  return std::pair(x, *axis);
}

Error kernels::compress(KernelContext &ctx) {
  auto lines = getLines(ctx);
  if (!lines)
    return lines.takeError();
  auto [x, axis] = *lines;
  if (ctx.tensor(1).getRank() != 1)
    return fail("a condition of shape " + toText(ctx.tensor(1).getShape()));
  std::vector<int64_t> condition = loadInts(ctx.tensor(1)), picked;
  for (auto [i, holds] : enumerate(condition))
    if (holds)
      picked.push_back(i);
  if (!picked.empty() && picked.back() >= x.getDim(axis))
    return fail("the condition selects " + Twine(picked.back()) + " of " +
                Twine(x.getDim(axis)));
  return ctx.done(takeSlices(ctx, x, axis, picked));
}

//===----------------------------------------------------------------------===//
// Unique
//===----------------------------------------------------------------------===//

/// -1, 0, 1; NaN is the largest, and all NaNs are the same.
template <typename T> static int order(const T &a, const T &b) {
  if constexpr (requires { a.imag(); }) {
    const int real = order(a.real(), b.real());
    return real ? real : order(a.imag(), b.imag());
  } else if constexpr (isStorageFloat<T>) {
    const double x = static_cast<double>(a), y = static_cast<double>(b);
    if (x != x || y != y)
      return int(x != x) - int(y != y);
    return x < y ? -1 : x > y;
  } else {
    return a < b ? -1 : b < a;
  }
}

/// The order of slices \p a and \p b of an axis, as of their elements.
template <typename T>
static int orderSlices(Elements<T> x, const AxisSplit &split, int64_t a,
                       int64_t b) {
  for (int64_t o = 0; o != split.outer; ++o)
    for (int64_t i = 0; i != split.inner; ++i) {
      const int64_t first = o * split.size * split.inner + i;
      if (int c = order(static_cast<T>(x[first + a * split.inner]),
                        static_cast<T>(x[first + b * split.inner])))
        return c;
    }
  return 0;
}

static Error setInts(KernelContext &ctx, unsigned i, ArrayRef<int64_t> values) {
  if (!ctx.wants(i))
    return Error::success();
  Expected<TensorValue> y =
      ctx.allocate(ElementType::I64, {int64_t(values.size())});
  if (!y)
    return y.takeError();
  std::copy(values.begin(), values.end(), y->mutableData<int64_t>());
  ctx.set(i, std::move(*y));
  return Error::success();
}

Error kernels::unique(KernelContext &ctx) {
  auto lines = getLines(ctx);
  if (!lines)
    return lines.takeError();
  const TensorValue x = lines->first;
  const unsigned axis = lines->second;
  const AxisSplit split = splitAt(x.getShape(), axis);
  // An axis may be long though there are no elements.
  if (auto room = ctx.allocate(ElementType::I64, {split.size}); !room)
    return room.takeError();
  std::vector<int64_t> order(split.size), group(split.size);
  std::iota(order.begin(), order.end(), 0);
  auto types = NumericAndBoolTypes() + StringType() +
               TypeSet<TypeCase<ElementType::C64, std::complex<float>>,
                       TypeCase<ElementType::C128, std::complex<double>>>();
  int64_t count = 0;
  if (Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() -> Error {
            Elements<T> elements = x.elements<T>();
            auto compare = [&](int64_t a, int64_t b) {
              return orderSlices<T>(elements, split, a, b);
            };
            llvm::stable_sort(
                order, [&](int64_t a, int64_t b) { return compare(a, b) < 0; });
            for (int64_t i = 0; i != split.size; ++i) {
              count += i == 0 || compare(order[i - 1], order[i]) != 0;
              group[order[i]] = count - 1;
            }
            return Error::success();
          }))
    return error;
  // Where each value stands first, in the order of the values.
  std::vector<int64_t> firsts(count, -1), counts(count, 0);
  for (int64_t i = split.size; i-- > 0;) {
    firsts[group[i]] = i;
    ++counts[group[i]];
  }
  if (!ctx.op.getInt("sorted", 1)) {
    std::vector<int64_t> byFirst(count), rank(count);
    std::iota(byFirst.begin(), byFirst.end(), 0);
    llvm::sort(byFirst,
               [&](int64_t a, int64_t b) { return firsts[a] < firsts[b]; });
    std::vector<int64_t> oldFirsts = firsts, oldCounts = counts;
    for (auto [to, from] : enumerate(byFirst)) {
      rank[from] = to;
      firsts[to] = oldFirsts[from];
      counts[to] = oldCounts[from];
    }
    for (int64_t &g : group)
      g = rank[g];
  }
  if (Error error = setInts(ctx, 1, firsts))
    return error;
  if (Error error = setInts(ctx, 2, group))
    return error;
  if (Error error = setInts(ctx, 3, counts))
    return error;
  return ctx.done(takeSlices(ctx, x, axis, firsts));
}

//===----------------------------------------------------------------------===//
// ReverseSequence
//===----------------------------------------------------------------------===//

Error kernels::reverseSequence(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> batch =
      resolveAxis(ctx.op.getInt("batch_axis", 1), x.getRank());
  if (!batch)
    return batch.takeError();
  Expected<unsigned> time =
      resolveAxis(ctx.op.getInt("time_axis", 0), x.getRank());
  if (!time)
    return time.takeError();
  std::vector<int64_t> lengths = loadInts(ctx.tensor(1));
  if (*batch == *time || ctx.tensor(1).getRank() != 1 ||
      int64_t(lengths.size()) != x.getDim(*batch))
    return fail("lengths of shape " + toText(ctx.tensor(1).getShape()) +
                " for an input of shape " + toText(x.getShape()));
  for (int64_t length : lengths)
    if (length < 0 || length > x.getDim(*time))
      return fail("a sequence of " + Twine(length) + " of " +
                  Twine(x.getDim(*time)) + " elements");
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  const Shape strides = getStrides(x.getShape());
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    int64_t i = 0;
    forEachIndex(x.getShape(), [&](ArrayRef<int64_t> index) {
      const int64_t length = lengths[index[*batch]], t = index[*time];
      const int64_t shift = t < length ? length - 1 - 2 * t : 0;
      to[i] = from[i + shift * strides[*time]];
      ++i;
    });
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}
