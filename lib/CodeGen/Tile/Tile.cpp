//===- Tile.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "TilePlan.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Ops/Builtin.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/MapVector.h"

using namespace llvm;
using namespace onnc;

namespace {

class TilePass : public TileBase {
public:
  using TileBase::TileBase;
  PassResult run(Module &module, PassContext &context) const override;
};

/// Lowers the graph of a module.
class Lowering {
public:
  Lowering(Module &module, const TileMachine &machine, bool doubleBuffer)
      : module(module), context(module.getContext()), machine(machine),
        doubleBuffer(doubleBuffer), top(context) {}

  LogicalResult run(Graph &graph);
  uint64_t numBlocks = 0, numPlans = 0;

private:
  friend class BlockLowering;
  /// \p more: blocks that stand for this one instead, to be lowered next.
  LogicalResult lower(tile::BlockOp block, SmallVectorImpl<Operation *> &more);
  SmallVector<Operation *> separate(tile::BlockOp block, const Graph &kernel);
  LogicalResult checkChain(const BlockTask &task);
  LogicalResult checkSizes(tile::BlockOp block, const BlockTask &task);
  bool lowerAsReshape(tile::BlockOp block);
  bool lowerAsCopies(tile::BlockOp block, const BlockTask &task);
  unsigned copyTiles(Builder &builder, tile::BlockOp block, Value *source,
                     Value *target, const TileOperand &through);
  /// The buffer of a tensor in the backing memory, made where there is none.
  Value *getBuffer(Value *tensor);
  /// A constant in the layout that a kernel wants.
  Value *getConstant(Value *tensor, ElementType element, const Layout &layout);
  Value *makeResult(Value *tensor);

  Module &module;
  Context &context;
  const TileMachine &machine;
  const bool doubleBuffer;
  /// At the block that is being lowered.
  Builder top;
  DenseMap<Value *, Value *> buffers;
  std::map<std::pair<Value *, std::string>, Value *> constants;
};

/// Writes the body of one block.
class BlockLowering {
public:
  BlockLowering(Lowering &parent, BlockTask &task, const TilePlan &plan)
      : parent(parent), task(task), plan(plan), builder(parent.context) {}

  void run(tile::BlockOp block);

private:
  /// A tensor that the loops touch.
  struct Item {
    Value *tensor = nullptr;
    TileOperand operand;
    AffineBox box;
    SmallVector<int64_t, 6> domain;
    /// The whole tensor in the body; null for what stays beside the cores.
    Value *whole = nullptr;
    Value *storage = nullptr;
    Value *view = nullptr;
    unsigned depth = 0;
  };

  Value *getArgument(Value *buffer);
  void collect();
  void emitAllocations();
  void emitLevel(unsigned depth);
  void emitReductionLoop();
  void emitComputes();
  void emitStores();
  void load(ArrayRef<Item *> items);
  Value *place(Value *storage, ArrayRef<AffineRange> box,
               ArrayRef<int64_t> domain);
  Value *slice(Value *buffer, ArrayRef<AffineRange> box);
  Value *alloc(const TileOperand &operand, ArrayRef<int64_t> sizes);
  SmallVector<Value *, 4> compress(ArrayRef<AffineRange> box, AffineBox &out);
  /// Used where the whole tensor lies.
  static bool isInPlace(const Item &item) {
    return item.whole &&
           tile::getBufferType(item.whole).getSpace() == item.operand.space;
  }

  Lowering &parent;
  BlockTask &task;
  const TilePlan &plan;
  Builder builder;
  Region *body = nullptr;
  SmallVector<Value *> operands;
  /// Counter i of all boxes: 2d and 2d + 1 are the core's part and the loop of
  /// dimension d, behind them the reductions. Null where there is no loop.
  SmallVector<Value *, 16> counters;
  TileBoxes boxes;
  AffineBox over;
  /// By call.
  SmallVector<SmallVector<Item, 4>, 2> inputs;
  SmallVector<SmallVector<Item, 1>, 2> outputs;
  SmallVector<SmallVector<Value *, 2>, 2> scratch;
  /// Where partial sums stand, if not in the output.
  Value *sum = nullptr;
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

Value *Lowering::getBuffer(Value *tensor) {
  auto it = buffers.find(tensor);
  if (it != buffers.end())
    return it->second;
  BufferType type = machine.model.getTensorBuffer(tensor->getTensorType());
  assert(getConstantValue(tensor) && "a tensor that nothing made");
  return buffers[tensor] =
             getConstant(tensor, type.getElementType(), type.getLayout());
}

Value *Lowering::makeResult(Value *tensor) {
  BufferType type = machine.model.getTensorBuffer(tensor->getTensorType());
  Operation *op =
      top.create(tile::AllocOp::getOperationName(), {}, {Type(type)});
  op->getResult()->setName(tensor->getName());
  return buffers[tensor] = op->getResult();
}

/// A block that only gives a tensor another shape, where its elements lie in
/// order before and after, is no work.
bool Lowering::lowerAsReshape(tile::BlockOp block) {
  auto ops = block.getBody().getOps();
  Operation *call = &*ops.begin();
  Graph *kernel = tile::getKernel(call);
  auto operators = getOperators(*kernel);
  if (operators.size() != 1 || call->getNumOperands() != 1 ||
      call->getNextOp() != block.getBody().getTerminator())
    return false;
  auto indexing = getIndexing(operators[0]);
  static constexpr StringRef reshapes[] = {"onnx.Reshape", "onnx.Flatten",
                                           "onnx.Squeeze", "onnx.Unsqueeze",
                                           "onnx.Identity"};
  if (!is_contained(reshapes, operators[0]->getName()))
    return false;
  Value *tensor = block->getOperand(0), *result = block->getResult(0);
  BufferType from = machine.model.getTensorBuffer(tensor->getTensorType());
  BufferType to = machine.model.getTensorBuffer(result->getTensorType());
  if (from.getElementType() != to.getElementType() ||
      !tile::isInIndexOrder(from) || !tile::isInIndexOrder(to))
    return false;
  Value *source = getBuffer(tensor);
  Operation *reshape =
      top.create(tile::ReshapeOp::getOperationName(), {source}, {Type(to)});
  reshape->getResult()->setName(result->getName());
  buffers[result] = reshape->getResult();
  return true;
}

namespace {
/// Part of a result that is part of an operand.
struct Piece {
  unsigned operand, result;
  SmallVector<int64_t, 6> from, to, sizes;
};
} // namespace

/// What a kernel of one operator copies without turning or stretching it
/// (Concat, Split, Slice with steps of 1); empty where it does anything else.
static SmallVector<Piece, 4> getPieces(Operation *op) {
  SmallVector<Piece, 4> pieces;
  auto indexing = getIndexing(op);
  if (!indexing || !indexing->isDataMovement)
    return pieces;
  for (auto [r, result] : enumerate(indexing->results)) {
    auto shape = getStaticShape(op->getResult(r));
    int64_t covered = 0;
    for (auto [o, operand] : enumerate(indexing->operands)) {
      if (!operand)
        continue;
      auto extents = getStaticShape(op->getOperand(o));
      if (operand->size() != result.size())
        return {};
      Piece piece{unsigned(o), unsigned(r), {}, {}, {}};
      int64_t volume = 1;
      for (unsigned dim = 0; dim < shape.size(); ++dim) {
        auto read = (*operand)[dim].getSingleDim();
        auto write = result[dim].getSingleDim();
        if (!read || read != write)
          return {};
        int64_t delta = (*operand)[dim].constant - result[dim].constant;
        int64_t lo = std::max<int64_t>(0, -delta);
        int64_t hi = std::min(shape[dim], extents[dim] - delta);
        piece.to.push_back(lo);
        piece.from.push_back(lo + delta);
        piece.sizes.push_back(std::max<int64_t>(hi - lo, 0));
        volume *= piece.sizes.back();
      }
      covered += volume;
      if (volume)
        pieces.push_back(std::move(piece));
    }
    if (covered != getVolume(getFullBox(shape)))
      return {};
  }
  return pieces;
}

/// The part of \p buffer at \p offsets; the buffer itself where that is all of
/// it.
static Value *getPart(Builder &builder, Value *buffer,
                      ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes) {
  BufferType whole = tile::getBufferType(buffer);
  if (ArrayRef<int64_t>(whole.getShape()) == sizes)
    return buffer;
  BufferType type =
      BufferType::get(builder.getContext(), whole.getElementType(), sizes,
                      whole.getSpace(), whole.getLayout());
  return builder
      .create(tile::PartOp::getOperationName(), {buffer}, {Type(type)},
              {{"offsets", IntsAttr::get(offsets)}})
      ->getResult();
}

/// A block of one operator that only puts pieces of operands beside each other
/// is copies from buffer to buffer, a loop for each piece.
bool Lowering::lowerAsCopies(tile::BlockOp block, const BlockTask &task) {
  auto operators = getOperators(*task.last().kernel);
  if (task.calls.size() != 1 || operators.size() != 1)
    return false;
  SmallVector<Piece, 4> pieces = getPieces(operators[0]);
  if (pieces.empty())
    return false;
  // A blocked layout can't be cut anywhere.
  for (const Piece &piece : pieces)
    for (Value *tensor : {task.last().op->getOperand(piece.operand),
                          task.last().op->getResult(piece.result)}) {
      Layout layout =
          machine.model.getTensorBuffer(tensor->getTensorType()).getLayout();
      for (auto b : layout.getBlocks())
        if (piece.from[b.dim] % b.size || piece.to[b.dim] % b.size)
          return false;
    }

  // Sources and results of the call, as buffers.
  SmallVector<Value *, 4> sources, targets;
  for (Value *operand : task.last().op->getOperands()) {
    Value *outside = operand->isArgument()
                         ? block->getOperand(operand->getIndex())
                         : operand;
    sources.push_back(getBuffer(outside));
  }
  for (Value *result : task.last().op->getResults()) {
    Value *target = nullptr;
    for (auto [returned, out] :
         zip_equal(block.getBody().getTerminator()->getOperands(),
                   block->getResults()))
      if (returned == result)
        target = makeResult(out);
    targets.push_back(target);
  }
  Operation *lowered =
      top.create(tile::BlockOp::getOperationName(), {}, {},
                 {{"name", StringAttr::get(block.getName())}}, 1);
  if (Attribute layers = block.getLayers())
    lowered->setAttr("layers", layers);
  Region &body = lowered->getRegion();
  SmallVector<Value *> operands;
  auto getArgument = [&](Value *buffer) {
    auto *it = find(operands, buffer);
    if (it != operands.end())
      return body.getArgument(it - operands.begin());
    operands.push_back(buffer);
    return body.addArgument(buffer->getType(), buffer->getName());
  };
  Builder builder(context);
  builder.setLoc(block->getLoc());
  builder.setInsertionPointToEnd(body);
  unsigned cores = 1;
  for (const Piece &piece : pieces) {
    if (!targets[piece.result])
      continue;
    Value *source = getPart(builder, getArgument(sources[piece.operand]),
                            piece.from, piece.sizes);
    Value *target = getPart(builder, getArgument(targets[piece.result]),
                            piece.to, piece.sizes);
    cores =
        std::max(cores, copyTiles(builder, block, source, target,
                                  task.last().tiling.inputs[piece.operand]));
  }
  lowered->setAttr("model_parallelism", IntAttr::get(cores));
  lowered->setOperands(operands);
  builder.setInsertionPointToEnd(body);
  builder.createReturn({});
  top.setInsertionPointAfter(lowered);
  return true;
}

/// Copies one buffer to another of its shape, in parallel and by way of what
/// \p through names. Returns the number of cores.
unsigned Lowering::copyTiles(Builder &builder, tile::BlockOp block,
                             Value *source, Value *target,
                             const TileOperand &through) {
  BufferType type = tile::getBufferType(source);
  auto shape = type.getShape();
  // A kernel that copies, for the search.
  Module scratch(context, "copy");
  Type tensor =
      TensorType::get(context, type.getElementType(), ArrayRef<int64_t>(shape));
  Graph &main = scratch.addGraph("main");
  Value *input = main.getBody().addArgument(tensor, "x");
  Builder inner(context);
  inner.setInsertionPointToEnd(main.getBody());
  Operation *copy = inner.create("onnx.Identity", {input}, {tensor});
  KernelOutline outline = outlineKernel(scratch, "copy", copy);
  Operation *call =
      inner.create(tile::CallOp::getOperationName(), {input}, {tensor},
                   {{"kernel", SymbolAttr::get("copy")}});
  BlockTask task;
  task.copies = true;
  KernelTiling tiling;
  tiling.inputs.push_back(through);
  tiling.outputs.push_back(through);
  task.calls.push_back(
      {call, outline.graph, *TileIndexing::get(*outline.graph), tiling});
  Operation *plain = inner.create(
      tile::BlockOp::getOperationName(), {}, {},
      {{"model_parallelism", IntAttr::get(block.getModelParallelism())}}, 1);
  std::string why;
  auto plan = findTilePlan(task, tile::BlockOp(plain), machine, doubleBuffer,
                           why, numPlans);
  assert(plan && "a single element doesn't fit");

  AffineBox box;
  SmallVector<int64_t, 4> parts;
  for (int64_t split : plan->split)
    if (split > 1)
      parts.push_back(split);
  unsigned nextPart = 0;
  unsigned firstLoop = std::max<size_t>(parts.size(), 1);
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    int64_t count = plan->getCount(dim, shape[dim]);
    AffineExpr start;
    if (plan->split[dim] > 1)
      start = AffineExpr::dim(nextPart++) * (count * plan->tile[dim]);
    for (auto [i, loop] : enumerate(plan->loops))
      if (loop == dim)
        start = start + AffineExpr::dim(firstLoop + i) * plan->tile[dim];
    box.push_back(AffineRange{start, plan->tile[dim]});
  }
  if (parts.empty())
    parts.push_back(1);
  SmallVector<Value *, 8> indices;
  bool inPlace = through.space == type.getSpace();
  auto token = [&](Value *from, Value *to) {
    Value *t = builder
                   .create(tile::CopyStartOp::getOperationName(), {from, to},
                           {TokenType::get(context)})
                   ->getResult();
    builder.create(tile::CopyWaitOp::getOperationName(), {t}, {});
  };
  auto view = [&](StringRef name, Value *of, BufferType result,
                  ArrayRef<NamedAttr> extra) {
    SmallVector<Value *, 8> values = {of};
    append_range(values, indices);
    SmallVector<NamedAttr, 2> attrs(extra);
    attrs.push_back({"box", BoxAttr::get(box)});
    return builder.create(name, values, {Type(result)}, attrs)->getResult();
  };
  Value *storage = nullptr;
  std::function<void(unsigned)> nest = [&](unsigned depth) {
    if (depth < plan->loops.size()) {
      unsigned dim = plan->loops[depth];
      tile::buildFor(builder, plan->getCount(dim, shape[dim]),
                     [&](Builder &, Value *counter) {
                       indices.push_back(counter);
                       nest(depth + 1);
                       indices.pop_back();
                     });
      return;
    }
    if (inPlace) {
      BufferType part =
          BufferType::get(context, type.getElementType(), getSizes(box),
                          type.getSpace(), type.getLayout());
      token(view(tile::SliceOp::getOperationName(), source, part, {}), target);
      return;
    }
    Value *placed =
        view(tile::PlaceOp::getOperationName(), storage,
             tile::getBufferType(storage), {{"domain", IntsAttr::get(shape)}});
    token(source, placed);
    token(placed, target);
  };
  tile::buildForAll(
      builder, parts, machine.model.getParallelUnit(),
      [&](Builder &, ArrayRef<Value *> counters) {
        indices.assign(counters.begin(), counters.end());
        if (!inPlace) {
          BufferType buffer =
              BufferType::get(context, through.element, getSizes(box),
                              through.space, through.layout);
          storage =
              builder
                  .create(tile::AllocOp::getOperationName(), {}, {Type(buffer)})
                  ->getResult();
          if (plan->instances == 1)
            storage->getDefiningOp()->setAttr("onnc.single", UnitAttr::get());
        }
        nest(0);
      });
  return plan->getNumCores();
}

LogicalResult Lowering::run(Graph &graph) {
  Region &body = graph.getBody();
  top.setInsertionPointToStart(body);
  for (Value *input : body.getArguments()) {
    // An input that nothing uses has no buffer, but keeps its name.
    if (!input->hasUses())
      continue;
    BufferType type = machine.model.getTensorBuffer(input->getTensorType());
    Operation *op =
        top.create(tile::InputOp::getOperationName(), {input}, {Type(type)});
    buffers[input] = op->getResult();
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
  for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
    for (auto [returned, result] :
         zip_equal(block.getBody().getTerminator()->getOperands(),
                   block->getResults()))
      if (returned == call->getResult(i)) {
        Value *value = map.lookup(kernel.getOutput(i));
        value->setName(result->getName());
        result->replaceAllUsesWith(value);
      }
  for (Operation *&single : blocks)
    single = formBlock(single, schedule);
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
      const TileOperand &made = producer->tiling.outputs[0];
      if (operand.fill || producer->op->getNumResults() != 1 ||
          made.space != operand.space || made.element != operand.element ||
          made.layout.str() != operand.layout.str()) {
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
  // In the body tensors are known as arguments, outside as operands.
  for (auto [operand, argument] :
       zip_equal(block->getOperands(), block.getBody().getArguments()))
    if (!getConstantValue(operand))
      buffers[argument] = getBuffer(operand);
  if (lowerAsReshape(block) || lowerAsCopies(block, task))
    return success();
  if (failed(checkChain(task)) || failed(checkSizes(block, task)))
    return failure();
  std::string why;
  auto plan = findTilePlan(task, block, machine, doubleBuffer, why, numPlans);
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
  BlockLowering(*this, task, *plan).run(block);
  return success();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// The argument of the new body that stands for \p buffer.
Value *BlockLowering::getArgument(Value *buffer) {
  auto *it = find(operands, buffer);
  if (it != operands.end())
    return body->getArgument(it - operands.begin());
  operands.push_back(buffer);
  return body->addArgument(buffer->getType(), buffer->getName());
}

/// What all calls read and write, and how deep in the loops it moves.
void BlockLowering::collect() {
  auto extents = [](const Value *v) {
    return *v->getTensorType().getStaticShape();
  };
  unsigned numLoops = plan.loops.size();
  unsigned firstReduction = 2 * task.getShape().size();
  auto depthOf = [&](ArrayRef<AffineRange> box) {
    unsigned depth = 0;
    for (const AffineRange &range : box) {
      for (auto [i, dim] : enumerate(plan.loops))
        if (range.start.getCoefficient(2 * dim + 1))
          depth = std::max<unsigned>(depth, i + 1);
      for (unsigned i = firstReduction; i < range.start.getNumDims(); ++i)
        if (range.start.getCoefficient(i))
          depth = numLoops + 1;
    }
    return depth;
  };
  DenseMap<const Value *, std::pair<unsigned, unsigned>> made;
  inputs.resize(task.calls.size());
  outputs.resize(task.calls.size());
  scratch.resize(task.calls.size());
  for (auto [c, call] : enumerate(task.calls)) {
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      Item &item = inputs[c].emplace_back();
      item.tensor = call.op->getOperand(i);
      item.operand = operand;
      item.box = boxes.calls[c].inputs[i];
      item.domain = extents(item.tensor);
      item.depth = depthOf(item.box);
      if (made.contains(item.tensor))
        continue;
      // A constant may lie in the backing memory as the kernel wants it.
      Value *outside = item.tensor;
      if (outside->isArgument())
        outside =
            task.last().op->getParentOp()->getOperand(outside->getIndex());
      Value *whole;
      if (getConstantValue(outside))
        whole = parent.getConstant(outside, operand.element,
                                   i < call.tiling.constantLayouts.size()
                                       ? call.tiling.constantLayouts[i]
                                       : operand.layout);
      else
        whole = parent.getBuffer(item.tensor);
      item.whole = getArgument(whole);
    }
    for (auto [i, operand] : enumerate(call.tiling.outputs)) {
      Item &item = outputs[c].emplace_back();
      item.tensor = call.op->getResult(i);
      item.operand = operand;
      item.box = boxes.calls[c].outputs[i];
      item.domain = extents(item.tensor);
      item.depth = numLoops;
      made[item.tensor] = {c, i};
    }
  }
}

/// The counters that \p box depends on; \p out is the box in terms of them.
SmallVector<Value *, 4> BlockLowering::compress(ArrayRef<AffineRange> box,
                                                AffineBox &out) {
  SmallVector<Value *, 4> used;
  SmallVector<AffineExpr, 16> dims(counters.size());
  for (auto [i, counter] : enumerate(counters)) {
    bool matters = counter && any_of(box, [&](const AffineRange &range) {
                     return range.start.getCoefficient(i);
                   });
    if (!matters)
      continue; // Without a loop the counter is 0.
    dims[i] = AffineExpr::dim(used.size());
    used.push_back(counter);
  }
  out = substitute(box, dims);
  return used;
}

Value *BlockLowering::place(Value *storage, ArrayRef<AffineRange> box,
                            ArrayRef<int64_t> domain) {
  AffineBox own;
  SmallVector<Value *, 5> values = {storage};
  append_range(values, compress(box, own));
  return builder
      .create(tile::PlaceOp::getOperationName(), values, {storage->getType()},
              {{"box", BoxAttr::get(own)}, {"domain", IntsAttr::get(domain)}})
      ->getResult();
}

Value *BlockLowering::slice(Value *buffer, ArrayRef<AffineRange> box) {
  AffineBox own;
  SmallVector<Value *, 5> values = {buffer};
  append_range(values, compress(box, own));
  BufferType whole = tile::getBufferType(buffer);
  BufferType type =
      BufferType::get(parent.context, whole.getElementType(), getSizes(box),
                      whole.getSpace(), whole.getLayout());
  return builder
      .create(tile::SliceOp::getOperationName(), values, {Type(type)},
              {{"box", BoxAttr::get(own)}})
      ->getResult();
}

Value *BlockLowering::alloc(const TileOperand &operand,
                            ArrayRef<int64_t> sizes) {
  BufferType type = BufferType::get(parent.context, operand.element, sizes,
                                    operand.space, operand.layout);
  return builder.create(tile::AllocOp::getOperationName(), {}, {Type(type)})
      ->getResult();
}

void BlockLowering::emitAllocations() {
  auto single = [&](Value *storage, unsigned depth) {
    if (plan.instances == 1 && depth > 0)
      storage->getDefiningOp()->setAttr("onnc.single", UnitAttr::get());
  };
  for (auto [c, call] : enumerate(task.calls)) {
    for (Item &item : inputs[c])
      if (item.whole && !isInPlace(item)) {
        item.storage = alloc(item.operand, getSizes(item.box));
        single(item.storage, item.depth);
      }
    bool isLast = &call == &task.last();
    for (Item &item : outputs[c]) {
      if (isLast && isInPlace(item))
        continue;
      item.storage = alloc(item.operand, getSizes(item.box));
      single(item.storage, item.depth);
    }
    auto sizes = getSizes(boxes.calls[c].outputs[0]);
    for (const TileScratch &s :
         parent.machine.model.getScratch(*call.kernel, sizes)) {
      TileOperand bytes = {
          s.space, ElementType::U8, Layout::getRowMajor(1), {}};
      scratch[c].push_back(alloc(bytes, {s.bytes}));
    }
  }
  const Item &output = outputs.back()[0];
  if (!over.empty() &&
      output.operand.element != *task.last().tiling.accumulator) {
    TileOperand operand = output.operand;
    operand.element = *task.last().tiling.accumulator;
    sum = alloc(operand, getSizes(output.box));
  }
}

/// Loads the tiles of \p items, all at the same time.
void BlockLowering::load(ArrayRef<Item *> items) {
  SmallVector<Value *> tokens;
  for (Item *item : items) {
    item->view = place(item->storage, item->box, item->domain);
    SmallVector<NamedAttr, 1> attrs;
    if (item->operand.fill)
      attrs.push_back({"fill", FloatAttr::get(*item->operand.fill)});
    tokens.push_back(builder
                         .create(tile::CopyStartOp::getOperationName(),
                                 {item->whole, item->view},
                                 {TokenType::get(parent.context)}, attrs)
                         ->getResult());
  }
  if (!tokens.empty())
    builder.create(tile::CopyWaitOp::getOperationName(), tokens, {});
}

/// The body of the loops outside of \p depth: what moves with them, then the
/// loop at \p depth.
void BlockLowering::emitLevel(unsigned depth) {
  SmallVector<Item *> loads;
  for (auto &call : inputs)
    for (Item &item : call)
      if (item.storage && item.depth == depth)
        loads.push_back(&item);
  load(loads);
  if (depth < plan.loops.size()) {
    unsigned dim = plan.loops[depth];
    tile::buildFor(builder, plan.getCount(dim, task.getShape()[dim]),
                   [&](Builder &, Value *counter) {
                     counters[2 * dim + 1] = counter;
                     emitLevel(depth + 1);
                     counters[2 * dim + 1] = nullptr;
                   });
    return;
  }
  // What is written stands where the loops are now.
  for (auto [c, call] : enumerate(task.calls))
    for (Item &item : outputs[c])
      if (item.storage)
        item.view = place(item.storage, item.box, item.domain);
      else
        item.view = slice(item.whole, item.box);
  if (over.empty())
    emitComputes();
  else
    emitReductionLoop();
  emitStores();
}

/// The input views of \p call.
void BlockLowering::emitComputes() {
  for (auto [c, call] : enumerate(task.calls)) {
    SmallVector<Value *> values;
    for (auto [i, item] : enumerate(inputs[c])) {
      if (item.view || item.whole) {
        values.push_back(item.view ? item.view : item.whole);
        continue;
      }
      for (auto &made : outputs)
        for (Item &output : made)
          if (output.tensor == item.tensor)
            values.push_back(output.view);
    }
    for (Item &item : outputs[c])
      values.push_back(item.view);
    append_range(values, scratch[c]);
    SmallVector<NamedAttr, 2> attrs = {
        {"kernel", SymbolAttr::get(call.kernel->getName())}};
    if (!scratch[c].empty())
      attrs.push_back({"scratch", IntAttr::get(scratch[c].size())});
    Builder at = builder;
    at.setLoc(call.op->getLoc());
    at.create(tile::ComputeOp::getOperationName(), values, {}, attrs);
  }
}

/// Loops over the reductions of the only call: loads what moves with them, and
/// adds up. A sum of another type than the output becomes it at the end.
void BlockLowering::emitReductionLoop() {
  ArrayRef<IterationDim> dims = task.last().indexing.getReductions();
  unsigned first = 2 * task.getShape().size();
  Item &output = outputs.back()[0];
  Value *target = sum ? place(sum, output.box, output.domain) : output.view;
  std::function<void(unsigned)> nest = [&](unsigned i) {
    if (i < dims.size()) {
      int64_t count = divideCeil(dims[i].extent, plan.reduction[i]);
      if (count == 1)
        return nest(i + 1);
      tile::buildFor(builder, count, [&](Builder &, Value *counter) {
        counters[first + i] = counter;
        nest(i + 1);
        counters[first + i] = nullptr;
      });
      return;
    }
    SmallVector<Item *> loads;
    for (Item &item : inputs.back())
      if (item.storage && item.depth > plan.loops.size())
        loads.push_back(&item);
    load(loads);
    SmallVector<Value *> values;
    for (Item &item : inputs.back())
      values.push_back(item.view ? item.view : item.whole);
    values.push_back(target);
    append_range(values, scratch.back());
    AffineBox own;
    append_range(values, compress(over, own));
    SmallVector<NamedAttr, 3> attrs = {
        {"kernel", SymbolAttr::get(task.last().kernel->getName())},
        {"over", BoxAttr::get(own)}};
    if (!scratch.back().empty())
      attrs.push_back({"scratch", IntAttr::get(scratch.back().size())});
    builder.create(tile::ComputeOp::getOperationName(), values, {}, attrs);
  };
  nest(0);
  if (!sum)
    return;
  std::string name = "convert_" + task.last().kernel->getName().str();
  Graph *identity = parent.module.lookup(name);
  if (!identity) {
    identity = &parent.module.addGraph(name);
    Type type = output.tensor->getType();
    Value *x = identity->getBody().addArgument(type, "x");
    Builder inner(parent.context);
    inner.setInsertionPointToEnd(identity->getBody());
    Value *y = inner.create("onnx.Identity", {x}, {type})->getResult();
    inner.createReturn({y});
    identity->setOutputNames({"y"});
  }
  builder.create(tile::ComputeOp::getOperationName(), {target, output.view}, {},
                 {{"kernel", SymbolAttr::get(name)}});
}

void BlockLowering::emitStores() {
  SmallVector<Value *> tokens;
  for (Item &item : outputs.back())
    if (item.storage)
      tokens.push_back(builder
                           .create(tile::CopyStartOp::getOperationName(),
                                   {item.view, item.whole},
                                   {TokenType::get(parent.context)})
                           ->getResult());
  if (!tokens.empty())
    builder.create(tile::CopyWaitOp::getOperationName(), tokens, {});
}

void BlockLowering::run(tile::BlockOp block) {
  ArrayRef<int64_t> shape = task.getShape();
  counters.resize(2 * shape.size() +
                  task.last().indexing.getReductions().size());
  AffineBox box;
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    int64_t chunk = plan.getCount(dim, shape[dim]) * plan.tile[dim];
    box.push_back({AffineExpr::dim(2 * dim) * chunk +
                       AffineExpr::dim(2 * dim + 1) * plan.tile[dim],
                   plan.tile[dim]});
  }
  for (auto [i, dim] : enumerate(task.last().indexing.getReductions()))
    if (!plan.reduction.empty())
      over.push_back({AffineExpr::dim(2 * shape.size() + i) * plan.reduction[i],
                      plan.reduction[i]});
  boxes = getTileBoxes(task, box, over);

  // The new block, whose operands are known when its body is written.
  Builder &top = parent.top;
  Operation *lowered =
      top.create(tile::BlockOp::getOperationName(), {}, {},
                 {{"name", StringAttr::get(block.getName())},
                  {"model_parallelism", IntAttr::get(plan.getNumCores())},
                  {"tile", IntsAttr::get(plan.tile)},
                  {"split", IntsAttr::get(plan.split)}},
                 /*numRegions=*/1);
  if (Attribute layers = block.getLayers())
    lowered->setAttr("layers", layers);
  if (!plan.reduction.empty())
    lowered->setAttr("reduction", IntsAttr::get(plan.reduction));
  body = &lowered->getRegion();
  collect();
  // Results live from here on.
  Operation *end = block.getBody().getTerminator();
  Builder before(lowered);
  for (auto [i, item] : enumerate(outputs.back()))
    for (auto [returned, result] :
         zip_equal(end->getOperands(), block->getResults())) {
      if (returned != item.tensor)
        continue;
      top.setInsertionPoint(lowered);
      Value *buffer = parent.makeResult(result);
      item.whole = getArgument(buffer);
    }
  for (Item &item : outputs.back())
    if (!item.whole) {
      // Computed beside what is wanted, and wanted by no one.
      top.setInsertionPoint(lowered);
      BufferType type =
          parent.machine.model.getTensorBuffer(item.tensor->getTensorType());
      item.whole = getArgument(
          top.create(tile::AllocOp::getOperationName(), {}, {Type(type)})
              ->getResult());
    }
  lowered->setOperands(operands);

  builder.setLoc(block->getLoc());
  builder.setInsertionPointToEnd(*body);
  SmallVector<int64_t, 4> counts;
  SmallVector<unsigned, 4> dims;
  for (unsigned dim = 0; dim < shape.size(); ++dim)
    if (plan.split[dim] > 1) {
      counts.push_back(plan.split[dim]);
      dims.push_back(dim);
    }
  if (counts.empty())
    counts.push_back(1);
  tile::buildForAll(builder, counts, parent.machine.model.getParallelUnit(),
                    [&](Builder &, ArrayRef<Value *> parts) {
                      for (auto [i, dim] : enumerate(dims))
                        counters[2 * dim] = parts[i];
                      emitAllocations();
                      emitLevel(0);
                    });
  builder.setInsertionPointToEnd(*body);
  builder.createReturn({});
  top.setInsertionPointAfter(lowered);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

PassResult TilePass::run(Module &module, PassContext &context) const {
  Lowering lowering(module, parameter, doubleBuffer);
  if (failed(lowering.run(*module.getMain())))
    return PassResult::error();
  context.count(blocks, lowering.numBlocks);
  context.count(plans, lowering.numPlans);
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createTilePass(const TileMachine &parameter) {
  return std::make_unique<TilePass>(parameter);
}
