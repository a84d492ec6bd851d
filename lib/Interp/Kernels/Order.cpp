//===- Order.cpp ----------------------------------------------------------===//
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

/// Does \p a come before \p b where the largest come first? NaN is larger than
/// every number.
template <typename C> static bool isLarger(C a, C b) {
  if (a != a || b != b)
    return a != a && b == b;
  return a > b;
}

Error kernels::topK(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", -1), x.getRank());
  if (!axis)
    return axis.takeError();
  Expected<int64_t> k = ctx.scalarInt(1);
  if (!k)
    return k.takeError();
  AxisSplit split = splitAt(x.getShape(), *axis);
  if (*k < 0 || *k > split.size)
    return fail("k = " + Twine(*k) + " for an axis of size " +
                Twine(split.size));
  bool largest = ctx.op.getInt("largest", 1);
  Shape shape(x.getShape());
  shape[*axis] = *k;
  Expected<TensorValue> values = ctx.allocate(x.getElementType(), shape);
  if (!values)
    return values.takeError();
  Expected<TensorValue> indices = ctx.allocate(ElementType::I64, shape);
  if (!indices)
    return indices.takeError();

  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> from = x.elements<T>();
            T *to = values->mutableData<T>();
            int64_t *where = indices->mutableData<int64_t>();
            std::vector<int64_t> order(split.size);
            for (int64_t o = 0; o != split.outer; ++o)
              for (int64_t i = 0; i != split.inner; ++i) {
                auto at = [&](int64_t j) {
                  return (o * split.size + j) * split.inner + i;
                };
                std::iota(order.begin(), order.end(), 0);
                // Sorted whatever "sorted" says, as any order is allowed then.
                std::stable_sort(
                    order.begin(), order.end(), [&](int64_t a, int64_t b) {
                      C l = static_cast<C>(from[at(a)]);
                      C r = static_cast<C>(from[at(b)]);
                      return largest ? isLarger(l, r) : isLarger(r, l);
                    });
                for (int64_t j = 0; j != *k; ++j) {
                  int64_t out = (o * *k + j) * split.inner + i;
                  to[out] = from[at(order[j])];
                  where[out] = order[j];
                }
              }
            return Error::success();
          }))
    return error;
  ctx.set(0, std::move(*values));
  ctx.set(1, std::move(*indices));
  return Error::success();
}

/// The index along the axis of the element that \p better prefers to all
/// others; the first NaN wins, as in NumPy.
template <typename Better>
static Error argReduce(KernelContext &ctx, Better better) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  AxisSplit split = splitAt(x.getShape(), *axis);
  if (split.size == 0)
    return fail("the axis has no elements");
  bool last = ctx.op.getInt("select_last_index", 0);
  Shape shape(x.getShape());
  if (ctx.op.getInt("keepdims", 1))
    shape[*axis] = 1;
  else
    shape.erase(shape.begin() + *axis);
  Expected<TensorValue> y = ctx.allocate(ElementType::I64, shape);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> from = x.elements<T>();
            int64_t *to = y->mutableData<int64_t>();
            for (int64_t o = 0; o != split.outer; ++o)
              for (int64_t i = 0; i != split.inner; ++i) {
                int64_t best = 0;
                C bestValue =
                    static_cast<C>(from[o * split.size * split.inner + i]);
                for (int64_t j = 1; j != split.size; ++j) {
                  C value = static_cast<C>(
                      from[(o * split.size + j) * split.inner + i]);
                  bool wins = value != value ? bestValue == bestValue
                                             : better(value, bestValue);
                  if (wins || (last && value == bestValue)) {
                    best = j;
                    bestValue = value;
                  }
                }
                to[o * split.inner + i] = best;
              }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::argMax(KernelContext &ctx) {
  return argReduce(ctx, [](auto a, auto b) { return a > b; });
}

Error kernels::argMin(KernelContext &ctx) {
  return argReduce(ctx, [](auto a, auto b) { return a < b; });
}

/// For every element combine(…) of \p initial and all up to it along the axis.
template <typename Combine>
static Error accumulate(KernelContext &ctx, int initial, Combine combine) {
  const TensorValue &x = ctx.tensor(0);
  Expected<int64_t> given = ctx.scalarInt(1);
  if (!given)
    return given.takeError();
  Expected<unsigned> axis = resolveAxis(*given, x.getRank());
  if (!axis)
    return axis.takeError();
  AxisSplit split = splitAt(x.getShape(), *axis);
  bool exclusive = ctx.op.getInt("exclusive", 0);
  bool reverse = ctx.op.getInt("reverse", 0);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            for (int64_t o = 0; o != split.outer; ++o)
              for (int64_t i = 0; i != split.inner; ++i) {
                C sum(initial);
                for (int64_t j = 0; j != split.size; ++j) {
                  int64_t k = reverse ? split.size - 1 - j : j;
                  int64_t at = (o * split.size + k) * split.inner + i;
                  C next = combine(sum, static_cast<C>(from[at]));
                  to[at] = static_cast<T>(exclusive ? sum : next);
                  sum = next;
                }
              }
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::cumSum(KernelContext &ctx) {
  return accumulate(ctx, 0, [](auto a, auto b) { return wrapAdd(a, b); });
}

Error kernels::cumProd(KernelContext &ctx) {
  return accumulate(ctx, 1, [](auto a, auto b) { return wrapMul(a, b); });
}

template <typename T> static bool isZero(const T &value) {
  if constexpr (std::is_same_v<T, std::string>)
    return value.empty();
  else
    return value == T{};
}

Error kernels::nonZero(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto types = NumericAndBoolTypes() + StringType() +
               TypeSet<TypeCase<ElementType::C64, std::complex<float>>,
                       TypeCase<ElementType::C128, std::complex<double>>>();
  std::vector<int64_t> found;
  if (Error error =
          dispatch(types, x.getElementType(), [&]<typename T>() -> Error {
            for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
              if constexpr (isStorageFloat<T>) {
                if (!isZero(static_cast<double>(x.elements<T>()[i])))
                  found.push_back(i);
              } else if (!isZero(x.elements<T>()[i])) {
                found.push_back(i);
              }
            }
            return Error::success();
          }))
    return error;
  const int64_t count = found.size();
  Expected<TensorValue> y =
      ctx.allocate(ElementType::I64, {int64_t(x.getRank()), count});
  if (!y)
    return y.takeError();
  int64_t *to = y->mutableData<int64_t>();
  Shape strides = getStrides(x.getShape());
  for (int64_t i = 0; i != count; ++i)
    for (unsigned d = 0; d != x.getRank(); ++d)
      to[d * count + i] = found[i] / strides[d] % x.getDim(d);
  return ctx.done(std::move(*y));
}

Error kernels::oneHot(KernelContext &ctx) {
  const TensorValue &indices = ctx.tensor(0), &values = ctx.tensor(2);
  if (ctx.tensor(1).getNumElements() != 1)
    return fail("the depth is not a scalar");
  double depthValue = loadReal(ctx.tensor(1), 0);
  int64_t depth = truncateTo<int64_t>(depthValue);
  if (depth < 0 || values.getNumElements() != 2)
    return fail("depth " + Twine(depth) + " and " +
                Twine(values.getNumElements()) +
                " values where two are expected");
  int64_t rank = indices.getRank();
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", -1), rank + 1);
  if (!axis)
    return axis.takeError();
  Shape shape(indices.getShape());
  shape.insert(shape.begin() + *axis, depth);
  Expected<TensorValue> y = ctx.allocate(values.getElementType(), shape);
  if (!y)
    return y.takeError();
  AxisSplit split = splitAt(shape, *axis);
  std::vector<double> numbers = loadReals(indices);
  cantFail(dispatchStorage(values.getElementType(), [&]<typename T>() -> Error {
    T *to = y->mutableData<T>();
    std::fill_n(to, y->getNumElements(), values.elements<T>()[0]);
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t i = 0; i != split.inner; ++i) {
        // Indices outside [-depth, depth) give a vector of "off".
        int64_t index = truncateTo<int64_t>(numbers[o * split.inner + i]);
        if (index < -depth || index >= depth)
          continue;
        if (index < 0)
          index += depth;
        to[(o * depth + index) * split.inner + i] = values.elements<T>()[1];
      }
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

Error kernels::trilu(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() < 2)
    return fail("the input has rank " + Twine(x.getRank()) +
                ", which is less than 2");
  int64_t k = 0;
  if (ctx.has(1)) {
    Expected<int64_t> given = ctx.scalarInt(1);
    if (!given)
      return given.takeError();
    k = *given;
  }
  bool upper = ctx.op.getInt("upper", 1);
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  const int64_t columns = x.getShape().back();
  const int64_t rows = x.getShape().drop_back().back();
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
      int64_t diagonal = i % columns - i / columns % rows;
      if (upper ? diagonal >= k : diagonal <= k)
        to[i] = from[i];
    }
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}
