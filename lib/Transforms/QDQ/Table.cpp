//===- Table.cpp - Functions of one 8-bit tensor --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Between a DequantizeLinear of 8 bits and a QuantizeLinear, elementwise
/// operators on this tensor and numbers alone are a function of 256 values. The
/// interpreter computes all of them with the operators themselves, so that the
/// table is right to the bit.
///
//===----------------------------------------------------------------------===//

#include "QDQ.h"
#include "onnc/Interp/Interpreter.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::qdq;

namespace {
/// The operations between the two ends, in order, and the constants that they
/// take.
struct Slice {
  Operation *dequantize = nullptr;
  SmallVector<Operation *, 8> ops;
  DenseMap<Value *, TensorValue> numbers;
};
} // namespace

/// Adds what \p value, an operand of \p user, is computed from. The type of
/// every value on the way must be \p type: nothing is broadcast.
static LogicalResult collect(Value *value, Operation *user, TensorType type,
                             SmallPtrSetImpl<Operation *> &seen, Slice &slice,
                             Reason &reason) {
  constexpr unsigned maxOperations = 64;
  Operation *op = value->getDefiningOp();
  if (!op)
    return reason.because("it depends on a float that is not quantized");
  if (!value->getTensorType().hasRank() ||
      value->getTensorType().getShape() != type.getShape())
    return reason.because("'" + op->getName() + "' broadcasts");
  if (!seen.insert(op).second)
    return success();
  if (isa<onnx::DequantizeLinearOp>(op)) {
    if (slice.dequantize)
      return reason.because("'" + op->getName() +
                            "' of two tensors meet in one function");
    slice.dequantize = op;
    return success();
  }
  if (!op->hasTrait(OpTrait::Elementwise) || op->getNumResults() != 1) {
    if (isa<onnx::QuantizeLinearOp>(user))
      return reason.because("'" + op->getName() + "' has no integer form here");
    return reason.because("the result of '" + op->getName() +
                          "' is not quantized before '" + user->getName() +
                          "'");
  }
  if (seen.size() > maxOperations)
    return reason.because("the function has too many operations");
  for (Value *operand : op->getOperands()) {
    if (!operand || slice.numbers.contains(operand))
      continue;
    auto constant = getConstantTensor(operand);
    if (constant && constant->getNumElements() != 1)
      return reason.because("'" + op->getName() +
                            "' has a constant of several numbers");
    if (constant) {
      slice.numbers[operand] = constant->withShape({});
      continue;
    }
    if (failed(collect(operand, op, type, seen, slice, reason)))
      return failure();
  }
  slice.ops.push_back(op);
  return success();
}

/// A graph that applies the slice to a vector of all values.
static std::unique_ptr<Module>
buildFunction(Operation *quantize, const Slice &slice, ElementType type) {
  Context &context = quantize->getContext();
  auto module = std::make_unique<Module>(context);
  Graph &graph = module->addGraph("main");
  const int64_t size = 256;
  Value *x = graph.getBody().addArgument(
      TensorType::get(context, type, ArrayRef(size)), "x");
  Builder builder(context);
  builder.setInsertionPointToEnd(graph.getBody());

  DenseMap<Value *, Value *> map;
  map[slice.dequantize->getOperand(0)] = x;
  SmallVector<Operation *, 10> ops = {slice.dequantize};
  append_range(ops, slice.ops);
  ops.push_back(quantize);
  for (Operation *op : ops) {
    SmallVector<Value *, 3> operands;
    for (Value *operand : op->getOperands()) {
      Value *&mapped = map[operand];
      if (operand && !mapped) {
        auto it = slice.numbers.find(operand);
        auto number = it != slice.numbers.end() ? std::optional(it->second)
                                                : getConstantTensor(operand);
        mapped = builder.constant(number->toConstant(context));
      }
      operands.push_back(operand ? mapped : nullptr);
    }
    SmallVector<NamedAttr, 4> attrs(op->getAttrs());
    // Both ends have one scale; their axis may be beyond a vector's.
    erase_if(attrs, [](const NamedAttr &a) { return a.name == "axis"; });
    Operation *copy = builder.createInferred(op->getName(), operands, attrs);
    if (!copy)
      return nullptr;
    map[op->getResult()] = copy->getResult();
  }
  builder.createReturn(map[quantize->getResult()]);
  graph.setOutputNames({"y"});
  return module;
}

LogicalResult qdq::foldTable(Operation *quantize, Rewriter *rewriter,
                             Reason &reason) {
  Quantization yq;
  if (failed(getQuantization(quantize, yq, reason)))
    return failure();
  if (!yq.isPerTensor() || getBitWidth(yq.type) > 16)
    return reason.because("the result is not of 8 or 16 bits with one scale");
  TensorType type = quantize->getOperand(0)->getTensorType();
  if (!type.hasRank())
    return reason.because("the rank is not known");
  Slice slice;
  SmallPtrSet<Operation *, 8> seen;
  if (failed(collect(quantize->getOperand(0), quantize, type, seen, slice,
                     reason)))
    return failure();
  if (!slice.dequantize)
    return reason.because("it is constant");
  Dequantized x;
  if (failed(matchDequantized(slice.dequantize->getResult(), x, reason)))
    return failure();
  if (!x.q.isPerTensor())
    return reason.because("an operand has scales of its own for each channel");
  if (slice.ops.empty() && x.q == yq)
    return rewriter ? rewriter->replace(quantize, x.integers) : success();
  if (getBitWidth(x.q.type) != 8)
    return reason.because("an operand has the type " + getName(x.q.type));
  if (!rewriter)
    return success();

  std::vector<int64_t> all, identity;
  for (int64_t value = quant::getLowest(x.q.type);
       value <= quant::getHighest(x.q.type); ++value)
    all.push_back(value);
  Context &context = rewriter->getContext();
  const int64_t size = all.size();
  auto input =
      TensorValue::fromConstant(makeIntegers(context, x.q.type, size, all));
  std::unique_ptr<Module> function = buildFunction(quantize, slice, x.q.type);
  if (!input || !function) {
    if (!input)
      consumeError(input.takeError());
    return reason.because("it can't be evaluated");
  }
  auto results = run(*function->getMain(), RuntimeValue(*input));
  if (!results) {
    return reason.because("it can't be evaluated: " +
                          toString(results.takeError()));
  }
  const TensorValue &table = (*results)[0].getTensor();
  if (x.q.type == yq.type && getIntegers(table) == all)
    return rewriter->replace(quantize, x.integers);
  if (!slice.ops.empty())
    rewriter->setLoc(slice.ops.back()->getLoc());
  return rewriter->replace(
      quantize,
      rewriter->create<quant::TableOp>(x.integers, table.toConstant(context)));
}
