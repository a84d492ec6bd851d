//===- MatMul.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatMul.h"
#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "Multiply.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Expected<MatMulShapes> interp::getMatMulShapes(KernelContext &ctx,
                                               ArrayRef<int64_t> a,
                                               ArrayRef<int64_t> b) {
  if (a.empty() || b.empty())
    return fail("a scalar where a matrix or vector is expected");
  Shape left(a), right(b);
  if (a.size() == 1)
    left.insert(left.begin(), 1);
  if (b.size() == 1)
    right.push_back(1);
  MatMulShapes s;
  s.m = left[left.size() - 2];
  s.k = left.back();
  s.n = right.back();
  if (right[right.size() - 2] != s.k)
    return fail("matrices of shapes " + toText(a) + " and " + toText(b) +
                " can't be multiplied");
  ArrayRef<int64_t> leftBatch = ArrayRef<int64_t>(left).drop_back(2);
  ArrayRef<int64_t> rightBatch = ArrayRef<int64_t>(right).drop_back(2);
  Expected<Shape> batch = broadcast(leftBatch, rightBatch);
  if (!batch)
    return batch.takeError();
  s.result = *batch;
  if (a.size() > 1)
    s.result.push_back(s.m);
  if (b.size() > 1)
    s.result.push_back(s.n);
  Expected<int64_t> count = countElements(s.result);
  if (!count)
    return count.takeError();
  if (*count == 0)
    return s; // no batches: there may be any number of them
  if (Error error = ctx.countWork({*count, s.k}))
    return error;
  forEachElement<2>(*batch,
                    {getBroadcastStrides(leftBatch, *batch),
                     getBroadcastStrides(rightBatch, *batch)},
                    [&](int64_t, int64_t l, int64_t r) {
                      s.leftStarts.push_back(l * s.m * s.k);
                      s.rightStarts.push_back(r * s.k * s.n);
                    });
  return s;
}

namespace {
/// A factor: element (r, c) of a batch at start + r·rowStride + c·columnStride.
struct MatrixView {
  ArrayRef<int64_t> starts;
  int64_t rowStride, columnStride;

  int64_t at(int64_t batch, int64_t r, int64_t c) const {
    return starts[batch] + r * rowStride + c * columnStride;
  }
};
} // namespace

/// The naive definition, in Compute<T>, and its blocked equal for floats.
/// finish(batch·m·n offset, sum) gives the element of the result.
template <typename T, typename Finish>
static void multiplyMatrices(const KernelContext &ctx, Elements<T> a,
                             MatrixView av, Elements<T> b, MatrixView bv,
                             int64_t m, int64_t n, int64_t k, T *to,
                             Finish finish) {
  const int64_t batches = av.starts.size();
  if constexpr (isStorageFloat<T>) {
    if (!ctx.getOptions().naiveKernels) {
      auto read = [](Elements<T> from, const MatrixView &view) {
        return [=, &view](const Tile &t, double *tile) {
          for (int64_t r = t.row; r != t.row + t.rows; ++r)
            for (int64_t c = t.column; c != t.column + t.columns; ++c)
              *tile++ = static_cast<double>(from[view.at(t.batch, r, c)]);
        };
      };
      multiply(ctx, batches, m, n, k, read(a, av), read(b, bv),
               [&](const Tile &t, const double *sums) {
                 for (int64_t r = t.row; r != t.row + t.rows; ++r)
                   for (int64_t c = t.column; c != t.column + t.columns; ++c) {
                     int64_t at = (t.batch * m + r) * n + c;
                     to[at] = static_cast<T>(finish(at, *sums++));
                   }
               });
      return;
    }
  }
  using C = Compute<T>;
  for (int64_t batch = 0; batch != batches; ++batch)
    for (int64_t r = 0; r != m; ++r)
      for (int64_t c = 0; c != n; ++c) {
        C sum = 0;
        for (int64_t p = 0; p != k; ++p)
          sum = wrapAdd(sum, wrapMul(static_cast<C>(a[av.at(batch, r, p)]),
                                     static_cast<C>(b[bv.at(batch, p, c)])));
        int64_t at = (batch * m + r) * n + c;
        to[at] = static_cast<T>(finish(at, sum));
      }
}

Error kernels::matMul(KernelContext &ctx) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(1);
  Expected<MatMulShapes> s = getMatMulShapes(ctx, a.getShape(), b.getShape());
  if (!s)
    return s.takeError();
  Expected<TensorValue> y = ctx.allocate(a.getElementType(), s->result);
  if (!y)
    return y.takeError();
  if (Error error = dispatch(
          NumericTypes(), a.getElementType(), [&]<typename T>() -> Error {
            multiplyMatrices<T>(ctx, a.elements<T>(), {s->leftStarts, s->k, 1},
                                b.elements<T>(), {s->rightStarts, s->n, 1},
                                s->m, s->n, s->k, y->mutableData<T>(),
                                [](int64_t, auto sum) { return sum; });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

/// One matrix of \p columns, or its transpose.
static MatrixView getView(bool transposed, int64_t columns) {
  static constexpr int64_t starts[] = {0};
  return transposed ? MatrixView{starts, 1, columns}
                    : MatrixView{starts, columns, 1};
}

Error kernels::gemm(KernelContext &ctx) {
  const TensorValue &a = ctx.tensor(0), &b = ctx.tensor(1);
  if (a.getRank() != 2 || b.getRank() != 2)
    return fail("factors of ranks " + Twine(a.getRank()) + " and " +
                Twine(b.getRank()) + " where 2 is expected");
  const bool transA = ctx.op.getInt("transA", 0);
  const bool transB = ctx.op.getInt("transB", 0);
  const int64_t m = a.getDim(transA), k = a.getDim(!transA);
  const int64_t n = b.getDim(!transB);
  if (b.getDim(transB) != k)
    return fail("matrices of shapes " + toText(a.getShape()) +
                (transA ? " (transposed)" : "") + " and " +
                toText(b.getShape()) + (transB ? " (transposed)" : "") +
                " can't be multiplied");
  const double alpha = ctx.op.getFloat("alpha", 1);
  const double beta = ctx.op.getFloat("beta", 1);
  Shape shape = {m, n}, strides(2, 0);
  if (ctx.has(2)) {
    if (Error error = checkBroadcast(ctx.tensor(2).getShape(), shape))
      return error;
    strides = getBroadcastStrides(ctx.tensor(2).getShape(), shape);
  }
  Expected<TensorValue> y = ctx.allocate(a.getElementType(), shape);
  if (!y)
    return y.takeError();
  if (Error error = ctx.countWork({m, n, k}))
    return error;
  if (Error error = dispatch(
          NumericTypes(), a.getElementType(), [&]<typename T>() -> Error {
            auto finish = [&]<typename C>(int64_t at, C sum) -> C {
              C addend = 0;
              if (ctx.has(2))
                addend = static_cast<C>(
                    ctx.tensor(2).elements<T>()[at / n * strides[0] +
                                                at % n * strides[1]]);
              if constexpr (std::is_integral_v<C>) {
                if (alpha == 1 && beta == 1)
                  return wrapAdd(sum, addend);
                return truncateTo<C>(alpha * sum + beta * addend);
              } else {
                return ctx.has(2) ? alpha * sum + beta * addend : alpha * sum;
              }
            };
            multiplyMatrices<T>(ctx, a.elements<T>(),
                                getView(transA, a.getDim(1)), b.elements<T>(),
                                getView(transB, b.getDim(1)), m, n, k,
                                y->mutableData<T>(), finish);
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}
