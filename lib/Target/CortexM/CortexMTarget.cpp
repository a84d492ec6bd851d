//===- CortexMTarget.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The Cortex-M cores as a target: what the registry knows of them.
///
//===----------------------------------------------------------------------===//

#include "Artifact/Manifest.h"
#include "Board/BoardProgram.h"
#include "Compiler/Models.h"
#include "Emit/ProgramEmitter.h"
#include "Processor.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Module.h"
#include "onnc/Target/Target.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

class CortexMTarget : public Target {
public:
  CortexMTarget(const Processor &processor, Machine m)
      : processor(processor), machine(std::move(m)), tiles(machine.units[0]),
        operators(machine.units[0], tiles),
        buffers(machine.units[0],
                *machine.units[0].findMemory(tiles.getBackingMemory()),
                &tiles) {}

  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  /// It has no operators of its own.
  void registerOps(Context &) const override {}
  void registerPasses(PassRegistry &registry) const override {
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    cantFail(registerTilePasses(registry, machine.units[0], tiles));
  }
  std::string getPipeline(OptLevel level) const override {
    return getOptimizationPipeline(static_cast<unsigned>(level),
                                   QuantizedGroups::Fold) +
           ",partition,form-kernels,schedule-tensors,form-patches,form-blocks,tile,"
           "schedule,spill,allocate";
  }
  ArrayRef<OutputKind> getOutputKinds() const override {
    static constexpr OutputKind kinds[] = {
        {"c", "", "directory with C sources, header and manifest",
         /*isDirectory=*/true}};
    return kinds;
  }
  Error emit(const Module &, StringRef, raw_pwrite_stream &) const override {
    llvm_unreachable("its only kind is a directory");
  }
  Error emitDirectory(const Module &module, StringRef,
                      StringRef directory) const override {
    // The model is called as its directory is.
    SmallString<128> path(directory);
    sys::path::remove_dots(path, /*remove_dot_dot=*/true);
    StringRef name = sys::path::filename(path);
    auto contents = emitProgram(
        module, name.empty() || name == "." ? module.getName() : name,
        processor);
    if (!contents)
      return contents.takeError();
    return contents->write(directory);
  }

private:
  const Processor &processor;
  const Machine machine;
  const CortexMTileModel tiles;
  const TileOperatorModel operators;
  const CortexMBufferModel buffers;
};

} // namespace

static Expected<std::unique_ptr<Target>> create(const Quadruple &quadruple) {
  const Processor *processor = findProcessor(quadruple.processor);
  assert(processor && "a processor that isn't in the table");
  auto sizes = getMemorySizes(*processor, quadruple);
  if (!sizes)
    return sizes.takeError();
  return std::make_unique<CortexMTarget>(*processor,
                                         describeMachine(*processor, *sizes));
}

static bool recognize(MemoryBufferRef file) {
  return Manifest::recognize(file.getBuffer());
}

namespace onnc {
const TargetInfo &getCortexMTargetInfo() {
  static constexpr StringRef tools[] = {"c"};
  static constexpr StringRef attributes[] = {"ram", "flash", "extram"};
  static const std::vector<ProcessorInfo> processors = [] {
    std::vector<ProcessorInfo> out;
    for (const Processor &p : getProcessors())
      out.push_back({p.name, p.description, "arm", "none", tools, attributes});
    return out;
  }();
  static const std::vector<BoardInfo> boards = [] {
    std::vector<BoardInfo> out;
    for (const Board &b : cortexm::getBoards())
      out.push_back({b.name, b.processor, b.description});
    return out;
  }();
  static const TargetInfo info = {
      "CortexM",  "Arm microcontrollers, as C99 for GCC",
      processors, create,
      recognize,  loadProgram,
      boards};
  return info;
}
} // namespace onnc
