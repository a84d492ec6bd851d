//===- MLUOps.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUOps.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/Target/MLU/MLUOps.cpp.inc"

void mlu::registerOps(Context &context) { context.registerOps(opTable); }

SmallVector<int64_t, 6> mlu::getShape(const Value *value) {
  return *value->getTensorType().getStaticShape();
}

int64_t mlu::getNumElements(const Value *value) {
  return *value->getTensorType().getNumElements();
}

int64_t mlu::getRowSize(const Value *value) {
  auto shape = getShape(value);
  return shape.empty() ? 1 : shape.back();
}

int64_t mlu::getNumRows(const Value *value) {
  int64_t size = getRowSize(value);
  return size ? getNumElements(value) / size : 0;
}

bool mlu::isActivation(StringRef name) {
  return StringSwitch<bool>(name)
      .Cases("Relu", "LeakyRelu", "Sigmoid", "Tanh", "Exp", "Log", true)
      .Cases("Sqrt", "Abs", "Neg", "Erf", "Reciprocal", "Floor", true)
      .Cases("Ceil", "Round", "Clip", "HardSigmoid", "HardSwish", "Linear",
             true)
      .Default(false);
}

//===----------------------------------------------------------------------===//
// Verifiers. Selected modules may be written by hand, so the emitter can rely
// only on what is checked here.
//===----------------------------------------------------------------------===//

/// Sizes beyond this would overflow products of a few of them.
static constexpr int64_t maxElements = int64_t(1) << 40;

static LogicalResult verifyStatic(Operation *op) {
  auto check = [&](Value *value) -> LogicalResult {
    auto count = value->getTensorType().getNumElements();
    if (!count || *count < 1 || *count > maxElements)
      return op->emitError() << "needs tensors of known, sensible shapes, not "
                             << value->getType();
    return success();
  };
  for (Value *operand : op->getOperands())
    if (!operand || failed(check(operand)))
      return failure();
  for (Value *result : op->getResults())
    if (failed(check(result)))
      return failure();
  return success();
}

/// The attributes common to all that runs on cores.
static LogicalResult verifyCompute(Operation *op, unsigned tileRank) {
  if (failed(verifyStatic(op)))
    return failure();
  auto tile = op->getInts("tile");
  if (op->hasAttr("tile") &&
      (tile.size() != tileRank ||
       any_of(tile, [](int64_t t) { return t < 1 || t > maxElements; })))
    return op->emitError() << "attribute 'tile' must have " << tileRank
                           << " positive numbers";
  int64_t cores = op->getInt("cores", 1);
  if (cores < 1 || cores > 64)
    return op->emitError() << "can't run on " << cores << " cores";
  StringRef activation = op->getString("activation");
  if (!activation.empty() && !mlu::isActivation(activation))
    return op->emitError() << "knows no activation '" << activation << "'";
  return success();
}

static LogicalResult verifySameShape(Operation *op, Value *a, Value *b) {
  if (a->getTensorType().getShape() == b->getTensorType().getShape())
    return success();
  return op->emitError() << "needs equal shapes, not " << a->getType()
                         << " and " << b->getType();
}

/// Geometry of conv, depthwise and pool: kernel sizes are given.
static LogicalResult verifyWindow(Operation *op, ArrayRef<int64_t> kernel) {
  auto inRange = [](ArrayRef<int64_t> list, int64_t least) {
    return list.size() == 2 && all_of(list, [&](int64_t v) {
             return v >= least && v <= mlu::maxWindowAttr;
           });
  };
  if (op->getOperand(0)->getTensorType().getRank() != 4 ||
      op->getResult()->getTensorType().getRank() != 4)
    return op->emitError() << "slides over tensors of rank 4 only";
  if (!inRange(op->getInts("strides"), 1) ||
      !inRange(op->getInts("dilations"), 1) ||
      !inRange(op->getInts("pads"), 0) || !inRange(kernel, 1))
    return op->emitError() << "needs two strides, dilations, pads and kernel "
                              "sizes within their ranges";
  auto x = mlu::getShape(op->getOperand(0));
  auto y = mlu::getShape(op->getResult());
  if (x[0] != y[0])
    return op->emitError() << "has " << x[0] << " images, but gives " << y[0];
  return success();
}

LogicalResult mlu::verifyInputOp(Operation *op) { return verifyStatic(op); }
LogicalResult mlu::verifyOutputOp(Operation *op) { return verifyStatic(op); }

LogicalResult mlu::verifyConstantOp(Operation *op) {
  ConstantAttr value = ConstantOp(op).getValue();
  if (value.getType() != op->getResult()->getType())
    return op->emitError() << "holds " << value.getType() << ", but gives "
                           << op->getResult()->getType();
  return success();
}

LogicalResult mlu::verifyConvOp(Operation *op) {
  if (failed(verifyCompute(op, 2)))
    return failure();
  ConvOp conv(op);
  if (conv.getW()->getTensorType().getRank() != 4)
    return op->emitError() << "needs weights of rank 4";
  auto w = getShape(conv.getW());
  if (failed(verifyWindow(op, {w[1], w[2]})))
    return failure();
  int64_t group = conv.getGroup();
  int64_t channels = getShape(conv.getX())[3], out = getShape(conv.getY())[3];
  if (group < 1 || out % group || w[3] * group != channels || w[0] != out ||
      getNumElements(conv.getBias()) != out)
    return op->emitError() << "has channels that don't match its weights "
                           << conv.getW()->getType();
  return success();
}

LogicalResult mlu::verifyDepthwiseOp(Operation *op) {
  if (failed(verifyCompute(op, 2)))
    return failure();
  DepthwiseOp conv(op);
  if (conv.getW()->getTensorType().getRank() != 3)
    return op->emitError() << "needs weights of rank 3";
  auto w = getShape(conv.getW());
  if (failed(verifyWindow(op, {w[0], w[1]})))
    return failure();
  if (getShape(conv.getX())[3] != w[2] || getShape(conv.getY())[3] != w[2] ||
      getNumElements(conv.getBias()) != w[2])
    return op->emitError() << "has channels that don't match its weights "
                           << conv.getW()->getType();
  return success();
}

LogicalResult mlu::verifyPoolOp(Operation *op) {
  PoolOp pool(op);
  if (failed(verifyCompute(op, 2)) ||
      failed(verifyWindow(op, pool.getKernel())))
    return failure();
  StringRef kind = pool.getKind();
  if (kind != "max" && kind != "average" && kind != "average_padded")
    return op->emitError() << "knows no kind '" << kind << "'";
  if (getShape(pool.getX())[3] != getShape(pool.getY())[3])
    return op->emitError() << "changes the number of channels";
  return success();
}

LogicalResult mlu::verifyBinaryOp(Operation *op) {
  BinaryOp binary(op);
  if (failed(verifyCompute(op, 1)) ||
      failed(verifySameShape(op, binary.getA(), binary.getY())))
    return failure();
  if (!StringSwitch<bool>(binary.getKind())
           .Cases("Add", "Sub", "Mul", "Div", "Max", "Min", true)
           .Default(false))
    return op->emitError() << "knows no kind '" << binary.getKind() << "'";
  int64_t count = getNumElements(binary.getB());
  bool same = binary.getB()->getTensorType().getShape() ==
              binary.getA()->getTensorType().getShape();
  if (!same && count != 1 && count != getRowSize(binary.getA()))
    return op->emitError() << "can't broadcast " << binary.getB()->getType()
                           << " to " << binary.getA()->getType();
  // A vector starts anew with each tile.
  auto tile = op->getInts("tile");
  int64_t total = getNumElements(binary.getA());
  if (!tile.empty() && count > 1 && count < total && tile[0] < total &&
      tile[0] % count)
    return op->emitError() << "has tiles of " << tile[0]
                           << " elements, which aren't whole rows of " << count;
  return success();
}

LogicalResult mlu::verifyUnaryOp(Operation *op) {
  if (failed(verifyCompute(op, 1)) ||
      failed(verifySameShape(op, op->getOperand(0), op->getResult())))
    return failure();
  if (op->getString("activation").empty())
    return op->emitError() << "names no function";
  return success();
}

LogicalResult mlu::verifySoftmaxOp(Operation *op) {
  return success(
      succeeded(verifyCompute(op, 1)) &&
      succeeded(verifySameShape(op, op->getOperand(0), op->getResult())));
}

LogicalResult mlu::verifyLrnOp(Operation *op) {
  if (failed(verifyCompute(op, 1)) ||
      failed(verifySameShape(op, op->getOperand(0), op->getResult())))
    return failure();
  int64_t size = op->getInt("size", 0);
  if (size < 1 || size > maxWindowAttr)
    return op->emitError() << "has a window of " << size << " channels";
  return success();
}

LogicalResult mlu::verifyRelayoutOp(Operation *op) {
  RelayoutOp relayout(op);
  if (failed(verifyCompute(op, 1)))
    return failure();
  StringRef to = relayout.getTo();
  if ((to != "nchw" && to != "nhwc") ||
      relayout.getX()->getTensorType().getRank() != 4 ||
      relayout.getY()->getTensorType().getRank() != 4)
    return op->emitError() << "turns tensors of rank 4 into nchw or nhwc";
  auto x = getShape(relayout.getX()), y = getShape(relayout.getY());
  SmallVector<int64_t, 6> expected =
      to == "nchw" ? SmallVector<int64_t, 6>{x[0], x[3], x[1], x[2]}
                   : SmallVector<int64_t, 6>{x[0], x[2], x[3], x[1]};
  if (y != expected)
    return op->emitError() << "can't turn " << relayout.getX()->getType()
                           << " into " << relayout.getY()->getType();
  return success();
}

LogicalResult mlu::verifyReshapeOp(Operation *op) {
  if (failed(verifyStatic(op)))
    return failure();
  if (getNumElements(op->getOperand(0)) != getNumElements(op->getResult()))
    return op->emitError() << "changes the number of elements";
  return success();
}

LogicalResult mlu::verifyConcatOp(Operation *op) {
  if (failed(verifyCompute(op, 1)))
    return failure();
  ConcatOp concat(op);
  auto y = getShape(concat.getY());
  int64_t axis = concat.getAxis(), sum = 0;
  if (axis < 0 || axis >= static_cast<int64_t>(y.size()))
    return op->emitError() << "has no dimension " << axis;
  for (Value *x : concat.getXs()) {
    auto shape = getShape(x);
    if (shape.size() != y.size())
      return op->emitError() << "joins tensors of different ranks";
    sum += shape[axis];
    shape[axis] = y[axis];
    if (shape != y)
      return op->emitError() << "can't join " << x->getType() << " into "
                             << concat.getY()->getType();
  }
  if (sum != y[axis])
    return op->emitError() << "joins " << sum << " of " << y[axis]
                           << " elements along dimension " << axis;
  return success();
}
