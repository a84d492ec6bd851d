//===- Windows.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Windows.h"
#include "InferUtil.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

Value *onnc::getWindowInput(Operation *op) { return op->getOperand(0); }

Value *onnc::getWindowWeights(Operation *op) {
  StringRef name = op->getName();
  if (name == onnx::QLinearConvOp::getOperationName())
    return op->getOperand(3);
  if (name == onnx::ConvOp::getOperationName() ||
      name == onnx::ConvIntegerOp::getOperationName() ||
      name == onnx::ConvTransposeOp::getOperationName())
    return op->getOperand(1);
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Reads a list of \p count numbers in [\p lo, 2^31); \p fallback stands for
/// each where the attribute is absent.
static LogicalResult readList(Operation *op, StringRef name, unsigned count,
                              int64_t lo, int64_t fallback,
                              SmallVectorImpl<int64_t> &out) {
  if (!op->hasAttr(name)) {
    out.assign(count, fallback);
    return success();
  }
  auto values = op->getInts(name);
  if (values.size() != count)
    return error(op) << "has " << values.size() << " entries in '" << name
                     << "', but needs " << count;
  for (int64_t v : values)
    if (v < lo || v > INT32_MAX)
      return error(op) << "has " << v << " in '" << name << "', but it must be "
                       << (lo == 1   ? "positive"
                           : lo == 0 ? "at least 0"
                                     : "a 32-bit number")
                       << (v > INT32_MAX ? " and less than 2^31" : "");
  out.assign(values.begin(), values.end());
  return success();
}

/// The kernel from kernel_shape and the weights, which must agree.
static LogicalResult readKernel(Operation *op, unsigned rank,
                                SmallVectorImpl<int64_t> &kernel) {
  if (failed(readList(op, "kernel_shape", rank, 1, 0, kernel)))
    return failure();
  Value *weights = getWindowWeights(op);
  TensorType type = weights ? weights->getTensorType() : TensorType();
  if (!type || !type.hasRank())
    return success();
  if (type.getRank() != rank + 2)
    return error(op) << "has weights of rank " << type.getRank()
                     << ", but needs rank " << rank + 2;
  for (unsigned i = 0; i < rank; ++i) {
    auto size = type.getDim(i + 2).getConstant();
    if (!size)
      continue;
    if (*size < 1 || *size > INT32_MAX)
      return error(op) << "has weights with a kernel of size " << *size;
    if (kernel[i] && kernel[i] != *size)
      return error(op) << "has " << kernel[i]
                       << " in 'kernel_shape', but its weights are of shape "
                       << shapeToString(type);
    kernel[i] = *size;
  }
  return success();
}

LogicalResult onnc::getWindowAttrs(Operation *op, unsigned rank,
                                   WindowAttrs &attrs) {
  auto autoPad =
      StringSwitch<std::optional<AutoPad>>(op->getString("auto_pad", "NOTSET"))
          .Cases("NOTSET", "", AutoPad::NotSet)
          .Case("VALID", AutoPad::Valid)
          .Case("SAME_UPPER", AutoPad::SameUpper)
          .Case("SAME_LOWER", AutoPad::SameLower)
          .Default(std::nullopt);
  if (!autoPad)
    return error(op) << "'auto_pad' is \"" << op->getString("auto_pad")
                     << "\", but must be one of NOTSET, VALID, SAME_UPPER, "
                        "SAME_LOWER";
  attrs.autoPad = *autoPad;
  attrs.ceilMode = op->getInt("ceil_mode", 0) != 0;
  attrs.transposed = op->getName() == onnx::ConvTransposeOp::getOperationName();
  if (failed(readKernel(op, rank, attrs.kernel)) ||
      failed(readList(op, "strides", rank, 1, 1, attrs.strides)) ||
      failed(readList(op, "dilations", rank, 1, 1, attrs.dilations)) ||
      failed(readList(op, "pads", 2 * rank, 0, 0, attrs.pads)))
    return failure();
  // Explicit pads are meaningless beside auto_pad.
  if (attrs.autoPad != AutoPad::NotSet)
    attrs.pads.assign(2 * rank, 0);
  if (!attrs.transposed)
    return success();
  if (failed(readList(op, "output_padding", rank, 0, 0, attrs.outputPadding)))
    return failure();
  if (!op->hasAttr("output_shape"))
    return success();
  // Some exporters include batch and channels.
  auto given = op->getInts("output_shape");
  if (given.size() == rank + 2)
    given.erase(given.begin(), given.begin() + 2);
  if (given.size() != rank)
    return error(op) << "has " << given.size()
                     << " entries in 'output_shape', but needs " << rank;
  for (int64_t v : given)
    if (v < 1 || v > INT32_MAX)
      return error(op) << "has " << v
                       << " in 'output_shape', but it must be "
                          "positive and less than 2^31";
  attrs.outputShape.assign(given.begin(), given.end());
  return success();
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The output that the full transposed windows cover, before anything is cut.
static DimExpr fullOutput(const WindowAttrs &attrs, unsigned i, DimExpr input) {
  return (input - 1) * attrs.strides[i] +
         (attrs.outputPadding[i] + attrs.getExtent(i));
}

static bool isSame(const WindowAttrs &attrs) {
  return attrs.autoPad == AutoPad::SameUpper ||
         attrs.autoPad == AutoPad::SameLower;
}

DimExpr onnc::getWindowOutput(const WindowAttrs &attrs, unsigned i,
                              DimExpr input) {
  Context &context = input.getContext();
  if (attrs.transposed && !attrs.outputShape.empty())
    return DimExpr::constant(context, attrs.outputShape[i]);
  int64_t stride = attrs.strides[i];
  if (isSame(attrs))
    return attrs.transposed ? input * stride : input.ceilDiv(stride);
  if (attrs.kernel[i] == 0)
    return DimExpr::unknown(context);
  int64_t extent = attrs.getExtent(i);
  int64_t begin = attrs.pads[i], end = attrs.pads[i + attrs.getRank()];
  if (attrs.transposed)
    return fullOutput(attrs, i, input) - (begin + end);
  if (!attrs.ceilMode || attrs.autoPad == AutoPad::Valid)
    return (input + (begin + end - extent)).floorDiv(stride) + 1;
  // With y = input + begin and t = end - e: ⌈(y + t) / stride⌉ + 1, less one
  // where the last window starts at or behind y, that is where
  // ⌈(y + t) / stride⌉ * stride ≥ y. That is always so if t ≥ 0 and never if
  // t ≤ -stride; between these the result is ⌈y / stride⌉ in both cases.
  DimExpr y = input + begin;
  int64_t t = end - extent;
  if (t >= 0)
    return (y + t).ceilDiv(stride);
  if (t > -stride)
    return y.ceilDiv(stride);
  return (y + t).ceilDiv(stride) + 1;
}

/// Splits \p total into the pads at the beginning and at the end.
static void splitPads(int64_t total, bool oddAtEnd, Window &window) {
  total = std::max<int64_t>(total, 0);
  window.padBegin = oddAtEnd ? total / 2 : total - total / 2;
  window.padEnd = total - window.padBegin;
}

static std::optional<Window> getWindow(const WindowAttrs &attrs, unsigned i,
                                       DimExpr input) {
  auto output = getWindowOutput(attrs, i, input).getConstant();
  if (!output || *output < 1 || attrs.kernel[i] == 0)
    return std::nullopt;
  Window window{*input.getConstant(),
                attrs.kernel[i],
                attrs.strides[i],
                attrs.dilations[i],
                attrs.pads[i],
                attrs.pads[i + attrs.getRank()],
                *output};
  Context &context = input.getContext();
  DimExpr out = DimExpr::constant(context, *output), total;
  if (attrs.transposed && (isSame(attrs) || !attrs.outputShape.empty()))
    total = fullOutput(attrs, i, input) - out;
  else if (isSame(attrs))
    total = (out - 1) * attrs.strides[i] + attrs.getExtent(i) - input;
  else
    return window;
  auto pads = total.getConstant();
  if (!pads)
    return std::nullopt;
  splitPads(*pads, attrs.autoPad == AutoPad::SameUpper, window);
  return window;
}

std::optional<SmallVector<Window, 3>>
onnc::getWindows(Operation *op, ArrayRef<int64_t> spatialSizes,
                 ArrayRef<int64_t> kernel) {
  WindowAttrs attrs;
  if (failed(getWindowAttrs(op, spatialSizes.size(), attrs)))
    return std::nullopt;
  if (kernel.size() == spatialSizes.size())
    attrs.kernel.assign(kernel.begin(), kernel.end());
  SmallVector<Window, 3> out;
  for (auto [i, size] : enumerate(spatialSizes)) {
    auto window = getWindow(attrs, i, dim(op, size));
    if (!window) {
      (void)(error(op) << "has no window that fits into spatial dimension " << i
                       << " of size " << size);
      return std::nullopt;
    }
    out.push_back(*window);
  }
  return out;
}

std::optional<SmallVector<Window, 3>> onnc::getWindows(Operation *op) {
  Value *input = getWindowInput(op);
  TensorType type = input ? input->getTensorType() : TensorType();
  if (!type || !type.hasRank() || type.getRank() < 2)
    return std::nullopt;
  SmallVector<int64_t, 3> sizes;
  for (DimExpr d : type.getShape().drop_front(2)) {
    auto c = d.getConstant();
    if (!c)
      return std::nullopt;
    sizes.push_back(*c);
  }
  if (Value *weights = getWindowWeights(op);
      weights && !op->hasAttr("kernel_shape")) {
    TensorType w = weights->getTensorType();
    if (!w || !w.hasRank() ||
        any_of(w.getShape().drop_front(std::min(2u, w.getRank())),
               [](DimExpr d) { return !d.isConstant(); }))
      return std::nullopt;
  }
  return getWindows(op, sizes);
}
