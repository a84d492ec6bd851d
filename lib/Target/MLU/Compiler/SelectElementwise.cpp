//===- SelectElementwise.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Elementwise functions of one and two tensors, and normalisations along the
/// channels.
///
//===----------------------------------------------------------------------===//

#include "Selection.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include <limits>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

namespace {
/// A function of `unary` with its parameters.
struct Function {
  std::string name;
  double alpha = 0, beta = 0;
};
} // namespace

static Refusal refuseUnary(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  if (op->getName() == "onnx.Clip") {
    constexpr float any = 0;
    if (!readScalar(op->getOperand(1), any) ||
        !readScalar(op->getOperand(2), any))
      return std::string("the limits must be constant");
  }
  return std::nullopt;
}

static Function getFunction(Operation *op) {
  Function f{op->getInfo().getShortName().str()};
  if (auto leaky = dyn_cast<onnx::LeakyReluOp>(op))
    f.alpha = leaky.getAlpha();
  if (auto hard = dyn_cast<onnx::HardSigmoidOp>(op)) {
    f.alpha = hard.getAlpha();
    f.beta = hard.getBeta();
  }
  if (op->getName() == "onnx.Clip") {
    constexpr float limit = std::numeric_limits<float>::max();
    f.alpha = *readScalar(op->getOperand(1), -limit);
    f.beta = *readScalar(op->getOperand(2), limit);
  }
  return f;
}

/// Conv, depthwise and binary take an activation with them where nobody else
/// looks at what comes before it.
static bool fuseActivation(Value *input, Value *device, const Function &f) {
  Operation *producer = device->getDefiningOp();
  if (isa<ReshapeOp>(producer))
    producer = producer->getOperand(0)->getDefiningOp();
  bool takes = isa<ConvOp>(producer) || isa<DepthwiseOp>(producer) ||
               isa<BinaryOp>(producer);
  if (!takes || producer->hasAttr("activation") || !isOnlyUse(input))
    return false;
  producer->setAttr("activation", StringAttr::get(f.name));
  producer->setAttr("alpha", FloatAttr::get(f.alpha));
  producer->setAttr("beta", FloatAttr::get(f.beta));
  return true;
}

static void selectUnary(Operation *op, Selection &s) {
  Function f = getFunction(op);
  Value *input = op->getOperand(0), *device = s.get(input);
  if (fuseActivation(input, device, f))
    return s.set(op->getResult(), device);
  Operation *unary = s.builder.create(UnaryOp::getOperationName(), {device},
                                      {s.getDeviceType(op->getResult())},
                                      {{"activation", StringAttr::get(f.name)},
                                       {"alpha", FloatAttr::get(f.alpha)},
                                       {"beta", FloatAttr::get(f.beta)}});
  s.set(op->getResult(), unary->getResult());
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

/// How \p b, of ONNX's shape, lies along \p a.
enum class Broadcast : uint8_t { None, Same, Vector, Scalar };

static Broadcast getBroadcast(Value *a, Value *b) {
  auto sa = *a->getTensorType().getStaticShape();
  auto sb = *b->getTensorType().getStaticShape();
  if (sa == sb)
    return Broadcast::Same;
  if (sb.size() > sa.size())
    return Broadcast::None;
  // Ones before it change nothing, but where one of two layouts is N×H×W×C.
  if (sa.size() != 4 && sb.size() != 4 &&
      ArrayRef(sa).take_back(sb.size()) == ArrayRef(sb) &&
      *a->getTensorType().getNumElements() ==
          *b->getTensorType().getNumElements())
    return Broadcast::Same;
  if (*b->getTensorType().getNumElements() == 1)
    return Broadcast::Scalar;
  // One dimension of b differs from 1: that which lies innermost on the
  // device.
  size_t innermost = sa.size() == 4 ? 1 : sa.size() - 1;
  size_t lead = sa.size() - sb.size();
  for (size_t i = 0; i < sb.size(); ++i)
    if (sb[i] != (i + lead == innermost ? sa[innermost] : 1))
      return Broadcast::None;
  return innermost >= lead ? Broadcast::Vector : Broadcast::None;
}

static Refusal refuseBinary(Operation *op) {
  if (op->getNumOperands() != 2)
    return std::string("only two operands are supported");
  if (auto no = refuseValues(op))
    return no;
  Value *a = op->getOperand(0), *b = op->getOperand(1);
  for (Value *operand : {a, b})
    if (auto no = refuseValue(operand, "an operand"))
      return no;
  // The result has the shape of one operand; the other is spread over it.
  if (!canSpread(a, b) && !canSpread(b, a))
    return "can't broadcast " + a->getType().str() + " and " +
           b->getType().str() +
           "; one operand must have the result's shape, the other one element "
           "or one for each channel";
  return std::nullopt;
}

bool mlu::canSpread(Value *a, Value *b) {
  return getBroadcast(a, b) != Broadcast::None;
}

Value *mlu::spread(Value *a, Value *b, Selection &s) {
  if (getBroadcast(a, b) == Broadcast::Same)
    return s.reshape(s.get(b), *s.getDeviceType(a).getStaticShape());
  int64_t count = *b->getTensorType().getNumElements();
  if (ConstantAttr constant = getConstantValue(b))
    return s.pack(constant, {count}, {1});
  return s.reshape(s.get(b), {count});
}

static void selectBinary(Operation *op, Selection &s) {
  Value *a = op->getOperand(0), *b = op->getOperand(1);
  StringRef kind = op->getInfo().getShortName();
  SmallVector<NamedAttr, 2> attrs{
      {"kind", StringAttr::get(kind == "Sum" ? "Add" : kind)}};
  if (!canSpread(a, b)) {
    std::swap(a, b);
    if (kind == "Sub" || kind == "Div")
      attrs.push_back({"reverse", BoolAttr::get(true)});
  }
  Value *full = s.get(a), *other = spread(a, b, s);
  Operation *binary =
      s.builder.create(BinaryOp::getOperationName(), {full, other},
                       {s.getDeviceType(op->getResult())}, attrs);
  s.set(op->getResult(), binary->getResult());
}

//===----------------------------------------------------------------------===//
// Along the channels
//===----------------------------------------------------------------------===//

static Refusal refuseSoftmax(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  int64_t rank = op->getOperand(0)->getTensorType().getRank();
  int64_t axis = op->getInt("axis", -1);
  if (axis < 0)
    axis += rank;
  int64_t innermost = rank == 4 ? 1 : rank - 1;
  if (axis != innermost)
    return "only axis " + std::to_string(innermost) + " of a tensor of rank " +
           std::to_string(rank) + " is supported";
  return std::nullopt;
}

static void selectSoftmax(Operation *op, Selection &s) {
  SmallVector<NamedAttr, 1> attrs;
  if (op->getName() == "onnx.LogSoftmax")
    attrs.push_back({"log", BoolAttr::get(true)});
  Operation *softmax = s.builder.create(
      SoftmaxOp::getOperationName(), {s.get(op->getOperand(0))},
      {s.getDeviceType(op->getResult())}, attrs);
  s.set(op->getResult(), softmax->getResult());
}

static Refusal refuseLRN(Operation *op) {
  if (auto no = refuseValues(op))
    return no;
  if (op->getOperand(0)->getTensorType().getRank() != 4)
    return std::string("only inputs of rank 4 are supported");
  return std::nullopt;
}

static void selectLRN(Operation *op, Selection &s) {
  onnx::LRNOp lrn(op);
  Operation *result =
      s.builder.create(LrnOp::getOperationName(), {s.get(op->getOperand(0))},
                       {s.getDeviceType(op->getResult())},
                       {{"size", IntAttr::get(lrn.getSize())},
                        {"alpha", FloatAttr::get(lrn.getAlpha())},
                        {"beta", FloatAttr::get(lrn.getBeta())},
                        {"bias", FloatAttr::get(lrn.getBias())}});
  s.set(op->getResult(), result->getResult());
}

ArrayRef<SelectionRule> mlu::getElementwiseRules() {
  static constexpr SelectionRule rules[] = {
      {"onnx.Relu", refuseUnary, selectUnary},
      {"onnx.LeakyRelu", refuseUnary, selectUnary},
      {"onnx.Sigmoid", refuseUnary, selectUnary},
      {"onnx.Tanh", refuseUnary, selectUnary},
      {"onnx.Exp", refuseUnary, selectUnary},
      {"onnx.Log", refuseUnary, selectUnary},
      {"onnx.Sqrt", refuseUnary, selectUnary},
      {"onnx.Abs", refuseUnary, selectUnary},
      {"onnx.Neg", refuseUnary, selectUnary},
      {"onnx.Erf", refuseUnary, selectUnary},
      {"onnx.Reciprocal", refuseUnary, selectUnary},
      {"onnx.Floor", refuseUnary, selectUnary},
      {"onnx.Ceil", refuseUnary, selectUnary},
      {"onnx.Round", refuseUnary, selectUnary},
      {"onnx.Clip", refuseUnary, selectUnary},
      {"onnx.HardSigmoid", refuseUnary, selectUnary},
      {"onnx.HardSwish", refuseUnary, selectUnary},
      {"onnx.Add", refuseBinary, selectBinary},
      {"onnx.Sub", refuseBinary, selectBinary},
      {"onnx.Mul", refuseBinary, selectBinary},
      {"onnx.Div", refuseBinary, selectBinary},
      {"onnx.Max", refuseBinary, selectBinary},
      {"onnx.Min", refuseBinary, selectBinary},
      {"onnx.Sum", refuseBinary, selectBinary},
      {"onnx.Softmax", refuseSoftmax, selectSoftmax},
      {"onnx.LogSoftmax", refuseSoftmax, selectSoftmax},
      {"onnx.LRN", refuseLRN, selectLRN},
  };
  return rules;
}
