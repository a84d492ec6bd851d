//===- ControlFlow.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/ControlFlow.h"
#include "../Dispatch.h"
#include "../Kernels.h"
#include "Strided.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// The value of a bool tensor of one element.
static Expected<bool> loadCondition(const RuntimeValue &value) {
  if (!value.isTensor() ||
      value.getTensor().getElementType() != ElementType::Bool ||
      value.getTensor().getNumElements() != 1)
    return fail("the condition is " + value.describe() + ", not one boolean");
  return value.getTensor().elements<bool>()[0];
}

Error kernels::ifElse(KernelContext &ctx) {
  Expected<bool> condition = loadCondition(ctx.value(0));
  if (!condition)
    return condition.takeError();
  auto results = ctx.callRegion(*condition ? 0 : 1, ctx.values().drop_front());
  if (!results)
    return results.takeError();
  for (auto [i, value] : enumerate(*results))
    ctx.set(i, std::move(value));
  return Error::success();
}

/// The parts of a scan output joined along a new axis. Of no parts the shape is
/// what the body's \p type says, with 0 for what it leaves open.
static Expected<TensorValue> stack(KernelContext &ctx,
                                   ArrayRef<RuntimeValue> parts, Type type,
                                   int64_t axis) {
  auto tensorType = dyn_cast<TensorType>(type);
  if (!tensorType)
    return fail("scan outputs of type " + type.str() +
                " where tensors are expected");
  Shape shape;
  SmallVector<TensorValue, 4> tensors;
  for (const RuntimeValue &part : parts)
    tensors.push_back(part.getTensor());
  if (!tensors.empty())
    shape = Shape(tensors[0].getShape());
  else if (tensorType.hasRank())
    for (DimExpr dim : tensorType.getShape())
      shape.push_back(std::max<int64_t>(ctx.evaluate(dim).value_or(0), 0));
  Expected<unsigned> at = resolveAxis(axis, shape.size() + 1);
  if (!at)
    return at.takeError();
  shape.insert(shape.begin() + *at, tensors.empty() ? 0 : 1);
  if (tensors.empty())
    return ctx.allocate(tensorType.getElementType(), shape);
  for (TensorValue &tensor : tensors) {
    if (tensor.getNumElements() != tensors[0].getNumElements() ||
        tensor.getRank() + 1 != shape.size())
      return fail("the parts of a scan output have different shapes");
    Shape own(tensor.getShape());
    own.insert(own.begin() + *at, 1);
    tensor = tensor.withShape(own);
  }
  return concatenate(ctx, tensors, *at);
}

namespace {
/// The parts of the scan outputs of a loop, counted against the budget: each
/// takes memory even if it has no elements, or is the same as another.
class ScanOutputs {
public:
  ScanOutputs(KernelContext &ctx, unsigned count)
      : budget(*ctx.getBudget()), parts(count) {}
  ~ScanOutputs() {
    for (size_t i = 0; i != taken; ++i)
      budget.giveBack(sizeof(RuntimeValue));
  }

  Error append(unsigned output, RuntimeValue part) {
    if (!part.isTensor())
      return fail("a scan output is " + part.describe() + ", not a tensor");
    if (!budget.take(sizeof(RuntimeValue)))
      return fail("scan outputs of more than " + Twine(taken) +
                  " parts exceed the limit of memory");
    ++taken;
    parts[output].push_back(std::move(part));
    return Error::success();
  }
  std::vector<RuntimeValue> &operator[](unsigned output) {
    return parts[output];
  }
  operator ArrayRef<std::vector<RuntimeValue>>() const { return parts; }

private:
  MemoryBudget &budget;
  size_t taken = 0;
  std::vector<std::vector<RuntimeValue>> parts;
};
} // namespace

static Expected<LoopParts> getParts(KernelContext &ctx) {
  // Only reads the operation and reports on it.
  if (auto parts = getLoopParts(const_cast<Operation *>(&ctx.op)))
    return *parts;
  return fail("operands, results and body don't fit together");
}

/// Sets the results: carried values, then the stacked scan outputs.
static Error setResults(KernelContext &ctx, const LoopParts &parts,
                        ArrayRef<RuntimeValue> carried,
                        ArrayRef<std::vector<RuntimeValue>> outputs,
                        function_ref<int64_t(unsigned)> getAxis) {
  for (auto [i, value] : enumerate(carried)) {
    // An optional that the body fills is a plain value behind the loop.
    bool filled = !isa<OptionalType>(ctx.op.getResult(i)->getType());
    if (!filled || !value.isOptional())
      ctx.set(i, value);
    else if (value.hasOptionalValue())
      ctx.set(i, value.getOptionalValue());
    else
      return fail("no iteration has filled the optional that result " +
                  Twine(i) + " is to be the value of");
  }
  const Operation *yield = ctx.op.getRegion().getTerminator();
  for (auto [i, output] : enumerate(outputs)) {
    const Value *part =
        yield->getOperand(parts.firstYield + parts.numCarried + i);
    Expected<TensorValue> stacked =
        stack(ctx, output, part->getType(), getAxis(i));
    if (!stacked)
      return stacked.takeError();
    ctx.set(parts.numCarried + i, std::move(*stacked));
  }
  return Error::success();
}

Error kernels::loop(KernelContext &ctx) {
  Expected<LoopParts> parts = getParts(ctx);
  if (!parts)
    return parts.takeError();
  int64_t trips = INT64_MAX;
  if (ctx.has(0)) {
    if (!ctx.value(0).isTensor())
      return fail("the trip count is " + ctx.value(0).describe());
    Expected<int64_t> given = ctx.scalarInt(0);
    if (!given)
      return given.takeError();
    trips = *given;
  }
  bool condition = true;
  if (ctx.has(1)) {
    Expected<bool> given = loadCondition(ctx.value(1));
    if (!given)
      return given.takeError();
    condition = *given;
  }
  ArrayRef<RuntimeValue> operands =
      ctx.values().drop_front(std::min(ctx.getNumOperands(), 2u));
  RuntimeValues carried(operands.take_front(parts->numCarried));
  ArrayRef<RuntimeValue> captures = operands.drop_front(parts->numCarried);
  ScanOutputs outputs(ctx, parts->numScanOutputs);

  // Bodies declare the first two as scalars or as vectors of one element.
  auto getShape = [&](unsigned argument) {
    auto type = dyn_cast<TensorType>(
        ctx.op.getRegion().getArgument(argument)->getType());
    return Shape(type && type.hasRank() ? type.getRank() : 0, 1);
  };
  const Shape counterShape = getShape(0), conditionShape = getShape(1);
  for (int64_t i = 0; i < trips && condition; ++i) {
    if (Error error = ctx.countIteration())
      return error;
    RuntimeValues args = {
        TensorValue::of<int64_t>(ElementType::I64, counterShape, i),
        TensorValue::of<bool>(ElementType::Bool, conditionShape, condition)};
    append_range(args, carried);
    append_range(args, captures);
    carried.clear(); // the body frees them at their last use
    auto results = ctx.callRegion(0, args);
    if (!results)
      return results.takeError();
    Expected<bool> next = loadCondition((*results)[0]);
    if (!next)
      return next.takeError();
    condition = *next;
    auto first = results->begin() + 1;
    carried.assign(first, first + parts->numCarried);
    for (unsigned o = 0; o != parts->numScanOutputs; ++o)
      if (Error error =
              outputs.append(o, std::move(first[parts->numCarried + o])))
        return error;
  }
  return setResults(ctx, *parts, carried, outputs, [](unsigned) { return 0; });
}

Error kernels::scan(KernelContext &ctx) {
  Expected<LoopParts> parts = getParts(ctx);
  if (!parts)
    return parts.takeError();
  const auto inputAxes = ctx.op.getInts("scan_input_axes");
  const auto inputDirections = ctx.op.getInts("scan_input_directions");
  const auto outputAxes = ctx.op.getInts("scan_output_axes");
  const auto outputDirections = ctx.op.getInts("scan_output_directions");
  auto at = [](ArrayRef<int64_t> list, unsigned i) {
    return i < list.size() ? list[i] : 0;
  };

  RuntimeValues carried(ctx.values().take_front(parts->numCarried));
  ArrayRef<RuntimeValue> inputs =
      ctx.values().slice(parts->numCarried, parts->numScanInputs);
  ArrayRef<RuntimeValue> captures =
      ctx.values().drop_front(parts->numCarried + parts->numScanInputs);
  SmallVector<unsigned, 4> axes;
  std::optional<int64_t> length;
  for (auto [i, input] : enumerate(inputs)) {
    if (!input.isTensor())
      return fail("scan input " + Twine(i) + " is " + input.describe() +
                  ", not a tensor");
    const TensorValue &tensor = input.getTensor();
    Expected<unsigned> axis = resolveAxis(at(inputAxes, i), tensor.getRank());
    if (!axis)
      return axis.takeError();
    if (length && *length != tensor.getDim(*axis))
      return fail("scan inputs of lengths " + Twine(*length) + " and " +
                  Twine(tensor.getDim(*axis)));
    length = tensor.getDim(*axis);
    axes.push_back(*axis);
  }
  ScanOutputs outputs(ctx, parts->numScanOutputs);
  for (int64_t step = 0; step < length.value_or(0); ++step) {
    if (Error error = ctx.countIteration())
      return error;
    RuntimeValues args = std::move(carried);
    for (auto [i, input] : enumerate(inputs)) {
      const TensorValue &tensor = input.getTensor();
      const int64_t index = at(inputDirections, i) ? *length - 1 - step : step;
      Expected<TensorValue> slice = takePart(ctx, tensor, axes[i], index, 1);
      if (!slice)
        return slice.takeError();
      Shape shape(tensor.getShape());
      shape.erase(shape.begin() + axes[i]);
      args.push_back(slice->withShape(shape));
    }
    append_range(args, captures);
    auto results = ctx.callRegion(0, args);
    if (!results)
      return results.takeError();
    carried.assign(results->begin(), results->begin() + parts->numCarried);
    for (unsigned o = 0; o != parts->numScanOutputs; ++o)
      if (Error error =
              outputs.append(o, std::move((*results)[parts->numCarried + o])))
        return error;
  }
  for (unsigned o = 0; o != parts->numScanOutputs; ++o)
    if (at(outputDirections, o))
      std::reverse(outputs[o].begin(), outputs[o].end());
  return setResults(ctx, *parts, carried, outputs,
                    [&](unsigned o) { return at(outputAxes, o); });
}
