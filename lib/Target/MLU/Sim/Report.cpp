//===- Report.cpp - Text, CSV, timeline -----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Report.h"
#include "onnc/Target/MLU/ISA.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnc::mlu {

Counters &Counters::operator+=(const Counters &other) {
  instructions += other.instructions;
  macsF16 += other.macsF16;
  macsI8 += other.macsI8;
  matrixCycles += other.matrixCycles;
  vectorCycles += other.vectorCycles;
  loadBytes += other.loadBytes;
  storeBytes += other.storeBytes;
  traffic += other.traffic;
  sramBytes += other.sramBytes;
  return *this;
}

/// Part of what \p cores cores could have multiplied in \p cycles.
static double utilizationOf(const MachineParams &m, const Counters &c,
                            uint64_t cycles, uint64_t cores) {
  double needed = double(c.macsF16) / double(m.macsPerCycle(false)) +
                  double(c.macsI8) / double(m.macsPerCycle(true));
  return cycles && cores ? needed / double(cycles) / double(cores) : 0;
}

/// Part of the DRAM's bandwidth that \p bytes took in \p cycles.
static double bandwidthOf(const MachineParams &m, uint64_t bytes,
                          uint64_t cycles) {
  double peak = double(m.dramChannels * m.channelRate()) / 65536;
  return cycles ? double(bytes) / double(cycles) / peak : 0;
}

double RunReport::microseconds() const {
  return machine ? double(cycles) / double(machine->clockMHz) : 0;
}

double RunReport::hostMicroseconds() const {
  return machine ? double(hostBytes) / double(machine->hostLinkMBps) : 0;
}

double RunReport::utilization() const {
  return machine ? utilizationOf(*machine, counters, cycles, machine->cores)
                 : 0;
}

double RunReport::microjoules() const {
  if (!machine)
    return 0;
  double femto = double(counters.macsF16) * double(machine->macF16Femtojoules) +
                 double(counters.macsI8) * double(machine->macI8Femtojoules) +
                 double(counters.traffic) * double(machine->dramFemtojoules) +
                 double(counters.sramBytes) * double(machine->sramFemtojoules);
  return femto * 1e-9 + double(machine->idleMilliwatts) * microseconds() * 1e-3;
}

void RunReport::print(raw_ostream &os, bool byOperator) const {
  if (!machine)
    return;
  const MachineParams &m = *machine;
  os << format("%s: %llu cycles (%.3f us), utilisation %.2f %%, DRAM %.2f %%, "
               "%.3f uJ\n",
               m.name.str().c_str(), (unsigned long long)cycles, microseconds(),
               100 * utilization(),
               100 * bandwidthOf(m, counters.traffic, cycles), microjoules());
  os << format("%llu MACs FP16, %llu MACs INT8, %llu bytes loaded, %llu bytes "
               "stored, %llu bytes of DRAM traffic\n",
               (unsigned long long)counters.macsF16,
               (unsigned long long)counters.macsI8,
               (unsigned long long)counters.loadBytes,
               (unsigned long long)counters.storeBytes,
               (unsigned long long)counters.traffic);
  os << format("host link: %llu bytes, %.3f us besides\n",
               (unsigned long long)hostBytes, hostMicroseconds());
  for (const LaunchReport &l : launches) {
    os << format("launch %s: %zu cores, %llu cycles, roofline %llu, critical "
                 "path %llu, utilisation %.2f %%, DRAM %.2f %%\n",
                 l.name.c_str(), l.cores.size(), (unsigned long long)l.cycles,
                 (unsigned long long)l.roofline,
                 (unsigned long long)l.criticalPath,
                 100 * utilizationOf(m, l.counters, l.cycles, l.cores.size()),
                 100 * bandwidthOf(m, l.counters.traffic, l.cycles));
    if (!byOperator)
      continue;
    for (const OpReport &o : l.ops)
      os << format("  %-24s %10llu..%-10llu matrix %llu, vector %llu, loaded "
                   "%llu, stored %llu, traffic %llu\n",
                   o.name.empty() ? "(none)" : o.name.c_str(),
                   (unsigned long long)o.begin, (unsigned long long)o.end,
                   (unsigned long long)o.counters.matrixCycles,
                   (unsigned long long)o.counters.vectorCycles,
                   (unsigned long long)o.counters.loadBytes,
                   (unsigned long long)o.counters.storeBytes,
                   (unsigned long long)o.counters.traffic);
  }
}

static void writeQuoted(StringRef text, raw_ostream &os) {
  os << '"';
  for (char c : text) {
    if (c == '"')
      os << '"';
    os << c;
  }
  os << '"';
}

void RunReport::writeCSV(raw_ostream &os) const {
  os << "launch,operator,cores,launch_cycles,begin,end,instructions,macs_f16,"
        "macs_i8,matrix_cycles,vector_cycles,load_bytes,store_bytes,traffic,"
        "sram_bytes\n";
  for (const LaunchReport &l : launches)
    for (const OpReport &o : l.ops) {
      const Counters &c = o.counters;
      writeQuoted(l.name, os);
      os << ',';
      writeQuoted(o.name, os);
      for (uint64_t v :
           {uint64_t(l.cores.size()), l.cycles, o.begin, o.end, c.instructions,
            c.macsF16, c.macsI8, c.matrixCycles, c.vectorCycles, c.loadBytes,
            c.storeBytes, c.traffic, c.sramBytes})
        os << ',' << v;
      os << '\n';
    }
}

void RunReport::writeTrace(raw_ostream &os) const {
  json::OStream json(os);
  double perMicrosecond = machine ? double(machine->clockMHz) : 1;
  json.object([&] {
    json.attribute("displayTimeUnit", "ns");
    json.attributeArray("traceEvents", [&] {
      auto metadata = [&](StringRef what, unsigned pid, unsigned tid,
                          const std::string &name) {
        json.object([&] {
          json.attribute("ph", "M");
          json.attribute("name", what);
          json.attribute("pid", pid);
          json.attribute("tid", tid);
          json.attributeObject("args", [&] { json.attribute("name", name); });
        });
      };
      size_t cores = 0;
      for (const LaunchReport &l : launches)
        cores = std::max(cores, l.cores.size());
      for (unsigned c = 0; c != cores; ++c) {
        metadata("process_name", c, 0, "core " + std::to_string(c));
        for (unsigned q = 1; q != NumQueues; ++q)
          metadata("thread_name", c, q, getQueueName(QueueSet(q)).str());
      }
      metadata("process_name", cores, 0, "launches");
      uint64_t start = 0;
      for (const LaunchReport &l : launches) {
        json.object([&] {
          json.attribute("ph", "X");
          json.attribute("cat", "launch");
          json.attribute("name", json::fixUTF8(l.name));
          json.attribute("pid", cores);
          json.attribute("tid", 0);
          json.attribute("ts", double(start) / perMicrosecond);
          json.attribute("dur", double(l.cycles) / perMicrosecond);
        });
        start += l.cycles;
      }
      for (const TimelineEvent &e : timeline)
        json.object([&] {
          json.attribute("ph", "X");
          json.attribute("name", json::fixUTF8(e.name.empty() ? "-" : e.name));
          json.attribute("pid", e.core);
          json.attribute("tid", unsigned(e.queue));
          json.attribute("ts", double(e.begin) / perMicrosecond);
          json.attribute("dur", double(e.end - e.begin) / perMicrosecond);
          json.attributeObject("args", [&] {
            json.attribute("pc", e.pc);
            json.attribute("launch", json::fixUTF8(launches[e.launch].name));
          });
        });
    });
  });
  os << '\n';
}

} // namespace onnc::mlu
