//===- InsertWaits.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// As instructions of a queue start and complete in order, all that can be
/// known of a queue is a number: how many of its instructions have completed. A
/// clock holds one for each queue. What a queue knows when it starts an
/// instruction is known to whoever waits for that instruction.
///
//===----------------------------------------------------------------------===//

#include "InsertWaits.h"
#include "Accesses.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;
using namespace onnc::mlu;

namespace {

using Clock = std::array<uint32_t, NumQueues>;

void merge(Clock &into, const Clock &from) {
  for (auto [a, b] : zip(into, from))
    a = std::max(a, b);
}

struct PendingAccess {
  ByteRange range;
  bool write;
  uint32_t number; ///< In its queue, from 1.
};

/// "From the instruction at \c before on, \c queue waits for instruction
/// \c number of \c earlier."
struct Wait {
  size_t before;
  Queue queue, earlier;
  uint32_t number;
  bool latest; ///< It was the last one issued to its queue.
};

class WaitInserter {
public:
  explicit WaitInserter(Program &program) : program(program) {}
  void run();

private:
  void visit(size_t index, const Instr &instr);
  void visitBarrier(size_t index);
  /// What \p accesses have to wait for.
  Clock getNeeds(Queue queue, const Accesses &accesses) const;
  void waitFor(size_t index, Queue queue, Clock needs);
  void record(Queue queue, const ByteRange &range, bool write);
  void learn(Queue queue, const Clock &clock);
  void assignTokens();
  void rewrite();

  Program &program;
  ScalarState state;
  Clock issued = {};
  std::array<Clock, NumQueues> known = {};
  /// Of every instruction of a queue: its place, and what was known then.
  std::array<std::vector<size_t>, NumQueues> places;
  std::array<std::vector<Clock>, NumQueues> started;
  std::array<std::vector<PendingAccess>, NumQueues> pending;

  std::vector<Wait> waits;
  /// By place of the instruction that they stand behind: the token, or none.
  struct Mark {
    size_t behind;
    Queue queue;
    size_t lastWait;
    std::optional<uint8_t> token;
  };
  std::vector<Mark> marks;
  std::vector<size_t> markOf; ///< Of every wait that isn't for the latest.
};

} // namespace

static constexpr unsigned toIndex(Queue queue) {
  return static_cast<unsigned>(queue);
}

Clock WaitInserter::getNeeds(Queue queue, const Accesses &accesses) const {
  Clock needs = {};
  auto look = [&](const ByteRange &range, bool write) {
    for (unsigned q = 0; q < NumQueues; ++q) {
      // The DMA lets a read overtake an earlier write, and nothing else.
      if (q == toIndex(queue) && (queue != Queue::Dma || write))
        continue;
      for (const PendingAccess &access : pending[q])
        if (access.number > needs[q] && (access.write || write) &&
            access.range.overlaps(range))
          needs[q] = access.number;
    }
  };
  for (const ByteRange &range : accesses.reads)
    look(range, false);
  for (const ByteRange &range : accesses.writes)
    look(range, true);
  return needs;
}

void WaitInserter::learn(Queue queue, const Clock &clock) {
  merge(known[toIndex(queue)], clock);
  if (queue == Queue::Scalar)
    for (Clock &other : known)
      merge(other, clock);
}

void WaitInserter::waitFor(size_t index, Queue queue, Clock needs) {
  for (;;) {
    // The wait that says most about the others first.
    std::optional<unsigned> best;
    unsigned bestCovered = 0;
    auto clockOf = [&](unsigned q) {
      Clock clock = started[q][needs[q] - 1];
      clock[q] = std::max(clock[q], needs[q]);
      return clock;
    };
    const Clock &now = known[toIndex(queue)];
    for (unsigned q = 0; q < NumQueues; ++q) {
      if (needs[q] <= now[q])
        continue;
      Clock clock = clockOf(q);
      unsigned covered = 1;
      for (unsigned other = 0; other < NumQueues; ++other)
        covered += other != q && needs[other] > now[other] &&
                   clock[other] >= needs[other];
      if (covered > bestCovered) {
        best = q;
        bestCovered = covered;
      }
    }
    if (!best)
      return;
    waits.push_back({index, queue, static_cast<Queue>(*best), needs[*best],
                     needs[*best] == issued[*best]});
    learn(queue, clockOf(*best));
  }
}

void WaitInserter::record(Queue queue, const ByteRange &range, bool write) {
  auto &list = pending[toIndex(queue)];
  // Whoever has to wait for one of these has to wait for the new one.
  erase_if(list, [&](const PendingAccess &old) {
    return range.contains(old.range) && (write || !old.write);
  });
  list.push_back({range, write, issued[toIndex(queue)]});
}

void WaitInserter::visitBarrier(size_t index) {
  Clock needs = {};
  needs[toIndex(Queue::Dma)] = issued[toIndex(Queue::Dma)];
  waitFor(index, Queue::Scalar, needs);
}

void WaitInserter::visit(size_t index, const Instr &instr) {
  if (instr.opcode == Opcode::BARRIER)
    return visitBarrier(index);
  Queue queue = instr.info().queue;
  Accesses accesses = state.getAccesses(instr);
  waitFor(index, queue, getNeeds(queue, accesses));
  state.apply(instr);
  if (queue == Queue::Scalar)
    return; // Complete at once.
  unsigned q = toIndex(queue);
  ++issued[q];
  places[q].push_back(index);
  started[q].push_back(known[q]);
  for (const ByteRange &range : accesses.reads)
    record(queue, range, false);
  for (const ByteRange &range : accesses.writes)
    record(queue, range, true);
}

void WaitInserter::assignTokens() {
  markOf.assign(waits.size(), SIZE_MAX);
  DenseMap<std::pair<unsigned, uint32_t>, size_t> markAt;
  for (auto [i, wait] : enumerate(waits)) {
    if (wait.latest)
      continue;
    unsigned q = toIndex(wait.earlier);
    auto [it, isNew] = markAt.try_emplace({q, wait.number}, marks.size());
    if (isNew)
      marks.push_back({places[q][wait.number - 1], wait.earlier, 0, {}});
    markOf[i] = it->second;
    marks[it->second].lastWait = wait.before;
  }
  // A token is free again behind the last wait for it. Where there is none left
  // the waits are for all that was issued to the queue.
  auto order = to_vector(seq<size_t>(0, marks.size()));
  stable_sort(order, [&](size_t a, size_t b) {
    return marks[a].behind < marks[b].behind;
  });
  std::array<size_t, NumTokens> freeFrom = {};
  for (size_t i : order)
    for (auto [token, free] : enumerate(freeFrom))
      if (free <= marks[i].behind) {
        marks[i].token = token;
        free = marks[i].lastWait;
        break;
      }
}

void WaitInserter::rewrite() {
  auto queueSet = [](Queue queue) { return uint32_t(queue); };
  SmallVector<const Mark *> byPlace;
  for (const Mark &mark : marks)
    if (mark.token)
      byPlace.push_back(&mark);
  stable_sort(byPlace, [](const Mark *a, const Mark *b) {
    return a->behind < b->behind;
  });
  std::vector<uint64_t> words;
  std::vector<uint32_t> moved;
  size_t nextWait = 0, nextMark = 0;
  for (size_t i = 0; i < program.words.size(); ++i) {
    moved.push_back(words.size());
    for (; nextWait < waits.size() && waits[nextWait].before == i; ++nextWait) {
      const Wait &wait = waits[nextWait];
      size_t mark = markOf[nextWait];
      Instr instr;
      if (mark != SIZE_MAX && marks[mark].token) {
        instr.opcode = Opcode::WAIT;
        instr.operands = {queueSet(wait.queue), *marks[mark].token};
      } else {
        instr.opcode = Opcode::SYNC;
        instr.operands = {queueSet(wait.queue), queueSet(wait.earlier)};
      }
      words.push_back(encode(instr));
    }
    words.push_back(program.words[i]);
    for (; nextMark < byPlace.size() && byPlace[nextMark]->behind == i;
         ++nextMark) {
      Instr instr;
      instr.opcode = Opcode::MARK;
      instr.operands = {*byPlace[nextMark]->token,
                        queueSet(byPlace[nextMark]->queue)};
      words.push_back(encode(instr));
    }
  }
  moved.push_back(words.size());
  program.words = std::move(words);
  for (OpRange &range : program.ops) {
    range.begin = moved[range.begin];
    range.end = moved[range.end];
  }
}

void WaitInserter::run() {
  for (auto [i, word] : enumerate(program.words))
    visit(i, cantFail(decode(word)));
  assignTokens();
  rewrite();
}

void onnc::mlu::insertWaits(Program &program) { WaitInserter(program).run(); }
