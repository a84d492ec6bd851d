//===- AbacusTarget.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Abacus.h"
#include "onnc/CodeGen/Allocation.h"
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
    if (value.isArgument())
      return std::nullopt;
    return BufferRequest{0, *value.getTensorType().getByteSize(), 4};
  }
  /// The host reads an output where the program left it.
  std::optional<unsigned>
  getAliasedOperand(const Value &value) const override {
    Operation *op = value.getDefiningOp();
    if (op && op->getName() == "abacus.output")
      return 0;
    return std::nullopt;
  }
  /// Element i of a vector operation depends on element i of a alone.
  SmallVector<unsigned, 2>
  getInPlaceOperands(const Value &value) const override {
    if (value.getDefiningOp()->getName() == "abacus.vector")
      return {0};
    return {};
  }
  bool isPersistent(const Value &value) const override {
    Operation *op = value.getDefiningOp();
    return op && (op->getName() == "abacus.constant" ||
                  op->getName() == "abacus.input");
  }
};

class AbacusTarget : public Target {
public:
  AbacusTarget() {
    ProcessingUnit unit;
    unit.name = "abacus";
    unit.memories = {{"sram", abacus::memorySize, 4, 4.0}};
    unit.queues = {{"beads", 1}};
    unit.operatingPoints = {{"by hand", 1.0, 100.0}};
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
  Error emit(const Module &module, StringRef kind,
             raw_pwrite_stream &os) const override {
    return abacus::emitProgram(module, os);
  }

private:
  Machine machine;
  AbacusOperators operators;
  AbacusBuffers buffers;
};

} // namespace

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static int64_t getOffset(Value *value) { return *onnc::getOffset(*value); }
static int64_t getCount(Value *value) {
  return *value->getTensorType().getNumElements();
}

static void emitPort(StringRef kind, StringRef name, Value *memory,
                     raw_ostream &os) {
  auto shape = *memory->getTensorType().getStaticShape();
  os << kind << ' ' << name << ' ' << getOffset(memory) << ' ' << shape.size();
  for (int64_t dim : shape)
    os << ' ' << dim;
  os << '\n';
}

static void emitOperation(Operation &op, raw_ostream &os) {
  if (auto constant = dyn_cast<abacus::ConstantOp>(op)) {
    const ConstantData &data = constant.getValue().getData();
    os << "CONST " << getOffset(constant.getMemory());
    for (int64_t i = 0; i < getCount(constant.getMemory()); ++i)
      os << ' ' << format("%a", double(data.get<float>(i)));
    os << '\n';
  } else if (auto vector = dyn_cast<abacus::VectorOp>(op)) {
    os << vector.getKind() << ' ' << getOffset(vector.getY()) << ' '
       << getOffset(vector.getA()) << ' ' << getOffset(vector.getB()) << ' '
       << getCount(vector.getA()) << ' ' << getCount(vector.getB()) << '\n';
  } else if (auto matmul = dyn_cast<abacus::MatMulOp>(op)) {
    auto a = *matmul.getA()->getTensorType().getStaticShape();
    auto b = *matmul.getB()->getTensorType().getStaticShape();
    os << "MATMUL " << getOffset(matmul.getY()) << ' '
       << getOffset(matmul.getA()) << ' ' << getOffset(matmul.getB()) << ' '
       << a[0] << ' ' << a[1] << ' ' << b[1] << '\n';
  } else if (auto input = dyn_cast<abacus::InputOp>(op)) {
    emitPort("INPUT", input.getHost()->getName(), input.getMemory(), os);
  }
}

Error abacus::emitProgram(const Module &module, raw_ostream &os) {
  Graph &main = *module.getMain();
  os << programHeader;
  for (Operation &op : main.getBody().getOps())
    emitOperation(op, os);
  for (auto [i, name] : enumerate(main.getOutputNames()))
    emitPort("OUTPUT", name, main.getOutput(i)->getDefiningOp()->getOperand(0),
             os);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The entry
//===----------------------------------------------------------------------===//

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
  static const TargetInfo info = {"Abacus",   "example of a target",
                                  processors, create,
                                  recognize,  abacus::loadProgram};
  return {onncTargetABI, &info};
}
