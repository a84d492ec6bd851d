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
#include "Pieces.h"
#include <cmath>
#include <functional>

using namespace llvm;
using namespace onnc;

Value *onnc::createPart(Builder &builder, Value *buffer,
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

/// Where \p at of a tensor lies in the buffer that holds it.
static Place getPlace(const Places &places, Value *tensor,
                      ArrayRef<int64_t> at) {
  Place place = {~0u, SmallVector<int64_t, 6>(at)};
  const Place *own = places.lookup(tensor);
  if (!own)
    return place;
  place.buffer = own->buffer;
  for (auto [offset, first] : zip_equal(place.offsets, own->offsets))
    offset += first;
  return place;
}

/// A block of one operator that only puts pieces of operands beside each other
/// is copies from buffer to buffer, a loop for each piece that doesn't lie
/// where it belongs.
bool Lowering::lowerAsCopies(tile::BlockOp block, const BlockTask &task) {
  SmallVector<Piece, 4> pieces = getPieces(block, machine.model);
  if (pieces.empty())
    return false;
  for (const Piece &piece : pieces)
    makeResult(piece.result);
  auto isInPlace = [&](const Piece &piece) {
    return places.lookup(piece.source) &&
           getPlace(places, piece.source, piece.from) ==
               getPlace(places, piece.result, piece.to);
  };
  size_t all = pieces.size();
  erase_if(pieces, isInPlace);
  numInPlacePieces += all - pieces.size();
  if (pieces.empty())
    return true;
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
  auto getBox = [&](Value *tensor, ArrayRef<int64_t> at,
                    ArrayRef<int64_t> sizes) {
    return createPart(builder, getArgument(getBuffer(tensor)),
                      getPlace(places, tensor, at).offsets, sizes);
  };
  unsigned cores = 1;
  double cycles = 0;
  for (const Piece &piece : pieces) {
    Value *source = getBox(piece.source, piece.from, piece.sizes);
    Value *target = getBox(piece.result, piece.to, piece.sizes);
    TilePlan plan =
        copyTiles(builder, block, source, target,
                  task.last().tiling.inputs[piece.input], pieces.size());
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
/// \p through names, one of \p numCopies of the block, which share the memories
/// beside the cores. Returns how.
TilePlan Lowering::copyTiles(Builder &builder, tile::BlockOp block,
                             Value *source, Value *target,
                             const TileOperand &through, size_t numCopies) {
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
  ProcessingUnit share = machine.unit;
  for (Memory &memory : share.memories)
    if (memory.name != machine.model.getBackingMemory())
      memory.capacity /= numCopies;
  std::string why;
  auto plan = findTilePlan(task, tile::BlockOp(plain), {share, machine.model},
                           doubleBuffer, why, numPlans);
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
