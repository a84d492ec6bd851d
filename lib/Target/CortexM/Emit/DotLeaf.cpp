//===- DotLeaf.cpp - Convolutions and products as dot products ------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Where channels are innermost in memory, the products that make an element of
/// a convolution lie in runs: a row of the window, or the channels of one of
/// its points. Four channels of the result share what is loaded of the input.
/// Matrix products with transposed weights are the same with one run.
///
//===----------------------------------------------------------------------===//

#include "LeafWriter.h"
#include "Operators.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/KernelIndexing.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

class DotLeaf {
public:
  explicit DotLeaf(LeafWriter &writer) : writer(writer) {}
  bool match();
  void write();

private:
  void writeChannels(ArrayRef<CExpr> index, const CExpr &lo, const CExpr &hi);
  void writeSums(const CExpr &channel, int64_t count);
  void writeResult(ArrayRef<CExpr> index, const CExpr &channel,
                   const std::string &sum);

  /// The distance in \p operand of neighbours along a dimension of the
  /// iteration; nullopt where it isn't a fixed one.
  std::optional<int64_t> getStride(unsigned operand, unsigned dim) const;

  LeafWriter &writer;
  const Operation *op = nullptr;
  Indexing indexing;
  const LeafOperand *x = nullptr, *w = nullptr;
  bool isReal = false;
  int64_t zeroPoint = 0;
  /// Dimensions of the iteration: the result's channels, what runs are along,
  /// and the other reductions, of which the last may be part of the run.
  unsigned channel = 0, run = 0;
  SmallVector<unsigned, 3> window;
  bool mergesLast = false;
  int64_t groups = 1;
  /// The output's dimension of the channels.
  unsigned channelAxis = 0;
  SmallVector<CExpr, 8> iteration;
  /// Of the window's dimensions.
  SmallVector<CRange, 3> ranges;
};

} // namespace

std::optional<int64_t> DotLeaf::getStride(unsigned operand,
                                          unsigned dim) const {
  const LeafOperand &buffer = operand ? *w : *x;
  int64_t stride = 0;
  for (auto [expr, s] : zip_equal(*indexing.operands[operand], buffer.strides))
    for (const IndexTerm &term : expr.terms)
      if (term.dim == dim) {
        if (term.divisor != 1 || term.modulus)
          return std::nullopt;
        stride += term.coefficient * s;
      }
  return stride;
}

bool DotLeaf::match() {
  op = getOperators(writer.getKernel())[0];
  StringRef name = op->getName();
  bool isConv = name == "onnx.Conv" || name == "onnx.ConvInteger";
  if (!isConv && name != "onnx.Gemm" && name != "onnx.MatMul" &&
      name != "onnx.MatMulInteger")
    return false;
  x = writer.getBuffer(op->getOperand(0));
  w = writer.getBuffer(op->getOperand(1));
  if (!x || !w)
    return false;
  isReal = x->element == ElementType::F32;
  if (!isReal) {
    if (w->element != ElementType::I8 ||
        (op->getOperand(3) && getConstantOperand(*op, 3) != 0.0))
      return false;
    zeroPoint = int64_t(getConstantOperand(*op, 2).value_or(0));
  }
  indexing = *getIndexing(op);
  iteration.resize(indexing.dims.size());
  const Access &result = indexing.results[0];
  if (isConv) {
    channelAxis = 1;
    groups = op->getInt("group", 1);
  } else {
    // A vector has no rows; one on the right no columns.
    if (result.size() < 2 || w->strides.size() != 2)
      return false;
    channelAxis = result.size() - 1;
  }
  auto dim = result[channelAxis].getSingleDim();
  if (!dim)
    return false;
  channel = *dim;
  bool hasRun = false;
  for (unsigned i = 0; i < indexing.dims.size(); ++i) {
    if (!indexing.dims[i].isReduction)
      continue;
    if (!hasRun)
      run = i;
    else
      window.push_back(i);
    hasRun = true;
  }
  auto isDense = [&](unsigned operand, unsigned dim, int64_t stride) {
    return getStride(operand, dim) == stride || indexing.dims[dim].extent == 1;
  };
  if (!hasRun || !isDense(0, run, 1) || !isDense(1, run, 1) ||
      !getStride(1, channel))
    return false;
  // Products of one channel each aren't shared by several of the result.
  int64_t length = indexing.dims[run].extent;
  if (!window.empty() && groups == 1)
    mergesLast =
        isDense(0, window.back(), length) && isDense(1, window.back(), length);
  if (groups > 1) {
    const CRange &box = writer.getOutput().box[channelAxis];
    if (!(box.lo == CExpr(0)) ||
        !(box.hi == CExpr(indexing.dims[channel].extent)))
      return false;
  }
  return true;
}

/// `sums` of \p count channels from \p channel on.
void DotLeaf::writeSums(const CExpr &first, int64_t count) {
  std::string type = isReal ? "float" : "int32_t";
  iteration[channel] = first;
  std::string helper =
      (count == 1 ? "dot1_" : "dot4_") + getName(x->element).str();
  writer.line(count == 1 ? type + " sum = 0;"
                         : type + " sums[4] = {0, 0, 0, 0};");
  unsigned numLoops = window.size() - mergesLast;
  for (unsigned i = 0; i < numLoops; ++i)
    iteration[window[i]] = writer.beginLoop(indexing.dims[window[i]].name,
                                            ranges[i].lo, ranges[i].hi);
  CExpr length = indexing.dims[run].extent;
  if (mergesLast) {
    const CRange &range = ranges.back();
    iteration[window.back()] = range.lo;
    length = (range.hi - range.lo) * indexing.dims[run].extent;
  }
  auto address = [&](const LeafOperand &buffer, unsigned operand) {
    CExpr offset = writer.getAddress(
        buffer,
        writer.getIndex(indexing, *indexing.operands[operand], iteration));
    return offset == CExpr(0) ? buffer.pointer
                              : buffer.pointer + " + " + offset.str();
  };
  std::string call = helper + "(" + address(*x, 0) + ", " + address(*w, 1);
  if (count > 1)
    call += ", " + std::to_string(*getStride(1, channel));
  call += ", " + length.str();
  if (!isReal)
    call += ", " + std::to_string(-zeroPoint);
  writer.line(count == 1 ? "sum = " + call + ", sum);" : call + ", sums);");
  for (unsigned i = 0; i < numLoops; ++i)
    writer.endLoop();
  for (unsigned dim : window)
    iteration[dim] = 0;
}

void DotLeaf::writeResult(ArrayRef<CExpr> index, const CExpr &at,
                          const std::string &sum) {
  SmallVector<CExpr, 6> element(index);
  element[channelAxis] = at;
  iteration[channel] = at;
  const LeafOperand &output = writer.getOutput();
  std::string value = writer.finishProduct(*op, indexing, iteration, sum);
  writer.hold(op->getResult(), value);
  writer.store(output, element, writer.getValue(output.value, element));
  writer.release(op->getResult());
}

/// The channels from \p lo to \p hi at one place of the result.
void DotLeaf::writeChannels(ArrayRef<CExpr> index, const CExpr &lo,
                            const CExpr &hi) {
  CExpr size = hi - lo;
  bool isKnown = size.isConstant();
  CExpr rest = lo;
  StringRef name = indexing.dims[channel].name;
  if (!isKnown || size.getConstant() >= 4) {
    CExpr end = isKnown ? lo + size.getConstant() / 4 * 4 : hi - CExpr(3);
    // What is left begins where this ends.
    if (!isKnown || size.getConstant() % 4)
      rest = isKnown ? end
                     : CExpr::term(writer.define(
                           "rest", lo + getQuotient(hi - lo, 4) * 4));
    CExpr first = writer.beginLoop(name, lo, isKnown ? end : rest, 4);
    bool once = first == lo;
    if (once)
      writer.open("");
    writeSums(first, 4);
    for (int64_t j = 0; j < 4; ++j)
      writeResult(index, first + j, "sums[" + std::to_string(j) + "]");
    if (once)
      writer.close();
    writer.endLoop();
    if (isKnown && size.getConstant() % 4 == 0)
      return;
  }
  CExpr last = writer.beginLoop(name, rest, hi);
  writeSums(last, 1);
  writeResult(index, last, "sum");
  writer.endLoop();
}

void DotLeaf::write() {
  const LeafOperand &output = writer.getOutput();
  SmallVector<CExpr, 6> index(output.order.size());
  unsigned loops = 0;
  for (unsigned axis : output.order) {
    if (axis == channelAxis)
      continue;
    StringRef name = "i";
    auto dim = indexing.results[0][axis].getSingleDim();
    if (dim)
      name = indexing.dims[*dim].name;
    index[axis] =
        writer.beginLoop(name, output.box[axis].lo, output.box[axis].hi);
    if (dim)
      iteration[*dim] = index[axis];
    ++loops;
  }
  auto shape = getStaticShape(op->getOperand(0));
  for (unsigned dim : window) {
    CRange range = {0, indexing.dims[dim].extent};
    for (auto [expr, extent] : zip_equal(*indexing.operands[0], shape))
      if (any_of(expr.terms, [&](const IndexTerm &t) { return t.dim == dim; }))
        range = clipWindow(indexing, expr, dim, iteration, extent);
    std::string name = indexing.dims[dim].name.str();
    if (!range.lo.isConstant() || !range.hi.isConstant()) {
      range.lo = range.lo.isConstant()
                     ? range.lo
                     : CExpr::term(writer.define(name + "_lo", range.lo));
      range.hi = range.hi.isConstant()
                     ? range.hi
                     : CExpr::term(writer.define(name + "_hi", range.hi));
    }
    ranges.push_back(range);
  }
  if (groups == 1) {
    const CRange &box = output.box[channelAxis];
    writeChannels(index, box.lo, box.hi);
  } else {
    int64_t size = indexing.dims[channel].extent / groups;
    CExpr group = writer.beginLoop("group", 0, groups);
    writeChannels(index, group * size, group * size + size);
    writer.endLoop();
  }
  for (; loops > 0; --loops)
    writer.endLoop();
}

bool cortexm::writeDotLeaf(LeafWriter &writer) {
  DotLeaf leaf(writer);
  if (!leaf.match())
    return false;
  leaf.write();
  return true;
}
