//===- Pad.cpp ------------------------------------------------------------===//
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
enum class PadMode { Constant, Reflect, Edge, Wrap };

/// What happens to one dimension. Negative pads remove elements first.
struct PaddedAxis {
  int64_t before = 0, after = 0;

  /// For every index of the result the index it reads, -1 for the constant.
  Expected<std::vector<int64_t>> getSources(int64_t size, PadMode mode) const;
};
} // namespace

/// What position \p at, counted from the first of \p kept elements, reads: the
/// position of an element, or -1 for the constant.
static int64_t getSource(int64_t at, int64_t kept, PadMode mode) {
  if (at >= 0 && at < kept)
    return at;
  switch (mode) {
  case PadMode::Constant:
    return -1;
  case PadMode::Edge:
    return at < 0 ? 0 : kept - 1;
  case PadMode::Wrap:
    return (at % kept + kept) % kept;
  case PadMode::Reflect: {
    // The border elements aren't repeated.
    const int64_t period = std::max<int64_t>(2 * (kept - 1), 1);
    const int64_t phase = (at % period + period) % period;
    return phase < kept ? phase : period - phase;
  }
  }
  llvm_unreachable("all modes handled");
}

Expected<std::vector<int64_t>> PaddedAxis::getSources(int64_t size,
                                                      PadMode mode) const {
  const int64_t low = std::max<int64_t>(-before, 0);
  const int64_t high = size + std::min<int64_t>(after, 0);
  const int64_t kept = high - low;
  const int64_t begin = std::max<int64_t>(before, 0);
  const int64_t result =
      std::max<int64_t>(kept, 0) + begin + std::max<int64_t>(after, 0);
  if (kept < 0)
    return fail("negative pads remove more than the " + Twine(size) +
                " elements of a dimension");
  if (kept == 0 && result != 0 && mode != PadMode::Constant)
    return fail("an empty dimension has no elements to pad with");
  std::vector<int64_t> sources(result);
  for (int64_t i = 0; i != result; ++i) {
    const int64_t source = getSource(i - begin, kept, mode);
    sources[i] = source < 0 ? source : low + source;
  }
  return sources;
}

static Expected<SmallVector<PaddedAxis, 6>> getPaddedAxes(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> pads = loadInts(ctx.tensor(1)), axes;
  if (ctx.has(3))
    axes = loadInts(ctx.tensor(3));
  else
    for (unsigned i = 0; i != x.getRank(); ++i)
      axes.push_back(i);
  auto normalized = resolveAxes(axes, x.getRank());
  if (!normalized)
    return normalized.takeError();
  if (pads.size() != 2 * axes.size())
    return fail(Twine(pads.size()) + " pads for " + Twine(axes.size()) +
                " axes");
  SmallVector<PaddedAxis, 6> result(x.getRank());
  for (auto [i, axis] : enumerate(*normalized)) {
    PaddedAxis &padded = result[axis];
    padded = {pads[i], pads[i + axes.size()]};
    // Sums of such numbers can't overflow.
    constexpr int64_t limit = INT64_MAX / 8;
    if (std::max(padded.before, padded.after) > limit ||
        std::min(padded.before, padded.after) < -limit ||
        x.getDim(axis) > limit)
      return fail("pads of " + Twine(padded.before) + " and " +
                  Twine(padded.after) + " are out of range");
  }
  return result;
}

/// Result 0: operand 0 with padded axes. \p constant: the operand that is put
/// where nothing else is; zeros if there is none.
static Error padAxes(KernelContext &ctx, ArrayRef<PaddedAxis> axes,
                     PadMode mode, std::optional<unsigned> constantOperand) {
  const TensorValue &x = ctx.tensor(0);
  Shape shape;
  for (unsigned i = 0; i != x.getRank(); ++i) {
    const PaddedAxis &axis = axes[i];
    shape.push_back(
        std::max<int64_t>(x.getDim(i) + axis.before + axis.after, 0));
  }
  Expected<TensorValue> y = ctx.allocate(x.getElementType(), shape);
  if (!y)
    return y.takeError();
  if (y->getNumElements() == 0)
    return ctx.done(std::move(*y));
  std::vector<std::vector<int64_t>> sources;
  for (unsigned i = 0; i != x.getRank(); ++i) {
    auto source = axes[i].getSources(x.getDim(i), mode);
    if (!source)
      return source.takeError();
    sources.push_back(std::move(*source));
  }

  Shape strides = getStrides(x.getShape());
  if (Error error =
          dispatchStorage(x.getElementType(), [&]<typename T>() -> Error {
            T constant{};
            if (constantOperand)
              constant = ctx.tensor(*constantOperand).elements<T>()[0];
            Elements<T> from = x.elements<T>();
            T *to = y->mutableData<T>();
            int64_t i = 0;
            forEachIndex(shape, [&](ArrayRef<int64_t> index) {
              int64_t offset = 0;
              bool inside = true;
              for (unsigned d = 0; d != index.size(); ++d) {
                int64_t source = sources[d][index[d]];
                inside &= source >= 0;
                offset += source * strides[d];
              }
              if (inside)
                to[i++] = from[offset];
              else
                to[i++] = constant;
            });
            return Error::success();
          }))
    return error;
  return ctx.done(std::move(*y));
}

Error kernels::pad(KernelContext &ctx) {
  auto mode =
      StringSwitch<std::optional<PadMode>>(ctx.op.getString("mode", "constant"))
          .Case("constant", PadMode::Constant)
          .Case("reflect", PadMode::Reflect)
          .Case("edge", PadMode::Edge)
          .Case("wrap", PadMode::Wrap)
          .Default(std::nullopt);
  if (!mode)
    return fail("unknown mode '" + ctx.op.getString("mode") + "'");
  if (ctx.has(2) && ctx.tensor(2).getNumElements() != 1)
    return fail("the constant is not a scalar");
  auto axes = getPaddedAxes(ctx);
  if (!axes)
    return axes.takeError();
  return padAxes(ctx, *axes, *mode,
                 ctx.has(2) ? std::optional(2u) : std::nullopt);
}

Error kernels::centerCropPad(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  std::vector<int64_t> sizes = loadInts(ctx.tensor(1));
  SmallVector<int64_t, 6> given = ctx.op.getInts("axes");
  if (!ctx.op.hasAttr("axes"))
    for (unsigned i = 0; i != x.getRank(); ++i)
      given.push_back(i);
  auto axes = resolveAxes(given, x.getRank());
  if (!axes)
    return axes.takeError();
  if (axes->size() != sizes.size())
    return fail(Twine(sizes.size()) + " sizes for " + Twine(axes->size()) +
                " axes");
  SmallVector<PaddedAxis, 6> padded(x.getRank());
  for (auto [axis, size] : llvm::zip(*axes, sizes)) {
    if (size < 0)
      return fail("a size is " + Twine(size));
    // Of an odd number, the end has one more, also where it is cut off.
    const int64_t all = size - x.getDim(axis), before = all / 2;
    padded[axis] = {before, all - before};
  }
  return padAxes(ctx, padded, PadMode::Constant, std::nullopt);
}
