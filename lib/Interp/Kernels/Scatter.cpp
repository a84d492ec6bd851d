//===- Scatter.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
enum class Reduction { None, Add, Mul, Max, Min };
} // namespace

static Expected<Reduction> getReduction(KernelContext &ctx) {
  StringRef name = ctx.op.getString("reduction", "none");
  auto reduction = StringSwitch<std::optional<Reduction>>(name)
                       .Case("none", Reduction::None)
                       .Case("add", Reduction::Add)
                       .Case("mul", Reduction::Mul)
                       .Case("max", Reduction::Max)
                       .Case("min", Reduction::Min)
                       .Default(std::nullopt);
  if (!reduction)
    return fail("unknown reduction '" + name + "'");
  return *reduction;
}

template <typename C> static C combine(Reduction reduction, C old, C update) {
  switch (reduction) {
  case Reduction::None:
    return update;
  case Reduction::Add:
    return wrapAdd(old, update);
  case Reduction::Mul:
    return wrapMul(old, update);
  case Reduction::Max:
    return old != old || old > update ? old : update;
  case Reduction::Min:
    return old != old || old < update ? old : update;
  }
  llvm_unreachable("all reductions handled");
}

/// Result 0: operand 0 with element targets[i] combined with element i of
/// operand 2, in that order.
static Error scatter(KernelContext &ctx, ArrayRef<int64_t> targets) {
  const TensorValue &x = ctx.tensor(0), &updates = ctx.tensor(2);
  if (updates.getElementType() != x.getElementType())
    return fail("updates and data are of different types");
  Expected<Reduction> reduction = getReduction(ctx);
  if (!reduction)
    return reduction.takeError();
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>(), update = updates.elements<T>();
    T *to = y->mutableData<T>();
    for (int64_t i = 0, e = x.getNumElements(); i != e; ++i)
      to[i] = from[i];
    if (*reduction == Reduction::None)
      for (auto [i, target] : enumerate(targets))
        to[target] = update[i];
    return Error::success();
  }));
  if (*reduction == Reduction::None)
    return ctx.done(std::move(*y));
  // Rounded after every step, as if each update were an operation of its own.
  if (Error error = dispatch(
          NumericTypes(), x.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> update = updates.elements<T>();
            T *to = y->mutableData<T>();
            for (auto [i, target] : enumerate(targets))
              to[target] =
                  static_cast<T>(combine(*reduction, static_cast<C>(to[target]),
                                         static_cast<C>(update[i])));
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::scatterElements(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &where = ctx.tensor(1);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  bool fits = where.getRank() == x.getRank() &&
              where.getShape() == ctx.tensor(2).getShape();
  for (unsigned i = 0; fits && i != x.getRank(); ++i)
    fits = i == *axis || where.getDim(i) <= x.getDim(i);
  if (!fits)
    return fail("indices of shape " + toText(where.getShape()) +
                " and updates of shape " + toText(ctx.tensor(2).getShape()) +
                " don't fit data of shape " + toText(x.getShape()));
  std::vector<int64_t> indices = loadInts(where);
  for (int64_t &index : indices)
    if (Error error = normalizeIndex(index, x.getDim(*axis)))
      return error;
  Shape strides = getStrides(x.getShape());
  int64_t along = strides[*axis];
  strides[*axis] = 0;
  forEachElement<1>(where.getShape(), {strides},
                    [&](int64_t i, int64_t offset) {
                      indices[i] = offset + indices[i] * along;
                    });
  return scatter(ctx, indices);
}

Error kernels::scatterND(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &where = ctx.tensor(1);
  if (where.getRank() == 0)
    return fail("the indices are a scalar");
  const int64_t tuple = where.getShape().back();
  if (tuple < 1 || tuple > int64_t(x.getRank()))
    return fail("tuples of " + Twine(tuple) + " indices for data of rank " +
                Twine(x.getRank()));
  Shape expected(where.getShape().drop_back());
  append_range(expected, x.getShape().drop_front(tuple));
  if (ctx.tensor(2).getShape() != ArrayRef<int64_t>(expected))
    return fail("updates of shape " + toText(ctx.tensor(2).getShape()) +
                " where " + toText(expected) + " is expected");
  std::vector<int64_t> indices = loadInts(where), targets;
  Shape strides = getStrides(x.getShape());
  const int64_t sliceSize = product(x.getShape().drop_front(tuple));
  targets.reserve(ctx.tensor(2).getNumElements());
  for (size_t t = 0; t != indices.size(); t += tuple) {
    int64_t offset = 0;
    for (int64_t d = 0; d != tuple; ++d) {
      if (Error error = normalizeIndex(indices[t + d], x.getDim(d)))
        return error;
      offset += indices[t + d] * strides[d];
    }
    for (int64_t i = 0; i != sliceSize; ++i)
      targets.push_back(offset + i);
  }
  return scatter(ctx, targets);
}
