//===- EmitTiles.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitTiles.h"
#include "EmitBlock.h"
#include "InsertWaits.h"
#include "PackConstant.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static Error makeError(const Operation *op, const Twine &message) {
  return createStringError("'" + op->getName() + "': " + message);
}

namespace {

class ModuleEmitter {
public:
  ModuleEmitter(Graph &graph, int64_t memorySize, const MachineParams &machine)
      : graph(graph), machine(machine), parameters(memorySize) {}
  Error run();
  CodeObject object;

private:
  Expected<int64_t> getAddress(Value *storage);
  Error addConstant(tile::ConstantOp constant);
  Error describe(TensorKind kind, StringRef name, Value *tensor, Value *buffer);
  Error addLaunch(tile::BlockOp block);
  Error addMemory(Operation &op);

  Graph &graph;
  const MachineParams &machine;
  ParameterPool parameters;
};

} // namespace

static std::optional<HostType> getHostType(ElementType type) {
  switch (type) {
#define CASE(NAME)                                                             \
  case ElementType::NAME:                                                      \
    return HostType::NAME;
    CASE(F16)
    CASE(F32)
    CASE(F64)
    CASE(I8)
    CASE(I32)
    CASE(I64)
    CASE(Bool)
#undef CASE
  default:
    return std::nullopt;
  }
}

Expected<int64_t> ModuleEmitter::getAddress(Value *storage) {
  auto offset = getStorageOffset(*storage);
  BufferType type = tile::getBufferType(storage);
  if (offset && *offset >= 0 && type.getSpace() == "dram" &&
      *offset + type.getByteSize() <= parameters.getBegin())
    return *offset;
  return makeError(storage->getDefiningOp(), "has no place in device memory");
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Error ModuleEmitter::describe(TensorKind kind, StringRef name, Value *tensor,
                              Value *buffer) {
  tile::BufferView view = tile::getView(buffer);
  Operation *op = kind == TensorKind::Input ? buffer->getDefiningOp()
                                            : tensor->getDefiningOp();
  auto address = getAddress(view.storage);
  if (!address)
    return address.takeError();
  TensorType type = tensor->getTensorType();
  auto host = getHostType(type.getElementType());
  auto device = getBufferElement(view.type);
  // Constants are known to fit where they are stored, inputs aren't.
  if (host == HostType::I64 &&
      (kind == TensorKind::Input || device != ElemType::I32))
    host.reset();
  if (!host || !device || !view.type.getLayout().getBlocks().empty())
    return makeError(op, "holds a tensor of type " + type.str() + " as " +
                             Type(view.type).str() +
                             ", which the runtime can't convert");
  TensorDesc desc;
  desc.kind = kind;
  desc.name = name.str();
  desc.hostType = *host;
  auto shape = *type.getStaticShape();
  desc.shape.assign(shape.begin(), shape.end());
  desc.deviceType = *device;
  desc.address = *address;
  auto strides = view.type.getLayout().getStrides(view.type.getShape());
  for (auto [origin, stride] : zip_equal(view.origin, strides)) {
    int64_t bytes = stride * elemSize(*device);
    desc.address -= origin.getConstant() * bytes;
    desc.strides.push_back(bytes);
  }
  object.tensors.push_back(std::move(desc));
  return Error::success();
}

Error ModuleEmitter::addConstant(tile::ConstantOp constant) {
  auto address = getAddress(constant.getBuffer());
  if (!address)
    return address.takeError();
  BufferType type = tile::getBufferType(constant.getBuffer());
  ConstantAttr value = constant.getValue();
  if (isPacked(value, type)) {
    // The module's own bytes.
    ArrayRef<char> bytes = value.getData().getBytes();
    object.constants.push_back(
        {uint64_t(*address),
         ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()),
                  bytes.size())});
    return Error::success();
  }
  auto bytes = packConstant(value, type);
  if (!bytes)
    return makeError(constant, toString(bytes.takeError()));
  object.addConstant(*address, std::move(*bytes));
  return Error::success();
}

/// Each buffer of the plan by name.
Error ModuleEmitter::addMemory(Operation &op) {
  Value *buffer = op.getResult();
  auto address = getAddress(buffer);
  if (!address)
    return address.takeError();
  StringRef name = buffer->getName();
  object.memory.push_back(
      {((name.empty() ? "buffer" : name) + "." + Twine(object.memory.size()))
           .str(),
       uint64_t(*address),
       uint64_t(tile::getBufferType(buffer).getByteSize())});
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// Names of programs are identifiers; ONNX nodes may have any.
static std::string getProgramName(StringRef launch, size_t core) {
  std::string name = launch.str();
  for (char &c : name)
    if (!isAlnum(c) && c != '.')
      c = '_';
  return name + ".core" + std::to_string(core);
}

Error ModuleEmitter::addLaunch(tile::BlockOp block) {
  // After the first layer in it, which the user knows.
  StringRef name;
  if (auto layers = block->getAttrOfType<StringsAttr>("layers"))
    if (!layers.getValue().empty())
      name = layers.getValue().front();
  if (name.empty())
    name = block.getName();
  Launch launch;
  launch.name =
      ((name.empty() ? "block" : name) + "." + Twine(object.launches.size()))
          .str();
  auto programs = emitBlock(block, machine, parameters);
  if (!programs)
    return programs.takeError();
  uint32_t op = object.operators.size();
  object.operators.push_back(launch.name);
  for (auto [core, words] : enumerate(*programs)) {
    Program program;
    program.name = getProgramName(launch.name, core);
    program.words = std::move(words);
    program.ops.push_back({0, uint32_t(program.words.size()), op});
    insertWaits(program);
    launch.programs.push_back(object.programs.size());
    object.programs.push_back(std::move(program));
  }
  object.launches.push_back(std::move(launch));
  return Error::success();
}

Error ModuleEmitter::run() {
  object.machine = machine.name.str();
  for (Operation &op : graph.getBody().getOps()) {
    Error error = Error::success();
    if (isa<tile::InputOp, tile::ConstantOp, tile::AllocOp>(&op))
      error = addMemory(op);
    if (error)
      return error;
    if (auto input = dyn_cast<tile::InputOp>(&op))
      error = describe(TensorKind::Input, input.getTensor()->getName(),
                       input.getTensor(), input.getBuffer());
    else if (auto constant = dyn_cast<tile::ConstantOp>(&op))
      error = addConstant(constant);
    else if (auto block = dyn_cast<tile::BlockOp>(&op))
      error = addLaunch(block);
    else if (!isa<tile::AllocOp, tile::ReshapeOp, tile::PartOp, tile::OutputOp>(
                 &op) &&
             !op.hasTrait(OpTrait::Terminator))
      error = makeError(&op, "isn't of the tile level");
    if (error)
      return error;
  }
  for (auto [i, name] : enumerate(graph.getOutputNames())) {
    Value *tensor = graph.getOutput(i);
    auto output = dyn_cast_if_present<tile::OutputOp>(tensor->getDefiningOp());
    if (!output)
      return createStringError("the output '" + name +
                               "' isn't the result of a tile.Output");
    if (Error error =
            describe(TensorKind::Output, name, tensor, output.getBuffer()))
      return error;
  }
  if (parameters.getEnd() > parameters.getBegin()) {
    object.memory.push_back(
        {"parameters", uint64_t(parameters.getBegin()),
         uint64_t(parameters.getEnd() - parameters.getBegin())});
    object.memorySize = parameters.getEnd();
    uint64_t begin = parameters.getBegin();
    object.addConstant(begin, parameters.takeBytes());
  } else {
    object.memorySize = parameters.getBegin();
  }
  if (object.memorySize > machine.deviceBytes)
    return createStringError("the program takes " + Twine(object.memorySize) +
                             " bytes of device memory, which has " +
                             Twine(machine.deviceBytes));
  return Error::success();
}

Expected<CodeObject> mlu::emitTiles(const Module &module,
                                    const MachineParams &machine) {
  if (!module.getMain())
    return createStringError("the module has no graph 'main'");
  auto usage = getMemoryUsage(module, "dram");
  if (!usage || usage->size < 0)
    return createStringError("the module has no memory plan");
  constexpr int64_t lineBytes = 64;
  ModuleEmitter emitter(*module.getMain(), alignTo(usage->size, lineBytes),
                        machine);
  if (Error error = emitter.run())
    return error;
  return std::move(emitter.object);
}
