//===- ReferenceTiming.cpp - The cycle-by-cycle engine --------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The cycle-by-cycle engine: in every cycle, every core does what it can.
/// Nothing is predicted, so nothing can be predicted wrongly.
///
//===----------------------------------------------------------------------===//

#include "Timing.h"
#include "llvm/ADT/STLExtras.h"
#include <deque>

using namespace llvm;

namespace onnc::mlu {
namespace {

using Point = std::array<uint64_t, NumQueues>;

struct Item {
  const Event *event; ///< Null: a wait.
  Point point;
};

struct Unit {
  std::deque<Item> items;
  uint64_t issued = 0, started = 0, ended = 0;
  std::deque<uint64_t> completing; ///< Ends of started instructions, in order.
  uint64_t busyUntil = 0;
  bool transferring = false, waiting = false;
  DramShare share;

  uint64_t completed = 0;
};

struct ReferenceCore {
  const CoreTrace *trace;
  size_t next = 0;
  uint64_t readyAt = 0;
  bool charged = false, arrived = false, ended = false, blocked = false;
  Point point = {};
  std::array<Unit, NumQueues> units;
  std::array<Point, NumTokens + 1> tokens = {};
  uint64_t end = 0;
};

class Reference {
public:
  Reference(const MachineParams &machine, ArrayRef<CoreTrace> traces)
      : machine(machine) {
    uint64_t start = machine.launchCycles(unsigned(traces.size()));
    for (const CoreTrace &trace : traces) {
      cores.emplace_back().trace = &trace;
      cores.back().readyAt = start;
    }
    now = start;
  }

  Expected<LaunchTiming> run() {
    for (uint64_t idle = 0; !all_of(cores, isFinished); ++now) {
      bool moved = complete();
      while (step())
        moved = true;
      moved |= transfer();
      idle = moved ? 0 : idle + 1;
      if (idle > MaxIdle)
        return createStringError("deadlock");
    }
    LaunchTiming result;
    for (const ReferenceCore &core : cores) {
      result.coreEnd.push_back(core.end);
      result.cycles = std::max(result.cycles, core.end);
    }
    return result;
  }

private:
  // Longer than any single instruction or scalar stretch of the tests.
  static constexpr uint64_t MaxIdle = 1 << 24;

  static bool isFinished(const ReferenceCore &core) {
    return core.ended && all_of(core.units, [](const Unit &u) {
             return u.items.empty() && u.completing.empty() &&
                    !u.transferring && !u.waiting;
           });
  }

  /// Instructions whose time has come are complete.
  bool complete() {
    bool moved = false;
    for (ReferenceCore &core : cores)
      for (Unit &unit : core.units) {
        if (unit.transferring && unit.share.remaining == 0) {
          unit.transferring = false;
          pushEnd(unit, now + machine.dmaLatency);
          moved = true;
        }
      }
    return moved | retire();
  }

  bool retire() {
    bool moved = false;
    for (ReferenceCore &core : cores)
      for (Unit &unit : core.units)
        while (!unit.completing.empty() && unit.completing.front() <= now) {
          core.end = std::max(core.end, unit.completing.front());
          unit.completing.pop_front();
          ++unit.completed;
          moved = true;
        }
    return moved;
  }

  static void pushEnd(Unit &unit, uint64_t time) {
    if (!unit.completing.empty())
      time = std::max(time, unit.completing.back());
    unit.completing.push_back(time);
  }

  bool reached(const ReferenceCore &core, const Point &point) const {
    for (unsigned q = 0; q != NumQueues; ++q)
      if (core.units[q].completed < point[q])
        return false;
    return true;
  }

  /// Everything that can happen in this cycle, once; false if nothing can.
  bool step() {
    bool moved = retire();
    for (ReferenceCore &core : cores) {
      moved |= stepScalar(core);
      for (unsigned q = 1; q != NumQueues; ++q)
        moved |= stepUnit(core, core.units[q]);
    }
    moved |= startMulticasts();
    if (all_of(cores, [](const ReferenceCore &c) { return c.arrived; })) {
      for (ReferenceCore &core : cores) {
        core.arrived = false;
        core.readyAt = now + machine.barrierCycles(unsigned(cores.size()));
      }
      moved = true;
    }
    return moved;
  }

  bool stepScalar(ReferenceCore &core) {
    if (core.arrived || core.next == core.trace->events.size())
      return false;
    if (core.blocked) {
      if (now < core.readyAt || !reached(core, core.point))
        return false;
      core.blocked = false;
      core.readyAt = now;
    }
    const Event &event = core.trace->events[core.next];
    if (!core.charged) {
      core.charged = true;
      core.readyAt += event.scalar;
    }
    if (now < core.readyAt)
      return false;
    if (event.kind == EventKind::Work || event.kind == EventKind::Transfer) {
      Unit &unit = core.units[event.queue];
      if (unit.issued - unit.started >= machine.queueDepth)
        return false;
      ++unit.issued;
      unit.items.push_back({&event, {}});
    } else {
      control(core, event);
    }
    core.readyAt = now;
    core.charged = false;
    ++core.next;
    return true;
  }

  void control(ReferenceCore &core, const Event &event) {
    bool all = event.queue == uint8_t(QueueSet::All);
    if (event.kind == EventKind::Mark) {
      for (unsigned q = 0; q != NumQueues; ++q)
        core.tokens[event.token][q] =
            all || event.queue == q ? core.units[q].issued : 0;
    } else if (event.kind == EventKind::Wait) {
      Point point = core.tokens[event.token];
      for (unsigned q = 1; q != NumQueues; ++q)
        if (all || event.queue == q)
          core.units[q].items.push_back({nullptr, point});
      if (all || event.queue == 0) {
        core.blocked = true;
        core.point = point;
      }
    } else if (event.kind == EventKind::Barrier) {
      core.arrived = true;
    } else {
      core.ended = true;
      core.end = std::max(core.end, now);
    }
  }

  bool stepUnit(ReferenceCore &core, Unit &unit) {
    if (unit.items.empty() || unit.transferring || unit.waiting ||
        unit.busyUntil > now)
      return false;
    const Item &item = unit.items.front();
    if (!item.event) {
      if (!reached(core, item.point))
        return false;
      unit.items.pop_front();
      return true;
    }
    if (item.event->kind == EventKind::Transfer) {
      const Transfer &t = core.trace->transfers[item.event->index];
      unit.share = makeShare(t);
      if (t.group) {
        unit.waiting = true; // In front of its queue until all have come.
        return true;
      }
      unit.transferring = true;
    } else {
      unit.busyUntil = now + item.event->cycles;
      pushEnd(unit, unit.busyUntil);
    }
    ++unit.started;
    unit.items.pop_front();
    return true;
  }

  bool startMulticasts() {
    bool moved = false;
    for (uint32_t c = 0; c != cores.size(); ++c) {
      Unit &unit = cores[c].units[unsigned(Queue::Dma)];
      if (!unit.waiting)
        continue;
      uint32_t group = groupOf(c);
      bool complete = true;
      for (uint32_t other = 0; other != cores.size(); ++other)
        if (group >> other & 1)
          complete &= cores[other].units[unsigned(Queue::Dma)].waiting &&
                      groupOf(other) == group;
      if (!complete)
        continue;
      Multicast cast;
      cast.share = unit.share;
      for (uint32_t other = 0; other != cores.size(); ++other)
        if (group >> other & 1) {
          Unit &member = cores[other].units[unsigned(Queue::Dma)];
          member.waiting = false;
          member.transferring = true;
          ++member.started;
          member.items.pop_front();
          cast.members.push_back(other);
        }
      casts.push_back(cast);
      moved = true;
    }
    return moved;
  }

  uint32_t groupOf(uint32_t c) const {
    const Item &item = cores[c].units[unsigned(Queue::Dma)].items.front();
    return cores[c].trace->transfers[item.event->index].group;
  }

  /// One cycle of DRAM.
  bool transfer() {
    SmallVector<DramShare *> shares;
    for (ReferenceCore &core : cores)
      for (Unit &unit : core.units)
        if (unit.transferring)
          shares.push_back(&unit.share);
    // The members of a multicast share one stream.
    for (Multicast &cast : casts)
      for (uint32_t c : cast.members)
        erase(shares, &cores[c].units[unsigned(Queue::Dma)].share);
    for (Multicast &cast : casts)
      shares.push_back(&cast.share);
    shareBandwidth(machine, shares);
    for (DramShare *share : shares)
      share->remaining -= std::min(share->remaining, share->rate);
    for (Multicast &cast : casts)
      for (uint32_t c : cast.members)
        cores[c].units[unsigned(Queue::Dma)].share.remaining =
            cast.share.remaining;
    erase_if(casts,
             [](const Multicast &cast) { return cast.share.remaining == 0; });
    return !shares.empty();
  }

  struct Multicast {
    DramShare share;
    SmallVector<uint32_t> members;
  };

  const MachineParams &machine;
  std::vector<ReferenceCore> cores;
  std::vector<Multicast> casts;
  uint64_t now = 0;
};

} // namespace

Expected<LaunchTiming> timeLaunchByCycle(const MachineParams &machine,
                                         ArrayRef<CoreTrace> traces) {
  return Reference(machine, traces).run();
}

} // namespace onnc::mlu
