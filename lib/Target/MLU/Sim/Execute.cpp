//===- Execute.cpp - Matrix and vector instructions -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Each executor collects the instruction's regions, lets touch() check them,
/// charges the time, and calls the kernel: in this order, so that a hostile
/// program is stopped before it costs the host anything.
///
//===----------------------------------------------------------------------===//

#include "Core.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace onnc::mlu {

static constexpr int64_t MaxExtent = 1 << 20; ///< Of any tile dimension.

static uint64_t product(std::initializer_list<uint64_t> factors) {
  uint64_t p = 1;
  for (uint64_t f : factors)
    p = SaturatingMultiply(p, f);
  return p;
}

bool Core::readGeometry(TileGeometry &g, ElemType in, ElemType out,
                        bool sameC) {
  int64_t inSize = elemSize(in), outSize = elemSize(out);
  auto get = [&](Config c) { return signedConfig(c); };
  g = {get(Config::InH),     get(Config::InW),     get(Config::InC),
       get(Config::InRow),   get(Config::InPix),   get(Config::OutH),
       get(Config::OutW),    get(Config::OutC),    get(Config::OutRow),
       get(Config::OutPix),  get(Config::KH),      get(Config::KW),
       get(Config::StrideH), get(Config::StrideW), get(Config::DilH),
       get(Config::DilW),    get(Config::PadT),    get(Config::PadL)};
  if (sameC)
    g.outC = g.inC;
  for (int64_t extent : {g.inH, g.inW, g.inC, g.outH, g.outW, g.outC, g.kH,
                         g.kW, g.strideH, g.strideW, g.dilH, g.dilW})
    if (extent < 1 || extent > MaxExtent)
      return fail("geometry: an extent, stride or dilation is not in 1..2^20");
  if (g.inPix == 0)
    g.inPix = g.inC * inSize;
  if (g.inRow == 0)
    g.inRow = g.inW * g.inPix;
  if (g.outPix == 0)
    g.outPix = g.outC * outSize;
  if (g.outRow == 0)
    g.outRow = g.outW * g.outPix;
  // Input pixels may overlap (windows as channels), output pixels may not.
  if (g.inPix < 0 || g.inRow < 0 || g.inPix % inSize || g.inRow % inSize)
    return fail("geometry: input strides must be multiples of the element");
  if (g.outPix < g.outC * outSize ||
      g.outRow < (g.outW - 1) * g.outPix + g.outC * outSize)
    return fail("geometry: output pixels overlap");
  return true;
}

//===----------------------------------------------------------------------===//
// Matrix unit
//===----------------------------------------------------------------------===//

namespace {
/// Where a matrix instruction's operands stand.
struct MatrixForm {
  bool window = false; ///< CONV*: geometry from the configuration.
  unsigned a = 1, b = 2;
  int m = -1, n = -1, k = -1; ///< -1: m is 1.
  int init = -1;
  InitKind kind = InitKind::Zero;
  bool transposed = false;
};
} // namespace

static MatrixForm matrixForm(Opcode opcode) {
  MatrixForm f;
  switch (opcode) {
  case Opcode::CONV:
  case Opcode::CONVB:
  case Opcode::CONVA:
    f.window = true;
    if (opcode != Opcode::CONV) {
      f.init = 3;
      f.kind = opcode == Opcode::CONVB ? InitKind::Bias : InitKind::Partial;
    }
    return f;
  case Opcode::MMV:
    f.a = 2;
    f.b = 1;
    f.n = 3;
    f.k = 4;
    return f;
  case Opcode::VMM:
    f.n = 3;
    f.k = 4;
    f.transposed = true;
    return f;
  default:
    break;
  }
  f.m = 3;
  f.n = 4;
  f.k = 5;
  f.transposed = opcode == Opcode::MMMT || opcode == Opcode::MMMTA;
  if (opcode != Opcode::MMM && opcode != Opcode::MMMT) {
    f.init = 6;
    f.kind = opcode == Opcode::MMMB ? InitKind::Bias : InitKind::Partial;
  }
  return f;
}

bool Core::executeMatrix(const Instr &instr) {
  if (instr.opcode == Opcode::OP) {
    uint64_t m = reg(instr, 3), n = reg(instr, 4);
    Region reads[] = {vectorAt(reg(instr, 1), m, instr.type),
                      vectorAt(reg(instr, 2), n, instr.type)};
    if (!touch(instr, reads,
               vectorAt(reg(instr, 0), product({m, n}), instr.result)) ||
        !work(instr, product({m, divideCeil(n, machine.matrixOutputs)})))
      return false;
    if (n)
      runOuter(instr.type, instr.result, &nram[0] + reg(instr, 0),
               &nram[0] + reg(instr, 1), &nram[0] + reg(instr, 2), m, n);
    return true;
  }
  if (instr.opcode == Opcode::MAM || instr.opcode == Opcode::MSM ||
      instr.opcode == Opcode::MMS) {
    bool scalar = instr.opcode == Opcode::MMS;
    uint64_t n = reg(instr, 3);
    SmallVector<Region, 2> reads{vectorAt(reg(instr, 1), n, instr.type)};
    if (!scalar)
      reads.push_back(vectorAt(reg(instr, 2), n, instr.type));
    if (!touch(instr, reads, vectorAt(reg(instr, 0), n, instr.type), true) ||
        !work(instr, divideCeil(n, machine.matrixInputsF16)))
      return false;
    uint8_t *dst = &nram[0] + reg(instr, 0);
    const uint8_t *a = &nram[0] + reg(instr, 1);
    if (scalar) {
      runUnary(Opcode::MMS, instr.type, dst, a, n, reg(instr, 2));
      return true;
    }
    BinaryArgs args{instr.opcode == Opcode::MAM ? Opcode::VAV : Opcode::VSV,
                    BinaryForm::Vector,
                    instr.type,
                    a,
                    &nram[0] + reg(instr, 2),
                    dst,
                    n};
    runBinary(args);
    return true;
  }

  MatrixForm f = matrixForm(instr.opcode);
  TileGeometry g;
  if (f.window) {
    if (!readGeometry(g, instr.type, instr.result, false))
      return false;
  } else {
    int64_t m = f.m < 0 ? 1 : int64_t(reg(instr, unsigned(f.m)));
    int64_t n = reg(instr, unsigned(f.n)), k = reg(instr, unsigned(f.k));
    if (m < 1 || n < 1 || k < 1 || m > MaxExtent || n > MaxExtent ||
        k > MaxExtent)
      return fail("a matrix extent is not in 1..2^20");
    int64_t inSize = elemSize(instr.type), outSize = elemSize(instr.result);
    g = {1,
         m,
         k,
         m * k * inSize,
         k * inSize,
         1,
         m,
         n,
         m * n * outSize,
         n * outSize,
         1,
         1,
         1,
         1,
         1,
         1,
         0,
         0};
  }
  uint64_t c = uint64_t(g.inC), o = uint64_t(g.outC);
  Region weights =
      vectorAt(reg(instr, f.b), product({o, uint64_t(g.kH), uint64_t(g.kW), c}),
               instr.type);
  weights.space = Space::Wram;
  SmallVector<Region, 3> reads{tileIn(reg(instr, f.a), g, instr.type), weights};
  if (f.kind != InitKind::Zero) {
    uint64_t n = f.kind == InitKind::Bias
                     ? o
                     : product({o, uint64_t(g.outH), uint64_t(g.outW)});
    reads.push_back(vectorAt(reg(instr, unsigned(f.init)), n, ElemType::F32));
  }
  bool int8 = instr.type == ElemType::I8;
  uint64_t taps = g.numTaps();
  uint64_t inputs = int8 ? machine.matrixInputsI8 : machine.matrixInputsF16;
  Region out = tileOut(reg(instr, 0), g, instr.result);
  // Partial sums may be updated in place if no sum moves.
  bool inPlace = f.kind == InitKind::Partial &&
                 elemSize(instr.result) == elemSize(ElemType::F32);
  if (inPlace && (!inRange(out) || !inRange(reads[0])))
    return false;
  if (inPlace && overlap(out, reads[0]))
    return fail("destination overlaps an operand");
  if (!touch(instr, reads, out, inPlace) ||
      !work(instr, product({taps, divideCeil(c, inputs),
                            divideCeil(o, machine.matrixOutputs)})))
    return false;
  (int8 ? counts().macsI8 : counts().macsF16) += taps * c * o;

  MatrixArgs args{g, instr.type, instr.result, f.kind, f.transposed};
  args.inZero = int32_t(config(Config::InZero));
  args.in = &nram[0] + reg(instr, f.a);
  args.weights = &wram[0] + reg(instr, f.b);
  if (f.init >= 0)
    args.init = &nram[0] + reg(instr, unsigned(f.init));
  args.out = &nram[0] + reg(instr, 0);
  runMatrix(args);
  return true;
}

//===----------------------------------------------------------------------===//
// Vector unit
//===----------------------------------------------------------------------===//

/// The wider of two types, which decides how many elements a cycle takes.
static ElemType wider(ElemType a, ElemType b) {
  return elemSize(a) >= elemSize(b) ? a : b;
}

bool Core::executeWindow(const Instr &instr) {
  bool depthwise =
      instr.opcode == Opcode::DWCONV || instr.opcode == Opcode::DWCONVB;
  bool paired = depthwise || instr.opcode == Opcode::VPSUM;
  ElemType result = paired ? instr.result : instr.type;
  TileGeometry g;
  if (!readGeometry(g, instr.type, result, true))
    return false;
  uint64_t c = uint64_t(g.inC);
  SmallVector<Region, 3> reads{tileIn(reg(instr, 1), g, instr.type)};
  if (depthwise)
    reads.push_back(vectorAt(reg(instr, 2),
                             product({uint64_t(g.kH), uint64_t(g.kW), c}),
                             instr.type));
  if (instr.opcode == Opcode::DWCONVB)
    reads.push_back(vectorAt(reg(instr, 3), c, ElemType::F32));
  uint64_t taps = g.numTaps();
  if (!touch(instr, reads, tileOut(reg(instr, 0), g, result)) ||
      !work(instr, rowCycles(taps, c, instr.type)))
    return false;
  if (depthwise)
    (instr.type == ElemType::I8 ? counts().macsI8 : counts().macsF16) +=
        taps * c;
  WindowArgs args{g, instr.opcode, instr.type, result};
  args.inZero = int32_t(config(Config::InZero));
  args.in = &nram[0] + reg(instr, 1);
  if (depthwise)
    args.weights = &nram[0] + reg(instr, 2);
  if (instr.opcode == Opcode::DWCONVB)
    args.bias = &nram[0] + reg(instr, 3);
  args.out = &nram[0] + reg(instr, 0);
  runWindow(args);
  return true;
}

/// Splits an opcode of MLUInstr.td's multiclass Binary into operation and form.
static std::pair<Opcode, BinaryForm> binaryForm(Opcode opcode) {
  static constexpr Opcode operations[] = {
      Opcode::VAV,  Opcode::VSV,  Opcode::VMV, Opcode::VDV, Opcode::VGTM,
      Opcode::VLTM, Opcode::VGT,  Opcode::VGE, Opcode::VE,  Opcode::VAND,
      Opcode::VOR,  Opcode::VXOR, Opcode::VPOW};
  Opcode operation = *(upper_bound(operations, opcode) - 1);
  return {operation, BinaryForm(unsigned(opcode) - unsigned(operation))};
}

bool Core::executeBinary(const Instr &instr) {
  auto [operation, form] = binaryForm(instr.opcode);
  bool special = operation == Opcode::VDV || operation == Opcode::VPOW;
  ElemType type = instr.type;
  BinaryArgs args{operation, form, type, nullptr, nullptr, nullptr, 0};
  uint64_t cycles;
  SmallVector<Region, 2> reads;
  switch (form) {
  case BinaryForm::PerRow: {
    uint64_t rows = reg(instr, 3);
    args.period = reg(instr, 4);
    args.n = product({rows, args.period});
    cycles = rowCycles(rows, args.period, type, special);
    reads = {vectorAt(reg(instr, 1), args.n, type),
             vectorAt(reg(instr, 2), args.n ? rows : 0, type)};
    break;
  }
  case BinaryForm::Scalar:
  case BinaryForm::ScalarFirst:
    args.n = reg(instr, 3);
    cycles = rowCycles(1, args.n, type, special);
    args.scalar = reg(instr, form == BinaryForm::Scalar ? 2 : 1);
    reads = {
        vectorAt(reg(instr, form == BinaryForm::Scalar ? 1 : 2), args.n, type)};
    break;
  default:
    args.n = reg(instr, 3);
    cycles = rowCycles(1, args.n, type, special);
    args.period = form == BinaryForm::Cycled ? reg(instr, 4) : args.n;
    if (args.n && args.period == 0)
      return fail("a cycled vector has no elements");
    reads = {vectorAt(reg(instr, 1), args.n, type),
             vectorAt(reg(instr, 2), std::min(args.n, args.period), type)};
    break;
  }
  if (!touch(instr, reads, vectorAt(reg(instr, 0), args.n, type), true) ||
      !work(instr, cycles))
    return false;
  if (args.n == 0)
    return true;
  args.dst = &nram[0] + reg(instr, 0);
  if (form != BinaryForm::ScalarFirst)
    args.a = &nram[0] + reg(instr, 1);
  if (form != BinaryForm::Scalar)
    args.b = &nram[0] + reg(instr, 2);
  runBinary(args);
  return true;
}

bool Core::executeElementwise(const Instr &instr) {
  ElemType type = instr.type;
  auto at = [&](unsigned operand) { return &nram[0] + reg(instr, operand); };
  auto vec = [&](unsigned operand, uint64_t n) {
    return vectorAt(reg(instr, operand), n, type);
  };
  switch (instr.opcode) {
  case Opcode::VTRANS: {
    uint64_t rows = reg(instr, 2), cols = reg(instr, 3);
    uint64_t n = product({rows, cols});
    if (!touch(instr, vec(1, n), vec(0, n)) ||
        !work(instr, rowCycles(rows, cols, type)))
      return false;
    if (n)
      runTranspose(type, at(0), at(1), rows, cols);
    return true;
  }
  case Opcode::VFILL: {
    uint64_t n = reg(instr, 1);
    if (!touch(instr, {}, vec(0, n)) || !work(instr, rowCycles(1, n, type)))
      return false;
    runFill(type, at(0), n, reg(instr, 2));
    return true;
  }
  case Opcode::RV: {
    uint64_t n = reg(instr, 1);
    if (!touch(instr, {}, vec(0, n)) || !work(instr, rowCycles(1, n, type)))
      return false;
    runRandom(type, at(0), n, config(Config::Seed));
    return true;
  }
  case Opcode::VSEL: {
    uint64_t n = reg(instr, 4);
    Region reads[] = {vec(1, n), vec(2, n), vec(3, n)};
    if (!touch(instr, reads, vec(0, n), true) ||
        !work(instr, rowCycles(1, n, type)))
      return false;
    runSelect(type, at(0), at(1), at(2), at(3), n);
    return true;
  }
  default: {
    bool leaky = instr.opcode == Opcode::VLRELU;
    uint64_t n = reg(instr, leaky ? 3 : 2);
    bool special = instr.opcode >= Opcode::VEXP && instr.opcode <= Opcode::VCOS;
    if (!touch(instr, vec(1, n), vec(0, n), true) ||
        !work(instr, rowCycles(1, n, type, special)))
      return false;
    runUnary(instr.opcode, type, at(0), at(1), n, leaky ? reg(instr, 2) : 0);
    return true;
  }
  }
}

bool Core::executeReduction(const Instr &instr) {
  ElemType type = instr.type;
  auto at = [&](unsigned operand) { return &nram[0] + reg(instr, operand); };
  if (instr.opcode == Opcode::VDOT) {
    uint64_t n = reg(instr, 3);
    Region reads[] = {vectorAt(reg(instr, 1), n, type),
                      vectorAt(reg(instr, 2), n, type)};
    if (!touch(instr, reads, vectorAt(reg(instr, 0), 1, instr.result)) ||
        !work(instr, rowCycles(1, n, type)))
      return false;
    runDot(type, instr.result, at(0), at(1), at(2), n);
    return true;
  }
  uint64_t rows = reg(instr, 2), cols = reg(instr, 3);
  uint64_t n = product({rows, cols});
  bool window = instr.opcode == Opcode::VWSUM;
  bool columns = instr.opcode >= Opcode::VCSUM && instr.opcode <= Opcode::VCMIN;
  bool sum = instr.opcode == Opcode::VSUM || instr.opcode == Opcode::VCSUM;
  if (!window && !sum && (columns ? rows : cols) == 0)
    return fail("no elements to reduce");
  ElemType result =
      sum || instr.opcode == Opcode::VARGMAX ? instr.result : type;
  uint64_t cycles = rowCycles(rows, cols, type);
  if (window)
    cycles = product({cycles, config(Config::KW)});
  Region out = vectorAt(reg(instr, 0),
                        window    ? n
                        : columns ? cols
                                  : rows,
                        result);
  if (!touch(instr, vectorAt(reg(instr, 1), n, type), out) ||
      !work(instr, cycles))
    return false;
  if (window)
    runWindowSum(type, at(0), at(1), n ? rows : 0, cols,
                 signedConfig(Config::PadL), config(Config::KW));
  else
    // Without elements only the results that exist are written, as zeros.
    runReduce(instr.opcode, type, result, at(0), at(1),
              columns && cols == 0 ? 0 : rows, cols);
  return true;
}

bool Core::readScale(Rational &scale) const {
  scale.num = uint64_t(config(Config::QNumHi)) << 32 | config(Config::QNumLo);
  scale.den = config(Config::QDen);
  scale.exp = int32_t(config(Config::QExp));
  return scale.den != 0 && scale.num >> 63 == 0;
}

bool Core::executeConversion(const Instr &instr) {
  constexpr unsigned EntryBytes = 16;
  bool table = instr.opcode == Opcode::VREQC;
  bool quantize = instr.opcode == Opcode::VQNT;
  uint64_t n = reg(instr, table ? 3 : 2);
  SmallVector<Region, 2> reads{vectorAt(reg(instr, 1), n, instr.type)};
  uint64_t entries = table ? reg(instr, 4) : 1;
  if (table) {
    if (n && entries == 0)
      return fail("the table of scales is empty");
    Region region = vectorAt(reg(instr, 2), entries, ElemType::F32);
    region.size *= EntryBytes / 4;
    reads.push_back(region);
  }
  // Quantization divides.
  uint64_t cycles = rowCycles(
      1, n, quantize ? instr.type : wider(instr.type, instr.result), quantize);
  if (!touch(instr, reads, vectorAt(reg(instr, 0), n, instr.result), true) ||
      !work(instr, cycles))
    return false;
  uint8_t *dst = &nram[0] + reg(instr, 0);
  const uint8_t *src = &nram[0] + reg(instr, 1);
  int32_t zero = int32_t(config(Config::QZero));
  float scale = std::bit_cast<float>(config(Config::QScale));
  switch (instr.opcode) {
  case Opcode::VQNT:
    runQuantize(instr.type, reinterpret_cast<int8_t *>(dst), src, n, scale,
                zero);
    return true;
  case Opcode::VDQNT:
    runDequantize(instr.type, instr.result, dst, src, n, scale, zero);
    return true;
  case Opcode::VCVT:
  case Opcode::VCVTZ:
    runConvert(instr.type, instr.result, instr.opcode == Opcode::VCVTZ, dst,
               src, n);
    return true;
  default:
    break;
  }
  std::vector<Rational> scales(n ? entries : 0);
  for (auto [i, entry] : enumerate(scales)) {
    if (!table) {
      if (!readScale(entry))
        return fail("bad quantization scale");
      continue;
    }
    const uint8_t *at = &nram[0] + reg(instr, 2) + i * EntryBytes;
    std::memcpy(&entry.num, at, 8);
    std::memcpy(&entry.den, at + 8, 4);
    std::memcpy(&entry.exp, at + 12, 4);
    if (entry.den == 0 || entry.num >> 63)
      return fail("bad quantization scale in entry " + Twine(i));
  }
  if (n)
    runRequantize(reinterpret_cast<int8_t *>(dst), src, n, scales, zero);
  return true;
}

} // namespace onnc::mlu
