//===- Tiling.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tiling.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

using Tile = SmallVector<int64_t, 2>;

WindowGeometry::WindowGeometry(Operation *op) {
  auto x = getShape(op->getOperand(0)), y = getShape(op->getResult());
  images = x[0], inH = x[1], inW = x[2], inC = x[3];
  outH = y[1], outW = y[2], outC = y[3];
  isConv = isa<ConvOp>(op);
  hasWeights = isConv || isa<DepthwiseOp>(op);
  if (isConv) {
    auto w = getShape(op->getOperand(1));
    kernelH = w[1], kernelW = w[2];
  } else if (hasWeights) {
    auto w = getShape(op->getOperand(1));
    kernelH = w[0], kernelW = w[1];
  } else {
    auto kernel = op->getInts("kernel");
    kernelH = kernel[0], kernelW = kernel[1];
  }
  auto strides = op->getInts("strides"), dilations = op->getInts("dilations"),
       pads = op->getInts("pads");
  strideH = strides[0], strideW = strides[1];
  dilationH = dilations[0], dilationW = dilations[1];
  padTop = pads[0], padLeft = pads[1];
  groups = op->getInt("group", 1);
}

static bool isWindow(Operation *op) {
  return isa<ConvOp>(op) || isa<DepthwiseOp>(op) || isa<PoolOp>(op);
}
static bool isRowwise(Operation *op) {
  return isa<SoftmaxOp>(op) || isa<LrnOp>(op);
}
static bool isFlat(Operation *op) {
  return isa<UnaryOp>(op) || isa<BinaryOp>(op);
}
/// b is a vector along the rows of a.
static bool hasVectorOperand(Operation *op) {
  if (!isa<BinaryOp>(op))
    return false;
  Value *a = op->getOperand(0), *b = op->getOperand(1);
  return b->getTensorType().getShape() != a->getTensorType().getShape() &&
         getNumElements(b) > 1;
}

RowCopy mlu::getConcatCopy(ConcatOp concat, unsigned i, int64_t tileBytes) {
  auto shape = getShape(concat.getXs()[i]);
  int64_t axis = concat.getAxis(), rows = 1, rowBytes = 2;
  for (auto [d, size] : enumerate(shape))
    (static_cast<int64_t>(d) < axis ? rows : rowBytes) *= size;
  return {rows, rowBytes, tileBytes};
}

static int64_t getNumPixels(Operation *relayout) {
  auto shape = getShape(relayout->getOperand(0));
  return relayout->getString("to") == "nchw" ? shape[1] * shape[2]
                                             : shape[2] * shape[3];
}

int64_t mlu::getNumTiles(Operation *op, ArrayRef<int64_t> tile) {
  if (isWindow(op)) {
    WindowGeometry g(op);
    return g.images * g.groups * divideCeil(g.outPerGroup(), tile[1]) *
           divideCeil(g.outH, tile[0]);
  }
  if (isRowwise(op))
    return divideCeil(getNumRows(op->getOperand(0)), tile[0]);
  if (isa<RelayoutOp>(op))
    return getShape(op->getOperand(0))[0] *
           divideCeil(getNumPixels(op), tile[0]);
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t count = 0;
    for (unsigned i = 0; i < op->getNumOperands(); ++i)
      count += getConcatCopy(concat, i, tile[0]).numTiles();
    return count;
  }
  return divideCeil(getNumElements(op->getResult()), tile[0]);
}

//===----------------------------------------------------------------------===//
// Scratch
//===----------------------------------------------------------------------===//

/// The operation computes beside its result.
static bool needsTemporary(Operation *op) {
  auto binary = dyn_cast<BinaryOp>(op);
  return op->getString("activation") == "HardSwish" ||
         (binary && binary.getReverse() && binary.getKind() == "Div");
}

SmallVector<ScratchRequest, 4> mlu::getScratch(Operation *op,
                                               ArrayRef<int64_t> tile) {
  SmallVector<ScratchRequest, 4> out;
  auto request = [&](const char *name, MemoryIndex memory, int64_t size) {
    out.push_back({name, {memory, size, scratchAlignment}});
  };
  int64_t result = 0;
  if (isWindow(op)) {
    WindowGeometry g(op);
    int64_t rows = std::min(tile[0], g.outH);
    int64_t channels = std::min(tile[1], g.outPerGroup());
    int64_t in = g.inputChannels(channels);
    request("in", Nram, g.inputRows(rows) * g.inW * in * 2);
    result = rows * g.outW * channels * 2;
    request("out", Nram, result);
    if (g.hasWeights) {
      request("w", g.isConv ? Wram : Nram,
              channels * g.taps() * (g.isConv ? in : 1) * 2);
      request("bias", Nram, channels * 4);
    }
  } else if (isRowwise(op)) {
    int64_t rows = std::min(tile[0], getNumRows(op->getOperand(0)));
    int64_t count = rows * getRowSize(op->getOperand(0));
    request("io", Nram, count * 2);
    request("x", Nram, count * 4);
    if (isa<LrnOp>(op) || op->getAttrOfType<BoolAttr>("log"))
      request("y", Nram, count * 4);
    if (isa<LrnOp>(op))
      request("z", Nram, count * 4);
    else
      request("row", Nram, rows * 4);
  } else if (isa<RelayoutOp>(op)) {
    auto shape = getShape(op->getOperand(0));
    int64_t pixels = std::min(tile[0], getNumPixels(op));
    int64_t channels =
        getNumElements(op->getOperand(0)) / (shape[0] * getNumPixels(op));
    request("in", Nram, pixels * channels * 2);
    request("out", Nram, pixels * channels * 2);
  } else if (isa<ConcatOp>(op)) {
    request("io", Nram, tile[0]);
  } else if (isFlat(op)) {
    result = std::min(tile[0], getNumElements(op->getResult())) * 2;
    request("out", Nram, result);
    if (isa<BinaryOp>(op)) {
      int64_t b = getNumElements(op->getOperand(1));
      request("b", Nram,
              b == getNumElements(op->getOperand(0)) ? result : b * 2);
    }
  }
  if (needsTemporary(op))
    request("tmp", Nram, result);
  return out;
}

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// Cycles of computing a tile, from the formulas of the instructions that it
/// takes.
static double computeCycles(Operation *op, ArrayRef<int64_t> tile,
                            const MachineParams &m) {
  double lanes = m.vectorBytes / 2.0;
  if (isWindow(op)) {
    WindowGeometry g(op);
    double rows = std::min(tile[0], g.outH);
    double channels = std::min(tile[1], g.outPerGroup());
    double taps = rows * g.outW * g.taps();
    double vector = rows * g.outW * channels / lanes;
    if (!g.isConv)
      return taps * divideCeil(int64_t(channels), int64_t(lanes)) + vector;
    return taps * divideCeil(g.inPerGroup(), int64_t(m.matrixInputsF16)) *
               divideCeil(int64_t(channels), int64_t(m.matrixOutputs)) +
           vector;
  }
  if (isRowwise(op)) {
    double count = std::min(tile[0], getNumRows(op->getOperand(0))) *
                   getRowSize(op->getOperand(0));
    return count / lanes * 2 * (4 + 3 * m.specialRate);
  }
  if (isa<ConcatOp>(op))
    return 0;
  double count = std::min<int64_t>(tile[0], getNumElements(op->getResult()));
  return count / lanes * (1 + m.specialRate);
}

double mlu::estimateTile(Operation *op, ArrayRef<int64_t> tile, unsigned cores,
                         const MachineParams &m) {
  double bytes = 0;
  for (const ScratchRequest &scratch : getScratch(op, tile))
    if (StringRef(scratch.name) != "tmp")
      bytes += scratch.buffer.size;
  double dram = m.dramChannels * m.channelMBps / double(m.clockMHz);
  double rate = std::min<double>(m.dmaBytes, dram / cores);
  // Loads, then computation, then the store.
  return 2 * m.dmaLatency + bytes / rate + computeCycles(op, tile, m);
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// step, 2·step, 4·step, … below \p all, then \p all.
static SmallVector<int64_t> powersUpTo(int64_t all, int64_t step) {
  SmallVector<int64_t> out;
  for (int64_t v = step; v < all; v *= 2)
    out.push_back(v);
  out.push_back(all);
  return out;
}

std::vector<Tile> mlu::getTileCandidates(Operation *op, unsigned cores,
                                         const MachineParams &m) {
  std::vector<Tile> out;
  if (isWindow(op)) {
    WindowGeometry g(op);
    for (int64_t channels : powersUpTo(g.outPerGroup(), 1)) {
      for (int64_t rows : powersUpTo(g.outH, 1))
        out.push_back({rows, channels});
      // An even share for each core.
      out.push_back({int64_t(divideCeil(g.outH, cores)), channels});
    }
    return out;
  }
  int64_t total, step = 1;
  if (isRowwise(op)) {
    total = getNumRows(op->getOperand(0));
  } else if (isa<RelayoutOp>(op)) {
    total = getNumPixels(op);
  } else if (isa<ConcatOp>(op)) {
    total = m.nramBytes;
    step = 4096;
  } else {
    total = getNumElements(op->getResult());
    step = hasVectorOperand(op) ? getRowSize(op->getOperand(0))
                                : m.vectorBytes / 2;
  }
  for (int64_t tile : powersUpTo(total, step))
    out.push_back({tile});
  if (!isa<ConcatOp>(op))
    out.push_back({int64_t(alignTo(divideCeil(total, cores), step))});
  return out;
}
