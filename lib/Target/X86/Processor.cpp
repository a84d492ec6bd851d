//===- Processor.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Processor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include <thread>

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

/// The processor that this runs on, with the features that the operating
/// system lets programs use.
static Processor getHost() {
  Processor host = {sys::getHostCPUName().str(), "", 8, 16, 1};
  StringMap<bool> features = sys::getHostCPUFeatures();
  SmallVector<StringRef> names;
  for (const auto &feature : features)
    names.push_back(feature.first());
  sort(names);
  for (StringRef name : names)
    host.features += (host.features.empty() ? "" : ",") +
                     std::string(features[name] ? "+" : "-") + name.str();
  if (features.lookup("avx512f") && features.lookup("avx512vl"))
    host.lanes = 16, host.registers = 32;
  else if (!features.lookup("fma"))
    host.lanes = 4;
  host.threads = std::max(1u, std::thread::hardware_concurrency());
  return host;
}

Processor x86::getProcessor(StringRef name) {
  constexpr unsigned threads = 64;
  if (name == "x86_64_v4")
    return {"x86-64-v4", "", 16, 32, threads};
  if (name == "x86_64_v3")
    return {"x86-64-v3", "", 8, 16, threads};
  return getHost();
}

Machine x86::describeMachine(const Processor &processor) {
  ProcessingUnit unit;
  unit.name = "x86_64";
  unit.cores = processor.threads;
  // Rates are those of common servers; plans depend on their ratio alone.
  unit.memories = {{memorySpace.str(), int64_t(1) << 40, /*alignment=*/64,
                    /*bytesPerCycle=*/8},
                   {localSpace.str(), 1 << 20, /*alignment=*/64,
                    /*bytesPerCycle=*/32, /*latency=*/0, /*perCore=*/true}};
  unit.queues = {{"vector", 2.0 * processor.lanes}};
  unit.operatingPoints = {{"nominal", 3e9, 15}};
  Machine machine;
  machine.name = "x86_64";
  machine.units.push_back(std::move(unit));
  return machine;
}
