//===- Core.cpp - Control, data movement, checks --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnc::mlu {

Core::Core(const MachineParams &machine, MutableArrayRef<uint8_t> dram,
           bool checkHazards)
    : machine(machine), dram(dram), checkHazards(checkHazards),
      nram(machine.nramBytes), wram(machine.wramBytes) {}

void Core::start(const DecodedProgram &program, unsigned core, unsigned cores,
                 size_t numOps, const Budget &budget) {
  this->program = &program;
  this->core = core;
  this->cores = cores;
  this->budget = budget;
  pc = 0;
  regs.fill(0);
  configs.clear();
  for (const ConfigInfo &info : getConfigTable())
    configs.push_back(info.reset);
  hazards.reset();
  state = Status::Running;
  fault.clear();
  scalarCycles = queueCycles = 0;
  trace = {};
  trace.counts.resize(numOps + 1);
  dramAccesses.clear();
}

std::string Core::describe(uint32_t pc) const {
  std::string text;
  raw_string_ostream os(text);
  os << "core " << core << ", program '" << program->name << "', pc " << pc;
  if (pc < program->instrs.size()) {
    os << " (";
    print(program->instrs[pc], os);
    os << ")";
  }
  return text;
}

bool Core::fail(const Twine &message) {
  fault = describe(pc) + ": " + message.str();
  state = Status::Fault;
  return false;
}

Core::Status Core::run() {
  while (state == Status::Running && step())
    pc = uint32_t(nextPc);
  return state;
}

void Core::leaveBarrier() {
  if (state != Status::Barrier)
    return;
  state = Status::Running;
  dramAccesses.clear();
  // Loads still under way belong to the time after the barrier as well.
  for (const Access &access : hazards.pendingLoads())
    dramAccesses.push_back(access);
}

bool Core::step() {
  if (pc >= program->instrs.size())
    return fail("runs past the end of the program");
  if (budget.instructions == 0)
    return fail("instruction budget exhausted (endless loop?)");
  if (trace.events.size() >= budget.events)
    return fail("queue instruction budget exhausted (endless loop?)");
  --budget.instructions;
  ++scalarCycles;
  ++counts().instructions;
  nextPc = int64_t(pc) + 1;
  lastPc = pc;
  const Instr &instr = program->instrs[pc];
  switch (instr.opcode) {
  case Opcode::MARK:
  case Opcode::WAIT:
  case Opcode::SYNC:
  case Opcode::BARRIER:
    return executeSync(instr);
  case Opcode::VLOAD:
  case Opcode::VLOADS:
  case Opcode::VSTORE:
  case Opcode::VSTORES:
  case Opcode::MLOAD:
  case Opcode::MLOADS:
  case Opcode::MSTORE:
  case Opcode::MSTORES:
  case Opcode::VLOADC:
  case Opcode::VLOADCS:
  case Opcode::MLOADC:
  case Opcode::MLOADCS:
  case Opcode::MMOVE:
  case Opcode::MMOVES:
  case Opcode::VMOVE:
  case Opcode::VMOVES:
    return executeCopy(instr);
  case Opcode::DWCONV:
  case Opcode::DWCONVB:
  case Opcode::VPMAX:
  case Opcode::VPAVG:
  case Opcode::VPAVGP:
  case Opcode::VPSUM:
    return executeWindow(instr);
  case Opcode::VSUM:
  case Opcode::VMAX:
  case Opcode::VMIN:
  case Opcode::VARGMAX:
  case Opcode::VCSUM:
  case Opcode::VCMAX:
  case Opcode::VCMIN:
  case Opcode::VDOT:
  case Opcode::VWSUM:
    return executeReduction(instr);
  case Opcode::VCVT:
  case Opcode::VCVTZ:
  case Opcode::VREQ:
  case Opcode::VREQC:
  case Opcode::VQNT:
  case Opcode::VDQNT:
    return executeConversion(instr);
  default:
    break;
  }
  switch (instr.info().queue) {
  case Queue::Scalar:
    return executeScalar(instr);
  case Queue::Matrix:
    return executeMatrix(instr);
  default:
    break;
  }
  if (instr.opcode >= Opcode::VAV && instr.opcode <= Opcode::SPOW)
    return executeBinary(instr);
  return executeElementwise(instr);
}

//===----------------------------------------------------------------------===//
// Scalar core
//===----------------------------------------------------------------------===//

bool Core::executeScalar(const Instr &instr) {
  auto branch = [&](unsigned operand) {
    nextPc = int64_t(pc) + int32_t(instr.operands[operand]);
    return true;
  };
  auto set = [&](uint32_t value) {
    regs[instr.operands[0]] = value;
    return true;
  };
  auto word = [&](bool write, uint8_t *&at) {
    Region region;
    region.begin = int64_t(reg(instr, 1)) + int32_t(instr.operands[2]);
    region.size = 4;
    ArrayRef<Region> one(region), none;
    if (!touch(instr, write ? none : one, write ? one : none))
      return false;
    at = nram.data() + region.begin;
    return true;
  };
  // Operands of the arithmetic instructions; harmless for the others.
  uint32_t a = regs[instr.operands[1] % NumRegs];
  uint32_t b = regs[instr.operands[2] % NumRegs];
  uint32_t imm = instr.operands[2];
  uint8_t *at;
  switch (instr.opcode) {
  case Opcode::NOP:
    return true;
  case Opcode::HALT:
    state = Status::Halted;
    pushEvent({EventKind::End});
    return false;
  case Opcode::JUMP:
    return branch(0);
  case Opcode::CB:
    return reg(instr, 0) == 0 || branch(1);
  case Opcode::CBZ:
    return reg(instr, 0) != 0 || branch(1);
  case Opcode::SLI:
    return set(instr.operands[1]);
  case Opcode::SMOV:
    return set(a);
  case Opcode::SGET:
    return set(Special(instr.operands[1]) == Special::Core ? core : cores);
  case Opcode::SLOAD: {
    uint32_t value;
    if (!word(false, at))
      return false;
    std::memcpy(&value, at, 4);
    return set(value);
  }
  case Opcode::SSTORE: {
    uint32_t value = reg(instr, 0);
    if (!word(true, at))
      return false;
    std::memcpy(at, &value, 4);
    return true;
  }
  case Opcode::SETC:
    configs[instr.operands[0]] = a;
    return true;
  case Opcode::SETCI:
    configs[instr.operands[0]] = instr.operands[1];
    return true;
  case Opcode::SADD:
    return set(a + b);
  case Opcode::SSUB:
    return set(a - b);
  case Opcode::SMUL:
    return set(a * b);
  case Opcode::SDIV:
  case Opcode::SREM: {
    if (b == 0)
      return fail("division by zero");
    int64_t x = int32_t(a), y = int32_t(b);
    return set(uint32_t(instr.opcode == Opcode::SDIV ? x / y : x % y));
  }
  case Opcode::SMIN:
    return set(uint32_t(std::min(int32_t(a), int32_t(b))));
  case Opcode::SMAX:
    return set(uint32_t(std::max(int32_t(a), int32_t(b))));
  case Opcode::SAND:
    return set(a & b);
  case Opcode::SOR:
    return set(a | b);
  case Opcode::SXOR:
    return set(a ^ b);
  case Opcode::SSHL:
    return set(a << (b & 31));
  case Opcode::SSHR:
    return set(a >> (b & 31));
  case Opcode::SEQ:
    return set(a == b);
  case Opcode::SLT:
    return set(int32_t(a) < int32_t(b));
  case Opcode::SADDI:
    return set(a + imm);
  case Opcode::SMULI:
    return set(a * imm);
  case Opcode::SLTI:
    return set(int32_t(a) < int32_t(imm));
  case Opcode::SANDI:
    return set(a & imm);
  case Opcode::SEQI:
    return set(a == imm);
  default:
    llvm_unreachable("not a scalar instruction");
  }
}

bool Core::executeSync(const Instr &instr) {
  Event event{};
  switch (instr.opcode) {
  case Opcode::MARK:
    event.kind = EventKind::Mark;
    event.token = uint8_t(instr.operands[0]);
    event.queue = uint8_t(instr.operands[1]);
    hazards.mark(event.token, QueueSet(event.queue));
    pushEvent(event);
    return true;
  case Opcode::WAIT:
    event.kind = EventKind::Wait;
    event.queue = uint8_t(instr.operands[0]);
    event.token = uint8_t(instr.operands[1]);
    hazards.wait(QueueSet(event.queue), event.token);
    pushEvent(event);
    return true;
  case Opcode::SYNC:
    event.kind = EventKind::Mark;
    event.token = NumTokens;
    event.queue = uint8_t(instr.operands[1]);
    hazards.mark(event.token, QueueSet(event.queue));
    pushEvent(event);
    event.kind = EventKind::Wait;
    event.queue = uint8_t(instr.operands[0]);
    hazards.wait(QueueSet(event.queue), event.token);
    pushEvent(event);
    return true;
  default: // BARRIER
    if (checkHazards)
      if (std::optional<Access> store = hazards.pendingStore())
        return fail("a store to device memory, pc " + Twine(store->pc) +
                    ", has not been waited for (SYNC scalar, dma)");
    state = Status::Barrier;
    event.kind = EventKind::Barrier;
    pushEvent(event);
    return true;
  }
}

//===----------------------------------------------------------------------===//
// Accesses and time
//===----------------------------------------------------------------------===//

void Core::pushEvent(Event event) {
  event.pc = pc;
  event.op = program->ops[pc];
  event.scalar = std::exchange(scalarCycles, 0);
  trace.events.push_back(event);
}

bool Core::work(const Instr &instr, uint64_t cycles) {
  Queue queue = instr.info().queue;
  if (queue == Queue::Matrix)
    cycles += machine.matrixStartup;
  queueCycles = SaturatingAdd(queueCycles, cycles);
  if (queueCycles > budget.cycles)
    return fail("cycle budget exhausted");
  if (queue == Queue::Matrix)
    counts().matrixCycles += cycles;
  else if (queue == Queue::Vector)
    counts().vectorCycles += cycles;
  Event event{};
  event.kind = EventKind::Work;
  event.queue = uint8_t(queue);
  event.cycles = cycles;
  pushEvent(event);
  return true;
}

uint64_t Core::rowCycles(uint64_t rows, uint64_t cols, ElemType type,
                         bool special) const {
  uint64_t perRow = divideCeil(cols, lanes(type));
  uint64_t cycles = SaturatingMultiply(rows, perRow);
  return SaturatingMultiply(cycles,
                            special ? machine.specialRate : uint64_t(1));
}

Region Core::vectorAt(uint32_t address, uint64_t n, ElemType type) const {
  Region region;
  region.begin = address;
  // Sizes that no memory holds are cut, and fail the range check as well.
  region.size = int64_t(std::min<uint64_t>(
      SaturatingMultiply(n, uint64_t(elemSize(type))), uint64_t(1) << 34));
  return region;
}

Region Core::tileIn(uint32_t address, const TileGeometry &g,
                    ElemType type) const {
  Region region;
  region.begin = address;
  region.size = g.inC * elemSize(type);
  region.count1 = g.inW;
  region.stride1 = g.inPix;
  region.count2 = g.inH;
  region.stride2 = g.inRow;
  return region;
}

Region Core::tileOut(uint32_t address, const TileGeometry &g,
                     ElemType type) const {
  Region region;
  region.begin = address;
  region.size = g.outC * elemSize(type);
  region.count1 = g.outW;
  region.stride1 = g.outPix;
  region.count2 = g.outH;
  region.stride2 = g.outRow;
  return region;
}

/// Rows that lie end to end become one, planes likewise.
static Region simplified(Region r) {
  if (r.count1 == 1 || r.stride1 == r.size) {
    r.size *= r.count1;
    r.count1 = r.count2;
    r.stride1 = r.stride2;
    r.count2 = 1;
    r.stride2 = 0;
    if (r.count1 == 1 || r.stride1 == r.size) {
      r.size *= r.count1;
      r.count1 = 1;
      r.stride1 = 0;
    }
  }
  return r;
}

bool Core::inRange(const Region &region) {
  static constexpr const char *names[] = {"NRAM", "WRAM", "device memory"};
  int64_t limit = region.space == Space::Nram   ? int64_t(nram.size())
                  : region.space == Space::Wram ? int64_t(wram.size())
                                                : int64_t(dram.size());
  if (region.empty())
    return true;
  // Counts and strides are 32-bit, so 128 bits hold every product.
  using Wide = __int128;
  Wide d1 = Wide(region.count1 - 1) * region.stride1;
  Wide d2 = Wide(region.count2 - 1) * region.stride2;
  Wide low = region.begin + std::min<Wide>(0, d1) + std::min<Wide>(0, d2);
  Wide high = region.begin + Wide(region.size) + std::max<Wide>(0, d1) +
              std::max<Wide>(0, d2);
  if (low >= 0 && high <= limit)
    return true;
  return fail("access at address " + Twine(region.begin) + " leaves the " +
              names[size_t(region.space)] + " of " + Twine(limit) + " bytes");
}

bool Core::touch(const Instr &instr, ArrayRef<Region> reads,
                 ArrayRef<Region> writes, bool inPlace) {
  SmallVector<Region, 4> in, out;
  for (const Region &region : reads)
    if (inRange(region))
      in.push_back(simplified(region));
    else
      return false;
  for (const Region &region : writes)
    if (inRange(region))
      out.push_back(simplified(region));
    else
      return false;
  for (const Region &write : out)
    for (const Region &read : in) {
      if (!overlap(write, read))
        continue;
      bool same = write.contiguous() && read.contiguous() &&
                  write.begin == read.begin && write.size <= read.size;
      if (!inPlace || !same)
        return fail("destination overlaps an operand");
    }
  for (const Region &region : in)
    if (region.space != Space::Dram)
      counts().sramBytes +=
          uint64_t(region.size * region.count1 * region.count2);
  for (const Region &region : out)
    if (region.space != Space::Dram)
      counts().sramBytes +=
          uint64_t(region.size * region.count1 * region.count2);
  if (!checkHazards)
    return true;
  if (std::optional<Access> race =
          hazards.issue(instr.info().queue, pc, in, out))
    return fail(Twine("race: does not wait for the ") +
                (race->write ? "write" : "read") + " by pc " + Twine(race->pc) +
                " at address " + Twine(race->region.begin));
  return true;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

namespace {
struct CopyKind {
  Space dst, src;
  bool strided, multicast;
};
} // namespace

static CopyKind copyKind(Opcode opcode) {
  using enum Opcode;
  constexpr Space N = Space::Nram, W = Space::Wram, D = Space::Dram;
  switch (opcode) {
  case VLOAD:
    return {N, D, false, false};
  case VLOADS:
    return {N, D, true, false};
  case VSTORE:
    return {D, N, false, false};
  case VSTORES:
    return {D, N, true, false};
  case MLOAD:
    return {W, D, false, false};
  case MLOADS:
    return {W, D, true, false};
  case MSTORE:
    return {D, W, false, false};
  case MSTORES:
    return {D, W, true, false};
  case VLOADC:
    return {N, D, false, true};
  case VLOADCS:
    return {N, D, true, true};
  case MLOADC:
    return {W, D, false, true};
  case MLOADCS:
    return {W, D, true, true};
  case MMOVE:
    return {W, N, false, false};
  case MMOVES:
    return {W, N, true, false};
  case VMOVE:
    return {N, N, false, false};
  default:
    return {N, N, true, false};
  }
}

bool Core::executeCopy(const Instr &instr) {
  CopyKind kind = copyKind(instr.opcode);
  auto address = [&](Space space, unsigned operand) {
    int64_t base =
        space == Space::Dram ? int64_t(config(Config::Segment)) << 16 : 0;
    return base + reg(instr, operand);
  };
  Region dst, src;
  dst.space = kind.dst;
  src.space = kind.src;
  dst.begin = address(kind.dst, 0);
  src.begin = address(kind.src, 1);
  dst.size = src.size = reg(instr, 2);
  if (kind.strided) {
    dst.count1 = src.count1 = config(Config::Count1);
    dst.count2 = src.count2 = config(Config::Count2);
    dst.stride1 = signedConfig(Config::DstStride1);
    dst.stride2 = signedConfig(Config::DstStride2);
    src.stride1 = signedConfig(Config::SrcStride1);
    src.stride2 = signedConfig(Config::SrcStride2);
  }
  // No useful copy has more rows; bounds the host's work per instruction.
  constexpr uint64_t MaxRows = 1 << 20;
  uint64_t rows =
      SaturatingMultiply(uint64_t(src.count1), uint64_t(src.count2));
  if (rows > MaxRows)
    return fail("too many rows");
  if (kind.multicast && src.empty())
    return fail("empty multicast");
  if (!touch(instr, src, dst))
    return false;
  uint32_t group = kind.multicast ? config(Config::Group) : 0;
  if (kind.multicast &&
      (!(group >> core & 1) || (cores < 32 && group >> cores != 0)))
    return fail("multicast group lacks this core or has absent ones");

  auto pointer = [&](Space space) {
    return space == Space::Nram   ? nram.data()
           : space == Space::Wram ? wram.data()
                                  : dram.data();
  };
  if (!src.empty()) {
    uint8_t *to = pointer(kind.dst);
    const uint8_t *from = pointer(kind.src);
    for (int64_t p = 0; p != src.count2; ++p)
      for (int64_t r = 0; r != src.count1; ++r)
        std::memcpy(to + dst.rowBegin(p, r), from + src.rowBegin(p, r),
                    size_t(src.size));
  }
  if (kind.dst == Space::Dram)
    return transfer(instr, dst, true, 0);
  if (kind.src == Space::Dram)
    return transfer(instr, src, false, group);
  uint64_t perCycle = instr.info().queue == Queue::Vector ? machine.vectorBytes
                                                          : machine.dmaBytes;
  return work(instr, rows * divideCeil(uint64_t(src.size), perCycle));
}

bool Core::transfer(const Instr &instr, const Region &region, bool store,
                    uint32_t group) {
  Transfer t;
  t.group = machine.multicast ? group : 0;
  Region r = simplified(region);
  t.source = uint64_t(r.begin);
  uint64_t line = machine.dramLine;
  uint64_t interleave = machine.channelInterleave;
  uint64_t channels = machine.dramChannels;
  for (int64_t p = 0; p != r.count2 && !r.empty(); ++p)
    for (int64_t q = 0; q != r.count1; ++q) {
      uint64_t begin = uint64_t(r.rowBegin(p, q));
      uint64_t end = alignTo(begin + uint64_t(r.size), line);
      begin = alignDown(begin, line);
      t.traffic += end - begin;
      // Whole rounds over the channels first, then the rest piece by piece.
      uint64_t rounds = (end - begin) / (interleave * channels);
      for (uint64_t c = 0; c != channels; ++c)
        t.channel[c] += rounds * interleave;
      begin += rounds * interleave * channels;
      while (begin < end) {
        uint64_t piece = std::min(end, alignTo(begin + 1, interleave)) - begin;
        t.channel[begin / interleave % channels] += piece;
        begin += piece;
      }
    }
  t.bytes = r.empty()
                ? 0
                : uint64_t(r.size) * uint64_t(r.count1) * uint64_t(r.count2);
  (store ? counts().storeBytes : counts().loadBytes) += t.bytes;
  queueCycles = SaturatingAdd(queueCycles, t.traffic / machine.dmaBytes + 1);
  if (queueCycles > budget.cycles)
    return fail("cycle budget exhausted");
  if (checkHazards && !r.empty())
    dramAccesses.push_back({r, store, pc, 0});
  Event event{};
  event.queue = uint8_t(Queue::Dma);
  if (t.traffic == 0 && !t.group) { // Nothing to move takes no time.
    event.kind = EventKind::Work;
    pushEvent(event);
    return true;
  }
  event.kind = EventKind::Transfer;
  event.index = uint32_t(trace.transfers.size());
  trace.transfers.push_back(t);
  pushEvent(event);
  return true;
}

} // namespace onnc::mlu
