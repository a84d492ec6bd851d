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
#include "Processor.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Value.h"
#include "onnc/Target/Target.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

/// No operator of the tensor level has a lowering to C yet, so all are refused.
class CortexMOperatorModel : public OperatorModel {
public:
  std::optional<std::string> getRefusal(const Operation &) const override {
    return "there is no lowering to C for Cortex-M yet";
  }
  OperationCost getCost(const Operation &) const override {
    llvm_unreachable("cost of an operation that is refused");
  }
};

/// Constants lie in flash for good, everything else in RAM while it lives.
class CortexMBufferModel : public BufferModel {
public:
  std::optional<BufferRequest> getBuffer(const Value &value) const override {
    TensorType type = value.getTensorType();
    auto size = type ? type.getByteSize() : std::nullopt;
    if (!size)
      return std::nullopt;
    return BufferRequest{isPersistent(value) ? Flash : Sram, *size,
                         /*alignment=*/8};
  }
  bool isPersistent(const Value &value) const override {
    return static_cast<bool>(getConstantValue(&value));
  }
};

class CortexMTarget : public Target {
public:
  explicit CortexMTarget(Machine machine) : machine(std::move(machine)) {}

  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  /// It has no operators of its own.
  void registerOps(Context &) const override {}
  void registerPasses(PassRegistry &registry) const override {
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
  }
  std::string getPipeline(OptLevel level) const override {
    return getOptimizationPipeline(static_cast<unsigned>(level)) + ",partition";
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
  Error emitDirectory(const Module &, StringRef, StringRef) const override {
    return createStringError("there is no lowering to C for Cortex-M yet");
  }

private:
  const Machine machine;
  CortexMOperatorModel operators;
  CortexMBufferModel buffers;
};

} // namespace

static Expected<std::unique_ptr<Target>> create(const Quadruple &quadruple) {
  const Processor *processor = findProcessor(quadruple.processor);
  assert(processor && "a processor that isn't in the table");
  auto sizes = getMemorySizes(*processor, quadruple);
  if (!sizes)
    return sizes.takeError();
  return std::make_unique<CortexMTarget>(describeMachine(*processor, *sizes));
}

static bool recognize(MemoryBufferRef file) {
  return Manifest::recognize(file.getBuffer());
}

namespace onnc {
const TargetInfo &getCortexMTargetInfo() {
  static constexpr StringRef tools[] = {"c"};
  static constexpr StringRef attributes[] = {"ram", "flash"};
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
