//===- Tile.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Lowering.h"
#include "Pieces.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/SetVector.h"

using namespace llvm;
using namespace onnc;

namespace {

class TilePass : public TileBase {
public:
  using TileBase::TileBase;
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

//===----------------------------------------------------------------------===//
// Whole tensors
//===----------------------------------------------------------------------===//

Value *Lowering::getConstant(Value *tensor, ElementType element,
                             const Layout &layout) {
  std::string key = getName(element).str() + " " + layout.str();
  Value *&buffer = constants[{tensor, key}];
  if (buffer)
    return buffer;
  ConstantAttr value = getConstantValue(tensor);
  BufferType type =
      BufferType::get(context, element, *value.getType().getStaticShape(),
                      machine.model.getConstantMemory(), layout);
  Builder builder(tensor->getDefiningOp());
  Operation *op = builder.create(tile::ConstantOp::getOperationName(), {},
                                 {Type(type)}, {{"value", value}});
  op->getResult()->setName(tensor->getName());
  return buffer = op->getResult();
}

/// Where the buffer that holds \p tensor is kept.
Value *&Lowering::getSlot(Value *tensor) {
  const Place *place = places.lookup(tensor);
  return place ? sharedBuffers[place->buffer] : buffers[tensor];
}

Value *Lowering::getBuffer(Value *tensor) {
  Value *&buffer = getSlot(tensor);
  if (buffer)
    return buffer;
  assert(getConstantValue(tensor) && "a tensor that nothing made");
  BufferType type = machine.model.getTensorBuffer(tensor->getTensorType());
  return buffer = getConstant(tensor, type.getElementType(), type.getLayout());
}

Value *Lowering::makeResult(Value *tensor) {
  Value *&buffer = getSlot(tensor);
  if (buffer)
    return buffer; // Another part of it was made before.
  BufferType type = machine.model.getTensorBuffer(tensor->getTensorType());
  StringRef name = tensor->getName();
  if (const Place *place = places.lookup(tensor)) {
    type = places.buffers[place->buffer].type;
    name = places.buffers[place->buffer].name;
  }
  Operation *op =
      top.create(tile::AllocOp::getOperationName(), {}, {Type(type)});
  op->getResult()->setName(name);
  return buffer = op->getResult();
}

Value *Lowering::getPart(Builder &builder, Value *buffer, Value *tensor) const {
  const Place *place = places.lookup(tensor);
  return place ? createPart(builder, buffer, place->offsets,
                            getStaticShape(tensor))
               : buffer;
}

bool Lowering::lowerAsReshape(tile::BlockOp block) {
  if (!isReshape(block, machine.model))
    return false;
  Value *result = block->getResult(0);
  Value *source = getBuffer(block->getOperand(0));
  BufferType type = machine.model.getTensorBuffer(result->getTensorType());
  Operation *reshape =
      top.create(tile::ReshapeOp::getOperationName(), {source}, {Type(type)});
  reshape->getResult()->setName(result->getName());
  getSlot(result) = reshape->getResult();
  return true;
}

/// Values that enter and leave the graph become buffers, whatever is done with
/// them.
static LogicalResult checkInterface(Graph &graph, DiagnosticEngine &engine) {
  auto check = [&](const Value *value, StringRef what, StringRef name) {
    auto type = dyn_cast<TensorType>(value->getType());
    if (!value->hasUses() || (type && type.getNumElements()))
      return success();
    engine.error(DiagID::CodeGenUnsupported)
        << "the " << what << " '" << name << "' is of type "
        << value->getType().str()
        << "; only tensors whose shape is known when the model is compiled "
           "have a place in memory";
    return LogicalResult::failure();
  };
  for (Value *input : graph.getBody().getArguments())
    if (failed(check(input, "input", input->getName())))
      return failure();
  for (auto [i, name] : enumerate(graph.getOutputNames()))
    if (failed(check(graph.getOutput(i), "output", name)))
      return failure();
  return success();
}

LogicalResult Lowering::run(Graph &graph) {
  if (failed(checkInterface(graph, context.getDiagnostics())))
    return failure();
  if (zeroCopy)
    places = findPlaces(graph, machine.model);
  sharedBuffers.resize(places.buffers.size());
  Region &body = graph.getBody();
  top.setInsertionPointToStart(body);
  for (Value *input : body.getArguments()) {
    // An input that nothing uses has no buffer, but keeps its name.
    if (!input->hasUses())
      continue;
    BufferType type = machine.model.getTensorBuffer(input->getTensorType());
    // Patches load tiles of it themselves.
    auto port = machine.model.getPortBuffer(input->getTensorType());
    const Operation *user = input->getUses().begin()->getOwner();
    if (port && user->hasAttr(patchAttr) &&
        all_of(input->getUses(),
               [&](const Use &use) { return use.getOwner() == user; }))
      type = *port;
    Operation *op =
        top.create(tile::InputOp::getOperationName(), {input}, {Type(type)});
    getSlot(input) = op->getResult();
  }
  SmallVector<Operation *> blocks;
  for (Operation &op : body.getOps())
    if (isa<tile::BlockOp>(op))
      blocks.push_back(&op);
  for (size_t i = 0; i < blocks.size(); ++i) {
    tile::BlockOp block(blocks[i]);
    top.setInsertionPoint(block);
    top.setLoc(block->getLoc());
    SmallVector<Operation *> more;
    if (failed(lower(block, more)))
      return failure();
    blocks.insert(blocks.begin() + i + 1, more.begin(), more.end());
  }
  Operation *end = body.getTerminator();
  top.setInsertionPoint(end);
  for (unsigned i = 0; i < end->getNumOperands(); ++i) {
    Value *tensor = end->getOperand(i);
    Operation *op = top.create(tile::OutputOp::getOperationName(),
                               {getBuffer(tensor)}, {tensor->getType()});
    op->getResult()->setName(tensor->getName());
    end->setOperand(i, op->getResult());
  }
  for (Operation *block : reverse(blocks))
    block->erase();
  SmallVector<Operation *> dead;
  for (Operation &op : body.getOps())
    if (op.hasTrait(OpTrait::ConstantLike) && !op.hasUses())
      dead.push_back(&op);
  for (Operation *op : dead)
    op->erase();
  return success();
}

/// The result of the block around it that \p value is.
static Value *findBlockResult(const Value *value) {
  for (const Use &use : value->getUses())
    if (use.getOwner()->hasTrait(OpTrait::Terminator))
      return use.getOwner()->getParentOp()->getResult(use.getIndex());
  return nullptr;
}

/// Makes a block of every operator of a kernel that is too large for one.
SmallVector<Operation *> Lowering::separate(tile::BlockOp block,
                                            const Graph &kernel) {
  SmallVector<Operation *> blocks;
  Operation *call = &*block.getBody().getOps().begin();
  ValueMap map;
  for (unsigned i = 0; i < kernel.getNumInputs(); ++i)
    map.map(kernel.getInput(i),
            block->getOperand(call->getOperand(i)->getIndex()));
  BlockSchedule schedule;
  schedule.modelParallelism = block.getModelParallelism();
  for (Operation *op : getOperators(kernel)) {
    std::string base = getKernelName(op), name = base;
    for (unsigned i = 2; module.lookup(name); ++i)
      name = base + "_" + std::to_string(i);
    KernelOutline outline = outlineKernel(module, name, op);
    SmallVector<Value *> operands;
    SmallVector<Type> types;
    for (Value *input : outline.inputs)
      operands.push_back(map.lookup(input));
    for (Value *output : outline.outputs)
      types.push_back(output->getType());
    Operation *single = top.create(tile::CallOp::getOperationName(), operands,
                                   types, {{"kernel", SymbolAttr::get(name)}});
    for (auto [output, result] :
         zip_equal(outline.outputs, single->getResults()))
      map.map(output, result);
    blocks.push_back(single);
  }
  // What takes the place of a result lies where that would.
  SmallVector<std::pair<Value *, Place>, 1> placed;
  for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
    for (auto [returned, result] :
         zip_equal(block.getBody().getTerminator()->getOperands(),
                   block->getResults()))
      if (returned == call->getResult(i)) {
        Value *value = map.lookup(kernel.getOutput(i));
        value->setName(result->getName());
        result->replaceAllUsesWith(value);
        if (const Place *place = places.lookup(result))
          placed.push_back({value, *place});
      }
  for (Operation *&single : blocks)
    single = formBlock(single, schedule);
  for (const auto &[value, place] : placed)
    if (Value *result = findBlockResult(value))
      places.tensors[result] = place;
  return blocks;
}

/// What one call of a block leaves beside the cores must lie there as the next
/// one wants it.
LogicalResult Lowering::checkChain(const BlockTask &task) {
  for (const BlockTask::Call &call : task.calls) {
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      const BlockTask::Call *producer =
          task.getProducer(call.op->getOperand(i));
      if (!producer)
        continue;
      if (producer->op->getNumResults() != 1 ||
          !canChain(producer->tiling.outputs[0], operand)) {
        call.op->emitError(DiagID::CodeGenUnsupported)
            << "can't be in one block with '" << getLayerName(*producer->op)
            << "': what that computes doesn't lie as it is needed here";
        return failure();
      }
    }
    if (&call == &task.last())
      continue;
    for (Value *result : call.op->getResults())
      for (const Use &use : result->getUses())
        if (use.getOwner()->hasTrait(OpTrait::Terminator)) {
          call.op->emitError(DiagID::CodeGenUnsupported)
              << "is needed outside of its block: only the last layer of a "
                 "block can be";
          return failure();
        }
  }
  return success();
}

/// That sizes which a schedule gives are of the right number.
LogicalResult Lowering::checkSizes(tile::BlockOp block, const BlockTask &task) {
  auto check = [&](StringRef name, size_t given, size_t needed) {
    if (!given || given == needed)
      return success();
    block->emitError(DiagID::CodeGenUnsupported)
        << "has " << given << " sizes in '" << name
        << "', but what it cuts has " << needed << " dimensions";
    return failure();
  };
  size_t rank = task.getShape().size();
  if (failed(check("tile", block.getTile().size(), rank)) ||
      failed(check("split", block.getSplit().size(), rank)) ||
      failed(check("reduction", block.getReduction().size(),
                   task.last().indexing.getReductions().size())))
    return failure();
  int64_t parts = 1;
  for (int64_t split : block.getSplit())
    parts *= split;
  if (parts <= machine.model.getMaxParallelism())
    return success();
  block->emitError(DiagID::CodeGenUnsupported)
      << "is split into " << parts << " parts, more than the machine's "
      << machine.model.getMaxParallelism() << ' '
      << machine.model.getParallelUnit() << 's';
  return failure();
}

/// Tells \p task which of its tensors lie in larger buffers.
void Lowering::addExtents(tile::BlockOp block, BlockTask &task) const {
  auto add = [&](const Value *inside, Value *outside) {
    if (const Place *place = places.lookup(outside))
      task.extents[inside] = places.buffers[place->buffer].type.getShape();
  };
  for (auto [argument, operand] :
       zip_equal(block.getBody().getArguments(), block->getOperands()))
    add(argument, operand);
  for (auto [returned, result] : zip_equal(
           block.getBody().getTerminator()->getOperands(), block->getResults()))
    add(returned, result);
}

/// Equal blocks are looked at once.
std::optional<TilePlan> Lowering::findPlan(const BlockTask &task,
                                           tile::BlockOp block,
                                           std::string &why) {
  bool isFree = task.calls.size() == 1 && block.getTile().empty() &&
                block.getSplit().empty() && block.getReduction().empty();
  std::string key;
  raw_string_ostream os(key);
  os << task.last().kernel->getName() << ' ' << block.getModelParallelism();
  for (Value *operand : task.last().op->getOperands())
    os << ' '
       << (operand->isArgument() &&
           getConstantValue(block->getOperand(operand->getIndex())));
  auto addExtents = [&](const Value *tensor) {
    os << ';';
    if (auto it = task.extents.find(tensor); it != task.extents.end())
      interleaveComma(it->second, os);
  };
  for (Value *operand : task.last().op->getOperands())
    addExtents(operand);
  for (Value *result : task.last().op->getResults())
    addExtents(result);
  if (auto it = plans.find(key); isFree && it != plans.end())
    return it->second;
  auto plan = findTilePlan(task, block, machine, doubleBuffer, why, numPlans);
  if (plan && isFree)
    plans.emplace(key, *plan);
  return plan;
}

LogicalResult Lowering::lower(tile::BlockOp block,
                              SmallVectorImpl<Operation *> &more) {
  BlockTask task;
  for (Operation &op : block.getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator))
      break;
    Graph *kernel = tile::getKernel(&op);
    if (!isa<tile::CallOp>(op) || !kernel) {
      op.emitError(DiagID::CodeGenUnsupported)
          << "stands in a block, which may hold nothing but calls of kernels";
      return failure();
    }
    if (auto reason = machine.model.getRefusal(*kernel)) {
      op.emitError(DiagID::TargetUnsupportedOp)
          << "isn't supported: " << *reason;
      return failure();
    }
    auto indexing = TileIndexing::get(*kernel);
    if (!indexing) {
      op.emitError(DiagID::CodeGenUnsupported)
          << "computes a kernel that can't be cut into tiles";
      return failure();
    }
    task.calls.push_back(
        {&op, kernel, std::move(*indexing), machine.model.getTiling(*kernel)});
  }
  if (task.calls.empty()) {
    block->emitError(DiagID::CodeGenUnsupported) << "holds no calls";
    return failure();
  }
  ++numBlocks;
  addExtents(block, task);
  if (lowerAsReshape(block) || lowerAsCopies(block, task))
    return success();
  if (failed(checkChain(task)) || failed(checkSizes(block, task)))
    return failure();
  std::string why;
  auto plan = findPlan(task, block, why);
  // An operator alone needs less room, and its reductions can be cut.
  if (!plan && task.calls.size() == 1 &&
      getOperators(*task.last().kernel).size() > 1 && block.getTile().empty()) {
    more = separate(block, *task.last().kernel);
    return success();
  }
  if (!plan) {
    block->emitError(DiagID::CodeGenCapacity)
        << "can't be cut into tiles that fit: " << why;
    return failure();
  }
  lowerBlock(*this, task, *plan, block);
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The graphs that operations of \p module name as their kernels.
static SetVector<Graph *> getKernels(Module &module) {
  SetVector<Graph *> kernels;
  module.walk([&](Operation *op) {
    if (op->hasAttr("kernel"))
      if (Graph *kernel = tile::getKernel(op))
        kernels.insert(kernel);
  });
  return kernels;
}

PassResult TilePass::run(Module &module, PassContext &context) const {
  SetVector<Graph *> called = getKernels(module);
  TileMachine machine = parameter;
  machine.scratchPercent = getScratchPercent(context);
  Lowering lowering(module, machine, doubleBuffer, zeroCopy);
  if (failed(lowering.run(*module.getMain())))
    return PassResult::error();
  // What became a reshape or copies is computed by no one.
  SetVector<Graph *> computed = getKernels(module);
  for (Graph *kernel : called)
    if (!computed.contains(kernel))
      module.eraseGraph(*kernel);
  context.count(blocks, lowering.numBlocks);
  context.count(plans, lowering.numPlans);
  context.count(inPlacePieces, lowering.numInPlacePieces);
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createTilePass(const TileMachine &parameter) {
  return std::make_unique<TilePass>(parameter);
}
