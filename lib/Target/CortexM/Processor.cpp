//===- Processor.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Processor.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static constexpr StringRef m0plusFlags[] = {"-mcpu=cortex-m0plus", "-mthumb",
                                            "-mfloat-abi=soft"};
static constexpr StringRef m3Flags[] = {"-mcpu=cortex-m3", "-mthumb",
                                        "-mfloat-abi=soft"};
static constexpr StringRef m4Flags[] = {
    "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"};
static constexpr StringRef m7Flags[] = {
    "-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"};
static constexpr StringRef m33Flags[] = {
    "-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"};
static constexpr StringRef m55Flags[] = {"-mcpu=cortex-m55", "-mthumb",
                                         "-mfloat-abi=hard", "-mfpu=auto"};

/// Clocks and power are those of parts that MLPerf Tiny's submissions use, to
/// two digits; nothing is decided by them.
ArrayRef<Processor> cortexm::getProcessors() {
  static constexpr Processor processors[] = {
      {"cortex-m0plus", "Armv6-M, no divider, no FPU", m0plusFlags, 1, 64e6,
       0.010},
      {"cortex-m3", "Armv7-M, no FPU", m3Flags, 1, 96e6, 0.040},
      {"cortex-m4", "Armv7E-M with DSP and FP32", m4Flags, 2, 120e6, 0.050},
      {"cortex-m7", "Armv7E-M with DSP and FP32, dual issue", m7Flags, 2, 280e6,
       0.200},
      {"cortex-m33", "Armv8-M with DSP and FP32", m33Flags, 2, 160e6, 0.030},
      {"cortex-m55", "Armv8.1-M with MVE (Helium) and FP32", m55Flags, 8, 160e6,
       0.040},
  };
  return processors;
}

const Processor *cortexm::findProcessor(StringRef name) {
  for (const Processor &p : getProcessors())
    if (p.name == name)
      return &p;
  return nullptr;
}

/// On the boards with TrustZone everything runs in the secure state, and only
/// secure aliases (bit 28 set) can hold its code.
///
/// External RAM: the PSRAM of the MPS2 boards (Arm application notes 385, 386,
/// 500 and 505, "memory map"), the first secure part of the MPS3's DDR4 (547).
ArrayRef<Board> cortexm::getBoards() {
  static constexpr uint64_t kB = 1024, MB = 1024 * kB;
  static constexpr Board boards[] = {
      {"microbit",
       "cortex-m0plus",
       "BBC micro:bit (nRF51, a Cortex-M0: the same instructions)",
       0,
       {0, 256 * kB},
       {0x20000000, 16 * kB},
       {0, 0}},
      {"mps2-an385",
       "cortex-m3",
       "Arm MPS2, application note 385",
       0,
       {0, 4 * MB},
       {0x20000000, 4 * MB},
       {0x21000000, 16 * MB}},
      {"mps2-an386",
       "cortex-m4",
       "Arm MPS2, application note 386",
       0,
       {0, 4 * MB},
       {0x20000000, 4 * MB},
       {0x21000000, 16 * MB}},
      {"mps2-an500",
       "cortex-m7",
       "Arm MPS2, application note 500",
       0,
       {0, 4 * MB},
       {0x20000000, 4 * MB},
       {0x60000000, 16 * MB}},
      {"mps2-an505",
       "cortex-m33",
       "Arm MPS2+, application note 505",
       0x10000000,
       {0x10000000, 4 * MB},
       {0x38000000, 4 * MB},
       {0x80000000, 16 * MB}},
      {"mps3-an547",
       "cortex-m55",
       "Arm MPS3, application note 547",
       0,
       {0x11000000, 2 * MB},
       {0x31000000, 4 * MB},
       {0x70000000, 256 * MB}},
  };
  return boards;
}

const Board *cortexm::findBoard(StringRef name) {
  for (const Board &b : getBoards())
    if (b.name == name)
      return &b;
  return nullptr;
}

const Board &cortexm::getDefaultBoard(const Processor &processor) {
  return *find_if(getBoards(), [&](const Board &b) {
    return b.processor == processor.name;
  });
}

/// Replaces \p size by the attribute's value, if it has one: bytes, or with a k
/// or m behind them kibibytes or mebibytes.
static Error readSize(StringRef name, const Quadruple &quadruple,
                      uint64_t &size) {
  StringRef text = quadruple.getAttribute(name), digits = text;
  if (text.empty())
    return Error::success();
  uint64_t unit = digits.consume_back_insensitive("k")   ? 1024
                  : digits.consume_back_insensitive("m") ? 1024 * 1024
                                                         : 1;
  // No address of these cores has more bits than 32.
  uint32_t number;
  if (digits.getAsInteger(10, number) || number == 0 ||
      number * unit > uint64_t(1) << 32)
    return createStringError("attribute '" + name + "': '" + text +
                             "' is no size of a memory, such as 192k or 1m");
  size = number * unit;
  return Error::success();
}

Expected<MemorySizes> cortexm::getMemorySizes(const Processor &processor,
                                              const Quadruple &quadruple) {
  const Board &board = getDefaultBoard(processor);
  MemorySizes sizes = {board.ram.length, board.flash.length};
  if (Error error = readSize("ram", quadruple, sizes.ram))
    return error;
  if (Error error = readSize("flash", quadruple, sizes.flash))
    return error;
  if (Error error = readSize("extram", quadruple, sizes.externalRam))
    return error;
  return sizes;
}

/// A serial PSRAM with four data lines that is mapped into the address space.
/// By the data sheet of AP Memory's APS1604M-SQR, long bursts run at 84 MHz at
/// most, half a byte per clock, behind 2 clocks of a command, 6 of the address
/// and 6 of waiting ("fast read quad", EBh). Slower cores clock it as
/// themselves.
static Memory describeExternalRam(uint64_t bytes, double hertz) {
  constexpr double maxHertz = 84e6, bytesPerClock = 0.5, clocksBefore = 14;
  double cyclesPerClock = std::max(hertz / maxHertz, 1.0);
  return {externalRamSpace.str(), int64_t(bytes), /*alignment=*/8,
          bytesPerClock / cyclesPerClock,
          int64_t(std::ceil(clocksBefore * cyclesPerClock))};
}

Machine cortexm::describeMachine(const Processor &processor,
                                 const MemorySizes &sizes) {
  ProcessingUnit unit;
  unit.name = processor.name.str();
  // Doubles are the widest elements. A word arrives in each cycle; flash is as
  // fast where it is cached, as on all parts of these clocks.
  unit.memories = {{sramSpace.str(), int64_t(sizes.ram), /*alignment=*/8,
                    /*bytesPerCycle=*/4},
                   {flashSpace.str(), int64_t(sizes.flash), /*alignment=*/8,
                    /*bytesPerCycle=*/4}};
  if (sizes.externalRam != 0) {
    unit.memories.push_back(
        describeExternalRam(sizes.externalRam, processor.hertz));
    unit.memories[Sram].spillTo = ExternalRam;
  }
  unit.queues = {{"core", processor.macsPerCycle}};
  unit.operatingPoints = {{"nominal", processor.hertz, processor.watts}};
  Machine machine;
  machine.name = processor.name.str();
  machine.units.push_back(std::move(unit));
  return machine;
}
