//===- PatternDriver.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/PatternDriver.h"
#include "llvm/ADT/DenseSet.h"
#include <deque>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

void PatternSet::add(ArrayRef<Pattern> patterns) {
  for (const Pattern &pattern : patterns)
    if (const OpInfo *info = context.lookupOp(pattern.op))
      byOp[info].push_back(&pattern);
}

ArrayRef<const Pattern *> PatternSet::lookup(const OpInfo &info) const {
  auto it = byOp.find(&info);
  return it == byOp.end() ? ArrayRef<const Pattern *>()
                          : ArrayRef<const Pattern *>(it->second);
}

//===----------------------------------------------------------------------===//
// Rewriter
//===----------------------------------------------------------------------===//

Rewriter::~Rewriter() = default;

LogicalResult Rewriter::replace(Operation *op, ArrayRef<Value *> values) {
  assert(values.size() == op->getNumResults() && "one value for each result");
  SmallVector<Type, 2> types;
  for (auto [result, value] : zip_equal(op->getResults(), values)) {
    // A result that nobody uses may have no counterpart.
    if (!value && result->hasUses())
      return failure();
    types.push_back(value ? unifyTypes(value->getType(), result->getType())
                          : result->getType());
    if (!types.back() ||
        (value && value->isArgument() && types.back() != value->getType()))
      return failure();
  }
  for (auto [result, value, type] :
       zip_equal(op->getResults(), values, types)) {
    if (!value)
      continue;
    value->setType(type);
    if (value->getName().empty() && !value->isArgument())
      value->setName(result->getName());
    result->replaceAllUsesWith(value);
  }
  replaced(op, values);
  erase(op);
  return success();
}

LogicalResult Rewriter::replace(Operation *op, Operation *other) {
  if (!other)
    return failure();
  SmallVector<Value *, 2> values(other->getResults());
  values.resize(op->getNumResults());
  return replace(op, values);
}

void Rewriter::erase(Operation *op) {
  erased(op);
  op->erase();
}

//===----------------------------------------------------------------------===//
// Driver
//===----------------------------------------------------------------------===//

namespace {

class Driver final : public Rewriter {
public:
  Driver(Context &context, const PatternSet &patterns, RewriteCounts &counts)
      : Rewriter(context), patterns(patterns), counts(counts) {}

  LogicalResult run(Module &module);
  void changed(Operation *op) override;

private:
  void replaced(Operation *op, ArrayRef<Value *> values) override;
  void erased(Operation *op) override;

  void push(Operation *op);
  void pushProducers(Operation *op);
  void pushUsers(Value *value);
  void discover(Operation *op);
  bool removeIfDead(Operation *op);
  LogicalResult offer(Operation *op);

  const PatternSet &patterns;
  RewriteCounts &counts;
  /// To be offered, first come, first served; each operation stands in it once.
  /// Erased ones are null.
  std::deque<Operation *> worklist;
  DenseMap<Operation *, size_t> place;
  /// How many entries have left the front: places count from the beginning.
  size_t popped = 0;
  /// Operations that were in the module, or that a pattern made, so far.
  DenseSet<Operation *> known;
  /// Those that lost a user to a rewrite, and so may be removed.
  DenseSet<Operation *> orphans;
};

} // namespace

void Driver::push(Operation *op) {
  if (place.try_emplace(op, popped + worklist.size()).second)
    worklist.push_back(op);
}

/// A producer may have only one user now, or none.
void Driver::pushProducers(Operation *op) {
  for (Value *operand : op->getOperands())
    if (Operation *producer = operand ? operand->getDefiningOp() : nullptr) {
      orphans.insert(producer);
      push(producer);
    }
}

void Driver::pushUsers(Value *value) {
  SmallVector<Operation *, 4> users;
  for (Use &use : value->getUses())
    users.push_back(use.getOwner());
  // Use-lists have no order.
  llvm::sort(users, [](Operation *a, Operation *b) {
    return a != b && a->isBefore(b);
  });
  for (Operation *user : users)
    push(user);
}

/// Finds the operations that a pattern made, from the last one backwards.
void Driver::discover(Operation *op) {
  if (!known.insert(op).second)
    return;
  for (Value *operand : op->getOperands())
    if (Operation *producer = operand ? operand->getDefiningOp() : nullptr)
      discover(producer);
  push(op);
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    op->getRegion(i).walk([&](Operation *nested) {
      if (known.insert(nested).second)
        push(nested);
    });
}

void Driver::changed(Operation *op) {
  for (Value *operand : op->getOperands())
    if (Operation *producer = operand ? operand->getDefiningOp() : nullptr)
      discover(producer);
  push(op);
  for (Value *result : op->getResults())
    pushUsers(result);
}

void Driver::replaced(Operation *op, ArrayRef<Value *> values) {
  for (Value *value : values) {
    if (!value)
      continue;
    if (Operation *producer = value->getDefiningOp()) {
      discover(producer);
      push(producer);
    }
    pushUsers(value);
  }
}

void Driver::erased(Operation *op) {
  pushProducers(op);
  op->walk([&](Operation *nested) {
    known.erase(nested);
    orphans.erase(nested);
    auto it = place.find(nested);
    if (it == place.end())
      return;
    worklist[it->second - popped] = nullptr;
    place.erase(it);
  });
}

bool Driver::removeIfDead(Operation *op) {
  if (!orphans.contains(op) || op->hasUses())
    return false;
  bool stays = false;
  op->walk([&](Operation *nested) {
    stays |= nested->hasTrait(OpTrait::SideEffect) ||
             (nested == op && nested->hasTrait(OpTrait::Terminator));
  });
  if (stays)
    return false;
  erase(op);
  ++counts.removed;
  return true;
}

/// Tries the patterns of \p op until one applies.
LogicalResult Driver::offer(Operation *op) {
  DiagnosticEngine &diagnostics = getContext().getDiagnostics();
  for (const Pattern *pattern : patterns.lookup(op->getInfo())) {
    setInsertionPoint(op);
    setLoc(op->getLoc());
    Operation *before = op->getPrevOp();
    unsigned errors = diagnostics.getNumErrors();
    bool applied = succeeded(pattern->apply(op, *this));
    if (diagnostics.getNumErrors() != errors)
      return failure();
    if (applied) {
      ++counts.applied;
      return success();
    }
    while (op->getPrevOp() != before)
      op->getPrevOp()->erase();
  }
  return success();
}

LogicalResult Driver::run(Module &module) {
  module.walk([&](Operation *op) {
    known.insert(op);
    push(op);
  });
  // Generous: rewrites either shrink the graph or move it towards one form.
  const size_t limit = counts.applied + 1000 + 32 * known.size();
  while (!worklist.empty()) {
    Operation *op = worklist.front();
    worklist.pop_front();
    ++popped;
    if (!op)
      continue;
    place.erase(op);
    if (removeIfDead(op))
      continue;
    if (counts.applied >= limit)
      return op->emitError(DiagID::PassFailed)
             << "is rewritten without end: patterns undo each other";
    if (failed(offer(op)))
      return failure();
  }
  return success();
}

LogicalResult onnc::applyPatterns(Module &module, const PatternSet &patterns,
                                  RewriteCounts &counts) {
  return Driver(module.getContext(), patterns, counts).run(module);
}
