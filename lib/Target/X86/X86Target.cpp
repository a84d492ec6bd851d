//===- X86Target.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// x86-64 as a target: what the registry knows of it.
///
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "KernelPlan.h"
#include "TileModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/Transforms/Pipelines.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

namespace {

/// An operation runs if a kernel of it alone does.
class X86OperatorModel : public OperatorModel {
public:
  std::optional<std::string> getRefusal(const Operation &op) const override {
    auto opClass = classify(op);
    if (opClass)
      return std::nullopt;
    return toString(opClass.takeError());
  }
  OperationCost getCost(const Operation &op) const override {
    auto elements = op.getResult()->getTensorType().getNumElements();
    double work = elements ? static_cast<double>(*elements) : 0;
    return {work, work, 4 * work};
  }
};

class X86Target : public onnc::Target {
public:
  explicit X86Target(Processor p)
      : processor(std::move(p)), machine(describeMachine(processor)),
        tiles(processor),
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
    return getOptimizationPipeline(static_cast<unsigned>(level)) +
           ",partition,form-kernels,schedule-tensors,form-blocks,tile,schedule,"
           "allocate";
  }
  ArrayRef<OutputKind> getOutputKinds() const override {
    static constexpr OutputKind kinds[] = {
        {"obj", ".o", "relocatable ELF object, to be linked or run"},
        {"so", ".so", "shared ELF object"},
        {"header", ".h", "C header of either"},
        {"llvm", ".ll", "LLVM IR, optimized"}};
    return kinds;
  }
  Error emit(const onnc::Module &module, StringRef kind,
             raw_pwrite_stream &os) const override;

private:
  Processor processor;
  Machine machine;
  X86OperatorModel operators;
  X86TileModel tiles;
  TileBufferModel buffers;
};

} // namespace

Error X86Target::emit(const onnc::Module &module, StringRef kind,
                      raw_pwrite_stream &os) const {
  // Enough for the threads of any compiling machine; as many everywhere, so
  // that the bytes are the same.
  constexpr unsigned modules = 16;
  auto program = emitProgram(module, processor, kind == "llvm" ? 1 : modules);
  if (!program)
    return program.takeError();
  if (kind == "llvm")
    return printProgram(*program, processor, os);
  Manifest manifest = describeProgram(module, *program, processor);
  if (kind == "header") {
    writeHeader(manifest, program->arenaBytes, os);
    return Error::success();
  }
  return linkProgram(*program, manifest, processor, kind == "so", os);
}

static Expected<std::unique_ptr<onnc::Target>>
create(const Quadruple &quadruple) {
  auto processor = getProcessor(quadruple);
  if (!processor)
    return processor.takeError();
  return std::make_unique<X86Target>(std::move(*processor));
}

namespace onnc {
const TargetInfo &getX86TargetInfo() {
  static constexpr StringRef tools[] = {"llvm"};
  static constexpr StringRef attributes[] = {"cpu", "threads"};
  static constexpr ProcessorInfo processors[] = {
      {"x86_64", "the processor that compiles", "pc", "linux", tools,
       attributes},
      {"x86_64_v3", "any with AVX2 and FMA", "pc", "linux", tools, attributes},
      {"x86_64_v4", "any with AVX-512", "pc", "linux", tools, attributes},
  };
  static const TargetInfo info = {"X86",          "x86-64 through LLVM",
                                  processors,     create,
                                  x86::recognize, x86::loadProgram};
  return info;
}
} // namespace onnc
