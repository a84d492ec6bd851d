//===- ProgramEmitter.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramEmitter.h"
#include "../Artifact/Header.h"
#include "../Compiler/Borders.h"
#include "../Processor.h"
#include "BlockEmitter.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Module.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

class ProgramEmitter {
public:
  ProgramEmitter(const Module &module, Manifest manifest)
      : module(module), manifest(std::move(manifest)), entry(entryText) {}

  Expected<ArtifactContents> run();

private:
  Error addBorders(const Graph &main);
  Error checkPlaces(const Graph &main) const;
  Error emit(Operation &op);
  Error emitInput(tile::InputOp input);
  Error emitOutputs(const Operation &end);
  std::string getPointer(Value *storage);
  std::string addConstant(tile::ConstantOp constant);

  const Module &module;
  Manifest manifest;
  CFile file;
  /// The entry's body: pointers into the arenas, then what happens.
  std::string variables;
  std::string entryText;
  raw_string_ostream entry;
  /// An arena in the entry: its parameter, and the variable that points to its
  /// bytes.
  struct Arena {
    StringRef parameter;
    std::string variable;
    bool isUsed = false;
  };
  Arena arena = {"arena", ""}, external = {Manifest::externalParameter, ""};
  /// Variables and arrays.
  DenseMap<const Value *, std::string> pointers;
};

} // namespace

Error ProgramEmitter::addBorders(const Graph &main) {
  for (unsigned i = 0; i < main.getNumInputs(); ++i) {
    Value *input = main.getInput(i);
    TensorType type = input->getTensorType();
    if (Error error = manifest.addInput(input->getName(), type.getElementType(),
                                        *type.getStaticShape()))
      return error;
    pointers[input] = manifest.inputs.back().parameter;
  }
  for (unsigned i = 0; i < main.getNumOutputs(); ++i) {
    TensorType type = main.getOutput(i)->getTensorType();
    if (Error error =
            manifest.addOutput(main.getOutputNames()[i], type.getElementType(),
                               *type.getStaticShape()))
      return error;
  }
  // Nothing else is called as the entry's parameters.
  IdentifierSet &names = file.getNames();
  names.add(arena.parameter);
  if (manifest.usesExternalRam())
    names.add(external.parameter);
  for (const auto *list : {&manifest.inputs, &manifest.outputs})
    for (const TensorParameter &t : *list)
      names.add(t.parameter);
  arena.variable = names.add("memory");
  if (manifest.usesExternalRam())
    external.variable = names.add("external_memory");
  names.add(manifest.getEntry());
  return Error::success();
}

/// Each buffer that is written lies in an arena: a module's text may say
/// anything.
Error ProgramEmitter::checkPlaces(const Graph &main) const {
  std::string problem;
  const_cast<Graph &>(main).getBody().walk([&](Operation *op) {
    auto input = dyn_cast<tile::InputOp>(op);
    if (!problem.empty() || (!isa<tile::AllocOp>(op) && !input) ||
        (input && isCallersInput(input)) || getCallersOutput(*op))
      return;
    const Value *buffer = op->getResult();
    StringRef space = tile::getBufferType(buffer).getSpace();
    bool isArena = space == sramSpace ||
                   (space == externalRamSpace && manifest.usesExternalRam());
    if (!isArena || !getStorageOffset(*buffer))
      problem =
          ("'" + op->getName() + "' of '%" + buffer->getName() +
           "' has no place: the program has no arena in memory '" + space + "'")
              .str();
  });
  if (!problem.empty())
    return createStringError(problem);
  return Error::success();
}

/// The elements of \p constant as its buffer lays them out.
std::string ProgramEmitter::addConstant(tile::ConstantOp constant) {
  ConstantAttr value = constant.getValue();
  BufferType type = tile::getBufferType(constant.getBuffer());
  std::vector<char> from = value.getData().materialize(value.getType()),
                    to(type.getByteSize());
  size_t size = getBitWidth(type.getElementType()) / 8;
  auto shape = type.getShape();
  Layout layout = type.getLayout();
  SmallVector<int64_t, 6> index(shape.size());
  for (size_t i = 0; i * size < from.size(); ++i) {
    std::copy_n(from.begin() + i * size, size,
                to.begin() + layout.getOffset(shape, index) * size);
    for (unsigned dim = shape.size(); dim-- > 0;) {
      if (++index[dim] < shape[dim])
        break;
      index[dim] = 0;
    }
  }
  StringRef name = constant.getBuffer()->getName();
  return file.addArray(name.empty() ? "weights" : name, type.getElementType(),
                       to);
}

/// The variable or array that holds \p storage, defined where it is first
/// asked for.
std::string ProgramEmitter::getPointer(Value *storage) {
  if (storage->isArgument())
    return getPointer(storage->getParentRegion()->getParentOp()->getOperand(
        storage->getIndex()));
  Operation *op = storage->getDefiningOp();
  if (isa<tile::ReshapeOp>(op))
    return getPointer(op->getOperand(0));
  auto it = pointers.find(storage);
  if (it != pointers.end())
    return it->second;
  std::string text;
  if (auto constant = dyn_cast<tile::ConstantOp>(op)) {
    text = addConstant(constant);
  } else if (auto input = dyn_cast<tile::InputOp>(op);
             input && isCallersInput(input)) {
    text = pointers.lookup(input.getTensor());
  } else if (auto output = getCallersOutput(*op)) {
    text = manifest.outputs[*output].parameter;
  } else {
    BufferType type = tile::getBufferType(storage);
    auto offset = getStorageOffset(*storage);
    assert(offset && "checkPlaces lets it pass");
    Arena &owner = type.getSpace() == externalRamSpace ? external : arena;
    owner.isUsed = true;
    StringRef element = getStorageType(type.getElementType());
    StringRef name = storage->getName();
    text = file.getNames().add(name.empty() ? "buffer" : name);
    variables +=
        ("  " + element + " *const " + text + " = (" + element +
         " *)(void *)(" + owner.variable + " + " + Twine(*offset) + ");\n")
            .str();
  }
  return pointers[storage] = text;
}

Error ProgramEmitter::emitInput(tile::InputOp input) {
  if (isCallersInput(input) || !input.getBuffer()->hasUses())
    return Error::success();
  // From the caller's row-major array to the program's layout.
  tile::BufferView target = tile::getView(input.getBuffer()), source = target;
  source.type = BufferType::get(
      module.getContext(), input.getTensor()->getTensorType().getElementType(),
      target.domain, target.type.getSpace());
  source.storage = input.getTensor();
  getPointer(input.getBuffer());
  BlockEmitter block(
      file,
      [&](Value *storage) {
        return storage == input.getTensor() ? pointers.lookup(storage)
                                            : getPointer(storage);
      },
      entry);
  return block.emitCopy(source, target, std::nullopt);
}

Error ProgramEmitter::emitOutputs(const Operation &end) {
  for (unsigned i = 0; i < end.getNumOperands(); ++i) {
    tile::OutputOp output(end.getOperand(i)->getDefiningOp());
    tile::BufferView source = tile::getView(output.getBuffer()),
                     target = source;
    Operation *storage = source.storage->getDefiningOp();
    if (getCallersOutput(*storage) == i)
      continue;
    target.type =
        BufferType::get(module.getContext(),
                        output.getTensor()->getTensorType().getElementType(),
                        source.domain, source.type.getSpace());
    target.storage = output.getTensor();
    BlockEmitter block(
        file,
        [&](Value *s) {
          return s == output.getTensor() ? manifest.outputs[i].parameter
                                         : getPointer(s);
        },
        entry);
    if (Error error = block.emitCopy(source, target, std::nullopt))
      return error;
  }
  return Error::success();
}

Error ProgramEmitter::emit(Operation &op) {
  if (auto input = dyn_cast<tile::InputOp>(op))
    return emitInput(input);
  if (op.hasTrait(OpTrait::Terminator))
    return emitOutputs(op);
  auto block = dyn_cast<tile::BlockOp>(op);
  if (!block)
    return Error::success();
  std::string layers;
  if (auto names = block->getAttrOfType<StringsAttr>("layers"))
    for (const std::string &layer : names.getValue())
      layers += (layers.empty() ? "" : ", ") + layer;
  if (!layers.empty())
    entry << "  /* " << makeComment(layers) << " */\n";
  return BlockEmitter(
             file, [&](Value *storage) { return getPointer(storage); }, entry)
      .emit(block);
}

Expected<ArtifactContents> ProgramEmitter::run() {
  Graph *main = module.getMain();
  if (auto usage = getMemoryUsage(module, sramSpace))
    manifest.arenaBytes = usage->size;
  // Before the parameters get their names, which depend on it.
  if (auto usage = getMemoryUsage(module, externalRamSpace))
    manifest.externalBytes = usage->size;
  if (Error error = checkPlaces(*main))
    return error;
  if (Error error = addBorders(*main))
    return error;
  for (Operation &op : main->getBody().getOps())
    if (Error error = emit(op))
      return error;

  file.addHelpers(entryText);
  ArtifactContents contents{manifest, {}};
  std::string text;
  raw_string_ostream os(text);
  os << "/* The model '" << manifest.model << "' for "
     << manifest.processor->name << ", as onnc compiled it. */\n";
  file.write(manifest.getHeader(), os);
  os << "\n";
  writeSignature(manifest, os);
  os << " {\n";
  auto openArena = [&](const Arena &a) {
    if (a.isUsed)
      os << "  uint8_t *const " << a.variable << " = (uint8_t *)" << a.parameter
         << ";\n";
    else
      os << "  (void)" << a.parameter << ";\n";
  };
  openArena(arena);
  if (manifest.usesExternalRam())
    openArena(external);
  for (const TensorParameter &t : manifest.inputs)
    if (entryText.find(t.parameter) == std::string::npos)
      os << "  (void)" << t.parameter << ";\n";
  os << variables << entryText << "}\n";
  contents.sources.push_back(std::move(text));
  return contents;
}

Expected<ArtifactContents> cortexm::emitProgram(const Module &module,
                                                StringRef name,
                                                const Processor &processor) {
  return ProgramEmitter(module, Manifest::create(name, processor)).run();
}
