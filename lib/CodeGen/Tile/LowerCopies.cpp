//===- LowerCopies.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Blocks that compute nothing: pieces of operands are copied to their place.
///
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include <cmath>
#include <functional>

using namespace llvm;
using namespace onnc;

namespace {
/// Part of an output of a kernel that is part of an input.
struct Piece {
  unsigned input, output;
  SmallVector<int64_t, 6> from, to, sizes;
};
} // namespace

/// What a kernel of one operator copies without turning or stretching it
/// (Concat, Split, Slice with steps of 1); empty where it does anything else.
static SmallVector<Piece, 4> getPieces(const Graph &kernel, Operation *op) {
  SmallVector<Piece, 4> pieces;
  SmallVector<unsigned, 2> outputs;
  for (Value *result : op->getResults())
    for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
      if (kernel.getOutput(i) == result)
        outputs.push_back(i);
  if (outputs.size() != op->getNumResults())
    return pieces;
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
      if (!op->getOperand(o)->isArgument())
        return {};
      Piece piece{op->getOperand(o)->getIndex(), outputs[r], {}, {}, {}};
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
  SmallVector<Piece, 4> pieces = getPieces(*task.last().kernel, operators[0]);
  if (pieces.empty())
    return false;
  // A blocked layout can't be cut anywhere.
  for (const Piece &piece : pieces)
    for (Value *tensor : {task.last().op->getOperand(piece.input),
                          task.last().op->getResult(piece.output)}) {
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
  builder.setInsertionPointToEnd(body);
  unsigned cores = 1;
  double cycles = 0;
  for (const Piece &piece : pieces) {
    if (!targets[piece.output])
      continue;
    Value *source = getPart(builder, getArgument(sources[piece.input]),
                            piece.from, piece.sizes);
    Value *target = getPart(builder, getArgument(targets[piece.output]),
                            piece.to, piece.sizes);
    TilePlan plan = copyTiles(builder, block, source, target,
                              task.last().tiling.inputs[piece.input]);
    cores = std::max(cores, plan.getNumCores());
    cycles += plan.cycles;
  }
  lowered->setAttr("model_parallelism", IntAttr::get(cores));
  lowered->setAttr(estimatedCyclesAttr, IntAttr::get(std::llround(cycles)));
  lowered->setOperands(operands);
  builder.setInsertionPointToEnd(body);
  builder.createReturn({});
  top.setInsertionPointAfter(lowered);
  return true;
}

/// Copies one buffer to another of its shape, in parallel and by way of what
/// \p through names. Returns how.
TilePlan Lowering::copyTiles(Builder &builder, tile::BlockOp block,
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
  bool inPlace = through.space.empty() || through.space == type.getSpace();
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
  return *plan;
}
