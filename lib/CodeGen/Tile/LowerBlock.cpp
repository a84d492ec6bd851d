//===- LowerBlock.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "onnc/IR/ShapeInference.h"
#include <cmath>
#include <functional>

using namespace llvm;
using namespace onnc;

namespace onnc {

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
    /// The whole tensor lies in another layout than code that would use it
    /// anywhere takes.
    bool isConverted = false;
  };

  Value *getArgument(Value *buffer);
  Value *getTensor(Value *buffer, Value *tensor);
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
           (item.operand.space.empty() ||
            tile::getBufferType(item.whole).getSpace() ==
                item.operand.space) &&
           !item.isConverted;
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

} // namespace onnc

/// The argument of the new body that stands for \p buffer.
Value *BlockLowering::getArgument(Value *buffer) {
  auto *it = find(operands, buffer);
  if (it != operands.end())
    return body->getArgument(it - operands.begin());
  operands.push_back(buffer);
  return body->addArgument(buffer->getType(), buffer->getName());
}

/// \p tensor in the body, which \p buffer holds outside of it.
Value *BlockLowering::getTensor(Value *buffer, Value *tensor) {
  builder.setInsertionPointToEnd(*body);
  return parent.getPart(builder, getArgument(buffer), tensor);
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
        whole = parent.getBuffer(outside);
      item.isConverted = operand.space.empty() && !getConstantValue(outside) &&
                         tile::getBufferType(whole).getLayout().str() !=
                             operand.layout.str();
      item.whole = getTensor(whole, outside);
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
  Value *view =
      builder
          .create(
              tile::PlaceOp::getOperationName(), values, {storage->getType()},
              {{"box", BoxAttr::get(own)}, {"domain", IntsAttr::get(domain)}})
          ->getResult();
  view->setName((storage->getName() + ".tile").str());
  return view;
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
  // Code that takes operands from anywhere takes them from there.
  StringRef space = operand.space.empty()
                        ? parent.machine.model.getBackingMemory()
                        : operand.space;
  BufferType type = BufferType::get(parent.context, operand.element, sizes,
                                    space, operand.layout);
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
        item.storage->setName(
            call.kernel->getInput(&item - &inputs[c][0])->getName());
        single(item.storage, item.depth);
      }
    bool isLast = &call == &task.last();
    for (Item &item : outputs[c]) {
      if (isLast && isInPlace(item))
        continue;
      item.storage = alloc(item.operand, getSizes(item.box));
      item.storage->setName(
          call.kernel->getOutputNames()[&item - &outputs[c][0]]);
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
                     counter->setName("i" + std::to_string(dim));
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
        counter->setName("r" + std::to_string(i));
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
    Builder at = builder;
    at.setLoc(task.last().op->getLoc());
    at.create(tile::ComputeOp::getOperationName(), values, {}, attrs);
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
  AffineBox box = getTileBox(plan, shape);
  over = getTileReductions(plan, shape.size());
  boxes = getTileBoxes(task, box, over);

  // The new block, whose operands are known when its body is written.
  Builder &top = parent.top;
  Operation *lowered = top.create(
      tile::BlockOp::getOperationName(), {}, {},
      {{"name", StringAttr::get(block.getName())},
       {"model_parallelism", IntAttr::get(plan.getNumCores())},
       {"tile", IntsAttr::get(plan.tile)},
       {"split", IntsAttr::get(plan.split)},
       {estimatedCyclesAttr, IntAttr::get(std::llround(plan.cycles))}},
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
      item.whole = getTensor(parent.makeResult(result), result);
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

  // Computations have the location of their call, what moves data none.
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
                      for (auto [i, dim] : enumerate(dims)) {
                        parts[i]->setName("p" + std::to_string(dim));
                        counters[2 * dim] = parts[i];
                      }
                      emitAllocations();
                      emitLevel(0);
                    });
  builder.setInsertionPointToEnd(*body);
  builder.createReturn({});
  top.setInsertionPointAfter(lowered);
}

void onnc::lowerBlock(Lowering &lowering, BlockTask &task, const TilePlan &plan,
                      tile::BlockOp block) {
  BlockLowering(lowering, task, plan).run(block);
}
