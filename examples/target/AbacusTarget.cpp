//===- AbacusTarget.cpp - What onnc asks of the Abacus --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/Target/TargetRegistry.h"
#include "onnc/Transforms/Pipelines.h"

using namespace llvm;
using namespace onnc;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "abacus/Ops.cpp.inc"

namespace {

/// Every operation costs a cycle for each of its multiplications.
struct AbacusOperators : OperatorModel {
  std::optional<std::string> getRefusal(const Operation &op) const override {
    return abacus::getRefusal(op);
  }
  OperationCost getCost(const Operation &op) const override {
    double elements = *op.getResult()->getTensorType().getNumElements();
    double depth = 1;
    if (op.getName() == "onnx.MatMul")
      depth = *op.getOperand(0)->getTensorType().getDim(1).getConstant();
    return {elements * depth, elements * depth, elements * 4};
  }
};

struct AbacusBuffers : BufferModel {
  std::optional<BufferRequest> getBuffer(const Value &value) const override {
    return BufferRequest{0, *value.getTensorType().getByteSize(), 4};
  }
  /// The host reads an output where the program left it.
  std::optional<unsigned> getAliasedOperand(const Value &value) const override {
    if (isa<abacus::OutputOp>(value.getDefiningOp()))
      return 0;
    return std::nullopt;
  }
  /// Element i of a vector operation depends on element i of a alone.
  SmallVector<unsigned, 2>
  getInPlaceOperands(const Value &value) const override {
    if (isa<abacus::VectorOp>(value.getDefiningOp()))
      return {0};
    return {};
  }
  /// Weights; and inputs, which the host writes before anything runs.
  bool isPersistent(const Value &value) const override {
    return isa<abacus::ConstantOp, abacus::InputOp>(value.getDefiningOp());
  }
};

class AbacusTarget : public Target {
public:
  AbacusTarget() {
    ProcessingUnit unit;
    unit.name = "abacus";
    unit.memories = {{"sram", abacus::memorySize, /*alignment=*/4,
                      /*bytesPerCycle=*/4.0}};
    unit.queues = {{"beads", /*ratePerCycle=*/1}};
    unit.operatingPoints = {{"by hand", /*hertz=*/1.0, /*watts=*/100.0}};
    machine.name = "abacus";
    machine.units.push_back(unit);
  }
  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  void registerOps(Context &context) const override {
    context.registerOps(opTable);
  }
  void registerPasses(PassRegistry &registry) const override {
    cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
    cantFail(abacus::registerAbacusPasses(registry));
  }
  std::string getPipeline(OptLevel level) const override {
    return getOptimizationPipeline(static_cast<unsigned>(level)) +
           ",partition,abacus-select,schedule,allocate";
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
  Machine machine;
  AbacusOperators operators;
  AbacusBuffers buffers;
};

} // namespace

static Expected<std::unique_ptr<Target>> create(const Quadruple &) {
  return std::make_unique<AbacusTarget>();
}

static bool recognize(MemoryBufferRef file) {
  return file.getBuffer().starts_with(abacus::programHeader);
}

extern "C" TargetPlugin onncGetTargetPlugin() {
  static constexpr StringRef tools[] = {"asm"};
  static constexpr ProcessorInfo processors[] = {
      {"abacus", "toy: 64 kB, FP32, one bead a second", "example", "none",
       tools}};
  static constexpr TargetInfo info = {"Abacus",   "example of a target",
                                      processors, create,
                                      recognize,  abacus::loadProgram};
  return {onncTargetABI, &info};
}
