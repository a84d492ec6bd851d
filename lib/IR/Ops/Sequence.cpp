//===- Sequence.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Sequences and optionals.
///
//===----------------------------------------------------------------------===//

#include "Bodies.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

/// The element type of the sequence that operand 0 is; null, with the error
/// reported, where it isn't one.
static Type sequenceElement(Operation *op) {
  Value *value = op->getOperand(0);
  auto type = value ? dyn_cast<SequenceType>(value->getType()) : SequenceType();
  if (type)
    return type.getElementType();
  (void)(error(op) << operandName(op, 0) << " must be a sequence");
  return Type();
}

/// The same for a sequence of tensors.
static TensorType sequenceTensor(Operation *op) {
  Type element = sequenceElement(op);
  if (!element || isa<TensorType>(element))
    return element ? cast<TensorType>(element) : TensorType();
  (void)(error(op) << operandName(op, 0)
                   << " must be a sequence of tensors, but is one of "
                   << element);
  return TensorType();
}

static LogicalResult addSequence(Operation *op, Types &types, Type a, Type b) {
  Type joined = joinTypes(a, b);
  if (!joined)
    return error(op) << "can't put " << b << " into a sequence of " << a;
  types.push_back(SequenceType::get(joined));
  return success();
}

LogicalResult infer::sequenceConstruct(Operation *op, Types &types) {
  Type joined = requireTensor(op, 0);
  if (!joined)
    return failure();
  for (unsigned i = 1; i < op->getNumOperands(); ++i) {
    TensorType in = requireTensor(op, i);
    if (!in)
      return failure();
    Type next = joinTypes(joined, in);
    if (!next)
      return error(op) << "can't put " << in << " into a sequence of "
                       << joined;
    joined = next;
  }
  types.push_back(SequenceType::get(joined));
  return success();
}

LogicalResult infer::sequenceEmpty(Operation *op, Types &types) {
  auto element = elementTypeAttr(op, "dtype", ElementType::F32);
  if (!element)
    return failure();
  types.push_back(
      SequenceType::get(TensorType::getUnranked(op->getContext(), *element)));
  return success();
}

LogicalResult infer::sequenceAt(Operation *op, Types &types) {
  Type element = sequenceElement(op);
  if (!element || failed(requireSingle(op, 1)))
    return failure();
  types.push_back(element);
  return success();
}

LogicalResult infer::sequenceInsert(Operation *op, Types &types) {
  Type element = sequenceElement(op);
  TensorType in = requireTensor(op, 1);
  if (!element || !in || failed(requireSingle(op, 2)))
    return failure();
  return addSequence(op, types, element, in);
}

LogicalResult infer::sequenceErase(Operation *op, Types &types) {
  Type element = sequenceElement(op);
  if (!element || failed(requireSingle(op, 1)))
    return failure();
  types.push_back(SequenceType::get(element));
  return success();
}

LogicalResult infer::sequenceLength(Operation *op, Types &types) {
  if (!sequenceElement(op))
    return failure();
  return addTensor(op, types, ElementType::I64, {});
}

/// The size of SplitToSequence's parts along the axis; unknown where they
/// differ.
static LogicalResult partSize(Operation *op, DimExpr whole, DimExpr &size) {
  size = unknownDim(op);
  TensorType type = optionalTensor(op, 1);
  auto split = constantInts(op->getOperand(1));
  if (!type || !type.hasRank() || !split || split->empty())
    return success();
  auto total = whole.getConstant();
  if (type.getRank() == 0) {
    int64_t part = (*split)[0];
    if (part < 1)
      return error(op) << "splits into parts of size " << part;
    if (total && *total % part == 0)
      size = dim(op, part);
    return success();
  }
  DimExpr sum = dim(op, 0);
  for (int64_t part : *split) {
    if (part < 0)
      return error(op) << "splits into parts of size " << part;
    sum = sum + part;
  }
  if (auto c = sum.getConstant(); c && total && *c != *total)
    return error(op) << "splits a dimension of size " << *total
                     << " into parts of " << *c << " altogether";
  if (all_equal(*split))
    size = dim(op, (*split)[0]);
  return success();
}

LogicalResult infer::splitToSequence(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  Type element = TensorType::getUnranked(op->getContext(), in.getElementType());
  if (in.hasRank()) {
    auto axis = resolveAxis(op, op->getInt("axis", 0), in.getRank());
    if (!axis)
      return failure();
    Dims shape(in.getShape());
    if (op->getOperand(1)) {
      if (failed(partSize(op, in.getDim(*axis), shape[*axis])))
        return failure();
    } else if (op->getInt("keepdims", 1)) {
      shape[*axis] = dim(op, 1);
    } else {
      shape.erase(shape.begin() + *axis);
    }
    element = in.withShape(shape);
  }
  types.push_back(SequenceType::get(element));
  return success();
}

LogicalResult infer::concatFromSequence(Operation *op, Types &types) {
  TensorType element = sequenceTensor(op);
  if (!element)
    return failure();
  if (!element.hasRank()) {
    types.push_back(element);
    return success();
  }
  bool stack = op->getInt("new_axis", 0) != 0;
  auto axis = resolveAxis(op, op->getInt("axis", 0), element.getRank() + stack);
  if (!axis)
    return failure();
  Dims shape(element.getShape());
  if (stack)
    shape.insert(shape.begin() + *axis, unknownDim(op));
  else
    shape[*axis] = unknownDim(op);
  return addTensor(op, types, element.getElementType(), shape);
}

LogicalResult infer::optional(Operation *op, Types &types) {
  if (Value *value = op->getOperand(0)) {
    if (!isa<TensorType, SequenceType>(value->getType()))
      return error(op) << "needs a tensor or a sequence, not "
                       << value->getType();
    types.push_back(OptionalType::get(value->getType()));
    return success();
  }
  auto type = op->getAttrOfType<TypeAttr>("type");
  if (!type)
    return error(op) << "needs an operand or the attribute 'type'";
  types.push_back(OptionalType::get(type.getValue()));
  return success();
}

LogicalResult infer::optionalGetElement(Operation *op, Types &types) {
  Value *value = op->getOperand(0);
  if (!value)
    return error(op) << "needs its operand " << operandName(op, 0);
  auto type = dyn_cast<OptionalType>(value->getType());
  types.push_back(type ? type.getElementType() : value->getType());
  return success();
}

LogicalResult infer::optionalHasElement(Operation *op, Types &types) {
  return addTensor(op, types, ElementType::Bool, {});
}

LogicalResult onnx::verifySequenceMapOp(Operation *op) {
  Operation *yield = getYield(op, 0);
  if (!yield)
    return failure();
  int64_t captures = op->getInt("num_captures", 0);
  if (captures < 0 || captures >= std::max<int64_t>(op->getNumOperands(), 1))
    return op->emitError() << "'num_captures' is " << captures << " for "
                           << op->getNumOperands() << " operands";
  if (op->getRegion().getNumArguments() != op->getNumOperands())
    return op->emitError() << "has " << op->getNumOperands()
                           << " operands, but a body with "
                           << op->getRegion().getNumArguments() << " arguments";
  if (yield->getNumOperands() != op->getNumResults())
    return op->emitError() << "has " << op->getNumResults()
                           << " results, but its body returns "
                           << yield->getNumOperands();
  return success();
}

LogicalResult infer::sequenceMap(Operation *op, Types &types) {
  if (op->getNumRegions() != 1)
    return error(op) << "needs a body";
  if (!sequenceElement(op) || failed(onnx::verifySequenceMapOp(op)))
    return failure();
  Region &body = op->getRegion();
  unsigned captures = op->getInt("num_captures", 0);
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    Type type = operandType(op, i);
    // Captured sequences are handed over as a whole.
    if (auto sequence = dyn_cast<SequenceType>(type);
        sequence && i + captures < op->getNumOperands())
      type = sequence.getElementType();
    if (failed(refineArgument(op, body, i, type)))
      return failure();
  }
  if (failed(inferBody(body)))
    return failure();
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    types.push_back(SequenceType::get(operandType(getYield(op, 0), i)));
  return success();
}
