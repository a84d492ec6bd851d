//===- Machine.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Machine/Machine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

std::optional<unsigned> ProcessingUnit::findMemory(StringRef wanted) const {
  for (auto [i, memory] : enumerate(memories))
    if (memory.name == wanted)
      return i;
  return std::nullopt;
}

const Memory &ProcessingUnit::getMemory(StringRef wanted) const {
  auto index = findMemory(wanted);
  assert(index && "the unit has no memory of that name");
  return memories[*index];
}

/// Spilling from \p memory never comes back to it: the way to its end has no
/// more steps than there are memories.
static bool spillsInCircles(const ProcessingUnit &unit, unsigned memory) {
  int at = unit.memories[memory].spillTo;
  for (size_t i = 0; i != unit.memories.size(); ++i) {
    if (at < 0 || at >= static_cast<int>(unit.memories.size()))
      return false;
    if (at == static_cast<int>(memory))
      return true;
    at = unit.memories[at].spillTo;
  }
  return false;
}

static void validateUnit(const ProcessingUnit &unit,
                         std::vector<std::string> &errors) {
  auto complain = [&](const Twine &what) {
    errors.push_back(("unit '" + unit.name + "': " + what).str());
  };
  if (unit.cores == 0)
    complain("has no core");
  if (unit.memories.empty())
    complain("has no memory");
  if (unit.operatingPoints.empty() || unit.operatingPoints[0].hertz <= 0)
    complain("has no clock");
  for (auto [i, memory] : enumerate(unit.memories)) {
    if (memory.capacity <= 0)
      complain("memory '" + memory.name + "' has no capacity");
    if (memory.alignment <= 0 || !isPowerOf2_64(memory.alignment))
      complain("memory '" + memory.name +
               "' has an alignment that is no power of two");
    if (memory.bytesPerCycle <= 0)
      complain("memory '" + memory.name + "' delivers nothing");
    if (memory.spillTo >= static_cast<int>(unit.memories.size()))
      complain("memory '" + memory.name + "' spills to one that isn't there");
    if (spillsInCircles(unit, i))
      complain("memory '" + memory.name + "' spills in circles");
    if (unit.findMemory(memory.name) != i)
      complain("two memories are named '" + memory.name + "'");
  }
  for (const Queue &queue : unit.queues)
    if (queue.ratePerCycle <= 0)
      complain("queue '" + queue.name + "' does nothing");
}

std::vector<std::string> Machine::validate() const {
  std::vector<std::string> errors;
  if (units.empty())
    errors.push_back("the machine has no unit");
  for (const ProcessingUnit &unit : units)
    validateUnit(unit, errors);
  int count = units.size();
  for (const Link &link : links)
    if (link.from < -1 || link.from >= count || link.to < -1 ||
        link.to >= count || link.bytesPerSecond <= 0)
      errors.push_back("a link ends nowhere or carries nothing");
  return errors;
}

void Machine::print(raw_ostream &os) const {
  os << name << '\n';
  for (const ProcessingUnit &unit : units) {
    os << "  " << unit.name << ": " << unit.cores
       << (unit.cores == 1 ? " core, " : " cores, ")
       << format("%.0f MHz\n", unit.getHertz() / 1e6);
    for (const Memory &memory : unit.memories)
      os << "    memory " << left_justify(memory.name, 8) << ' '
         << memory.capacity << " bytes" << (memory.perCore ? " per core" : "")
         << ", " << format("%g", memory.bytesPerCycle) << " bytes/cycle"
         << (memory.spillTo < 0
                 ? ""
                 : ", spills to " + unit.memories[memory.spillTo].name)
         << '\n';
    for (const Queue &queue : unit.queues)
      os << "    queue  " << left_justify(queue.name, 8) << ' '
         << format("%g", queue.ratePerCycle) << " per cycle\n";
  }
}
