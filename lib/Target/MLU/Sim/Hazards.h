//===- Hazards.h - Queues that outrun each other ----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The race checker. A program is correct if its result doesn't depend on how
/// fast the queues run. Because instructions of one queue start in order, what
/// an instruction may rely on is one number per queue: how many of that
/// queue's instructions have completed. Waits raise these numbers, tokens
/// carry them, and every access is compared with those not covered.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_HAZARDS_H
#define ONNC_LIB_TARGET_MLU_SIM_HAZARDS_H

#include "Region.h"
#include "onnc/Target/MLU/ISA.h"
#include <array>
#include <optional>
#include <vector>

namespace onnc::mlu {

/// An access and the instruction that makes it.
struct Access {
  Region region;
  bool write = false;
  uint32_t pc = 0;
  uint64_t number = 0; ///< In its queue, from 1.
};

class Hazards {
public:
  Hazards() { reset(); }
  /// A launch begins: everything has completed.
  void reset();

  /// An instruction is issued to \p queue. Returns an earlier access that it
  /// may overtake, where there is one.
  std::optional<Access> issue(Queue queue, uint32_t pc,
                              llvm::ArrayRef<Region> reads,
                              llvm::ArrayRef<Region> writes);

  void mark(unsigned token, QueueSet queue);
  void wait(QueueSet queue, unsigned token);

  /// A store to device memory that the scalar core has not waited for.
  std::optional<Access> pendingStore() const;

  /// Loads from device memory that the scalar core has not waited for.
  llvm::ArrayRef<Access> pendingLoads() const { return loads; }

private:
  /// Completed instructions of every queue.
  using Clock = std::array<uint64_t, NumQueues>;
  static void merge(Clock &into, const Clock &from);
  std::optional<Access> check(Queue queue, const Clock &known,
                              const Region &region, bool write) const;
  void record(Queue queue, const Access &access);
  void prune(std::vector<Access> &list, uint64_t complete);

  std::array<uint64_t, NumQueues> issued;
  std::array<Clock, NumQueues> known;   ///< At the start of the next one.
  std::array<Clock, NumQueues> started; ///< At the start of the last one.
  std::array<Clock, NumTokens + 1> tokens;
  /// Scratchpad accesses that some queue may still overtake. An access that
  /// repeats an earlier one of its queue replaces it, so loops don't grow the
  /// list.
  std::array<std::vector<Access>, NumQueues> pending;
  /// Device memory accesses that the scalar core has not waited for; only the
  /// DMA queue makes any. The stores' hull spares loads most comparisons.
  std::vector<Access> loads, stores;
  int64_t storesLow = INT64_MAX, storesHigh = INT64_MIN;
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_HAZARDS_H
