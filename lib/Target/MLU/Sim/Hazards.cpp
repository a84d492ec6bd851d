//===- Hazards.cpp - The race checker -------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Hazards.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace onnc::mlu {

void Hazards::reset() {
  issued = {};
  known = {};
  started = {};
  tokens = {};
  for (std::vector<Access> &list : pending)
    list.clear();
  loads.clear();
  stores.clear();
  storesLow = INT64_MAX;
  storesHigh = INT64_MIN;
}

void Hazards::merge(Clock &into, const Clock &from) {
  for (unsigned q = 0; q != NumQueues; ++q)
    into[q] = std::max(into[q], from[q]);
}

void Hazards::mark(unsigned token, QueueSet queue) {
  Clock clock = {};
  for (unsigned q = 0; q != NumQueues; ++q)
    if (queue == QueueSet::All || unsigned(queue) == q) {
      // Whatever the last instruction waited for has completed, too; but not
      // what is only waited for behind it.
      merge(clock, q == unsigned(Queue::Scalar) ? known[q] : started[q]);
      clock[q] = issued[q];
    }
  tokens[token] = clock;
}

void Hazards::wait(QueueSet queue, unsigned token) {
  for (unsigned q = 0; q != NumQueues; ++q)
    if (queue == QueueSet::All || unsigned(queue) == q)
      merge(known[q], tokens[token]);
  if (queue != QueueSet::Scalar && queue != QueueSet::All)
    return;
  // What the scalar core knows holds for everything that it issues later.
  const Clock scalar = known[unsigned(Queue::Scalar)];
  for (Clock &clock : known)
    merge(clock, scalar);
  for (unsigned q = 0; q != NumQueues; ++q)
    prune(pending[q], scalar[q]);
  prune(loads, scalar[unsigned(Queue::Dma)]);
  prune(stores, scalar[unsigned(Queue::Dma)]);
  if (stores.empty()) {
    storesLow = INT64_MAX;
    storesHigh = INT64_MIN;
  }
}

void Hazards::prune(std::vector<Access> &list, uint64_t complete) {
  llvm::erase_if(
      list, [&](const Access &access) { return access.number <= complete; });
}

std::optional<Access> Hazards::check(Queue queue, const Clock &known,
                                     const Region &region, bool write) const {
  if (region.empty())
    return std::nullopt;
  if (region.space == Space::Dram) {
    if (write || region.low() >= storesHigh || region.high() <= storesLow)
      return std::nullopt; // Stores of one queue complete in order.
    for (const Access &access : stores)
      if (access.number > known[unsigned(Queue::Dma)] &&
          overlap(access.region, region))
        return access;
    return std::nullopt;
  }
  for (unsigned q = 0; q != NumQueues; ++q) {
    // A queue's own instructions complete in order. Only DMA starts one before
    // the last has completed, so there a read can overtake a write.
    if (q == unsigned(queue) && (queue != Queue::Dma || write))
      continue;
    for (const Access &access : pending[q])
      if (access.number > known[q] && (access.write || write) &&
          overlap(access.region, region))
        return access;
  }
  return std::nullopt;
}

void Hazards::record(Queue queue, const Access &access) {
  if (access.region.empty())
    return;
  if (access.region.space == Space::Dram) {
    (access.write ? stores : loads).push_back(access);
    if (access.write) {
      storesLow = std::min(storesLow, access.region.low());
      storesHigh = std::max(storesHigh, access.region.high());
    }
    return;
  }
  std::vector<Access> &list = pending[unsigned(queue)];
  for (Access &old : list)
    if (old.write == access.write && old.region == access.region) {
      old = access;
      return;
    }
  list.push_back(access);
}

std::optional<Access> Hazards::issue(Queue queue, uint32_t pc,
                                     ArrayRef<Region> reads,
                                     ArrayRef<Region> writes) {
  const Clock &clock = known[unsigned(queue)];
  for (const Region &region : reads)
    if (std::optional<Access> found = check(queue, clock, region, false))
      return found;
  for (const Region &region : writes)
    if (std::optional<Access> found = check(queue, clock, region, true))
      return found;
  if (queue == Queue::Scalar) // Done at once, before anything issued later.
    return std::nullopt;
  uint64_t number = ++issued[unsigned(queue)];
  started[unsigned(queue)] = clock;
  for (const Region &region : reads)
    record(queue, {region, false, pc, number});
  for (const Region &region : writes)
    record(queue, {region, true, pc, number});
  // What every other queue knows to be complete can no longer be overtaken.
  std::vector<Access> &list = pending[unsigned(queue)];
  if (list.size() % 64 == 0) {
    uint64_t complete = UINT64_MAX;
    for (unsigned q = 0; q != NumQueues; ++q)
      complete = std::min(complete, known[q][unsigned(queue)]);
    prune(list, complete);
  }
  return std::nullopt;
}

std::optional<Access> Hazards::pendingStore() const {
  if (stores.empty())
    return std::nullopt;
  return stores.front();
}

} // namespace onnc::mlu
