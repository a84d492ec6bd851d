//===- DepthwiseLeaf.cpp - Convolutions of each channel by itself ---------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// One channel after the other, so that its weights stay in registers and the
/// zero point costs one product per channel. Windows that hang over the border
/// are computed by the general loop.
///
//===----------------------------------------------------------------------===//

#include "LeafWriter.h"
#include "Operators.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/Ops/Windows.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// More weights than this don't fit the registers anyway.
static constexpr int64_t maxTaps = 25;

/// "y >= 1 && y < 24": the outputs whose windows lie in the input; empty where
/// all do.
static std::string getInterior(const Window &window, const CExpr &at) {
  int64_t extent = (window.kernel - 1) * window.dilation + 1;
  int64_t lo = (window.padBegin + window.stride - 1) / window.stride;
  int64_t span = window.input + window.padBegin - extent;
  int64_t hi = span < 0 ? 0 : span / window.stride + 1;
  std::string text;
  if (lo > 0)
    text = at.atom() + " >= " + std::to_string(lo);
  if (hi < window.output)
    text +=
        (text.empty() ? "" : " && ") + at.atom() + " < " + std::to_string(hi);
  return text;
}

bool cortexm::writeDepthwiseLeaf(LeafWriter &writer) {
  const Operation &op = *getOperators(writer.getKernel())[0];
  bool isInteger = op.getName() == "onnx.ConvInteger";
  if (!isInteger && op.getName() != "onnx.Conv")
    return false;
  const LeafOperand *x = writer.getBuffer(op.getOperand(0));
  const LeafOperand *w = writer.getBuffer(op.getOperand(1));
  auto shape = getStaticShape(op.getOperand(1));
  int64_t groups = op.getInt("group", 1);
  if (!x || !w || shape.size() != 4 || groups < 2 || shape[0] != groups ||
      shape[1] != 1 || shape[2] * shape[3] > maxTaps)
    return false;
  if (isInteger && op.getOperand(3) && getConstantOperand(op, 3) != 0.0)
    return false;
  int64_t zeroPoint =
      isInteger ? int64_t(getConstantOperand(op, 2).value_or(0)) : 0;
  auto windows = getWindows(const_cast<Operation *>(&op));
  Indexing indexing = *getIndexing(&op);
  const LeafOperand &output = writer.getOutput();
  ElementType type = op.getResult()->getTensorType().getElementType();

  CExpr n = writer.beginLoop("n", output.box[0].lo, output.box[0].hi);
  CExpr m = writer.beginLoop("m", output.box[1].lo, output.box[1].hi);
  SmallVector<std::string> taps;
  for (int64_t i = 0; i < shape[2]; ++i)
    for (int64_t j = 0; j < shape[3]; ++j)
      taps.push_back(writer.define(
          type, ("w" + Twine(i) + Twine(j)).str(),
          w->pointer + "[" + writer.getAddress(*w, {m, 0, i, j}).str() + "]"));
  std::string start = getLiteral(type, int64_t(0));
  if (zeroPoint) {
    std::string sum;
    for (const std::string &tap : taps)
      sum += (sum.empty() ? "" : " + ") + tap;
    start = writer.define(type, "start",
                          std::to_string(-zeroPoint) + " * (" + sum + ")");
  }
  CExpr y = writer.beginLoop("y", output.box[2].lo, output.box[2].hi);
  CExpr at = writer.beginLoop("x", output.box[3].lo, output.box[3].hi);
  SmallVector<CExpr, 6> index = {n, m, y, at};

  std::string inside = getInterior((*windows)[0], y);
  std::string columns = getInterior((*windows)[1], at);
  inside += (inside.empty() || columns.empty() ? "" : " && ") + columns;
  std::string value = writer.newName("value");
  writer.line(getComputeType(type) + " " + value + ";");
  if (!inside.empty())
    writer.open("if (" + inside + ")");
  auto iteration = writer.getIteration(indexing, 0, index);
  CExpr row = y * (*windows)[0].stride - CExpr((*windows)[0].padBegin);
  CExpr column = at * (*windows)[1].stride - CExpr((*windows)[1].padBegin);
  std::string corner = writer.newName("corner");
  writer.line("const " + getStorageType(x->element) + " *" + corner + " = " +
              x->pointer + " + " +
              writer.getAddress(*x, {n, m, row, column}).atom() + ";");
  std::string sum = start;
  for (int64_t i = 0; i < shape[2]; ++i)
    for (int64_t j = 0; j < shape[3]; ++j)
      sum += " + " + taps[i * shape[3] + j] + " * " + corner + "[" +
             std::to_string(i * (*windows)[0].dilation * x->strides[2] +
                            j * (*windows)[1].dilation * x->strides[3]) +
             "]";
  writer.line(value + " = " +
              writer.finishProduct(op, indexing, iteration, sum) + ";");
  if (!inside.empty()) {
    writer.close();
    writer.open("else");
    writer.line(value + " = " + writer.getReduced(op, indexing, index) + ";");
    writer.close();
  }
  writer.hold(op.getResult(), value);
  writer.store(output, index, writer.getValue(output.value, index));
  writer.release(op.getResult());
  for (unsigned i = 0; i < 4; ++i)
    writer.endLoop();
  return true;
}
