//===- Accesses.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Accesses.h"
#include <algorithm>

using namespace llvm;
using namespace onnc::mlu;

ScalarState::ScalarState() {
  regs.fill(0);
  for (const ConfigInfo &info : getConfigTable())
    configs.push_back(info.reset);
}

void ScalarState::apply(const Instr &instr) {
  if (instr.opcode == Opcode::SLI)
    regs[instr.operands[0]] = instr.operands[1];
  else if (instr.opcode == Opcode::SETCI)
    configs[instr.operands[0]] = instr.operands[1];
  else
    for (auto [operand, value] : zip(instr.info().operands(), instr.operands))
      if (operand.kind == OperandKind::Reg && operand.defines)
        regs[value].reset();
  assert(instr.opcode != Opcode::SETC && "configuration that isn't constant");
}

std::optional<int64_t> ScalarState::reg(const Instr &instr,
                                        unsigned operand) const {
  return regs[instr.operands[operand]];
}

int64_t ScalarState::config(Config c) const {
  return static_cast<int32_t>(configs[static_cast<size_t>(c)]);
}

ByteRange ScalarState::at(MemorySpace space, const Instr &instr,
                          unsigned operand,
                          std::optional<int64_t> bytes) const {
  auto address = reg(instr, operand);
  if (!address || !bytes)
    return {space, 0, INT64_MAX};
  return {space, *address, *address + *bytes};
}

static std::optional<int64_t> multiply(std::optional<int64_t> a,
                                       std::optional<int64_t> b) {
  if (!a || !b)
    return std::nullopt;
  return *a * *b;
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Accesses ScalarState::getCopy(const Instr &instr) const {
  using enum Opcode;
  constexpr MemorySpace nram = MemorySpace::Nram, wram = MemorySpace::Wram,
                        device = MemorySpace::Device;
  MemorySpace to = nram, from = nram;
  bool strided = false;
  switch (instr.opcode) {
  case VLOADS:
  case VLOADCS:
    strided = true;
    [[fallthrough]];
  case VLOAD:
  case VLOADC:
    from = device;
    break;
  case VSTORES:
    strided = true;
    [[fallthrough]];
  case VSTORE:
    to = device;
    break;
  case MLOADS:
  case MLOADCS:
    strided = true;
    [[fallthrough]];
  case MLOAD:
  case MLOADC:
    to = wram;
    from = device;
    break;
  case MSTORES:
    strided = true;
    [[fallthrough]];
  case MSTORE:
    to = device;
    from = wram;
    break;
  case MMOVES:
    strided = true;
    [[fallthrough]];
  case MMOVE:
    to = wram;
    break;
  case VMOVES:
    strided = true;
    break;
  default:
    break;
  }
  auto range = [&](MemorySpace space, unsigned operand, Config stride1,
                   Config stride2) {
    ByteRange r = at(space, instr, operand, reg(instr, 2));
    if (r.end == INT64_MAX)
      return r;
    if (space == device) {
      int64_t segment = int64_t(configs[static_cast<size_t>(Config::Segment)])
                        << 16;
      r.begin += segment;
      r.end += segment;
    }
    if (!strided)
      return r;
    for (auto [stride, count] :
         {std::pair(config(stride1), config(Config::Count1) - 1),
          std::pair(config(stride2), config(Config::Count2) - 1)}) {
      r.begin += std::min<int64_t>(stride * count, 0);
      r.end += std::max<int64_t>(stride * count, 0);
    }
    return r;
  };
  Accesses a;
  a.writes.push_back(range(to, 0, Config::DstStride1, Config::DstStride2));
  a.reads.push_back(range(from, 1, Config::SrcStride1, Config::SrcStride2));
  return a;
}

//===----------------------------------------------------------------------===//
// Windows and products
//===----------------------------------------------------------------------===//

ByteRange ScalarState::inputTile(const Instr &instr, unsigned operand,
                                 int64_t elementSize) const {
  int64_t pixelBytes = config(Config::InC) * elementSize;
  int64_t pixel = config(Config::InPix) ? config(Config::InPix) : pixelBytes;
  int64_t row = config(Config::InRow) ? config(Config::InRow)
                                      : pixel * config(Config::InW);
  return at(MemorySpace::Nram, instr, operand,
            (config(Config::InH) - 1) * row +
                (config(Config::InW) - 1) * pixel + pixelBytes);
}

ByteRange ScalarState::outputTile(const Instr &instr, unsigned operand,
                                  int64_t elementSize, int64_t channels) const {
  int64_t pixelBytes = channels * elementSize;
  int64_t pixel = config(Config::OutPix) ? config(Config::OutPix) : pixelBytes;
  int64_t row = config(Config::OutRow) ? config(Config::OutRow)
                                       : pixel * config(Config::OutW);
  return at(MemorySpace::Nram, instr, operand,
            (config(Config::OutH) - 1) * row +
                (config(Config::OutW) - 1) * pixel + pixelBytes);
}

static constexpr int64_t wordBytes = 4;

Accesses ScalarState::getMatrix(const Instr &instr) const {
  using enum Opcode;
  constexpr MemorySpace nram = MemorySpace::Nram, wram = MemorySpace::Wram;
  int64_t in = elemSize(instr.type), out = elemSize(instr.result);
  Accesses a;
  switch (instr.opcode) {
  case CONV:
  case CONVB:
  case CONVA: {
    int64_t channels = config(Config::OutC);
    a.writes.push_back(outputTile(instr, 0, out, channels));
    a.reads.push_back(inputTile(instr, 1, in));
    a.reads.push_back(at(wram, instr, 2,
                         channels * config(Config::KH) * config(Config::KW) *
                             config(Config::InC) * in));
    if (instr.opcode == CONVB)
      a.reads.push_back(at(nram, instr, 3, channels * wordBytes));
    if (instr.opcode == CONVA)
      a.reads.push_back(at(nram, instr, 3,
                           channels * config(Config::OutH) *
                               config(Config::OutW) * wordBytes));
    return a;
  }
  case MMM:
  case MMMB:
  case MMMA:
  case MMMT:
  case MMMTA: {
    auto m = reg(instr, 3), n = reg(instr, 4), k = reg(instr, 5);
    a.writes.push_back(at(nram, instr, 0, multiply(multiply(m, n), out)));
    a.reads.push_back(at(nram, instr, 1, multiply(multiply(m, k), in)));
    a.reads.push_back(at(wram, instr, 2, multiply(multiply(n, k), in)));
    if (instr.opcode == MMMB)
      a.reads.push_back(at(nram, instr, 6, multiply(n, wordBytes)));
    if (instr.opcode == MMMA || instr.opcode == MMMTA)
      a.reads.push_back(
          at(nram, instr, 6, multiply(multiply(m, n), wordBytes)));
    return a;
  }
  case MMV:
  case VMM: {
    auto n = reg(instr, 3), k = reg(instr, 4);
    bool matrixFirst = instr.opcode == MMV;
    a.writes.push_back(at(nram, instr, 0, multiply(n, out)));
    a.reads.push_back(at(nram, instr, matrixFirst ? 2 : 1, multiply(k, in)));
    a.reads.push_back(
        at(wram, instr, matrixFirst ? 1 : 2, multiply(multiply(n, k), in)));
    return a;
  }
  case OP:
    a.writes.push_back(at(
        nram, instr, 0, multiply(multiply(reg(instr, 3), reg(instr, 4)), out)));
    a.reads.push_back(at(nram, instr, 1, multiply(reg(instr, 3), in)));
    a.reads.push_back(at(nram, instr, 2, multiply(reg(instr, 4), in)));
    return a;
  default: // MAM, MSM, MMS
    a.writes.push_back(at(nram, instr, 0, multiply(reg(instr, 3), in)));
    a.reads.push_back(at(nram, instr, 1, multiply(reg(instr, 3), in)));
    if (instr.opcode != MMS)
      a.reads.push_back(at(nram, instr, 2, multiply(reg(instr, 3), in)));
    return a;
  }
}

Accesses ScalarState::getWindow(const Instr &instr) const {
  using enum Opcode;
  bool depthwise = instr.opcode == DWCONV || instr.opcode == DWCONVB;
  bool widens = depthwise || instr.opcode == VPSUM;
  int64_t in = elemSize(instr.type);
  int64_t out = elemSize(widens ? instr.result : instr.type);
  int64_t channels = config(Config::InC);
  Accesses a;
  a.writes.push_back(outputTile(instr, 0, out, channels));
  a.reads.push_back(inputTile(instr, 1, in));
  if (depthwise)
    a.reads.push_back(
        at(MemorySpace::Nram, instr, 2,
           config(Config::KH) * config(Config::KW) * channels * in));
  if (instr.opcode == DWCONVB)
    a.reads.push_back(at(MemorySpace::Nram, instr, 3, channels * wordBytes));
  return a;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Accesses ScalarState::getVector(const Instr &instr) const {
  using enum Opcode;
  constexpr MemorySpace nram = MemorySpace::Nram;
  int64_t in = elemSize(instr.type), out = elemSize(instr.result);
  Accesses a;
  auto vector = [&](unsigned operand, std::optional<int64_t> n, int64_t size) {
    return at(nram, instr, operand, multiply(n, size));
  };
  auto read = [&](unsigned operand, std::optional<int64_t> n, int64_t size) {
    a.reads.push_back(vector(operand, n, size));
  };
  auto write = [&](std::optional<int64_t> n, int64_t size) {
    a.writes.push_back(vector(0, n, size));
  };
  if (instr.opcode >= VAV && instr.opcode <= SPOW) {
    // Five forms of each operation, told by the ends of the mnemonics.
    char form = instr.info().mnemonic.back();
    bool scalarFirst =
        instr.opcode == SSV || instr.opcode == SDV || instr.opcode == SPOW;
    bool scalar = form == 'S', cycled = form == 'C';
    bool perRow = form == 'R' && instr.opcode != VOR && instr.opcode != VXOR;
    if (scalar || scalarFirst) {
      auto n = reg(instr, 3);
      write(n, in);
      read(scalarFirst ? 2 : 1, n, in);
    } else if (perRow) {
      auto n = multiply(reg(instr, 3), reg(instr, 4));
      write(n, in);
      read(1, n, in);
      read(2, reg(instr, 3), in);
    } else {
      auto n = reg(instr, 3);
      write(n, in);
      read(1, n, in);
      read(2, cycled ? reg(instr, 4) : n, in);
    }
    return a;
  }
  switch (instr.opcode) {
  case VTRANS: {
    auto n = multiply(reg(instr, 2), reg(instr, 3));
    write(n, in);
    read(1, n, in);
    return a;
  }
  case VFILL:
  case RV:
    write(reg(instr, 1), in);
    return a;
  case VLRELU:
    write(reg(instr, 3), in);
    read(1, reg(instr, 3), in);
    return a;
  case VSEL:
    write(reg(instr, 4), in);
    for (unsigned operand : {1, 2, 3})
      read(operand, reg(instr, 4), in);
    return a;
  case VDOT:
    write(1, out);
    read(1, reg(instr, 3), in);
    read(2, reg(instr, 3), in);
    return a;
  case VSUM:
  case VCSUM:
  case VARGMAX:
  case VMAX:
  case VMIN:
  case VCMAX:
  case VCMIN:
  case VWSUM: {
    auto rows = reg(instr, 2), columns = reg(instr, 3);
    auto n = multiply(rows, columns);
    bool alongRows =
        instr.opcode == VCSUM || instr.opcode == VCMAX || instr.opcode == VCMIN;
    bool widens = instr.opcode == VSUM || instr.opcode == VCSUM ||
                  instr.opcode == VARGMAX;
    write(instr.opcode == VWSUM ? n
          : alongRows           ? columns
                                : rows,
          widens ? out : in);
    read(1, n, in);
    return a;
  }
  case VCVT:
  case VCVTZ:
  case VREQ:
  case VQNT:
  case VDQNT:
    write(reg(instr, 2), out);
    read(1, reg(instr, 2), in);
    return a;
  case VREQC: {
    constexpr int64_t entryBytes = 16;
    write(reg(instr, 3), out);
    read(1, reg(instr, 3), in);
    read(2, reg(instr, 4), entryBytes);
    return a;
  }
  default: // Of one operand.
    write(reg(instr, 2), in);
    read(1, reg(instr, 2), in);
    return a;
  }
}

Accesses ScalarState::getAccesses(const Instr &instr) const {
  using enum Opcode;
  if (instr.opcode >= VLOAD && instr.opcode <= VMOVES)
    return getCopy(instr);
  if (instr.opcode >= DWCONV && instr.opcode <= VPSUM)
    return getWindow(instr);
  switch (instr.info().queue) {
  case Queue::Matrix:
    return getMatrix(instr);
  case Queue::Vector:
    return getVector(instr);
  default:
    break;
  }
  Accesses a;
  if (instr.opcode != SLOAD && instr.opcode != SSTORE)
    return a;
  ByteRange word = at(MemorySpace::Nram, instr, 1, wordBytes);
  if (word.end != INT64_MAX) {
    word.begin += static_cast<int32_t>(instr.operands[2]);
    word.end += static_cast<int32_t>(instr.operands[2]);
  }
  (instr.opcode == SLOAD ? a.reads : a.writes).push_back(word);
  return a;
}
