//===- Simulator.cpp - Launches, from barrier to barrier ------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A launch is executed from barrier to barrier, all cores side by side on
/// host threads. Between two barriers no core may touch device memory that
/// another one writes; that is checked, so the threads' order cannot show.
/// Then the launch is timed, and the result checked against the invariants.
///
//===----------------------------------------------------------------------===//

#include "Simulator.h"
#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace llvm;

namespace onnc::mlu {

Simulator::Simulator(const MachineParams &machine, const CodeObject &object,
                     MutableArrayRef<uint8_t> dram,
                     const DeviceOptions &options)
    : machine(machine), object(object), dram(dram), options(options) {
  for (const Program &program : object.programs) {
    DecodedProgram &decoded = programs.emplace_back();
    decoded.name = program.name;
    for (uint64_t word : program.words)
      decoded.instrs.push_back(cantFail(decode(word)));
    decoded.ops.assign(program.words.size(), uint32_t(object.operators.size()));
    for (const OpRange &range : program.ops)
      std::fill(decoded.ops.begin() + range.begin,
                decoded.ops.begin() + range.end, range.op);
  }
  size_t most = 0;
  for (const Launch &launch : object.launches)
    most = std::max(most, launch.programs.size());
  for (size_t c = 0; c != most; ++c)
    cores.push_back(
        std::make_unique<Core>(machine, dram, options.checkHazards));
  ThreadPoolStrategy strategy = hardware_concurrency(options.threads);
  if (most > 1 && strategy.compute_thread_count() > 1)
    pool = std::make_unique<DefaultThreadPool>(strategy);
}

Expected<RunReport> Simulator::run() {
  RunReport report;
  report.machine = &machine;
  for (const Launch &launch : object.launches) {
    Expected<std::vector<CoreTrace>> traces = execute(launch);
    if (!traces)
      return createStringError("launch '" + launch.name +
                               "': " + toString(traces.takeError()));
    if (Error error = time(launch, *traces, report))
      return createStringError("launch '" + launch.name +
                               "': " + toString(std::move(error)));
  }
  return report;
}

Expected<std::vector<CoreTrace>> Simulator::execute(const Launch &launch) {
  SmallVector<Core *> active;
  for (auto [c, program] : enumerate(launch.programs)) {
    active.push_back(cores[c].get());
    active.back()->start(
        programs[program], unsigned(c), unsigned(launch.programs.size()),
        object.operators.size(),
        {options.maxInstructions, options.maxQueued, options.maxCycles});
  }
  while (any_of(active, [](Core *core) {
    return core->status() == Core::Status::Running;
  })) {
    if (Error error = runToBarrier(active))
      return error;
    for (Core *core : active)
      core->leaveBarrier();
    if (all_of(active, [](Core *core) {
          return core->status() == Core::Status::Halted;
        }))
      break;
  }
  std::vector<CoreTrace> traces;
  for (Core *core : active)
    traces.push_back(core->takeTrace());
  if (Error error = checkMulticasts(traces))
    return error;
  return traces;
}

Error Simulator::runToBarrier(MutableArrayRef<Core *> active) {
  if (pool && active.size() > 1) {
    ThreadPoolTaskGroup group(*pool);
    for (Core *core : active)
      group.async([core] { core->run(); });
    group.wait();
  } else {
    for (Core *core : active)
      core->run();
  }
  size_t waiting = 0;
  for (Core *core : active) {
    if (core->status() == Core::Status::Fault)
      return createStringError(core->message());
    waiting += core->status() == Core::Status::Barrier;
  }
  if (waiting != 0 && waiting != active.size())
    for (Core *core : active)
      if (core->status() == Core::Status::Barrier)
        return createStringError(
            "deadlock: " + core->describe(core->pcBefore()) +
            " waits for a core that has halted");
  if (options.checkHazards && active.size() > 1)
    return checkSharing(active);
  return Error::success();
}

/// Rows of device memory, written or read by one core.
namespace {
struct Row {
  int64_t begin, end;
  uint32_t core, pc;
  bool write;
};
} // namespace

Error Simulator::checkSharing(ArrayRef<Core *> active) const {
  constexpr size_t MaxRows = 1 << 26;
  // Only what overlaps the hull of all writes is worth a closer look.
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (Core *core : active)
    for (const Access &access : core->deviceAccesses())
      if (access.write) {
        low = std::min(low, access.region.low());
        high = std::max(high, access.region.high());
      }
  std::vector<Row> rows;
  for (auto [c, core] : enumerate(active))
    for (const Access &access : core->deviceAccesses()) {
      const Region &r = access.region;
      if (r.low() >= high || r.high() <= low)
        continue;
      for (int64_t p = 0; p != r.count2; ++p)
        for (int64_t q = 0; q != r.count1; ++q) {
          if (rows.size() >= MaxRows)
            return createStringError("too many strided rows between two "
                                     "barriers to check for races");
          int64_t begin = r.rowBegin(p, q);
          rows.push_back(
              {begin, begin + r.size, uint32_t(c), access.pc, access.write});
        }
    }
  llvm::sort(rows, [](const Row &a, const Row &b) {
    return std::tie(a.begin, a.core, a.pc, a.end, a.write) <
           std::tie(b.begin, b.core, b.pc, b.end, b.write);
  });
  // A sweep that keeps, of the rows begun so far, the farthest end of writes
  // and of accesses for the two farthest different cores.
  struct Reach {
    const Row *best = nullptr, *other = nullptr;
    void add(const Row &row) {
      if (!best || row.core == best->core) {
        if (!best || row.end > best->end)
          best = &row;
      } else if (row.end > best->end) {
        other = best;
        best = &row;
      } else if (!other || row.end > other->end) {
        other = &row;
      }
    }
    const Row *conflict(const Row &row) const {
      for (const Row *r : {best, other})
        if (r && r->core != row.core && r->end > row.begin)
          return r;
      return nullptr;
    }
  } writes, accesses;
  for (const Row &row : rows) {
    const Row *found =
        row.write ? accesses.conflict(row) : writes.conflict(row);
    if (found)
      return createStringError("race in device memory at address " +
                               Twine(row.begin) + ": " +
                               active[row.core]->describe(row.pc) + " and " +
                               active[found->core]->describe(found->pc) +
                               " have no barrier between them");
    accesses.add(row);
    if (row.write)
      writes.add(row);
  }
  return Error::success();
}

Error Simulator::checkMulticasts(ArrayRef<CoreTrace> traces) const {
  // All members of a group must make the same transfers in the same order.
  struct First {
    size_t core;
    std::vector<const Transfer *> list;
  };
  std::map<uint32_t, First> groups;
  for (auto [c, trace] : enumerate(traces)) {
    std::map<uint32_t, std::vector<const Transfer *>> own;
    for (const Transfer &t : trace.transfers)
      if (t.group)
        own[t.group].push_back(&t);
    for (auto &[group, first] : groups)
      if (group >> c & 1)
        own[group]; // A member without any is as wrong as one with others.
    for (auto &[group, list] : own) {
      auto [it, isFirst] = groups.try_emplace(group, First{c, list});
      const First &first = it->second;
      bool late = isFirst && unsigned(countr_zero(group)) != c;
      auto same = [](const Transfer *a, const Transfer *b) {
        return a->source == b->source && a->bytes == b->bytes;
      };
      if (late || !std::equal(first.list.begin(), first.list.end(),
                              list.begin(), list.end(), same))
        return createStringError(
            "cores " + Twine(late ? unsigned(countr_zero(group)) : first.core) +
            " and " + Twine(c) + " do not make the same multicast loads");
    }
  }
  return Error::success();
}

static Counters toCounters(const OpCounts &counts) {
  Counters c;
  c.instructions = counts.instructions;
  c.macsF16 = counts.macsF16;
  c.macsI8 = counts.macsI8;
  c.matrixCycles = counts.matrixCycles;
  c.vectorCycles = counts.vectorCycles;
  c.loadBytes = counts.loadBytes;
  c.storeBytes = counts.storeBytes;
  c.sramBytes = counts.sramBytes;
  return c;
}

Error Simulator::time(const Launch &launch, ArrayRef<CoreTrace> traces,
                      RunReport &report) {
  Expected<LaunchTiming> timing =
      timeLaunch(machine, traces, {false, options.timeline});
  if (!timing)
    return timing.takeError();
  Expected<LaunchTiming> free = timeLaunch(machine, traces, {true, false});
  if (!free)
    return free.takeError();
  if (options.referenceTiming) {
    Expected<LaunchTiming> slow = timeLaunchByCycle(machine, traces);
    if (!slow)
      return slow.takeError();
    if (slow->cycles != timing->cycles || slow->coreEnd != timing->coreEnd)
      return createStringError("the cycle-by-cycle reference takes " +
                               Twine(slow->cycles) + " cycles instead of " +
                               Twine(timing->cycles));
  }

  LaunchReport l;
  l.name = launch.name;
  l.start = report.cycles;
  l.cycles = timing->cycles;
  l.launchCost = machine.launchCycles(unsigned(traces.size()));
  l.criticalPath = free->cycles;
  for (auto [trace, end] : zip(traces, timing->coreEnd)) {
    CoreReport &core = l.cores.emplace_back();
    core.end = end;
    for (const OpCounts &counts : trace.counts)
      core.counters += toCounters(counts);
  }
  for (size_t op = 0; op != timing->ops.size(); ++op) {
    OpReport o;
    bool named = op < object.operators.size();
    if (named)
      o.name = object.operators[op];
    for (const CoreTrace &trace : traces)
      o.counters += toCounters(trace.counts[op]);
    const OpTiming &t = timing->ops[op];
    o.counters.traffic = t.traffic;
    if (o.counters.instructions == 0)
      continue;
    if (t.begin <= t.end) {
      o.begin = t.begin;
      o.end = t.end;
    }
    l.counters += o.counters;
    l.ops.push_back(std::move(o));
  }
  // Neither units nor channels can be faster than their rates.
  uint64_t busiest = 0, channelBytes = 0;
  for (const CoreReport &core : l.cores)
    busiest = std::max(
        {busiest, core.counters.matrixCycles, core.counters.vectorCycles});
  for (uint64_t bytes : timing->traffic)
    channelBytes = std::max(channelBytes, bytes);
  l.roofline = l.launchCost +
               std::max(busiest, channelBytes * 65536 / machine.channelRate());
  if (Error error = checkInvariants(l, *timing, traces))
    return error;
  for (const TimedEvent &e : timing->timeline)
    report.timeline.push_back(
        {uint32_t(report.launches.size()), e.core, e.pc, e.queue,
         e.op < object.operators.size() ? object.operators[e.op] : "",
         report.cycles + e.begin, report.cycles + e.end});
  report.cycles += l.cycles;
  report.counters += l.counters;
  report.launches.push_back(std::move(l));
  return Error::success();
}

Error Simulator::checkInvariants(const LaunchReport &l,
                                 const LaunchTiming &timing,
                                 ArrayRef<CoreTrace> traces) const {
  if (l.cycles < l.roofline)
    return createStringError("internal: faster than the roofline");
  if (l.cycles < l.criticalPath)
    return createStringError("internal: faster than the critical path");
  // Every line that a core asked for was moved once; a multicast's, once for
  // its whole group.
  uint64_t asked = 0, moved = 0;
  for (auto [c, trace] : enumerate(traces))
    for (const Transfer &t : trace.transfers)
      if (!t.group || unsigned(countr_zero(t.group)) == c)
        asked += t.traffic;
  for (uint64_t bytes : timing.traffic)
    moved += bytes;
  if (asked != moved || moved != l.counters.traffic)
    return createStringError("internal: bytes were lost");
  return Error::success();
}

} // namespace onnc::mlu
