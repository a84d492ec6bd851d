//===- AbacusTarget.cpp - What onnc asks of the Abacus --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/Target/TargetRegistry.h"
#include "onnc/Transforms/Pipelines.h"

using namespace llvm;
using namespace onnc;

namespace {

Machine makeMachine() {
  ProcessingUnit unit;
  unit.name = "abacus";
  unit.memories = {{"store", abacus::storeSize, /*alignment=*/4,
                    /*bytesPerCycle=*/4.0},
                   {"tray", abacus::traySize, /*alignment=*/4,
                    /*bytesPerCycle=*/12.0}};
  unit.queues = {{"beads", /*ratePerCycle=*/1}};
  unit.operatingPoints = {{"by hand", /*hertz=*/1.0, /*watts=*/100.0}};
  Machine machine;
  machine.name = "abacus";
  machine.units.push_back(unit);
  return machine;
}

class AbacusTarget : public Target {
public:
  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  void registerOps(Context &) const override {}
  void registerPasses(PassRegistry &registry) const override {
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    cantFail(registerTilePasses(registry, machine.units[0], tiles));
  }
  std::string getPipeline(OptLevel level) const override {
    return getOptimizationPipeline(static_cast<unsigned>(level)) +
           ",partition,form-kernels,schedule-tensors,form-blocks"
           ",tile{double-buffer=false},schedule,allocate";
  }
  ArrayRef<OutputKind> getOutputKinds() const override {
    static constexpr OutputKind kinds[] = {
        {"asm", ".abacus", "a program as text"}};
    return kinds;
  }
  Error emit(const Module &module, StringRef,
             raw_pwrite_stream &os) const override {
    return abacus::emitProgram(module, os);
  }

private:
  Machine machine = makeMachine();
  abacus::Tiles tiles;
  TileOperatorModel operators{machine.units[0], tiles};
  TileBufferModel buffers{machine.units[0]};
};

} // namespace

extern "C" TargetPlugin onncGetTargetPlugin() {
  static constexpr StringRef tools[] = {"asm"};
  static constexpr ProcessorInfo processors[] = {
      {"abacus", "toy: 64 kB, FP32, one bead a second", "example", "none",
       tools}};
  static constexpr TargetInfo info = {
      "Abacus",
      "example of a target",
      processors,
      [](const Quadruple &) -> Expected<std::unique_ptr<Target>> {
        return std::make_unique<AbacusTarget>();
      },
      [](MemoryBufferRef file) {
        return file.getBuffer().starts_with(abacus::programHeader);
      },
      abacus::loadProgram};
  return {onncTargetABI, &info};
}
