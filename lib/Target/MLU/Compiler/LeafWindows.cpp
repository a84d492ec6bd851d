//===- LeafWindows.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Convolution, depthwise convolution and pooling. Tiles are N×H×W×C; the
/// instructions work on one image. Borders need no code: taps outside of the
/// rows and columns that a tile has are skipped.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "WindowShape.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static bool isGlobalPool(const Operation *op) {
  return op->getName() == "onnx.GlobalAveragePool" ||
         op->getName() == "onnx.GlobalMaxPool";
}

WindowShape mlu::getWindowShape(Operation *op) {
  WindowShape shape;
  auto input = *op->getOperand(0)->getTensorType().getStaticShape();
  shape.spatialRank = input.size() - 2;
  auto whole = [](int64_t size) { return Window{size, size, 1, 1, 0, 0, 1}; };
  SmallVector<Window, 3> windows;
  if (isGlobalPool(op))
    for (int64_t size : ArrayRef(input).drop_front(2))
      windows.push_back(whole(size));
  else
    windows = *getWindows(op);
  shape.w = windows.back();
  if (windows.size() == 2)
    shape.h = windows.front();
  return shape;
}

bool mlu::hasColumnsAsChannels(Operation *op, const MachineParams &machine) {
  auto weights = *op->getOperand(1)->getTensorType().getStaticShape();
  ElementType element = op->getOperand(0)->getTensorType().getElementType();
  int64_t width = getMatrixInputs(machine, *getComputeType(element));
  WindowShape shape = getWindowShape(op);
  int64_t channels = weights[1], columns = shape.w.kernel;
  // Such a sum can't be cut: its weights have to fit, and others beside them.
  int64_t weightBytes = channels * columns * shape.h.kernel *
                        machine.matrixOutputs * elemSize(ElemType::F16);
  return op->getInt("group", 1) == 1 && shape.w.dilation == 1 && columns > 1 &&
         weightBytes <= int64_t(machine.wramBytes) / 4 &&
         divideCeil(channels * columns, width) <
             columns * divideCeil(channels, width);
}

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

/// What the simulated machine takes in a configuration register.
static constexpr int64_t maxExtent = 1 << 20;

static Refusal refuseZeroPoints(Operation *op) {
  if (op->getName() != "onnx.ConvInteger")
    return std::nullopt;
  if (op->getOperand(2) && !getScalar(op->getOperand(2)))
    return std::string("the zero point of the input must be one constant");
  if (op->getOperand(3) && getScalar(op->getOperand(3)) != 0.0)
    return std::string("the zero point of the weights must be 0");
  return std::nullopt;
}

Refusal mlu::refuseWindows(Operation *op) {
  auto input = op->getOperand(0)->getTensorType().getStaticShape();
  if (input->size() != 3 && input->size() != 4)
    return "only one or two spatial dimensions are supported, and there are " +
           std::to_string(int64_t(input->size()) - 2);
  if (auto no = refuseZeroPoints(op))
    return no;
  if (!isGlobalPool(op)) {
    auto windows = getWindows(op);
    if (!windows)
      return std::string("its windows don't fit");
    for (const Window &w : *windows)
      if (std::max({w.input, w.output, w.kernel, w.stride, w.dilation,
                    w.padBegin, w.padEnd}) > maxExtent)
        return std::string("windows, strides or pads of more than 2^20 aren't "
                           "supported");
    // With padding counted, a window that reaches beyond it has a divisor of
    // its own.
    if (op->getInt("count_include_pad", 0))
      for (const Window &w : *windows)
        if ((w.output - 1) * w.stride - w.padBegin +
                (w.kernel - 1) * w.dilation + 1 >
            w.input + w.padEnd)
          return std::string(
              "count_include_pad with windows that reach beyond the padding "
              "(ceil_mode) isn't supported");
  }
  ElementType element = op->getOperand(0)->getTensorType().getElementType();
  bool isInteger = getComputeType(element) == ElemType::I8;
  if (isInteger && op->getName() == "onnx.AveragePool")
    return std::string("averages of integers aren't supported");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

namespace {

/// One tile's windows on one image after the other.
class WindowLeaf {
public:
  explicit WindowLeaf(Leaf &leaf)
      : leaf(leaf), code(leaf.code), op(leaf.plan.root),
        shape(getWindowShape(op)),
        x(leaf.inputs[op->getOperand(0)->getIndex()]),
        y(leaf.getResult(op->getResult())) {}

  void emitConvolution();
  void emitDepthwise();
  void emitPool();

private:
  /// The part of emitConvolution() behind the choice of weights and bias.
  void convolve(Reg out, Reg in, Reg weights, std::optional<int64_t> bias,
                bool continues);
  /// Windows as pixels that overlap, of which the columns are channels.
  void emitColumnsAsChannels();
  using Emit = function_ref<void(Reg out, Reg in)>;
  /// Configures the instructions for \p channels of the input, \p
  /// outputChannels of \p y, and the part \p kh, \p kw of the window.
  void setGeometry(Range channels, Range outputChannels, Range kh, Range kw);
  /// The same, and calls \p emit for each image.
  void forEachImage(Range channels, Range outputChannels, Range kh, Range kw,
                    Emit emit);
  /// Whether the columns of all windows are there: inside of the tensor, or
  /// filled.
  bool hasAllColumns() const {
    Range columns = spatial(y, 1), there = spatial(x, 1);
    const Window &w = shape.w;
    int64_t begin = columns.lo * w.stride - w.padBegin;
    int64_t end = (columns.hi - 1) * w.stride - w.padBegin + w.kernel;
    return there.contains(Range{begin, end});
  }
  /// Whether windows see nothing but padding.
  bool isPadding() const {
    return spatial(x, 2).empty() || spatial(x, 1).empty();
  }
  Range spatial(const DeviceView &view, unsigned fromEnd) const {
    // The height of one spatial dimension.
    if (fromEnd == 2 && shape.spatialRank == 1)
      return {0, 1};
    return view.box[view.getRank() - fromEnd];
  }
  int64_t stride(const DeviceView &view, unsigned fromEnd) const {
    if (fromEnd == 2 && shape.spatialRank == 1)
      return view.strides.back() * std::max<int64_t>(view.getSize(2), 1);
    return view.strides[view.getRank() - fromEnd];
  }
  int64_t addressOf(const DeviceView &view, int64_t image,
                    int64_t channel) const {
    SmallVector<int64_t, 6> index;
    for (Range range : view.box)
      index.push_back(range.lo);
    index[0] = image;
    index[1] = channel;
    return view.getAddress(index);
  }
  /// The address of the biases from \p channel on, in the type that sums have;
  /// nullopt where there are none.
  std::optional<int64_t> getBias(Range channels);
  void setInputZero();

  Leaf &leaf;
  CoreCode &code;
  Operation *op;
  WindowShape shape;
  const DeviceView &x;
  DeviceView y;
};

} // namespace

void WindowLeaf::setGeometry(Range channels, Range outputChannels, Range kh,
                             Range kw) {
  Range rows = spatial(y, 2), columns = spatial(y, 1);
  Range inRows = spatial(x, 2), inColumns = spatial(x, 1);
  int64_t inSize = elemSize(x.type), outSize = elemSize(y.type);
  bool none = isPadding();
  // A tile that lies in the padding alone has nothing to read: a pixel, pushed
  // out of every window's reach, stands in for it.
  auto begin = [&](Range in, Range out, const Window &w, Range k) {
    if (none)
      return out.size() * w.stride + w.kernel * w.dilation + 1;
    return in.lo - out.lo * w.stride + w.padBegin - k.lo * w.dilation;
  };
  code.set(Config::InH, none ? 1 : inRows.size());
  code.set(Config::InW, none ? 1 : inColumns.size());
  code.set(Config::InC, channels.size());
  code.set(Config::InPix, stride(x, 1) * inSize);
  code.set(Config::InRow, stride(x, 2) * inSize);
  code.set(Config::OutH, rows.size());
  code.set(Config::OutW, columns.size());
  code.set(Config::OutC, outputChannels.size());
  code.set(Config::OutPix, stride(y, 1) * outSize);
  code.set(Config::OutRow, stride(y, 2) * outSize);
  code.set(Config::KH, kh.size());
  code.set(Config::KW, kw.size());
  code.set(Config::StrideH, shape.h.stride);
  code.set(Config::StrideW, shape.w.stride);
  code.set(Config::DilH, shape.h.dilation);
  code.set(Config::DilW, shape.w.dilation);
  code.set(Config::PadT, begin(inRows, rows, shape.h, kh));
  code.set(Config::PadL, begin(inColumns, columns, shape.w, kw));
}

void WindowLeaf::forEachImage(Range channels, Range outputChannels, Range kh,
                              Range kw, Emit emit) {
  setGeometry(channels, outputChannels, kh, kw);
  for (int64_t image = y.box[0].lo; image < y.box[0].hi; ++image)
    emit(code.reg(addressOf(y, image, outputChannels.lo)),
         code.reg(isPadding() ? x.address : addressOf(x, image, channels.lo)));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

void WindowLeaf::setInputZero() {
  if (x.type != ElemType::I8)
    return;
  double zero = op->getName() == "quant.SumPool"
                    ? double(op->getInt("input_zero_point", 0))
                : op->getOperand(2) ? *getScalar(op->getOperand(2))
                                    : 0;
  code.set(Config::InZero, int64_t(zero));
}

static std::string toWords(ArrayRef<double> values, ElemType type) {
  std::string bytes;
  for (double value : values) {
    uint32_t word = getScalarBits(value, type);
    bytes.append(reinterpret_cast<const char *>(&word), sizeof(word));
  }
  return bytes;
}

std::optional<int64_t> WindowLeaf::getBias(Range channels) {
  if (ConstantAttr constant = getRequantizedBias(leaf.plan)) {
    auto values = readNumbers(constant);
    if (values.size() == 1)
      values.resize(channels.hi, values[0]);
    return code.getParameter(toWords(
        ArrayRef(values).slice(channels.lo, channels.size()), ElemType::I32));
  }
  if (op->getName() != "onnx.Conv" || !op->getOperand(2))
    return std::nullopt;
  if (auto scalar = getScalar(op->getOperand(2)))
    return code.getParameter(toWords(*scalar, ElemType::F32));
  int64_t index[] = {channels.lo};
  return leaf.getInput(op->getOperand(2))->getAddress(index);
}

void WindowLeaf::emitConvolution() {
  if (hasColumnsAsChannels(op, code.machine) && hasAllColumns())
    return emitColumnsAsChannels();
  const DeviceView &w = *leaf.getInput(op->getOperand(1));
  int64_t groups = op->getInt("group", 1);
  int64_t perGroup = w.domain[0] / groups, inPerGroup = w.domain[1];
  setInputZero();
  Range kh = shape.spatialRank == 1 ? Range{0, 1} : w.box[2];
  Range kw = w.box.back();
  // A later part of cut reductions goes on from what is there.
  bool continues = w.box[1].lo > 0 || kh.lo > 0 || kw.lo > 0;
  Range all = y.box[1];
  for (int64_t group = all.lo / perGroup; group * perGroup < all.hi; ++group) {
    Range outputs = all.intersect({group * perGroup, (group + 1) * perGroup});
    Range channels = {group * inPerGroup + w.box[1].lo,
                      group * inPerGroup + w.box[1].hi};
    SmallVector<int64_t, 6> first;
    for (Range range : w.box)
      first.push_back(range.lo);
    first[0] = outputs.lo;
    int64_t weights = w.getAddress(first);
    auto bias = continues ? std::nullopt : getBias(outputs);
    // Each time anew: many images take all registers.
    forEachImage(channels, outputs, kh, kw, [&](Reg out, Reg in) {
      convolve(out, in, code.reg(weights), bias, continues);
    });
  }
}

void WindowLeaf::convolve(Reg out, Reg in, Reg weights,
                          std::optional<int64_t> bias, bool continues) {
  if (continues)
    leaf.builder().conva(x.type, y.type, out, in, weights, out);
  else if (bias)
    leaf.builder().convb(x.type, y.type, out, in, weights, code.reg(*bias));
  else
    leaf.builder().conv(x.type, y.type, out, in, weights);
}

void WindowLeaf::emitColumnsAsChannels() {
  const DeviceView &w = *leaf.getInput(op->getOperand(1));
  setInputZero();
  Range outputs = y.box[1], columns = spatial(y, 1);
  SmallVector<int64_t, 6> first;
  for (Range range : w.box)
    first.push_back(range.lo);
  first[0] = outputs.lo;
  auto bias = getBias(outputs);
  Range kh = {0, shape.h.kernel}, one = {0, 1};
  // Where the first window begins in the tile's rows.
  int64_t pixelBytes = stride(x, 1) * elemSize(x.type);
  int64_t begin = columns.lo * shape.w.stride - shape.w.padBegin;
  int64_t offset = (begin - spatial(x, 1).lo) * pixelBytes;
  setGeometry(x.box[1], outputs, kh, one);
  code.set(Config::InC, x.box[1].size() * shape.w.kernel);
  code.set(Config::InW, columns.size());
  code.set(Config::InPix, shape.w.stride * pixelBytes);
  code.set(Config::StrideW, 1);
  code.set(Config::PadL, 0);
  for (int64_t image = y.box[0].lo; image < y.box[0].hi; ++image)
    convolve(code.reg(addressOf(y, image, outputs.lo)),
             code.reg(addressOf(x, image, 0) + offset),
             code.reg(w.getAddress(first)), bias, /*continues=*/false);
}

void mlu::emitConvolution(Leaf &leaf) { WindowLeaf(leaf).emitConvolution(); }

void WindowLeaf::emitDepthwise() {
  const DeviceView &w = *leaf.getInput(op->getOperand(1));
  setInputZero();
  Range channels = y.box[1];
  SmallVector<int64_t, 6> first;
  for (Range range : w.box)
    first.push_back(range.lo);
  first[0] = channels.lo;
  Range kh = {0, shape.h.kernel}, kw = {0, shape.w.kernel};
  auto bias = getBias(channels);
  forEachImage(channels, channels, kh, kw, [&](Reg out, Reg in) {
    Reg weights = code.reg(w.getAddress(first));
    if (bias)
      leaf.builder().dwconvb(x.type, y.type, out, in, weights, code.reg(*bias));
    else
      leaf.builder().dwconv(x.type, y.type, out, in, weights);
  });
}

void mlu::emitDepthwise(Leaf &leaf) { WindowLeaf(leaf).emitDepthwise(); }

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

void WindowLeaf::emitPool() {
  StringRef name = op->getInfo().getShortName();
  Range channels = y.box[1];
  Range kh = {0, shape.h.kernel}, kw = {0, shape.w.kernel};
  bool sum = name == "SumPool";
  if (sum) {
    // Sums of what lies above the zero point: a depthwise convolution by ones.
    setInputZero();
    int64_t ones = channels.size() * kh.size() * kw.size();
    leaf.builder().vfill(ElemType::I8, code.reg(leaf.rootScratch),
                         code.reg(ones), code.reg(1));
  }
  forEachImage(channels, channels, kh, kw, [&](Reg out, Reg in) {
    ProgramBuilder &b = leaf.builder();
    if (sum)
      b.dwconv(x.type, y.type, out, in, code.reg(leaf.rootScratch));
    else if (name == "MaxPool" || name == "GlobalMaxPool")
      b.vpmax(x.type, out, in);
    else if (op->getInt("count_include_pad", 0))
      b.vpavgp(x.type, out, in);
    else
      b.vpavg(x.type, out, in);
  });
}

void mlu::emitPool(Leaf &leaf) { WindowLeaf(leaf).emitPool(); }
