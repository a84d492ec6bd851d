//===- Processor.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Processor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <mutex>
#include <thread>

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

void x86::initializeLLVM() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
  });
}

/// Names of features that can be found on a host, sorted.
static SmallVector<StringRef> getFeatureNames(const StringMap<bool> &host) {
  SmallVector<StringRef> names;
  for (const auto &feature : host)
    names.push_back(feature.first());
  sort(names);
  return names;
}

static void setVectors(Processor &processor) {
  auto has = [&](StringRef feature) {
    return is_contained(processor.required, feature);
  };
  if (has("avx512f") && has("avx512vl"))
    processor.lanes = 16, processor.registers = 32;
  else if (has("avx2") && has("fma"))
    processor.lanes = 8;
}

/// The processor that this runs on, with the features that the operating
/// system lets programs use.
static Processor getHost(const StringMap<bool> &host) {
  Processor processor;
  processor.cpu = sys::getHostCPUName().str();
  for (StringRef name : getFeatureNames(host)) {
    bool has = host.lookup(name);
    processor.features += (processor.features.empty() ? "" : ",") +
                          std::string(has ? "+" : "-") + name.str();
    if (has)
      processor.required.push_back(name.str());
  }
  processor.threads = std::max(1u, std::thread::hardware_concurrency());
  return processor;
}

static Expected<Processor> getNamed(StringRef cpu,
                                    const StringMap<bool> &host) {
  initializeLLVM();
  constexpr const char *triple = "x86_64-pc-linux-gnu";
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  std::unique_ptr<MCSubtargetInfo> info(
      target->createMCSubtargetInfo(triple, "x86-64", ""));
  if (!info->isCPUStringValid(cpu))
    return createStringError("LLVM knows no processor '" + cpu + "'");
  info.reset(target->createMCSubtargetInfo(triple, cpu, ""));
  Processor processor;
  processor.cpu = cpu.str();
  for (StringRef name : getFeatureNames(host))
    if (info->isCPUStringValid(cpu) && info->checkFeatures(("+" + name).str()))
      processor.required.push_back(name.str());
  if (!is_contained(processor.required, "64bit"))
    return createStringError("'" + cpu + "' isn't a processor of 64 bits");
  // Anywhere the same, whatever this machine has.
  processor.threads = 4;
  return processor;
}

Expected<Processor> x86::getProcessor(const Quadruple &quadruple) {
  StringMap<bool> host = sys::getHostCPUFeatures();
  StringRef cpu = quadruple.getAttribute("cpu");
  if (cpu.empty())
    cpu = StringSwitch<StringRef>(quadruple.processor)
              .Case("x86_64_v3", "x86-64-v3")
              .Case("x86_64_v4", "x86-64-v4")
              .Default("");
  else if (quadruple.processor != "x86_64")
    return createStringError("attribute 'cpu': it goes with x86_64, not with " +
                             quadruple.processor);
  auto processor =
      cpu.empty() ? Expected<Processor>(getHost(host)) : getNamed(cpu, host);
  if (!processor)
    return processor.takeError();
  setVectors(*processor);
  StringRef threads = quadruple.getAttribute("threads");
  if (!threads.empty() &&
      (threads.getAsInteger(10, processor->threads) ||
       processor->threads == 0 || processor->threads > 1024))
    return createStringError("attribute 'threads': '" + threads +
                             "' isn't a number from 1 to 1024");
  return processor;
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
