//===- Sequence.cpp -------------------------------------------------------===//
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

/// Operand 0 as a sequence.
static Expected<std::vector<RuntimeValue>> loadSequence(KernelContext &ctx) {
  if (!ctx.value(0).isSequence())
    return fail("operand 0 is " + ctx.value(0).describe() +
                " where a sequence is expected");
  return ctx.value(0).getSequence().vec();
}

/// Operand \p i as a position in [0, limit), where negative ones count from
/// \p size.
static Expected<int64_t> loadPosition(KernelContext &ctx, unsigned i,
                                      int64_t size, int64_t limit) {
  if (!ctx.value(i).isTensor())
    return fail("the position is " + ctx.value(i).describe());
  Expected<int64_t> position = ctx.scalarInt(i);
  if (!position)
    return position;
  if (*position < -size || *position >= limit)
    return fail("position " + Twine(*position) +
                " is out of range for a sequence of " + Twine(size));
  return *position < 0 ? *position + size : *position;
}

Error kernels::sequenceConstruct(KernelContext &ctx) {
  return ctx.done(RuntimeValue::sequence(ctx.values().vec()));
}

Error kernels::sequenceEmpty(KernelContext &ctx) {
  return ctx.done(RuntimeValue::sequence({}));
}

Error kernels::sequenceAt(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  const int64_t size = sequence->size();
  Expected<int64_t> position = loadPosition(ctx, 1, size, size);
  if (!position)
    return position.takeError();
  return ctx.done((*sequence)[*position]);
}

Error kernels::sequenceInsert(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  const int64_t size = sequence->size();
  int64_t at = size;
  if (ctx.has(2)) {
    Expected<int64_t> position = loadPosition(ctx, 2, size, size + 1);
    if (!position)
      return position.takeError();
    at = *position;
  }
  if (Error error = ctx.countWork(size))
    return error;
  sequence->insert(sequence->begin() + at, ctx.value(1));
  return ctx.done(RuntimeValue::sequence(std::move(*sequence)));
}

Error kernels::sequenceErase(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  const int64_t size = sequence->size();
  if (size == 0)
    return fail("the sequence is empty");
  int64_t at = size - 1;
  if (ctx.has(1)) {
    Expected<int64_t> position = loadPosition(ctx, 1, size, size);
    if (!position)
      return position.takeError();
    at = *position;
  }
  sequence->erase(sequence->begin() + at);
  return ctx.done(RuntimeValue::sequence(std::move(*sequence)));
}

Error kernels::sequenceLength(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  return ctx.done(TensorValue::of<int64_t>(ElementType::I64, {},
                                           int64_t(sequence->size())));
}

Error kernels::splitToSequence(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", 0), x.getRank());
  if (!axis)
    return axis.takeError();
  const int64_t size = x.getDim(*axis);
  // The axis may be long where there are no elements.
  if (auto room =
          ctx.allocate(ElementType::U8, {size, int64_t(sizeof(RuntimeValue))});
      !room)
    return room.takeError();
  std::vector<int64_t> sizes;
  bool squeeze = false;
  if (!ctx.has(1)) {
    sizes.assign(size, 1);
    squeeze = !ctx.op.getInt("keepdims", 1);
  } else if (ctx.tensor(1).getRank() == 0) {
    const int64_t part = loadInts(ctx.tensor(1))[0];
    if (part <= 0)
      return fail("parts of size " + Twine(part));
    for (int64_t at = 0; at < size; at += std::min(part, size - at))
      sizes.push_back(std::min(part, size - at));
  } else {
    sizes = loadInts(ctx.tensor(1));
  }
  std::vector<RuntimeValue> parts;
  int64_t at = 0;
  for (int64_t part : sizes) {
    if (part < 0 || part > size - at)
      return fail("parts exceed the " + Twine(size) + " elements of the axis");
    Expected<TensorValue> y = takePart(ctx, x, *axis, at, part);
    if (!y)
      return y.takeError();
    if (squeeze) {
      Shape shape(y->getShape());
      shape.erase(shape.begin() + *axis);
      *y = y->withShape(shape);
    }
    parts.push_back(std::move(*y));
    at += part;
  }
  if (at != size)
    return fail("parts of " + Twine(at) +
                " elements together, where the axis " + "has " + Twine(size));
  return ctx.done(RuntimeValue::sequence(std::move(parts)));
}

Error kernels::concatFromSequence(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  int64_t axis = ctx.op.getInt("axis", 0);
  SmallVector<TensorValue, 4> parts;
  for (const RuntimeValue &value : *sequence) {
    if (!value.isTensor())
      return fail("the sequence holds " + value.describe());
    TensorValue part = value.getTensor();
    if (ctx.op.getInt("new_axis", 0)) {
      Expected<unsigned> at = resolveAxis(axis, part.getRank() + 1);
      if (!at)
        return at.takeError();
      Shape shape(part.getShape());
      shape.insert(shape.begin() + *at, 1);
      part = part.withShape(shape);
    }
    parts.push_back(std::move(part));
  }
  return ctx.done(concatenate(ctx, parts, axis));
}

Error kernels::optional(KernelContext &ctx) {
  return ctx.done(ctx.has(0) ? RuntimeValue::some(ctx.value(0))
                             : RuntimeValue::none());
}

Error kernels::optionalGetElement(KernelContext &ctx) {
  const RuntimeValue &value = ctx.value(0);
  if (!value.isOptional())
    return ctx.done(value);
  if (!value.hasOptionalValue())
    return fail("the optional value is empty");
  return ctx.done(value.getOptionalValue());
}

Error kernels::optionalHasElement(KernelContext &ctx) {
  bool has = ctx.has(0) &&
             (!ctx.value(0).isOptional() || ctx.value(0).hasOptionalValue());
  return ctx.done(TensorValue::of<bool>(ElementType::Bool, {}, has));
}

Error kernels::sequenceMap(KernelContext &ctx) {
  auto sequence = loadSequence(ctx);
  if (!sequence)
    return sequence.takeError();
  const size_t captures = ctx.op.getInt("num_captures", 0);
  std::vector<std::vector<RuntimeValue>> results(ctx.op.getNumResults());
  for (size_t at = 0; at != sequence->size(); ++at) {
    if (Error error = ctx.countIteration())
      return error;
    RuntimeValues args;
    for (auto [i, value] : enumerate(ctx.values())) {
      // Captured sequences are handed over as a whole.
      if (!value.isSequence() || i + captures >= ctx.getNumOperands()) {
        args.push_back(value);
        continue;
      }
      ArrayRef<RuntimeValue> elements = value.getSequence();
      if (elements.size() != sequence->size())
        return fail("sequences of " + Twine(sequence->size()) + " and " +
                    Twine(elements.size()) + " elements");
      args.push_back(elements[at]);
    }
    auto given = ctx.callRegion(0, args);
    if (!given)
      return given.takeError();
    for (auto [result, value] : llvm::zip_equal(results, *given))
      result.push_back(std::move(value));
  }
  for (auto [i, result] : enumerate(results))
    ctx.set(i, RuntimeValue::sequence(std::move(result)));
  return Error::success();
}
