//===- Machine.h - What a machine can do ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A machine description: processing units with cores, memories, queues and
/// operating points, and the links between units. It is data; no vendor's name
/// appears in the algorithms that read it. Units: bytes, cycles of the unit's
/// clock, hertz, joules, watts.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_MACHINE_MACHINE_H
#define ONNC_MACHINE_MACHINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace onnc {

/// One memory of a unit. Their order says nothing: which one whole tensors live
/// in is the target's to say (BufferModel::getTensorMemory).
struct Memory {
  std::string name;
  /// Bytes of one instance.
  int64_t capacity = 0;
  /// Every buffer starts at a multiple of it; a power of two.
  int64_t alignment = 1;
  /// Bytes per cycle that an instance delivers.
  double bytesPerCycle = 0;
  /// Cycles before the first byte of a transfer arrives.
  int64_t latency = 0;
  /// Each core has an instance of its own.
  bool perCore = false;
  /// Where data goes when there is no room: the index of another memory of the
  /// unit, -1 for none. Going from memory to memory ends at one that has none.
  int spillTo = -1;
};

/// What works in parallel with what: operations of one queue run in order,
/// those of different queues overlap unless one waits for the other.
struct Queue {
  std::string name;
  /// Operations (multiply-accumulates, elements, bytes) per cycle and core.
  double ratePerCycle = 0;
};

struct OperatingPoint {
  std::string name;
  double hertz = 0;
  double watts = 0;
};

struct ProcessingUnit {
  std::string name;
  unsigned cores = 1;
  std::vector<Memory> memories;
  std::vector<Queue> queues;
  /// The first is the default.
  std::vector<OperatingPoint> operatingPoints;

  double getHertz() const { return operatingPoints.front().hertz; }
  /// The memory's index, or nullopt.
  std::optional<unsigned> findMemory(llvm::StringRef name) const;
  const Memory &getMemory(llvm::StringRef name) const;
};

/// A transfer path between two units, or between a unit and the host (-1).
struct Link {
  int from = -1;
  int to = 0;
  double bytesPerSecond = 0;
  double latencySeconds = 0;
};

struct Machine {
  std::string name;
  std::vector<ProcessingUnit> units;
  std::vector<Link> links;

  /// What contradicts itself (a memory without capacity, an alignment that is
  /// no power of two, a spill target that isn't there, …), one text each;
  /// empty: the description is sound.
  std::vector<std::string> validate() const;
  /// A table for people.
  void print(llvm::raw_ostream &os) const;
};

} // namespace onnc

#endif // ONNC_MACHINE_MACHINE_H
