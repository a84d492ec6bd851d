//===- EmitOperations.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The code of one core's share of an operation.
///
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "onnc/CodeGen/BufferModel.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static constexpr ElemType f16 = ElemType::F16, f32 = ElemType::F32;

int64_t OperationEmitter::getAddress(Value *value) {
  return value->getDefiningOp()->getInts(
      alloc::resultOffsets)[value->getIndex()];
}

int64_t OperationEmitter::scratch(StringRef name) const {
  auto offsets = op->getAttrOfType<DictAttr>(alloc::scratchOffsets);
  return cast<IntAttr>(offsets.get(name)).getValue();
}

void OperationEmitter::emit(int64_t begin, int64_t end) {
  if (isa<ConvOp>(op) || isa<DepthwiseOp>(op) || isa<PoolOp>(op))
    emitWindows(begin, end);
  else if (isa<SoftmaxOp>(op) || isa<LrnOp>(op))
    emitRowwise(begin, end);
  else if (isa<RelayoutOp>(op))
    emitRelayout(begin, end);
  else if (isa<ConcatOp>(op))
    emitConcat(begin, end);
  else
    emitFlat(begin, end);
}

//===----------------------------------------------------------------------===//
// Convolution and pooling
//===----------------------------------------------------------------------===//

void OperationEmitter::emitWindows(int64_t begin, int64_t end) {
  WindowGeometry g(op);
  int64_t rowTiles = divideCeil(g.outH, tile[0]);
  int64_t channelTiles = divideCeil(g.outPerGroup(), tile[1]);
  int64_t weightsOf = -1;
  // Rows vary fastest, then images: weights are loaded once for all of them.
  for (int64_t t = begin; t < end; ++t) {
    int64_t row = t % rowTiles * tile[0];
    int64_t image = t / rowTiles % g.images;
    int64_t block = t / rowTiles / g.images;
    int64_t inGroup = block % channelTiles * tile[1];
    int64_t channel = block / channelTiles * g.outPerGroup() + inGroup;
    int64_t channels = std::min(tile[1], g.outPerGroup() - inGroup);
    emitWindowTile(g, image, channel, channels, row, weightsOf != block);
    weightsOf = block;
  }
}

void OperationEmitter::emitWindowTile(const WindowGeometry &g, int64_t image,
                                      int64_t channel, int64_t channels,
                                      int64_t row, bool newWeights) {
  ProgramBuilder &b = w.builder;
  int64_t rows = std::min(tile[0], g.outH - row);
  // Input rows that the windows touch; padding above and below isn't loaded.
  int64_t top = row * g.strideH - g.padTop;
  int64_t bottom =
      top + (rows - 1) * g.strideH + (g.kernelH - 1) * g.dilationH + 1;
  int64_t first = std::clamp<int64_t>(top, 0, g.inH);
  int64_t inRows = std::max<int64_t>(std::min(bottom, g.inH) - first, 0);
  int64_t inChannels = g.inputChannels(channels);
  int64_t inChannel =
      g.isConv ? channel / g.outPerGroup() * g.inPerGroup() : channel;

  w.beforeLoads();
  if (inRows)
    w.loadRows(scratch("in"),
               getAddress(op->getOperand(0)) +
                   (((image * g.inH + first) * g.inW) * g.inC + inChannel) * 2,
               inRows * g.inW, inChannels * 2, g.inC * 2);
  if (g.hasWeights && newWeights) {
    int64_t weights = getAddress(op->getOperand(1));
    if (g.isConv) {
      int64_t perChannel = g.taps() * inChannels * 2;
      b.mload(w.reg(scratch("w")), w.device(weights + channel * perChannel),
              w.reg(channels * perChannel));
    } else {
      w.loadRows(scratch("w"), weights + channel * 2, g.taps(), channels * 2,
                 g.outC * 2);
    }
    w.loadRows(scratch("bias"), getAddress(op->getOperand(2)) + channel * 4, 1,
               channels * 4, 0);
  }
  w.afterLoads();

  // A tile that lies in the padding alone has no input row: one row, pushed out
  // of every window's reach by the padding, stands in for it.
  w.set(Config::InH, std::max<int64_t>(inRows, 1));
  w.set(Config::InW, g.inW);
  w.set(Config::InC, inChannels);
  w.set(Config::OutH, rows);
  w.set(Config::OutW, g.outW);
  w.set(Config::OutC, channels);
  w.set(Config::KH, g.kernelH);
  w.set(Config::KW, g.kernelW);
  w.set(Config::StrideH, g.strideH);
  w.set(Config::StrideW, g.strideW);
  w.set(Config::DilH, g.dilationH);
  w.set(Config::DilW, g.dilationW);
  w.set(Config::PadT, inRows ? first - top : bottom - top);
  w.set(Config::PadL, g.padLeft);
  Reg in = w.reg(scratch("in")), out = w.reg(scratch("out"));
  if (g.isConv) {
    b.convb(f16, f16, out, in, w.reg(scratch("w")), w.reg(scratch("bias")));
    b.sync(QueueSet::Vector, QueueSet::Matrix);
  } else if (g.hasWeights) {
    b.dwconvb(f16, f16, out, in, w.reg(scratch("w")), w.reg(scratch("bias")));
  } else {
    StringRef kind = op->getString("kind");
    if (kind == "max")
      b.vpmax(f16, out, in);
    else if (kind == "average")
      b.vpavg(f16, out, in);
    else
      b.vpavgp(f16, out, in);
  }
  emitActivation(scratch("out"), rows * g.outW * channels);
  w.beforeStores();
  w.storeRows(getAddress(op->getResult()) +
                  (((image * g.outH + row) * g.outW) * g.outC + channel) * 2,
              scratch("out"), rows * g.outW, channels * 2, g.outC * 2);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

void OperationEmitter::emitActivation(int64_t nram, int64_t count) {
  StringRef name = op->getString("activation");
  if (name.empty())
    return;
  ProgramBuilder &b = w.builder;
  float alpha = op->getFloat("alpha", 0), beta = op->getFloat("beta", 0);
  Reg x = w.reg(nram), n = w.reg(count);
  auto clip = [&](Reg at, float low, float high) {
    b.vgtms(f16, at, at, w.floatReg(low), n);
    b.vltms(f16, at, at, w.floatReg(high), n);
  };
  auto linear = [&](Reg at, float scale, float offset) {
    b.vms(f16, at, at, w.floatReg(scale), n);
    b.vas(f16, at, at, w.floatReg(offset), n);
  };
  if (name == "Clip")
    return clip(x, alpha, beta);
  if (name == "Linear")
    return linear(x, alpha, beta);
  if (name == "HardSigmoid") {
    linear(x, alpha, beta);
    return clip(x, 0, 1);
  }
  if (name == "HardSwish") {
    Reg t = w.reg(scratch("tmp"));
    b.vms(f16, t, x, w.floatReg(1.0f / 6), n);
    b.vas(f16, t, t, w.floatReg(0.5f), n);
    clip(t, 0, 1);
    return b.vmv(f16, x, x, t, n);
  }
  if (name == "LeakyRelu")
    return b.vlrelu(f16, x, x, w.floatReg(alpha), n);
  if (name == "Reciprocal")
    return b.sdv(f16, x, w.floatReg(1), x, n);
  using Function = void (ProgramBuilder::*)(ElemType, Reg, Reg, Reg);
  Function function = StringSwitch<Function>(name)
                          .Case("Relu", &ProgramBuilder::vrelu)
                          .Case("Sigmoid", &ProgramBuilder::vsigm)
                          .Case("Tanh", &ProgramBuilder::vtanh)
                          .Case("Exp", &ProgramBuilder::vexp)
                          .Case("Log", &ProgramBuilder::vlog)
                          .Case("Sqrt", &ProgramBuilder::vsqrt)
                          .Case("Abs", &ProgramBuilder::vabs)
                          .Case("Neg", &ProgramBuilder::vneg)
                          .Case("Erf", &ProgramBuilder::verf)
                          .Case("Floor", &ProgramBuilder::vfloor)
                          .Case("Ceil", &ProgramBuilder::vceil)
                          .Case("Round", &ProgramBuilder::vround);
  (b.*function)(f16, x, x, n);
}

void OperationEmitter::emitFlat(int64_t begin, int64_t end) {
  int64_t total = getNumElements(op->getResult());
  bool binary = isa<BinaryOp>(op);
  // A second operand that is spread is loaded once.
  bool spread = binary && getNumElements(op->getOperand(1)) != total;
  for (int64_t t = begin; t < end; ++t) {
    int64_t first = t * tile[0], count = std::min(tile[0], total - first);
    w.beforeLoads();
    w.loadRows(scratch("out"), getAddress(op->getOperand(0)) + first * 2, 1,
               count * 2, 0);
    if (binary && (!spread || t == begin))
      w.loadRows(scratch("b"),
                 getAddress(op->getOperand(1)) + (spread ? 0 : first * 2), 1,
                 (spread ? getNumElements(op->getOperand(1)) : count) * 2, 0);
    w.afterLoads();
    if (binary)
      emitBinary(count);
    emitActivation(scratch("out"), count);
    w.beforeStores();
    w.storeRows(getAddress(op->getResult()) + first * 2, scratch("out"), 1,
                count * 2, 0);
  }
}

void OperationEmitter::emitBinary(int64_t count) {
  ProgramBuilder &b = w.builder;
  // One vector, cycled as often as it takes, also where it has one element.
  Reg x = w.reg(scratch("out")), y = w.reg(scratch("b")), n = w.reg(count);
  int64_t size = getNumElements(op->getOperand(1));
  if (size > count)
    size = count;
  BinaryOp binary(op);
  StringRef kind = binary.getKind();
  if (binary.getReverse() && kind == "Sub") {
    // y - x = -(x - y), exactly.
    b.vsvc(f16, x, x, y, n, w.reg(size));
    return b.vneg(f16, x, x, n);
  }
  if (binary.getReverse() && kind == "Div") {
    // y / x = y · (1 / x) would round twice: spread y, then divide.
    Reg t = w.reg(scratch("tmp"));
    b.vfill(f16, t, n, w.reg(0));
    b.vavc(f16, t, t, y, n, w.reg(size));
    return b.vdv(f16, x, t, x, n);
  }
  using Function = void (ProgramBuilder::*)(ElemType, Reg, Reg, Reg, Reg, Reg);
  Function function = StringSwitch<Function>(kind)
                          .Case("Add", &ProgramBuilder::vavc)
                          .Case("Sub", &ProgramBuilder::vsvc)
                          .Case("Mul", &ProgramBuilder::vmvc)
                          .Case("Div", &ProgramBuilder::vdvc)
                          .Case("Max", &ProgramBuilder::vgtmc)
                          .Case("Min", &ProgramBuilder::vltmc);
  (b.*function)(f16, x, x, y, n, w.reg(size));
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void OperationEmitter::emitRowwise(int64_t begin, int64_t end) {
  ProgramBuilder &b = w.builder;
  int64_t columns = getRowSize(op->getOperand(0));
  int64_t allRows = getNumRows(op->getOperand(0));
  for (int64_t t = begin; t < end; ++t) {
    int64_t first = t * tile[0], rows = std::min(tile[0], allRows - first);
    int64_t offset = first * columns * 2, bytes = rows * columns * 2;
    Reg n = w.reg(rows * columns);
    w.beforeLoads();
    w.loadRows(scratch("io"), getAddress(op->getOperand(0)) + offset, 1, bytes,
               0);
    w.afterLoads();
    b.vcvt(f16, f32, w.reg(scratch("x")), w.reg(scratch("io")), n);
    if (isa<SoftmaxOp>(op))
      emitSoftmax(rows, columns);
    else
      emitLRN(rows, columns);
    b.vcvt(f32, f16, w.reg(scratch("io")), w.reg(scratch("x")), n);
    w.beforeStores();
    w.storeRows(getAddress(op->getResult()) + offset, scratch("io"), 1, bytes,
                0);
  }
}

void OperationEmitter::emitSoftmax(int64_t rows, int64_t columns) {
  ProgramBuilder &b = w.builder;
  Reg x = w.reg(scratch("x")), row = w.reg(scratch("row")), r = w.reg(rows),
      c = w.reg(columns), n = w.reg(rows * columns);
  b.vmax(f32, row, x, r, c);
  b.vsvr(f32, x, x, row, r, c);
  bool log = SoftmaxOp(op).getLog();
  Reg e = log ? w.reg(scratch("y")) : x;
  b.vexp(f32, e, x, n);
  b.vsum(f32, f32, row, e, r, c);
  if (log) {
    b.vlog(f32, row, row, r);
    b.vsvr(f32, x, x, row, r, c);
  } else {
    b.vdvr(f32, x, x, row, r, c);
  }
}

void OperationEmitter::emitLRN(int64_t rows, int64_t columns) {
  ProgramBuilder &b = w.builder;
  LrnOp lrn(op);
  Reg x = w.reg(scratch("x")), y = w.reg(scratch("y")), z = w.reg(scratch("z")),
      n = w.reg(rows * columns);
  b.vmv(f32, y, x, x, n);
  w.set(Config::KW, lrn.getSize());
  w.set(Config::PadL, (lrn.getSize() - 1) / 2);
  b.vwsum(f32, z, y, w.reg(rows), w.reg(columns));
  b.vms(f32, z, z, w.floatReg(float(lrn.getAlpha() / lrn.getSize())), n);
  b.vas(f32, z, z, w.floatReg(float(lrn.getBias())), n);
  b.vpows(f32, z, z, w.floatReg(float(lrn.getBeta())), n);
  b.vdv(f32, x, x, z, n);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void OperationEmitter::emitRelayout(int64_t begin, int64_t end) {
  ProgramBuilder &b = w.builder;
  bool toNCHW = op->getString("to") == "nchw";
  auto shape = getShape(op->getOperand(0));
  int64_t channels = toNCHW ? shape[3] : shape[1];
  int64_t pixels = getNumElements(op->getOperand(0)) / shape[0] / channels;
  int64_t perImage = divideCeil(pixels, tile[0]);
  for (int64_t t = begin; t < end; ++t) {
    int64_t first = t % perImage * tile[0];
    int64_t count = std::min(tile[0], pixels - first);
    int64_t image = t / perImage * pixels * channels * 2;
    int64_t x = getAddress(op->getOperand(0)) + image;
    int64_t y = getAddress(op->getResult()) + image;
    Reg in = w.reg(scratch("in")), out = w.reg(scratch("out"));
    w.beforeLoads();
    if (toNCHW)
      w.loadRows(scratch("in"), x + first * channels * 2, 1,
                 count * channels * 2, 0);
    else
      w.loadRows(scratch("in"), x + first * 2, channels, count * 2, pixels * 2);
    w.afterLoads();
    in = w.reg(scratch("in")), out = w.reg(scratch("out"));
    if (toNCHW)
      b.vtrans(f16, out, in, w.reg(count), w.reg(channels));
    else
      b.vtrans(f16, out, in, w.reg(channels), w.reg(count));
    w.beforeStores();
    if (toNCHW)
      w.storeRows(y + first * 2, scratch("out"), channels, count * 2,
                  pixels * 2);
    else
      w.storeRows(y + first * channels * 2, scratch("out"), 1,
                  count * channels * 2, 0);
  }
}

void OperationEmitter::emitConcat(int64_t begin, int64_t end) {
  ConcatOp concat(op);
  int64_t rowBytes = 0;
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    rowBytes += getConcatCopy(concat, i, tile[0]).rowBytes;
  int64_t tilesBefore = 0, column = 0;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    RowCopy copy = getConcatCopy(concat, i, tile[0]);
    for (int64_t t = std::max(begin, tilesBefore);
         t < std::min(end, tilesBefore + copy.numTiles()); ++t) {
      int64_t local = t - tilesBefore;
      int64_t row = local / copy.columnTiles() * copy.rowsPerTile();
      int64_t at = local % copy.columnTiles() * copy.bytesPerTile();
      int64_t rows = std::min(copy.rowsPerTile(), copy.rows - row);
      int64_t bytes = std::min(copy.bytesPerTile(), copy.rowBytes - at);
      // One queue moves it all, so no waiting but for the bytes to be there.
      w.builder.sync(QueueSet::Dma, QueueSet::Dma);
      w.loadRows(scratch("io"),
                 getAddress(op->getOperand(i)) + row * copy.rowBytes + at, rows,
                 bytes, copy.rowBytes);
      w.builder.sync(QueueSet::Dma, QueueSet::Dma);
      w.storeRows(getAddress(op->getResult()) + row * rowBytes + column + at,
                  scratch("io"), rows, bytes, rowBytes);
    }
    tilesBefore += copy.numTiles();
    column += copy.rowBytes;
  }
}
