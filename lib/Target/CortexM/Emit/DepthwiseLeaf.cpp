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
/// in the same way share a loop in which the rest of them is written out. Of
/// each channel, rows and their elements are written in the order of memory
/// (LeafOrder.cpp).
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

namespace {
/// Neighbouring outputs along one dimension, whose windows meet the input in
/// the same of their points.
struct Stretch {
  Range outputs, taps;
};
} // namespace

static SmallVector<Stretch, 4> getStretches(const Window &window) {
  SmallVector<Stretch, 4> stretches;
  for (int64_t i = 0; i < window.output; ++i) {
    int64_t start = i * window.stride - window.padBegin;
    Range taps = {0, window.kernel};
    while (taps.lo < window.kernel && start + taps.lo * window.dilation < 0)
      ++taps.lo;
    while (taps.hi > taps.lo &&
           start + (taps.hi - 1) * window.dilation >= window.input)
      --taps.hi;
    if (stretches.empty() || stretches.back().taps != taps)
      stretches.push_back({{i, i}, taps});
    stretches.back().outputs.hi = i + 1;
  }
  return stretches;
}

/// Code for more combinations of stretches would take more flash than it is
/// worth.
static constexpr size_t maxStretches = 9;

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

  auto rows = getStretches((*windows)[0]),
       columns = getStretches((*windows)[1]);
  if (rows.size() * columns.size() > maxStretches)
    return false;

  auto getRange = [&](unsigned axis, Range outputs) {
    return CRange{getMax(output.box[axis].lo, outputs.lo),
                  getMin(output.box[axis].hi, outputs.hi)};
  };
  CExpr n = writer.beginLoop("n", output.box[0].lo, output.box[0].hi);
  CExpr m = writer.beginLoop("m", output.box[1].lo, output.box[1].hi);
  SmallVector<std::string> weights;
  for (int64_t i = 0; i < shape[2]; ++i)
    for (int64_t j = 0; j < shape[3]; ++j)
      weights.push_back(writer.define(
          type, ("w" + Twine(i) + Twine(j)).str(),
          w->pointer + "[" + writer.getAddress(*w, {m, 0, i, j}).str() + "]"));
  for (const Stretch &row : rows) {
    auto forEachTap = [&](const Stretch &column,
                          function_ref<void(int64_t, int64_t)> fn) {
      for (int64_t i = row.taps.lo; i < row.taps.hi; ++i)
        for (int64_t j = column.taps.lo; j < column.taps.hi; ++j)
          fn(i, j);
    };
    // The zero point's share is the same for all rows.
    SmallVector<std::string, 3> starts(columns.size());
    for (auto [column, start] : zip_equal(columns, starts)) {
      if (!zeroPoint)
        continue;
      std::string sum;
      forEachTap(column, [&](int64_t i, int64_t j) {
        sum += (sum.empty() ? "" : " + ") + weights[i * shape[3] + j];
      });
      start = writer.define(type, "start",
                            std::to_string(-zeroPoint) + " * (" +
                                (sum.empty() ? "0" : sum) + ")");
    }
    CRange r = getRange(2, row.outputs);
    CExpr y = writer.beginLoop("y", r.lo, r.hi);
    CExpr top = y * (*windows)[0].stride - CExpr((*windows)[0].padBegin);
    for (auto [column, start] : zip_equal(columns, starts)) {
      CRange c = getRange(3, column.outputs);
      CExpr at = writer.beginLoop("x", c.lo, c.hi);
      SmallVector<CExpr, 6> index = {n, m, y, at};
      CExpr left = at * (*windows)[1].stride - CExpr((*windows)[1].padBegin);
      std::string sum = start;
      forEachTap(column, [&](int64_t i, int64_t j) {
        CExpr address =
            writer.getAddress(*x, {n, m, top + i * (*windows)[0].dilation,
                                   left + j * (*windows)[1].dilation});
        sum += (sum.empty() ? "" : " + ") + weights[i * shape[3] + j] + " * " +
               x->pointer + "[" + address.str() + "]";
      });
      if (sum.empty())
        sum = getLiteral(type, int64_t(0));
      std::string value = writer.finishProduct(
          op, indexing, writer.getIteration(indexing, 0, index), sum);
      writer.hold(op.getResult(), value);
      writer.store(output, index, writer.getValue(output.value, index));
      writer.release(op.getResult());
      writer.endLoop();
    }
    writer.endLoop();
  }
  writer.endLoop();
  writer.endLoop();
  return true;
}
