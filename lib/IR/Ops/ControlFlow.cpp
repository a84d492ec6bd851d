//===- ControlFlow.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// If, Loop and Scan. Their inference gives the bodies' arguments their types,
/// infers the bodies, and takes the results' types from there.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/ControlFlow.h"
#include "Bodies.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

LogicalResult onnx::verifyIfOp(Operation *op) {
  for (unsigned i = 0; i < op->getNumRegions(); ++i) {
    Operation *yield = getYield(op, i);
    if (!yield)
      return failure();
    StringRef name = op->getInfo().regions[i];
    if (op->getRegion(i).getNumArguments() + 1 != op->getNumOperands())
      return op->emitError()
             << "captures " << op->getNumOperands() - 1 << " values, but '"
             << name << "' has " << op->getRegion(i).getNumArguments()
             << " arguments";
    if (yield->getNumOperands() != op->getNumResults())
      return op->emitError()
             << "has " << op->getNumResults() << " results, but '" << name
             << "' returns " << yield->getNumOperands();
  }
  return success();
}

LogicalResult infer::ifElse(Operation *op, Types &types) {
  if (!requireTensor(op, 0) || failed(requireSingle(op, 0)))
    return failure();
  if (op->getNumRegions() != 2)
    return error(op) << "needs two bodies";
  if (failed(onnx::verifyIfOp(op)))
    return failure();
  for (unsigned r = 0; r < 2; ++r) {
    Region &body = op->getRegion(r);
    for (unsigned i = 0; i < body.getNumArguments(); ++i)
      if (failed(refineArgument(op, body, i, operandType(op, i + 1))))
        return failure();
    if (failed(inferBody(body)))
      return failure();
  }
  Operation *thenYield = getYield(op, 0), *elseYield = getYield(op, 1);
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    Type a = operandType(thenYield, i), b = operandType(elseYield, i);
    // A branch may know an optional's element where the other gives none.
    Type joined = joinTypes(a, b);
    if (!joined)
      return error(op) << "has branches that give " << a << " and " << b
                       << " as result " << i;
    types.push_back(joined);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Loop and Scan
//===----------------------------------------------------------------------===//

std::optional<LoopParts> onnc::getLoopParts(Operation *op) {
  LoopParts parts;
  bool isLoop = op->getName() == onnx::LoopOp::getOperationName();
  if (isLoop) {
    parts.firstOperand = parts.firstArgument = 2;
    parts.firstYield = 1;
  }
  auto fail = [&](const Twine &message) {
    (void)(op->emitError() << message);
    return std::nullopt;
  };
  int64_t operands = static_cast<int64_t>(op->getNumOperands()) -
                     static_cast<int64_t>(parts.firstOperand);
  int64_t inputs = isLoop ? 0 : op->getInt("num_scan_inputs", 0);
  int64_t captures = op->getInt("num_captures", 0);
  // A loop's trailing M and cond may be left out with everything behind them.
  operands = std::max<int64_t>(operands, 0);
  if (captures < 0 || captures > operands)
    return fail("'num_captures' is " + Twine(captures) + " for " +
                Twine(operands) + " operands");
  if (inputs < 0 || inputs > operands - captures || (!isLoop && inputs == 0))
    return fail("'num_scan_inputs' is " + Twine(inputs) + " for " +
                Twine(operands - captures) + " operands");
  parts.numCaptures = captures;
  parts.numScanInputs = inputs;
  parts.numCarried = operands - captures - inputs;
  if (op->getNumResults() < parts.numCarried)
    return fail("has " + Twine(parts.numCarried) + " carried values, but " +
                Twine(op->getNumResults()) + " results");
  parts.numScanOutputs = op->getNumResults() - parts.numCarried;

  Operation *yield = getYield(op, 0);
  if (!yield)
    return std::nullopt;
  unsigned arguments = op->getRegion(0).getNumArguments();
  if (arguments != parts.getNumArguments())
    return fail("needs a body with " + Twine(parts.getNumArguments()) +
                " arguments, but it has " + Twine(arguments));
  if (yield->getNumOperands() != parts.getNumYields())
    return fail("needs a body that returns " + Twine(parts.getNumYields()) +
                " values, but it returns " + Twine(yield->getNumOperands()));
  return parts;
}

LogicalResult onnx::verifyLoopOp(Operation *op) {
  return success(getLoopParts(op).has_value());
}
LogicalResult onnx::verifyScanOp(Operation *op) {
  return success(getLoopParts(op).has_value());
}

namespace {
/// The types of a body's arguments and of all values inside it, to be put back
/// where an assumption about them fails.
class TypeSnapshot {
public:
  explicit TypeSnapshot(Region &body) {
    save(body);
    body.walk([&](Operation *op) {
      for (Value *result : op->getResults())
        types.push_back({result, result->getType()});
      for (unsigned i = 0; i < op->getNumRegions(); ++i)
        save(op->getRegion(i));
    });
  }
  void restore() {
    for (auto [value, type] : types)
      value->setType(type);
  }

private:
  void save(Region &region) {
    for (Value *argument : region.getArguments())
      types.push_back({argument, argument->getType()});
  }
  SmallVector<std::pair<Value *, Type>, 0> types;
};
} // namespace

/// How deep the operation stands in bodies.
static unsigned nestingDepth(Operation *op) {
  unsigned depth = 0;
  while ((op = op->getParentOp()))
    ++depth;
  return depth;
}

/// The type of a carried value of type \p type that may also be of type \p
/// next, as an iteration makes it: the least that holds both in the first
/// \p round, later nothing of a shape that changes. A value fits where an
/// optional is expected. Null where the two have nothing in common.
static Type widen(Type type, Type next, unsigned round) {
  auto optional = dyn_cast<OptionalType>(type);
  if (optional && !isa<OptionalType>(next)) {
    Type inner = widen(optional.getElementType(), next, round);
    return inner ? OptionalType::get(inner) : Type();
  }
  Type joined = joinTypes(type, next);
  if (!joined || joined == type)
    return joined;
  auto tensor = dyn_cast<TensorType>(joined);
  return tensor && round > 0 ? TensorType::getUnranked(type.getContext(),
                                                       tensor.getElementType())
                             : joined;
}

/// Infers the body with the carried arguments' types such that every iteration
/// keeps them: first the initial types, then what the body changes is widened.
/// \p carried has the initial types, and then those of the results.
static LogicalResult inferCarried(Operation *op, const LoopParts &parts,
                                  SmallVectorImpl<Type> &carried) {
  Region &body = op->getRegion(0);
  Operation *yield = getYield(op, 0);
  TypeSnapshot snapshot(body);
  // Each nested level multiplies the rounds, so deep ones don't try.
  unsigned round = nestingDepth(op) > 4 ? 1 : 0;
  if (round == 1)
    for (Type &type : carried)
      if (auto tensor = dyn_cast<TensorType>(type))
        type =
            TensorType::getUnranked(op->getContext(), tensor.getElementType());
  // A round widens at least one value, and each only twice.
  for (unsigned limit = 2 * carried.size() + 1; limit > 0; --limit, ++round) {
    SmallVector<Type, 4> declared;
    for (auto [i, type] : enumerate(carried)) {
      declared.push_back(body.getArgument(parts.firstArgument + i)->getType());
      if (failed(refineArgument(op, body, parts.firstArgument + i, type)))
        return failure();
    }
    if (failed(inferBody(body)))
      return failure();
    bool stable = true;
    SmallVector<Type, 4> results;
    for (unsigned i = 0; i < carried.size(); ++i) {
      Type argument = body.getArgument(parts.firstArgument + i)->getType();
      Type next = operandType(yield, parts.firstYield + i);
      Type widened = widen(argument, next, round);
      if (!widened)
        return error(op) << "carries a value of type " << argument
                         << " that its body turns into " << next;
      // What the body declares stands: inference may just not see it.
      stable &= meet(declared[i], widened) == argument;
      carried[i] = widened;
      // An optional that the body fills comes out filled.
      bool filled = isa<OptionalType>(argument) && !isa<OptionalType>(next);
      results.push_back(filled ? cast<OptionalType>(widened).getElementType()
                               : argument);
    }
    if (stable) {
      carried.assign(results.begin(), results.end());
      return success();
    }
    snapshot.restore();
  }
  return error(op) << "has a body whose types don't settle";
}

/// Gives the captured arguments their types, infers the body and appends the
/// carried results' types.
static LogicalResult inferLoopBody(Operation *op, const LoopParts &parts,
                                   Types &types) {
  Region &body = op->getRegion(0);
  unsigned operand =
      parts.firstOperand + parts.numCarried + parts.numScanInputs;
  unsigned argument =
      parts.firstArgument + parts.numCarried + parts.numScanInputs;
  for (unsigned i = 0; i < parts.numCaptures; ++i)
    if (failed(refineArgument(op, body, argument + i,
                              operandType(op, operand + i))))
      return failure();
  SmallVector<Type, 4> carried;
  for (unsigned i = 0; i < parts.numCarried; ++i)
    carried.push_back(operandType(op, parts.firstOperand + i));
  if (failed(inferCarried(op, parts, carried)))
    return failure();
  // Without any iteration the result is the initial value, which the lasting
  // type holds too.
  append_range(types, carried);
  return success();
}

/// The type of what iteration \p i hands out of the body; null, with the error
/// reported, where it is no tensor.
static TensorType scanOutputElement(Operation *op, const LoopParts &parts,
                                    unsigned i) {
  Type type =
      operandType(getYield(op, 0), parts.firstYield + parts.numCarried + i);
  if (isa<TensorType>(type))
    return cast<TensorType>(type);
  (void)(error(op) << "collects values of type " << type
                   << ", but can collect tensors only");
  return TensorType();
}

/// Is \p value true in every iteration: a constant, or the condition that was
/// handed in, which \p initial says is true?
static bool isAlwaysTrue(Value *value, Value *condition, bool initial) {
  for (unsigned i = 0; value && i < 64; ++i) {
    if (value == condition)
      return initial;
    if (ConstantAttr constant = getConstantValue(value)) {
      auto ints = constant.getIntValues(1);
      return ints && ints->size() == 1 && (*ints)[0] != 0;
    }
    Operation *def = value->getDefiningOp();
    if (!def || (def->getName() != onnx::IdentityOp::getOperationName() &&
                 def->getName() != onnx::CastOp::getOperationName()))
      return false;
    value = def->getOperand(0);
  }
  return false;
}

/// The number of iterations; unknown where the condition may end them early.
static DimExpr tripCount(Operation *op) {
  auto count =
      op->getOperand(0) ? getShapeValue(op->getOperand(0)) : std::nullopt;
  if (!count || count->size() != 1)
    return unknownDim(op);
  Value *condition = op->getRegion(0).getArgument(1);
  bool initial =
      !op->getOperand(1) || isAlwaysTrue(op->getOperand(1), nullptr, false);
  Value *next = getYield(op, 0)->getOperand(0);
  if (!initial || !isAlwaysTrue(next, condition, initial))
    return unknownDim(op);
  DimExpr trips = (*count)[0];
  if (auto c = trips.getConstant())
    return dim(op, std::max<int64_t>(*c, 0));
  return isAtLeast(op, trips, 0) ? trips : unknownDim(op);
}

LogicalResult infer::loop(Operation *op, Types &types) {
  auto parts = getLoopParts(op);
  if (!parts || failed(requireSingle(op, 0)) || failed(requireSingle(op, 1)))
    return failure();
  Region &body = op->getRegion(0);
  Context &context = op->getContext();
  // Models declare these as scalars or as vectors of one element; what the
  // body declares stands.
  if (body.getArgument(0)->getType().isNone())
    body.getArgument(0)->setType(
        TensorType::get(context, ElementType::I64, ArrayRef<int64_t>()));
  if (body.getArgument(1)->getType().isNone())
    body.getArgument(1)->setType(
        TensorType::get(context, ElementType::Bool, ArrayRef<int64_t>()));
  for (auto [i, element] :
       {std::pair(0u, ElementType::I64), {1u, ElementType::Bool}}) {
    auto type = dyn_cast<TensorType>(body.getArgument(i)->getType());
    if (!type || type.getElementType() != element)
      return error(op) << "has a body whose argument " << i << " is "
                       << body.getArgument(i)->getType()
                       << ", but must be a tensor of " << getName(element);
  }
  if (failed(inferLoopBody(op, *parts, types)))
    return failure();
  DimExpr trips = tripCount(op);
  for (unsigned i = 0; i < parts->numScanOutputs; ++i) {
    TensorType element = scanOutputElement(op, *parts, i);
    if (!element)
      return failure();
    if (!element.hasRank()) {
      types.push_back(element);
      continue;
    }
    Dims shape = {trips};
    append_range(shape, element.getShape());
    if (failed(addTensor(op, types, element.getElementType(), shape)))
      return failure();
  }
  return success();
}

/// Entry \p i of one of Scan's lists, 0 where the list is absent.
static LogicalResult checkScanList(Operation *op, StringRef name,
                                   unsigned count) {
  auto list = op->getInts(name);
  if (op->hasAttr(name) && list.size() != count)
    return error(op) << "has " << list.size() << " entries in '" << name
                     << "', but needs " << count;
  return success();
}

static LogicalResult checkDirections(Operation *op, StringRef name) {
  for (int64_t direction : op->getInts(name))
    if (direction != 0 && direction != 1)
      return error(op) << "has " << direction << " in '" << name
                       << "', but it must be 0 or 1";
  return success();
}

/// Takes scan input \p i apart: the body's argument is a slice, \p length what
/// is known of the number of iterations.
static LogicalResult sliceScanInput(Operation *op, const LoopParts &parts,
                                    unsigned i, DimExpr &length) {
  TensorType in = requireTensor(op, parts.numCarried + i);
  if (!in)
    return failure();
  Type slice = TensorType::getUnranked(op->getContext(), in.getElementType());
  if (in.hasRank()) {
    auto axes = op->getInts("scan_input_axes");
    auto axis = resolveAxis(op, axes.empty() ? 0 : axes[i], in.getRank(),
                            "scan_input_axes");
    if (!axis)
      return failure();
    length =
        mergeDims(op, length, in.getDim(*axis), "lengths of the scan inputs");
    if (!length)
      return failure();
    Dims shape(in.getShape());
    shape.erase(shape.begin() + *axis);
    slice = in.withShape(shape);
  }
  return refineArgument(op, op->getRegion(0), parts.numCarried + i, slice);
}

LogicalResult infer::scan(Operation *op, Types &types) {
  auto parts = getLoopParts(op);
  if (!parts)
    return failure();
  for (StringRef side : {"input", "output"}) {
    unsigned count =
        side == "input" ? parts->numScanInputs : parts->numScanOutputs;
    std::string axes = ("scan_" + side + "_axes").str(),
                directions = ("scan_" + side + "_directions").str();
    if (failed(checkScanList(op, axes, count)) ||
        failed(checkScanList(op, directions, count)) ||
        failed(checkDirections(op, directions)))
      return failure();
  }
  DimExpr length = unknownDim(op);
  for (unsigned i = 0; i < parts->numScanInputs; ++i)
    if (failed(sliceScanInput(op, *parts, i, length)))
      return failure();
  if (failed(inferLoopBody(op, *parts, types)))
    return failure();
  auto axes = op->getInts("scan_output_axes");
  for (unsigned i = 0; i < parts->numScanOutputs; ++i) {
    TensorType element = scanOutputElement(op, *parts, i);
    if (!element)
      return failure();
    if (!element.hasRank()) {
      types.push_back(element);
      continue;
    }
    auto axis = resolveAxis(op, axes.empty() ? 0 : axes[i],
                            element.getRank() + 1, "scan_output_axes");
    if (!axis)
      return failure();
    Dims shape(element.getShape());
    shape.insert(shape.begin() + *axis, length);
    if (failed(addTensor(op, types, element.getElementType(), shape)))
      return failure();
  }
  return success();
}
