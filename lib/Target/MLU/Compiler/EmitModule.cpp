//===- EmitModule.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// From an allocated module to a code object.
///
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static HostType getHostType(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return HostType::F16;
  case ElementType::F64:
    return HostType::F64;
  default:
    return HostType::F32;
  }
}

/// The descriptor of a host tensor and its device tensor: strides follow the
/// host's order of dimensions.
static TensorDesc describe(TensorKind kind, StringRef name, Value *host,
                           Value *device) {
  TensorDesc desc;
  desc.kind = kind;
  desc.name = name.str();
  TensorType type = host->getTensorType();
  desc.hostType = getHostType(type.getElementType());
  auto shape = *type.getStaticShape();
  desc.shape.assign(shape.begin(), shape.end());
  desc.deviceType = ElemType::F16;
  desc.address = OperationEmitter::getAddress(device);
  desc.strides.resize(shape.size());
  int64_t stride = 2;
  if (shape.size() == 4) {
    // N×H×W×C on the device.
    for (unsigned d : {1, 3, 2, 0}) {
      desc.strides[d] = stride;
      stride *= shape[d];
    }
  } else {
    for (unsigned d = shape.size(); d-- > 0;) {
      desc.strides[d] = stride;
      stride *= shape[d];
    }
  }
  return desc;
}

/// Names in a code object are unique.
static std::string getOperatorName(Operation *op, unsigned index) {
  StringRef name = op->getLoc().getName();
  if (name.empty())
    name = op->getInfo().getShortName();
  return (name + "." + Twine(index)).str();
}

/// Names of programs are identifiers; ONNX nodes may have any.
static std::string getProgramName(StringRef op, int64_t core) {
  std::string name = op.str();
  for (char &c : name)
    if (!isAlnum(c) && c != '.')
      c = '_';
  return name + ".core" + std::to_string(core);
}

static void emitLaunch(Operation *op, unsigned index, CodeObject &object) {
  auto tile = op->getInts("tile");
  int64_t tiles = getNumTiles(op, tile);
  int64_t cores = std::min(op->getInt("cores", 1), tiles);
  Launch launch;
  launch.name = getOperatorName(op, index);
  object.operators.push_back(launch.name);
  for (int64_t core = 0; core < cores; ++core) {
    CoreWriter writer;
    OperationEmitter{op, tile, writer}.emit(core * tiles / cores,
                                            (core + 1) * tiles / cores);
    writer.builder.halt();
    Program program;
    program.name = getProgramName(launch.name, core);
    program.words = writer.builder.take();
    program.ops.push_back({0, static_cast<uint32_t>(program.words.size()),
                           static_cast<uint32_t>(object.operators.size() - 1)});
    launch.programs.push_back(object.programs.size());
    object.programs.push_back(std::move(program));
  }
  object.launches.push_back(std::move(launch));
}

/// The size of the allocator's plan of device memory.
static Expected<int64_t> getPlanSize(const Module &module,
                                     const MachineParams &machine) {
  auto plan = dyn_cast_or_null<DictAttr>(module.getAttr(alloc::memoryPlan));
  auto dram = plan ? dyn_cast_or_null<DictAttr>(plan.get("dram")) : DictAttr();
  auto size = dram ? dyn_cast_or_null<IntAttr>(dram.get("size")) : IntAttr();
  if (!size)
    return createStringError("the module has no memory plan");
  int64_t bytes = size.getValue();
  if (bytes < 0 || bytes > static_cast<int64_t>(machine.deviceBytes))
    return createStringError("the memory plan has " + Twine(bytes) +
                             " bytes, the device " +
                             Twine(machine.deviceBytes));
  return bytes;
}

/// Each buffer of the plan by name.
static void describeMemory(Graph &graph, CodeObject &object) {
  unsigned index = 0;
  for (Operation &op : graph.getBody().getOps())
    for (Value *result : op.getResults()) {
      if (isa<ReshapeOp>(&op) || isa<OutputOp>(&op))
        continue;
      StringRef name = result->getName();
      object.memory.push_back(
          {((name.empty() ? "value" : name) + "." + Twine(index++)).str(),
           static_cast<uint64_t>(OperationEmitter::getAddress(result)),
           static_cast<uint64_t>(*result->getTensorType().getByteSize())});
    }
}

static void addConstant(ConstantOp constant, CodeObject &object) {
  std::vector<char> bytes =
      constant.getValue().getData().materialize(constant.getValue().getType());
  object.addConstant(OperationEmitter::getAddress(constant.getDevice()),
                     std::vector<uint8_t>(bytes.begin(), bytes.end()));
}

//===----------------------------------------------------------------------===//
// What the emitter relies on. Modules may be written by hand, so nothing of it
// goes without saying.
//===----------------------------------------------------------------------===//

static Error makeError(Operation &op, const Twine &message) {
  return createStringError("'" + op.getName() + "': " + message);
}

static Error checkCompute(Operation &op, const MachineParams &machine) {
  if (!op.hasAttr("tile"))
    return makeError(op, "isn't tiled");
  if (op.getInt("cores", 1) > static_cast<int64_t>(machine.cores))
    return makeError(op,
                     "the machine has only " + Twine(machine.cores) + " cores");
  // Code is written out tile by tile.
  constexpr int64_t maxTiles = 1 << 20;
  int64_t tiles = getNumTiles(&op, op.getInts("tile"));
  if (tiles > maxTiles)
    return makeError(op, "is cut into " + Twine(tiles) +
                             " tiles; there can be " + Twine(maxTiles));
  auto offsets = op.getAttrOfType<DictAttr>(alloc::scratchOffsets);
  for (const ScratchRequest &scratch : getScratch(&op, op.getInts("tile"))) {
    auto offset = offsets ? dyn_cast_or_null<IntAttr>(offsets.get(scratch.name))
                          : IntAttr();
    if (!offset || offset.getValue() < 0)
      return makeError(op,
                       "has no place for its buffer '" + scratch.name + "'");
  }
  return Error::success();
}

static Error checkAllocated(Graph &graph, int64_t memorySize,
                            const MachineParams &machine) {
  for (Operation &op : graph.getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator))
      continue;
    if (op.getInfo().getDialect() != "mlu")
      return makeError(op, "isn't an operator of the MLU");
    auto offsets = op.getInts(alloc::resultOffsets);
    if (!isa<OutputOp>(&op) && (offsets.size() != 1 || offsets[0] < 0))
      return makeError(op, "its result has no place in device memory");
    if (!isa<OutputOp>(&op) &&
        offsets[0] >
            memorySize - *op.getResult()->getTensorType().getByteSize())
      return makeError(op, "its result lies outside of the memory plan");
    for (Value *operand : op.getOperands())
      if (isa<InputOp>(&op) != operand->isArgument() ||
          (!operand->isArgument() && isa<OutputOp>(operand->getDefiningOp())))
        return makeError(op, "host tensors are for mlu.input only");
    if (op.getInfo().findAttr("tile"))
      if (Error error = checkCompute(op, machine))
        return error;
  }
  for (auto [i, name] : enumerate(graph.getOutputNames())) {
    Operation *op = graph.getOutput(i)->getDefiningOp();
    if (!op || !isa<OutputOp>(op))
      return createStringError("the output '" + name +
                               "' isn't the result of an mlu.output");
  }
  return Error::success();
}

Expected<CodeObject> mlu::emitModule(const Module &module,
                                     const MachineParams &machine) {
  if (!module.getMain())
    return createStringError("the module has no graph 'main'");
  Graph &graph = *module.getMain();
  auto memorySize = getPlanSize(module, machine);
  if (!memorySize)
    return memorySize.takeError();
  if (Error error = checkAllocated(graph, *memorySize, machine))
    return error;
  CodeObject object;
  object.machine = machine.name.str();
  object.memorySize = *memorySize;
  describeMemory(graph, object);
  unsigned index = 0;
  for (Operation &op : graph.getBody().getOps()) {
    if (auto input = dyn_cast<InputOp>(&op))
      object.tensors.push_back(describe(TensorKind::Input,
                                        input.getHost()->getName(),
                                        input.getHost(), input.getDevice()));
    else if (auto constant = dyn_cast<ConstantOp>(&op))
      addConstant(constant, object);
    else if (op.hasAttr("tile"))
      emitLaunch(&op, index++, object);
  }
  for (auto [i, name] : enumerate(graph.getOutputNames())) {
    Value *host = graph.getOutput(i);
    object.tensors.push_back(describe(TensorKind::Output, name, host,
                                      host->getDefiningOp()->getOperand(0)));
  }
  return object;
}
