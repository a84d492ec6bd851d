//===- Timing.cpp - The event-driven engine -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The event-driven engine. A core's stream is walked as far as known times
/// allow: the scalar core issues, the queues start what is at their head. Only
/// DMA transfers end at times that depend on other cores; they live in one
/// global list whose next start or end is the next event. Whatever a walk
/// discovers depends on the event that triggered it, so it lies at that time or
/// later, and the order of events is the order of time.
///
//===----------------------------------------------------------------------===//

#include "Timing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <deque>
#include <map>

using namespace llvm;

namespace onnc::mlu {
namespace {

/// A place in the streams: how many instructions of each queue are before it.
using Point = std::array<uint64_t, NumQueues>;

struct QueueItem {
  const Event *event = nullptr; ///< Null: a wait for `point`.
  uint64_t issued = 0;
  Point point = {};
};

struct QueueState {
  std::deque<QueueItem> items;
  uint64_t issued = 0;
  uint64_t free = 0;  ///< When the unit takes the next instruction.
  uint64_t floor = 0; ///< Latest wait that has been resolved.
  bool busy = false;  ///< A transfer is under way or about to start.
  std::vector<uint64_t> starts, done; ///< Of instructions, as far as known.
};

struct CoreState {
  const CoreTrace *trace = nullptr;
  size_t next = 0;
  uint64_t scalar = 0;  ///< The scalar core's time.
  bool charged = false; ///< The next event's scalar cycles are in `scalar`.
  bool blocked = false; ///< The scalar core waits for `point`.
  Point point = {};
  bool atBarrier = false, ended = false;
  std::array<QueueState, NumQueues> queues;
  std::array<Point, NumTokens + 1> tokens = {};
};

struct ActiveTransfer {
  DramShare share;
  SmallVector<uint32_t, 1> cores;
  uint64_t begin = 0;
};

/// A transfer whose core is ready for it at `time`.
struct PendingStart {
  uint64_t time;
  uint32_t core;
};

class Engine {
public:
  Engine(const MachineParams &machine, ArrayRef<CoreTrace> traces,
         const TimingOptions &options)
      : machine(machine), options(options), cores(traces.size()) {
    for (auto [core, trace] : zip(cores, traces))
      core.trace = &trace;
    result.ops.resize(traces.front().counts.size());
    result.traffic.resize(machine.dramChannels);
  }

  Expected<LaunchTiming> run() {
    uint64_t start = machine.launchCycles(unsigned(cores.size()));
    now = start;
    for (CoreState &core : cores)
      core.scalar = start;
    for (uint32_t c = 0; c != cores.size(); ++c)
      walk(c);
    while (true) {
      passBarrier();
      uint64_t time = nextTime();
      if (time == UINT64_MAX)
        break;
      advance(time);
    }
    for (uint32_t c = 0; c != cores.size(); ++c)
      if (!finished(cores[c]))
        return deadlock(c);
    for (CoreState &core : cores) {
      uint64_t end = core.scalar;
      for (QueueState &queue : core.queues)
        end = std::max(end, queue.done.empty() ? 0 : queue.done.back());
      result.coreEnd.push_back(end);
      result.cycles = std::max(result.cycles, end);
    }
    return std::move(result);
  }

private:
  static bool finished(const CoreState &core) {
    return core.ended && all_of(core.queues, [](const QueueState &q) {
             return q.items.empty() && !q.busy;
           });
  }

  Error deadlock(uint32_t c) const {
    const CoreState &core = cores[c];
    const Event *event = core.next < core.trace->events.size()
                             ? &core.trace->events[core.next]
                             : nullptr;
    for (const QueueState &queue : core.queues)
      if (queue.busy && queue.items.front().event)
        event = queue.items.front().event;
    return createStringError("deadlock: core %u waits for ever at pc %u", c,
                             event ? event->pc : 0);
  }

  /// When \p point completes, if that is known.
  static std::optional<uint64_t> resolve(const CoreState &core,
                                         const Point &point) {
    uint64_t time = 0;
    for (unsigned q = 0; q != NumQueues; ++q) {
      if (point[q] == 0)
        continue;
      if (core.queues[q].done.size() < point[q])
        return std::nullopt;
      time = std::max(time, core.queues[q].done[point[q] - 1]);
    }
    return time;
  }

  void walk(uint32_t c) {
    bool progress = true;
    while (progress) {
      progress = walkScalar(cores[c]);
      for (unsigned q = 1; q != NumQueues; ++q)
        progress |= walkQueue(c, q);
    }
  }

  bool walkScalar(CoreState &core) {
    bool progress = false;
    while (core.next != core.trace->events.size() && !core.atBarrier) {
      if (core.blocked) {
        std::optional<uint64_t> time = resolve(core, core.point);
        if (!time)
          return progress;
        core.scalar = std::max(core.scalar, *time);
        core.blocked = false;
      }
      const Event &event = core.trace->events[core.next];
      if (!std::exchange(core.charged, true))
        core.scalar += event.scalar;
      if (!issue(core, event))
        return progress;
      ++core.next;
      core.charged = false;
      progress = true;
    }
    return progress;
  }

  /// False if the scalar core cannot get past \p event yet.
  bool issue(CoreState &core, const Event &event) {
    switch (event.kind) {
    case EventKind::Work:
    case EventKind::Transfer: {
      QueueState &queue = core.queues[event.queue];
      if (queue.issued >= machine.queueDepth) {
        uint64_t leaver = queue.issued - machine.queueDepth;
        if (queue.starts.size() <= leaver)
          return false;
        core.scalar = std::max(core.scalar, queue.starts[leaver]);
      }
      ++queue.issued;
      queue.items.push_back({&event, core.scalar, {}});
      return true;
    }
    case EventKind::Mark: {
      Point point = {};
      for (unsigned q = 0; q != NumQueues; ++q)
        if (event.queue == q || event.queue == uint8_t(QueueSet::All))
          point[q] = core.queues[q].issued;
      core.tokens[event.token] = point;
      return true;
    }
    case EventKind::Wait: {
      const Point &point = core.tokens[event.token];
      bool all = event.queue == uint8_t(QueueSet::All);
      for (unsigned q = 1; q != NumQueues; ++q)
        if (event.queue == q || all)
          core.queues[q].items.push_back({nullptr, 0, point});
      if (event.queue == uint8_t(QueueSet::Scalar) || all) {
        core.blocked = true;
        core.point = point;
      }
      return true;
    }
    case EventKind::Barrier:
      core.atBarrier = true;
      return true;
    case EventKind::End:
      core.ended = true;
      return true;
    }
    llvm_unreachable("unknown event");
  }

  bool walkQueue(uint32_t c, unsigned q) {
    CoreState &core = cores[c];
    QueueState &queue = core.queues[q];
    bool progress = false;
    while (!queue.items.empty() && !queue.busy) {
      QueueItem &item = queue.items.front();
      if (!item.event) {
        std::optional<uint64_t> time = resolve(core, item.point);
        if (!time)
          return progress;
        queue.floor = std::max(queue.floor, *time);
        queue.items.pop_front();
        progress = true;
        continue;
      }
      uint64_t start = std::max({item.issued, queue.free, queue.floor});
      progress = true;
      if (item.event->kind == EventKind::Transfer) {
        queue.busy = true; // The item stays in front until its end.
        starting.push_back({start, c});
        continue;
      }
      queue.starts.push_back(start);
      finish(c, q, start, start + item.event->cycles, 0);
    }
    return progress;
  }

  /// The item in front of a queue has occupied it from \p begin to \p end.
  void finish(uint32_t c, unsigned q, uint64_t begin, uint64_t end,
              uint64_t latency) {
    QueueState &queue = cores[c].queues[q];
    const Event &event = *queue.items.front().event;
    uint64_t done = end + latency;
    if (!queue.done.empty())
      done = std::max(done, queue.done.back()); // Completion is in order.
    queue.done.push_back(done);
    queue.free = end;
    queue.busy = false;
    OpTiming &op = result.ops[event.op];
    op.begin = std::min(op.begin, begin);
    op.end = std::max(op.end, end + latency);
    if (options.timeline)
      result.timeline.push_back(
          {c, event.pc, event.op, event.queue, begin, end});
    queue.items.pop_front();
  }

  const Transfer &frontTransfer(uint32_t c) const {
    const CoreState &core = cores[c];
    const QueueItem &item = core.queues[unsigned(Queue::Dma)].items.front();
    return core.trace->transfers[item.event->index];
  }

  void passBarrier() {
    while (all_of(cores, [](const CoreState &c) { return c.atBarrier; })) {
      uint64_t time = 0;
      for (const CoreState &core : cores)
        time = std::max(time, core.scalar);
      time += machine.barrierCycles(unsigned(cores.size()));
      for (CoreState &core : cores) {
        core.atBarrier = false;
        core.scalar = time;
      }
      for (uint32_t c = 0; c != cores.size(); ++c)
        walk(c);
    }
  }

  uint64_t nextTime() const {
    uint64_t time = UINT64_MAX;
    for (const PendingStart &start : starting)
      time = std::min(time, start.time);
    for (const ActiveTransfer &t : active)
      time = std::min(time, now + (t.share.rate ? divideCeil(t.share.remaining,
                                                             t.share.rate)
                                                : 0));
    return time;
  }

  void advance(uint64_t time) {
    for (ActiveTransfer &t : active) {
      uint64_t moved = t.share.rate * (time - now);
      t.share.remaining -= std::min(moved, t.share.remaining);
    }
    now = time;
    bool changed = endTransfers();
    changed |= startTransfers();
    if (changed)
      computeRates();
  }

  bool endTransfers() {
    SmallVector<ActiveTransfer, 4> ended;
    for (size_t i = 0; i != active.size();)
      if (active[i].share.remaining == 0) {
        ended.push_back(std::move(active[i]));
        active.erase(active.begin() + ptrdiff_t(i));
      } else {
        ++i;
      }
    for (ActiveTransfer &t : ended) {
      const Transfer &transfer = frontTransfer(t.cores.front());
      for (unsigned c = 0; c != machine.dramChannels; ++c)
        result.traffic[c] += transfer.channel[c];
      uint32_t first = t.cores.front();
      unsigned dma = unsigned(Queue::Dma);
      result.ops[cores[first].queues[dma].items.front().event->op].traffic +=
          transfer.traffic;
      for (uint32_t c : t.cores)
        finish(c, dma, t.begin, now, machine.dmaLatency);
    }
    for (ActiveTransfer &t : ended)
      for (uint32_t c : t.cores)
        walk(c);
    return !ended.empty();
  }

  bool startTransfers() {
    SmallVector<uint32_t> ready;
    erase_if(starting, [&](const PendingStart &start) {
      if (start.time > now)
        return false;
      ready.push_back(start.core);
      return true;
    });
    llvm::sort(ready);
    SmallVector<uint32_t> started;
    for (uint32_t c : ready) {
      uint32_t group = frontTransfer(c).group;
      SmallVector<uint32_t, 1> members{c};
      if (group) {
        std::vector<uint32_t> &arrived = gathering[group];
        arrived.push_back(c);
        if (arrived.size() != size_t(popcount(group)))
          continue;
        members.assign(arrived.begin(), arrived.end());
        gathering.erase(group);
      }
      for (uint32_t member : members)
        cores[member].queues[unsigned(Queue::Dma)].starts.push_back(now);
      active.push_back({makeShare(frontTransfer(c)), members, now});
      started.append(members);
    }
    for (uint32_t c : started) // A start makes room in its queue.
      walk(c);
    return !started.empty();
  }

  void computeRates() {
    SmallVector<DramShare *> shares;
    for (ActiveTransfer &t : active)
      shares.push_back(&t.share);
    if (!options.uncontended)
      return shareBandwidth(machine, shares);
    for (DramShare *&share : shares)
      shareBandwidth(machine, MutableArrayRef(share));
  }

  const MachineParams &machine;
  TimingOptions options;
  std::vector<CoreState> cores;
  std::vector<PendingStart> starting;
  std::vector<ActiveTransfer> active;
  std::map<uint32_t, std::vector<uint32_t>>
      gathering; ///< Multicasts, by group.
  uint64_t now = 0;
  LaunchTiming result;
};

} // namespace

Expected<LaunchTiming> timeLaunch(const MachineParams &machine,
                                  ArrayRef<CoreTrace> traces,
                                  const TimingOptions &options) {
  return Engine(machine, traces, options).run();
}

} // namespace onnc::mlu
