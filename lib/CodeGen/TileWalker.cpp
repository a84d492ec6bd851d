//===- TileWalker.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TileWalker.h"
#include "llvm/ADT/DenseMap.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

namespace {

class TileWalker {
public:
  explicit TileWalker(TileVisitor &visitor) : visitor(visitor) {}

  Error walk(Region &body);

private:
  Error walkFor(ForOp loop);
  Error walkForAll(ForAllOp loop);
  Error visitCompute(ComputeOp compute);
  TileView evaluateView(Value *buffer);

  Error startCopy(CopyStartOp copy);
  Error waitForCopies(CopyWaitOp wait);

  TileVisitor &visitor;
  DenseMap<Value *, int64_t> counters;
  /// The copy behind a token; none for that of a tile.Done.
  DenseMap<Value *, int64_t> copies;
  int64_t numCopies = 0;
  DenseMap<Value *, BufferView> views;
};

} // namespace

TileView TileWalker::evaluateView(Value *buffer) {
  auto [it, isNew] = views.try_emplace(buffer);
  if (isNew)
    it->second = getView(buffer);
  const BufferView &view = it->second;
  SmallVector<int64_t, 4> dims;
  for (Value *index : view.indices)
    dims.push_back(counters.lookup(index));

  TileView result;
  result.storage = view.storage;
  result.type = view.type;
  result.domain = view.domain;
  if (auto alloc = dyn_cast_if_present<AllocOp>(view.storage->getDefiningOp()))
    result.slot = mod(view.slot.evaluate(dims), alloc.getMultiplicity());
  for (auto [origin, extent] : zip_equal(view.origin, view.type.getShape())) {
    int64_t lo = origin.evaluate(dims);
    result.placed.push_back({lo, lo + extent});
  }
  result.box = intersect(intersect(evaluate(view.box, dims), result.placed),
                         getFullBox(view.domain));
  return result;
}

Error TileWalker::visitCompute(ComputeOp compute) {
  SmallVector<TileView, 6> buffers;
  for (Value *buffer : tile::getBuffers(compute))
    buffers.push_back(evaluateView(buffer));
  size_t first = getKernel(compute)->getNumInputs();
  size_t last = buffers.size() - compute.getScratch();
  if (all_of(ArrayRef(buffers).slice(first, last - first),
             [](const TileView &view) { return view.empty(); }))
    return Error::success();
  SmallVector<int64_t, 2> dims;
  for (Value *index : getIndices(compute))
    dims.push_back(counters.lookup(index));
  return visitor.compute(compute, buffers, evaluate(compute.getOver(), dims));
}

Error TileWalker::startCopy(CopyStartOp copy) {
  copies[copy.getToken()] = numCopies++;
  return visitor.startCopy(copy, evaluateView(copy.getSource()),
                           evaluateView(copy.getTarget()));
}

Error TileWalker::waitForCopies(CopyWaitOp wait) {
  SmallVector<int64_t, 4> complete;
  for (Value *token : wait->getOperands())
    if (auto it = copies.find(token); it != copies.end())
      complete.push_back(it->second);
  return visitor.waitForCopies(wait, complete);
}

Error TileWalker::walkFor(ForOp loop) {
  Region &body = loop->getRegion();
  // Tokens go from the operands through the iterations to the results.
  auto handOn = [&](ArrayRef<Value *> from, auto getTarget) {
    SmallVector<std::optional<int64_t>, 4> numbers;
    for (Value *token : from) {
      auto it = copies.find(token);
      numbers.push_back(it == copies.end() ? std::nullopt
                                           : std::optional(it->second));
    }
    for (auto [i, number] : enumerate(numbers)) {
      copies.erase(getTarget(i));
      if (number)
        copies[getTarget(i)] = *number;
    }
  };
  SmallVector<Value *, 4> tokens(loop->getOperands());
  for (int64_t i = 0; i < loop.getCount(); ++i) {
    handOn(tokens, [&](size_t t) { return body.getArgument(t + 1); });
    counters[body.getArgument(0)] = i;
    if (Error error = walk(body))
      return error;
    Operation *end = body.getTerminator();
    tokens = end->getOperands();
  }
  handOn(tokens, [&](size_t t) { return loop->getResult(t); });
  return Error::success();
}

Error TileWalker::walkForAll(ForAllOp loop) {
  if (Error error = visitor.enterForAll(loop))
    return error;
  Region &body = loop->getRegion();
  auto counts = loop.getCounts();
  SmallVector<int64_t, 4> point(counts.size(), 0);
  for (int64_t number = 0;; ++number) {
    for (auto [i, coordinate] : enumerate(point))
      counters[body.getArgument(i)] = coordinate;
    if (Error error = visitor.enterIteration(loop, point, number))
      return error;
    if (Error error = walk(body))
      return error;
    size_t i = counts.size();
    while (i && ++point[i - 1] == counts[i - 1])
      point[--i] = 0;
    if (!i)
      return visitor.leaveForAll(loop);
  }
}

Error TileWalker::walk(Region &body) {
  for (Operation &op : body.getOps()) {
    Error error = Error::success();
    if (auto loop = dyn_cast<ForOp>(&op))
      error = walkFor(loop);
    else if (auto loop = dyn_cast<ForAllOp>(&op))
      error = walkForAll(loop);
    else if (auto copy = dyn_cast<CopyStartOp>(&op))
      error = startCopy(copy);
    else if (auto wait = dyn_cast<CopyWaitOp>(&op))
      error = waitForCopies(wait);
    else if (auto compute = dyn_cast<ComputeOp>(&op))
      error = visitCompute(compute);
    if (error)
      return error;
  }
  return Error::success();
}

Error onnc::walkTiles(BlockOp block, TileVisitor &visitor) {
  return TileWalker(visitor).walk(block->getRegion());
}

SmallVector<bool, 4> onnc::getDependence(Value *buffer, ForAllOp loop) {
  BufferView view = getView(buffer);
  SmallVector<bool, 4> depends;
  for (Value *counter : loop->getRegion().getArguments()) {
    auto *it = find(view.indices, counter);
    bool found = false;
    if (it != view.indices.end()) {
      unsigned dim = it - view.indices.begin();
      auto moves = [&](const AffineExpr &e) { return e.getCoefficient(dim); };
      found = moves(view.slot) || any_of(view.origin, moves) ||
              any_of(view.box, [&](const AffineRange &range) {
                return moves(range.start);
              });
    }
    depends.push_back(found);
  }
  return depends;
}
