//===- Bandwidth.cpp - Sharing the DRAM channels --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timing.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace onnc::mlu {

static constexpr uint64_t One = 65536; // Fixed point.

DramShare makeShare(const Transfer &transfer) {
  DramShare share;
  share.remaining = transfer.traffic * One;
  for (auto [fraction, bytes] : zip(share.fraction, transfer.channel))
    fraction = transfer.traffic
                   ? (bytes * One + transfer.traffic - 1) / transfer.traffic
                   : 0;
  return share;
}

void shareBandwidth(const MachineParams &machine,
                    MutableArrayRef<DramShare *> shares) {
  SmallVector<DramShare *> growing(shares.begin(), shares.end());
  uint64_t left[MaxChannels];
  std::fill(std::begin(left), std::end(left), machine.channelRate() * One);
  const uint64_t cap = machine.dmaBytes * One;
  while (!growing.empty()) {
    uint64_t level = cap;
    int full = -1;
    for (unsigned c = 0; c != machine.dramChannels; ++c) {
      uint64_t demand = 0;
      for (const DramShare *share : growing)
        demand += share->fraction[c];
      if (demand && left[c] / demand < level) {
        level = left[c] / demand;
        full = int(c);
      }
    }
    // Those that use the full channel stop growing; without one, all do.
    erase_if(growing, [&](DramShare *share) {
      if (full >= 0 && share->fraction[full] == 0)
        return false;
      share->rate = std::max<uint64_t>(level, 1);
      for (unsigned c = 0; c != machine.dramChannels; ++c)
        left[c] -= std::min(left[c], share->rate * share->fraction[c]);
      return true;
    });
  }
}

} // namespace onnc::mlu
