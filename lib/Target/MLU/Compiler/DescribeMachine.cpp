//===- DescribeMachine.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DescribeMachine.h"
#include "CoreCode.h"
#include "MLUTileModel.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

Machine mlu::describeMachine(const MachineParams &p) {
  ProcessingUnit unit;
  unit.name = p.name.str();
  unit.cores = p.cores;
  double hertz = p.clockMHz * 1e6;
  double dramBytes = p.dramChannels * p.channelMBps / double(p.clockMHz);
  unit.memories = {{"dram", int64_t(p.deviceBytes), storageAlignment, dramBytes,
                    int64_t(p.dmaLatency),
                    /*perCore=*/false, /*spillTo=*/-1},
                   {"nram", getFreeNram(p), storageAlignment,
                    double(p.vectorBytes), 0,
                    /*perCore=*/true, 0},
                   {"wram", int64_t(p.wramBytes), storageAlignment,
                    double(p.macsPerCycle(false) * 2), 0, /*perCore=*/true, 0}};
  unit.queues = {{"scalar", 1},
                 {"matrix", double(p.macsPerCycle(false))},
                 {"vector", p.vectorBytes / 2.0},
                 {"dma", double(p.dmaBytes)}};
  unit.operatingPoints = {{"nominal", hertz, p.tdpMilliwatts / 1000.0}};
  Machine machine;
  machine.name = unit.name;
  machine.units.push_back(std::move(unit));
  machine.links = {{-1, 0, p.hostLinkMBps * 1e6, 0}};
  return machine;
}
