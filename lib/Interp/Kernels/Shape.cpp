//===- Shape.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Kernels.h"
#include "Strided.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Expected<TensorValue> interp::copyStrided(KernelContext &ctx,
                                          const TensorValue &x,
                                          ArrayRef<int64_t> shape,
                                          ArrayRef<int64_t> strides,
                                          int64_t start) {
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y;
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = x.elements<T>();
    T *to = y->mutableData<T>();
    forEachElement<1>(shape, {Shape(strides)},
                      [&](int64_t i, int64_t offset) { to[i] = from[offset]; },
                      {start});
    return Error::success();
  }));
  return y;
}

/// Operand 0 under another shape.
static Error reshapeTo(KernelContext &ctx, ArrayRef<int64_t> shape) {
  const TensorValue &x = ctx.tensor(0);
  Expected<int64_t> count = countElements(shape);
  if (!count)
    return count.takeError();
  if (*count != x.getNumElements())
    return fail("shape " + toText(x.getShape()) + " can't become " +
                toText(shape));
  return ctx.done(x.withShape(shape));
}

Error kernels::reshape(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> shape = loadInts(ctx.tensor(1));
  bool allowZero = ctx.op.getInt("allowzero", 0);
  std::optional<size_t> inferred;
  for (size_t i = 0; i != shape.size(); ++i) {
    if (shape[i] == 0 && !allowZero) {
      if (i >= x.getRank())
        return fail("entry " + Twine(i) + " of the shape copies a dimension " +
                    "that the input of rank " + Twine(x.getRank()) + " lacks");
      shape[i] = x.getDim(i);
    } else if (shape[i] == -1) {
      if (inferred)
        return fail("the shape has two entries -1");
      inferred = i;
    }
  }
  if (inferred) {
    shape[*inferred] = 1;
    Expected<int64_t> rest = countElements(shape);
    if (!rest)
      return rest.takeError();
    if (*rest == 0 || x.getNumElements() % *rest)
      return fail("shape " + toText(x.getShape()) +
                  " doesn't divide into elements of " + toText(shape));
    shape[*inferred] = x.getNumElements() / *rest;
  }
  return reshapeTo(ctx, shape);
}

Error kernels::flatten(KernelContext &ctx) {
  ArrayRef<int64_t> shape = ctx.tensor(0).getShape();
  int64_t axis = ctx.op.getInt("axis", 1), rank = shape.size();
  if (axis < -rank || axis > rank)
    return fail("axis " + Twine(axis) + " is out of range for rank " +
                Twine(rank));
  if (axis < 0)
    axis += rank;
  return reshapeTo(
      ctx, {product(shape.take_front(axis)), product(shape.drop_front(axis))});
}

Error kernels::squeeze(KernelContext &ctx) {
  ArrayRef<int64_t> shape = ctx.tensor(0).getShape();
  Shape result;
  if (!ctx.has(1)) {
    copy_if(shape, std::back_inserter(result),
            [](int64_t dim) { return dim != 1; });
    return reshapeTo(ctx, result);
  }
  auto axes = resolveAxes(loadInts(ctx.tensor(1)), shape.size());
  if (!axes)
    return axes.takeError();
  for (unsigned i = 0; i != shape.size(); ++i) {
    if (!is_contained(*axes, i))
      result.push_back(shape[i]);
    else if (shape[i] != 1)
      return fail("dimension " + Twine(i) + " of shape " + toText(shape) +
                  " is not 1");
  }
  return reshapeTo(ctx, result);
}

Error kernels::unsqueeze(KernelContext &ctx) {
  ArrayRef<int64_t> shape = ctx.tensor(0).getShape();
  std::vector<int64_t> given = loadInts(ctx.tensor(1));
  unsigned rank = shape.size() + given.size();
  auto axes = resolveAxes(given, rank);
  if (!axes)
    return axes.takeError();
  Shape result;
  for (unsigned i = 0; i != rank; ++i) {
    if (is_contained(*axes, i)) {
      result.push_back(1);
    } else {
      result.push_back(shape.front());
      shape = shape.drop_front();
    }
  }
  return reshapeTo(ctx, result);
}

/// Dimension i of the result is dimension perm[i] of \p x.
static Expected<TensorValue> permute(KernelContext &ctx, const TensorValue &x,
                                     ArrayRef<unsigned> perm) {
  Shape strides = getStrides(x.getShape()), shape, permuted;
  for (unsigned from : perm) {
    shape.push_back(x.getDim(from));
    permuted.push_back(strides[from]);
  }
  return copyStrided(ctx, x, shape, permuted);
}

Error kernels::transpose(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  SmallVector<int64_t, 6> perm = ctx.op.getInts("perm");
  if (!ctx.op.hasAttr("perm"))
    for (unsigned i = x.getRank(); i != 0; --i)
      perm.push_back(i - 1);
  auto axes = resolveAxes(perm, x.getRank());
  if (!axes)
    return axes.takeError();
  if (axes->size() != x.getRank())
    return fail("'perm' has " + Twine(axes->size()) + " entries for rank " +
                Twine(x.getRank()));
  return ctx.done(permute(ctx, x, *axes));
}

Error kernels::expand(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> wanted = loadInts(ctx.tensor(1));
  Expected<Shape> shape = broadcast(x.getShape(), wanted);
  if (!shape)
    return shape.takeError();
  return ctx.done(
      copyStrided(ctx, x, *shape, getBroadcastStrides(x.getShape(), *shape)));
}

Error kernels::tile(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> repeats = loadInts(ctx.tensor(1));
  if (repeats.size() != x.getRank())
    return fail(Twine(repeats.size()) + " repeats for rank " +
                Twine(x.getRank()));
  // Every dimension becomes two, of which the outer one repeats.
  Shape strides = getStrides(x.getShape()), wide, wideStrides, shape;
  for (unsigned i = 0; i != x.getRank(); ++i) {
    wide.append({repeats[i], x.getDim(i)});
    wideStrides.append({0, strides[i]});
    shape.push_back(0);
  }
  Expected<int64_t> count = countElements(wide);
  if (!count)
    return count.takeError();
  for (unsigned i = 0; i != x.getRank(); ++i)
    shape[i] = repeats[i] * x.getDim(i);
  Expected<TensorValue> y = copyStrided(ctx, x, wide, wideStrides);
  if (!y)
    return y.takeError();
  return ctx.done(y->withShape(shape));
}

/// Copies \p x, seen from an axis, into part [at, at + x's size) of the same
/// axis of \p y.
static void copyPart(const TensorValue &x, int64_t from, TensorValue &y,
                     int64_t at, int64_t size, unsigned axis) {
  AxisSplit xs = splitAt(x.getShape(), axis), ys = splitAt(y.getShape(), axis);
  cantFail(dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
    Elements<T> source = x.elements<T>();
    T *target = y.mutableData<T>();
    for (int64_t o = 0; o != ys.outer; ++o)
      for (int64_t i = 0, e = size * ys.inner; i != e; ++i)
        target[(o * ys.size + at) * ys.inner + i] =
            source[(o * xs.size + from) * xs.inner + i];
    return Error::success();
  }));
}

Expected<TensorValue> interp::concatenate(KernelContext &ctx,
                                          ArrayRef<TensorValue> parts,
                                          int64_t axis) {
  if (parts.empty())
    return fail("no tensors to join");
  Expected<unsigned> normalized = resolveAxis(axis, parts[0].getRank());
  if (!normalized)
    return normalized.takeError();
  Shape shape(parts[0].getShape());
  int64_t total = 0;
  for (const TensorValue &part : parts) {
    if (part.getRank() != shape.size() ||
        part.getElementType() != parts[0].getElementType())
      return fail("tensors of different ranks or types can't be joined");
    shape[*normalized] = part.getDim(*normalized);
    if (ArrayRef<int64_t>(shape) != part.getShape())
      return fail("shapes " + toText(parts[0].getShape()) + " and " +
                  toText(part.getShape()) + " can't be joined along axis " +
                  Twine(*normalized));
    if (AddOverflow(total, part.getDim(*normalized), total))
      return fail("the size of the joined axis overflows");
  }
  shape[*normalized] = total;
  Expected<TensorValue> y = ctx.allocate(parts[0].getElementType(), shape);
  if (!y)
    return y;
  int64_t at = 0;
  for (const TensorValue &part : parts) {
    copyPart(part, 0, *y, at, part.getDim(*normalized), *normalized);
    at += part.getDim(*normalized);
  }
  return y;
}

Error kernels::concat(KernelContext &ctx) {
  SmallVector<TensorValue, 4> parts;
  for (const RuntimeValue &operand : ctx.values())
    parts.push_back(operand.getTensor());
  return ctx.done(concatenate(ctx, parts, ctx.op.getInt("axis", 0)));
}

Expected<TensorValue> interp::takePart(KernelContext &ctx, const TensorValue &x,
                                       unsigned axis, int64_t start,
                                       int64_t size) {
  Shape shape(x.getShape());
  shape[axis] = size;
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (y)
    copyPart(x, start, *y, 0, size, axis);
  return y;
}

Error kernels::split(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  const int64_t size = x.getDim(*axis), parts = ctx.op.getNumResults();
  if (parts == 0)
    return Error::success();
  std::vector<int64_t> sizes;
  if (ctx.has(1)) {
    sizes = loadInts(ctx.tensor(1));
  } else {
    // Equal parts but for the last, which may be smaller.
    int64_t part = (size + parts - 1) / parts;
    for (int64_t i = 0; i != parts; ++i)
      sizes.push_back(std::clamp<int64_t>(size - i * part, 0, part));
  }
  int64_t total = 0;
  for (int64_t s : sizes)
    if (s < 0 || AddOverflow(total, s, total))
      return fail("the size " + Twine(s) + " of a part is out of range");
  if (total != size || int64_t(sizes.size()) != parts)
    return fail(Twine(sizes.size()) + " parts of " + Twine(total) +
                " elements together, where " + Twine(parts) + " parts of " +
                Twine(size) + " are expected");
  int64_t at = 0;
  for (int64_t i = 0; i != parts; ++i) {
    Expected<TensorValue> y = takePart(ctx, x, *axis, at, sizes[i]);
    if (!y)
      return y.takeError();
    ctx.set(i, std::move(*y));
    at += sizes[i];
  }
  return Error::success();
}

/// Rearranges N×C×H×W through six dimensions.
static Error rearrange(KernelContext &ctx, ArrayRef<int64_t> split,
                       ArrayRef<unsigned> perm, ArrayRef<int64_t> shape) {
  Expected<TensorValue> y = permute(ctx, ctx.tensor(0).withShape(split), perm);
  if (!y)
    return y.takeError();
  return ctx.done(y->withShape(shape));
}

/// Checks rank 4 and that \p divides holds for the positive block size.
static Expected<int64_t>
getBlockSize(KernelContext &ctx,
             function_ref<bool(ArrayRef<int64_t>, int64_t)> divides) {
  ArrayRef<int64_t> shape = ctx.tensor(0).getShape();
  int64_t block = ctx.op.getInt("blocksize", 0);
  // The bound keeps squares of it within int64_t.
  if (block <= 0 || block > INT32_MAX || shape.size() != 4 ||
      !divides(shape, block))
    return fail("blocksize " + Twine(block) + " doesn't fit shape " +
                toText(shape));
  return block;
}

Error kernels::depthToSpace(KernelContext &ctx) {
  ArrayRef<int64_t> d = ctx.tensor(0).getShape();
  Expected<int64_t> block =
      getBlockSize(ctx, [](ArrayRef<int64_t> shape, int64_t b) {
        return shape[1] % (b * b) == 0;
      });
  if (!block)
    return block.takeError();
  int64_t b = *block, c = d[1] / (b * b), height, width;
  if (MulOverflow(d[2], b, height) || MulOverflow(d[3], b, width))
    return fail("the size of the result overflows");
  Shape shape = {d[0], c, height, width};
  if (ctx.op.getString("mode", "DCR") == "CRD")
    return rearrange(ctx, {d[0], c, b, b, d[2], d[3]}, {0, 1, 4, 2, 5, 3},
                     shape);
  return rearrange(ctx, {d[0], b, b, c, d[2], d[3]}, {0, 3, 4, 1, 5, 2}, shape);
}

Error kernels::spaceToDepth(KernelContext &ctx) {
  ArrayRef<int64_t> d = ctx.tensor(0).getShape();
  Expected<int64_t> block =
      getBlockSize(ctx, [](ArrayRef<int64_t> shape, int64_t b) {
        return shape[2] % b == 0 && shape[3] % b == 0;
      });
  if (!block)
    return block.takeError();
  int64_t b = *block, depth;
  if (MulOverflow(d[1], b * b, depth))
    return fail("the size of the result overflows");
  return rearrange(ctx, {d[0], d[1], d[2] / b, b, d[3] / b, b},
                   {0, 3, 5, 1, 2, 4}, {d[0], depth, d[2] / b, d[3] / b});
}
