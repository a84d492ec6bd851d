//===- Models.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "Selection.h"
#include "Tiling.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

Machine mlu::describeMachine(const MachineParams &p) {
  ProcessingUnit unit;
  unit.name = p.name.str();
  unit.cores = p.cores;
  double hertz = p.clockMHz * 1e6;
  double dramBytes = p.dramChannels * p.channelMBps / double(p.clockMHz);
  // In the order of MemoryIndex.
  unit.memories = {
      {"dram", int64_t(p.deviceBytes), 64, dramBytes, int64_t(p.dmaLatency),
       /*perCore=*/false, /*spillTo=*/-1},
      {"nram", int64_t(p.nramBytes), scratchAlignment, double(p.vectorBytes), 0,
       /*perCore=*/true, Dram},
      {"wram", int64_t(p.wramBytes), scratchAlignment,
       double(p.macsPerCycle(false) * 2), 0, /*perCore=*/true, Dram}};
  unit.queues = {{"scalar", 1},
                 {"matrix", double(p.macsPerCycle(false))},
                 {"vector", p.vectorBytes / 2.0},
                 {"dma", double(p.dmaBytes)}};
  unit.operatingPoints = {{"nominal", hertz, p.tdpMilliwatts / 1000.0}};
  Machine machine;
  machine.name = unit.name;
  machine.units.push_back(std::move(unit));
  machine.links = {{-1, 0, p.hostLinkMBps * 1e6, 0}};
  return machine;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

std::optional<std::string>
MLUOperatorModel::getRefusal(const Operation &op) const {
  const SelectionRule *rule = findRule(op.getName());
  if (!rule)
    return std::string("the operator isn't supported");
  return rule->refuse(const_cast<Operation *>(&op));
}

static double getBytes(const Value *value) {
  return value ? double(*value->getTensorType().getNumElements()) * 2 : 0;
}

/// Multiply-accumulates of products with weights, else the result's elements.
static double getWork(const Operation &op) {
  double elements = *op.getResult()->getTensorType().getNumElements();
  ConstantAttr weights = getConstantValue(op.getOperand(1));
  if (!weights)
    return elements;
  double count = *weights.getType().getNumElements();
  auto shape = *weights.getType().getStaticShape();
  if (op.getName() == "onnx.Conv")
    return elements * count / shape[0];
  if (op.getName() == "onnx.MatMul")
    return elements * shape[0];
  if (op.getName() == "onnx.Gemm")
    return elements * shape[op.getInt("transB", 0) ? 1 : 0];
  return elements;
}

OperationCost MLUOperatorModel::getCost(const Operation &op) const {
  OperationCost cost;
  cost.work = getWork(op);
  for (Value *operand : op.getOperands())
    if (operand && isFloat(operand->getTensorType().getElementType()))
      cost.bytes += getBytes(operand);
  for (Value *result : op.getResults())
    cost.bytes += getBytes(result);
  bool matrix = cost.work > *op.getResult()->getTensorType().getNumElements();
  double rate = machine.cores * (matrix ? double(machine.macsPerCycle(false))
                                        : machine.vectorBytes / 2.0);
  double dram =
      machine.dramChannels * machine.channelMBps / double(machine.clockMHz);
  cost.cycles = machine.launchCycles(machine.cores) +
                std::max(cost.work / rate, cost.bytes / dram);
  return cost;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

std::optional<BufferRequest>
MLUBufferModel::getBuffer(const Value &value) const {
  if (value.isArgument())
    return std::nullopt;
  // A host tensor: what counts is what stands for it on the device.
  if (isa<OutputOp>(value.getDefiningOp()))
    return getBuffer(*value.getDefiningOp()->getOperand(0));
  return BufferRequest{Dram, *value.getTensorType().getByteSize(), 64};
}

std::optional<unsigned>
MLUBufferModel::getAliasedOperand(const Value &value) const {
  Operation *op = value.getDefiningOp();
  // A host tensor that is an output is its device tensor, read when all is
  // done.
  if (op && (isa<ReshapeOp>(op) || isa<OutputOp>(op)))
    return 0;
  return std::nullopt;
}

bool MLUBufferModel::isPersistent(const Value &value) const {
  // Inputs are written before the program starts.
  Operation *op = value.getDefiningOp();
  return op && (isa<ConstantOp>(op) || isa<InputOp>(op));
}

SmallVector<ScratchRequest, 4>
MLUBufferModel::getScratch(const Operation &op) const {
  if (!op.getInfo().findAttr("tile"))
    return {};
  return mlu::getScratch(const_cast<Operation *>(&op), op.getInts("tile"));
}
