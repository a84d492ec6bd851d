//===- Rewrite.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"
#include "onnc/IR/Ops/Tile.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::spill;

static BufferType moveType(Type type, StringRef space) {
  BufferType old = cast<BufferType>(type);
  return BufferType::get(type.getContext(), old.getElementType(),
                         old.getShape(), space, old.getLayout());
}

/// Gives \p value, and the views of it, the memory \p space.
static void retype(Value *value, StringRef space) {
  value->setType(moveType(value->getType(), space));
  for (const Use &use : value->getUses()) {
    Operation *user = use.getOwner();
    if (auto block = dyn_cast<tile::BlockOp>(user))
      retype(block.getBody().getArgument(use.getIndex()), space);
    else if (isa<tile::PlaceOp>(user) || isa<tile::SliceOp>(user) ||
             isa<tile::PartOp>(user) || isa<tile::ReshapeOp>(user))
      retype(user->getResult(), space);
  }
}

/// Whether \p view is \p value or a view of it.
static bool isViewOf(const Value *view, const Value *value) {
  while (view != value) {
    Operation *op = view->getDefiningOp();
    if (!op || !(isa<tile::ReshapeOp>(op) || isa<tile::OutputOp>(op) ||
                 isa<tile::PartOp>(op)))
      return false;
    view = op->getOperand(0);
  }
  return true;
}

namespace {

class Rewriter {
public:
  Rewriter(const Storage &storage, const MemoryPair &memories,
           RewriteCounts &counts)
      : storage(storage), memories(memories), counts(counts) {}

  void run(const Way &way);

private:
  Value *allocate(Builder &builder, const Memory &memory);
  Value *copy(Builder &builder, Value *from, const Memory &to, StringRef what,
              ArrayRef<Part> parts);
  Value *remake(Operation *before);
  void useInstead(Operation *op, Value *buffer);
  Value *getView(Value *of, Value *buffer, Operation *user);

  const Storage &storage;
  const MemoryPair &memories;
  RewriteCounts &counts;
  /// The one of the storage's values that is used.
  Value *value = nullptr;
  /// Views of it that others replace.
  SmallVector<Operation *, 4> views;
};

} // namespace

Value *Rewriter::allocate(Builder &builder, const Memory &memory) {
  Type type = moveType(value->getType(), memory.name);
  Operation *op = builder.create(tile::AllocOp::getOperationName(), {}, {type});
  op->getResult()->setName(value->getName());
  return op->getResult();
}

/// A part of \p buffer, as a value before \p builder's place.
static Value *makePart(Builder &builder, Value *buffer, const Part &part) {
  BufferType whole = tile::getBufferType(buffer);
  Type type = BufferType::get(builder.getContext(), whole.getElementType(),
                              part.sizes, whole.getSpace(), whole.getLayout());
  return builder
      .create(tile::PartOp::getOperationName(), {buffer}, {type},
              {{"offsets", IntsAttr::get(part.offsets)}})
      ->getResult();
}

/// A block that copies \p parts of \p from, or all of it where there are none,
/// to a new buffer.
Value *Rewriter::copy(Builder &builder, Value *from, const Memory &to,
                      StringRef what, ArrayRef<Part> parts) {
  Value *target = allocate(builder, to);
  std::string name = (what + " " + value->getName()).str();
  Operation *block = builder.create(
      tile::BlockOp::getOperationName(), {from, target}, {},
      {{"name", StringAttr::get(name)}, {"model_parallelism", IntAttr::get(1)}},
      1);
  Region &body = block->getRegion();
  Value *x = body.addArgument(from->getType(), "x");
  Value *y = body.addArgument(target->getType(), "y");
  Builder inner(builder.getContext());
  inner.setInsertionPointToEnd(body);
  inner.setLoc(block->getLoc());
  auto start = [&](Value *source, Value *destination) {
    return inner
        .create(tile::CopyStartOp::getOperationName(), {source, destination},
                {Type(TokenType::get(builder.getContext()))})
        ->getResult();
  };
  SmallVector<Value *, 4> tokens;
  for (const Part &part : parts)
    tokens.push_back(start(makePart(inner, x, part), makePart(inner, y, part)));
  if (parts.empty())
    tokens.push_back(start(x, y));
  inner.create(tile::CopyWaitOp::getOperationName(), tokens, {});
  inner.createReturn({});
  return target;
}

Value *Rewriter::remake(Operation *before) {
  Builder builder(before);
  Value *target = allocate(builder, memories.getHome());
  ValueMap map;
  map.map(value, target);
  builder.insert(storage.producer->clone(map));
  return target;
}

/// What \p of, the value or a view of it, is of \p buffer.
Value *Rewriter::getView(Value *of, Value *buffer, Operation *user) {
  if (of == value)
    return buffer;
  Operation *op = of->getDefiningOp();
  if (!is_contained(views, op))
    views.push_back(op);
  Value *source = getView(op->getOperand(0), buffer, user);
  Builder builder(user);
  Type type = of->getType();
  if (isa<BufferType>(type))
    type = moveType(type, tile::getBufferType(buffer).getSpace());
  Operation *view =
      builder.create(op->getInfo(), {source}, {type}, op->getAttrs());
  view->getResult()->setName(of->getName());
  return view->getResult();
}

void Rewriter::useInstead(Operation *op, Value *buffer) {
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    Value *operand = op->getOperand(i);
    if (!operand || !isViewOf(operand, value))
      continue;
    Value *view = getView(operand, buffer, op);
    op->setOperand(i, view);
    if (auto block = dyn_cast<tile::BlockOp>(op))
      retype(block.getBody().getArgument(i),
             tile::getBufferType(view).getSpace());
  }
}

void Rewriter::run(const Way &way) {
  SmallVector<Step, 4> steps = getSteps(storage, way);
  Value *home = nullptr, *next = nullptr;
  const Step *step = steps.begin();
  for (unsigned k = 0; k < storage.accesses.size(); ++k) {
    Operation *op = storage.accesses[k].op;
    if (value != storage.accesses[k].value) {
      value = storage.accesses[k].value;
      home = next = value;
      if (way.elsewhere[k])
        retype(value, memories.getNext().name);
    }
    for (; step != steps.end() && step->access == k && step->isBefore();
         ++step) {
      Builder builder(op);
      if (step->kind == Step::Remake) {
        home = remake(op);
        ++counts.remakes;
      } else {
        home = copy(builder, next, memories.getHome(), "fetch",
                    getContents(storage, k - 1));
        ++counts.fetches;
      }
    }
    counts.elsewhere += way.elsewhere[k];
    if (Value *used = way.elsewhere[k] ? next : home; used != value)
      useInstead(op, used);
    for (; step != steps.end() && step->access == k; ++step) {
      Builder builder(op);
      builder.setInsertionPointAfter(op);
      next = copy(builder, home, memories.getNext(), "spill",
                  getContents(storage, k));
      ++counts.stores;
    }
  }
  for (Operation *view : reverse(views))
    if (!view->hasUses())
      view->erase();
}

void spill::applyWay(const Storage &storage, const Way &way,
                     const MemoryPair &memories, RewriteCounts &counts) {
  Rewriter(storage, memories, counts).run(way);
}
