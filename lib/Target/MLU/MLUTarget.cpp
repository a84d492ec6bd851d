//===- MLUTarget.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The MLU as a target: what the registry knows of it.
///
//===----------------------------------------------------------------------===//

#include "Compiler/DescribeMachine.h"
#include "Compiler/EmitTiles.h"
#include "Compiler/MLUTileModel.h"
#include "MLUProgram.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Module.h"
#include "onnc/Target/MLU/Assembler.h"
#include "onnc/Target/Target.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/BinaryFormat/Magic.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

namespace {

class MLUTarget : public Target {
public:
  explicit MLUTarget(const MachineParams &params)
      : params(params), machine(describeMachine(params)), tiles(params),
        operators(machine.units[0], tiles),
        buffers(machine.units[0],
                *machine.units[0].findMemory(tiles.getBackingMemory()),
                &tiles) {}

  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  /// It has no operators of its own.
  void registerOps(Context &) const override {}
  void registerPasses(PassRegistry &registry) const override;
  std::string getPipeline(OptLevel level) const override;
  ArrayRef<OutputKind> getOutputKinds() const override;
  Error emit(const Module &module, StringRef kind,
             raw_pwrite_stream &os) const override;

private:
  const MachineParams &params;
  Machine machine;
  MLUTileModel tiles;
  TileOperatorModel operators;
  TileBufferModel buffers;
};

} // namespace

void MLUTarget::registerPasses(PassRegistry &registry) const {
  cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
  cantFail(registerTilePasses(registry, machine.units[0], tiles));
}

std::string MLUTarget::getPipeline(OptLevel level) const {
  std::string pipeline = getOptimizationPipeline(static_cast<unsigned>(level),
                                                 QuantizedGroups::Fold);
  std::string blocks = "schedule-tensors,form-blocks",
              loops = "tile,pipeline-loops";
  if (level == OptLevel::O0) {
    // Weights must be constants even then; one core works through the tiles.
    pipeline += ",fold-constants,infer-types,eliminate-dead-code";
    blocks = "form-blocks{model-parallelism=1}";
    loops = "tile{double-buffer=false}";
  }
  return pipeline + ",partition,form-kernels," + blocks + "," + loops +
         ",schedule,allocate";
}

ArrayRef<OutputKind> MLUTarget::getOutputKinds() const {
  static constexpr OutputKind kinds[] = {
      {"obj", ".mlu", "ELF code object for onnc-run"},
      {"asm", ".s", "assembly for onnc-mc"},
  };
  return kinds;
}

Error MLUTarget::emit(const Module &module, StringRef kind,
                      raw_pwrite_stream &os) const {
  auto object = emitTiles(module, params);
  if (!object)
    return object.takeError();
  if (kind == "asm")
    return disassemble(*object, os);
  return writeCodeObject(*object, os);
}

static Expected<std::unique_ptr<Target>> create(const Quadruple &quadruple) {
  const MachineParams *params = findMachine(quadruple.processor);
  assert(params && "a processor that isn't in the table below");
  return std::make_unique<MLUTarget>(*params);
}

static bool recognize(MemoryBufferRef file) {
  StringRef bytes = file.getBuffer();
  // e_machine stands at offset 18 of every ELF header.
  return bytes.size() >= 20 && bytes.starts_with("\177ELF") &&
         support::endian::read16le(bytes.data() + 18) == ElfMachine;
}

namespace onnc {
const TargetInfo &getMLUTargetInfo() {
  static constexpr StringRef tools[] = {"isa"};
  static constexpr ProcessorInfo processors[] = {
      {"mlu100", "ideal machine: 32 cores, 64 TFLOPS FP16, 102.4 GB/s",
       "cambricon", "none", tools},
      {"mlu100-measured", "the same without multicast loads, as the silicon",
       "cambricon", "none", tools},
  };
  static const TargetInfo info = {
      "MLU",      "simulated Cambricon MLU100 accelerator",
      processors, create,
      recognize,  loadProgram};
  return info;
}
} // namespace onnc
